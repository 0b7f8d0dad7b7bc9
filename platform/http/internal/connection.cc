// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/connection.h"

#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace airlock::http::internal {
namespace {

ConnectionFacts FactsOf(const ssl::Socket& socket, std::string address,
                        std::string proxy) {
  ConnectionFacts facts;
  facts.address = std::move(address);
  facts.proxy = std::move(proxy);
  facts.verified = socket.peer_verified();
  if (auto info = socket.info()) facts.tls = *std::move(info);
  facts.presented_chain = socket.presented_chain();
  return facts;
}

}  // namespace

Connection::Connection(std::unique_ptr<ssl::Socket> socket,
                       ReadAheadTransport* transport, std::string address,
                       std::string proxy)
    : socket_(std::move(socket)),
      stream_(socket_.get()),
      transport_(transport),
      facts_(FactsOf(*socket_, std::move(address), std::move(proxy))) {}

// Sends GOAWAY and close_notify if that needs no wait.
Connection::~Connection() {
  if (http2_ != nullptr) http2_->Close();
  (void)socket_->Shutdown();
}

absl::Status Connection::StartHttp2() {
  absl::StatusOr<std::unique_ptr<Http2Session>> session =
      Http2Session::Create(&stream_);
  if (!session.ok()) return session.status();
  http2_ = *std::move(session);
  return absl::OkStatus();
}

bool Connection::IsIdle() {
  if (http2_ != nullptr) return http2_->IsIdle();
  uint8_t byte = 0;
  return socket_->Read(absl::MakeSpan(&byte, 1)).want_read();
}

}  // namespace airlock::http::internal
