// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Counts what a server does.
#ifndef AIRLOCK_PLATFORM_HTTP_SERVER_STATS_H_
#define AIRLOCK_PLATFORM_HTTP_SERVER_STATS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace airlock::http {

// Since the server was created, except what is called "now". Handshakes are
// counted by platform::Counters.
struct ServerStats {
  uint64_t connections_accepted = 0;
  uint64_t connections_now = 0;
  uint64_t connections_idle_now = 0;
  // Ended to make room for others, for lack of descriptors, or by a deadline.
  uint64_t connections_evicted = 0;
  uint64_t connections_timed_out = 0;
  // Ended because the client broke a rule or a limit of HTTP.
  uint64_t connections_refused = 0;
  uint64_t requests_http1 = 0;
  uint64_t requests_http2 = 0;
  // By the first digit of the status: responses[2] counts 200 to 299.
  std::array<uint64_t, 6> responses{};
  uint64_t body_bytes_received = 0;
  uint64_t body_bytes_sent = 0;

  // Prometheus' text format 0.0.4: airlock_http_connections_total and so on;
  // each is always present, with HELP and TYPE.
  std::string ToPrometheus() const;
};

// The counters behind ServerStats. Thread-safe, without locks: a read may miss
// concurrent updates.
class ServerStatSet {
 public:
  std::atomic<uint64_t> connections_accepted{0};
  std::atomic<uint64_t> connections_now{0};
  std::atomic<uint64_t> connections_idle_now{0};
  std::atomic<uint64_t> connections_evicted{0};
  std::atomic<uint64_t> connections_timed_out{0};
  std::atomic<uint64_t> connections_refused{0};
  std::atomic<uint64_t> requests_http1{0};
  std::atomic<uint64_t> requests_http2{0};
  std::array<std::atomic<uint64_t>, 6> responses{};
  std::atomic<uint64_t> body_bytes_received{0};
  std::atomic<uint64_t> body_bytes_sent{0};

  ServerStats Read() const;
};

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SERVER_STATS_H_
