// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/trace.h"

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <list>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "config/json.h"
#include "config/policy.h"
#include "nlohmann/json.hpp"
#include "platform/cli/command.h"
#include "platform/cli/key_log_file.h"
#include "platform/cli/shared_flags.h"
#include "platform/cli/text.h"
#include "platform/cli/trace_output.h"
#include "platform/context_request.h"
#include "ssl/error.h"
#include "ssl/options.h"
#include "ssl/shown.h"
#include "ssl/socket.h"
#include "ssl/wire/conversation.h"

ABSL_FLAG(bool, trace, false,
          "Print each record and handshake message with its fields to standard "
          "error: with --json as lines of JSON. Shows no secrets, and "
          "application data only by size.");
ABSL_FLAG(std::string, keylog, "",
          "A key log, in the format of SSLKEYLOGFILE. `airlock decode` reads "
          "its keys. The other commands append the secrets of their "
          "connections to it, unless the policy forbids it (key_log): whoever "
          "has them can decrypt the traffic.");

namespace airlock::cli {
namespace {

// Connections that are followed at once. Sockets do not say when they end, so
// the one that was idle longest makes room.
constexpr size_t kMaxFollowed = 20000;

}  // namespace

class Trace::Printer {
 public:
  explicit Printer(bool json) : json_(json) {}

  void See(const ssl::Socket& socket, const ssl::TlsMessage& message) {
    const absl::MutexLock lock(&mutex_);
    Followed& followed = Find(socket);
    for (const ssl::wire::Event& event : followed.trace.See(message)) {
      Print(followed, event);
    }
    if (socket.handshake_done()) followed.handshake_done = true;
  }

  void HandshakeEnded(const ssl::Socket& socket, const absl::Status& status) {
    if (status.ok()) return;
    const absl::MutexLock lock(&mutex_);
    const auto found = index_.find(&socket);
    if (found == index_.end()) return;
    // Not ssl::Shown at once, which escapes quotation marks.
    std::string text =
        ForTerminal(absl::StrCat("the handshake failed: ", status.message()));
    if (text.size() > kMaxErrorShown) text = ssl::Shown(text, kMaxErrorShown);
    Print(*found->second,
          ssl::wire::NoteEvent(socket.side() == ssl::Side::kClient,
                               std::move(text)));
    followed_.erase(found->second);
    index_.erase(found);
  }

 private:
  static constexpr size_t kMaxErrorShown = 1000;

  struct Followed {
    explicit Followed(const ssl::Socket* the_socket)
        : socket(the_socket), trace(the_socket->side()) {}

    const ssl::Socket* socket;  // Only to find it; it may be gone.
    ssl::wire::LiveTrace trace;
    int number = 0;
    std::chrono::steady_clock::time_point began;
    bool handshake_done = false;
  };

  Followed& Find(const ssl::Socket& socket)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto found = index_.find(&socket);
    if (found != index_.end()) {
      followed_.splice(followed_.begin(), followed_, found->second);
      // Another Socket may be at the same address now.
      if (!found->second->handshake_done || socket.handshake_done()) {
        return *found->second;
      }
      followed_.pop_front();
      index_.erase(found);
    }
    if (followed_.size() == kMaxFollowed) {
      index_.erase(followed_.back().socket);
      followed_.pop_back();
    }
    followed_.emplace_front(&socket);
    index_[&socket] = followed_.begin();
    Followed& made = followed_.front();
    made.number = ++count_;
    made.began = std::chrono::steady_clock::now();
    PrintStart(made, socket);
    return made;
  }

