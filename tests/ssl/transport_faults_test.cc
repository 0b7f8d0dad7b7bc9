// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A transport that goes wrong at each byte of a conversation, in each way and
// direction, at each end: from the first byte of the handshake to the last of
// close_notify. No end hangs, leaks, has an unverified connection, or takes
// data that was cut off for the whole.
//
// The tests print how many faults they injected, and what became of them. By
// default each kind of fault is tried at some of the bytes, one in 31;
// with AIRLOCK_EVERY_FAULT in the environment, each kind covers each byte (five
// minutes of CPU time).

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/memory_transport.h"
#include "ssl/error.h"
#include "ssl/socket.h"
#include "tests/support/boringssl_memory.h"
#include "tests/support/error_matchers.h"
#include "tests/support/handshake.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::FailureOf;
using ::airlock::testing::LivingBoringSslAllocations;
using ::airlock::testing::LocalhostOptions;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::TestCredentials;
using ::airlock::testing::TestTrustStore;

// What a transport does once it has moved some bytes.
enum class Fault {
  kFails,         // It fails, and goes on failing.
  kEnds,          // It says that the stream has ended.
  kThrows,        // It throws an exception.
  kMovesNothing,  // It says that it is done, without having moved a byte.
  kMovesTooMuch,  // It says that it has moved more bytes than it was given.
  kBlocks,        // It would block, and never recovers.
  kBlocksOnce,
  kTimesOutOnce,
  kLoses,    // It loses a byte and does not say so.
  kRepeats,  // It moves a byte twice and does not say so.
};

struct FaultName {
  Fault fault;
  absl::string_view name;
};

constexpr FaultName kFaults[] = {
    {Fault::kFails, "fails"},
    {Fault::kEnds, "ends"},
    {Fault::kThrows, "throws"},
    {Fault::kMovesNothing, "moves nothing"},
    {Fault::kMovesTooMuch, "moves too much"},
    {Fault::kBlocks, "blocks forever"},
    {Fault::kBlocksOnce, "blocks once"},
    {Fault::kTimesOutOnce, "times out once"},
    {Fault::kLoses, "loses a byte"},
    {Fault::kRepeats, "repeats a byte"},
};

// After these, the same call continues, and the conversation is complete.
bool IsHarmless(Fault fault) {
  return fault == Fault::kBlocksOnce || fault == Fault::kTimesOutOnce;
}

// Only the peer can notice these.
bool IsSilent(Fault fault) {
  return fault == Fault::kLoses || fault == Fault::kRepeats;
}

// Where a fault happens.
struct Place {
  Fault fault = Fault::kFails;
  bool reading = false;
  size_t after = 0;  // How many bytes move in that direction before.
};

// Does what `place` says; fails in no other way. Each call comes short at the
// fault's place.
class FaultyTransport final : public Transport {
 public:
  FaultyTransport(std::unique_ptr<Transport> inner, Place place, bool* happened)
      : inner_(std::move(inner)), place_(place), happened_(*happened) {}

  IoResult Read(absl::Span<uint8_t> into) override {
    if (!place_.reading || IsPast()) return inner_->Read(into);
    if (moved_ == place_.after) {
      if (place_.fault != Fault::kLoses) {
        return Happen(into.size(), IoResult::WantRead());
      }
      uint8_t lost = 0;
      const IoResult result = inner_->Read(absl::MakeSpan(&lost, 1));
      happened_ = result.done();
      return happened_ ? inner_->Read(into) : result;
    }
    const IoResult result =
        inner_->Read(into.subspan(0, std::min(into.size(), Before())));
    if (result.done()) moved_ += result.bytes();
    return result;
  }

