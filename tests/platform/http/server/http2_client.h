// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Clients whose every HTTP/2 frame a test decides.
#ifndef AIRLOCK_TESTS_PLATFORM_HTTP_SERVER_HTTP2_CLIENT_H_
#define AIRLOCK_TESTS_PLATFORM_HTTP_SERVER_HTTP2_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "platform/http/headers.h"
#include "platform/http/server/handler.h"
#include "platform/http/server/server_options.h"
#include "ssl/socket.h"
#include "ssl/transport.h"
#include "tests/platform/http/http2_peer.h"
#include "tests/platform/http/server/server_fixture.h"
#include "tests/platform/http/test_server.h"

namespace airlock::http::testing {

// RFC 9113, section 7.
constexpr uint32_t kNoError = 0;
constexpr uint32_t kProtocolError = 1;
constexpr uint32_t kInternalError = 2;
constexpr uint32_t kStreamClosed = 5;
constexpr uint32_t kRefusedStream = 7;
constexpr uint32_t kCancel = 8;
constexpr uint32_t kEnhanceYourCalm = 11;

constexpr absl::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// A big-endian number.
uint32_t Parse(absl::string_view bytes);

std::string Repeat(absl::string_view text, int times);

// The fields of a request's head.
Headers Fielded(absl::string_view method, absl::string_view path,
                const Headers& more = {});
// A request without a body.
std::string Ask(uint32_t stream, absl::string_view path = "/",
                const Headers& more = {});
// A request whose body follows.
std::string Begin(uint32_t stream, const Headers& more = {});
// The client resets a stream.
std::string Cancel(uint32_t stream);
// PING, whose acknowledgement shows that the server has seen what came before.
std::string Ping();

class Http2Client {
 public:
  // Sends the preface unless `silent`.
  explicit Http2Client(const RunningServer& server, bool silent = false);

  bool Send(absl::string_view bytes) { return raw_.Send(bytes); }
  Http2Peer& peer() { return http2_; }

  // The status of the next complete response, and its body; "gone" without one.
  std::string Response();
  // The code of the next RST_STREAM for a stream.
  std::optional<uint32_t> ResetCode(uint32_t stream);
  // The code of GOAWAY, after which the connection ends.
  std::optional<uint32_t> EndCode();
  // The same, for a client that sends nothing, not even acknowledgements.
  std::optional<uint32_t> EndCodeInSilence();
  // Sends close_notify.
  void HalfClose() { raw_.HalfClose(); }

 private:
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

  RawClient raw_;
  Stream stream_;
  Peer peer_;
  Http2Peer http2_;
};

// Options of a server that offers HTTP/2.
ServerOptions Serving(std::shared_ptr<Handler> handler);

// Keeps the responders.
std::shared_ptr<Handler> Keeping(std::vector<std::shared_ptr<Responder>>* kept);

// Answers with a reader that gives `size` bytes, and says that it has `said`.
std::shared_ptr<Handler> Reading(size_t size, std::optional<uint64_t> said);

}  // namespace airlock::http::testing

#endif  // AIRLOCK_TESTS_PLATFORM_HTTP_SERVER_HTTP2_CLIENT_H_
