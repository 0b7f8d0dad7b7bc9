// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/program.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "platform/internal/unique_fd.h"

namespace airlock::launcher {
namespace {

using platform::internal::UniqueFd;

constexpr int kForwarded[] = {SIGTERM, SIGINT,  SIGHUP,
                              SIGQUIT, SIGUSR1, SIGUSR2};

// The arguments of posix_spawn, other than the program.
class SpawnPlan {
 public:
  SpawnPlan() {
    posix_spawn_file_actions_init(&files_);
    posix_spawnattr_init(&attributes_);
    // This process ignores SIGPIPE and may block other signals; the program
    // must start with the defaults.
    sigset_t none;
    sigset_t defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    for (const int signal : kForwarded) sigaddset(&defaults, signal);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &defaults);
    flags_ = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  void TakeNoInput() {
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null",
                                     O_RDONLY, 0);
  }
  void Give(int fd, int as) {
    posix_spawn_file_actions_adddup2(&files_, fd, as);
  }
  void GroupOfItsOwn() { flags_ |= POSIX_SPAWN_SETPGROUP; }

  absl::StatusOr<pid_t> Start(const Program& program) {
    // Duplicating onto the same number clears close-on-exec.
    for (const int fd : program.inherited) Give(fd, fd);
    if (!program.folder.empty()) {
      posix_spawn_file_actions_addchdir_np(&files_, program.folder.c_str());
    }
    posix_spawnattr_setflags(&attributes_, flags_);
    std::vector<std::string> variables;
    for (const auto& [name, value] : program.environment) {
      variables.push_back(absl::StrCat(name, "=", value));
    }
    std::vector<std::string> argv = program.argv;
    pid_t pid = 0;
    const int error =
        posix_spawn(&pid, argv[0].c_str(), &files_, &attributes_,
                    Pointers(&argv).data(), Pointers(&variables).data());
    if (error == 0) return pid;
    return absl::InternalError(
        absl::StrCat("cannot run ", argv[0], ": ", std::strerror(error)));
  }

 private:
  static std::vector<char*> Pointers(std::vector<std::string>* strings) {
    std::vector<char*> pointers;
    for (std::string& string : *strings) pointers.push_back(string.data());
    pointers.push_back(nullptr);
    return pointers;
  }

  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
  short flags_ = 0;  // The type in posix_spawn.
};

// As in linux/close_range.h, which may conflict with the C library's headers.
constexpr long kCloseRange = 436;
constexpr unsigned kCloseOnExec = 1 << 2;

// Does not pass on descriptors that are for this process, or were leaked to it.
absl::Status KeepDescriptors() {
  // Unlike reading /proc, needs no descriptor: none may be left.
  if (syscall(kCloseRange, STDERR_FILENO + 1, ~0U, kCloseOnExec) == 0) {
    return absl::OkStatus();
  }
  // Linux before 5.11, or a container that does not support the call.
  const absl::string_view what =
      "cannot find the open descriptors, which the program must not inherit";
  DIR* const descriptors = opendir("/proc/self/fd");
  if (descriptors == nullptr) {
    return absl::InternalError(absl::ErrnoToStatus(errno, what).message());
  }
  int error = 0;
  for (;;) {
    errno = 0;  // null means the end or a failure.
    const dirent* const entry = readdir(descriptors);
    if (entry == nullptr) break;
    int fd = 0;
    if (absl::SimpleAtoi(entry->d_name, &fd) && fd > STDERR_FILENO &&
        fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
      error = errno;
    }
  }
  if (error == 0) error = errno;
  closedir(descriptors);
  if (error == 0) return absl::OkStatus();
  return absl::InternalError(absl::ErrnoToStatus(error, what).message());
}

// Blocks signals temporarily. A signal that arrives too late for the program
// acts on this process, which may still wait for a reader of the output.
class SignalBlock {
 public:
  explicit SignalBlock(const sigset_t& signals) {
    pthread_sigmask(SIG_BLOCK, &signals, &before_);
  }
  ~SignalBlock() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalBlock(const SignalBlock&) = delete;
  SignalBlock& operator=(const SignalBlock&) = delete;

