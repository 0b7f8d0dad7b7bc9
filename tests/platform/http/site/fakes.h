// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Calls handlers as a server does, without one.
#ifndef AIRLOCK_TESTS_PLATFORM_HTTP_SITE_FAKES_H_
#define AIRLOCK_TESTS_PLATFORM_HTTP_SITE_FAKES_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "platform/http/server/handler.h"
#include "ssl/socket.h"
#include "tests/support/handshake.h"

namespace airlock::http::testing {

// A server's end of a TLS connection over memory.
class FakeConnection : public ServerConnection {
 public:
  FakeConnection();
  explicit FakeConnection(airlock::testing::Connection tls)
      : tls_(std::move(tls)) {}

  ssl::Socket& socket() override { return *tls_.server; }
  const std::string& peer() const override { return peer_; }
  uint64_t id() const override { return 7; }
  uint64_t requests() const override { return requests_; }
  Time accepted() const override { return accepted_; }
  Time handshake_ended() const override {
    return accepted_ + std::chrono::milliseconds(20);
  }
  void Flush() override { ++flushes_; }
  void CloseWhenIdle() override { closes_ = true; }

  airlock::testing::Connection& tls() { return tls_; }
  void set_peer(std::string peer) { peer_ = std::move(peer); }
  void count_request() { ++requests_; }
  int flushes() const { return flushes_; }
  bool closes() const { return closes_; }

 private:
  airlock::testing::Connection tls_;
  std::string peer_ = "127.0.0.1:51234";
  uint64_t requests_ = 0;
  const Time accepted_ = std::chrono::steady_clock::now();
  int flushes_ = 0;
  bool closes_ = false;
};

// A response with its body read whole.
struct Answer {
  int status = 0;  // 0: none.
  Headers headers;
  std::string body;
  absl::Status body_error;  // Of the reader.
  std::optional<uint64_t> body_size;

  // A header's value; empty if it is missing.
  std::string operator[](absl::string_view name) const;
};

// "GET" and so on, of "/" by HTTP/1.1.
ServerRequest MakeRequest(std::string method, std::string target,
                          Headers headers = {});

// What `handler` responds to `request` with the body `parts`. `complete`: the
// client sends all of the body.
Answer Ask(Handler& handler, ServerRequest request,
           FakeConnection* connection = nullptr,
           const std::vector<std::string>& parts = {}, bool complete = true);

// Reads `response` whole, in pieces of `piece` bytes.
Answer ReadWhole(ServerResponse response, size_t piece = 1000);

// Catches a response.
class FakeResponder : public Responder {
 public:
  void Respond(ServerResponse response) override;
  bool wanted() const override { return !response.has_value(); }

  std::optional<ServerResponse> response;
};

// `gzip` decompressed; fails the test if it is invalid.
std::string Gunzip(absl::string_view gzip);

}  // namespace airlock::http::testing

#endif  // AIRLOCK_TESTS_PLATFORM_HTTP_SITE_FAKES_H_
