// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Runs the README's ten lines against a server that wants a client certificate.

// Before all else: it includes what it needs. It is a program's own function,
// which no header declares.
#pragma GCC diagnostic ignored "-Wmissing-declarations"
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/fake_host.h"
#include "platform/runtime.h"
#include "platform/tcp.h"
#include "ssl/error.h"
#include "ssl/socket.h"
#include "tests/examples/readme_example.inc"
#include "tests/support/handshake.h"
#include "tests/support/testdata.h"

namespace airlock::platform {
namespace {

using ssl::Secret;
using ssl::Socket;
using ssl::VerifyMode;

using ::Connect;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ReadSome;
using ::airlock::testing::ReadTestdata;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::TestTrustStore;
using ::airlock::testing::WriteAll;

// Takes one connection and sends back, in capitals, what it gets.
class Server {
 public:
  explicit Server(absl::string_view credentials) {
    ssl::ContextOptions options = ServerOptions(credentials);
    options.verification.mode = VerifyMode::kRequired;
    options.trust_store = TestTrustStore();
    auto listener = TcpListener::Listen("127.0.0.1", 0);
    EXPECT_TRUE(listener.ok()) << listener.status();
    port_ = listener->port();
    thread_ = std::thread(
        [this, context = MakeContext(std::move(options)),
         listening = *std::move(listener)] { ServeOne(listening, context); });
  }
  ~Server() { thread_.join(); }

  uint16_t port() const { return port_; }

 private:
  void ServeOne(const TcpListener& listener,
                const std::shared_ptr<const ssl::Context>& context) {
    auto tcp = listener.Accept(absl::Seconds(30));
    ASSERT_TRUE(tcp.ok()) << tcp.status();
    ssl::SocketOptions options;
    options.side = ssl::Side::kServer;
    auto socket = ssl::WrapSocket(context, *std::move(tcp), options);
    ASSERT_TRUE(socket.ok()) << socket.status();
    const absl::StatusOr<std::string> got = ReadSome(socket->get());
    if (!got.ok()) return;  // The client's side says why.
    EXPECT_TRUE(WriteAll(socket->get(), "echo: " + *got).ok());
  }

  uint16_t port_ = 0;
  std::thread thread_;
};

class ReadmeTest : public ::testing::Test {
 protected:
  ReadmeTest() : host_(std::make_shared<FakeHost>()) {
    host_->SetFile("/etc/ca-certificates.crt", ReadTestdata("certs/ca.pem"));
    auto runtime = Runtime::Create(host_, host_->environment());
    EXPECT_TRUE(runtime.ok()) << runtime.status();
    runtime_ = *std::move(runtime);
  }

  absl::StatusOr<std::unique_ptr<Socket>> ConnectTo(const Server& server) {
    return Connect(*runtime_, "localhost", server.port(),
                   ReadTestdata("certs/client_p256.key"),
                   ReadTestdata("certs/client_p256.pem"));
  }

  std::shared_ptr<FakeHost> host_;
  std::unique_ptr<Runtime> runtime_;
};

TEST_F(ReadmeTest, ConnectsAndTalks) {
  const Server server("server_p256");
  const auto socket = ConnectTo(server);
  ASSERT_TRUE(socket.ok()) << socket.status();
  EXPECT_TRUE((*socket)->peer_verified());
  ASSERT_TRUE(WriteAll(socket->get(), "hello").ok());
  EXPECT_EQ(*ReadSome(socket->get()), "echo: hello");
}

TEST_F(ReadmeTest, RefusesAnUntrustedServer) {
  const Server server("server_other");
  EXPECT_EQ(ssl::GetErrorKind(ConnectTo(server).status()),
            ssl::ErrorKind::kVerification);
}

}  // namespace
}  // namespace airlock::platform
