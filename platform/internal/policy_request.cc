// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/policy_request.h"

#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "ssl/cipher.h"
#include "ssl/error.h"

namespace airlock::platform::internal {
namespace {

// Applies the security level of a cipher string.
void PutLevel(absl::string_view ciphers, VerificationRequest* request) {
  const std::optional<int> level = ssl::StatedSecurityLevel(ciphers);
  if (!level.has_value()) return;
  request->verification.security_level = *level;
  request->security_level_stated = true;
}

// Whether the level is below the default.
bool IsLowered(const ssl::Verification& verification) {
  return verification.security_level < ssl::Verification().security_level;
}

}  // namespace

EchRequest EchRequestOf(const WrapOptions& options) {
  if (options.ech_configs != nullptr) return EchRequest::kOffered;
  return options.ech_grease || options.ech_keys != nullptr ? EchRequest::kOther
                                                           : EchRequest::kNone;
}

VerificationRequest RequestOf(const WrapOptions& options) {
  VerificationRequest request;
  request.side = options.server_side ? ssl::Side::kServer : ssl::Side::kClient;
  request.cert_reqs = options.cert_reqs;
  request.check_hostname = options.check_hostname;
  request.server_hostname = options.server_hostname;
  request.verification = options.verification;
  request.security_level_stated = IsLowered(options.verification);
  request.ech = EchRequestOf(options);
  PutLevel(options.ciphers, &request);
  return request;
}

VerificationRequest RequestOf(const ContextRequest& given,
                              const ssl::ContextOptions& options) {
  VerificationRequest request;
  request.side = given.side;
  request.cert_reqs = given.cert_reqs;
  request.check_hostname = given.check_hostname;
  request.server_hostname = given.server_hostname;
  request.unset_is_cert_none = given.unset_is_cert_none;
  request.cert_none_unstated = given.cert_none_unstated;
  request.live_ca_certs = given.live_ca_certs;
  request.verification = options.verification;
  request.key_log = options.keylog != nullptr;
  request.psk = given.side == ssl::Side::kClient
                    ? options.psk_client != nullptr
                    : options.psk_server != nullptr;
  if (given.side == ssl::Side::kServer) {
    request.ech =
        options.ech_keys == nullptr ? EchRequest::kNone : EchRequest::kOther;
  }
  request.partial_chain_stated = !given.partial_chain_unstated;
  request.security_level_stated = IsLowered(options.verification);
  PutLevel(options.ciphers, &request);
  if (given.security_level_unstated) request.security_level_stated = false;
  return request;
}

}  // namespace airlock::platform::internal
