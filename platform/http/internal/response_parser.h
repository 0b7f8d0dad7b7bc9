// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Parses HTTP/1.1 responses (RFC 9112).
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_RESPONSE_PARSER_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_RESPONSE_PARSER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "platform/http/headers.h"
#include "platform/http/version.h"

namespace airlock::http::internal {

struct ResponseHead {
  Version version = Version::kHttp1_1;
  int status = 0;
  std::string reason;
  Headers headers;
  std::optional<uint64_t> content_length;
};

// One response, without I/O. Anything that two parsers could understand in
// different ways is an error (Failure::kProtocol): several Content-Length
// fields, Content-Length with Transfer-Encoding, other transfer codings than
// chunked, invalid chunk sizes. Thread-compatible.
class ResponseParser {
 public:
  // Gets a part of the body. False ends parsing: see stopped.
  using OnBody = std::function<absl::StatusOr<bool>(absl::string_view data)>;

  // `no_body`: a response to HEAD, or a successful one to CONNECT. `max_header`
  // limits the head, and the trailers with the last chunk's size.
  ResponseParser(bool no_body, size_t max_header, OnBody on_body);
  ~ResponseParser();
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;

  // Parses the beginning of `bytes`, and returns how many it used; the others
  // must be passed again, followed by more. Stops after the head, so that its
  // caller can look at it: call again with the rest.
  absl::StatusOr<size_t> Put(absl::string_view bytes);

  // The connection has ended. Ok if that ends the response; otherwise an error
  // (kTruncated).
  absl::Status PutEof();

  bool head_done() const;
  // Requires head_done.
  const ResponseHead& head() const;
  // Whether the whole response was parsed.
  bool done() const;
  // Whether on_body ended parsing.
  bool stopped() const;
  // Whether the connection can be used for another request. Requires done.
  bool keep_alive() const;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

// The head of a request, as HTTP/1.1 sends it: `fields` in their order, which
// were checked before. Pure and thread-safe.
std::string SerializeHead(absl::string_view method, absl::string_view target,
                          const Headers& fields);

// One chunk of a body; the last one for an empty `data`.
std::string SerializeChunk(absl::string_view data);

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_RESPONSE_PARSER_H_
