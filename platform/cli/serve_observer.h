// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What `airlock serve` writes to standard error.
#ifndef AIRLOCK_PLATFORM_CLI_SERVE_OBSERVER_H_
#define AIRLOCK_PLATFORM_CLI_SERVE_OBSERVER_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "platform/http/server/server_options.h"

namespace airlock::cli {

// Writes a line, whole even if several threads write. Control characters in
// `text` are escaped. Thread-safe.
void ServeLog(absl::string_view peer, absl::string_view text);

// Writes a line about each failure, and unless `quiet`, each answer.
// Thread-safe.
class ServeObserver final : public http::ServerObserver {
 public:
  explicit ServeObserver(bool quiet) : quiet_(quiet) {}

  void OnResponse(absl::string_view peer, absl::string_view method,
                  absl::string_view target, int status) override;
  void OnFailure(absl::string_view peer, const absl::Status& why) override;
  void OnEnd(absl::string_view peer, End why) override;
  void OnShortage(const absl::Status& why) override;
  void OnReloadFailure(const absl::Status& why) override;

 private:
  const bool quiet_;
};

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_SERVE_OBSERVER_H_
