// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/platform/http/http2_peer.h"

#include <nghttp2/nghttp2.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace airlock::http::testing {
namespace {

constexpr absl::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr size_t kFrameHeader = 9;
constexpr size_t kMaxPayload = 16384;

uint32_t Parse(absl::string_view bytes) {
  uint32_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

}  // namespace

std::string Number(uint64_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) {
    text.push_back(static_cast<char>(value >> (8 * i)));
  }
  return text;
}

std::string FrameBytes(uint8_t type, uint8_t flags, uint32_t stream,
                       absl::string_view payload) {
  return absl::StrCat(Number(payload.size(), 3), Number(type, 1),
                      Number(flags, 1), Number(stream, 4), payload);
}

std::string Fields(const Headers& fields) {
  std::string block;
  for (const Header& field : fields) {
    absl::StrAppend(&block, Number(0, 1), Number(field.name.size(), 1),
                    field.name, Number(field.value.size(), 1), field.value);
  }
  return block;
}

std::string ResponseFrames(uint32_t stream, absl::string_view status,
                           const Headers& fields, absl::string_view body) {
  Headers all = {{":status", std::string(status)}};
  for (const Header& field : fields) all.Add(field.name, field.value);
  std::string frames =
      FrameBytes(kHeaders, kEndHeaders | (body.empty() ? kEndStream : 0),
                 stream, Fields(all));
  while (!body.empty()) {
    const absl::string_view part = body.substr(0, kMaxPayload);
    body.remove_prefix(part.size());
    frames += FrameBytes(kData, body.empty() ? kEndStream : 0, stream, part);
  }
  return frames;
}

TestServerOptions Http2() {
  TestServerOptions options;
  options.alpn = {"h2", "http/1.1"};
  return options;
}

Http2Peer::Http2Peer(Peer* peer) : peer_(peer) {
  EXPECT_EQ(nghttp2_hd_inflate_new(&inflater_), 0);
}

Http2Peer::~Http2Peer() { nghttp2_hd_inflate_del(inflater_); }

bool Http2Peer::Start(absl::string_view settings) {
  const std::optional<std::string> preface = peer_->Read(kPreface.size());
  return preface.has_value() && *preface == kPreface &&
         Send(FrameBytes(kSettings, 0, 0, settings));
}

std::optional<Frame> Http2Peer::ReadFrame() {
  const std::optional<std::string> header = peer_->Read(kFrameHeader);
  if (!header.has_value()) return std::nullopt;
  Frame frame;
  frame.type = static_cast<uint8_t>((*header)[3]);
  frame.flags = static_cast<uint8_t>((*header)[4]);
  frame.stream = Parse(absl::string_view(*header).substr(5));
  const size_t size = Parse(absl::string_view(*header).substr(0, 3));
  if (size == 0) return frame;
  std::optional<std::string> payload = peer_->Read(size);
  if (!payload.has_value()) return std::nullopt;
  frame.payload = *std::move(payload);
  return frame;
}

bool Http2Peer::Handle(const Frame& frame, bool stingy) {
  switch (frame.type) {
    case kSettings:
      if ((frame.flags & kEndStream) != 0) return true;
      for (size_t i = 0; i + 6 <= frame.payload.size(); i += 6) {
        const absl::string_view entry =
            absl::string_view(frame.payload).substr(i, 6);
        settings_[static_cast<uint16_t>(Parse(entry.substr(0, 2)))] =
            Parse(entry.substr(2));
      }
      return Send(FrameBytes(kSettings, kEndStream, 0, ""));
    case kPing:
      if ((frame.flags & kEndStream) != 0) return true;
      return Send(FrameBytes(kPing, kEndStream, 0, frame.payload));
    case kHeaders: {
      SeenRequest& request = streams_[frame.stream];
      const auto* in = reinterpret_cast<const uint8_t*>(frame.payload.data());
      size_t left = frame.payload.size();
      nghttp2_nv field = {};
      int flags = 0;
      do {
        const ssize_t used =
            nghttp2_hd_inflate_hd2(inflater_, &field, &flags, in, left,
                                   (frame.flags & kEndHeaders) != 0 ? 1 : 0);
        if (used < 0) return false;
        in += used;
        left -= static_cast<size_t>(used);
        if ((flags & NGHTTP2_HD_INFLATE_EMIT) == 0) continue;
        const std::string name(reinterpret_cast<char*>(field.name),
                               field.namelen);
        const std::string value(reinterpret_cast<char*>(field.value),
                                field.valuelen);
        if (name == ":method") request.method = value;
        if (name == ":path") request.target = value;
        absl::StrAppend(&request.head, name, ": ", value, "\r\n");
      } while ((flags & NGHTTP2_HD_INFLATE_FINAL) == 0);
      nghttp2_hd_inflate_end_headers(inflater_);
      break;
    }
    case kData:
      streams_[frame.stream].body += frame.payload;
      if (!stingy && !frame.payload.empty()) {
        const std::string size = Number(frame.payload.size(), 4);
        if (!Send(FrameBytes(kWindowUpdate, 0, 0, size) +
                  FrameBytes(kWindowUpdate, 0, frame.stream, size))) {
          return false;
        }
      }
      break;
    case kWindowUpdate:
      granted_[frame.stream] += Parse(frame.payload);
      return true;
    case kRstStream:
      streams_.erase(frame.stream);
      complete_.erase(frame.stream);
      return true;
    default:
      return true;
  }
  if ((frame.flags & kEndStream) != 0) {
    complete_[frame.stream] = std::move(streams_[frame.stream]);
    streams_.erase(frame.stream);
  }
  return true;
}

std::optional<SeenStream> Http2Peer::ReadRequest(bool stingy) {
  while (complete_.empty()) {
    const std::optional<Frame> frame = ReadFrame();
    if (!frame.has_value() || !Handle(*frame, stingy)) return std::nullopt;
  }
  SeenStream seen{complete_.begin()->first,
                  std::move(complete_.begin()->second)};
  complete_.erase(complete_.begin());
  return seen;
}

std::optional<Frame> Http2Peer::WaitFor(uint8_t type, uint32_t stream) {
  while (std::optional<Frame> frame = ReadFrame()) {
    const bool found = frame->type == type && frame->stream == stream;
    if (!Handle(*frame, false)) break;
    if (found) return frame;
  }
  return std::nullopt;
}

bool Http2Peer::Step() {
  const std::optional<Frame> frame = ReadFrame();
  return frame.has_value() && Handle(*frame, false);
}

TestServer::Script OverHttp2(std::function<void(Http2Peer& peer)> script) {
  return [script = std::move(script)](Peer& peer) {
    Http2Peer http2(&peer);
    if (http2.Start()) script(http2);
  };
}

TestServer::Script AlwaysHttp2(
    std::function<void(Http2Peer& peer, const SeenStream& request)> answer) {
  return OverHttp2([answer = std::move(answer)](Http2Peer& peer) {
    while (const std::optional<SeenStream> request = peer.ReadRequest()) {
      answer(peer, *request);
    }
  });
}

}  // namespace airlock::http::testing
