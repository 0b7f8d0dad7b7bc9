// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Records that an attacker injects into a handshake, at each step: none of them
// makes it succeed, end in order, or hang.

#include <cstdint>
#include <deque>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "platform/memory_transport.h"
#include "ssl/error.h"
#include "ssl/socket.h"
#include "tests/support/handshake.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::LocalhostOptions;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ReadSome;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::TestCredentials;
using ::airlock::testing::TestTrustStore;
using ::airlock::testing::WriteAll;
using platform::MakeMemoryTransports;
using platform::MemoryTransport;

constexpr size_t kHeader = 5;
constexpr uint8_t kChangeCipherSpec = 20;
constexpr uint8_t kAlert = 21;
constexpr uint8_t kHandshake = 22;
constexpr int kMoreThanEnough = 50;

std::string Record(uint8_t type, absl::string_view body) {
  std::string record = {static_cast<char>(type), 3, 3,
                        static_cast<char>(body.size() >> 8),
                        static_cast<char>(body.size() & 0xff)};
  absl::StrAppend(&record, body);
  return record;
}

size_t Number(absl::string_view bytes) {
  size_t number = 0;
  for (const char c : bytes) number = number << 8 | static_cast<uint8_t>(c);
  return number;
}

// One end of a connection, and the test's end of its transport.
struct End {
  std::unique_ptr<Socket> socket;
  std::unique_ptr<MemoryTransport> far;
  std::deque<std::string> inbox;  // Records to deliver one by one.
  bool encrypted = false;         // Whatever this end sends from now on.
};

std::string Drain(MemoryTransport* transport) {
  std::string all;
  std::vector<uint8_t> buffer(1 << 16);
  while (true) {
    const IoResult result = transport->Read(absl::MakeSpan(buffer));
    if (!result.done()) return all;
    all.append(buffer.begin(), buffer.begin() + result.bytes());
  }
}

void Deliver(absl::string_view bytes, End* to) {
  EXPECT_TRUE(to->far
                  ->Write({reinterpret_cast<const uint8_t*>(bytes.data()),
                           bytes.size()})
                  .done());
}

// Moves the bytes that `from` has sent to the inbox of `to`; unencrypted
// handshake messages become one record each.
void Collect(End* from, End* to) {
  const std::string sent = Drain(from->far.get());
  absl::string_view rest = sent;
  while (rest.size() >= kHeader) {
    const auto type = static_cast<uint8_t>(rest[0]);
    const size_t size = Number(rest.substr(3, 2));
    absl::string_view body = rest.substr(kHeader, size);
    rest.remove_prefix(kHeader + size);
    if (type == kChangeCipherSpec) from->encrypted = true;
    if (type != kHandshake || from->encrypted) {
      to->inbox.push_back(Record(type, body));
      continue;
    }
    while (!body.empty()) {
      constexpr size_t kMessageHeader = 4;
      const size_t message = kMessageHeader + Number(body.substr(1, 3));
      to->inbox.push_back(Record(type, body.substr(0, message)));
      body.remove_prefix(std::min(message, body.size()));
    }
  }
}

enum class Ending {
  kTooLate,  // The handshake was done before that step.
  kFailed,
  kWorked,  // The injected record was ignored, as TLS allows for some.
  kStuck,   // It waits for more; never an orderly end.
};

using Param = std::tuple<TlsVersion, Side>;

class InjectionTest : public ::testing::TestWithParam<Param> {
 protected:
  InjectionTest() {
    ContextOptions client = ClientOptions();
    client.verification.maximum_version = std::get<0>(GetParam());
    client.credentials = {TestCredentials("client_p256")};
    client_ = MakeContext(std::move(client));
    ContextOptions server = ServerOptions();
    server.verification.mode = VerifyMode::kRequired;
    server.trust_store = TestTrustStore();
    server_ = MakeContext(std::move(server));
  }

  End Make(Side side) const {
    auto [near, far] = MakeMemoryTransports();
    SocketOptions options;
    if (side == Side::kClient) options = LocalhostOptions();
    options.side = side;
    options.suppress_ragged_eofs = true;  // This must have no effect here.
    auto socket = WrapSocket(side == Side::kClient ? client_ : server_,
                             std::move(near), std::move(options));
    EXPECT_TRUE(socket.ok()) << socket.status();
    End end;
    end.socket = *std::move(socket);
    end.far = std::move(far);
    return end;
  }

  // If an end's handshake is not done, no operation says that it is.
  static void ExpectNotDone(Socket* socket) {
    EXPECT_FALSE(socket->handshake_done());
    EXPECT_FALSE(socket->info().has_value());
    uint8_t byte = 0;
    for (const IoResult& result :
         {socket->Handshake(), socket->Read(absl::MakeSpan(&byte, 1)),
          socket->Write({1}), socket->Shutdown(), socket->Unwrap(),
          socket->Read(absl::MakeSpan(&byte, 0)), socket->Write({})}) {
      EXPECT_FALSE(result.done());
      EXPECT_FALSE(result.closed());
      EXPECT_FALSE(result.status().ok());
    }
  }

