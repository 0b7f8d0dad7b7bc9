// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A TLS connection to an origin, which requests use one after the other.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_CONNECTION_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_CONNECTION_H_

#include <memory>
#include <string>

#include "platform/http/message.h"
#include "platform/posix_transport.h"
#include "ssl/socket.h"
#include "ssl/transport.h"

namespace airlock::http::internal {

// A Socket whose handshake is done, over a transport that does not wait.
// Thread-compatible.
class Connection {
 public:
  Connection(std::unique_ptr<ssl::Socket> socket, int fd, std::string address,
             std::string proxy);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // For an event loop. The connection keeps its ownership.
  int fd() const { return fd_; }
  ssl::Socket& socket() { return *socket_; }

  // The decrypted stream.
  ssl::Transport& stream() { return stream_; }

  // Whether another request can use it: the server has neither closed nor sent
  // anything. May read session tickets.
  bool IsIdle();

  // `reused` is up to the caller.
  ConnectionFacts facts() const;

 private:
  // Socket's Read and Write as a Transport.
  class Stream final : public ssl::Transport {
   public:
    explicit Stream(ssl::Socket* socket) : socket_(socket) {}
    ssl::IoResult Read(absl::Span<uint8_t> into) override {
      return socket_->Read(into);
    }
    ssl::IoResult Write(absl::Span<const uint8_t> from) override {
      return socket_->Write(from);
    }

   private:
    ssl::Socket* const socket_;
  };

  const std::unique_ptr<ssl::Socket> socket_;
  Stream stream_;
  const int fd_;
  const std::string address_;
  const std::string proxy_;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_CONNECTION_H_
