// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/platform/cli/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace airlock::testing {
namespace {

[[noreturn]] void Die(absl::string_view what) {
  std::cerr << what << "\n";
  std::abort();
}

std::string Binary() {
  const char* const srcdir = std::getenv("TEST_SRCDIR");
  const char* const workspace = std::getenv("TEST_WORKSPACE");
  if (srcdir == nullptr || workspace == nullptr) {
    Die("not run by Bazel: TEST_SRCDIR or TEST_WORKSPACE is not set");
  }
  return absl::StrCat(srcdir, "/", workspace, "/platform/cli/airlock");
}

std::array<int, 2> MakePipe() {
  std::array<int, 2> ends;
  if (pipe2(ends.data(), O_CLOEXEC) != 0) Die("pipe2 failed");
  return ends;
}

std::vector<char*> Pointers(std::vector<std::string>* strings) {
  std::vector<char*> pointers;
  for (std::string& string : *strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Process::Process(const std::vector<std::string>& arguments,
                 const std::map<std::string, std::string>& environment) {
  const std::string binary = Binary();
  std::vector<std::string> argv = {binary};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  std::vector<std::string> envp;
  for (const auto& [name, value] : environment) {
    envp.push_back(absl::StrCat(name, "=", value));
  }
  const std::array<int, 2> in = MakePipe();
  const std::array<int, 2> out = MakePipe();
  const std::array<int, 2> err = MakePipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
  const int error = posix_spawn(&pid_, binary.c_str(), &actions, nullptr,
                                Pointers(&argv).data(), Pointers(&envp).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) Die(absl::StrCat("cannot start ", binary));
  close(in[0]);
  close(out[1]);
  close(err[1]);
  input_ = in[1];
  collectors_.emplace_back([this, fd = out[0]] { Collect(fd, &output_); });
  collectors_.emplace_back([this, fd = err[0]] { Collect(fd, &errors_); });
}

Process::~Process() {
  if (pid_ > 0) kill(pid_, SIGKILL);
  Wait();
}

void Process::Write(absl::string_view input) {
  // A process that has already ended does not read; its status shows why.
  signal(SIGPIPE, SIG_IGN);
  while (!input.empty()) {
    const ssize_t written = write(input_, input.data(), input.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    input.remove_prefix(written);
  }
}

void Process::CloseInput() {
  if (input_ >= 0) close(input_);
  input_ = -1;
}

void Process::Signal(int signal) { kill(pid_, signal); }

void Process::LimitDescriptors(size_t count) {
  rlimit limit = {};
  if (prlimit(pid_, RLIMIT_NOFILE, nullptr, &limit) != 0) Die("prlimit failed");
  limit.rlim_cur = std::min<rlim_t>(count, limit.rlim_max);
  if (prlimit(pid_, RLIMIT_NOFILE, &limit, nullptr) != 0) Die("prlimit failed");
}

void Process::LimitFiles(size_t bytes) {
  const rlimit limit = {bytes, RLIM_INFINITY};
  if (prlimit(pid_, RLIMIT_FSIZE, &limit, nullptr) != 0) Die("prlimit failed");
}

bool Process::WaitFor(const Pipe& pipe, absl::string_view text) {
  const auto come = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return pipe.ended || absl::StrContains(pipe.text, text);
  };
  absl::MutexLock lock(&mutex_, absl::Condition(&come));
  return absl::StrContains(pipe.text, text);
}

int Process::Wait() {
  CloseInput();
  for (std::thread& collector : collectors_) collector.join();
  collectors_.clear();
  if (pid_ < 0) return -1;
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::string Process::output() const {
  absl::MutexLock lock(&mutex_);
  return output_.text;
}

std::string Process::errors() const {
  absl::MutexLock lock(&mutex_);
  return errors_.text;
}

void Process::Collect(int fd, Pipe* pipe) {
  std::array<char, 4096> chunk;
  for (;;) {
    const ssize_t size = read(fd, chunk.data(), chunk.size());
    if (size < 0 && errno == EINTR) continue;
    absl::MutexLock lock(&mutex_);
    pipe->ended = size <= 0;
    if (pipe->ended) break;
    pipe->text.append(chunk.data(), size);
  }
  close(fd);
}

Outcome RunAirlock(const std::vector<std::string>& arguments,
                   const std::map<std::string, std::string>& environment,
                   absl::string_view input) {
  Process process(arguments, environment);
  process.Write(input);
  Outcome outcome;
  outcome.status = process.Wait();
  outcome.output = process.output();
  outcome.errors = process.errors();
  return outcome;
}

namespace {

std::vector<std::string> ServeArguments(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"serve", "--port=0"});
  return arguments;
}

}  // namespace

Server::Server(std::vector<std::string> arguments,
               const std::map<std::string, std::string>& environment)
    : process_(ServeArguments(std::move(arguments)), environment) {
  constexpr absl::string_view kBefore = "Listening on 127.0.0.1:";
  if (!process_.WaitForOutput("\n")) {
    process_.Wait();
    Die(absl::StrCat("airlock serve ended: ", process_.errors()));
  }
  const std::string output = process_.output();
  const size_t start = output.find(kBefore);
  if (start == std::string::npos) Die(absl::StrCat("unexpected: ", output));
  const size_t port = start + kBefore.size();
  address_ = absl::StrCat(
      "localhost:",
      output.substr(port, output.find_first_not_of("0123456789", port) - port));
}

}  // namespace airlock::testing
