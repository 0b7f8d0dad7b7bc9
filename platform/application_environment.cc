// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/application_environment.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "config/error_place.h"
#include "platform/internal/errno_status.h"
#include "platform/process_environment.h"

namespace airlock::platform {
namespace {

using config::EnvironmentMap;

constexpr char kInitialEnvironment[] = "/proc/self/environ";
constexpr char kStatus[] = "/proc/self/stat";
// More than the kernel allows at the start of a process (6 MiB).
constexpr size_t kMaxSize = 16 << 20;
// How many times to read again if the parts of a reading do not match.
constexpr int kReadings = 5;

constexpr char kAdviceForShortage[] =
    "; its policy settings are unknown, so ssl cannot be used. Give the "
    "process what it lacks (descriptors: `ulimit -n`; memory; permission to "
    "read that file), and start it again";
constexpr char kAdviceForDamage[] =
    "; import ssl before the process title is set (setproctitle), do not set "
    "it, or start the application with `airlock run`";

// The arguments of this process. glibc passes them to each constructor, even in
// libraries that are loaded later.
#ifdef __GLIBC__
int first_argc = 0;
char** first_argv = nullptr;
__attribute__((constructor)) void KeepArguments(int argc, char** argv,
                                                char** /*envp*/) {
  first_argc = argc;
  first_argv = argv;
}
#else
constexpr int first_argc = 0;
constexpr char** first_argv = nullptr;
#endif

absl::Status WithAdvice(const absl::Status& status, absl::string_view advice) {
  return config::WithMessage(status, absl::StrCat(status.message(), advice));
}

absl::Status CannotRead(const char* path, int error) {
  return WithAdvice(
      config::WithPlace(
          internal::ErrnoStatus(error, absl::StrCat("cannot read ", path)),
          path),
      error == ENOENT ? "" : kAdviceForShortage);
}

class Reader {
 public:
  explicit Reader(const EnvironmentCalls& calls) : calls_(calls) {}

  absl::StatusOr<config::Environment> Read() {
    struct stat st;
    absl::StatusOr<std::string> record = ReadAll(kLaunchRecord, &st);
    if (record.ok()) return OfRecord(*record, st);
    if (!absl::IsNotFound(record.status())) return record.status();
    if (calls_.lstat(kLaunchMark, &st) == 0) {
      return config::WithPlace(
          absl::DataLossError(
              absl::StrCat(kLaunchRecord, " is missing, although ", kLaunchMark,
                           " shows that this is the sandbox of `airlock run`; "
                           "start the application again")),
          kLaunchRecord);
    }
    if (errno != ENOENT) return CannotRead(kLaunchMark, errno);
    const absl::StatusOr<EnvironmentMap> initial = Initial();
    if (!initial.ok()) return initial.status();
    config::Environment environment =
        config::Environment::Merge(*initial, calls_.current());
    return calls_.secure
               ? config::Environment::OfSecureProcess(std::move(environment))
               : environment;
  }

 private:
  // The whole content of a file, and its status when it was opened. kNotFound
  // only if it does not exist.
  absl::StatusOr<std::string> ReadAll(const char* path, struct stat* st) const {
    int fd;
    do {
      fd = calls_.open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) return CannotRead(path, errno);
    absl::StatusOr<std::string> bytes = ReadFrom(fd, path, st);
    calls_.close(fd);
    // A file that was opened exists, whatever the error of reading it.
    if (absl::IsNotFound(bytes.status())) {
      return config::WithPlace(absl::UnavailableError(bytes.status().message()),
                               path);
    }
    return bytes;
  }

  absl::StatusOr<std::string> ReadFrom(int fd, const char* path,
                                       struct stat* st) const {
    if (calls_.fstat(fd, st) != 0) return CannotRead(path, errno);
    std::string bytes;
    char part[4096];
    for (;;) {
      const ssize_t size = calls_.read(fd, part, sizeof(part));
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) return CannotRead(path, errno);
      if (size == 0) return bytes;
      bytes.append(part, static_cast<size_t>(size));
      if (bytes.size() > kMaxSize) {
        return absl::OutOfRangeError(
            absl::StrCat(path, " is larger than an environment can be"));
      }
    }
  }

