// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/internal/token_process.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "platform/keys/confine.h"
#include "platform/keys/internal/helper_process.h"
#include "platform/keys/internal/token_session.h"
#include "platform/keys/packet.h"

namespace airlock::keys::internal {
namespace {

using platform::internal::UniqueFd;

// A module that takes longer is ended.
constexpr unsigned kPatienceSeconds = 30;
// Between two starts of a module that crashes.
constexpr unsigned kPauseSeconds = 1;
constexpr size_t kHeader = 6;
// How a worker ends when the key service has. A module may exit with others.
constexpr int kServiceEnded = 77;

// What the process that has the module and the one that restarts it share.
struct Shared {
  std::atomic<uint32_t> under_way;  // The request's number; 0: none.
  std::atomic<bool> pin_refused;
};

absl::Status Failed(absl::string_view what) {
  return absl::InternalError(
      absl::ErrnoToStatus(errno, absl::StrCat("cannot start the process of a "
                                              "token: ",
                                              what))
          .message());
}

void Answer(int socket, uint32_t number, uint16_t code,
            absl::string_view bytes) {
  // It fails only if the key service has ended.
  SendPacket(socket, EncodeToken({number, code, std::string(bytes)}))
      .IgnoreError();
}

// A PIN that is neither swapped out nor part of a core dump.
class LockedPin {
 public:
  // Takes the PIN out of `pin`.
  explicit LockedPin(ssl::Secret pin) {
    if (pin.empty()) return;
    void* const page = mmap(nullptr, pin.size(), PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED || madvise(page, pin.size(), MADV_DONTDUMP) != 0) {
      Fail();
      return;
    }
    view_ = {static_cast<const char*>(page), pin.size()};
    LockHere();
    std::memcpy(page, pin.view().data(), pin.size());
  }

  // A fork does not inherit the lock.
  void LockHere() {
    if (!view_.empty() && mlock(view_.data(), view_.size()) != 0) Fail();
  }

  const absl::Status& status() const { return status_; }
  absl::string_view view() const { return view_; }

 private:
  void Fail() {
    status_ = absl::UnavailableError(absl::StrCat(
        absl::ErrnoToStatus(errno, "cannot lock memory for a PIN").message(),
        "; allow more (ulimit -l, or LimitMEMLOCK= of a systemd service)"));
  }

  absl::string_view view_;
  absl::Status status_;
};

std::string SchemeBytes(const std::vector<uint16_t>& schemes) {
  std::string bytes;
  for (const uint16_t scheme : schemes) {
    bytes.push_back(static_cast<char>(scheme >> 8));
    bytes.push_back(static_cast<char>(scheme & 0xff));
  }
  return bytes;
}

class Worker {
 public:
  Worker(int socket, Shared* shared, const TokenKeyOptions& options,
         const LockedPin& pin)
      : socket_(socket), shared_(shared), options_(options), pin_(pin) {}

  // Answers requests until the key service ends.
  [[noreturn]] void Run() {
    while (true) {
      pollfd ready = {socket_, POLLIN, 0};
      if (poll(&ready, 1, -1) < 0 && errno != EINTR) _exit(1);
      const absl::StatusOr<Packet> packet = ReceivePacket(socket_);
      if (absl::IsUnavailable(packet.status())) continue;
      if (!packet.ok()) _exit(kServiceEnded);
      const std::optional<TokenPacket> request = DecodeToken(packet->bytes);
      if (!request.has_value()) continue;
      shared_->under_way = request->number;
      alarm(kPatienceSeconds);
      const absl::StatusOr<std::string> answer = Do(*request);
      alarm(0);
      if (session_.has_value() && session_->pin_refused()) {
        shared_->pin_refused = true;
      }
      Answer(socket_, request->number, answer.ok() ? 1 : 0,
             answer.ok() ? *answer : answer.status().message());
      shared_->under_way = 0;
    }
  }

 private:
  absl::Status Load() {
    if (session_.has_value()) return absl::OkStatus();
    if (!pin_.status().ok()) return pin_.status();
    if (shared_->pin_refused) {
      return absl::UnavailableError(absl::StrCat(
          options_.uri.text,
          ": the token refused the PIN, and it is not tried again, since that "
          "may lock the token; correct it and restart the service"));
    }
    absl::StatusOr<TokenSession> session =
        TokenSession::Create(options_.module, options_.uri, pin_.view());
    if (!session.ok()) return session.status();
    absl::Status confined = ConfineTokenModule(options_.network);
    if (!confined.ok()) return confined;
    session_ = *std::move(session);
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Do(const TokenPacket& request) {
    absl::Status loaded = Load();
    if (!loaded.ok()) return loaded;
    if (request.code != 0) return session_->Sign(request.code, request.bytes);
    const auto schemes = session_->Schemes();
    if (!schemes.ok()) return schemes.status();
    return SchemeBytes(*schemes);
  }

  const int socket_;
  Shared* const shared_;
  const TokenKeyOptions& options_;
  const LockedPin& pin_;
  std::optional<TokenSession> session_;
};

std::string EndText(int status) {
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
    return absl::StrCat("the module did not answer for ", kPatienceSeconds,
                        " seconds; it is started again");
  }
  return WIFSIGNALED(status)
             ? absl::StrCat("the module ended its process with signal ",
                            WTERMSIG(status), "; it is started again")
             : absl::StrCat("the module ended its process with status ",
                            WEXITSTATUS(status), "; it is started again");
}

// Starts the worker, and again when it dies.
[[noreturn]] void Supervise(int socket, Shared* shared,
                            TokenKeyOptions options) {
  LockedPin pin(std::move(options.pin));
  clearenv();
  for (const auto& [name, value] : options.environment) {
    setenv(name.c_str(), value.c_str(), 1);
  }
  while (true) {
    const pid_t self = getpid();
    const pid_t child = fork();
    if (child < 0) {
      sleep(kPauseSeconds);
      continue;
    }
    if (child == 0) {
      EndWith(self);
      pin.LockHere();
      Worker(socket, shared, options, pin).Run();
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == kServiceEnded) _exit(0);
    const uint32_t number = shared->under_way.exchange(0);
    if (number != 0) {
      Answer(socket, number, 0,
             absl::StrCat(options.uri.text, ": ", EndText(status)));
    }
    sleep(kPauseSeconds);
  }
}

}  // namespace

std::string EncodeToken(const TokenPacket& packet) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) {
    bytes.push_back(static_cast<char>(packet.number >> shift & 0xff));
  }
  bytes.push_back(static_cast<char>(packet.code >> 8));
  bytes.push_back(static_cast<char>(packet.code & 0xff));
  return bytes + packet.bytes;
}

std::optional<TokenPacket> DecodeToken(absl::string_view bytes) {
  if (bytes.size() < kHeader) return std::nullopt;
  const auto byte = [bytes](size_t at) {
    return static_cast<uint32_t>(static_cast<unsigned char>(bytes[at]));
  };
  TokenPacket packet;
  packet.number = byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3);
  packet.code = static_cast<uint16_t>(byte(4) << 8 | byte(5));
  packet.bytes = std::string(bytes.substr(kHeader));
  return packet;
}

absl::StatusOr<UniqueFd> ForkTokenProcess(TokenKeyOptions options) {
  void* const page = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return Failed("mmap");
  auto* const shared = new (page) Shared{};
  auto socket =
      ForkHelper([&](int own) { Supervise(own, shared, std::move(options)); });
  munmap(page, sizeof(Shared));
  return socket;
}

}  // namespace airlock::keys::internal
