// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/linking/echo.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ssl/error.h"
#include "tests/support/handshake.h"

namespace airlock::testing {
namespace {

absl::Status Send(ssl::Socket* from, ssl::Socket* to, const std::string& text) {
  absl::Status written = WriteAll(from, text);
  if (!written.ok()) {
    return written;
  }
  absl::StatusOr<std::string> read = ReadSome(to);
  if (!read.ok()) {
    return read.status();
  }
  return *read == text ? absl::OkStatus()
                       : absl::DataLossError("not what was sent: " + *read);
}

absl::Status MutualConnection() {
  ssl::ContextOptions client_options = ClientOptions();
  client_options.credentials = {TestCredentials("client_p256")};
  ssl::ContextOptions server_options = ServerOptions("server_rsa");
  server_options.verification.mode = ssl::VerifyMode::kRequired;
  server_options.trust_store = TestTrustStore();
  Connection connection =
      Connect(std::move(client_options), std::move(server_options));
  for (const absl::Status& status :
       {connection.client_status, connection.server_status,
        Send(connection.client.get(), connection.server.get(), "ping"),
        Send(connection.server.get(), connection.client.get(), "pong")}) {
    if (!status.ok()) {
      return status;
    }
  }
  return connection.server->peer_verified()
             ? absl::OkStatus()
             : absl::InternalError("the client was not verified");
}

}  // namespace

std::string Echo() {
  absl::Status status = MutualConnection();
  if (!status.ok()) {
    return status.ToString();
  }
  Connection refused = Connect(ClientOptions(), ServerOptions("server_other"));
  if (ssl::GetErrorKind(refused.client_status) !=
      ssl::ErrorKind::kVerification) {
    return "an untrusted server: " + refused.client_status.ToString();
  }
  return "";
}

}  // namespace airlock::testing
