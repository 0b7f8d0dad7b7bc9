// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What nghttp2 calls in an Http2Session.

#include <nghttp2/nghttp2.h>

#include <array>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "platform/http/error.h"
#include "platform/http/internal/http2_session.h"
#include "platform/http/internal/nghttp2_util.h"
#include "ssl/shown.h"

namespace airlock::http::internal {
namespace {

// What a server may send before the client has consumed it.
constexpr int32_t kStreamWindow = 1 << 20;
constexpr int32_t kConnectionWindow = 4 << 20;
// Of the fields of a request, as nghttp2 estimates them.
constexpr size_t kMaxFieldBlock = 8 << 20;

absl::Status Invalid(absl::string_view what) {
  return MakeFailure(Failure::kProtocol,
                     absl::StrCat("the response is not valid HTTP/2: ", what));
}

}  // namespace

// What nghttp2 calls. A failure of one stream is not one of the session.
struct Http2Session::Callbacks {
  static Http2Session& Self(void* user) {
    return *static_cast<Http2Session*>(user);
  }

  static int OnBeginHeaders(nghttp2_session*, const nghttp2_frame* frame,
                            void* user) {
    Http2Stream* const stream = Self(user).Find(frame->hd.stream_id);
    if (stream != nullptr) stream->BeginFields();
    return 0;
  }

  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame,
                      nghttp2_rcbuf* name, nghttp2_rcbuf* value, uint8_t,
                      void* user) {
    Http2Session& self = Self(user);
    Http2Stream* const stream = self.Find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    absl::Status status = stream->OnField(View(name), View(value));
    if (!status.ok()) self.Fail(stream, std::move(status));
    return 0;
  }

  // Without this, nghttp2 leaves such a field out.
  static int OnInvalidHeader(nghttp2_session*, const nghttp2_frame* frame,
                             nghttp2_rcbuf* name, nghttp2_rcbuf*, uint8_t,
                             void* user) {
    Http2Session& self = Self(user);
    Http2Stream* const stream = self.Find(frame->hd.stream_id);
    if (stream != nullptr) {
      self.Fail(stream,
                Invalid(absl::StrCat("its header ", ssl::Shown(View(name)),
                                     " has an invalid name or value")));
    }
    return 0;
  }

