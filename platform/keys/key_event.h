// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What the key service tells its operator.
#ifndef AIRLOCK_PLATFORM_KEYS_KEY_EVENT_H_
#define AIRLOCK_PLATFORM_KEYS_KEY_EVENT_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "platform/keys/protocol.h"

namespace airlock::keys {

// The process at the other end of a channel, as the kernel knows it
// (SO_PEERCRED). For the audit only: by the time that it is read, the number
// may belong to another process.
struct Peer {
  pid_t pid = 0;
  uid_t uid = 0;
};

// A request that the service refused. Texts may hold any bytes that an
// application chose.
struct KeyEvent {
  absl::Time time;
  std::string application;
  Peer peer;
  Refusal refusal = Refusal::kMalformed;
  std::string reason;
  std::string key;  // What the request named; empty: nothing.
  uint16_t scheme = 0;
  std::optional<Purpose> purpose;
  // How many events of the same application were not reported since the last.
  uint64_t suppressed = 0;

  // One JSON object on one line, without newline, in ASCII: `time` as RFC 3339
  // in UTC, `action` "key refused", the others by their names.
  std::string ToJson() const;
};

// Must not throw.
using KeyEventSink = std::function<void(const KeyEvent&)>;

// The word of a refusal, "not_handshake". Thread-safe.
absl::string_view RefusalName(Refusal refusal);

}  // namespace airlock::keys

#endif  // AIRLOCK_PLATFORM_KEYS_KEY_EVENT_H_
