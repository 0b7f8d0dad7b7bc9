// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Handshakes in one process and one thread, over memory: no sleeps, no ports.
#ifndef AIRLOCK_TESTS_SUPPORT_HANDSHAKE_H_
#define AIRLOCK_TESTS_SUPPORT_HANDSHAKE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ssl/certificate.h"
#include "ssl/context.h"
#include "ssl/credentials.h"
#include "ssl/io_result.h"
#include "ssl/socket.h"
#include "ssl/transport.h"
#include "ssl/trust_store.h"

namespace airlock::testing {

// The time in tests, at which all of testdata's good certificates are valid.
absl::Time TestTime();

// testdata/certs/NAME_chain.pem (or NAME.pem) with NAME.key. Ends the program
// if they cannot be read.
std::shared_ptr<const ssl::Credentials> TestCredentials(absl::string_view name);

// The certificates in testdata/certs/NAME.pem, in order. Ends the program if
// they cannot be read.
std::vector<ssl::Certificate> TestCertificates(absl::string_view name);

// testdata/certs/NAME. Ends the program if it cannot be read.
std::shared_ptr<const ssl::TrustStore> TestTrustStore(
    absl::string_view name = "ca.pem");

// Options that verify against ca.pem, at TestTime.
ssl::ContextOptions ClientOptions();
// Options that present `credentials` and do not ask for a client certificate.
ssl::ContextOptions ServerOptions(
    absl::string_view credentials = "server_p256");

// Context::Create, which must succeed.
std::shared_ptr<const ssl::Context> MakeContext(ssl::ContextOptions options);

// Two ends of a connection, and the results of their handshakes.
struct Connection {
  std::unique_ptr<ssl::Socket> client;
  std::unique_ptr<ssl::Socket> server;
  absl::Status client_status;
  absl::Status server_status;

  bool ok() const { return client_status.ok() && server_status.ok(); }
};

// A client's options, to connect to "localhost".
ssl::SocketOptions LocalhostOptions();

// Wraps both ends over memory; nothing is sent yet.
Connection Wrap(std::shared_ptr<const ssl::Context> client,
                std::shared_ptr<const ssl::Context> server,
                ssl::SocketOptions client_options = LocalhostOptions());

// The error, if there is one; would-block is ok here.
absl::Status FailureOf(const ssl::IoResult& result);

// Runs both handshakes in turn until each end is done or has failed.
void ShakeHands(Connection* connection);

// Wrap and ShakeHands. By default the client connects to "localhost".
Connection Connect(std::shared_ptr<const ssl::Context> client,
                   std::shared_ptr<const ssl::Context> server,
                   ssl::SocketOptions client_options = LocalhostOptions());
Connection Connect(ssl::ContextOptions client, ssl::ContextOptions server);

// Writes all of `data`, which must fit.
absl::Status WriteAll(ssl::Socket* socket, absl::string_view data);
// Reads once, up to 64 KiB; the empty string for closed, an error of code
// kUnavailable if no data has arrived yet.
absl::StatusOr<std::string> ReadSome(ssl::Socket* socket);

}  // namespace airlock::testing

#endif  // AIRLOCK_TESTS_SUPPORT_HANDSHAKE_H_
