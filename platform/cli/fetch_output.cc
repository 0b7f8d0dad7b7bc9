// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/fetch_output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "ssl/random.h"

namespace airlock::cli {
namespace {

constexpr int kBarWidth = 30;
constexpr std::chrono::milliseconds kShowEvery{100};

// "1.5 MiB".
std::string Size(double bytes) {
  const char* unit = "B";
  for (const char* larger : {"KiB", "MiB", "GiB", "TiB"}) {
    if (bytes < 1024) break;
    bytes /= 1024;
    unit = larger;
  }
  const int decimals = unit[0] == 'B' ? 0 : 1;
  return absl::StrFormat("%.*f %s", decimals, bytes, unit);
}

// A name beside `path` that nothing else has: another run may fetch the same
// file.
std::string PartName(const std::string& path) {
  std::array<char, 6> random;
  ssl::FillRandom(absl::MakeSpan(random));
  return absl::StrCat(path, ".",
                      absl::WebSafeBase64Escape(
                          absl::string_view(random.data(), random.size())),
                      ".part");
}

}  // namespace

std::string ProgressLine(uint64_t received, std::optional<uint64_t> total,
                         absl::Duration elapsed) {
  const double seconds = std::max(absl::ToDoubleSeconds(elapsed), 0.001);
  const std::string rate =
      absl::StrCat(Size(static_cast<double>(received) / seconds), "/s");
  const std::string size = Size(static_cast<double>(received));
  if (!total.has_value()) return absl::StrCat(size, ", ", rate);
  const double part = *total == 0
                          ? 1.0
                          : std::min(1.0, static_cast<double>(received) /
                                              static_cast<double>(*total));
  const int filled = static_cast<int>(part * kBarWidth);
  return absl::StrFormat("%3d%% [%s%s] %s of %s, %s",
                         static_cast<int>(part * 100), std::string(filled, '#'),
                         std::string(kBarWidth - filled, ' '), size,
                         Size(static_cast<double>(*total)), rate);
}

absl::StatusOr<std::unique_ptr<FetchOutput>> FetchOutput::Open(
    const std::string& path, bool progress) {
  // Not make_unique: the constructor is private.
  if (path.empty() || path == "-") {
    return std::unique_ptr<FetchOutput>(
        new FetchOutput("", "", platform::internal::UniqueFd(),
                        /*progress=*/false));
  }
  struct stat status = {};
  const bool direct =
      lstat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
  std::string part = direct ? path : PartName(path);
  platform::internal::UniqueFd file(
      open(part.c_str(),
           O_WRONLY | O_CREAT | O_CLOEXEC | (direct ? O_TRUNC : O_EXCL), 0666));
  if (!file.valid()) {
    return absl::ErrnoToStatus(errno,
                               absl::StrCat("--output: cannot write ", part));
  }
  return std::unique_ptr<FetchOutput>(
      new FetchOutput(path, std::move(part), std::move(file), progress));
}

FetchOutput::FetchOutput(std::string path, std::string part,
                         platform::internal::UniqueFd file, bool progress)
    : path_(std::move(path)),
      part_(std::move(part)),
      file_(std::move(file)),
      progress_(progress),
      terminal_(path_.empty() && isatty(STDOUT_FILENO) != 0),
      start_(std::chrono::steady_clock::now()) {}

FetchOutput::~FetchOutput() {
  if (path_.empty() || finished_) return;
  if (progress_ && written_ > 0) std::cerr << "\n";
  if (part_ != path_) unlink(part_.c_str());
}

absl::Status FetchOutput::Write(absl::string_view data) {
  if (terminal_ && data.find('\0') != absl::string_view::npos) {
    return absl::FailedPreconditionError(
        "the response is binary and is not shown on a terminal; write it to a "
        "file with --output");
  }
  const int fd = path_.empty() ? STDOUT_FILENO : file_.get();
  while (!data.empty()) {
    const ssize_t n = write(fd, data.data(), data.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      return absl::ErrnoToStatus(
          errno, absl::StrCat("cannot write ",
                              path_.empty() ? "to standard output" : part_));
    }
    data.remove_prefix(static_cast<size_t>(n));
    written_ += static_cast<uint64_t>(n);
  }
  ShowProgress(/*last=*/false);
  return absl::OkStatus();
}

absl::Status FetchOutput::Finish() {
  if (path_.empty()) return absl::OkStatus();
  const int error = close(file_.Release()) == 0 ? 0 : errno;
  if (error != 0) {
    return absl::ErrnoToStatus(error, absl::StrCat("cannot write ", part_));
  }
  if (part_ != path_ && rename(part_.c_str(), path_.c_str()) != 0) {
    return absl::ErrnoToStatus(
        errno, absl::StrCat("cannot rename ", part_, " to ", path_));
  }
  finished_ = true;
  ShowProgress(/*last=*/true);
  return absl::OkStatus();
}

void FetchOutput::ShowProgress(bool last) {
  if (!progress_) return;
  const auto now = std::chrono::steady_clock::now();
  if (!last && shown_.has_value() && now - *shown_ < kShowEvery) return;
  shown_ = now;
  // Erases the rest of the line.
  std::cerr << "\r"
            << ProgressLine(written_, total_, absl::FromChrono(now - start_))
            << "\x1b[K" << (last ? "\n" : "") << std::flush;
}

}  // namespace airlock::cli
