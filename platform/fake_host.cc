// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/fake_host.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "config/error_place.h"
#include "ssl/shown.h"

namespace airlock::platform {
namespace {

absl::Status NotFound(const std::string& path) {
  const std::string shown = ssl::ShownPath(path);
  return config::WithPlace(
      absl::NotFoundError(absl::StrCat(shown, " does not exist")), shown);
}

}  // namespace

FakeHost::FakeHost() : now_(absl::FromUnixSeconds(1767225600)) {}

void FakeHost::SetVariable(const std::string& name, const std::string& value) {
  absl::MutexLock lock(&mutex_);
  environment_[name] = value;
}

void FakeHost::SetFile(const std::string& path, absl::string_view bytes) {
  absl::MutexLock lock(&mutex_);
  File& file = files_[path];
  file.error = absl::OkStatus();
  file.content.bytes = std::string(bytes);
  file.content.identity = {1, next_inode_++, bytes.size(),
                           absl::ToUnixNanos(now_), absl::ToUnixNanos(now_)};
}

void FakeHost::SetFileUnnoticed(const std::string& path,
                                absl::string_view bytes) {
  absl::MutexLock lock(&mutex_);
  files_[path].content.bytes = std::string(bytes);
}

void FakeHost::SetError(const std::string& path, const absl::Status& error) {
  absl::MutexLock lock(&mutex_);
  files_[path].error = error;
}

void FakeHost::SetUntrusted(const std::string& path,
                            const absl::Status& error) {
  const absl::MutexLock lock(&mutex_);
  untrusted_[path] = error;
}

void FakeHost::RemoveFile(const std::string& path) {
  absl::MutexLock lock(&mutex_);
  files_.erase(path);
}

void FakeHost::AdvanceTime(absl::Duration duration) {
  absl::MutexLock lock(&mutex_);
  now_ += duration;
}

int FakeHost::reads(const std::string& path) const {
  absl::MutexLock lock(&mutex_);
  const auto it = files_.find(path);
  return it == files_.end() ? 0 : it->second.reads;
}

int FakeHost::stats(const std::string& path) const {
  absl::MutexLock lock(&mutex_);
  const auto it = files_.find(path);
  return it == files_.end() ? 0 : it->second.stats;
}

std::vector<std::string> FakeHost::log() const {
  absl::MutexLock lock(&mutex_);
  return log_;
}

config::Environment FakeHost::environment() const {
  absl::MutexLock lock(&mutex_);
  return environment_;
}

absl::StatusOr<FileContent> FakeHost::ReadFile(const std::string& path) {
  absl::MutexLock lock(&mutex_);
  const auto it = files_.find(path);
  if (it == files_.end()) return NotFound(path);
  ++it->second.reads;
  if (!it->second.error.ok()) return it->second.error;
  return it->second.content;
}

absl::StatusOr<FileContent> FakeHost::ReadTrustedFile(const std::string& path) {
  const absl::Status status = CheckTrusted(path);
  if (!status.ok()) return status;
  return ReadFile(path);
}

absl::Status FakeHost::CheckTrusted(const std::string& path) {
  const absl::MutexLock lock(&mutex_);
  const auto found = untrusted_.find(path);
  return found == untrusted_.end() ? absl::OkStatus() : found->second;
}

absl::StatusOr<FileStatus> FakeHost::Stat(const std::string& path) {
  absl::MutexLock lock(&mutex_);
  const auto it = files_.find(path);
  if (it != files_.end()) {
    ++it->second.stats;
    if (!it->second.error.ok()) return it->second.error;
    return FileStatus{FileType::kRegular, it->second.content.identity};
  }
  if (Below(path).empty()) return NotFound(path);
  return FileStatus{FileType::kDirectory, {}};
}

absl::StatusOr<std::vector<std::string>> FakeHost::ListDirectory(
    const std::string& path) {
  absl::MutexLock lock(&mutex_);
  std::vector<std::string> names = Below(path);
  if (names.empty()) return NotFound(path);
  return names;
}

absl::Time FakeHost::Now() const {
  absl::MutexLock lock(&mutex_);
  return now_;
}

void FakeHost::Log(absl::LogSeverity severity, absl::string_view message) {
  absl::MutexLock lock(&mutex_);
  log_.push_back(absl::StrCat(absl::LogSeverityName(severity), ": ", message));
}

std::vector<std::string> FakeHost::Below(const std::string& path) const {
  const std::string prefix =
      absl::EndsWith(path, "/") ? path : absl::StrCat(path, "/");
  std::vector<std::string> names;
  for (const auto& [name, file] : files_) {
    if (!absl::StartsWith(name, prefix)) continue;
    const std::string below = name.substr(prefix.size());
    const std::string first = below.substr(0, below.find('/'));
    if (names.empty() || names.back() != first) names.push_back(first);
  }
  return names;
}

}  // namespace airlock::platform