  void PrintStart(const Followed& followed, const ssl::Socket& socket) const {
    const bool client = socket.side() == ssl::Side::kClient;
    if (!json_) {
      Write(absl::StrCat(
          "connection ", followed.number, ": ",
          client ? absl::StrCat("client, to ",
                                ForTerminal(socket.server_hostname()))
                 : "server",
          "\n"));
      return;
    }
    config::Json json;
    json["connection"] = followed.number;
    json["time"] = TraceTime(absl::Now());
    json["kind"] = "connection";
    json["side"] = client ? "client" : "server";
    if (client) json["server_hostname"] = socket.server_hostname();
    Write(config::JsonLine(json) + "\n");
  }

  void Print(const Followed& followed, const ssl::wire::Event& event) const {
    TraceMark mark;
    mark.connection = followed.number;
    mark.time = absl::Now();
    // Not the difference of two times, between which the clock may be set.
    mark.elapsed =
        absl::FromChrono(std::chrono::steady_clock::now() - followed.began);
    Write(json_ ? TraceJson(mark, event) : TraceText(mark, event));
  }

  // In one write, since others print lines there, too.
  static void Write(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
  }

  const bool json_;
  absl::Mutex mutex_;
  // The most recently used first.
  std::list<Followed> followed_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<const ssl::Socket*, std::list<Followed>::iterator> index_
      ABSL_GUARDED_BY(mutex_);
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

struct Trace::Keys {
  std::unique_ptr<KeyLogFile> file;  // Null before Start.
  absl::Mutex mutex;
  bool lost ABSL_GUARDED_BY(mutex) = false;

  // A failure to log does not end the connection, and is reported once; the
  // exit status tells of it, too (Trace::Finish).
  void Append(absl::string_view line) {
    if (file == nullptr) return;
    const absl::Status status = file->Append(line);
    if (status.ok()) return;
    const absl::MutexLock lock(&mutex);
    if (lost) return;
    lost = true;
    std::fprintf(stderr, "airlock: %s\n",
                 ForTerminal(status.message()).c_str());
  }
};

Trace::Trace() {
  if (absl::GetFlag(FLAGS_trace)) {
    printer_ = std::make_shared<Printer>(absl::GetFlag(FLAGS_json));
  }
  if (!absl::GetFlag(FLAGS_keylog).empty()) keys_ = std::make_shared<Keys>();
}

Trace::~Trace() = default;

void Trace::Observe(platform::RuntimeOptions* options) const {
  if (printer_ != nullptr) {
    options->message = [printer = printer_](const ssl::Socket& socket,
                                            const ssl::TlsMessage& message) {
      printer->See(socket, message);
      return absl::OkStatus();
    };
    options->handshake_ended = [printer = printer_](
                                   const ssl::Socket& socket,
                                   const absl::Status& status) {
      printer->HandshakeEnded(socket, status);
    };
  }
  if (keys_ != nullptr) {
    options->keylog = [keys = keys_](const ssl::Socket&,
                                     absl::string_view line) {
      keys->Append(line);
    };
  }
}

absl::Status Trace::Start(platform::Runtime* runtime) {
  if (keys_ == nullptr) return absl::OkStatus();
  const auto& setting = runtime->policy().key_log;
  if (setting.value == config::KeyLog::kForbid) {
    // A real request, for the audit.
    runtime->CreateContext(platform::ContextRequest(), ssl::ContextOptions())
        .status()
        .IgnoreError();
    return ssl::MakeStatus(
        ssl::ErrorKind::kPolicy,
        absl::StrCat("The policy (", setting.origin.ToString(),
                     ") forbids logging a connection's secrets; leave out "
                     "--keylog."));
  }
  absl::StatusOr<std::unique_ptr<KeyLogFile>> file =
      KeyLogFile::Open(absl::GetFlag(FLAGS_keylog));
  if (!file.ok()) return file.status();
  keys_->file = *std::move(file);
  return absl::OkStatus();
}

int Trace::Finish(int exit_status) const {
  if (keys_ == nullptr || exit_status != kExitOk) return exit_status;
  const absl::MutexLock lock(&keys_->mutex);
  return keys_->lost ? kExitFailed : kExitOk;
}

}  // namespace airlock::cli
