// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/tickets/redis_connect.h"

#include <utility>

#include "absl/types/span.h"
#include "platform/internal/fd_wait.h"
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

// Over an ssl::Transport or an ssl::Socket.
template <typename Connection>
class Stream final : public RedisStream {
 public:
  // `connection` owns `tcp`.
  Stream(std::unique_ptr<Connection> connection, PosixTransport* tcp,
         absl::Duration timeout)
      : connection_(std::move(connection)), tcp_(tcp), timeout_(timeout) {}

  void StartAnswer() override {
    tcp_->set_deadline(internal::UntilAfter(timeout_));
  }
  ssl::IoResult Read(absl::Span<uint8_t> into) override {
    return connection_->Read(into);
  }
  ssl::IoResult Write(absl::Span<const uint8_t> from) override {
    return connection_->Write(from);
  }

 private:
  const std::unique_ptr<Connection> connection_;
  PosixTransport* const tcp_;
  const absl::Duration timeout_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<RedisStream>> ConnectRedis(
    const RedisUrl& url, Runtime* runtime, const CaCerts& ca_certs,
    absl::Duration timeout, InChildren in_children) {
  auto dialled = Dial(url.host, url.port, timeout);
  if (!dialled.ok()) return dialled.status();
  PosixTransport* const tcp = dialled->get();
  // A timeout would start again with each byte.
  tcp->set_deadline(internal::UntilAfter(timeout));
  std::unique_ptr<ssl::Transport> transport;
  if (in_children == InChildren::kClosed) {
    transport = std::make_unique<UnsharedTransport>(*std::move(dialled));
  } else {
    transport = *std::move(dialled);
  }
  if (!url.tls) {
    return std::make_unique<Stream<ssl::Transport>>(std::move(transport), tcp,
                                                    timeout);
  }
  WrapOptions options;
  options.server_hostname = url.host;
  options.ca_certs = ca_certs;
  auto socket = runtime->WrapSocket(std::move(transport), std::move(options));
  if (!socket.ok()) return socket.status();
  return std::make_unique<Stream<ssl::Socket>>(*std::move(socket), tcp,
                                               timeout);
}

}  // namespace airlock::platform
