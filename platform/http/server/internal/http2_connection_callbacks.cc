// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What nghttp2 calls in an Http2Connection.

#include <nghttp2/nghttp2.h>

#include <atomic>
#include <vector>

#include "platform/http/server/internal/http2_connection.h"

namespace airlock::http::internal {
namespace {

absl::string_view View(nghttp2_rcbuf* buffer) {
  const nghttp2_vec bytes = nghttp2_rcbuf_get_buf(buffer);
  return {reinterpret_cast<const char*>(bytes.base), bytes.len};
}

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
    const int error = nghttp2_session_consume(session, id, size);
    return nghttp2_is_fatal(error) != 0 ? NGHTTP2_ERR_CALLBACK_FAILURE : 0;
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
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_option* option = nullptr;
  bool made = nghttp2_session_callbacks_new(&callbacks) == 0 &&
              nghttp2_option_new(&option) == 0;
  if (made) {
    nghttp2_session_callbacks_set_on_begin_headers_callback(
        callbacks, Callbacks::OnBeginHeaders);
    nghttp2_session_callbacks_set_on_header_callback2(callbacks,
                                                      Callbacks::OnHeader);
    nghttp2_session_callbacks_set_on_invalid_header_callback2(
        callbacks, Callbacks::OnInvalidHeader);
    nghttp2_session_callbacks_set_on_frame_recv_callback(
        callbacks, Callbacks::OnFrameReceived);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(
        callbacks, Callbacks::OnInvalidFrame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
        callbacks, Callbacks::OnData);
    nghttp2_session_callbacks_set_on_frame_send_callback(
        callbacks, Callbacks::OnFrameSent);
    nghttp2_session_callbacks_set_on_stream_close_callback(
        callbacks, Callbacks::OnStreamClosed);
    nghttp2_option_set_no_auto_window_update(option, 1);
    nghttp2_option_set_no_closed_streams(option, 1);
    made = nghttp2_session_server_new2(&session_, callbacks, this, option) == 0;
  }
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  return made;
}

bool Http2Connection::SubmitResponse(int32_t id, const Headers& fields,
                                     bool has_body) {
  std::vector<nghttp2_nv> values;
  values.reserve(fields.size());
  for (const Header& field : fields) {
    nghttp2_nv value = {};
    // nghttp2 copies them.
    value.name = reinterpret_cast<uint8_t*>(
        const_cast<char*>(field.name.data()));  // NOLINT
    value.namelen = field.name.size();
    value.value = reinterpret_cast<uint8_t*>(
        const_cast<char*>(field.value.data()));  // NOLINT
    value.valuelen = field.value.size();
    values.push_back(value);
  }
  nghttp2_data_provider body = {};
  body.read_callback = Callbacks::ReadBody;
  return nghttp2_submit_response(session_, id, values.data(), values.size(),
                                 has_body ? &body : nullptr) == 0;
}

}  // namespace airlock::http::internal
