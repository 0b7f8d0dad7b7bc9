// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/server/internal/accepted_connection.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "platform/http/server/internal/echo_connection.h"
#include "platform/http/server/internal/http1_connection.h"
#include "platform/http/server/internal/http2_connection.h"
#include "platform/http/server/internal/time_after.h"
#include "ssl/error.h"
#include "ssl/guarded.h"
#include "ssl/options.h"

namespace airlock::http::internal {
namespace {

using ssl::ErrorKind;
using ssl::IoResult;

// How much output is prepared at once: two records.
constexpr size_t kOutput = 32 << 10;

// How often a connection reads and writes before others have their turn.
constexpr int kTurns = 8;

// After the server has ended a connection: how long the client may take to read
// everything, and how much it may still send.
constexpr std::chrono::seconds kLinger{2};
constexpr size_t kMaxLingered = 4 << 20;

// How long a handshake waits for a callback before it asks again.
constexpr std::chrono::milliseconds kRetry{500};

// Answers each request with 403.
class Refuser final : public Handler {
 public:
  explicit Refuser(const absl::Status& why) : text_(why.message()) {}

  std::unique_ptr<BodySink> OnRequest(
      const ServerRequest& /*request*/, ServerConnection& connection,
      std::shared_ptr<Responder> responder) override {
    connection.CloseWhenIdle();
    responder->Respond(TextResponse(403, text_));
    return nullptr;
  }

