// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What both ends of HTTP/2 need in order to use nghttp2.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_NGHTTP2_UTIL_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_NGHTTP2_UTIL_H_

#include <nghttp2/nghttp2.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "platform/http/headers.h"
#include "ssl/options.h"

namespace airlock::http::internal {

// A field's name or value. Valid as long as `buffer`.
absl::string_view View(nghttp2_rcbuf* buffer);

// For nghttp2_submit_request and nghttp2_submit_response, which copy them.
// `fields` must outlive the result.
std::vector<nghttp2_nv> NameValues(const Headers& fields);

// Lets the peer send `size` more bytes on the stream `id`. Returns what an
// on_data_chunk_recv callback must return.
int Consume(nghttp2_session* session, int32_t id, size_t size);

struct Http2SessionOptions {
  ssl::Side side = ssl::Side::kClient;
  // Sets the callbacks; see SetCommonCallbacks.
  void (*set_callbacks)(nghttp2_session_callbacks* callbacks) = nullptr;
  void* user = nullptr;  // Passed to the callbacks.
  absl::Span<const nghttp2_settings_entry> settings;
  int32_t connection_window = 0;
  // How large the fields of a message may be that this end sends, as nghttp2
  // estimates it. 0: nghttp2's default, 64 KiB.
  size_t max_field_block = 0;
};

// A session that will send SETTINGS first. It gives windows back only by
// Consume, and forgets streams when they close. The caller deletes it. Null:
// out of memory.
nghttp2_session* NewHttp2Session(const Http2SessionOptions& options);

// Sets the callbacks that both ends use to the static functions of `Callbacks`.
template <typename Callbacks>
void SetCommonCallbacks(nghttp2_session_callbacks* callbacks) {
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
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks,
                                                            Callbacks::OnData);
  nghttp2_session_callbacks_set_on_frame_send_callback(callbacks,
                                                       Callbacks::OnFrameSent);
  nghttp2_session_callbacks_set_on_stream_close_callback(
      callbacks, Callbacks::OnStreamClosed);
}

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_NGHTTP2_UTIL_H_
