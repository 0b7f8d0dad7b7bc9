// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The queries of a context.

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "nlohmann/json.hpp"
#include "platform/c/airlock.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/handles.h"
#include "platform/c/internal/structs.h"
#include "platform/c/internal/values.h"
#include "ssl/certificate.h"
#include "ssl/cipher.h"
#include "ssl/context.h"
#include "ssl/socket.h"
#include "ssl/trust_source.h"
#include "ssl/trust_store.h"

using airlock::c::internal::Give;
using airlock::c::internal::Guarded;
using airlock::c::internal::Invalid;
using airlock::c::internal::IsNull;
using airlock::c::internal::Outcome;
using airlock::c::internal::SetError;
using airlock::c::internal::WriteStruct;

namespace {

using Json = nlohmann::ordered_json;

// In the format of Python's SSLContext.get_ciphers().
std::string CiphersJson(const std::vector<airlock::ssl::CipherInfo>& ciphers) {
  Json list = Json::array();
  for (const airlock::ssl::CipherInfo& cipher : ciphers) {
    Json json;
    json["id"] = cipher.id;
    json["name"] = cipher.name;
    json["standard_name"] = cipher.standard_name;
    json["protocol"] = cipher.protocol;
    json["strength_bits"] = cipher.strength_bits;
    json["alg_bits"] = cipher.algorithm_bits;
    json["aead"] = cipher.aead;
    json["symmetric"] = cipher.symmetric;
    json["digest"] = cipher.digest.empty() ? Json() : Json(cipher.digest);
    json["kea"] = cipher.key_exchange;
    json["auth"] = cipher.auth;
    list.push_back(std::move(json));
  }
  return list.dump();
}

int32_t CertReqsNumber(airlock::ssl::VerifyMode mode) {
  switch (mode) {
    case airlock::ssl::VerifyMode::kNone:
      return AIRLOCK_CERT_NONE;
    case airlock::ssl::VerifyMode::kOptional:
      return AIRLOCK_CERT_OPTIONAL;
    case airlock::ssl::VerifyMode::kRequired:
      break;
  }
  return AIRLOCK_CERT_REQUIRED;
}

}  // namespace

airlock_status airlock_context_info_get(const airlock_context* context,
                                        airlock_context_info* out,
                                        airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (context == nullptr) return IsNull("context");
    const airlock::ssl::Context& made = *context->context;
    airlock_context_info info = {};
    info.cert_reqs = CertReqsNumber(made.options().verification.mode);
    info.check_hostname = airlock::c::internal::ChoiceNumber(
        made.options().verification.check_hostname);
    info.minimum_version = static_cast<uint16_t>(made.minimum_version());
    info.maximum_version = static_cast<uint16_t>(made.maximum_version());
    const int level = made.options().verification.security_level;
    info.security_level = level == 0 ? AIRLOCK_SECURITY_LEVEL_0 : level;
    const absl::Status written = WriteStruct(info, out, "out");
    if (!written.ok()) return written;
    return AIRLOCK_OK;
  });
}

airlock_status airlock_context_ciphers_json(const airlock_context* context,
                                            airlock_buffer* json,
                                            airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (context == nullptr) return IsNull("context");
    if (json == nullptr) return IsNull("json");
    const absl::Status given =
        Give(CiphersJson(context->context->Ciphers()), json);
    if (!given.ok()) return given;
    return AIRLOCK_OK;
  });
}

airlock_status airlock_socket_shared_ciphers_json(const airlock_socket* socket,
                                                  airlock_buffer* json,
                                                  airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (socket == nullptr) return IsNull("socket");
    if (json == nullptr) return IsNull("json");
    const absl::Status given =
        Give(CiphersJson(socket->socket->SharedCiphers()), json);
    if (!given.ok()) return given;
    return AIRLOCK_OK;
  });
}

airlock_status airlock_context_ca_certificate(const airlock_context* context,
                                              size_t index,
                                              airlock_certificate** certificate,
                                              airlock_error** error) {
  if (certificate != nullptr) *certificate = nullptr;
  return Guarded(error, [&]() -> Outcome {
    if (context == nullptr) return IsNull("context");
    if (certificate == nullptr) return IsNull("certificate");
    const airlock::ssl::ContextOptions& made = context->context->options();
    const auto store = made.trust_source != nullptr
                           ? made.trust_source->current()
                           : made.trust_store;
    if (store == nullptr) return AIRLOCK_NONE;
    const absl::StatusOr<std::vector<airlock::ssl::Certificate>> trusted =
        store->Certificates();
    if (!trusted.ok()) return trusted.status();
    if (index >= trusted->size()) return AIRLOCK_NONE;
    *certificate = new airlock_certificate{(*trusted)[index]};
    return AIRLOCK_OK;
  });
}

airlock_status airlock_context_bundle_state(const airlock_context* context,
                                            airlock_bundle_state* out,
                                            airlock_error** failure,
                                            airlock_error** error) {
  if (failure != nullptr) *failure = nullptr;
  return Guarded(error, [&]() -> Outcome {
    if (context == nullptr) return IsNull("context");
    const auto& source = context->context->options().trust_source;
    if (source == nullptr) {
      return Invalid(
          "the context has no live CA bundle; set live_ca_certs when it is "
          "made.");
    }
    const airlock::ssl::TrustSourceState state = source->state();
    airlock_bundle_state shown = {};
    shown.generation = state.generation;
    shown.failures = state.failures;
    if (state.updated.has_value()) {
      shown.updated_s = absl::ToUnixSeconds(*state.updated);
    }
    const absl::Status written =
        airlock::c::internal::WriteStruct(shown, out, "out");
    if (!written.ok()) return written;
    if (!state.error.ok()) SetError(state.error, failure);
    return AIRLOCK_OK;
  });
}

airlock_status airlock_context_session_statistics(
    const airlock_context* context, airlock_session_statistics* out,
    airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (context == nullptr) return IsNull("context");
    const airlock::ssl::SessionStatistics counted =
        context->context->session_statistics();
    airlock_session_statistics shown = {};
    shown.number = counted.number;
    shown.connect = counted.connect;
    shown.connect_good = counted.connect_good;
    shown.accept = counted.accept;
    shown.accept_good = counted.accept_good;
    shown.hits = counted.hits;
    shown.misses = counted.misses;
    const absl::Status written = WriteStruct(shown, out, "out");
    if (!written.ok()) return written;
    return AIRLOCK_OK;
  });
}
