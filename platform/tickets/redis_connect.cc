// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/tickets/redis_connect.h"

#include <utility>

#include "absl/types/span.h"
#include "platform/internal/unshared_fd.h"
#include "platform/posix_transport.h"
#include "platform/tcp.h"
#include "ssl/socket.h"
#include "ssl/transport.h"

namespace airlock::platform {
namespace {

// A transport that a child of fork() does not get.
class UnsharedTransport final : public ssl::Transport {
 public:
  explicit UnsharedTransport(std::unique_ptr<PosixTransport> transport)
      : transport_(std::move(transport)), unshared_(transport_->fd()) {}

  ssl::IoResult Read(absl::Span<uint8_t> into) override {
    return transport_->Read(into);
  }
  ssl::IoResult Write(absl::Span<const uint8_t> from) override {
    return transport_->Write(from);
  }

 private:
  const std::unique_ptr<PosixTransport> transport_;
  const internal::UnsharedFd unshared_;
};

class PlainStream final : public RedisStream {
 public:
  explicit PlainStream(std::unique_ptr<ssl::Transport> transport)
      : transport_(std::move(transport)) {}

  ssl::IoResult Read(absl::Span<uint8_t> into) override {
    return transport_->Read(into);
  }
  ssl::IoResult Write(absl::Span<const uint8_t> from) override {
    return transport_->Write(from);
  }

 private:
  const std::unique_ptr<ssl::Transport> transport_;
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
    absl::Duration timeout, InChildren in_children) {
  auto dialled = Dial(url.host, url.port, timeout);
  if (!dialled.ok()) return dialled.status();
  (*dialled)->set_timeout(timeout);
  std::unique_ptr<ssl::Transport> transport;
  if (in_children == InChildren::kClosed) {
    transport = std::make_unique<UnsharedTransport>(*std::move(dialled));
  } else {
    transport = *std::move(dialled);
  }
  if (!url.tls) return std::make_unique<PlainStream>(std::move(transport));
  WrapOptions options;
  options.server_hostname = url.host;
  options.ca_certs = ca_certs;
  auto socket = runtime->WrapSocket(std::move(transport), std::move(options));
  if (!socket.ok()) return socket.status();
  return std::make_unique<TlsStream>(*std::move(socket));
}

}  // namespace airlock::platform
