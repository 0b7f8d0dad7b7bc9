// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/counters.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace airlock::platform {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// TLS 1.0 is 0x0301 on the wire, TLS 1.3 0x0304.
size_t IndexOf(ssl::TlsVersion version) {
  return static_cast<size_t>(version) -
         static_cast<size_t>(ssl::TlsVersion::kTls1_0);
}

ssl::TlsVersion VersionAt(size_t index) {
  return static_cast<ssl::TlsVersion>(
      static_cast<size_t>(ssl::TlsVersion::kTls1_0) + index);
}

// The place of `group` in Counters::kGroups.
size_t IndexOfGroup(absl::string_view group) {
  constexpr size_t kOther = Counters::kGroups.size() - 2;
  static_assert(Counters::kGroups[kOther] == "other");
  if (group.empty()) return kOther + 1;
  for (size_t i = 0; i < kOther; ++i) {
    if (Counters::kGroups[i] == group) return i;
  }
  return kOther;
}

void Describe(absl::string_view name, absl::string_view help,
              std::string* text) {
  absl::StrAppend(text, "# HELP ", name, " ", help, "\n# TYPE ", name,
                  " counter\n");
}

void AppendResult(absl::string_view name, HandshakeResult result,
                  absl::string_view resumed, uint64_t value,
                  std::string* text) {
  absl::StrAppend(
      text, name, "{grpc_tls_handshake_result=\"", HandshakeResultName(result),
      "\"",
      resumed.empty()
          ? ""
          : absl::StrCat(",grpc_tls_handshake_resumed=\"", resumed, "\""),
      "} ", value, "\n");
}

// `name`: "client" or "server".
void AppendSide(absl::string_view name, const Counters::Side& side,
                std::string* text) {
  const std::string handshakes =
      absl::StrCat("grpc_", name, "_tls_handshakes_total");
  Describe(handshakes, absl::StrCat("TLS handshakes of a ", name, "."), text);
  for (size_t i = 0; i < kHandshakeResults; ++i) {
    const auto result = static_cast<HandshakeResult>(i);
    const uint64_t all = side.results[i];
    if (result != HandshakeResult::kSuccess) {
      // Whether it would have resumed may be unknown.
      AppendResult(handshakes, result, "", all, text);
      continue;
    }
    AppendResult(handshakes, result, "FULL_HANDSHAKE", all - side.resumptions,
                 text);
    AppendResult(handshakes, result, "RESUMED_HANDSHAKE", side.resumptions,
                 text);
  }
  const std::string groups =
      absl::StrCat("airlock_", name, "_tls_groups_total");
  Describe(groups,
           absl::StrCat("TLS handshakes of a ", name,
                        " that succeeded, by group for key exchange."),
           text);
  for (size_t i = 0; i < Counters::kGroups.size(); ++i) {
    absl::StrAppend(text, groups, "{group=\"", Counters::kGroups[i], "\"} ",
                    side.groups[i], "\n");
  }
  const std::string ech = absl::StrCat("airlock_", name, "_tls_ech_total");
  Describe(ech,
           absl::StrCat("TLS handshakes of a ", name,
                        ", by the result of Encrypted Client Hello."),
           text);
  for (size_t i = 0; i < Counters::kEchStatuses; ++i) {
    absl::StrAppend(
        text, ech, "{result=\"",
        absl::StrReplaceAll(ssl::EchStatusName(static_cast<ssl::EchStatus>(i)),
                            {{" ", "_"}}),
        "\"} ", side.ech[i], "\n");
  }
  const std::string duration =
      absl::StrCat("airlock_", name, "_tls_handshake_duration_seconds");
  absl::StrAppend(text, "# HELP ", duration,
                  " How long the TLS handshakes of a ", name,
                  " took that succeeded.\n# TYPE ", duration, " histogram\n");
  AppendPrometheus(duration, "", side.durations, text);
}

void AppendExpiry(const CertificateExpiry& expiry, std::string* text) {
  constexpr char kName[] = "airlock_certificate_expire_timestamp_seconds";
  absl::StrAppend(text, "# HELP ", kName,
                  " When the first certificate in use expires.\n# TYPE ", kName,
                  " gauge\n");
  for (const auto& [use, time] :
       {std::make_pair("own", expiry.own), std::make_pair("ca", expiry.ca),
        std::make_pair("pinned", expiry.pinned)}) {
    if (!time.has_value()) continue;
    absl::StrAppend(text, kName, "{use=\"", use, "\"} ",
                    absl::ToUnixSeconds(*time), "\n");
  }
}

void AppendLive(const Counters& counters, std::string* text) {
  const auto append = [&](absl::string_view name, absl::string_view type,
                          absl::string_view help,
                          uint64_t LiveSourceCounts::*value) {
    absl::StrAppend(text, "# HELP ", name, " ", help, "\n# TYPE ", name, " ",
                    type, "\n", name, "{source=\"credentials\"} ",
                    counters.live_credentials.*value, "\n", name,
                    "{source=\"ca_certs\"} ", counters.live_ca_certs.*value,
                    "\n");
  };
  append("airlock_live_sources", "gauge",
         "Live credentials and CA bundles that contexts have.",
         &LiveSourceCounts::sources);
  append("airlock_live_sources_failing", "gauge",
         "Live credentials and CA bundles whose last update failed.",
         &LiveSourceCounts::failing);
  append("airlock_live_updates_total", "counter",
         "Updates that replaced live credentials or CA bundles.",
         &LiveSourceCounts::updates);
  append("airlock_live_failed_updates_total", "counter",
         "Updates of live credentials or CA bundles that failed, so the old "
         "ones stayed in force.",
         &LiveSourceCounts::failures);
}

