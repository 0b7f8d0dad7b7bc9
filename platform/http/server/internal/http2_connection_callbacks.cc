// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What nghttp2 calls in an Http2Connection.

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <vector>

#include "platform/http/internal/nghttp2_util.h"
#include "platform/http/server/internal/http2_connection.h"

namespace airlock::http::internal {
namespace {

// What a client may send before the handler has taken it.
constexpr uint32_t kStreamWindow = 256 << 10;
constexpr int32_t kConnectionWindow = 1 << 20;

}  // namespace

struct Http2Connection::Callbacks {
  static Http2Connection& Self(void* user) {
    return *static_cast<Http2Connection*>(user);
  }

  static int OnBeginHeaders(nghttp2_session*, const nghttp2_frame* frame,
                            void* user) {
    Http2Connection& self = Self(user);
    if (!self.in_head_) {
      self.in_head_ = true;
      self.head_deadline_ = self.HeadDeadline();
    }
    const int32_t id = frame->hd.stream_id;
    if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
      self.streams_[id] =
          std::make_unique<Stream>(id, self.host_.limits().max_header_bytes);
    } else if (Stream* const stream = self.Find(id)) {
      stream->head.BeginTrailers();
    }
    return 0;
  }

  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame,
                      nghttp2_rcbuf* name, nghttp2_rcbuf* value, uint8_t,
                      void* user) {
    Http2Connection& self = Self(user);
    Stream* const stream = self.Find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    stream->head.Add(View(name), View(value));
    if (!stream->head.is_bomb()) return 0;
    self.Terminate(NGHTTP2_ENHANCE_YOUR_CALM,
                   "the client's headers expand to far more than the limit");
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  }

  // Without this, nghttp2 leaves such a field out.
  static int OnInvalidHeader(nghttp2_session*, const nghttp2_frame* frame,
                             nghttp2_rcbuf*, nghttp2_rcbuf*, uint8_t,
                             void* user) {
    Http2Connection& self = Self(user);
    Stream* const stream = self.Find(frame->hd.stream_id);
    if (stream != nullptr) self.Reset(stream, NGHTTP2_PROTOCOL_ERROR);
    return 0;
  }

  static int OnFrameReceived(nghttp2_session*, const nghttp2_frame* frame,
                             void* user) {
    Http2Connection& self = Self(user);
    const bool ended = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    switch (frame->hd.type) {
      case NGHTTP2_SETTINGS:
        self.preface_done_ = true;
        return 0;
      case NGHTTP2_PING:
        // The client has seen the notice.
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0 &&
            self.stopping_ == Stopping::kNotice) {
          self.SendLastGoaway();
        }
        return 0;
      case NGHTTP2_GOAWAY:
        // nghttp2 sends nothing more once the last stream has ended.
        if (self.stopping_ != Stopping::kLast) self.SendLastGoaway();
        return 0;
      case NGHTTP2_HEADERS:
        self.in_head_ = false;
        break;
      case NGHTTP2_RST_STREAM: {
        const Stream* const stream = self.Find(frame->hd.stream_id);
        if (stream != nullptr && !stream->sent) self.ChargeReset();
        return 0;
      }
      case NGHTTP2_DATA:
        break;
      default:
        return 0;
    }
    Stream* stream = self.Find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    if (!stream->head.finished()) {
      self.StartRequest(stream, ended);
    } else if (stream->head.too_large()) {
      self.Reset(stream, NGHTTP2_ENHANCE_YOUR_CALM);
      return 0;
    }
    stream = self.Find(frame->hd.stream_id);
    if (stream != nullptr && ended) self.EndInput(stream);
    return 0;
  }

  static int OnInvalidFrame(nghttp2_session*, const nghttp2_frame* frame, int,
                            void* user) {
    if (frame->hd.type == NGHTTP2_HEADERS) Self(user).in_head_ = false;
    return 0;
  }

  static int OnData(nghttp2_session* session, uint8_t, int32_t id,
                    const uint8_t* data, size_t size, void* user) {
    Http2Connection& self = Self(user);
    Stream* const stream = self.Find(id);
    if (stream != nullptr) {
      self.OnBody(stream,
                  absl::string_view(reinterpret_cast<const char*>(data), size));
    }
    return Consume(session, id, size);
  }

  static ssize_t ReadBody(nghttp2_session*, int32_t id, uint8_t* into,
                          size_t size, uint32_t* flags, nghttp2_data_source*,
                          void* user) {
    Http2Connection& self = Self(user);
    Stream* const stream = self.Find(id);
    if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    bool last = false;
    const absl::StatusOr<size_t> read = stream->body.Read(
        absl::MakeSpan(reinterpret_cast<char*>(into), size), &last);
    // nghttp2 resets it, so that the client can tell.
    if (!read.ok()) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    self.host_.stats().body_bytes_sent.fetch_add(*read,
                                                 std::memory_order_relaxed);
    self.NoteProgress(stream, *read, self.host_.limits().write_timeout);
    if (last) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(*read);
  }

  static int OnFrameSent(nghttp2_session*, const nghttp2_frame* frame,
                         void* user) {
    Http2Connection& self = Self(user);
    self.OnSent(frame->hd.type, frame->hd.stream_id, frame->hd.length,
                (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0);
    if (frame->hd.type == NGHTTP2_RST_STREAM &&
        frame->rst_stream.error_code != NGHTTP2_NO_ERROR) {
      self.ChargeReset();
    }
    if (frame->hd.type == NGHTTP2_GOAWAY &&
        frame->goaway.error_code != NGHTTP2_NO_ERROR) {
      self.OnViolation(frame->goaway.error_code);
    }
    return 0;
  }

  static int OnStreamClosed(nghttp2_session*, int32_t id, uint32_t,
                            void* user) {
    Self(user).Drop(id);
    return 0;
  }
};

bool Http2Connection::CreateSession() {
  const std::array<nghttp2_settings_entry, 3> settings = {
      {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, kMaxStreams},
       {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
       {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE,
        static_cast<uint32_t>(
            std::min<size_t>(host_.limits().max_header_bytes, 1 << 30))}}};
  Http2SessionOptions options;
  options.side = ssl::Side::kServer;
  options.set_callbacks = SetCommonCallbacks<Callbacks>;
  options.user = this;
  options.settings = settings;
  options.connection_window = kConnectionWindow;
  session_ = NewHttp2Session(options);
  return session_ != nullptr;
}

bool Http2Connection::SubmitResponse(int32_t id, const Headers& fields,
                                     bool has_body) {
  const std::vector<nghttp2_nv> values = NameValues(fields);
  nghttp2_data_provider body = {};
  body.read_callback = Callbacks::ReadBody;
  return nghttp2_submit_response(session_, id, values.data(), values.size(),
                                 has_body ? &body : nullptr) == 0;
}

}  // namespace airlock::http::internal
