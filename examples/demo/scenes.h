// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What the demo plays: credentials made on the spot, and connections between
// two threads over loopback.
#ifndef AIRLOCK_EXAMPLES_DEMO_SCENES_H_
#define AIRLOCK_EXAMPLES_DEMO_SCENES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "examples/demo/database.h"
#include "platform/runtime.h"
#include "platform/tcp.h"
#include "ssl/local_ca.h"
#include "ssl/socket.h"

namespace airlock::demo {

// Who plays: everything is made in memory.
struct DemoCast {
  std::string ca;            // PEM. Issued what follows, but for `other_ca`.
  std::string other_ca;      // A CA that issued nothing here.
  ssl::Leaf server;          // For localhost and 127.0.0.1.
  ssl::Leaf expired_server;  // The same, but of last year.
  ssl::Leaf employee;        // A client's.
  ssl::Leaf colleague;       // Another client's.
};

absl::StatusOr<DemoCast> MakeDemoCast(absl::Time now);

// What a client and the server do.
struct DemoPlan {
  platform::Runtime* runtime = nullptr;
  std::string host = "localhost";  // Whom the client means to reach.
  std::string ca;
  // The client's, PEM; empty: it has none.
  std::string key;
  std::string certificate;
  absl::optional<ssl::VerifyMode> cert_reqs = ssl::VerifyMode::kRequired;
  ssl::Protocol ssl_version = ssl::Protocol::kSslv23;
  const ssl::Leaf* server = nullptr;
  std::string message = "hello\n";
};

// What came of it.
struct DemoOutcome {
  absl::Status client;  // Its handshake, sending, and the answer.
  absl::Status server;
  // Where the client got through:
  ssl::ConnectionInfo info;
  std::string reply;
  std::string server_subject;  // As the client verified it,
  std::string server_names;
  std::string server_anchor;
  std::string client_subject;  // and as the server did.
};

// The server's stage: a listener at a port that was free.
class DemoStage {
 public:
  static absl::StatusOr<std::unique_ptr<DemoStage>> Create(
      platform::Runtime* server_runtime, std::string client_ca);

  uint16_t port() const { return listener_.port(); }

  // One connection. The server demands a client certificate that leads to
  // `client_ca`, speaks whatever version the client likes, and answers a line
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
