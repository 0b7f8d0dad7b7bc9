// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A private key that is not in the key service's own memory.
#ifndef AIRLOCK_PLATFORM_KEYS_OUTSIDE_KEY_H_
#define AIRLOCK_PLATFORM_KEYS_OUTSIDE_KEY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace airlock::keys {

// A key of a security module, say. Signs one input at a time, and never makes
// the caller wait. Thread-compatible.
class OutsideKey {
 public:
  virtual ~OutsideKey() = default;

  // The SignatureSchemes (RFC 8446, section 4.2.3) that the module has for this
  // key.
  virtual const std::vector<uint16_t>& schemes() const = 0;

  // Begins the signature of `input`, which is not hashed yet, with one of
  // `schemes`. None must be under way. Errors: kUnavailable if it cannot begin,
  // with a reason for the application.
  virtual absl::Status Begin(uint16_t scheme, absl::string_view input) = 0;

  // The result of the signature that was begun; unset: not yet, or none was.
  virtual std::optional<absl::StatusOr<std::string>> Take() = 0;

  // Readable when Take should be called; the key owns it.
  virtual int fd() const = 0;

  // Whether the key can never sign again, so that `fd` is of no use.
  virtual bool ended() const = 0;
};

}  // namespace airlock::keys

#endif  // AIRLOCK_PLATFORM_KEYS_OUTSIDE_KEY_H_
