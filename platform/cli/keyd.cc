// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/keyd.h"

#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "config/json.h"
#include "config/keys_file.h"
#include "nlohmann/json.hpp"
#include "platform/audit_writer.h"
#include "platform/cli/shared_flags.h"
#include "platform/internal/unique_fd.h"
#include "platform/keys/confine.h"
#include "platform/keys/key_server.h"
#include "platform/keys/key_service.h"
#include "platform/keys/live_tickets.h"
#include "platform/keys/load_keys.h"
#include "platform/keys/locked_memory.h"
#include "platform/keys/start_tokens.h"
#include "platform/keys/ticket_reader.h"
#include "platform/posix_host.h"
#include "ssl/shown.h"

ABSL_FLAG(std::string, config, "",
          "The file that says which keys there are, and which application may "
          "sign what with them.");
ABSL_FLAG(std::string, application, "",
          "An application of the file and the descriptor that this process "
          "inherited for it: NAME=fd:N. May be given several times.");
ABSL_FLAG(bool, check, false,
          "Only read the file and the keys, and say what is wrong.");

namespace airlock::cli {
namespace {

using keys::KeyServer;
using keys::KeyService;
using platform::internal::UniqueFd;

// What the signal handler uses.
KeyServer* running = nullptr;
int report_requests = -1;

void OnSignal(int signal) {
  if (signal != SIGUSR1) {
    running->Stop();
    return;
  }
  const uint64_t one = 1;
  // It fails only if the counter is full, and then a report is due, too.
  static_cast<void>(!write(report_requests, &one, sizeof(one)));
}

// Appends lines to the audit, or to standard error if there is none.
class Lines {
 public:
  static absl::StatusOr<Lines> Open() {
    Lines lines;
    const std::string target = absl::GetFlag(FLAGS_audit);
    if (target.empty()) return lines;
    absl::StatusOr<UniqueFd> fd = platform::OpenAuditTarget(target);
    if (!fd.ok()) return fd.status();
    lines.fd_ = *std::move(fd);
    return lines;
  }

  bool is_audit() const { return fd_.valid(); }

  // One write, so that lines of several processes stay whole.
  void Write(const std::string& json) const {
    const std::string line = absl::StrCat(json, "\n");
    const int fd = fd_.valid() ? fd_.get() : STDERR_FILENO;
    if (write(fd, line.data(), line.size()) ==
            static_cast<ssize_t>(line.size()) ||
        !fd_.valid()) {
      return;
    }
    lost_ = true;
    std::cerr << "airlock keyd: an audit line is lost: " << line << std::flush;
  }

  // Whether a line of the audit is lost.
  bool lost() const { return lost_; }

 private:
  Lines() = default;
  UniqueFd fd_;
  mutable bool lost_ = false;
};

std::string UseReport(const KeyService& service) {
  config::Json uses = config::Json::array();
  for (const auto& [use, count] : service.uses()) {
    const auto& [application, key, purpose] = use;
    uses.push_back(
        {{"application", application},
         {"key", key},
         {"purpose", std::string(keys::PurposeName(purpose))},
         {keys::IsForTickets(purpose) ? "tickets" : "signatures", count}});
  }
  config::Json refusals = config::Json::object();
  for (const auto& [word, count] : service.refusals()) refusals[word] = count;
  return config::JsonLine(
      {{"time", absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(),
                                 absl::UTCTimeZone())},
       {"action", "keys used"},
       {"uses", uses},
       {"refusals", refusals}});
}

absl::StatusOr<config::KeysFile> ReadConfig(platform::Host* host) {
  const std::string path = absl::GetFlag(FLAGS_config);
  if (path.empty()) {
    return absl::InvalidArgumentError("--config is missing: it names the file");
  }
  const std::unique_ptr<char, decltype(&std::free)> real(
      realpath(path.c_str(), nullptr), &std::free);
  if (real == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("--config: ", absl::ErrnoToStatus(errno, path).message()));
  }
  const absl::StatusOr<platform::FileContent> content =
      host->ReadTrustedFile(real.get());
  if (!content.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--config: ", content.status().message()));
  }
  return config::ParseKeysFile(content->bytes, path);
}

// Serves the applications of --application.
absl::Status AddApplications(const std::vector<keys::Application>& all,
                             KeyServer* server) {
  const std::string flag = absl::GetFlag(FLAGS_application);
  for (const absl::string_view one :
       absl::StrSplit(flag, '\n', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(one, absl::MaxSplits('=', 1));
    const std::optional<int> fd = platform::AuditDescriptor(parts.second);
    size_t index = 0;
    while (index < all.size() && all[index].name != parts.first) ++index;
    if (index == all.size() || !fd.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--application: \"", ssl::Shown(one),
                       fd.has_value() ? "\" is not an application of the file"
                                      : "\" is not NAME=fd:N"));
    }
    const absl::Status added = server->AddApplication(index, UniqueFd(*fd));
    if (!added.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--application: ", added.message()));
    }
  }
  return absl::OkStatus();
}

// Makes the service stop at SIGTERM and SIGINT, and `requests` readable at
// SIGUSR1.
void InstallHandlers(KeyServer* server, const UniqueFd& requests) {
  running = server;
  report_requests = requests.get();
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) {
    sigaction(signal, &action, nullptr);
  }
}

