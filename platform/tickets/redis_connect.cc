// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/tickets/redis_connect.h"

#include <utility>

#include "absl/types/span.h"
#include "platform/tcp.h"
#include "ssl/socket.h"

namespace airlock::platform {
namespace {

class PlainStream final : public RedisStream {
 public:
  explicit PlainStream(std::unique_ptr<PosixTransport> transport)
      : transport_(std::move(transport)) {}

  ssl::IoResult Read(absl::Span<uint8_t> into) override {
    return transport_->Read(into);
  }
  ssl::IoResult Write(absl::Span<const uint8_t> from) override {
    return transport_->Write(from);
  }

 private:
  const std::unique_ptr<PosixTransport> transport_;
};

class TlsStream final : public RedisStream {
 public:
  explicit TlsStream(std::unique_ptr<ssl::Socket> socket)
      : socket_(std::move(socket)) {}

  ssl::IoResult Read(absl::Span<uint8_t> into) override {
    return socket_->Read(into);
  }
  ssl::IoResult Write(absl::Span<const uint8_t> from) override {
    return socket_->Write(from);
  }

 private:
  const std::unique_ptr<ssl::Socket> socket_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<RedisStream>> ConnectRedis(
    const RedisUrl& url, Runtime* runtime, const CaCerts& ca_certs,
    absl::Duration timeout) {
  auto transport = Dial(url.host, url.port, timeout);
  if (!transport.ok()) return transport.status();
  (*transport)->set_timeout(timeout);
  if (!url.tls) return std::make_unique<PlainStream>(*std::move(transport));
  WrapOptions options;
  options.server_hostname = url.host;
  options.ca_certs = ca_certs;
  auto socket = runtime->WrapSocket(*std::move(transport), std::move(options));
  if (!socket.ok()) return socket.status();
  return std::make_unique<TlsStream>(*std::move(socket));
}

}  // namespace airlock::platform
