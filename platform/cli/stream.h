// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Reads and writes a Socket whose transport waits.
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

// Reads available data, at least one byte; 0 if the peer has ended.
absl::StatusOr<size_t> ReadSome(ssl::Socket* socket, absl::Span<char> into);

// Reads up to and including the next newline, or to the end; an error
// (kResourceExhausted) after `limit` bytes without one.
absl::StatusOr<std::string> ReadLine(ssl::Socket* socket, size_t limit);

// Ends a connection, intact or failed, so that the peer can read everything
// that was sent: sends close_notify, then waits for the peer to close too, for
// at most a second. (Closing a socket with unread bytes resets the connection,
// which may lose data in transit, such as an alert.) `transport` is the
// transport of `socket`.
void Close(ssl::Socket* socket, platform::PosixTransport* transport);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_STREAM_H_
