// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A connection that ends after each of its bytes: no end ever takes what it got
// for the whole, or itself for connected before its handshake was complete.

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/memory_transport.h"
#include "ssl/error.h"
#include "ssl/socket.h"
#include "tests/support/error_matchers.h"
#include "tests/support/handshake.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::FailureOf;
using ::airlock::testing::LocalhostOptions;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::TestCredentials;
using ::airlock::testing::TestTrustStore;
using ::testing::AnyOf;

constexpr size_t kNever = std::numeric_limits<size_t>::max();

// By how many bytes one conversation may be shorter than another: two ECDSA
// signatures in DER. A close_notify record is longer.
constexpr size_t kSignaturesVary = 12;

// Reads at most `limit` bytes, and then always `after`.
class CutTransport final : public Transport {
 public:
  CutTransport(std::unique_ptr<Transport> inner, size_t limit, IoResult after,
               size_t* read)
      : inner_(std::move(inner)),
        limit_(limit),
        after_(std::move(after)),
        read_(*read) {}

  IoResult Read(absl::Span<uint8_t> into) override {
    if (read_ == limit_) return after_;
    const IoResult result =
        inner_->Read(into.subspan(0, std::min(into.size(), limit_ - read_)));
    if (result.done()) read_ += result.bytes();
    return result;
  }
  IoResult Write(absl::Span<const uint8_t> from) override {
    return inner_->Write(from);
  }

 private:
  const std::unique_ptr<Transport> inner_;
  const size_t limit_;
  const IoResult after_;
  size_t& read_;
};

struct Contexts {
  std::shared_ptr<const Context> client;
  std::shared_ptr<const Context> server;
};

// Both ends require certificates, so that all messages occur.
Contexts MakeContexts(TlsVersion version) {
  ContextOptions client = ClientOptions();
  client.verification.maximum_version = version;
  client.credentials = {TestCredentials("client_p256")};
  ContextOptions server = ServerOptions();
  server.verification.mode = VerifyMode::kRequired;
  server.trust_store = TestTrustStore();
  return {MakeContext(std::move(client)), MakeContext(std::move(server))};
}

const std::string& Data() {
  static const std::string* const data = new std::string(300, 'x');
  return *data;
}

// What became of an end.
struct Outcome {
  absl::Status failure;
  bool handshake_done = false;
  std::string got;
  bool closed = false;  // The peer's close_notify came.
  size_t read = 0;      // Bytes from the transport.
};

// One end of a conversation: it shakes hands, sends Data() and close_notify,
// and reads until the peer's close_notify or an error.
class End {
 public:
  End(std::unique_ptr<Socket> socket, Outcome* outcome)
      : socket_(std::move(socket)), outcome_(*outcome) {}

  // Goes on as far as it can. False once it is at an end.
  bool Step() {
    if (!outcome_.failure.ok() || outcome_.closed) return false;
    if (!socket_->handshake_done()) {
      Note(socket_->Handshake());
      outcome_.handshake_done = socket_->handshake_done();
      return true;
    }
    if (!sent_) {
      const auto& data = Data();
      const IoResult written = socket_->Write(
          {reinterpret_cast<const uint8_t*>(data.data()), data.size()});
      Note(written);
      sent_ = written.done();
    } else if (!shut_down_) {
      Note(socket_->Shutdown());
      shut_down_ = true;
    }
    uint8_t buffer[1000];
    const IoResult read = socket_->Read(absl::MakeSpan(buffer));
    Note(read);
    if (read.done()) outcome_.got.append(buffer, buffer + read.bytes());
    outcome_.closed = read.closed();
    return true;
  }

 private:
  void Note(const IoResult& result) {
    if (outcome_.failure.ok()) outcome_.failure = FailureOf(result);
  }

  const std::unique_ptr<Socket> socket_;
  Outcome& outcome_;
  bool sent_ = false;
  bool shut_down_ = false;
};