void Single(absl::string_view name, absl::string_view help, uint64_t value,
            std::string* text) {
  Describe(name, help, text);
  absl::StrAppend(text, name, " ", value, "\n");
}

}  // namespace

uint64_t Counters::handshakes_of(ssl::TlsVersion version) const {
  return handshakes[IndexOf(version)];
}

uint64_t Counters::Side::group_of(absl::string_view group) const {
  return groups[group == "none" ? kGroups.size() - 1 : IndexOfGroup(group)];
}

std::string Counters::ToPrometheus() const {
  std::string text;
  Describe("airlock_handshakes_total", "TLS handshakes that succeeded.", &text);
  for (size_t i = 0; i < kVersions; ++i) {
    absl::StrAppend(&text, "airlock_handshakes_total{version=\"",
                    ssl::TlsVersionName(VersionAt(i)), "\"} ", handshakes[i],
                    "\n");
  }
  Single("airlock_resumptions_total",
         "TLS handshakes that succeeded and resumed a session.", resumptions,
         &text);
  Describe("airlock_handshake_failures_total", "TLS handshakes that failed.",
           &text);
  for (size_t i = 0; i < kKinds; ++i) {
    absl::StrAppend(&text, "airlock_handshake_failures_total{kind=\"",
                    ssl::ErrorKindName(static_cast<ssl::ErrorKind>(i)), "\"} ",
                    failures[i], "\n");
  }
  Single("airlock_policy_refusals_total", "Requests that the policy refused.",
         refusals, &text);
  Single("airlock_policy_upgrades_total",
         "Requests that the policy made stricter.", upgrades, &text);
  Single("airlock_policy_allowed_total",
         "Requests that the policy allowed, but audited.", allowed, &text);
  Single("airlock_audit_lost_total", "Audit lines that could not be written.",
         audit_lost, &text);
  Single("airlock_policy_reloads_total", "Policy reloads that took effect.",
         policy_reloads, &text);
  Single("airlock_policy_reload_failures_total",
         "Policy reloads that failed, so the old policy stayed in force.",
         policy_reload_failures, &text);
  AppendExpiry(expiry, &text);
  AppendLive(*this, &text);
  AppendSide("client", client, &text);
  AppendSide("server", server, &text);
  return text;
}

void CounterSet::HandshakeSucceeded(const CompletedHandshake& handshake) {
  Side& of = Of(handshake.side);
  handshakes_[IndexOf(handshake.version)].fetch_add(1, kRelaxed);
  of.results[static_cast<size_t>(HandshakeResult::kSuccess)].fetch_add(
      1, kRelaxed);
  of.groups[IndexOfGroup(handshake.group)].fetch_add(1, kRelaxed);
  of.ech[static_cast<size_t>(handshake.ech)].fetch_add(1, kRelaxed);
  if (handshake.resumed) of.resumptions.fetch_add(1, kRelaxed);
  if (handshake.duration.has_value()) of.durations.Add(*handshake.duration);
}

void CounterSet::HandshakeFailed(ssl::Side side, const absl::Status& status) {
  const ssl::Error error = ssl::GetError(status).value_or(ssl::Error{});
  failures_[static_cast<size_t>(error.kind)].fetch_add(1, kRelaxed);
  Side& of = Of(side);
  of.results[static_cast<size_t>(HandshakeResultOf(error))].fetch_add(1,
                                                                      kRelaxed);
  if (error.ech_retry_configs.has_value()) {
    of.ech[static_cast<size_t>(ssl::EchStatus::kRejected)].fetch_add(1,
                                                                     kRelaxed);
  }
}

Counters::Side CounterSet::Side::Read() const {
  Counters::Side read;
  // First, so that there are no more of them than of handshakes.
  read.resumptions = resumptions.load(kRelaxed);
  for (size_t i = 0; i < kHandshakeResults; ++i) {
    read.results[i] = results[i].load(kRelaxed);
  }
  for (size_t i = 0; i < groups.size(); ++i) {
    read.groups[i] = groups[i].load(kRelaxed);
  }
  for (size_t i = 0; i < ech.size(); ++i) read.ech[i] = ech[i].load(kRelaxed);
  read.durations = durations.Read();
  return read;
}

Counters CounterSet::Read() const {
  Counters counters;
  for (size_t i = 0; i < Counters::kVersions; ++i) {
    counters.handshakes[i] = handshakes_[i].load(kRelaxed);
  }
  for (size_t i = 0; i < Counters::kKinds; ++i) {
    counters.failures[i] = failures_[i].load(kRelaxed);
  }
  counters.client = client_.Read();
  counters.server = server_.Read();
  counters.resumptions =
      counters.client.resumptions + counters.server.resumptions;
  return counters;
}

}  // namespace airlock::platform
