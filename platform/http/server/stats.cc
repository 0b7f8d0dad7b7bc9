// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/server/stats.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace airlock::http {
namespace {

void Append(std::string* out, absl::string_view name, absl::string_view type,
            absl::string_view help) {
  absl::StrAppend(out, "# HELP ", name, " ", help, "\n# TYPE ", name, " ", type,
                  "\n");
}

void AppendOne(std::string* out, absl::string_view name, absl::string_view type,
               absl::string_view help, uint64_t value) {
  Append(out, name, type, help);
  absl::StrAppend(out, name, " ", value, "\n");
}

}  // namespace

std::string ServerStats::ToPrometheus() const {
  std::string out;
  AppendOne(&out, "airlock_http_connections_total", "counter",
            "Accepted connections.", connections_accepted);
  AppendOne(&out, "airlock_http_connections", "gauge", "Open connections.",
            connections_now);
  AppendOne(&out, "airlock_http_connections_idle", "gauge",
            "Open connections without a request.", connections_idle_now);
  constexpr absl::string_view kEnded = "airlock_http_connections_ended_total";
  Append(&out, kEnded, "counter", "Connections that the server ended.");
  absl::StrAppend(&out, kEnded, "{reason=\"evicted\"} ", connections_evicted,
                  "\n", kEnded, "{reason=\"timeout\"} ", connections_timed_out,
                  "\n", kEnded, "{reason=\"refused\"} ", connections_refused,
                  "\n");
  constexpr absl::string_view kRequests = "airlock_http_requests_total";
  Append(&out, kRequests, "counter", "Requests by HTTP version.");
  absl::StrAppend(&out, kRequests, "{version=\"1\"} ", requests_http1, "\n",
                  kRequests, "{version=\"2\"} ", requests_http2, "\n");
  constexpr absl::string_view kResponses = "airlock_http_responses_total";
  Append(&out, kResponses, "counter", "Responses by class of status.");
  for (size_t i = 2; i < responses.size(); ++i) {
    absl::StrAppend(&out, kResponses, "{status=\"", i, "xx\"} ", responses[i],
                    "\n");
  }
  AppendOne(&out, "airlock_http_body_received_bytes_total", "counter",
            "Bytes of request bodies.", body_bytes_received);
  AppendOne(&out, "airlock_http_body_sent_bytes_total", "counter",
            "Bytes of response bodies.", body_bytes_sent);
  return out;
}

ServerStats ServerStatSet::Read() const {
  ServerStats stats;
  stats.connections_accepted = connections_accepted;
  stats.connections_now = connections_now;
  stats.connections_idle_now = connections_idle_now;
  stats.connections_evicted = connections_evicted;
  stats.connections_timed_out = connections_timed_out;
  stats.connections_refused = connections_refused;
  stats.requests_http1 = requests_http1;
  stats.requests_http2 = requests_http2;
  for (size_t i = 0; i < responses.size(); ++i) {
    stats.responses[i] = responses[i];
  }
  stats.body_bytes_received = body_bytes_received;
  stats.body_bytes_sent = body_bytes_sent;
  return stats;
}

}  // namespace airlock::http
