// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/support/shaky_transport.h"

#include <utility>

#include "gtest/gtest.h"
#include "ssl/socket.h"

namespace airlock::testing {

ShakyTransport::ShakyTransport(std::unique_ptr<ssl::Transport> inner,
                               Shakiness shakiness)
    : inner_(std::move(inner)), shakiness_(std::move(shakiness)) {}

ssl::IoResult ShakyTransport::Read(absl::Span<uint8_t> into) {
  const size_t call = calls_++;
  if (shakiness_.instead != nullptr) {
    if (auto answer = shakiness_.instead(/*reading=*/true, call)) {
      return *answer;
    }
  }
  return inner_->Read(into.subspan(0, shakiness_.most_at_once));
}

ssl::IoResult ShakyTransport::Write(absl::Span<const uint8_t> from) {
  const size_t call = calls_++;
  if (shakiness_.instead != nullptr) {
    if (auto answer = shakiness_.instead(/*reading=*/false, call)) {
      return *answer;
    }
  }
  return inner_->Write(from.subspan(0, shakiness_.most_at_once));
}

Connection WrapShaky(std::shared_ptr<const ssl::Context> client,
                     std::shared_ptr<const ssl::Context> server,
                     Shakiness client_shakiness, Shakiness server_shakiness,
                     const platform::MemoryTransportOptions& memory,
                     ssl::SocketOptions client_options) {
  auto [client_end, server_end] = platform::MakeMemoryTransports(memory);
  ssl::SocketOptions server_options;
  server_options.side = ssl::Side::kServer;
  auto client_socket =
      ssl::WrapSocket(std::move(client),
                      std::make_unique<ShakyTransport>(
                          std::move(client_end), std::move(client_shakiness)),
                      std::move(client_options));
  auto server_socket =
      ssl::WrapSocket(std::move(server),
                      std::make_unique<ShakyTransport>(
                          std::move(server_end), std::move(server_shakiness)),
                      std::move(server_options));
  Connection connection;
  EXPECT_TRUE(client_socket.ok()) << client_socket.status();
  EXPECT_TRUE(server_socket.ok()) << server_socket.status();
  connection.client = *std::move(client_socket);
  connection.server = *std::move(server_socket);
  return connection;
}

}  // namespace airlock::testing
