// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/policy_request.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "ssl/cipher.h"
#include "ssl/error.h"

namespace airlock::platform::internal {
namespace {

// What a cipher string says of the security level.
void PutLevel(absl::string_view ciphers, VerificationRequest* request) {
  const absl::optional<int> level = ssl::StatedSecurityLevel(ciphers);
  if (!level.has_value()) return;
  request->security_level = *level;
  request->security_level_stated = true;
}

// One of the verified chain's keys must be among `pins`: what ContextOptions'
// pins do where they only narrow.
absl::Status CheckPins(const std::vector<std::string>& pins,
                       const ssl::VerifiedPeer& peer) {
  const auto is_pinned = [&pins](const ssl::Certificate& certificate) {
    return absl::c_linear_search(pins, certificate.SpkiSha256());
  };
  if (absl::c_any_of(peer.verified, is_pinned)) return absl::OkStatus();
  return ssl::MakeStatus(ssl::ErrorKind::kVerification,
                         "no key of the peer's chain is among the pins.");
}

}  // namespace

VerificationRequest RequestOf(const WrapOptions& options) {
  VerificationRequest request;
  request.side = options.server_side ? ssl::Side::kServer : ssl::Side::kClient;
  request.cert_reqs = options.cert_reqs;
  request.check_hostname = options.check_hostname;
  request.server_hostname = options.server_hostname;
  request.protocol = options.ssl_version;
  request.minimum_version = options.minimum_version;
  request.maximum_version = options.maximum_version;
  request.verify_flags = options.verify_flags;
  request.groups = options.groups;
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
  request.common_name_fallback = options.hostname.common_name_fallback;
  request.protocol = options.protocol;
  request.minimum_version = options.minimum_version;
  request.maximum_version = options.maximum_version;
  request.disabled_versions = options.disabled_versions;
  request.key_log = options.keylog != nullptr;
  request.psk = given.side == ssl::Side::kClient
                    ? options.psk_client != nullptr
                    : options.psk_server != nullptr;
  request.verify_flags = options.verify_flags;
  request.partial_chain_stated = !given.partial_chain_unstated;
  request.verify_depth = options.verify_depth;
  request.groups = options.groups;
  request.security_level = options.security_level;
  request.security_level_stated =
      options.security_level < ssl::ContextOptions().security_level;
  PutLevel(options.ciphers, &request);
  if (given.security_level_unstated) request.security_level_stated = false;
  return request;
}

void NarrowByPins(std::vector<std::string> pins, ssl::ContextOptions* options) {
  if (pins.empty()) return;
  options->verify = [pins = std::move(pins), next = std::move(options->verify)](
                        const ssl::Socket& socket,
                        const ssl::VerifiedPeer& peer) {
    absl::Status status = CheckPins(pins, peer);
    if (status.ok() && next != nullptr) status = next(socket, peer);
    return status;
  };
}

}  // namespace airlock::platform::internal