void RaiseDescriptorLimit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  // With fewer, fewer channels are open at once.
  setrlimit(RLIMIT_NOFILE, &limit);
}

absl::Status Serve() {
  platform::PosixHost host;
  const absl::StatusOr<config::KeysFile> file = ReadConfig(&host);
  if (!file.ok()) return file.status();
  absl::StatusOr<Lines> lines = Lines::Open();
  if (!lines.ok()) return lines.status();
  absl::Status status = keys::HideMemory();
  if (!status.ok()) return status;
  const char* const variable = std::getenv("CREDENTIALS_DIRECTORY");
  const std::string credentials = variable == nullptr ? "" : variable;
  absl::StatusOr<keys::TokenKeys> tokens =
      keys::StartTokens(*file, credentials, &host);
  if (!tokens.ok()) return tokens.status();
  absl::StatusOr<std::unique_ptr<keys::TicketReader>> reader =
      absl::GetFlag(FLAGS_check)
          ? nullptr
          : keys::TicketReader::Start(*file, credentials);
  if (!reader.ok()) return reader.status();
  status = keys::ReserveLockedMemory();
  if (!status.ok()) return status;
  // For all keys and signatures.
  const keys::LockedMemoryScope locked;
  absl::StatusOr<keys::LoadedKeys> loaded =
      keys::LoadKeys(*file, credentials, &host, *std::move(tokens));
  if (!loaded.ok()) return loaded.status();
  if (absl::GetFlag(FLAGS_check)) return absl::OkStatus();
  RaiseDescriptorLimit();
  const std::vector<keys::Application> applications = loaded->applications;
  std::optional<keys::LiveTickets> tickets;
  if (*reader != nullptr) {
    tickets.emplace(*std::move(reader), loaded->keys, absl::Now,
                    [&lines](const keys::TicketEvent& event) {
                      lines->Write(event.ToJson());
                    });
  }
  KeyService service(
      std::move(loaded->keys), std::move(loaded->applications), absl::Now,
      [&lines](const keys::KeyEvent& event) { lines->Write(event.ToJson()); });
  // A report does not interrupt Run, so that no signal is taken for another.
  const UniqueFd requests(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!requests.valid()) {
    return absl::ErrnoToStatus(errno, "cannot wait for SIGUSR1");
  }
  const auto is_requested = [&requests] {
    uint64_t count = 0;
    return read(requests.get(), &count, sizeof(count)) > 0;
  };
  absl::StatusOr<std::unique_ptr<KeyServer>> server =
      KeyServer::Create(&service, std::move(loaded->channels));
  if (!server.ok()) return server.status();
  status = (*server)->AddOther(requests.get(), [&] {
    if (is_requested()) lines->Write(UseReport(service));
    return true;
  });
  if (!status.ok()) return status;
  if (tickets.has_value()) {
    status = (*server)->AddOther(tickets->fd(),
                                 [&tickets] { return tickets->Poll(); });
    if (!status.ok()) return status;
  }
  InstallHandlers(server->get(), requests);
  status = AddApplications(applications, server->get());
  if (status.ok() && !file->listen.empty()) {
    status = (*server)->Listen(file->listen, std::move(loaded->users));
  }
  if (status.ok() && file->listen.empty() &&
      absl::GetFlag(FLAGS_application).empty()) {
    status = absl::InvalidArgumentError(
        "nothing to serve: give --application, or \"listen\" in the file");
  }
  if (status.ok()) status = keys::ConfineKeyService();
  if (!status.ok()) return status;
  status = (*server)->Run();
  if (is_requested() || lines->is_audit()) lines->Write(UseReport(service));
  if (status.ok() && lines->lost()) {
    return absl::DataLossError("lines of the audit are lost; see above");
  }
  return status;
}

int RunKeyd(const std::vector<std::string>& /*arguments*/) {
  const absl::Status status = Serve();
  return status.ok() ? kExitOk : Fail("keyd", status);
}

}  // namespace

Command KeydCommand() {
  Command command;
  command.name = "keyd";
  command.summary = "Keep private keys for applications, and sign for them.";
  command.description =
      "Signs TLS handshakes for applications that do not have their private "
      "keys: who takes over such an application cannot take its keys. It signs "
      "nothing but handshakes, and only with the keys, for the purposes and "
      "with the signature schemes that the file gives to the application.\nAn "
      "application is known by a descriptor that it inherits (`airlock run "
      "--keys` does that), or by its user, where the file names a path to "
      "listen on.\nIt writes a JSON line for each refusal to --audit or "
      "standard "
      "error; the counts of uses, too, after SIGUSR1 and at its end. Keys "
      "are in locked memory. It runs without privileges and with few system "
      "calls. docs/keyd.md describes the file and the protocol.";
  command.examples = {
      {"airlock keyd --config /etc/airlock/keyd.yaml",
       "For the users that the file names."},
      {"airlock keyd --config keyd.yaml --check", "Check the file."},
      {"airlock keyd --config keyd.yaml --application shop=fd:3",
       "For one application."},
  };
  command.flags = {{"config", "FILE"},
                   {"application", "NAME=fd:N", /*repeatable=*/true},
                   {"audit", "FILE|fd:N"},
                   {"check", ""}};
  command.run = RunKeyd;
  return command;
}

}  // namespace airlock::cli