// A conversation in which the client gets only `client_limit` bytes, or the
// server only `server_limit`, and `after` from then on.
std::pair<Outcome, Outcome> Converse(const Contexts& contexts,
                                     size_t client_limit, size_t server_limit,
                                     const IoResult& after) {
  auto [client_end, server_end] = platform::MakeMemoryTransports();
  std::pair<Outcome, Outcome> outcomes;
  SocketOptions server_options;
  server_options.side = Side::kServer;
  auto client = WrapSocket(
      contexts.client,
      std::make_unique<CutTransport>(std::move(client_end), client_limit, after,
                                     &outcomes.first.read),
      LocalhostOptions());
  auto server = WrapSocket(
      contexts.server,
      std::make_unique<CutTransport>(std::move(server_end), server_limit, after,
                                     &outcomes.second.read),
      std::move(server_options));
  EXPECT_TRUE(client.ok() && server.ok());
  if (!client.ok() || !server.ok()) return outcomes;
  End client_side(*std::move(client), &outcomes.first);
  End server_side(*std::move(server), &outcomes.second);
  for (int i = 0; i < 40; ++i) {
    const bool client_goes_on = client_side.Step();
    const bool server_goes_on = server_side.Step();
    if (!client_goes_on && !server_goes_on) break;
  }
  return outcomes;
}

class CutOffTest
    : public ::testing::TestWithParam<std::tuple<TlsVersion, bool, bool>> {
 protected:
  CutOffTest() {
    std::tie(version_, at_client_, is_end_) = GetParam();
    if (!is_end_) after_ = absl::UnavailableError("cable pulled");
  }

  Outcome Cut(const Contexts& contexts, size_t limit) {
    const auto outcomes = Converse(contexts, at_client_ ? limit : kNever,
                                   at_client_ ? kNever : limit, after_);
    return at_client_ ? outcomes.first : outcomes.second;
  }

  TlsVersion version_ = TlsVersion::kTls1_3;
  bool at_client_ = false;
  bool is_end_ = false;
  IoResult after_ = IoResult::Closed();
};

INSTANTIATE_TEST_SUITE_P(
    All, CutOffTest,
    ::testing::Combine(::testing::Values(TlsVersion::kTls1_2,
                                         TlsVersion::kTls1_3),
                       ::testing::Bool(), ::testing::Bool()),
    [](const auto& param) {
      return absl::StrCat("Version", static_cast<int>(std::get<0>(param.param)),
                          std::get<1>(param.param) ? "Client" : "Server",
                          std::get<2>(param.param) ? "Ends" : "Fails");
    });

TEST_P(CutOffTest, AfterEachByte) {
  const Contexts contexts = MakeContexts(version_);
  const Outcome whole = Cut(contexts, kNever);
  ASSERT_TRUE(whole.failure.ok()) << whole.failure;
  ASSERT_TRUE(whole.closed);
  ASSERT_EQ(whole.got, Data());
  ASSERT_GT(whole.read, Data().size());

  bool was_done = false;
  const size_t step = is_end_ ? 1 : 7;
  for (size_t limit = 0; limit < whole.read && !HasFailure(); limit += step) {
    SCOPED_TRACE(limit);
    const Outcome cut = Cut(contexts, limit);
    if (limit + kSignaturesVary >= whole.read && cut.closed) continue;
    EXPECT_FALSE(cut.closed);
    EXPECT_THAT(cut.failure, KindIs(is_end_ ? ErrorKind::kUnexpectedEof
                                            : ErrorKind::kTransport));
    // They are one record, which comes whole or not at all.
    EXPECT_THAT(cut.got, AnyOf("", Data()));
    EXPECT_TRUE(cut.handshake_done || cut.got.empty());
    was_done = cut.handshake_done;
  }
  EXPECT_TRUE(was_done);
}

}  // namespace
}  // namespace airlock::ssl
