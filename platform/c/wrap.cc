// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// airlock_wrap_socket, and the explanation of what it would do.

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "nlohmann/json.hpp"
#include "platform/apply_policy.h"
#include "platform/c/airlock.h"
#include "platform/c/internal/ech.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/handles.h"
#include "platform/c/internal/socket_call.h"
#include "platform/c/internal/spiffe.h"
#include "platform/c/internal/structs.h"
#include "platform/c/internal/transport.h"
#include "platform/c/internal/values.h"
#include "platform/keys/key_client.h"
#include "platform/posix_transport.h"
#include "platform/wrap_options.h"

namespace airlock::c::internal {
namespace {

absl::Status PutSecrets(const airlock_wrap_options& given,
                        platform::WrapOptions* options) {
  auto keyfile = GivenSecret(given.keyfile, "keyfile");
  if (!keyfile.ok()) return keyfile.status();
  if (keyfile->has_value()) options->keyfile = **std::move(keyfile);
  auto certfile = GivenSecret(given.certfile, "certfile");
  if (!certfile.ok()) return certfile.status();
  if (certfile->has_value()) options->certfile = **std::move(certfile);
  auto password = GivenSecret(given.password, "password");
  if (!password.ok()) return password.status();
  if (password->has_value()) options->password = **std::move(password);
  return absl::OkStatus();
}

absl::StatusOr<platform::WrapOptions> OptionsOf(
    const airlock_wrap_options& given) {
  if (given.reserved != 0) return Invalid("options.reserved is not 0.");
  if (given.reserved2 != 0) return Invalid("options.reserved2 is not 0.");
  platform::WrapOptions options;
  for (const absl::Status& status : {
           PutSecrets(given, &options),
           Put(Flag(given.server_side, "server_side"), &options.server_side),
           Put(CertReqs(given.cert_reqs), &options.cert_reqs),
           Put(SslVersion(given.ssl_version), &options.verification.protocol),
           Put(Flag(given.do_handshake_on_connect, "do_handshake_on_connect",
                    /*otherwise=*/true),
               &options.do_handshake_on_connect),
           Put(Flag(given.suppress_ragged_eofs, "suppress_ragged_eofs"),
               &options.suppress_ragged_eofs),
           Put(Choice(given.check_hostname, "check_hostname"),
               &options.check_hostname),
           Put(Version(given.minimum_version, "minimum_version"),
               &options.verification.minimum_version),
           Put(Version(given.maximum_version, "maximum_version"),
               &options.verification.maximum_version),
           Put(Flags(given.verify_flags), &options.verification.flags),
           Put(GivenSpiffe(given.spiffe_bundles, given.spiffe_bundles_count,
                           given.spiffe_ids, given.spiffe_ids_count),
               &options.verification.spiffe),
           Put(Bundle(given.ca_certs, given.cadata), &options.ca_certs),
           Put(Text(given.ciphers, "ciphers"), &options.ciphers),
           Put(Text(given.groups, "groups"), &options.verification.groups),
           Put(Text(given.server_hostname, "server_hostname"),
               &options.server_hostname),
           Put(Texts(given.alpn_protocols, given.alpn_protocols_count,
                     "alpn_protocols"),
               &options.alpn_protocols),
           Put(Flag(given.alpn_required, "alpn_required"),
               &options.alpn_required),
           Put(Text(given.call_site, "call_site"), &options.call_site),
           Put(GivenEchKeys(given.ech_keys), &options.ech_keys),
           PutEch(given.ech_configs, given.ech_grease, &options.ech_configs,
                  &options.ech_grease),
       }) {
    if (!status.ok()) return status;
  }
  SetVerificationDefaults(options.server_side,
                          options.verification.spiffe != nullptr,
                          &options.cert_reqs, &options.check_hostname);
  if (given.credential_source != nullptr) {
    options.credential_source = given.credential_source->source;
  }
  if (given.session != nullptr) options.session = given.session->session;
  return options;
}

Outcome Wrap(airlock_runtime* runtime, const airlock_transport* transport,
             const airlock_wrap_options* given, airlock_socket** socket) {
  // First, because the transport is ours from here on.
  absl::StatusOr<MadeTransport> made = MakeTransport(transport);
  if (!made.ok()) return made.status();
  if (runtime == nullptr) return IsNull("runtime");
  if (socket == nullptr) return IsNull("socket");
  const absl::StatusOr<airlock_wrap_options> known =
      ReadStruct(given, "options");
  if (!known.ok()) return known.status();
  absl::StatusOr<platform::WrapOptions> options = OptionsOf(*known);
  if (!options.ok()) return options.status();
  auto handle = std::make_unique<airlock_socket>();
  handle->fd_transport = made->fd_transport;
  handle->claim = made->claim;
  handle->shared = made->shared;
  handle->user = known->user;
  const auto begin = std::chrono::steady_clock::now();
  auto wrapped = [&] {
    // It may shake hands.
    const platform::PosixTransport* const fd = made->fd_transport;
    const keys::KeyWaitScope wait =
        KeyWaitFor(fd, fd == nullptr ? absl::ZeroDuration() : fd->timeout());
    return runtime->runtime->WrapSocket(std::move(made->transport),
                                        *std::move(options));
  }();
  if (!wrapped.ok()) return wrapped.status();
  handle->socket = *std::move(wrapped);
  handle->WaitOutside();
  if (handle->socket->handshake_done()) {
    handle->handshake_time = std::chrono::steady_clock::now() - begin;
  }
  *socket = handle.release();
  return AIRLOCK_OK;
}

using Json = nlohmann::ordered_json;

Json VersionOf(const std::optional<ssl::TlsVersion>& version) {
  return version.has_value() ? Json(std::string(ssl::TlsVersionName(*version)))
                             : Json();
}

std::string ToJson(const platform::VerificationDecision& decision) {
  Json json;
  json["cert_reqs"] =
      std::string(ssl::VerifyModeName(decision.verification.mode));
  json["check_hostname"] = decision.verification.check_hostname;
  json["minimum_version"] = VersionOf(decision.verification.minimum_version);
  json["maximum_version"] = VersionOf(decision.verification.maximum_version);
  json["ca_certs"] =
      decision.ca_certs.has_value() ? Json(*decision.ca_certs) : Json();
  json["pins"] = decision.verification.anchor_pins.size();
  if (!decision.spiffe_ids.value.empty()) {
    json["spiffe_ids"] = decision.spiffe_ids.value;
  }
  json["changes"] = Json::array();
  for (const platform::PolicyChange& change : decision.changes) {
    json["changes"].push_back({{"setting", change.setting},
                               {"requested", change.requested},
                               {"effective", change.effective},
                               {"origin", change.origin.ToString()}});
  }
  return json.dump(/*indent=*/-1, /*indent_char=*/' ', /*ensure_ascii=*/true,
                   Json::error_handler_t::replace);
}

Outcome Explain(const airlock_runtime* runtime,
                const airlock_wrap_options* given, airlock_buffer* json) {
  if (runtime == nullptr) return IsNull("runtime");
  if (json == nullptr) return IsNull("json");
  const absl::StatusOr<airlock_wrap_options> known =
      ReadStruct(given, "options");
  if (!known.ok()) return known.status();
  const absl::StatusOr<platform::WrapOptions> options = OptionsOf(*known);
  if (!options.ok()) return options.status();
  const auto decision = runtime->runtime->Explain(*options);
  if (!decision.ok()) return decision.status();
  const absl::Status done = Give(ToJson(*decision), json);
  if (!done.ok()) return done;
  return AIRLOCK_OK;
}

}  // namespace
}  // namespace airlock::c::internal

airlock_status airlock_runtime_explain(const airlock_runtime* runtime,
                                       const airlock_wrap_options* options,
                                       airlock_buffer* json,
                                       airlock_error** error) {
  return airlock::c::internal::Guarded(error, [&] {
    return airlock::c::internal::Explain(runtime, options, json);
  });
}

airlock_status airlock_wrap_socket(airlock_runtime* runtime,
                                   const airlock_transport* transport,
                                   const airlock_wrap_options* options,
                                   airlock_socket** socket,
                                   airlock_error** error) {
  if (socket != nullptr) *socket = nullptr;
  return airlock::c::internal::Guarded(error, [&] {
    return airlock::c::internal::Wrap(runtime, transport, options, socket);
  });
}
