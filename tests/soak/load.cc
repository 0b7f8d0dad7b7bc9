// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/soak/load.h"

#include <sys/epoll.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "platform/tcp.h"

namespace airlock::soak {
namespace {

using http::EventLoop;
using Clock = std::chrono::steady_clock;

constexpr absl::Duration kDialTimeout = absl::Seconds(20);
// Handshakes at once.
constexpr size_t kMostOpening = 50;
constexpr size_t kLongestMessage = 6000;

}  // namespace

// One client: a handshake, then messages and pauses.
class Load::Connection {
 public:
  Connection(Load* load, size_t number) : load_(*load), number_(number) {}
  ~Connection() { End(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  absl::Status Open();

 private:
  enum class State { kHandshake, kPause, kSending, kReceiving, kEnded };

  // Goes on until it has to wait.
  void Step();
  // Each of these returns false where it has to wait, or has ended.
  bool ShakeHands();
  bool Send();
  bool Receive();
  bool Listen();  // In a pause.
  // Waits for what `result` wants; false. Or fails with its error.
  bool Wait(const ssl::IoResult& result);
  void Begin();  // A message.
  void Pause();
  void Fail(const absl::Status& why);
  void End();

  Load& load_;
  const size_t number_;
  size_t messages_ = 0;
  State state_ = State::kEnded;
  std::unique_ptr<ssl::Socket> socket_;
  int fd_ = -1;
  EventLoop::TimerId timer_ = 0;
  std::string message_;
  size_t sent_ = 0;
  std::string received_;
  Clock::time_point began_;
};

absl::Status Load::Connection::Open() {
  auto transport =
      platform::Dial("127.0.0.1", load_.options_.port, kDialTimeout);
  if (!transport.ok()) return transport.status();
  (*transport)->set_timeout(absl::ZeroDuration());
  fd_ = (*transport)->fd();
  ssl::SocketOptions options;
  options.server_hostname = "localhost";
  auto socket = ssl::WrapSocket(load_.options_.context, *std::move(transport),
                                std::move(options));
  if (!socket.ok()) return socket.status();
  socket_ = *std::move(socket);
  state_ = State::kHandshake;
  ++load_.opening_;
  Step();
  return absl::OkStatus();
}

void Load::Connection::Step() {
  bool goes_on = true;
  while (goes_on) {
    switch (state_) {
      case State::kHandshake:
        goes_on = ShakeHands();
        break;
      case State::kPause:
        goes_on = Listen();
        break;
      case State::kSending:
        goes_on = Send();
        break;
      case State::kReceiving:
        goes_on = Receive();
        break;
      case State::kEnded:
        goes_on = false;
        break;
    }
  }
}

bool Load::Connection::ShakeHands() {
  const ssl::IoResult result = socket_->Handshake();
  if (!result.done()) return Wait(result);
  --load_.opening_;
  ++load_.open_;
  Begin();
  return true;
}

bool Load::Connection::Send() {
  const ssl::IoResult result =
      socket_->Write({reinterpret_cast<const uint8_t*>(message_.data()) + sent_,
                      message_.size() - sent_});
  if (!result.done()) return Wait(result);
  sent_ += result.bytes();
  if (sent_ == message_.size()) state_ = State::kReceiving;
  return true;
}

bool Load::Connection::Receive() {
  uint8_t buffer[4096];
  const ssl::IoResult result = socket_->Read(absl::MakeSpan(buffer));
  if (!result.done()) return Wait(result);
  received_.append(reinterpret_cast<const char*>(buffer), result.bytes());
  if (received_.size() < message_.size()) return true;
  if (received_ == message_) {
    ++load_.figures_.messages;
    load_.figures_.bytes += message_.size();
    load_.figures_.longest = std::max(load_.figures_.longest,
                                      absl::FromChrono(Clock::now() - began_));
  } else {
    load_.NoteFailure(&load_.figures_.wrong,
                      absl::DataLossError(
                          absl::StrCat("message ", messages_, " of connection ",
                                       number_, " came back changed")));
  }
  --load_.under_way_;
  Pause();
  return true;
}

bool Load::Connection::Listen() {
  uint8_t byte = 0;
  const ssl::IoResult result = socket_->Read(absl::MakeSpan(&byte, 1));
  if (!result.done()) return Wait(result);
  Fail(absl::DataLossError(
      absl::StrCat("connection ", number_, " received what it did not send")));
  return false;
}

bool Load::Connection::Wait(const ssl::IoResult& result) {
  if (!result.want_read() && !result.want_write()) {
    Fail(result.closed() ? absl::UnavailableError("closed by the server")
                         : result.status());
    return false;
  }
  const absl::Status watched = load_.loop_->Watch(
      fd_, result.want_read() ? EPOLLIN : EPOLLOUT, [this] { Step(); });
  if (!watched.ok()) Fail(watched);
  return false;
}

void Load::Connection::Begin() {
  ++messages_;
  message_ = absl::StrCat("connection ", number_, ", message ", messages_, " ");
  const size_t size =
      std::uniform_int_distribution<size_t>(1, kLongestMessage)(load_.random_);
  const std::string pattern = message_;
  while (message_.size() < size) message_ += pattern;
  sent_ = 0;
  received_.clear();
  began_ = Clock::now();
  state_ = State::kSending;
  ++load_.under_way_;
}

void Load::Connection::Pause() {
  state_ = State::kPause;
  message_.clear();
  message_.shrink_to_fit();
  received_.clear();
  received_.shrink_to_fit();
  timer_ = load_.loop_->At(load_.SoonAtRandom(), [this] {
    timer_ = 0;
    if (load_.closing_ || state_ != State::kPause) return;
    Begin();
    Step();
  });
}

void Load::Connection::Fail(const absl::Status& why) {
  if (state_ == State::kHandshake) {
    load_.NoteFailure(&load_.figures_.failed, why);
    --load_.opening_;
  } else {
    load_.NoteFailure(&load_.figures_.lost, why);
    --load_.open_;
    if (state_ != State::kPause) --load_.under_way_;
  }
  state_ = State::kEnded;
  // Not now: the callback of this descriptor may be running.
  load_.loop_->Defer([this] { End(); });
}

void Load::Connection::End() {
  if (timer_ != 0) load_.loop_->Cancel(timer_);
  timer_ = 0;
  if (fd_ >= 0) load_.loop_->Unwatch(fd_);
  fd_ = -1;
  if (socket_ != nullptr && state_ == State::kPause) {
    (void)socket_->Shutdown();
  }
  socket_ = nullptr;
}

absl::StatusOr<std::unique_ptr<Load>> Load::Create(LoadOptions options) {
  absl::StatusOr<std::unique_ptr<EventLoop>> loop = EventLoop::Create();
  if (!loop.ok()) return loop.status();
  return std::unique_ptr<Load>(new Load(std::move(options), *std::move(loop)));
}

Load::Load(LoadOptions options, std::unique_ptr<EventLoop> loop)
    : options_(std::move(options)), loop_(std::move(loop)) {}

Load::~Load() = default;

absl::Status Load::Open() {
  while (connections_.size() < options_.connections || opening_ > 0) {
    while (connections_.size() < options_.connections &&
           opening_ < kMostOpening) {
      auto connection =
          std::make_unique<Connection>(this, connections_.size() + 1);
      const absl::Status opened = connection->Open();
      if (!opened.ok()) NoteFailure(&figures_.failed, opened);
      connections_.push_back(std::move(connection));
    }
    if (opening_ == 0) continue;
    const absl::Status status = loop_->RunOnce();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Load::RunUntil(EventLoop::Time end) {
  bool ended = false;
  const EventLoop::TimerId timer = loop_->At(end, [&ended] { ended = true; });
  while (!ended) {
    const absl::Status status = loop_->RunOnce();
    if (!status.ok()) {
      loop_->Cancel(timer);
      return status;
    }
  }
  return absl::OkStatus();
}

absl::Status Load::RunFor(absl::Duration duration) {
  return RunUntil(Clock::now() + absl::ToChronoNanoseconds(duration));
}

absl::Status Load::Close(absl::Duration limit) {
  closing_ = true;
  const auto end = Clock::now() + absl::ToChronoNanoseconds(limit);
  while (under_way_ > 0 && Clock::now() < end) {
    const absl::Status status = RunFor(absl::Milliseconds(20));
    if (!status.ok()) return status;
  }
  figures_.lost += under_way_;
  connections_.clear();
  open_ = 0;
  return absl::OkStatus();
}

EventLoop::Time Load::SoonAtRandom() {
  const double share =
      std::uniform_real_distribution<double>(0.5, 1.5)(random_);
  return Clock::now() + absl::ToChronoNanoseconds(options_.interval * share);
}

void Load::NoteFailure(uint64_t* counter, const absl::Status& why) {
  ++*counter;
  if (figures_.first_failure.empty()) figures_.first_failure = why.ToString();
}

}  // namespace airlock::soak
