// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/audit_relay.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/audit_writer.h"

namespace airlock::launcher {
namespace {

using platform::internal::UniqueFd;

// How long to wait, after the last writer, for another one or for the end.
constexpr int kGraceMs = 1000;

absl::Status Failed(absl::string_view what) {
  return absl::InternalError(absl::ErrnoToStatus(errno, what).message());
}

// Folders for the FIFO's short existence, the best first: those that
// applications may write to come last.
std::vector<std::string> Folders() {
  std::vector<std::string> folders;
  for (const char* variable : {"XDG_RUNTIME_DIR", "TMPDIR"}) {
    const char* const value = std::getenv(variable);
    if (value != nullptr && value[0] == '/') folders.emplace_back(value);
  }
  folders.insert(folders.begin() + (folders.empty() ? 0 : 1), "/dev/shm");
  folders.emplace_back("/tmp");
  return folders;
}

}  // namespace

absl::StatusOr<std::unique_ptr<AuditRelay>> AuditRelay::Open(
    const std::string& target) {
  absl::StatusOr<UniqueFd> file = platform::OpenAuditTarget(target);
  if (!file.ok()) return file.status();
  // Unlike the relay's own writers, this may wait for a slow reader of a FIFO.
  // (We must not change the flags of a descriptor that we were given.)
  if (!absl::StartsWith(target, "fd:")) fcntl(file->get(), F_SETFL, O_APPEND);
  std::unique_ptr<AuditRelay> relay(new AuditRelay);
  relay->file_ = *std::move(file);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Failed("cannot make a pipe");
  relay->stop_reading_ = UniqueFd(ends[0]);
  relay->stop_writing_ = UniqueFd(ends[1]);
  const absl::Status made = relay->MakeFifo();
  if (!made.ok()) return made;
  return relay;
}

absl::Status AuditRelay::MakeFifo() {
  std::vector<std::string> tried;
  for (const std::string& place : Folders()) {
    std::string folder = absl::StrCat(place, "/airlock-XXXXXX");
    if (mkdtemp(folder.data()) == nullptr) {
      tried.push_back(absl::StrCat(place, " (", std::strerror(errno), ")"));
      continue;
    }
    folder_ = std::move(folder);
    fifo_ = absl::StrCat(folder_, "/audit");
    if (mkfifo(fifo_.c_str(), S_IRUSR | S_IWUSR) != 0) {
      return Failed(absl::StrCat("cannot make ", fifo_));
    }
    reading_ = UniqueFd(
        open(fifo_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW));
    // From here on it cannot be opened for reading.
    if (!reading_.valid() || fchmod(reading_.get(), S_IWUSR) != 0) {
      return Failed(absl::StrCat("cannot open ", fifo_));
    }
    return absl::OkStatus();
  }
  return absl::UnavailableError(
      absl::StrCat("no folder can hold the FIFO that the audit goes through: ",
                   absl::StrJoin(tried, ", "), "; set TMPDIR to one that can"));
}

AuditRelay::~AuditRelay() {
  Hide();
  Finish();
}

void AuditRelay::Hide() {
  if (!fifo_.empty()) unlink(fifo_.c_str());
  if (!folder_.empty()) rmdir(folder_.c_str());
  fifo_.clear();
  folder_.clear();
}

void AuditRelay::Start() {
  copier_ = std::thread([this] { Copy(); });
}

bool AuditRelay::Finish() {
  stop_writing_ = UniqueFd();
  if (copier_.joinable()) copier_.join();
  return !failed_;
}

void AuditRelay::Copy() {
  const UniqueFd events(epoll_create1(EPOLL_CLOEXEC));
  // A FIFO without writers is always at its end: report that only once.
  epoll_event fifo = {EPOLLIN | EPOLLET, {}};
  fifo.data.fd = reading_.get();
  epoll_event stop = {EPOLLIN, {}};
  stop.data.fd = stop_reading_.get();
  if (!events.valid() ||
      epoll_ctl(events.get(), EPOLL_CTL_ADD, fifo.data.fd, &fifo) != 0 ||
      epoll_ctl(events.get(), EPOLL_CTL_ADD, stop.data.fd, &stop) != 0) {
    const int error = errno;  // The writes below may change it.
    failed_ = true;
    std::cerr << "airlock run: the audit is lost: " << std::strerror(error)
              << std::endl;
    return;
  }
  int ticks_without_writer = 0;
  for (;;) {
    std::array<epoll_event, 2> found;
    // Wakes up periodically, to report how many lines were dropped.
    const int count =
        epoll_wait(events.get(), found.data(), found.size(), kGraceMs);
    const bool stopped =
        std::any_of(found.begin(), found.begin() + std::max(count, 0),
                    [&](const epoll_event& event) {
                      return event.data.fd == stop.data.fd;
                    });
    while (CopySome()) {
    }
    if (stopped) break;
    if (has_writer_ || !had_writer_) {
      ticks_without_writer = 0;
    } else if (count == 0 && ++ticks_without_writer == 2) {
      TellClosed();
    }
  }
  WriteOut(lines_.Finish(absl::Now()));
}

bool AuditRelay::CopySome() {
  std::array<char, 64 << 10> chunk;
  const ssize_t size = read(reading_.get(), chunk.data(), chunk.size());
  if (size < 0 && errno == EINTR) return true;
  // Without writers, a FIFO is at its end; otherwise it is only empty.
  has_writer_ = size != 0;
  had_writer_ |= has_writer_;
  WriteOut(lines_.Add(
      {chunk.data(), static_cast<size_t>(std::max<ssize_t>(size, 0))},
      absl::Now()));
  return size > 0;
}

void AuditRelay::TellClosed() {
  if (!std::exchange(told_closed_, true)) {
    std::cerr << "airlock run: no process of the application has the audit "
                 "open any more"
              << std::endl;
  }
  WriteOut(lines_.Closed(absl::Now()));
}

void AuditRelay::WriteOut(const std::string& lines) {
  if (lines.empty()) return;
  const std::string all = absl::StrCat(torn_ ? "\n" : "", lines);
  for (size_t done = 0; done < all.size();) {
    const ssize_t written =
        write(file_.get(), all.data() + done, all.size() - done);
    if (written >= 0) {
      done += static_cast<size_t>(written);
      torn_ = done < all.size() && all[done - 1] != '\n';
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN) {
      pollfd room = {file_.get(), POLLOUT, 0};
      poll(&room, 1, /*timeout=*/-1);
      continue;
    }
    const int error = errno;  // The writes below may change it.
    // If the file is full, the FIFO must still be read.
    lines_.CountLost(static_cast<uint64_t>(std::count(
        all.begin() + static_cast<ptrdiff_t>(done), all.end(), '\n')));
    if (!std::exchange(failed_, true)) {
      std::cerr << "airlock run: audit lines are lost: " << std::strerror(error)
                << std::endl;
    }
    return;
  }
}

}  // namespace airlock::launcher
