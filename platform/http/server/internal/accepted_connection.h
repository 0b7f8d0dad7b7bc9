// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// One connection of a server: its I/O and its time.
#ifndef AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_ACCEPTED_CONNECTION_H_
#define AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_ACCEPTED_CONNECTION_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "platform/http/internal/read_ahead_transport.h"
#include "platform/http/server/handler.h"
#include "platform/http/server/internal/connection_protocol.h"
#include "platform/http/server/internal/loop_state.h"
#include "platform/http/server/internal/timer_wheel.h"
#include "platform/http/server/server_options.h"
#include "platform/posix_transport.h"
#include "ssl/io_result.h"
#include "ssl/socket.h"

namespace airlock::http::internal {

// Performs the handshake, then carries bytes between the Socket and a
// ConnectionProtocol, and closes so that the client can read everything. Never
// waits. An idle connection keeps no buffer, and no protocol if that has no
// state. For the loop's thread.
class AcceptedConnection final : public ServerConnection,
                                 public ProtocolHost,
                                 public TimerWheel::Timer {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // `state` outlives the connection. Errors: those of ssl::WrapSocket.
  static absl::StatusOr<std::unique_ptr<AcceptedConnection>> Create(
      LoopState& state, uint64_t id,
      std::unique_ptr<platform::PosixTransport> transport,
      std::shared_ptr<const ssl::Context> context);

  ~AcceptedConnection() override;

  // Works as far as possible, and then waits in the loop.
  void Turn();
  // The callback that its handshake waits for may have an answer.
  void RetryLate();
  // Ends it in order: at once if it has no request, else after the response.
  void Stop();
  // Ends it without waiting for the client.
  void EndNow(ServerObserver::End why);

  // Whether it is already closing.
  bool closing() const { return phase_ >= Phase::kClosing; }
  // Whether the server waits for the client, and not the other way round.
  bool waits_for_client() const;
  // When it last made progress with its client.
  Time waits_since() const { return waits_since_; }

  // ServerConnection.
  ssl::Socket& socket() override { return *socket_; }
  const std::string& peer() const override {
    return transport_->posix().peer();
  }
  uint64_t id() const override { return id_; }
  uint64_t requests() const override { return requests_; }
  Time accepted() const override { return accepted_; }
  Time handshake_ended() const override { return handshake_ended_; }
  void Flush() override { Wake(); }
  void CloseWhenIdle() override;

  // ProtocolHost.
  ServerConnection& connection() override { return *this; }
  Handler& handler() override;
  const ServerLimits& limits() const override;
  ServerStatSet& stats() override;
  Time now() const override { return now_; }
  const std::string& date() override { return state_.Date(); }
  void CountRequest() override { ++requests_; }
  void LogRequest(absl::string_view method, absl::string_view target,
                  int status) override;
  void LogFailure(const absl::Status& why) override;
  void Wake() override { state_.Wake(id_); }

 private:
  enum class Phase : uint8_t {
    kHandshake,
    kOpen,
    kClosing,    // Sends close_notify.
    kLingering,  // Waits until the client has read everything.
    kEnded,
  };

  AcceptedConnection(LoopState& state, uint64_t id);

  void OnReady();
  void OnTimer() override;

  void DoHandshake();
  // Alternates between writing and reading.
  void Talk();
  // These return whether to go on.
  bool WriteSome();
  bool ReadSome();
  void EndInput();
  // Notes what an unfinished operation waits for. False if it has failed.
  bool Unfinished(const ssl::IoResult& result);
  void BeginClose();
  void SendCloseNotify();
  void BeginLinger();
  void Linger();
  // The connection failed: lets the client read an alert, if it can.
  void Fail(const absl::Status& why);

  void MakeProtocol();
  bool CanRead() const;
  void NoteProgress();
  void UpdateIdle();
  void UpdateWatch();
  void UpdateTimer();
  void TimeOut(absl::string_view what);
  // Whether the descriptor reported that the client has gone.
  void CheckGone();

  LoopState& state_;
  const uint64_t id_;
  const Time accepted_;
  std::unique_ptr<ssl::Socket> socket_;
  ReadAheadTransport* transport_ = nullptr;  // Owned by socket_.
  std::unique_ptr<ConnectionProtocol> protocol_;
  std::unique_ptr<Handler> refuser_;  // Answers a client that is not admitted.
  std::list<AcceptedConnection*>::iterator place_;  // In state_.waiting.
  std::string out_;  // What could not be written yet, from out_sent_ on.
  size_t out_sent_ = 0;
  uint64_t requests_ = 0;
  Time handshake_ended_;
  Time now_;
  Time waits_since_;
  Time idle_since_;
  Time write_progress_;
  Time close_deadline_ = Time::max();
  size_t lingered_ = 0;
  uint32_t events_ = 0;  // Watched.
  Phase phase_ = Phase::kHandshake;
  bool http2_ = false;
  bool wants_read_ = false;
  bool wants_write_ = false;
  bool write_blocked_ = false;
  bool input_ended_ = false;
  bool aborted_ = false;
  bool idle_ = false;
  bool half_closed_ = false;  // The client's, in TCP.
  bool in_turn_ = false;
  bool waits_late_ = false;  // For a callback.
  bool is_late_ = false;     // It is in state_.late.
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_ACCEPTED_CONNECTION_H_
