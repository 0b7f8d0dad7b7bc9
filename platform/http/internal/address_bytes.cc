// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/address_bytes.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>

#include "absl/strings/ascii.h"

namespace airlock::http::internal {

std::string AddressBytes(absl::string_view text) {
  // For inet_pton, a null byte would be the end of the text.
  const bool possible = std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isxdigit(static_cast<unsigned char>(c)) || c == ':' ||
           c == '.';
  });
  if (!possible) return "";
  const std::string terminated(text);
  std::string bytes(16, '\0');
  if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) return bytes;
  bytes.resize(4);
  if (inet_pton(AF_INET, terminated.c_str(), bytes.data()) == 1) return bytes;
  return "";
}

}  // namespace airlock::http::internal