  IoResult Write(absl::Span<const uint8_t> from) override {
    if (place_.reading || IsPast()) return inner_->Write(from);
    if (moved_ == place_.after) {
      if (!IsSilent(place_.fault)) {
        return Happen(from.size(), IoResult::WantWrite());
      }
      happened_ = true;
      // The memory transport takes all.
      if (place_.fault == Fault::kRepeats) {
        (void)inner_->Write(from.subspan(0, 1));
        return inner_->Write(from);
      }
      if (from.size() > 1) (void)inner_->Write(from.subspan(1));
      return IoResult::Done(from.size());
    }
    const IoResult result =
        inner_->Write(from.subspan(0, std::min(from.size(), Before())));
    if (result.done()) moved_ += result.bytes();
    return result;
  }

 private:
  // Whether the fault has happened and is over.
  bool IsPast() const {
    return happened_ && (IsHarmless(place_.fault) || IsSilent(place_.fault));
  }
  size_t Before() const { return place_.after - moved_; }

  // A fault that moves no bytes.
  IoResult Happen(size_t size, const IoResult& would_block) {
    happened_ = true;
    switch (place_.fault) {
      case Fault::kFails:
        return absl::UnavailableError("cable pulled");
      case Fault::kEnds:
        return IoResult::Closed();
      case Fault::kThrows:
        throw std::runtime_error("cable pulled");
      case Fault::kMovesNothing:
        return IoResult::Done(0);
      case Fault::kMovesTooMuch:
        return IoResult::Done(size + 1);
      case Fault::kBlocks:
      case Fault::kBlocksOnce:
        return would_block;
      case Fault::kTimesOutOnce:
        return absl::DeadlineExceededError("the time is over");
      case Fault::kLoses:
      case Fault::kRepeats:
        break;
    }
    return absl::InternalError("a fault of another kind");
  }

  const std::unique_ptr<Transport> inner_;
  const Place place_;
  size_t moved_ = 0;
  bool& happened_;
};

// By how many bytes one conversation may be longer than another: two ECDSA
// signatures in DER.
constexpr int kSignaturesVary = 12;

// The records that each end sends.
constexpr size_t kRecords = 2;
constexpr size_t kRecordSize = 20;

std::string Data(size_t records) {
  return std::string(records * kRecordSize, 'x');
}

// One end of a conversation: it shakes hands, sends its records and
// close_notify, and reads until the peer's close_notify or an error. An end
// whose sending fails still reads.
class End {
 public:
  // `fault` tells whether a fault has happened.
  End(std::unique_ptr<Socket> socket, const bool* fault)
      : socket_(std::move(socket)), fault_(*fault) {}

  // Goes on as far as it can.
  void Step() {
    if (socket_ == nullptr || ended()) return;
    if (!handshake_done_) {
      const IoResult result = socket_->Handshake();
      fault_in_handshake_ = fault_;
      EXPECT_FALSE(result.closed());
      EXPECT_EQ(result.done(), socket_->handshake_done());
      handshake_done_ = result.done();
      Note(result, &handshake_failure_);
      if (!handshake_done_) {
        if (!handshake_failure_.ok()) ExpectUnusable();
        return;
      }
      EXPECT_TRUE(socket_->peer_verified());
    }
    if (write_failure_.ok()) Send();
    uint8_t buffer[100];
    const IoResult read = socket_->Read(absl::MakeSpan(buffer));
    Note(read, &read_failure_);
    if (read.done()) got_.append(buffer, buffer + read.bytes());
    closed_ = read.closed();
    if (!read_failure_.ok()) {
      // It stays an error.
      EXPECT_TRUE(socket_->Read(absl::MakeSpan(buffer)).failed());
    }
  }

  // How many bytes its transport has moved.
  uint64_t traffic() const {
    if (socket_ == nullptr) return 0;
    const Traffic traffic = socket_->traffic();
    return traffic.transport_received + traffic.transport_sent;
  }

  // Whether nothing more can come.
  bool ended() const {
    return closed_ || !handshake_failure_.ok() || !read_failure_.ok();
  }

  void Drop() { socket_ = nullptr; }

