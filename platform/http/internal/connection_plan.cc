// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/connection_plan.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "platform/http/error.h"
#include "platform/memory_transport.h"
#include "ssl/context.h"
#include "ssl/sha256.h"
#include "ssl/trust_store.h"
#include "ssl/verification.h"

namespace airlock::http::internal {
namespace {

using platform::WrapOptions;

WrapOptions OptionsFor(const Url& url, const TlsOptions& tls,
                       const HttpVersions& versions, bool identify, bool hide,
                       const std::string& call_site) {
  WrapOptions options;
  options.server_hostname = url.host;
  options.do_handshake_on_connect = false;
  options.cert_reqs = tls.validate_certificate ? ssl::VerifyMode::kRequired
                                               : ssl::VerifyMode::kNone;
  if (tls.verification.spiffe == nullptr) {
    options.check_hostname = tls.validate_certificate;
  }
  options.ca_certs = tls.ca_certs;
  options.verification = tls.verification;
  if (versions.http2) options.alpn_protocols.push_back("h2");
  if (versions.http1) options.alpn_protocols.push_back("http/1.1");
  options.call_site = call_site;
  if (hide) options.ech_configs = tls.ech_configs;
  if (identify) options.credential_source = tls.credential_source;
  if (identify && !tls.certificate.empty()) {
    options.certfile = tls.certificate.Clone();
    if (!tls.private_key.empty()) options.keyfile = tls.private_key.Clone();
    if (!tls.password.empty()) options.password = tls.password.Clone();
  }
  return options;
}

// With its size, so that no two lists of values have the same bytes.
void AppendTo(std::string* key, absl::string_view value) {
  const uint64_t size = value.size();
  key->append(reinterpret_cast<const char*>(&size), sizeof(size));
  key->append(value.data(), value.size());
}

std::string Digest(const ssl::Secret& secret) {
  return secret.empty() ? "" : ssl::Sha256(secret.view());
}

// A hash of the CAs that a connection trusts; empty if it verifies nothing.
absl::StatusOr<std::string> TrustHash(
    platform::Runtime* runtime, const platform::VerificationDecision& decision,
    platform::CaCerts ca_certs) {
  // Then the bundles are part of the verification.
  if (decision.verification.spiffe != nullptr) return "";
  if (decision.ca_certs.has_value()) {
    ca_certs = platform::CaPath{*decision.ca_certs, /*must_be_trusted=*/true};
  } else if (decision.platform_ca_certs) {
    ca_certs = platform::CaCerts();
  }
  if (decision.verification.mode == ssl::VerifyMode::kNone &&
      !platform::IsGiven(ca_certs)) {
    return "";
  }
  const absl::StatusOr<std::shared_ptr<const ssl::TrustStore>> store =
      runtime->LoadCaCerts(ca_certs);
  if (!store.ok()) return store.status();
  return (*store)->content_hash();
}

}  // namespace

bool ConnectionPlan::Describes(const ssl::Socket& socket) const {
  const ssl::ContextOptions& made = socket.context()->options();
  const ssl::Verification& in_force = made.verification;
  // A Context resolves these three; the result may be stricter.
  if (in_force.security_level < verification.security_level ||
      (verification.minimum_version.has_value() &&
       in_force.minimum_version < verification.minimum_version) ||
      (verification.maximum_version.has_value() &&
       in_force.maximum_version > verification.maximum_version)) {
    return false;
  }
  ssl::Verification planned = verification;
  planned.security_level = in_force.security_level;
  planned.minimum_version = in_force.minimum_version;
  planned.maximum_version = in_force.maximum_version;
  const std::string made_trust =
      made.trust_store == nullptr ? "" : made.trust_store->content_hash();
  return ssl::CanonicalBytes(in_force) == ssl::CanonicalBytes(planned) &&
         made_trust == trust;
}

absl::StatusOr<ConnectionPlan> PlanConnection(
    platform::Runtime* runtime, const Url& url, const Proxy* proxy,
    const TlsOptions& tls, const HttpVersions& versions, bool identify,
    bool hide, const std::string& call_site) {
  if (tls.certificate.empty() && !tls.private_key.empty()) {
    return MakeFailure(Failure::kInvalidRequest,
                       "the request has a private_key, but no certificate "
                       "that goes with it");
  }
  if (tls.credential_source != nullptr && !tls.certificate.empty()) {
    return MakeFailure(Failure::kInvalidRequest,
                       "the request has a certificate, and a "
                       "credential_source as well; leave one of them out");
  }
  ConnectionPlan plan;
  plan.options = OptionsFor(url, tls, versions, identify, hide, call_site);
  const absl::StatusOr<platform::VerificationDecision> decision =
      runtime->Explain(plan.options);
  if (!decision.ok()) {
    // Only a real call is audited.
    const absl::Status status =
        runtime
            ->WrapSocket(platform::MakeMemoryTransports().first,
                         std::move(plan.options))
            .status();
    return WithFailure(status.ok() ? decision.status() : status, Failure::kTls);
  }
  absl::StatusOr<std::string> trust =
      TrustHash(runtime, *decision, tls.ca_certs);
  if (!trust.ok()) return WithFailure(trust.status(), Failure::kTls);
  plan.trust = *std::move(trust);
  plan.verification = decision->verification;

  std::string* const key = &plan.key;
  key->reserve(512);
  AppendTo(key, url.host_and_port());
  AppendTo(key, proxy == nullptr ? "" : proxy->host_and_port());
  AppendTo(key, proxy == nullptr ? "" : Digest(proxy->authorization));
  AppendTo(key, ssl::CanonicalBytes(plan.verification));
  AppendTo(key, plan.trust);
  AppendTo(key, absl::StrJoin(plan.options.alpn_protocols, " "));
  // A connection that showed the name, or hid it otherwise, is another one.
  AppendTo(key,
           hide && tls.ech_configs != nullptr ? tls.ech_configs->bytes() : "");
  if (identify) {
    AppendTo(key, Digest(tls.certificate));
    AppendTo(key, Digest(tls.private_key));
    // A call with a wrong password must not get a connection that was made with
    // the right one.
    AppendTo(key, Digest(tls.password));
    // The connections' contexts keep the source, so no other one gets its
    // address. A session of an earlier source is offered only if this one has
    // the session's certificate.
    AppendTo(
        key,
        absl::StrCat(reinterpret_cast<uintptr_t>(tls.credential_source.get())));
  }
  return plan;
}

}  // namespace airlock::http::internal