  // Injects `injected` before the victim's record number `step`.
  Ending Inject(size_t step, const std::string& injected) const {
    const Side side = std::get<1>(GetParam());
    End victim = Make(side);
    End other = Make(side == Side::kClient ? Side::kServer : Side::kClient);
    bool was_injected = false;
    size_t delivered = 0;
    for (int i = 0; i < kMoreThanEnough; ++i) {
      const IoResult shaken = victim.socket->Handshake();
      EXPECT_FALSE(shaken.closed());
      if (shaken.failed()) {
        EXPECT_TRUE(was_injected) << shaken.status();
        ExpectNotDone(victim.socket.get());
        return Ending::kFailed;
      }
      if (shaken.done() && !was_injected) return Ending::kTooLate;
      if (was_injected && delivered == step && !shaken.done()) {
        ExpectNotDone(victim.socket.get());
      }
      (void)other.socket->Handshake();
      if (shaken.done() && other.socket->handshake_done()) {
        return DataPasses(&victim, &other) ? Ending::kWorked : Ending::kStuck;
      }
      Collect(&victim, &other);
      Collect(&other, &victim);
      for (; !other.inbox.empty(); other.inbox.pop_front()) {
        Deliver(other.inbox.front(), &other);
      }
      if (victim.inbox.empty()) continue;
      if (delivered == step && !was_injected) {
        Deliver(injected, &victim);
        was_injected = true;
        continue;
      }
      Deliver(victim.inbox.front(), &victim);
      victim.inbox.pop_front();
      ++delivered;
    }
    return Ending::kStuck;
  }

  static bool DataPasses(End* one, End* two) {
    EXPECT_TRUE(one->socket->peer_verified());
    EXPECT_TRUE(WriteAll(two->socket.get(), "ping").ok());
    Deliver(Drain(two->far.get()), one);
    const auto got = ReadSome(one->socket.get());
    return got.ok() && *got == "ping";
  }

  std::shared_ptr<const Context> client_;
  std::shared_ptr<const Context> server_;
};

INSTANTIATE_TEST_SUITE_P(
    All, InjectionTest,
    ::testing::Combine(::testing::Values(TlsVersion::kTls1_2,
                                         TlsVersion::kTls1_3),
                       ::testing::Values(Side::kClient, Side::kServer)),
    [](const ::testing::TestParamInfo<Param>& param) {
      return absl::StrCat(
          std::get<0>(param.param) == TlsVersion::kTls1_2 ? "Tls12" : "Tls13",
          std::get<1>(param.param) == Side::kClient ? "Client" : "Server");
    });

TEST_P(InjectionTest, NoAlertEndsAHandshakeInOrder) {
  std::vector<std::string> alerts;
  for (int description = 0; description < 256; ++description) {
    for (const int level : {1, 2}) {
      alerts.push_back(
          {static_cast<char>(level), static_cast<char>(description)});
    }
  }
  for (const int level : {0, 3, 255}) {
    for (const int description : {0, 40, 90, 255}) {
      alerts.push_back(
          {static_cast<char>(level), static_cast<char>(description)});
    }
  }
  size_t steps = 0;
  for (bool too_late = false; !too_late; ++steps) {
    ASSERT_LT(steps, 20u);
    for (const std::string& alert : alerts) {
      SCOPED_TRACE(absl::StrCat("step ", steps, ", level ",
                                Number(alert.substr(0, 1)), ", description ",
                                Number(alert.substr(1))));
      const Ending ending = Inject(steps, Record(kAlert, alert));
      too_late = ending == Ending::kTooLate;
      if (too_late) break;
      // A warning may be ignored, but not close_notify or a fatal alert.
      EXPECT_NE(ending, Ending::kStuck);
      if (ending == Ending::kWorked) {
        EXPECT_EQ(alert[0], 1);
        EXPECT_NE(alert[1], 0);
      }
      if (HasFailure()) return;
    }
  }
  EXPECT_GE(steps, 3u);
}

TEST_P(InjectionTest, NoRecordEndsAHandshakeInOrder) {
  const std::vector<std::string> bodies = {
      "",
      std::string(1, '\1'),
      std::string(2, '\0'),
      std::string(4, '\0'),
      std::string("\x14\0\0\x0c", 4) + std::string(12, 'x'),
      std::string(64, 'x')};
  size_t steps = 0;
  for (bool too_late = false; !too_late; ++steps) {
    ASSERT_LT(steps, 20u);
    for (const int type : {0, 19, 20, 21, 22, 23, 24, 25, 64, 128, 255}) {
      for (const std::string& body : bodies) {
        SCOPED_TRACE(absl::StrCat("step ", steps, ", type ", type, ", ",
                                  body.size(), " bytes"));
        const Ending ending =
            Inject(steps, Record(static_cast<uint8_t>(type), body));
        too_late = ending == Ending::kTooLate;
        if (too_late) break;
        // Ignored: empty records, and TLS 1.3's ChangeCipherSpec.
        if (ending == Ending::kWorked) {
          EXPECT_TRUE(body.empty() || type == kChangeCipherSpec);
        }
        // An incomplete handshake message may wait for its rest.
        if (ending == Ending::kStuck) {
          EXPECT_EQ(type, kHandshake);
        }
        if (HasFailure()) return;
      }
      if (too_late) break;
    }
  }
  EXPECT_GE(steps, 3u);
}

// The same for callers that do the handshake by reading or writing.
TEST_P(InjectionTest, CloseNotifyIsNoEndOfDataBeforeThereIsAny) {
  for (const bool reading : {true, false}) {
    End victim = Make(std::get<1>(GetParam()));
    uint8_t byte = 0;
    const auto act = [&] {
      return reading ? victim.socket->Read(absl::MakeSpan(&byte, 1))
                     : victim.socket->Write({1});
    };
    EXPECT_TRUE(act().want_read());
    Deliver(Record(kAlert, std::string("\1\0", 2)), &victim);
    for (int i = 0; i < 2; ++i) {
      const IoResult result = act();
      ASSERT_TRUE(result.failed());
      EXPECT_EQ(GetErrorKind(result.status()), ErrorKind::kUnexpectedEof);
    }
    ExpectNotDone(victim.socket.get());
  }
}

}  // namespace
}  // namespace airlock::ssl