  static int OnFrameReceived(nghttp2_session*, const nghttp2_frame* frame,
                             void* user) {
    Http2Session& self = Self(user);
    if (frame->hd.type == NGHTTP2_GOAWAY) {
      self.goaway_received_ = true;
      self.received_error_ = frame->goaway.error_code;
      self.debug_data_ = ssl::Shown(absl::string_view(
          reinterpret_cast<const char*>(frame->goaway.opaque_data),
          frame->goaway.opaque_data_len));
      return 0;
    }
    Http2Stream* const stream = self.Find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    switch (frame->hd.type) {
      case NGHTTP2_RST_STREAM:
        self.End(stream, stream->OnReset(frame->rst_stream.error_code));
        return 0;
      case NGHTTP2_HEADERS: {
        absl::Status status = stream->OnFieldsEnd();
        if (!status.ok()) {
          self.Fail(stream, std::move(status));
          return 0;
        }
        break;
      }
      case NGHTTP2_DATA:
        break;
      default:
        return 0;
    }
    if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
      // The rest of the request is not wanted.
      if (nghttp2_session_get_stream_local_close(self.session_,
                                                 frame->hd.stream_id) == 0) {
        self.Fail(stream, absl::OkStatus());
      } else {
        self.End(stream, absl::OkStatus());
      }
    }
    return 0;
  }

  static int OnInvalidFrame(nghttp2_session*, const nghttp2_frame* frame,
                            int error, void* user) {
    Http2Session& self = Self(user);
    self.detail_ = nghttp2_strerror(error);
    // nghttp2 resets it.
    Http2Stream* const stream = self.Find(frame->hd.stream_id);
    if (stream != nullptr) self.End(stream, Invalid(self.detail_));
    return 0;
  }

  static int OnData(nghttp2_session*, uint8_t, int32_t id, const uint8_t* data,
                    size_t size, void* user) {
    Http2Session& self = Self(user);
    Http2Stream* const stream = self.Find(id);
    if (stream != nullptr) {
      absl::StatusOr<bool> more = stream->OnData(
          absl::string_view(reinterpret_cast<const char*>(data), size));
      if (!more.ok() || !*more) self.Fail(stream, more.status());
    }
    return Consume(self.session_, id, size);
  }

  static ssize_t ReadBody(nghttp2_session*, int32_t id, uint8_t* into,
                          size_t size, uint32_t* flags, nghttp2_data_source*,
                          void* user) {
    Http2Session& self = Self(user);
    Http2Stream* const stream = self.Find(id);
    if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    bool last = false;
    const absl::StatusOr<size_t> read =
        stream->ReadBody(absl::MakeSpan(into, size), &last);
    if (!read.ok()) {
      // nghttp2 resets it.
      self.End(stream, read.status());
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    if (last) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(*read);
  }

  static int OnFrameSent(nghttp2_session*, const nghttp2_frame* frame,
                         void* user) {
    Http2Session& self = Self(user);
    switch (frame->hd.type) {
      case NGHTTP2_GOAWAY:
        self.sent_error_ = frame->goaway.error_code;
        break;
      case NGHTTP2_DATA:
        // The server may answer with two WINDOW_UPDATEs.
        self.frames_.Earn(2);
        break;
      case NGHTTP2_HEADERS:
        self.frames_.Earn(10);
        break;
      default:
        break;
    }
    return 0;
  }

  static int OnFrameNotSent(nghttp2_session*, const nghttp2_frame* frame,
                            int error, void* user) {
    Http2Session& self = Self(user);
    if (frame->hd.type != NGHTTP2_HEADERS) return 0;
    Http2Stream* const stream = self.Find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    stream->set_unprocessed();
    self.End(stream,
             MakeFailure(
                 Failure::kTruncated,
                 absl::StrCat("the request was not sent, since the "
                              "connection takes no more: ",
                              nghttp2_strerror(error), self.GoawayDetail())));
    return 0;
  }

  static int OnStreamClosed(nghttp2_session*, int32_t id, uint32_t code,
                            void* user) {
    Http2Session& self = Self(user);
    Http2Stream* const stream = self.Find(id);
    if (stream == nullptr) return 0;
    // A reset by the server was seen before. GOAWAY refuses streams.
    if (code == NGHTTP2_REFUSED_STREAM) {
      self.End(stream, stream->OnReset(code));
    } else {
      self.End(stream,
               Invalid(absl::StrCat(Http2ErrorName(code),
                                    "; a field is invalid, or its body is not "
                                    "as long as Content-Length says")));
    }
    return 0;
  }

  static int OnError(nghttp2_session*, int, const char* text, size_t size,
                     void* user) {
    Self(user).detail_ = ssl::Shown(absl::string_view(text, size));
    return 0;
  }

  static void Set(nghttp2_session_callbacks* callbacks) {
    SetCommonCallbacks<Callbacks>(callbacks);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks,
                                                             OnFrameNotSent);
    nghttp2_session_callbacks_set_error_callback2(callbacks, OnError);
  }
};

bool Http2Session::CreateSession() {
  const std::array<nghttp2_settings_entry, 2> settings = {
      {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
       {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow}}};
  Http2SessionOptions options;
  options.side = ssl::Side::kClient;
  options.set_callbacks = Callbacks::Set;
  options.user = this;
  options.settings = settings;
  options.connection_window = kConnectionWindow;
  options.max_field_block = kMaxFieldBlock;
  session_ = NewHttp2Session(options);
  return session_ != nullptr;
}

int32_t Http2Session::SubmitFields(const Headers& fields, bool has_body) {
  const std::vector<nghttp2_nv> values = NameValues(fields);
  nghttp2_data_provider body = {};
  body.read_callback = Callbacks::ReadBody;
  return nghttp2_submit_request(session_, nullptr, values.data(), values.size(),
                                has_body ? &body : nullptr, nullptr);
}

}  // namespace airlock::http::internal
