// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What a server allows its clients.
#ifndef AIRLOCK_PLATFORM_HTTP_SERVER_LIMITS_H_
#define AIRLOCK_PLATFORM_HTTP_SERVER_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace airlock::http {

// Plain data. An infinite duration: no limit.
struct ServerLimits {
  // Connections at once. If the server is full and others wait, the connection
  // that has waited longest for its client is ended.
  size_t max_connections = 16384;
  // The head of a request, and the trailers of its body.
  size_t max_header_bytes = 16 << 10;
  // The body of a request.
  uint64_t max_body_bytes = uint64_t{1} << 30;
  // Bodies of responses that wait in memory for the client of one HTTP/2
  // connection. While there are more, another response becomes 503 unless its
  // body is small (16 KiB). What a BodyReader reads only when it is sent does
  // not count: see BodyReader::memory.
  uint64_t max_waiting_bytes = uint64_t{16} << 20;
  // Requests on one connection, which is then closed; 0: any number.
  uint64_t max_requests = 0;

  // For the whole handshake.
  absl::Duration handshake_timeout = absl::Seconds(10);
  // For the whole head of a request, from its first byte.
  absl::Duration header_timeout = absl::Seconds(20);
  // Between two parts of a request's body.
  absl::Duration body_timeout = absl::Seconds(30);
  // Between two parts of a response that the client reads.
  absl::Duration write_timeout = absl::Seconds(30);
  // Without a request.
  absl::Duration idle_timeout = absl::Seconds(75);
};

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SERVER_LIMITS_H_