  bool handshake_done() const { return handshake_done_; }
  bool fault_in_handshake() const { return fault_in_handshake_; }
  bool closed() const { return closed_; }
  const std::string& got() const { return got_; }
  size_t records_sent() const { return records_sent_; }
  bool shut_down() const { return shut_down_; }
  bool failed() const { return !failure().ok(); }
  // The first error.
  absl::Status failure() const {
    return !handshake_failure_.ok() ? handshake_failure_
           : !write_failure_.ok()   ? write_failure_
                                    : read_failure_;
  }
  const absl::Status& read_failure() const { return read_failure_; }

 private:
  void Send() {
    while (records_sent_ < kRecords) {
      const std::string record = Data(1);
      const IoResult written = socket_->Write(
          {reinterpret_cast<const uint8_t*>(record.data()), record.size()});
      Note(written, &write_failure_);
      EXPECT_FALSE(written.closed());
      if (!write_failure_.ok()) {
        // What was cut off is not made up for.
        EXPECT_TRUE(socket_->Write({1}).failed());
        EXPECT_TRUE(socket_->Shutdown().failed());
      }
      if (!written.done()) return;
      EXPECT_EQ(written.bytes(), kRecordSize);
      ++records_sent_;
    }
    if (shut_down_) return;
    const IoResult result = socket_->Shutdown();
    Note(result, &write_failure_);
    EXPECT_FALSE(result.closed());
    shut_down_ = result.done();
    if (!write_failure_.ok()) {
      EXPECT_TRUE(socket_->Shutdown().failed());
    }
  }

  // Remembers an error, unless the call may be repeated.
  static void Note(const IoResult& result, absl::Status* failure) {
    if (!result.failed()) return;
    if (GetErrorKind(result.status()) == ErrorKind::kTimeout) return;
    *failure = FailureOf(result);
  }

  // After a failed handshake, every operation fails.
  void ExpectUnusable() {
    EXPECT_FALSE(socket_->handshake_done());
    EXPECT_FALSE(socket_->info().has_value());
    uint8_t byte = 0;
    for (const IoResult& result :
         {socket_->Handshake(), socket_->Read(absl::MakeSpan(&byte, 1)),
          socket_->Write({1}), socket_->Shutdown(), socket_->Unwrap()}) {
      EXPECT_TRUE(result.failed());
    }
  }

  std::unique_ptr<Socket> socket_;
  const bool& fault_;
  bool fault_in_handshake_ = false;
  absl::Status handshake_failure_;
  absl::Status write_failure_;
  absl::Status read_failure_;
  bool handshake_done_ = false;
  size_t records_sent_ = 0;
  bool shut_down_ = false;
  std::string got_;
  bool closed_ = false;  // The peer's close_notify came.
};

// What became of the faults of one kind.
struct Totals {
  int injected = 0;
  int victim_failed = 0;
  int peer_failed = 0;
  int in_handshake = 0;  // The victim's.
  int whole = 0;         // Both ends got all, and know it.
};

