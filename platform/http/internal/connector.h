// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Makes the TLS connection of a ConnectionPlan.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_CONNECTOR_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_CONNECTOR_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "platform/http/event_loop.h"
#include "platform/http/internal/connection.h"
#include "platform/http/internal/dialer.h"
#include "platform/http/internal/http1_transfer.h"
#include "platform/http/internal/read_ahead_transport.h"
#include "platform/http/proxy.h"
#include "platform/http/resolver.h"
#include "platform/http/url.h"
#include "platform/posix_transport.h"
#include "platform/runtime.h"
#include "platform/wrap_options.h"
#include "ssl/socket.h"

namespace airlock::http::internal {

struct ConnectorOptions {
  platform::Runtime* runtime = nullptr;
  Resolver* resolver = nullptr;
  Url url;
  std::shared_ptr<const Proxy> proxy;  // Null: a direct connection.
  platform::WrapOptions wrap;
};

// When each step ended; unset: it has not.
struct ConnectorTimes {
  std::optional<EventLoop::Time> resolved;
  std::optional<EventLoop::Time> connected;
  std::optional<EventLoop::Time> secured;
};

// Looks up the name, connects, makes the proxy's tunnel, and performs the
// handshake. The server chooses HTTP/1.1 or HTTP/2 from those that `wrap`
// offers. For the thread of `loop`. Destroying it ends the attempt.
class Connector : public std::enable_shared_from_this<Connector> {
 public:
  using Done = std::function<void(absl::StatusOr<std::unique_ptr<Connection>>)>;

  // Calls `done` once, from the loop. It may destroy this.
  static std::shared_ptr<Connector> Start(EventLoop* loop,
                                          ConnectorOptions options, Done done);

  ~Connector();
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

  // What it waits for: "the handshake with example.com".
  std::string stage() const;
  const ConnectorTimes& times() const { return times_; }

 private:
  Connector(EventLoop* loop, ConnectorOptions options, Done done)
      : loop_(loop), options_(std::move(options)), done_(std::move(done)) {}

  void OnResolved(const absl::StatusOr<std::vector<Endpoint>>& endpoints);
  void OnDialed(absl::StatusOr<Dialed> dialed);
  void BeginTunnel();
  void AdvanceTunnel();
  void BeginHandshake();
  void AdvanceHandshake();
  void Watch(uint32_t events, void (Connector::*next)());
  absl::StatusOr<bool> ChoseHttp2() const;
  void Finish(absl::StatusOr<std::unique_ptr<Connection>> result);

  EventLoop* const loop_;
  ConnectorOptions options_;
  Done done_;
  ConnectorTimes times_;

  std::shared_ptr<Dialer> dialer_;
  int fd_ = -1;  // Of transport_ or socket_.
  std::unique_ptr<platform::PosixTransport> transport_;
  std::unique_ptr<Http1Transfer> tunnel_;
  int tunnel_status_ = 0;
  std::vector<std::string> offered_;  // By ALPN.
  std::unique_ptr<ssl::Socket> socket_;
  ReadAheadTransport* read_ahead_ = nullptr;  // Owned by socket_.
  std::string address_;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_CONNECTOR_H_
