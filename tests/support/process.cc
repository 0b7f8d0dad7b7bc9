// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <functional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace airlock::testing {
namespace {

// Only a failing test waits this long.
constexpr absl::Duration kDeadline = absl::Seconds(15);

// Fits into every program's buffer at once.
constexpr size_t kPacket = 1024;

constexpr const char* kDirectories[] = {"/usr/bin", "/usr/sbin", "/bin",
                                        "/sbin", "/usr/local/bin"};

// A pair of connected fds, closed on destruction unless taken. Sockets, because
// writing to a pipe without a reader would raise SIGPIPE.
struct Channel {
  int ours = -1;
  int theirs = -1;

  bool Open(int type) {
    int fds[2];
    if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) != 0) return false;
    ours = fds[0];
    theirs = fds[1];
    return true;
  }
  int Take() { return std::exchange(ours, -1); }
  ~Channel() {
    if (ours >= 0) close(ours);
    if (theirs >= 0) close(theirs);
  }
};

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (const std::string& text : strings) {
    result.push_back(const_cast<char*>(text.c_str()));
  }
  result.push_back(nullptr);
  return result;
}

// Appends the available data; false at the end.
bool Drain(int fd, absl::Mutex* mutex, std::string* into) {
  char buffer[4096];
  const ssize_t n = read(fd, buffer, sizeof(buffer));
  if (n < 0 && errno == EINTR) return true;
  if (n <= 0) return false;
  const absl::MutexLock lock(mutex);
  into->append(buffer, static_cast<size_t>(n));
  return true;
}

