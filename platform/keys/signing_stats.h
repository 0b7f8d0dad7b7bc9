// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// How long the key service takes to sign, for monitoring.
#ifndef AIRLOCK_PLATFORM_KEYS_SIGNING_STATS_H_
#define AIRLOCK_PLATFORM_KEYS_SIGNING_STATS_H_

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "platform/histogram.h"
#include "ssl/options.h"

namespace airlock::keys {

// The signatures that a KeyClient asked for, since it was made.
struct SigningCounts {
  // By side and result (a gRPC status code): the time from the request to the
  // answer, with the wait in the service.
  std::map<std::pair<ssl::Side, absl::StatusCode>, platform::HistogramCounts>
      durations;

  // Prometheus' text format 0.0.4, under the names of gRPC (A118):
  // grpc_server_tls_offload_private_key_signing_duration_seconds{grpc_status=
  // "OK",grpc_tls_private_key_offloader_name="airlock-keyd"}, and the same of
  // clients. Successes are always present.
  std::string ToPrometheus() const;
};

// Counts them. Thread-safe.
class SigningStats {
 public:
  void Add(ssl::Side side, const absl::Status& result, absl::Duration duration);
  SigningCounts Read() const;

 private:
  mutable std::mutex mutex_;
  SigningCounts counts_;
};

}  // namespace airlock::keys

#endif  // AIRLOCK_PLATFORM_KEYS_SIGNING_STATS_H_
