// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/signing_stats.h"

#include "absl/strings/str_cat.h"

namespace airlock::keys {

std::string SigningCounts::ToPrometheus() const {
  std::string text;
  for (const ssl::Side side : {ssl::Side::kClient, ssl::Side::kServer}) {
    const absl::string_view who =
        side == ssl::Side::kClient ? "client" : "server";
    const std::string name = absl::StrCat(
        "grpc_", who, "_tls_offload_private_key_signing_duration_seconds");
    absl::StrAppend(&text, "# HELP ", name,
                    " How long the key service took to sign for a ", who,
                    ".\n# TYPE ", name, " histogram\n");
    auto shown = durations;
    shown.try_emplace({side, absl::StatusCode::kOk});
    for (const auto& [of, counts] : shown) {
      if (of.first != side) continue;
      platform::AppendPrometheus(
          name,
          absl::StrCat("grpc_status=\"", absl::StatusCodeToString(of.second),
                       "\",grpc_tls_private_key_offloader_name="
                       "\"airlock-keyd\","),
          counts, &text);
    }
  }
  return text;
}

void SigningStats::Add(ssl::Side side, const absl::Status& result,
                       absl::Duration duration) {
  const std::lock_guard<std::mutex> lock(mutex_);
  counts_.durations[{side, result.code()}].Add(duration);
}

SigningCounts SigningStats::Read() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return counts_;
}

}  // namespace airlock::keys
