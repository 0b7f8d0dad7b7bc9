// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/support/handshake.h"

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "platform/memory_transport.h"
#include "ssl/error.h"
#include "tests/support/testdata.h"

namespace airlock::testing {
namespace {

template <typename T>
T ValueOrDie(absl::StatusOr<T> value) {
  if (!value.ok()) {
    ADD_FAILURE() << value.status();
    std::abort();
  }
  return *std::move(value);
}

std::string ChainName(absl::string_view name) {
  const std::string chain = absl::StrCat("certs/", name, "_chain.pem");
  return std::ifstream(TestdataPath(chain)).good()
             ? chain
             : absl::StrCat("certs/", name, ".pem");
}

// One step of a handshake; true while it may continue.
bool Step(ssl::Socket* socket, absl::Status* status) {
  if (!status->ok() || socket->handshake_done()) return false;
  const ssl::IoResult result = socket->Handshake();
  *status = FailureOf(result);
  return !result.failed();
}

}  // namespace

absl::Time TestTime() {
  return absl::FromCivil(absl::CivilDay(2030, 6, 1), absl::UTCTimeZone());
}

std::shared_ptr<const ssl::Credentials> TestCredentials(
    absl::string_view name) {
  ssl::CredentialsOptions options;
  options.certfile = ssl::Secret(ReadTestdata(ChainName(name)));
  options.keyfile =
      ssl::Secret(ReadTestdata(absl::StrCat("certs/", name, ".key")));
  return ValueOrDie(ssl::Credentials::Create(std::move(options)));
}

std::vector<ssl::Certificate> TestCertificates(absl::string_view name) {
  // A chain is parsed like any bundle.
  return ValueOrDie(
      ValueOrDie(ssl::TrustStore::Create(
                     ReadTestdata(absl::StrCat("certs/", name, ".pem")), name))
          ->Certificates());
}

std::shared_ptr<const ssl::TrustStore> TestTrustStore(absl::string_view name) {
  return ValueOrDie(ssl::TrustStore::Create(
      ReadTestdata(absl::StrCat("certs/", name)), name));
}

ssl::ContextOptions ClientOptions() {
  ssl::ContextOptions options;
  options.trust_store = TestTrustStore();
  options.clock = TestTime;
  return options;
}

ssl::ContextOptions ServerOptions(absl::string_view credentials) {
  ssl::ContextOptions options;
  options.credentials = {TestCredentials(credentials)};
  options.verification.mode = ssl::VerifyMode::kNone;
  options.clock = TestTime;
  return options;
}

std::shared_ptr<const ssl::Context> MakeContext(ssl::ContextOptions options) {
  return ValueOrDie(ssl::Context::Create(std::move(options)));
}

ssl::SocketOptions LocalhostOptions() {
  ssl::SocketOptions options;
  options.server_hostname = "localhost";
  return options;
}

Connection Wrap(std::shared_ptr<const ssl::Context> client,
                std::shared_ptr<const ssl::Context> server,
                ssl::SocketOptions client_options) {
  auto [client_end, server_end] = platform::MakeMemoryTransports();
  ssl::SocketOptions server_options;
  server_options.side = ssl::Side::kServer;
  Connection connection;
  connection.client = ValueOrDie(ssl::WrapSocket(
      std::move(client), std::move(client_end), std::move(client_options)));
  connection.server = ValueOrDie(ssl::WrapSocket(
      std::move(server), std::move(server_end), std::move(server_options)));
  return connection;
}

absl::Status FailureOf(const ssl::IoResult& result) {
  return result.failed() ? result.status() : absl::OkStatus();
}

void ShakeHands(Connection* connection) {
  // A failed end may have sent an alert that the other still has to read, so
  // each end gets a turn after the other's last.
  constexpr int kMoreThanEnough = 20;
  for (int i = 0; i < kMoreThanEnough; ++i) {
    const bool client =
        Step(connection->client.get(), &connection->client_status);
    const bool server =
        Step(connection->server.get(), &connection->server_status);
    if (!client && !server) break;
  }
}

Connection Connect(std::shared_ptr<const ssl::Context> client,
                   std::shared_ptr<const ssl::Context> server,
                   ssl::SocketOptions client_options) {
  Connection connection =
      Wrap(std::move(client), std::move(server), std::move(client_options));
  ShakeHands(&connection);
  return connection;
}

Connection Connect(ssl::ContextOptions client, ssl::ContextOptions server) {
  return Connect(MakeContext(std::move(client)),
                 MakeContext(std::move(server)));
}

absl::Status WriteAll(ssl::Socket* socket, absl::string_view data) {
  while (!data.empty()) {
    const ssl::IoResult result = socket->Write(absl::MakeConstSpan(
        reinterpret_cast<const uint8_t*>(data.data()), data.size()));
    if (!result.done()) return result.status();
    data.remove_prefix(result.bytes());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadSome(ssl::Socket* socket) {
  std::vector<uint8_t> buffer(size_t{64} << 10);
  const ssl::IoResult result = socket->Read(absl::MakeSpan(buffer));
  if (result.closed()) return std::string();
  if (!result.done()) return result.status();
  return std::string(buffer.begin(), buffer.begin() + result.bytes());
}

}  // namespace airlock::testing
