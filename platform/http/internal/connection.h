// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A TLS connection to an origin, which requests share: in HTTP/1.1 one after
// the other.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_CONNECTION_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_CONNECTION_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "platform/http/internal/http2_session.h"
#include "platform/http/internal/read_ahead_transport.h"
#include "platform/http/message.h"
#include "ssl/socket.h"
#include "ssl/transport.h"

namespace airlock::http::internal {

// A Socket whose handshake is done, over a transport that does not wait.
// Thread-compatible.
class Connection {
 public:
  // `socket` owns `transport`.
  Connection(std::unique_ptr<ssl::Socket> socket, ReadAheadTransport* transport,
             std::string address, std::string proxy);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // For an event loop. The connection keeps its ownership.
  int fd() const { return transport_->posix().fd(); }
  // There may be more to read: the descriptor is ready, or was not watched.
  void Ready() { transport_->Ready(); }
  // No request uses it for some time. Frees memory.
  void Rest() { transport_->LeaveBuffer(); }

  ssl::Socket& socket() { return *socket_; }

  // The decrypted stream.
  ssl::Transport& stream() { return stream_; }

  // Speaks HTTP/2 from now on. Errors: out of memory.
  absl::Status StartHttp2();
  // Null: it speaks HTTP/1.1.
  Http2Session* http2() { return http2_.get(); }

  // Whether another request can use it: the server has neither closed nor, in
  // HTTP/1.1, sent anything. Sees what has arrived since the last read only
  // after Ready. May read session tickets.
  bool IsIdle();

  // Notes a request. Returns whether there was one before.
  bool NoteRequest() { return std::exchange(used_, true); }

  // They no longer change. `reused` is up to the caller.
  const ConnectionFacts& facts() const { return facts_; }

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
  ReadAheadTransport* const transport_;
  const ConnectionFacts facts_;
  std::unique_ptr<Http2Session> http2_;
  bool used_ = false;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_CONNECTION_H_
