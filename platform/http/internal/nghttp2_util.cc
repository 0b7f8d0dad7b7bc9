// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/nghttp2_util.h"

#include <string>

namespace airlock::http::internal {
namespace {

// nghttp2 declares what it only reads as not const.
uint8_t* Bytes(const std::string& text) {
  return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));  // NOLINT
}

}  // namespace

absl::string_view View(nghttp2_rcbuf* buffer) {
  const nghttp2_vec bytes = nghttp2_rcbuf_get_buf(buffer);
  return {reinterpret_cast<const char*>(bytes.base), bytes.len};
}

std::vector<nghttp2_nv> NameValues(const Headers& fields) {
  std::vector<nghttp2_nv> values;
  values.reserve(fields.size());
  for (const Header& field : fields) {
    nghttp2_nv value = {};
    value.name = Bytes(field.name);
    value.namelen = field.name.size();
    value.value = Bytes(field.value);
    value.valuelen = field.value.size();
    values.push_back(value);
  }
  return values;
}

int Consume(nghttp2_session* session, int32_t id, size_t size) {
  const int error = nghttp2_session_consume(session, id, size);
  return nghttp2_is_fatal(error) != 0 ? NGHTTP2_ERR_CALLBACK_FAILURE : 0;
}

nghttp2_session* NewHttp2Session(const Http2SessionOptions& options) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_option* option = nullptr;
  nghttp2_session* session = nullptr;
  if (nghttp2_session_callbacks_new(&callbacks) == 0 &&
      nghttp2_option_new(&option) == 0) {
    options.set_callbacks(callbacks);
    nghttp2_option_set_no_auto_window_update(option, 1);
    nghttp2_option_set_no_closed_streams(option, 1);
    if (options.max_field_block != 0) {
      nghttp2_option_set_max_send_header_block_length(option,
                                                      options.max_field_block);
    }
    const auto make = options.side == ssl::Side::kClient
                          ? nghttp2_session_client_new2
                          : nghttp2_session_server_new2;
    if (make(&session, callbacks, options.user, option) != 0) session = nullptr;
  }
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  if (session != nullptr &&
      (nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE,
                               options.settings.data(),
                               options.settings.size()) != 0 ||
       nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0,
                                             options.connection_window) != 0)) {
    nghttp2_session_del(session);
    return nullptr;
  }
  return session;
}

}  // namespace airlock::http::internal
