// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What the tests of the client over HTTP/2 have in common.
#ifndef AIRLOCK_TESTS_PLATFORM_HTTP_CLIENT_HTTP2_FIXTURE_H_
#define AIRLOCK_TESTS_PLATFORM_HTTP_CLIENT_HTTP2_FIXTURE_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "platform/http/client.h"
#include "tests/platform/http/http2_peer.h"
#include "tests/platform/http/test_server.h"

namespace airlock::http::testing {

// Answers with the method, target and body of the request.
void Echo(Http2Peer& peer, const SeenStream& seen);

Request Get(const TestServer& server, absl::string_view path = "/");

// Ends the idle connections, which a server waits for, first.
class Served : public TestServer {
 public:
  Served(Client* client, Script script, TestServerOptions options = {})
      : TestServer(std::move(script), std::move(options)), client_(client) {}
  ~Served() { client_->CloseIdle(); }

 private:
  Client* const client_;
};

class ClientHttp2Test : public ::testing::Test {
 protected:
  void SetUp() override;

  // Starts calls, and waits for all.
  std::vector<absl::StatusOr<Response>> FetchAll(std::vector<Request> requests);

  std::unique_ptr<platform::Runtime> runtime_ = MakeRuntime();
  Client client_{runtime_.get(), Direct()};
  std::unique_ptr<EventLoop> loop_;
};

}  // namespace airlock::http::testing

#endif  // AIRLOCK_TESTS_PLATFORM_HTTP_CLIENT_HTTP2_FIXTURE_H_
