// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Reading and writing a Socket whose transport waits.
#ifndef AIRLOCK_PLATFORM_CLI_STREAM_H_
#define AIRLOCK_PLATFORM_CLI_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "platform/posix_transport.h"
#include "ssl/socket.h"

namespace airlock::cli {

// Writes all of `data`.
absl::Status WriteAll(ssl::Socket* socket, absl::string_view data);

// Reads what there is, at least one byte; 0 where the peer has ended.
absl::StatusOr<size_t> ReadSome(ssl::Socket* socket, absl::Span<char> into);

// Reads up to and with the next newline, or to the end; an error
// (kResourceExhausted) after `limit` bytes without one.
absl::StatusOr<std::string> ReadLine(ssl::Socket* socket, size_t limit);

// Ends a connection, good or failed, so that the peer reads all that was sent:
// says so, then waits for the peer to end too, a second at most. (A socket that
// is closed with bytes unread resets the connection, and what was under way,
// such as an alert, may be lost.) `transport` is the one that `socket` has.
void Close(ssl::Socket* socket, platform::PosixTransport* transport);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_STREAM_H_
