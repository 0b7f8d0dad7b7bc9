// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/audit_writer.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "absl/base/log_severity.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "config/error_place.h"
#include "platform/internal/errno_status.h"
#include "platform/internal/sigpipe_block.h"
#include "ssl/shown.h"

namespace airlock::platform {
namespace {

using internal::SigpipeBlock;
using internal::UniqueFd;

constexpr absl::string_view kFdPrefix = "fd:";
// Above the numbers that shells and their users use.
constexpr int kFirstFd = 10;
// How long a line waits for a slow reader of a FIFO.
constexpr int kWaitMs = 250;

// The system's paths for descriptors.
constexpr const char* kDescriptorFolders[] = {"/dev/fd/", "/proc/self/fd/",
                                              "/proc/thread-self/fd/"};
constexpr struct {
  absl::string_view path;
  absl::string_view number;
} kStandard[] = {
    {"/dev/stdin", "0"}, {"/dev/stdout", "1"}, {"/dev/stderr", "2"}};

bool IsNumber(absl::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

// `path` without empty parts and ".", as the system resolves it.
std::string Plain(absl::string_view path) {
  std::vector<absl::string_view> parts = absl::StrSplit(path, '/');
  const auto says_nothing = [&](const absl::string_view& part) {
    return part == "." || (part.empty() && &part != &parts.front());
  };
  parts.erase(std::remove_if(parts.begin(), parts.end(), says_nothing),
              parts.end());
  return absl::StrJoin(parts, "/");
}

// The number of the descriptor that `target` seems to mean without a proper
// "fd:" prefix; empty for an ordinary path.
std::string MeantDescriptor(absl::string_view target) {
  const std::string plain = Plain(target);
  for (const auto& standard : kStandard) {
    if (plain == standard.path) return std::string(standard.number);
  }
  absl::string_view rest = absl::StripAsciiWhitespace(target);
  absl::string_view path = plain;
  for (const char* folder : kDescriptorFolders) {
    if (absl::ConsumePrefix(&path, folder)) rest = path;
  }
  if (path == plain && !absl::ConsumePrefix(&rest, "&") && rest.size() > 3 &&
      absl::EqualsIgnoreCase(rest.substr(0, 3), kFdPrefix)) {
    rest.remove_prefix(3);
  }
  absl::ConsumePrefix(&rest, "+");
  return IsNumber(rest) ? std::string(rest) : "";
}

std::string What(const std::string& target) {
  return absl::StrCat("the audit cannot be written to \"",
                      ssl::ShownPath(target), "\"");
}

absl::Status CannotWrite(const std::string& target, absl::string_view why) {
  return config::WithPlace(
      absl::InvalidArgumentError(absl::StrCat(What(target), ": ", why)),
      ssl::ShownPath(target));
}

absl::Status CannotWrite(const std::string& target, int error) {
  return config::WithPlace(
      internal::WithErrno(
          absl::InvalidArgumentError(
              absl::ErrnoToStatus(error, What(target)).message()),
          error),
      ssl::ShownPath(target));
}

std::string LostLine(absl::Time time, uint64_t count) {
  return absl::StrCat(
      "{\"time\":\"",
      absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone()),
      "\",\"action\":\"lost\",\"count\":", count, "}");
}

}  // namespace

std::optional<int> AuditDescriptor(absl::string_view target) {
  int number = 0;
  // SimpleAtoi accepts signs and spaces, too.
  if (!absl::ConsumePrefix(&target, kFdPrefix) || !IsNumber(target) ||
      !absl::SimpleAtoi(target, &number) || target != absl::StrCat(number)) {
    return std::nullopt;
  }
  return number;
}

absl::StatusOr<UniqueFd> OpenAuditTarget(const std::string& target) {
  if (target.empty()) {
    return CannotWrite(target, "it names neither a file nor a descriptor");
  }
  if (!absl::StartsWith(target, kFdPrefix)) {
    if (target.find('\0') != std::string::npos) {
      return CannotWrite(target, "the path contains a NUL byte");
    }
    if (const std::string meant = MeantDescriptor(target); !meant.empty()) {
      return CannotWrite(
          target,
          absl::StrCat(
              "for a descriptor, write fd:", meant,
              "; for a file of that name, include its directory, as in ./7"));
    }
    // O_NONBLOCK: do not wait for a reader of a FIFO.
    UniqueFd fd(
        open(target.c_str(),
             O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
             S_IRUSR | S_IWUSR));
    if (!fd.valid()) return CannotWrite(target, errno);
    return fd;
  }
  const std::optional<int> given = AuditDescriptor(target);
  if (!given.has_value()) {
    return CannotWrite(
        target,
        "\"fd:\" must be followed by the number of a descriptor, as in fd:3");
  }
  const int flags = fcntl(*given, F_GETFL);
  if (flags < 0) {
    return CannotWrite(target,
                       "the descriptor is not open in this process; open it "
                       "first, as in `3>>audit.jsonl`");
  }
  if ((flags & O_ACCMODE) == O_RDONLY) {
    return CannotWrite(target, "the descriptor is open for reading only");
  }
  UniqueFd fd(fcntl(*given, F_DUPFD_CLOEXEC, kFirstFd));
  if (!fd.valid()) return CannotWrite(target, errno);
  return fd;
}

absl::StatusOr<std::shared_ptr<AuditWriter>> AuditWriter::Open(
    const std::string& target, std::shared_ptr<Host> host) {
  absl::StatusOr<UniqueFd> fd = OpenAuditTarget(target);
  if (!fd.ok()) return fd.status();
  struct stat st;
  if (fstat(fd->get(), &st) != 0) return CannotWrite(target, errno);
  const bool may_wait =
      S_ISFIFO(st.st_mode) && !absl::StartsWith(target, kFdPrefix);
  return std::shared_ptr<AuditWriter>(
      new AuditWriter(target, *std::move(fd), {st.st_dev, st.st_ino, may_wait},
                      std::move(host)));
}

void AuditWriter::Write(const AuditEvent& event) {
  AuditEvent cut = event;
  cut.host.resize(std::min(cut.host.size(), kMaxText));
  // Keep the end: the file's name and the line.
  if (cut.call_site.size() > kMaxText) {
    cut.call_site.erase(0, cut.call_site.size() - kMaxText);
  }
  absl::Status status;
  {
    absl::MutexLock lock(&mutex_);
    status = WriteEvent(cut);
  }
  if (status.ok() || lost_.fetch_add(1) > 0) return;
  host_->Log(absl::LogSeverity::kError,
             absl::StrCat("An audit line was lost: ", status.message(),
                          ". Further losses are only counted."));
}

absl::Status AuditWriter::WriteEvent(const AuditEvent& event) {
  if (!IsOpen()) {
    // The application may have closed all descriptors and opened another file
    // with the same number, which we must not close.
    static_cast<void>(fd_.Release());
    absl::StatusOr<UniqueFd> again = OpenAuditTarget(target_);
    if (again.ok()) fd_ = *std::move(again);
    if (!IsOpen()) {
      fd_ = UniqueFd();
      return CannotWrite(target_, "its descriptor was closed by other code");
    }
  }
  if (const uint64_t lost = lost_; lost > told_lost_) {
    const absl::Status told =
        WriteLine(LostLine(event.time, lost - told_lost_));
    if (!told.ok()) return told;
    told_lost_ = lost;
  }
  return WriteLine(event.ToJson());
}

bool AuditWriter::IsOpen() const {
  struct stat st;
  return fstat(fd_.get(), &st) == 0 && st.st_dev == place_.device &&
         st.st_ino == place_.inode;
}

absl::Status AuditWriter::WriteLine(absl::string_view json) {
  const std::string line = absl::StrCat(torn_ ? "\n" : "", json, "\n");
  const SigpipeBlock block;
  // After a timeout, do not wait for the reader again until a line has arrived.
  bool may_wait = place_.may_wait && lost_ == told_lost_;
  ssize_t written;
  for (;;) {
    written = write(fd_.get(), line.data(), line.size());
    if (written >= 0) break;
    if (errno == EINTR) continue;
    if (errno != EAGAIN || !may_wait) return CannotWrite(target_, errno);
    may_wait = false;
    pollfd room = {fd_.get(), POLLOUT, 0};
    while (poll(&room, 1, kWaitMs) < 0 && errno == EINTR) {
    }
  }
  torn_ = static_cast<size_t>(written) < line.size();
  if (!torn_) return absl::OkStatus();
  return CannotWrite(target_, "only part of the line could be written");
}

absl::StatusOr<std::shared_ptr<AuditWriter>> AuditWriterFromEnvironment(
    const config::Environment& environment, std::shared_ptr<Host> host) {
  const absl::Status status = config::CheckEnvironment(environment);
  if (!status.ok()) return status;
  const std::string* variable = environment.Find(config::kAuditVariable);
  if (variable == nullptr) return nullptr;
  const std::string& target = *variable;
  if (!absl::StartsWith(target, "/") && !absl::StartsWith(target, kFdPrefix)) {
    return config::WithPlace(
        absl::InvalidArgumentError(absl::StrCat(
            "the environment variable ", config::kAuditVariable, " is \"",
            ssl::ShownPath(target),
            "\"; set it to the absolute path of a file or to \"fd:N\", a "
            "descriptor that is open for writing, or unset it")),
        config::kAuditVariable);
  }
  absl::StatusOr<std::shared_ptr<AuditWriter>> writer =
      AuditWriter::Open(target, std::move(host));
  if (writer.ok()) return writer;
  return config::WithPlace(
      absl::InvalidArgumentError(absl::StrCat(config::kAuditVariable, ": ",
                                              writer.status().message())),
      config::kAuditVariable);
}

AuditSink AuditSinkTo(std::shared_ptr<AuditWriter> writer) {
  if (writer == nullptr) return nullptr;
  return [writer = std::move(writer)](const AuditEvent& event) {
    writer->Write(event);
  };
}

}  // namespace airlock::platform
