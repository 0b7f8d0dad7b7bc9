// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/c/internal/context_options.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "platform/c/internal/ech.h"
#include "platform/c/internal/given_credentials.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/handles.h"
#include "platform/c/internal/spiffe.h"
#include "platform/c/internal/values.h"
#include "platform/keys/key_client.h"
#include "ssl/secret.h"

namespace airlock::c::internal {
namespace {

absl::Status PutSessions(const airlock_context_options& given,
                         ssl::ContextOptions* options) {
  const auto timeout = Number(given.session_timeout_s,
                              absl::ToInt64Seconds(options->session_timeout),
                              "session_timeout_s");
  if (!timeout.ok()) return timeout.status();
  options->session_timeout = absl::Seconds(*timeout);
  absl::Status good =
      CheckList(given.ticket_keys, given.ticket_keys_count, "ticket_keys");
  if (!good.ok()) return good;
  for (size_t i = 0; i < given.ticket_keys_count; ++i) {
    auto key = GivenSecret(given.ticket_keys[i], "ticket_keys[]");
    if (!key.ok()) return key.status();
    options->ticket_keys.push_back(std::make_shared<const ssl::Secret>(
        std::move(*key).value_or(ssl::Secret())));
  }
  if (given.ticket_keyring != nullptr) {
    options->ticket_keyring = given.ticket_keyring->keyring;
  }
  for (const absl::Status& status : {
           Put(Flag(given.session_tickets, "session_tickets",
                    options->session_tickets),
               &options->session_tickets),
           Put(Number(given.num_tickets,
                      static_cast<int64_t>(options->num_tickets),
                      "num_tickets"),
               &options->num_tickets),
           Put(Number(given.session_cache_size,
                      static_cast<int64_t>(options->session_cache_size),
                      "session_cache_size"),
               &options->session_cache_size),
           Put(Text(given.session_id_context, "session_id_context"),
               &options->session_id_context),
       }) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// Certificate data that has no effect on verification.
absl::Status PutStaples(const airlock_context_options& given,
                        ssl::ContextOptions* options) {
  for (const absl::Status& status : {
           Put(Text(given.ocsp_response, "ocsp_response"),
               &options->ocsp_response),
           Put(Text(given.sct_list, "sct_list"), &options->sct_list),
           Put(Flag(given.request_ocsp, "request_ocsp"),
               &options->request_ocsp),
           Put(Flag(given.request_sct, "request_sct"), &options->request_sct),
           Put(Flag(given.accept_compressed_certificates,
                    "accept_compressed_certificates"),
               &options->accept_compressed_certificates),
           Put(Text(given.psk_identity_hint, "psk_identity_hint"),
               &options->psk_identity_hint),
           Put(GivenEchKeys(given.ech_keys), &options->ech_keys),
       }) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status PutOptions(const airlock_context_options& given,
                        keys::KeyClient* keys,
                        platform::ContextRequest* request,
                        ssl::ContextOptions* options) {
  const auto credentials =
      TakeCredentials(given.credentials, given.credentials_count);
  if (!credentials.ok()) return credentials.status();
  if (given.reserved != 0) return Invalid("options.reserved is not 0.");
  if (given.reserved2 != 0) return Invalid("options.reserved2 is not 0.");
  if (given.reserved3 != 0) return Invalid("options.reserved3 is not 0.");
  if (given.max_renegotiations < 0) {
    return Invalid(absl::StrCat("max_renegotiations is ",
                                given.max_renegotiations,
                                "; it must be at least 0."));
  }
  options->max_renegotiations = given.max_renegotiations;
  bool server_side = false;
  for (const absl::Status& status : {
           Put(Flag(given.server_side, "server_side"), &server_side),
           Put(CertReqs(given.cert_reqs), &request->cert_reqs),
           Put(SslVersion(given.ssl_version), &options->verification.protocol),
           Put(Choice(given.check_hostname, "check_hostname"),
               &request->check_hostname),
           Put(Version(given.minimum_version, "minimum_version"),
               &options->verification.minimum_version),
           Put(Version(given.maximum_version, "maximum_version"),
               &options->verification.maximum_version),
           Put(DisabledVersions(given.disabled_versions),
               &options->verification.disabled_versions),
           Put(Flags(given.verify_flags), &options->verification.flags),
           Put(Number(given.verify_depth, options->verification.depth,
                      "verify_depth"),
               &options->verification.depth),
           Put(SecurityLevel(given.security_level,
                             options->verification.security_level),
               &options->verification.security_level),
           Put(Flag(given.common_name_fallback, "common_name_fallback"),
               &options->verification.hostname.common_name_fallback),
           Put(Texts(given.pins, given.pins_count, "pins"),
               &options->verification.pins),
           Put(GivenSpiffe(given.spiffe_bundles, given.spiffe_bundles_count,
                           given.spiffe_ids, given.spiffe_ids_count),
               &options->verification.spiffe),
           Put(Bundle(given.ca_certs, given.cadata), &request->ca_certs),
           Put(Flag(given.live_ca_certs, "live_ca_certs"),
               &request->live_ca_certs),
           Put(Text(given.ciphers, "ciphers"), &options->ciphers),
           Put(Text(given.groups, "groups"), &options->verification.groups),
           Put(Text(given.call_site, "call_site"), &request->call_site),
           Put(Texts(given.alpn_protocols, given.alpn_protocols_count,
                     "alpn_protocols"),
               &options->alpn_protocols),
           Put(Flag(given.alpn_required, "alpn_required"),
               &options->alpn_required),
           Put(Texts(given.npn_protocols, given.npn_protocols_count,
                     "npn_protocols"),
               &options->npn_protocols),
           Put(Flag(given.cipher_server_preference, "cipher_server_preference",
                    options->cipher_server_preference),
               &options->cipher_server_preference),
           PutSessions(given, options),
           PutStaples(given, options),
       }) {
    if (!status.ok()) return status;
  }
  SetVerificationDefaults(server_side, options->verification.spiffe != nullptr,
                          &request->cert_reqs, &request->check_hostname);
  request->side = server_side ? ssl::Side::kServer : ssl::Side::kClient;
  const auto host = Given(given.server_hostname, "server_hostname");
  if (!host.ok()) return host.status();
  if (host->has_value()) request->server_hostname = std::string(**host);
  if (server_side && host->has_value()) {
    return Invalid(
        "server_hostname is the server that a client connects to; leave it out "
        "if server_side is set.");
  }
  if (given.credential_source != nullptr) {
    options->credential_source = given.credential_source->source;
  }
  return Put(CredentialsOf(*credentials, keys), &options->credentials);
}

}  // namespace airlock::c::internal
