// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The server's end of an HTTP/2 connection whose every frame a test decides.
#ifndef AIRLOCK_TESTS_PLATFORM_HTTP_HTTP2_PEER_H_
#define AIRLOCK_TESTS_PLATFORM_HTTP_HTTP2_PEER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "platform/http/headers.h"
#include "tests/platform/http/test_server.h"

struct nghttp2_hd_inflater;

namespace airlock::http::testing {

// RFC 9113, section 6.
enum FrameType : uint8_t {
  kData = 0,
  kHeaders = 1,
  kPriority = 2,
  kRstStream = 3,
  kSettings = 4,
  kPushPromise = 5,
  kPing = 6,
  kGoaway = 7,
  kWindowUpdate = 8,
  kContinuation = 9,
};
enum FrameFlag : uint8_t {
  kEndStream = 1,  // And ACK.
  kEndHeaders = 4,
};

struct Frame {
  uint8_t type = 0;
  uint8_t flags = 0;
  uint32_t stream = 0;
  std::string payload;
};

// The bytes of a frame.
std::string FrameBytes(uint8_t type, uint8_t flags, uint32_t stream,
                       absl::string_view payload);
// A big-endian number.
std::string Number(uint64_t value, int bytes);
// A block of HPACK: each field literally, so that it may be invalid. For names
// and values of at most 126 bytes.
std::string Fields(const Headers& fields);
// The frames of a complete response.
std::string ResponseFrames(uint32_t stream, absl::string_view status,
                           const Headers& fields, absl::string_view body);
// HTTP/2 where the client offers it.
TestServerOptions Http2();

// A request as it arrived.
struct SeenStream {
  uint32_t stream = 0;
  SeenRequest request;  // The head is "name: value" lines.
};

class Http2Peer {
 public:
  explicit Http2Peer(Peer* peer);
  ~Http2Peer();

  // Reads the client's preface and sends SETTINGS. False if the preface is
  // missing or invalid.
  bool Start(absl::string_view settings = "");
  // Unset: the client is gone.
  std::optional<Frame> ReadFrame();
  // The next complete request, also one that ended before. Acknowledges
  // SETTINGS and PING, and gives back the window of what arrives, unless
  // `stingy`. Unset: the client is gone.
  std::optional<SeenStream> ReadRequest(bool stingy = false);
  // The next frame of that type for that stream. Takes it and others as
  // ReadRequest does.
  std::optional<Frame> WaitFor(uint8_t type, uint32_t stream);

  // Takes a frame as ReadRequest does.
  bool Step();

  bool Send(absl::string_view bytes) { return peer_->Send(bytes); }
  bool Respond(uint32_t stream, absl::string_view status, const Headers& fields,
               absl::string_view body) {
    return Send(ResponseFrames(stream, status, fields, body));
  }
  void WaitForEnd() { peer_->WaitForEnd(); }

  // How many complete requests ReadRequest can return at once.
  size_t waiting() const { return complete_.size(); }
  // How much the client's WINDOW_UPDATEs have added for a stream, or for the
  // connection (0).
  size_t granted(uint32_t stream) { return granted_[stream]; }
  // What the client's SETTINGS say.
  const std::map<uint16_t, uint32_t>& settings() const { return settings_; }

 private:
  // False if the frame is invalid.
  bool Handle(const Frame& frame, bool stingy);

  Peer* const peer_;
  nghttp2_hd_inflater* inflater_ = nullptr;
  std::map<uint16_t, uint32_t> settings_;
  std::map<uint32_t, size_t> granted_;
  std::map<uint32_t, SeenRequest> streams_;  // Without their end.
  std::map<uint32_t, SeenRequest> complete_;
};

// Serves each connection by `script`, after its preface.
TestServer::Script OverHttp2(std::function<void(Http2Peer& peer)> script);
// Answers every request until the client closes.
TestServer::Script AlwaysHttp2(
    std::function<void(Http2Peer& peer, const SeenStream& request)> answer);

}  // namespace airlock::http::testing

#endif  // AIRLOCK_TESTS_PLATFORM_HTTP_HTTP2_PEER_H_
