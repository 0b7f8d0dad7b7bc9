// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/counters.h"

#include "absl/strings/str_cat.h"

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

void Describe(absl::string_view name, absl::string_view help,
              std::string* text) {
  absl::StrAppend(text, "# HELP ", name, " ", help, "\n# TYPE ", name,
                  " counter\n");
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
  return text;
}

void CounterSet::HandshakeSucceeded(ssl::TlsVersion version, bool resumed) {
  handshakes_[IndexOf(version)].fetch_add(1, kRelaxed);
  if (resumed) resumptions_.fetch_add(1, kRelaxed);
}

void CounterSet::HandshakeFailed(ssl::ErrorKind kind) {
  failures_[static_cast<size_t>(kind)].fetch_add(1, kRelaxed);
}

Counters CounterSet::Read() const {
  Counters counters;
  for (size_t i = 0; i < Counters::kVersions; ++i) {
    counters.handshakes[i] = handshakes_[i].load(kRelaxed);
  }
  for (size_t i = 0; i < Counters::kKinds; ++i) {
    counters.failures[i] = failures_[i].load(kRelaxed);
  }
  counters.resumptions = resumptions_.load(kRelaxed);
  return counters;
}

}  // namespace airlock::platform
