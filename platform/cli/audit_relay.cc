// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/audit_relay.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <iostream>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace airlock::cli {
namespace {

using platform::internal::UniqueFd;

UniqueFd OpenTarget(const std::string& target) {
  absl::string_view number = target;
  if (!absl::ConsumePrefix(&number, "fd:")) {
    return UniqueFd(open(target.c_str(),
                         O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY,
                         S_IRUSR | S_IWUSR));
  }
  int given = -1;
  if (!absl::SimpleAtoi(number, &given)) {
    errno = EBADF;
    return UniqueFd();
  }
  return UniqueFd(fcntl(given, F_DUPFD_CLOEXEC, 0));
}

}  // namespace

absl::StatusOr<std::unique_ptr<AuditRelay>> AuditRelay::Open(
    const std::string& target) {
  std::unique_ptr<AuditRelay> relay(new AuditRelay);
  relay->file_ = OpenTarget(target);
  if (!relay->file_.valid()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the audit cannot be written to ", target, ": ", std::strerror(errno)));
  }
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
