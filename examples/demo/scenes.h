// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The demo's scenes: credentials made at startup, and connections between two
// threads over loopback.
#ifndef AIRLOCK_EXAMPLES_DEMO_SCENES_H_
#define AIRLOCK_EXAMPLES_DEMO_SCENES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "examples/demo/database.h"
#include "platform/runtime.h"
#include "platform/tcp.h"
#include "ssl/local_ca.h"
#include "ssl/socket.h"

namespace airlock::demo {

// The participants; everything is made in memory.
struct DemoCast {
  std::string ca;            // PEM. Issued the following, except `other_ca`.
  std::string other_ca;      // A CA that did not issue any of these.
  ssl::Leaf server;          // For localhost and 127.0.0.1.
  ssl::Leaf expired_server;  // The same, but expired last year.
  ssl::Leaf employee;        // A client's.
  ssl::Leaf colleague;       // Another client's.
};

absl::StatusOr<DemoCast> MakeDemoCast(absl::Time now);

// The actions of a client and the server.
struct DemoPlan {
  platform::Runtime* runtime = nullptr;
  std::string host = "localhost";  // The client's target.
  std::string ca;
  // The client's, PEM; empty: none.
  std::string key;
  std::string certificate;
  std::optional<ssl::VerifyMode> cert_reqs = ssl::VerifyMode::kRequired;
  ssl::Protocol ssl_version = ssl::Protocol::kSslv23;
  const ssl::Leaf* server = nullptr;
  std::string message = "hello\n";
};

// The result.
struct DemoOutcome {
  absl::Status client;  // Its handshake, sending, and the answer.
  absl::Status server;
  // If the client connected:
  ssl::ConnectionInfo info;
  std::string reply;
  std::string server_subject;  // As the client verified it,
  std::string server_names;
  std::string server_anchor;
  std::string client_subject;  // and as the server did.
};

// The server: a listener on a free port.
class DemoStage {
 public:
  static absl::StatusOr<std::unique_ptr<DemoStage>> Create(
      platform::Runtime* server_runtime, std::string client_ca);

  uint16_t port() const { return listener_.port(); }

  // One connection. The server requires a client certificate that leads to
  // `client_ca`, accepts the client's choice of version, and answers a line
  // with a line.
  DemoOutcome Play(const DemoPlan& plan);

 private:
  DemoStage(platform::Runtime* server_runtime, std::string client_ca,
            platform::TcpListener listener)
      : server_runtime_(server_runtime),
        client_ca_(std::move(client_ca)),
        listener_(std::move(listener)) {}

  absl::Status ServeOne(const ssl::Leaf& identity, std::string* client_subject);
  absl::Status Connect(const DemoPlan& plan, DemoOutcome* outcome);

  platform::Runtime* const server_runtime_;
  const std::string client_ca_;
  const platform::TcpListener listener_;
};

}  // namespace airlock::demo

#endif  // AIRLOCK_EXAMPLES_DEMO_SCENES_H_
