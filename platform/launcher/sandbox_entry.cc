// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/sandbox_entry.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <iostream>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "platform/launcher/landlock.h"
#include "platform/launcher/privileges.h"
#include "platform/launcher/syscall_filter.h"

namespace airlock::launcher {
namespace {

// The status of a shell that cannot run a command.
constexpr int kCannotRun = 126;
constexpr char kSome[] = "programs";
constexpr char kAny[] = "any program";

absl::Status Failed(absl::string_view what) {
  return absl::InternalError(absl::ErrnoToStatus(errno, what).message());
}

absl::StatusOr<std::string> ReadAll(int fd) {
  std::string text;
  char chunk[4096];
  for (;;) {
    const ssize_t size = read(fd, chunk, sizeof(chunk));
    if (size == 0) return text;
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return Failed("cannot read the message from airlock run");
    text.append(chunk, static_cast<size_t>(size));
  }
}

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& string : strings) {
    pointers.push_back(const_cast<char*>(string.c_str()));
  }
  pointers.push_back(nullptr);
  return pointers;
}

absl::Status PassGate(int fd) {
  char byte = '.';
  if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1)
    return Failed("cannot notify airlock run");
  ssize_t size = 0;
  while ((size = recv(fd, &byte, 1, 0)) < 0 && errno == EINTR) {
  }
  if (size == 1) return absl::OkStatus();
  return absl::AbortedError("airlock run has ended");
}

absl::Status Enter(const std::vector<std::string>& words) {
  int file = -1;
  int filter = -1;
  int gate = -1;
  if (words.size() < 4 || !absl::SimpleAtoi(words[0], &file) ||
      !absl::SimpleAtoi(words[1], &filter) ||
      (words[2] != kNoGate && !absl::SimpleAtoi(words[2], &gate))) {
    return absl::InvalidArgumentError(
        absl::StrCat(kSandboxEntry, " is only for airlock run"));
  }
  const absl::StatusOr<std::string> text = ReadAll(file);
  if (!text.ok()) return text.status();
  close(file);
  const absl::StatusOr<SandboxEntry> entry = DecodeEntry(*text);
  if (!entry.ok()) return entry.status();
  absl::Status status = MakeReadOnly(entry->read_only);
  if (status.ok() && entry->programs.has_value()) {
    status = AllowPrograms(*entry->programs);
  }
  if (status.ok()) status = DropCapabilities();
  if (status.ok()) status = ApplySyscallFilter(filter);
  if (!status.ok()) return status;
  close(filter);
  if (gate >= 0) {
    const absl::Status passed = PassGate(gate);
    if (!passed.ok()) return passed;
    close(gate);
  }
  std::vector<std::string> variables;
  for (const auto& [name, value] : entry->environment) {
    variables.push_back(absl::StrCat(name, "=", value));
  }
  const std::vector<std::string> argv(words.begin() + 3, words.end());
  execve(argv[0].c_str(), Pointers(argv).data(), Pointers(variables).data());
  return Failed(absl::StrCat("cannot run ", argv[0]));
}

// At least the size of EncodeEntry's result.
size_t EncodedSize(const SandboxEntry& entry) {
  size_t size = sizeof(kSome) + sizeof(kAny) + 3;
  for (const auto& [name, value] : entry.environment) {
    size += name.size() + value.size() + 2;
  }
  for (const std::string& path : entry.read_only) size += path.size() + 1;
  if (!entry.programs.has_value()) return size;
  for (const std::string& program : *entry.programs) size += program.size() + 1;
  return size;
}

}  // namespace

std::string EncodeEntry(const SandboxEntry& entry) {
  constexpr absl::string_view kEnd("\0", 1);
  std::string text;
  text.reserve(EncodedSize(entry));
  for (const auto& [name, value] : entry.environment) {
    absl::StrAppend(&text, name, "=", value, kEnd);
  }
  absl::StrAppend(&text, kEnd);
  for (const std::string& path : entry.read_only) {
    absl::StrAppend(&text, path, kEnd);
  }
  absl::StrAppend(&text, kEnd, entry.programs.has_value() ? kSome : kAny, kEnd);
  if (!entry.programs.has_value()) return text;
  for (const std::string& program : *entry.programs) {
    absl::StrAppend(&text, program, kEnd);
  }
  return text;
}

absl::StatusOr<SandboxEntry> DecodeEntry(absl::string_view text) {
  const std::vector<std::string> words = absl::StrSplit(text, '\0');
  SandboxEntry entry;
  size_t i = 0;
  for (; i < words.size() && !words[i].empty(); ++i) {
    entry.environment.insert(absl::StrSplit(words[i], absl::MaxSplits('=', 1)));
  }
  for (++i; i < words.size() && !words[i].empty(); ++i) {
    entry.read_only.push_back(words[i]);
  }
  // The last word is empty: the text ends with a NUL.
  if (++i + 1 >= words.size() || !words.back().empty() ||
      (words[i] != kSome && words[i] != kAny)) {
    return absl::InvalidArgumentError(
        "the message from airlock run is damaged");
  }
  if (words[i] == kSome) {
    entry.programs.emplace(words.begin() + static_cast<ptrdiff_t>(i) + 1,
                           words.end() - 1);
  }
  return entry;
}

int EnterSandbox(const std::vector<std::string>& words) {
  const absl::Status status = Enter(words);
  std::cerr << "airlock run: in the sandbox: " << status.message() << std::endl;
  return kCannotRun;
}

}  // namespace airlock::launcher