 private:
  const std::string text_;
};

void Add(std::atomic<uint64_t>* counter) {
  counter->fetch_add(1, std::memory_order_relaxed);
}

void Subtract(std::atomic<uint64_t>* counter) {
  counter->fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace

absl::StatusOr<std::unique_ptr<AcceptedConnection>> AcceptedConnection::Create(
    LoopState& state, uint64_t id,
    std::unique_ptr<platform::PosixTransport> transport,
    std::shared_ptr<const ssl::Context> context) {
  transport->set_timeout(absl::ZeroDuration());
  auto read_ahead = std::make_unique<ReadAheadTransport>(
      std::move(transport), absl::MakeSpan(state.read_buffer));
  ReadAheadTransport* const borrowed = read_ahead.get();
  ssl::SocketOptions options;
  options.side = ssl::Side::kServer;
  absl::StatusOr<std::unique_ptr<ssl::Socket>> socket = ssl::WrapSocket(
      std::move(context), std::move(read_ahead), std::move(options));
  if (!socket.ok()) return socket.status();
  // Not make_unique: the constructor is private.
  std::unique_ptr<AcceptedConnection> made(new AcceptedConnection(state, id));
  made->socket_ = *std::move(socket);
  made->transport_ = borrowed;
  return made;
}

AcceptedConnection::AcceptedConnection(LoopState& state, uint64_t id)
    : state_(state),
      id_(id),
      accepted_(std::chrono::steady_clock::now()),
      place_(state.waiting.insert(state.waiting.end(), this)),
      now_(accepted_),
      waits_since_(accepted_) {
  Add(&stats().connections_accepted);
  Add(&stats().connections_now);
}

AcceptedConnection::~AcceptedConnection() {
  // Its requests must not find a connection without a socket.
  protocol_.reset();
  if (events_ != 0) state_.loop.Unwatch(transport_->posix().fd());
  state_.waiting.erase(place_);
  Subtract(&stats().connections_now);
  if (idle_) Subtract(&stats().connections_idle_now);
}

ServerStatSet& AcceptedConnection::stats() { return state_.shared.stats(); }

const ServerLimits& AcceptedConnection::limits() const {
  return state_.shared.options().limits;
}

Handler& AcceptedConnection::handler() {
  return refuser_ != nullptr ? *refuser_ : *state_.shared.options().handler;
}

void AcceptedConnection::LogRequest(absl::string_view method,
                                    absl::string_view target, int status) {
  state_.shared.observer().OnResponse(peer(), method, target, status);
}

void AcceptedConnection::LogFailure(const absl::Status& why) {
  state_.shared.observer().OnFailure(peer(), why);
}

void AcceptedConnection::CloseWhenIdle() {
  if (protocol_ == nullptr) return;
  protocol_->Stop();
  if (!in_turn_) Wake();
}

void AcceptedConnection::RetryLate() {
  is_late_ = false;
  Turn();
}

void AcceptedConnection::OnReady() {
  transport_->Ready();
  if (events_ == EPOLLRDHUP) CheckGone();
  Turn();
}

void AcceptedConnection::CheckGone() {
  pollfd one = {transport_->posix().fd(), POLLRDHUP, 0};
  if (poll(&one, 1, 0) <= 0) return;
  if ((one.revents & (POLLERR | POLLHUP)) != 0) {
    phase_ = Phase::kEnded;
  } else {
    half_closed_ = true;
  }
}

void AcceptedConnection::Turn() {
  if (in_turn_) return;
  in_turn_ = true;
  now_ = std::chrono::steady_clock::now();
  wants_read_ = wants_write_ = false;
  if (phase_ == Phase::kHandshake) DoHandshake();
  if (phase_ == Phase::kOpen) Talk();
  if (phase_ == Phase::kClosing) SendCloseNotify();
  if (phase_ == Phase::kLingering) Linger();
  in_turn_ = false;
  transport_->LeaveBuffer();
  UpdateIdle();
  UpdateWatch();
  UpdateTimer();
  if (phase_ == Phase::kEnded) state_.Remove(id_);
}

bool AcceptedConnection::Unfinished(const IoResult& result) {
  wants_read_ = wants_read_ || result.want_read();
  wants_write_ = wants_write_ || result.want_write();
  return result.want_read() || result.want_write();
}

void AcceptedConnection::DoHandshake() {
  const IoResult result = socket_->Handshake();
  waits_late_ = false;
  if (Unfinished(result)) return;
  waits_late_ = result.want_callback();
  if (waits_late_) {
    if (!is_late_) state_.late.push_back(id_);
    is_late_ = true;
    return;
  }
  if (!result.done()) return Fail(result.status());
  phase_ = Phase::kOpen;
  handshake_ended_ = now_;
  const auto info = socket_->info();
  http2_ = info.has_value() && info->alpn == "h2";
  NoteProgress();
  const auto& admit = state_.shared.options().admit;
  if (admit == nullptr) return;
  const absl::Status admitted =
      ssl::Guarded("admit callback", [&] { return admit(*socket_); });
  if (admitted.ok()) return;
  Add(&stats().connections_refused);
  LogFailure(admitted);
  refuser_ = std::make_unique<Refuser>(admitted);
  if (state_.shared.options().handler == nullptr) BeginClose();
}

void AcceptedConnection::Fail(const absl::Status& why) {
  LogFailure(why);
  if (transport_->ended()) {
    phase_ = Phase::kEnded;
  } else {
    BeginLinger();
  }
}

void AcceptedConnection::MakeProtocol() {
  if (state_.shared.options().handler == nullptr) {
    protocol_ = std::make_unique<EchoConnection>();
  } else if (http2_) {
    protocol_ = std::make_unique<Http2Connection>(*this);
  } else {
    protocol_ = std::make_unique<Http1Connection>(*this);
  }
}

void AcceptedConnection::NoteProgress() {
  waits_since_ = now_;
  if (std::next(place_) == state_.waiting.end()) return;
  state_.waiting.splice(state_.waiting.end(), state_.waiting, place_);
}

bool AcceptedConnection::CanRead() const {
  return !input_ended_ && (protocol_ == nullptr || protocol_->wants_input());
}

void AcceptedConnection::Talk() {
  for (int turn = 0; phase_ == Phase::kOpen; ++turn) {
    if (turn == kTurns) return Wake();
    const bool wrote = WriteSome();
    if (phase_ != Phase::kOpen) return;
    if (!wrote && out_.empty() && protocol_ != nullptr && protocol_->done()) {
      return BeginClose();
    }
    const bool read = ReadSome();
    if (!wrote && !read) return;
  }
}

bool AcceptedConnection::WriteSome() {
  absl::string_view rest = absl::string_view(out_).substr(out_sent_);
  if (rest.empty()) {
    if (protocol_ == nullptr) return false;
    state_.output.clear();
    protocol_->AppendOutput(kOutput, &state_.output);
    rest = state_.output;
    if (rest.empty()) return false;
  }
  const size_t before = rest.size();
  write_blocked_ = false;
  while (!rest.empty() && !write_blocked_) {
    const IoResult result = socket_->Write(
        {reinterpret_cast<const uint8_t*>(rest.data()), rest.size()});
    if (result.done()) {
      rest.remove_prefix(result.bytes());
    } else if (Unfinished(result)) {
      write_blocked_ = true;
    } else {
      Fail(result.status());
      return false;
    }
  }
  if (rest.size() < before || out_.empty()) write_progress_ = now_;
  if (rest.size() < before) NoteProgress();
  if (rest.empty()) {
    out_ = {};
    out_sent_ = 0;
  } else if (out_.empty()) {
    out_ = std::string(rest);
  } else {
    out_sent_ = out_.size() - rest.size();
  }
  return !write_blocked_;
}

bool AcceptedConnection::ReadSome() {
  // TLS has nothing left either: it takes one record at a time, whose content
  // fits in data_buffer.
  if (!CanRead() || transport_->exhausted()) return false;
  const IoResult result = socket_->Read(absl::MakeSpan(state_.data_buffer));
  if (Unfinished(result)) return false;
  if (!result.done()) {
    const bool ended = result.closed() || ssl::GetErrorKind(result.status()) ==
                                              ErrorKind::kUnexpectedEof;
    // HTTP marks the end of its messages.
    if (ended) {
      EndInput();
    } else if (idle_ && transport_->ended()) {
      phase_ = Phase::kEnded;  // Clients often leave idle connections so.
    } else {
      Fail(result.status());
    }
    return ended;
  }
  NoteProgress();
  idle_since_ = now_;
  if (protocol_ == nullptr) MakeProtocol();
  protocol_->OnInput({reinterpret_cast<const char*>(state_.data_buffer.data()),
                      result.bytes()});
  return true;
}

void AcceptedConnection::EndInput() {
  input_ended_ = true;
  if (protocol_ == nullptr) return BeginClose();
  protocol_->OnInputEnd();
}

void AcceptedConnection::BeginClose() {
  aborted_ = protocol_ != nullptr && protocol_->aborted();
  protocol_.reset();
  phase_ = Phase::kClosing;
  close_deadline_ = now_ + kLinger;
}

void AcceptedConnection::SendCloseNotify() {
  if (!aborted_ && Unfinished(socket_->Shutdown())) return;
  BeginLinger();
}

void AcceptedConnection::BeginLinger() {
  protocol_.reset();
  phase_ = Phase::kLingering;
  close_deadline_ = now_ + kLinger;
  shutdown(transport_->posix().fd(), SHUT_WR);
}

// A socket that is closed with unread bytes resets the connection, which may
// destroy what the client has not read yet.
void AcceptedConnection::Linger() {
  while (!transport_->ended()) {
    const IoResult result =
        transport_->Read(absl::MakeSpan(state_.data_buffer));
    if (Unfinished(result)) return;
    if (result.done()) lingered_ += result.bytes();
    if (!result.done() || lingered_ > kMaxLingered) break;
  }
  phase_ = Phase::kEnded;
}

void AcceptedConnection::Stop() {
  if (closing() || phase_ == Phase::kEnded) return;
  state_.shared.observer().OnEnd(peer(), ServerObserver::End::kStopping);
  if (phase_ == Phase::kHandshake) {
    phase_ = Phase::kEnded;
  } else if (protocol_ == nullptr) {
    now_ = std::chrono::steady_clock::now();
    BeginClose();
  } else {
    protocol_->Stop();
  }
  Turn();
}

void AcceptedConnection::EndNow(ServerObserver::End why) {
  if (phase_ == Phase::kEnded) return;
  state_.shared.observer().OnEnd(peer(), why);
  // One record, which usually fits; in the middle of another one, it cannot be
  // sent.
  if (phase_ == Phase::kOpen && !write_blocked_) (void)socket_->Shutdown();
  protocol_.reset();
  phase_ = Phase::kEnded;
  Turn();
}

bool AcceptedConnection::waits_for_client() const {
  return phase_ != Phase::kOpen || idle_ || write_blocked_ ||
         protocol_ == nullptr || protocol_->deadline() != Time::max();
}

void AcceptedConnection::UpdateIdle() {
  const bool idle = phase_ == Phase::kOpen && out_.empty() &&
                    (protocol_ == nullptr || protocol_->idle());
  if (idle && protocol_ != nullptr && protocol_->disposable()) {
    protocol_.reset();
  }
  if (idle == idle_) return;
  idle_ = idle;
  if (idle) {
    idle_since_ = now_;
    Add(&stats().connections_idle_now);
  } else {
    Subtract(&stats().connections_idle_now);
  }
}

void AcceptedConnection::UpdateWatch() {
  uint32_t events = 0;
  if (phase_ == Phase::kOpen) wants_read_ = CanRead();
  if (phase_ != Phase::kEnded) {
    if (wants_read_) events |= EPOLLIN;
    if (wants_write_) events |= EPOLLOUT;
    // A client that goes away while it is answered.
    if (events == 0 && !half_closed_) events = EPOLLRDHUP;
  }
  if (events == events_) return;
  const int fd = transport_->posix().fd();
  events_ = events;
  if (events == 0) return state_.loop.Unwatch(fd);
  const absl::Status watched =
      state_.loop.Watch(fd, events, [this] { OnReady(); });
  if (watched.ok()) return;
  // Without memory for it.
  events_ = 0;
  LogFailure(watched);
  protocol_.reset();
  phase_ = Phase::kEnded;
}

void AcceptedConnection::UpdateTimer() {
  Time due = Time::max();
  switch (phase_) {
    case Phase::kHandshake:
      due = TimeAfter(accepted_, limits().handshake_timeout);
      if (waits_late_) due = std::min(due, now_ + kRetry);
      break;
    case Phase::kOpen:
      if (write_blocked_) {
        due = TimeAfter(write_progress_, limits().write_timeout);
      }
      if (idle_) {
        due = std::min(due, TimeAfter(idle_since_, limits().idle_timeout));
      } else if (protocol_ != nullptr) {
        due = std::min(due, protocol_->deadline());
      }
      break;
    case Phase::kClosing:
    case Phase::kLingering:
      due = close_deadline_;
      break;
    case Phase::kEnded:
      break;
  }
  if (state_.wheel.Set(this, due)) state_.TimerSet();
}

void AcceptedConnection::TimeOut(absl::string_view what) {
  Add(&stats().connections_timed_out);
  LogFailure(ssl::MakeStatus(ErrorKind::kTimeout, what));
}

void AcceptedConnection::OnTimer() {
  now_ = std::chrono::steady_clock::now();
  switch (phase_) {
    case Phase::kHandshake:
      if (waits_late_ &&
          now_ < TimeAfter(accepted_, limits().handshake_timeout)) {
        break;
      }
      TimeOut(waits_late_ ? "a callback of the server's context did not answer "
                            "in time"
                          : "the client did not finish the handshake in time");
      phase_ = Phase::kEnded;
      break;
    case Phase::kOpen:
      if (write_blocked_ &&
          now_ >= TimeAfter(write_progress_, limits().write_timeout)) {
        TimeOut("the client did not read in time");
        protocol_.reset();
        phase_ = Phase::kEnded;
      } else if (idle_ &&
                 now_ >= TimeAfter(idle_since_, limits().idle_timeout)) {
        // Usual between requests; a client without any is reported.
        if (requests_ == 0) {
          TimeOut("the client sent nothing in time");
        } else {
          Add(&stats().connections_timed_out);
        }
        if (protocol_ != nullptr && !protocol_->done()) {
          idle_since_ = now_;
          protocol_->Stop();
        } else {
          BeginClose();
        }
      } else if (protocol_ != nullptr && now_ >= protocol_->deadline()) {
        Add(&stats().connections_timed_out);
        protocol_->OnDeadline();
      }
      break;
    case Phase::kClosing:
    case Phase::kLingering:
      phase_ = Phase::kEnded;
      break;
    case Phase::kEnded:
      break;
  }
  Turn();
}

}  // namespace airlock::http::internal