class TransportFaultsTest
    : public ::testing::TestWithParam<std::tuple<TlsVersion, Side, bool>> {
 protected:
  TransportFaultsTest() {
    const auto [version, side, reading] = GetParam();
    version_ = version;
    victim_is_client_ = side == Side::kClient;
    reading_ = reading;
    // Both ends require certificates, so that all messages occur.
    ContextOptions client = ClientOptions();
    client.verification.maximum_version = version_;
    client.credentials = {TestCredentials("client_p256")};
    ContextOptions server = ServerOptions();
    server.verification.mode = VerifyMode::kRequired;
    server.trust_store = TestTrustStore();
    client_ = MakeContext(std::move(client));
    server_ = MakeContext(std::move(server));
  }

  std::unique_ptr<Socket> Wrapped(bool client,
                                  std::unique_ptr<Transport> transport) const {
    SocketOptions options;
    if (client) options = LocalhostOptions();
    options.side = client ? Side::kClient : Side::kServer;
    auto socket = WrapSocket(client ? client_ : server_, std::move(transport),
                             std::move(options));
    EXPECT_TRUE(socket.ok()) << socket.status();
    return socket.ok() ? *std::move(socket) : nullptr;
  }

  // A conversation with a fault. False if it ended before the fault's place.
  bool Converse(const Place& place, Totals* totals) const {
    auto [near, far] = platform::MakeMemoryTransports();
    bool happened = false;
    End victim(
        Wrapped(victim_is_client_, std::make_unique<FaultyTransport>(
                                       std::move(near), place, &happened)),
        &happened);
    End peer(Wrapped(!victim_is_client_, std::move(far)), &happened);
    // The client begins.
    End& first = victim_is_client_ ? victim : peer;
    End& second = victim_is_client_ ? peer : victim;
    constexpr int kMoreThanEnough = 40;
    int steps = 0;
    // An end that would block once moves nothing in that step.
    int idle = 0;
    uint64_t moved = 0;
    while (idle < 3 && steps++ < kMoreThanEnough) {
      first.Step();
      second.Step();
      const uint64_t moved_now = victim.traffic() + peer.traffic();
      idle = moved_now == moved ? idle + 1 : 0;
      moved = moved_now;
      // An application drops a connection that has failed or is over.
      for (End* const end : {&victim, &peer}) {
        if (end->ended() && (end->failed() || end->shut_down())) end->Drop();
      }
    }
    EXPECT_LT(steps, kMoreThanEnough) << "it does not end";
    if (!happened) return false;
    // Whoever still waits would do so until its deadline. Its peer goes first.
    EXPECT_TRUE(victim.ended() || place.fault == Fault::kBlocks ||
                IsSilent(place.fault));
    victim.Drop();
    for (int i = 0; i < kMoreThanEnough && !peer.ended(); ++i) peer.Step();
    peer.Drop();
    Check(place, victim, peer, totals);
    return true;
  }

  void Check(const Place& place, const End& victim, const End& peer,
             Totals* totals) const {
    for (const End* const end : {&victim, &peer}) {
      EXPECT_EQ(end->got().size() % kRecordSize, 0u) << "part of a record";
      EXPECT_LE(end->got().size(), kRecords * kRecordSize);
      EXPECT_TRUE(!end->closed() || end->got() == Data(kRecords));
      EXPECT_TRUE(end->handshake_done() || end->got().empty());
    }
    EXPECT_TRUE(peer.ended());
    // The end of the stream is told unless close_notify came.
    EXPECT_NE(peer.closed(),
              !peer.handshake_done() || !peer.read_failure().ok());
    if (IsHarmless(place.fault)) {
      EXPECT_TRUE(victim.closed() && peer.closed());
      EXPECT_FALSE(victim.failed()) << victim.failure();
      EXPECT_FALSE(peer.failed()) << peer.failure();
    } else if (place.fault == Fault::kLoses) {
      EXPECT_FALSE(place.reading ? victim.closed() : peer.closed());
    } else if (place.fault != Fault::kRepeats) {
      CheckStopped(place, victim, peer);
    }
    ++totals->injected;
    totals->in_handshake += victim.fault_in_handshake() ? 1 : 0;
    totals->victim_failed += victim.failed() ? 1 : 0;
    totals->peer_failed += peer.failed() ? 1 : 0;
    totals->whole += victim.closed() && peer.closed() ? 1 : 0;
  }

  // After a fault that ends the victim's reading or writing.
  static void CheckStopped(const Place& place, const End& victim,
                           const End& peer) {
    if (place.fault != Fault::kBlocks) {
      EXPECT_TRUE(victim.failed());
      EXPECT_THAT(victim.failure(), KindIs(KindOf(place))) << victim.failure();
    }
    if (place.reading) {
      EXPECT_FALSE(victim.closed());
    } else {
      // The victim knows what it has sent.
      EXPECT_EQ(peer.got().size(), victim.records_sent() * kRecordSize);
      EXPECT_EQ(peer.closed(), victim.shut_down());
    }
  }

  static ErrorKind KindOf(const Place& place) {
    switch (place.fault) {
      case Fault::kThrows:
        return ErrorKind::kCallback;
      case Fault::kMovesNothing:
      case Fault::kMovesTooMuch:
        return ErrorKind::kInternal;
      case Fault::kEnds:
        return place.reading ? ErrorKind::kUnexpectedEof
                             : ErrorKind::kTransport;
      default:
        return ErrorKind::kTransport;
    }
  }

  TlsVersion version_ = TlsVersion::kTls1_3;
  bool victim_is_client_ = false;
  bool reading_ = false;
  std::shared_ptr<const Context> client_;
  std::shared_ptr<const Context> server_;
};