 private:
  sigset_t before_;
};

int ExitStatus(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Whether program `pid` has ended, without reaping it. An error is in errno.
std::optional<bool> HasEnded(pid_t pid) {
  siginfo_t ended = {};
  if (waitid(P_PID, static_cast<id_t>(pid), &ended,
             WEXITED | WNOHANG | WNOWAIT) == 0) {
    return ended.si_pid == pid;
  }
  if (errno == EINTR) return false;
  return std::nullopt;
}

// The exit status of program `pid`. When it ends, kills the rest of its process
// group if `with_group`. Until it is reaped, its number, which is the group's,
// is not reused.
int AwaitEnd(pid_t pid, bool with_group) {
  siginfo_t ended = {};
  while (waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOWAIT) < 0 &&
         errno == EINTR) {
  }
  if (with_group) kill(-pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return ExitStatus(status);
}

// How often to check whether a program that writes nothing has ended.
constexpr int kTickMs = 20;

// Adds to `text` what can be read from `fd` without waiting. False at the end.
bool ReadSome(int fd, std::string* text) {
  char chunk[4096];
  for (;;) {
    const ssize_t size = read(fd, chunk, sizeof(chunk));
    if (size > 0) {
      text->append(chunk, static_cast<size_t>(size));
    } else if (size == 0 || errno != EINTR) {
      return size < 0 && errno == EAGAIN;
    }
  }
}

// What program `pid` writes to the other end of `fd`, which is non-blocking,
// until it has ended or closed it. Its remaining children may keep it open.
std::string ReadFrom(int fd, pid_t pid) {
  std::string text;
  for (bool open = true; open;) {
    const bool ended = HasEnded(pid).value_or(true);
    open = ReadSome(fd, &text) && !ended;
    pollfd input = {fd, POLLIN, 0};
    if (open) poll(&input, 1, kTickMs);
  }
  return text;
}

// The parent of process `pid`; 0 if the process does not exist. The second
// field of the line, the name, may contain anything, including parentheses.
pid_t ParentOf(absl::string_view pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/stat"));
  const std::string line{std::istreambuf_iterator<char>(file), {}};
  const size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return 0;
  const std::string rest = line.substr(name_end + 1);
  const std::vector<absl::string_view> fields =
      absl::StrSplit(rest, ' ', absl::SkipEmpty());
  pid_t parent = 0;
  return fields.size() > 1 && absl::SimpleAtoi(fields[1], &parent) ? parent : 0;
}

}  // namespace

absl::StatusOr<ProgramAnswer> AskProgram(const Program& program) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return absl::InternalError(
        absl::StrCat("cannot make a pipe: ", std::strerror(errno)));
  }
  const UniqueFd reading(ends[0]);
  UniqueFd writing(ends[1]);
  fcntl(reading.get(), F_SETFL, O_NONBLOCK);
  SpawnPlan plan;
  plan.GroupOfItsOwn();
  plan.TakeNoInput();
  plan.Give(writing.get(), STDOUT_FILENO);
  plan.Give(writing.get(), STDERR_FILENO);
  const absl::StatusOr<pid_t> pid = plan.Start(program);
  if (!pid.ok()) return pid.status();
  writing = UniqueFd();
  ProgramAnswer answer;
  answer.output = ReadFrom(reading.get(), *pid);
  answer.status = AwaitEnd(*pid, /*with_group=*/true);
  return answer;
}

absl::StatusOr<pid_t> StartProgram(const Program& program) {
  SpawnPlan plan;
  plan.GroupOfItsOwn();
  plan.TakeNoInput();
  return plan.Start(program);
}

absl::StatusOr<int> SuperviseProgram(const Program& program,
                                     const std::function<pid_t(pid_t)>& target,
                                     const std::function<void()>& started) {
  // Blocked before the start, so that none is lost.
  sigset_t awaited;
  sigemptyset(&awaited);
  sigaddset(&awaited, SIGCHLD);
  for (const int signal : kForwarded) sigaddset(&awaited, signal);
  const SignalBlock block(awaited);
  SpawnPlan plan;
  plan.GroupOfItsOwn();
  if (program.streams.has_value()) {
    const Program::Streams& streams = *program.streams;
    if (streams.input >= 0) plan.Give(streams.input, STDIN_FILENO);
    plan.Give(streams.output, STDOUT_FILENO);
    plan.Give(streams.error, STDERR_FILENO);
  }
  // In the background, reading a terminal would stop the program.
  if (program.streams.has_value() ? program.streams->input < 0
                                  : isatty(STDIN_FILENO) != 0) {
    plan.TakeNoInput();
  }
  const absl::Status kept = KeepDescriptors();
  if (!kept.ok()) return kept;
  const absl::StatusOr<pid_t> pid = plan.Start(program);
  if (!pid.ok()) return pid.status();
  if (started != nullptr) started();
  for (;;) {
    const std::optional<bool> ended = HasEnded(*pid);
    if (!ended.has_value()) {
      return absl::InternalError(
          absl::StrCat("cannot wait for the program: ", std::strerror(errno)));
    }
    if (*ended) return AwaitEnd(*pid, program.ends_its_group);
    int signal = 0;
    if (sigwait(&awaited, &signal) == 0 && signal != SIGCHLD) {
      const pid_t receiver = target(*pid);
      kill(receiver > 0 ? receiver : *pid, signal);
    }
  }
}

pid_t OnlyChild(pid_t pid) {
  DIR* const processes = opendir("/proc");
  if (processes == nullptr) return 0;
  pid_t found = 0;
  while (const dirent* const entry = readdir(processes)) {
    pid_t child = 0;
    if (!absl::SimpleAtoi(entry->d_name, &child) ||
        ParentOf(entry->d_name) != pid) {
      continue;
    }
    found = found == 0 ? child : -1;
  }
  closedir(processes);
  return found > 0 ? found : 0;
}

}  // namespace airlock::launcher
