// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/key_process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "platform/audit_writer.h"
#include "platform/keys/packet.h"
#include "ssl/shown.h"

namespace airlock::launcher {
namespace {

using platform::internal::UniqueFd;

constexpr char kSelf[] = "/proc/self/exe";
constexpr char kCredentials[] = "CREDENTIALS_DIRECTORY";
// Between two starts of a service that fails.
constexpr std::chrono::seconds kPause(1);

absl::StatusOr<std::string> RealPath(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(
      realpath(path.c_str(), nullptr), &std::free);
  if (real != nullptr) return std::string(real.get());
  return absl::InvalidArgumentError(absl::ErrnoToStatus(errno, path).message());
}

absl::StatusOr<std::string> ChooseApplication(const config::KeysFile& file,
                                              const std::string& path,
                                              const std::string& wanted) {
  if (wanted.empty() && file.applications.size() == 1) {
    return file.applications.front().name;
  }
  for (const config::KeyUser& user : file.applications) {
    if (user.name == wanted) return wanted;
  }
  return absl::InvalidArgumentError(
      wanted.empty()
          ? absl::StrCat("--keys: ", ssl::ShownPath(path),
                         " has several applications; choose one with "
                         "--keys-for=NAME")
          : absl::StrCat("--keys-for: ", ssl::ShownPath(path),
                         " has no application named \"", ssl::Shown(wanted),
                         "\""));
}

bool IsWithin(const std::string& path, const std::string& folder) {
  return path == folder || folder == "/" ||
         absl::StartsWith(path, absl::StrCat(folder, "/"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<KeyProcess>> KeyProcess::Create(
    const std::string& config, const std::string& application,
    const std::optional<std::string>& audit, platform::Host* host) {
  const absl::StatusOr<std::string> path = RealPath(config);
  if (!path.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--keys: ", path.status().message()));
  }
  const absl::StatusOr<platform::FileContent> content =
      host->ReadTrustedFile(*path);
  if (!content.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--keys: ", content.status().message()));
  }
  const absl::StatusOr<config::KeysFile> file =
      config::ParseKeysFile(content->bytes, config);
  if (!file.ok()) return file.status();
  const absl::StatusOr<std::string> name =
      ChooseApplication(*file, config, application);
  if (!name.ok()) return name.status();
  std::unique_ptr<KeyProcess> process(new KeyProcess);
  const char* const credentials = std::getenv(kCredentials);
  const auto note = [&](const std::optional<config::KeySource>& source) {
    if (!source.has_value()) return;
    process->key_files_.push_back(
        source->credential
            ? absl::StrCat(credentials == nullptr ? "" : credentials, "/",
                           source->name)
            : source->name);
  };
  for (const config::KeyEntry& entry : file->keys) {
    if (entry.token.has_value()) {
      note(entry.token->pin);
      continue;
    }
    note(entry.for_tickets       ? entry.tickets
         : entry.key.has_value() ? entry.key
                                 : entry.certificate);
  }
  for (const config::KeyUser& user : file->applications) {
    if (user.name != *name) continue;
    for (const config::KeyGrant& grant : user.grants) {
      process->key_names_.push_back(grant.key);
    }
  }
  auto pair = keys::MakePacketPair();
  if (!pair.ok()) return pair.status();
  process->application_end_ = std::move(pair->first);
  process->service_end_ = std::move(pair->second);
  Program& program = process->program_;
  program.argv = {kSelf, "keyd", absl::StrCat("--config=", *path)};
  if (credentials != nullptr) program.environment[kCredentials] = credentials;
  Program check = program;
  check.argv.emplace_back("--check");
  const absl::StatusOr<ProgramAnswer> answer = AskProgram(check);
  if (!answer.ok()) return answer.status();
  if (answer->status != 0) {
    absl::string_view said = absl::StripAsciiWhitespace(answer->output);
    absl::ConsumePrefix(&said, "airlock keyd: ");
    return absl::InvalidArgumentError(absl::StrCat("--keys: ", said));
  }
  if (audit.has_value()) {
    program.argv.push_back(absl::StrCat("--audit=", *audit));
    const std::optional<int> fd = platform::AuditDescriptor(*audit);
    if (fd.has_value()) program.inherited.push_back(*fd);
  }
  program.inherited.push_back(process->service_end_.get());
  program.argv.push_back(absl::StrCat("--application=", *name,
                                      "=fd:", process->service_end_.get()));
  return process;
}

KeyProcess::~KeyProcess() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    if (pid_ != 0) kill(pid_, SIGTERM);
  }
  stopped_.notify_all();
  if (supervisor_.joinable()) supervisor_.join();
}

absl::Status KeyProcess::CheckHidden(
    const std::vector<std::string>& visible) const {
  for (const std::string& file : key_files_) {
    const absl::StatusOr<std::string> real = RealPath(file);
    if (!real.ok()) return real.status();
    for (const std::string& path : visible) {
      const absl::StatusOr<std::string> folder = RealPath(path);
      if (!folder.ok() || !IsWithin(*real, *folder)) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("--keys: the key ", ssl::ShownPath(file), " is in ",
                       ssl::ShownPath(path),
                       ", which the application can read; move it elsewhere"));
    }
  }
  return absl::OkStatus();
}

std::string KeyProcess::place() const {
  return absl::StrCat("fd:", application_end_.get());
}

void KeyProcess::Give(Program* program) const {
  program->inherited.push_back(application_end_.get());
}

void KeyProcess::Start() {
  // The service ends when the application's copies are closed.
  application_end_ = UniqueFd();
  supervisor_ = std::thread([this] { Supervise(); });
}

void KeyProcess::Supervise() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    const absl::StatusOr<pid_t> started = StartProgram(program_);
    std::string end;
    if (started.ok()) {
      pid_ = *started;
      lock.unlock();
      siginfo_t ended = {};
      while (waitid(P_PID, static_cast<id_t>(*started), &ended,
                    WEXITED | WNOWAIT) < 0 &&
             errno == EINTR) {
      }
      lock.lock();
      // Until now, no other process could have got its number.
      pid_ = 0;
      int status = 0;
      waitpid(*started, &status, 0);
      if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
      end = WIFSIGNALED(status)
                ? absl::StrCat("ended by signal ", WTERMSIG(status))
                : absl::StrCat("ended with status ", WEXITSTATUS(status));
    } else {
      end = std::string(started.status().message());
    }
    if (stopping_) return;
    std::cerr << "airlock run: the key service " << end
              << "; it is started again" << std::endl;
    stopped_.wait_for(lock, kPause, [this] { return stopping_; });
  }
}

}  // namespace airlock::launcher