std::string CaseName(TlsVersion version, Side side, bool reading) {
  return absl::StrCat(version == TlsVersion::kTls1_2 ? "Tls12" : "Tls13",
                      side == Side::kClient ? "Client" : "Server",
                      reading ? "Reads" : "Writes");
}

void Print(absl::string_view name, const Totals& totals) {
  std::cout << absl::StreamFormat(
      "%s: %d faults, %d of them in the handshake; %d errors at the victim, "
      "%d at its peer; %d conversations were whole\n",
      name, totals.injected, totals.in_handshake, totals.victim_failed,
      totals.peer_failed, totals.whole);
}

INSTANTIATE_TEST_SUITE_P(
    All, TransportFaultsTest,
    ::testing::Combine(::testing::Values(TlsVersion::kTls1_2,
                                         TlsVersion::kTls1_3),
                       ::testing::Values(Side::kClient, Side::kServer),
                       ::testing::Bool()),
    [](const auto& param) {
      return CaseName(std::get<0>(param.param), std::get<1>(param.param),
                      std::get<2>(param.param));
    });

TEST_P(TransportFaultsTest, AtEachByte) {
  const std::string name = CaseName(
      version_, victim_is_client_ ? Side::kClient : Side::kServer, reading_);
  // What contexts keep of a whole conversation is made once.
  Place nowhere;
  nowhere.after = std::numeric_limits<size_t>::max();
  Totals none;
  for (int i = 0; i < 2; ++i) ASSERT_FALSE(Converse(nowhere, &none));
  constexpr size_t kStep = 31;
  const size_t step = std::getenv("AIRLOCK_EVERY_FAULT") == nullptr ? kStep : 1;
  size_t start = 0;
  Totals all;
  for (const FaultName& kind : kFaults) {
    if (reading_ && kind.fault == Fault::kRepeats) continue;
    SCOPED_TRACE(kind.name);
    Place place;
    place.fault = kind.fault;
    place.reading = reading_;
    place.after = start++ % step;
    Totals totals;
    for (bool more = true; more && !HasFailure(); place.after += step) {
      SCOPED_TRACE(place.after);
      const int living = LivingBoringSslAllocations();
      more = Converse(place, &totals);
      EXPECT_EQ(LivingBoringSslAllocations(), living) << "a leak";
    }
    Print(absl::StrCat(name, ", ", kind.name), totals);
    // Nobody reads what follows close_notify, whose last byte is not always at
    // the same place.
    EXPECT_TRUE(kind.fault != Fault::kRepeats ||
                totals.whole <= kSignaturesVary);
    all.injected += totals.injected;
    all.in_handshake += totals.in_handshake;
    all.victim_failed += totals.victim_failed;
    all.peer_failed += totals.peer_failed;
    all.whole += totals.whole;
  }
  Print(absl::StrCat(name, ", all"), all);
  // A ClientHello alone is longer than this.
  EXPECT_GT(all.in_handshake, 9 * 150 / static_cast<int>(step));
  EXPECT_LT(all.in_handshake, all.injected);
}

}  // namespace
}  // namespace airlock::ssl