  absl::StatusOr<config::Environment> OfRecord(const std::string& bytes,
                                               const struct stat& st) const {
    const auto damaged = [](absl::string_view why) {
      return absl::DataLossError(
          absl::StrCat(kLaunchRecord, ", the record of `airlock run`, ", why,
                       "; start the application again"));
    };
    const bool ours = st.st_uid == 0 || st.st_uid == calls_.user;
    if (!S_ISREG(st.st_mode) || !ours ||
        (st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
      return damaged(absl::StrFormat(
          "is not its own file: it has mode %04o and owner %d, so users other "
          "than root and user %d could change it",
          st.st_mode & 07777, st.st_uid, calls_.user));
    }
    if (bytes.empty() || bytes.size() != static_cast<size_t>(st.st_size)) {
      return damaged(absl::StrCat("was read only in part: ", bytes.size(),
                                  " of ", st.st_size, " bytes"));
    }
    absl::StatusOr<EnvironmentMap> record =
        config::ParseEnvironmentRecord(bytes, kLaunchRecord);
    if (!record.ok()) return record.status();
    // It always contains this variable.
    if (record->count(config::kAppYamlVariable) == 0) {
      return damaged(absl::StrCat("has no ", config::kAppYamlVariable));
    }
    return config::Environment::OfSandbox(
        config::Environment::Merge(*record, calls_.current()));
  }

  // The variables with which the process started.
  absl::StatusOr<EnvironmentMap> Initial() const {
    struct stat st;
    absl::StatusOr<std::string> bytes = ReadAll(kInitialEnvironment, &st);
    absl::StatusOr<EnvironmentMap> variables;
    if (bytes.ok()) {
      absl::Status whole = CheckWhole(bytes->size());
      // The kernel reports the bytes and their number separately; on a busy
      // machine the two have been seen to differ.
      for (int i = 1; i < kReadings && !whole.ok() && bytes.ok(); ++i) {
        bytes = ReadAll(kInitialEnvironment, &st);
        if (bytes.ok()) whole = CheckWhole(bytes->size());
      }
      if (!bytes.ok()) return bytes.status();
      if (!whole.ok()) return whole;
      variables = config::ParseEnvironmentRecord(*bytes, kInitialEnvironment);
    } else if (absl::IsNotFound(bytes.status()) ||
               (calls_.secure && absl::IsPermissionDenied(bytes.status()))) {
      // /proc is missing, or not accessible to a process with such rights.
      variables = FromMemory();
    } else {
      return bytes.status();
    }
    if (!absl::IsDataLoss(variables.status())) return variables;
    return WithAdvice(variables.status(), kAdviceForDamage);
  }

  // OK if `size` bytes are the whole environment, and nothing that was written
  // over the arguments extends into it.
  absl::Status CheckWhole(size_t size) const {
    struct stat st;
    const absl::StatusOr<std::string> text = ReadAll(kStatus, &st);
    if (!text.ok()) return text.status();
    // The program's name comes first, in parentheses, and may contain anything.
    absl::string_view rest = *text;
    rest.remove_prefix(std::min(rest.rfind(')'), rest.size()));
    const std::vector<absl::string_view> fields =
        absl::StrSplit(rest, absl::ByAnyChar(" \n"), absl::SkipEmpty());
    constexpr size_t kArgumentsBegin = 46;  // See proc(5).
    uintptr_t bounds[4] = {};
    for (size_t i = 0; i < 4; ++i) {
      uint64_t number = 0;
      if (fields.size() <= kArgumentsBegin + i ||
          !absl::SimpleAtoi(fields[kArgumentsBegin + i], &number)) {
        return absl::DataLossError(
            absl::StrCat(kStatus, " does not say where the environment is"));
      }
      bounds[i] = static_cast<uintptr_t>(number);
    }
    const auto [arguments, arguments_end, begin, end] = bounds;
    // Some kernels do not report this.
    if (end == 0) return absl::OkStatus();
    if (size != end - begin) {
      return absl::DataLossError(absl::StrCat(kInitialEnvironment,
                                              " was read only in part: ", size,
                                              " of ", end - begin, " bytes"));
    }
    const bool overrun = arguments_end == begin && arguments < arguments_end &&
                         calls_.byte_at(arguments_end - 1) != '\0';
    if (!overrun) return absl::OkStatus();
    return absl::DataLossError(
        absl::StrCat(kInitialEnvironment,
                     " is damaged: a title longer than the process's arguments "
                     "was written over it",
                     kAdviceForDamage));
  }

  // Like Initial, but from the top of the stack, where the kernel puts the
  // arguments, the environment and the program's name in sequence.
  absl::StatusOr<EnvironmentMap> FromMemory() const {
    const char* begin = nullptr;
    for (int i = 0; calls_.argv != nullptr && i < calls_.argc; ++i) {
      const char* argument = calls_.argv[i];
      if (argument == nullptr || (begin != nullptr && argument != begin) ||
          argument > calls_.environment_end) {
        begin = nullptr;
        break;
      }
      begin = argument + std::strlen(argument) + 1;
    }
    if (begin == nullptr || calls_.environment_end == nullptr ||
        begin > calls_.environment_end) {
      return absl::DataLossError(
          absl::StrCat(kInitialEnvironment,
                       " does not exist, and the process's memory does not "
                       "show its initial environment; mount /proc"));
    }
    return config::ParseEnvironmentRecord(
        absl::string_view(begin,
                          static_cast<size_t>(calls_.environment_end - begin)),
        "the environment that the process started with");
  }

  const EnvironmentCalls& calls_;
};

}  // namespace

EnvironmentCalls::EnvironmentCalls()
    : open([](const char* path, int flags) { return ::open(path, flags); }),
      fstat(::fstat),
      lstat(::lstat),
      read(::read),
      close(::close),
      byte_at([](uintptr_t address) {
        // NOLINTNEXTLINE(performance-no-int-to-ptr): as the kernel tells it.
        return *reinterpret_cast<const volatile char*>(address);
      }),
      current([] { return CurrentVariables(); }),
      argc(first_argc),
      argv(first_argv),
      // NOLINTNEXTLINE(performance-no-int-to-ptr)
      environment_end(reinterpret_cast<const char*>(getauxval(AT_EXECFN))),
      secure(IsSecureProcess()),
      user(geteuid()) {}

absl::StatusOr<config::Environment> ApplicationEnvironment(
    const EnvironmentCalls& calls) {
  return Reader(calls).Read();
}

}  // namespace airlock::platform