std::optional<std::string> RestOfLine(absl::string_view text,
                                      absl::string_view prefix) {
  std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  lines.pop_back();  // Not yet complete.
  for (const absl::string_view line : lines) {
    if (absl::StartsWith(line, prefix)) {
      return std::string(line.substr(prefix.size()));
    }
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<std::string> FindProgram(absl::string_view name,
                                        absl::string_view package) {
  for (const char* directory : kDirectories) {
    const std::string path = absl::StrCat(directory, "/", name);
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  return absl::NotFoundError(
      absl::StrCat("Missing the program ", name,
                   ", which this test needs: run "
                   "./setup, or install Debian's package ",
                   package, "."));
}

absl::StatusOr<std::unique_ptr<Process>> Process::Start(
    const ProcessOptions& options) {
  std::vector<std::string> environment = {
      "PATH=/usr/bin:/bin", "LC_ALL=C",
      absl::StrCat("HOME=", ::testing::TempDir()), "OPENSSL_CONF=/dev/null",
      "GNUTLS_SYSTEM_PRIORITY_FILE=/dev/null"};
  environment.insert(environment.end(), options.environment.begin(),
                     options.environment.end());
  Channel input, output, errors;
  if (!input.Open(SOCK_SEQPACKET) || !output.Open(SOCK_STREAM) ||
      !errors.Open(SOCK_STREAM)) {
    return absl::ErrnoToStatus(errno, "socketpair");
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.theirs, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output.theirs, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors.theirs, STDERR_FILENO);
  if (!options.directory.empty()) {
    posix_spawn_file_actions_addchdir_np(&actions, options.directory.c_str());
  }
  pid_t pid = -1;
  const int error = posix_spawn(&pid, options.arguments[0].c_str(), &actions,
                                nullptr, Pointers(options.arguments).data(),
                                Pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    return absl::ErrnoToStatus(
        error, absl::StrCat("cannot run ", options.arguments[0]));
  }
  return std::unique_ptr<Process>(
      new Process(pid, input.Take(), output.Take(), errors.Take()));
}

Process::Process(pid_t pid, int input, int output, int errors)
    : pid_(pid),
      input_(input),
      output_fd_(output),
      errors_fd_(errors),
      collector_([this] { Collect(); }) {}

Process::~Process() {
  Kill();
  CloseInput();
  // Its own children may keep the streams open.
  shutdown(output_fd_, SHUT_RDWR);
  shutdown(errors_fd_, SHUT_RDWR);
  collector_.join();
  close(output_fd_);
  close(errors_fd_);
}

void Process::Collect() {
  pollfd fds[] = {{output_fd_, POLLIN, 0}, {errors_fd_, POLLIN, 0}};
  while (fds[0].fd >= 0 || fds[1].fd >= 0) {
    if (poll(fds, 2, -1) < 0) continue;
    if (fds[0].revents != 0 && !Drain(output_fd_, &mutex_, &output_)) {
      fds[0].fd = -1;
    }
    if (fds[1].revents != 0 && !Drain(errors_fd_, &mutex_, &errors_)) {
      fds[1].fd = -1;
    }
  }
  const absl::MutexLock lock(&mutex_);
  ended_ = true;
}

absl::Status Process::WriteInput(absl::string_view text) {
  while (!text.empty()) {
    pollfd fd = {input_, POLLOUT, 0};
    if (poll(&fd, 1, static_cast<int>(kDeadline / absl::Milliseconds(1))) ==
        0) {
      return absl::DeadlineExceededError(
          absl::StrCat("it reads no input; it said:\n", Transcript()));
    }
    const ssize_t n = send(input_, text.data(), std::min(text.size(), kPacket),
                           MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n < 0) return absl::ErrnoToStatus(errno, "its standard input");
    text.remove_prefix(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

void Process::CloseInput() {
  if (input_ >= 0) close(std::exchange(input_, -1));
}

absl::Status Process::WaitForText(absl::string_view text) {
  bool found = false;
  const auto ready = [&] {
    mutex_.AssertReaderHeld();
    found =
        absl::StrContains(output_, text) || absl::StrContains(errors_, text);
    return found || ended_;
  };
  {
    const absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&ready), kDeadline);
  }
  if (found) return absl::OkStatus();
  return absl::NotFoundError(
      absl::StrCat("it never said \"", text, "\", but:\n", Transcript()));
}

absl::StatusOr<std::string> Process::WaitForLine(absl::string_view prefix) {
  std::optional<std::string> found;
  const auto ready = [&] {
    mutex_.AssertReaderHeld();
    found = RestOfLine(output_, prefix);
    if (!found.has_value()) found = RestOfLine(errors_, prefix);
    return found.has_value() || ended_;
  };
  {
    const absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&ready), kDeadline);
  }
  if (found.has_value()) return *std::move(found);
  return absl::NotFoundError(absl::StrCat("it printed no line \"", prefix,
                                          "...\", but:\n", Transcript()));
}

bool Process::Reap(bool wait) {
  if (status_.has_value()) return true;
  int status = 0;
  pid_t reaped;
  do {
    reaped = waitpid(pid_, &status, wait ? 0 : WNOHANG);
  } while (reaped < 0 && errno == EINTR);
  if (reaped != pid_) return false;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return true;
}

absl::StatusOr<int> Process::Wait() {
  bool ended = false;
  {
    const absl::MutexLock lock(&mutex_);
    ended = mutex_.AwaitWithTimeout(absl::Condition(&ended_), kDeadline);
  }
  if (!ended) {
    return absl::DeadlineExceededError(
        absl::StrCat("it does not end; it said:\n", Transcript()));
  }
  // It closed both streams, so it is ending.
  Reap(/*wait=*/true);
  return *status_;
}

void Process::Kill() {
  if (Reap(/*wait=*/false)) return;
  kill(pid_, SIGKILL);
  Reap(/*wait=*/true);
}

std::string Process::output() const {
  const absl::MutexLock lock(&mutex_);
  return output_;
}

std::string Process::errors() const {
  const absl::MutexLock lock(&mutex_);
  return errors_;
}

std::string Process::Transcript() const {
  return absl::StrCat("-- output:\n", output(), "-- errors:\n", errors(),
                      "-- end\n");
}

}  // namespace airlock::testing
