// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/stream.h"

#include <sys/socket.h>

#include <array>
#include <chrono>

namespace airlock::cli {
absl::Status WriteAll(ssl::Socket* socket, absl::string_view data) {
  while (!data.empty()) {
    const ssl::IoResult result = socket->Write(
        {reinterpret_cast<const uint8_t*>(data.data()), data.size()});
    if (!result.done()) return result.status();
    data.remove_prefix(result.bytes());
  }
  return absl::OkStatus();
}

absl::StatusOr<size_t> ReadSome(ssl::Socket* socket, absl::Span<char> into) {
  const ssl::IoResult result =
      socket->Read({reinterpret_cast<uint8_t*>(into.data()), into.size()});
  if (result.closed()) return 0;
  if (!result.done()) return result.status();
  return result.bytes();
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
  // Best effort: the peer may already be gone.
  if (socket->handshake_done()) (void)socket->Shutdown();
  shutdown(transport->fd(), SHUT_WR);
  transport->set_deadline(std::chrono::steady_clock::now() +
                          std::chrono::seconds(1));
  std::array<uint8_t, 4096> dropped;
  for (;;) {
    const auto result = transport->Read(absl::MakeSpan(dropped));
    if (!result.done()) return;
  }
}

}  // namespace airlock::cli
