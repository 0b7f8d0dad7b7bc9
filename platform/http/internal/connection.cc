// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/connection.h"

#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace airlock::http::internal {

Connection::Connection(std::unique_ptr<ssl::Socket> socket,
                       ReadAheadTransport* transport, std::string address,
                       std::string proxy)
    : socket_(std::move(socket)),
      stream_(socket_.get()),
      transport_(transport),
      address_(std::move(address)),
      proxy_(std::move(proxy)) {}

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

ConnectionFacts Connection::facts() const {
  ConnectionFacts facts;
  facts.address = address_;
  facts.proxy = proxy_;
  facts.verified = socket_->peer_verified();
  if (const auto info = socket_->info()) facts.tls = *info;
  facts.presented_chain = socket_->presented_chain();
  return facts;
}

}  // namespace airlock::http::internal
