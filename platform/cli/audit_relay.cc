// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/audit_relay.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <iostream>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "platform/audit_writer.h"

namespace airlock::cli {

using platform::internal::UniqueFd;

absl::StatusOr<std::unique_ptr<AuditRelay>> AuditRelay::Open(
    const std::string& target) {
  absl::StatusOr<UniqueFd> file = platform::OpenAuditTarget(target);
  if (!file.ok()) return file.status();
  // A slow reader of a FIFO is waited for, unlike by the relay's own writers.
  // (The flags of a descriptor that we were given are not ours.)
  if (!absl::StartsWith(target, "fd:")) fcntl(file->get(), F_SETFL, O_APPEND);
  std::unique_ptr<AuditRelay> relay(new AuditRelay);
  relay->file_ = *std::move(file);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return absl::InternalError(
        absl::StrCat("cannot make a pipe: ", std::strerror(errno)));
  }
  relay->reading_ = UniqueFd(ends[0]);
  relay->writing_ = UniqueFd(ends[1]);
  return relay;
}

AuditRelay::~AuditRelay() {
  if (copier_.joinable()) copier_.join();
}

void AuditRelay::Start() {
  writing_ = UniqueFd();
  copier_ = std::thread([this] { Copy(); });
}

void AuditRelay::Copy() const {
  bool failed = false;
  char chunk[16 * PIPE_BUF];
  for (;;) {
    const ssize_t size = read(reading_.get(), chunk, sizeof(chunk));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return;
    // Where the file is full, the pipe must still not be.
    for (ssize_t done = 0; done < size && !failed;) {
      const ssize_t written =
          write(file_.get(), chunk + done, static_cast<size_t>(size - done));
      if (written < 0 && errno == EINTR) continue;
      failed = written <= 0;
      if (failed) {
        std::cerr << "airlock run: the audit is lost from here on: "
                  << std::strerror(errno) << std::endl;
      }
      done += written;
    }
  }
}

}  // namespace airlock::cli
