// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The processes behind a TokenKey.
#ifndef AIRLOCK_PLATFORM_KEYS_INTERNAL_TOKEN_PROCESS_H_
#define AIRLOCK_PLATFORM_KEYS_INTERNAL_TOKEN_PROCESS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "platform/internal/unique_fd.h"
#include "platform/keys/token_key.h"

namespace airlock::keys::internal {

// A packet of the socket between a TokenKey and its process: a request, with
// the scheme and the digest to sign, or none to ask for the schemes of the key
// (uint16 each); or its answer, with what was asked for or the reason why not.
struct TokenPacket {
  uint32_t number = 0;
  uint16_t code = 0;  // The scheme or 0; of an answer, 0: it was not done.
  std::string bytes;
};

std::string EncodeToken(const TokenPacket& packet);
// Unset if it is too short.
std::optional<TokenPacket> DecodeToken(absl::string_view bytes);

// Forks the process that answers requests at the other end of the socket that
// is returned. Errors: kInternal.
absl::StatusOr<platform::internal::UniqueFd> ForkTokenProcess(
    TokenKeyOptions options);

}  // namespace airlock::keys::internal

#endif  // AIRLOCK_PLATFORM_KEYS_INTERNAL_TOKEN_PROCESS_H_
