// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/soak/server_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

extern char** environ;

namespace airlock::soak {
namespace {

// Up to the end of the line, or of the file.
std::string ReadLine(int fd) {
  std::string line;
  char c = 0;
  while (read(fd, &c, 1) == 1 && c != '\n') line.push_back(c);
  return line;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerProcess>> ServerProcess::Start(
    const std::string& program, const std::string& certs) {
  std::vector<std::string> arguments = {
      program,
      "serve",
      "--port=0",
      "--quiet",
      absl::StrCat("--cert=", certs, "/server_p256_chain.pem"),
      absl::StrCat("--key=", certs, "/server_p256.key"),
  };
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  int output[2];
  if (pipe2(output, O_CLOEXEC) != 0) {
    return absl::ErrnoToStatus(errno, "cannot make a pipe");
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, program.c_str(), &actions, nullptr,
                                pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(output[1]);
  if (error != 0) {
    close(output[0]);
    return absl::ErrnoToStatus(error, absl::StrCat("cannot run ", program));
  }
  std::unique_ptr<ServerProcess> server(new ServerProcess(pid));
  const std::string line = ReadLine(output[0]);
  close(output[0]);
  constexpr absl::string_view kBefore = "Listening on 127.0.0.1:";
  const size_t start = line.find(kBefore);
  int port = 0;
  if (start != std::string::npos) {
    const std::string rest = line.substr(start + kBefore.size());
    if (!absl::SimpleAtoi(rest.substr(0, rest.find_first_not_of("0123456789")),
                          &port)) {
      port = 0;
    }
  }
  if (port == 0) {
    return absl::InternalError(absl::StrCat("airlock serve said: ", line));
  }
  server->port_ = static_cast<uint16_t>(port);
  return server;
}

ServerProcess::~ServerProcess() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

Usage ServerProcess::usage() const {
  Usage usage;
  std::ifstream status(absl::StrCat("/proc/", pid_, "/status"));
  for (std::string word; status >> word;) {
    if (word == "VmRSS:") status >> usage.resident_kib;
  }
  std::error_code error;
  const std::filesystem::directory_iterator all(
      absl::StrCat("/proc/", pid_, "/fd"), error);
  usage.descriptors = static_cast<size_t>(std::distance(begin(all), end(all)));
  return usage;
}

int ServerProcess::Stop() {
  kill(pid_, SIGTERM);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace airlock::soak
