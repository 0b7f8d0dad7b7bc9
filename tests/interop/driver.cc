// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/interop/driver.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/posix_transport.h"

namespace airlock::interop {
namespace {

constexpr char kLoopback[] = "127.0.0.1";
// Only a test that fails anyway ever waits so long.
constexpr absl::Duration kTimeout = absl::Seconds(15);

absl::StatusOr<std::unique_ptr<ssl::Socket>> WrapAndShake(
    std::shared_ptr<const ssl::Context> context,
    absl::StatusOr<std::unique_ptr<platform::PosixTransport>> transport,
    ssl::SocketOptions options) {
  if (!transport.ok()) return transport.status();
  (*transport)->set_timeout(kTimeout);
  absl::StatusOr<std::unique_ptr<ssl::Socket>> socket = ssl::WrapSocket(
      std::move(context), *std::move(transport), std::move(options));
  if (!socket.ok()) return socket.status();
  const absl::Status status = (*socket)->Handshake().status();
  if (!status.ok()) return status;
  return socket;
}

}  // namespace

ssl::ContextOptions ClientOptions() {
  ssl::ContextOptions options = testing::ClientOptions();
  options.clock = absl::Now;
  return options;
}

ssl::ContextOptions ServerOptions(absl::string_view credentials) {
  ssl::ContextOptions options = testing::ServerOptions(credentials);
  options.clock = absl::Now;
  return options;
}

void Only(ssl::TlsVersion version, ssl::ContextOptions* options) {
  options->verification.minimum_version = version;
  options->verification.maximum_version = version;
}

absl::StatusOr<std::unique_ptr<ssl::Socket>> Connect(
    int port, std::shared_ptr<const ssl::Context> context,
    ssl::SocketOptions options) {
  return WrapAndShake(
      std::move(context),
      platform::Dial(kLoopback, static_cast<uint16_t>(port), kTimeout),
      std::move(options));
}

absl::StatusOr<std::unique_ptr<ssl::Socket>> Connect(
    int port, ssl::ContextOptions options) {
  return Connect(port, testing::MakeContext(std::move(options)));
}

absl::StatusOr<platform::TcpListener> Listen() {
  return platform::TcpListener::Listen(kLoopback, 0);
}

absl::StatusOr<std::unique_ptr<ssl::Socket>> Accept(
    const platform::TcpListener& listener,
    std::shared_ptr<const ssl::Context> context) {
  ssl::SocketOptions options;
  options.side = ssl::Side::kServer;
  return WrapAndShake(std::move(context), listener.Accept(kTimeout),
                      std::move(options));
}

absl::StatusOr<std::unique_ptr<ssl::Socket>> Accept(
    const platform::TcpListener& listener, ssl::ContextOptions options) {
  return Accept(listener, testing::MakeContext(std::move(options)));
}

absl::StatusOr<std::string> ReadUntil(ssl::Socket* socket,
                                      absl::string_view text) {
  std::string got;
  while (!absl::StrContains(got, text)) {
    absl::StatusOr<std::string> some = testing::ReadSome(socket);
    if (!some.ok()) return some.status();
    if (some->empty()) {
      return absl::OutOfRangeError(
          absl::StrCat("the peer closed after \"", got, "\""));
    }
    got += *some;
  }
  return got;
}

absl::StatusOr<std::string> ReadToEnd(ssl::Socket* socket) {
  std::string got;
  while (true) {
    absl::StatusOr<std::string> some = testing::ReadSome(socket);
    if (!some.ok()) return some.status();
    if (some->empty()) return got;
    got += *some;
  }
}

absl::Status Close(ssl::Socket* socket) { return socket->Unwrap().status(); }

std::ostream& operator<<(std::ostream& out, const Failure& failure) {
  return out << ssl::ErrorKindName(failure.kind) << ", alert " << failure.alert
             << ", verify code " << failure.verify_code;
}

Failure FailureOf(const absl::Status& status) {
  const std::optional<ssl::Error> error = ssl::GetError(status);
  if (!error.has_value()) {
    ADD_FAILURE() << "This is not an error of Airlock's: " << status;
    return {};
  }
  return {error->kind, error->alert.has_value() ? *error->alert : -1,
          error->verify_code};
}

absl::Status LateStatus(
    const absl::StatusOr<std::unique_ptr<ssl::Socket>>& socket) {
  if (!socket.ok()) return socket.status();
  return testing::ReadSome(socket->get()).status();
}

}  // namespace airlock::interop
