// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/stream.h"

#include <sys/socket.h>

#include <array>
#include <chrono>

namespace airlock::cli {
namespace {

absl::Status WouldBlock() {
  return absl::InternalError("a transport that waits did not");
}

}  // namespace

absl::Status WriteAll(ssl::Socket* socket, absl::string_view data) {
  while (!data.empty()) {
    const absl::StatusOr<ssl::IoResult> result = socket->Write(
        {reinterpret_cast<const uint8_t*>(data.data()), data.size()});
    if (!result.ok()) return result.status();
    if (result->state != ssl::IoState::kDone) return WouldBlock();
    data.remove_prefix(result->bytes);
  }
  return absl::OkStatus();
}

absl::StatusOr<size_t> ReadSome(ssl::Socket* socket, absl::Span<char> into) {
  const absl::StatusOr<ssl::IoResult> result =
      socket->Read({reinterpret_cast<uint8_t*>(into.data()), into.size()});
  if (!result.ok()) return result.status();
  if (result->state == ssl::IoState::kClosed) return 0;
  if (result->state != ssl::IoState::kDone) return WouldBlock();
  return result->bytes;
}

absl::StatusOr<std::string> ReadLine(ssl::Socket* socket, size_t limit) {
  std::string line;
  while (line.size() < limit) {
    char c = 0;
    const absl::StatusOr<size_t> size = ReadSome(socket, {&c, 1});
    if (!size.ok()) return size.status();
    if (*size == 0) return line;
    line += c;
    if (c == '\n') return line;
  }
  return absl::ResourceExhaustedError("the line is too long");
}

void Close(ssl::Socket* socket, platform::PosixTransport* transport) {
  // Best effort: the peer may be gone already.
  if (socket->handshake_done()) socket->Shutdown().IgnoreError();
  shutdown(transport->fd(), SHUT_WR);
  transport->set_deadline(std::chrono::steady_clock::now() +
                          std::chrono::seconds(1));
  std::array<uint8_t, 4096> dropped;
  for (;;) {
    const auto result = transport->Read(absl::MakeSpan(dropped));
    if (!result.ok() || result->state != ssl::IoState::kDone) return;
  }
}

}  // namespace airlock::cli
