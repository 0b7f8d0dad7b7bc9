// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Where the body of `airlock fetch` goes.
#ifndef AIRLOCK_PLATFORM_CLI_FETCH_OUTPUT_H_
#define AIRLOCK_PLATFORM_CLI_FETCH_OUTPUT_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "platform/internal/unique_fd.h"

namespace airlock::cli {

// One line of progress, without a line end: "  42% [####      ] 4.2 MiB of 10
// MiB, 1.0 MiB/s". Without `total`, only what has arrived.
std::string ProgressLine(uint64_t received, std::optional<uint64_t> total,
                         absl::Duration elapsed);

// Standard output, or a file that appears under its name only once it is
// complete: until then it is a new "FILE.RANDOM.part", which the destructor
// removes. An existing path that is not a regular file, such as /dev/null or a
// symbolic link, is written directly. Thread-compatible.
class FetchOutput {
 public:
  // `path`: empty or "-" is standard output. `progress`: show it on standard
  // error. Errors name the file.
  static absl::StatusOr<std::unique_ptr<FetchOutput>> Open(
      const std::string& path, bool progress);

  ~FetchOutput();
  FetchOutput(const FetchOutput&) = delete;
  FetchOutput& operator=(const FetchOutput&) = delete;

  // How many bytes will follow, for the progress.
  void Expect(std::optional<uint64_t> total) { total_ = total; }
  // Binary data does not go to a terminal: an error says so.
  absl::Status Write(absl::string_view data);
  // All data was written.
  absl::Status Finish();

 private:
  FetchOutput(std::string path, std::string part,
              platform::internal::UniqueFd file, bool progress);

  void ShowProgress(bool last);

  const std::string path_;  // Empty: standard output.
  const std::string part_;  // Where it is written; may be the same.
  platform::internal::UniqueFd file_;
  const bool progress_;
  const bool terminal_;
  const std::chrono::steady_clock::time_point start_;
  // When progress was last shown; unset: not yet.
  std::optional<std::chrono::steady_clock::time_point> shown_;
  bool finished_ = false;
  uint64_t written_ = 0;
  std::optional<uint64_t> total_;
};

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_FETCH_OUTPUT_H_
