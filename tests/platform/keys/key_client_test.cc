// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The client and the server of the key service, over real sockets.
#include "platform/keys/key_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/keys/key_server.h"
#include "platform/keys/key_service.h"
#include "platform/keys/packet.h"
#include "platform/keys/protocol.h"
#include "ssl/error.h"
#include "ssl/later.h"
#include "tests/support/handshake.h"
#include "tests/support/testdata.h"

namespace airlock::keys {
namespace {

using platform::internal::UniqueFd;
using testing::ClientOptions;
using testing::Connect;
using testing::Connection;
using testing::MakeContext;
using testing::ReadTestdata;
using testing::ServerOptions;
using testing::TestCredentials;
using testing::Wrap;

constexpr uint16_t kP256 = 0x0403;

std::string Input(char fill = 'h') {
  return absl::StrCat(std::string(64, ' '), "TLS 1.3, server CertificateVerify",
                      absl::string_view("\0", 1), std::string(32, fill));
}

// The next packet from `fd`; empty at the end.
Packet AwaitPacket(int fd) {
  pollfd input = {fd, POLLIN, 0};
  EXPECT_EQ(poll(&input, 1, 30000), 1);
  absl::StatusOr<Packet> packet = ReceivePacket(fd);
  return packet.ok() ? *std::move(packet) : Packet();
}

// A service on a thread, and the application's end of a descriptor.
class KeyClientTest : public ::testing::Test {
 protected:
  KeyClientTest() {
    auto pair = MakePacketPair();
    EXPECT_TRUE(pair.ok());
    application_ = std::move(pair->first);
    service_end_ = std::move(pair->second);
    KeyClientOptions options;
    options.place = absl::StrCat("fd:", application_.get());
    options.timeout = absl::Seconds(30);
    client_ = KeyClient::Create(options).value();
  }
  ~KeyClientTest() override { StopService(); }

  void StartService(int channels = 16) {
    Application shop;
    shop.name = "shop";
    shop.signatures_per_second = 100000;
    shop.grants = {{"web", {Purpose::kTls13Server, Purpose::kTls12Server}, {}}};
    service_ = std::make_unique<KeyService>(
        std::vector<ServedKey>{{"web", TestCredentials("server_p256")}},
        std::vector<Application>{shop}, absl::Now,
        [this](const KeyEvent&) { ++refusals_; });
    server_ = KeyServer::Create(service_.get(), {channels}).value();
    EXPECT_TRUE(
        server_->AddApplication(0, UniqueFd(dup(service_end_.get()))).ok());
    thread_ = std::thread([this] { EXPECT_TRUE(server_->Run().ok()); });
  }

  void StopService() {
    if (!thread_.joinable()) return;
    server_->Stop();
    thread_.join();
    server_.reset();
    service_.reset();
  }

  absl::StatusOr<std::string> Sign(Waiting waiting = Waiting::kBlocks,
                                   char fill = 'h') {
    return client_->SignerFor("web", waiting)(kP256, Input(fill));
  }

  UniqueFd application_;
  // Kept by the platform, so that a new service can take the old one's place.
  UniqueFd service_end_;
  std::atomic<int> refusals_{0};
  std::unique_ptr<KeyService> service_;
  std::unique_ptr<KeyServer> server_;
  std::thread thread_;
  std::shared_ptr<KeyClient> client_;
};

TEST_F(KeyClientTest, ListsKeys) {
  StartService();
  const auto keys = client_->List();
  ASSERT_TRUE(keys.ok()) << keys.status();
  ASSERT_EQ(keys->size(), 1u);
  EXPECT_EQ((*keys)[0].name, "web");
  EXPECT_EQ((*keys)[0].chain.size(),
            TestCredentials("server_p256")->chain().size());
}

TEST_F(KeyClientTest, HandshakesSucceedWithoutTheKey) {
  StartService();
  for (const bool own_chain : {false, true}) {
    std::optional<ssl::Secret> chain;
    if (own_chain) {
      chain = ssl::Secret(ReadTestdata("certs/server_p256_chain.pem"));
    }
    const auto credentials = RemoteCredentials(
        client_.get(), "web", Waiting::kBlocks, std::move(chain), "certfile");
    ASSERT_TRUE(credentials.ok()) << credentials.status();
    for (const auto version :
         {ssl::TlsVersion::kTls1_2, ssl::TlsVersion::kTls1_3}) {
      ssl::ContextOptions server = ServerOptions();
      server.credentials = {*credentials};
      ssl::ContextOptions options = ClientOptions();
      options.verification.maximum_version = version;
      const Connection c = Connect(std::move(options), std::move(server));
      EXPECT_TRUE(c.ok()) << c.client_status << c.server_status;
    }
  }
}

TEST_F(KeyClientTest, ReferenceToNothingSaysSo) {
  StartService();
  const auto none = RemoteCredentials(client_.get(), "none", Waiting::kBlocks,
                                      std::nullopt, "certfile");
  EXPECT_EQ(ssl::GetErrorKind(none.status()), ssl::ErrorKind::kCredentials);
  const auto other = RemoteCredentials(
      client_.get(), "web", Waiting::kBlocks,
      ssl::Secret(ReadTestdata("certs/server_p384_chain.pem")), "certfile");
  EXPECT_EQ(ssl::GetErrorKind(other.status()), ssl::ErrorKind::kCredentials);
  EXPECT_TRUE(absl::StrContains(other.status().message(), "airlock-key:web"))
      << other.status();
}

TEST_F(KeyClientTest, KnowsReferences) {
  EXPECT_EQ(KeyReference("airlock-key:web"), "web");
  EXPECT_EQ(KeyReference("airlock-key:"), "");
  EXPECT_EQ(KeyReference("key.pem"), std::nullopt);
  EXPECT_EQ(KeyReference(""), std::nullopt);
}

TEST_F(KeyClientTest, RefusalEndsTheHandshakeWithItsReason) {
  StartService();
  const auto refused =
      client_->SignerFor("web", Waiting::kBlocks)(0x0804, Input());
  EXPECT_TRUE(absl::IsPermissionDenied(refused.status()));
  EXPECT_TRUE(absl::StrContains(refused.status().message(),
                                "does not sign with rsa_pss_rsae_sha256"))
      << refused.status();
  EXPECT_EQ(refusals_, 1);
  // The client does not even send what is not a handshake.
  EXPECT_TRUE(absl::IsInvalidArgument(
      client_->SignerFor("web", Waiting::kBlocks)(kP256, "text").status()));
  EXPECT_EQ(refusals_, 1);
}

// ---- Event loops

TEST_F(KeyClientTest, CountsSignaturesAndTheirDuration) {
  EXPECT_TRUE(client_->signing().durations.empty());
  StartService();
  ASSERT_TRUE(Sign().ok());
  ASSERT_TRUE(Sign(Waiting::kBlocks, 'i').ok());
  EXPECT_FALSE(
      client_->SignerFor("none", Waiting::kBlocks)(kP256, Input()).ok());
  const SigningCounts counts = client_->signing();
  ASSERT_EQ(counts.durations.size(), 2u);
  const auto good =
      counts.durations.find({ssl::Side::kServer, absl::StatusCode::kOk});
  ASSERT_NE(good, counts.durations.end());
  EXPECT_EQ(good->second.count(), 2u);
  EXPECT_GT(good->second.total_us, 0);
  const std::string text = counts.ToPrometheus();
  EXPECT_THAT(
      text,
      ::testing::AllOf(
          ::testing::HasSubstr(
              "\ngrpc_server_tls_offload_private_key_signing_duration_seconds_"
              "count{grpc_status=\"OK\",grpc_tls_private_key_offloader_name="
              "\"airlock-keyd\"} 2\n"),
          ::testing::HasSubstr(
              "\ngrpc_client_tls_offload_private_key_signing_duration_seconds_"
              "count{grpc_status=\"OK\",grpc_tls_private_key_offloader_name="
              "\"airlock-keyd\"} 0\n")));
}

// The duration is that of the whole wait, not of the last call.
TEST_F(KeyClientTest, CountsALateSignatureOnce) {
  StartService();
  const absl::StatusOr<int> wakeup = client_->wakeup_fd();
  ASSERT_TRUE(wakeup.ok());
  const auto before = std::chrono::steady_clock::now();
  absl::StatusOr<std::string> signature = Sign(Waiting::kReturns);
  while (ssl::IsLater(signature.status())) {
    EXPECT_TRUE(client_->signing().durations.empty());
    pollfd input = {*wakeup, POLLIN, 0};
    ASSERT_EQ(poll(&input, 1, 30000), 1);
    client_->Dispatch();
    signature = Sign(Waiting::kReturns);
  }
  const auto took = std::chrono::steady_clock::now() - before;
  ASSERT_TRUE(signature.ok()) << signature.status();
  const SigningCounts counts = client_->signing();
  ASSERT_EQ(counts.durations.size(), 1u);
  const platform::HistogramCounts& durations = counts.durations.begin()->second;
  EXPECT_EQ(durations.count(), 1u);
  EXPECT_LE(absl::Microseconds(durations.total_us), absl::FromChrono(took));
}

TEST_F(KeyClientTest, AThousandHandshakesAtOnceKeepNoThreadWaiting) {
  StartService();
  const auto credentials = RemoteCredentials(
      client_.get(), "web", Waiting::kReturns, std::nullopt, "certfile");
  ASSERT_TRUE(credentials.ok()) << credentials.status();
  ssl::ContextOptions options = ServerOptions();
  options.credentials = {*credentials};
  const auto server = MakeContext(std::move(options));
  const auto client = MakeContext(ClientOptions());
  constexpr int kConnections = 1000;
  std::vector<Connection> all;
  int waits = 0;
  for (int i = 0; i < kConnections; ++i) {
    all.push_back(Wrap(client, server));
    EXPECT_TRUE(all.back().client->Handshake().want_read());
    const ssl::IoResult result = all.back().server->Handshake();
    ASSERT_FALSE(result.failed()) << result.status();
    if (!result.want_callback()) continue;
    EXPECT_EQ(result.callback(), ssl::LateCallback::kSign);
    ++waits;
  }
  EXPECT_GT(waits, 0);
  const absl::StatusOr<int> wakeup = client_->wakeup_fd();
  ASSERT_TRUE(wakeup.ok());
  int left = kConnections;
  while (left > 0) {
    for (Connection& c : all) {
      if (c.server->handshake_done()) continue;
      for (ssl::Socket* socket :
           {c.server.get(), c.client.get(), c.server.get()}) {
        const ssl::IoResult result = socket->Handshake();
        ASSERT_FALSE(result.failed()) << result.status();
      }
      if (c.server->handshake_done()) --left;
    }
    if (left == 0) break;
    pollfd input = {*wakeup, POLLIN, 0};
    ASSERT_EQ(poll(&input, 1, 30000), 1);
    client_->Dispatch();
  }
}

TEST_F(KeyClientTest, WakesALoopForAnAnswerThatAnotherCallReceived) {
  const absl::StatusOr<int> wakeup = client_->wakeup_fd();
  ASSERT_TRUE(wakeup.ok());
  EXPECT_TRUE(ssl::IsLater(Sign(Waiting::kReturns, 'a').status()));
  // A service that answers once it has both requests.
  std::thread service([this] {
    auto open = AwaitPacket(service_end_.get());
    for (const uint32_t id : {1, 2}) {
      EXPECT_EQ(Decode(AwaitPacket(open.fd.get()).bytes)->id, id);
    }
    for (const uint32_t id : {1, 2}) {
      Message answer;
      answer.type = MessageType::kSignature;
      answer.id = id;
      answer.bytes = "signature";
      EXPECT_TRUE(SendPacket(open.fd.get(), Encode(answer)).ok());
    }
    AwaitPacket(open.fd.get());
  });
  // Receives the answer to 'a', which comes first.
  ASSERT_TRUE(Sign(Waiting::kBlocks, 'b').ok());
  pollfd input = {*wakeup, POLLIN, 0};
  ASSERT_EQ(poll(&input, 1, 30000), 1);
  client_->Dispatch();
  EXPECT_EQ(poll(&input, 1, 0), 0);
  EXPECT_TRUE(Sign(Waiting::kReturns, 'a').ok());
  // Lets the service end.
  EXPECT_TRUE(ssl::IsLater(Sign(Waiting::kReturns, 'c').status()));
  service.join();
}

TEST_F(KeyClientTest, ThreadsShareOneChannel) {
  StartService(/*channels=*/1);
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([this, i, &good] {
      for (int j = 0; j < 20; ++j) {
        const std::string input =
            absl::StrCat(Input().substr(0, 98), i, ":", j, std::string(32, 'x'))
                .substr(0, 130);
        good += client_->SignerFor("web", Waiting::kBlocks)(kP256, input).ok();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 16 * 20);
}

// ---- A service that is not there

TEST_F(KeyClientTest, ServiceThatHasEndedIsAnError) {
  StartService();
  ASSERT_TRUE(Sign().ok());
  StopService();
  service_end_ = UniqueFd();
  const auto lost = Sign();
  EXPECT_TRUE(absl::IsUnavailable(lost.status()));
  EXPECT_TRUE(absl::StrContains(lost.status().message(), "has ended"))
      << lost.status();
  EXPECT_TRUE(absl::IsUnavailable(Sign(Waiting::kReturns).status()));
  EXPECT_TRUE(absl::IsUnavailable(client_->List().status()));
}

TEST_F(KeyClientTest, GoesOnWithANewService) {
  StartService();
  ASSERT_TRUE(Sign().ok());
  for (const bool waits : {true, false}) {
    StopService();
    absl::StatusOr<std::string> signature;
    if (waits) {
      // Waits for the service, as blocking sockets do.
      std::thread handshake([&] { signature = Sign(); });
      StartService();
      handshake.join();
    } else {
      EXPECT_TRUE(ssl::IsLater(Sign(Waiting::kReturns).status()));
      StartService();
      pollfd input = {*client_->wakeup_fd(), POLLIN, 0};
      do {
        ASSERT_EQ(poll(&input, 1, 30000), 1);
        client_->Dispatch();
        signature = Sign(Waiting::kReturns);
      } while (ssl::IsLater(signature.status()));
    }
    EXPECT_TRUE(signature.ok()) << signature.status();
  }
}

TEST_F(KeyClientTest, ServiceThatHangsIsAnErrorAtTheDeadline) {
  {
    const KeyWaitScope scope(std::chrono::steady_clock::now(), false);
    EXPECT_TRUE(absl::IsDeadlineExceeded(Sign().status()));
    EXPECT_TRUE(absl::IsDeadlineExceeded(client_->List().status()));
  }
  KeyClientOptions options;
  options.place = absl::StrCat("fd:", application_.get());
  options.timeout = absl::ZeroDuration();
  client_ = KeyClient::Create(options).value();
  EXPECT_TRUE(absl::IsDeadlineExceeded(Sign(Waiting::kReturns).status()));
}

TEST_F(KeyClientTest, WhoGivesUpLeavesTheAnswerToOthers) {
  absl::Status status;
  std::thread other([&] { status = client_->List().status(); });
  const Packet open = AwaitPacket(service_end_.get());
  Message answer;
  answer.type = MessageType::kEnd;
  answer.id = Decode(AwaitPacket(open.fd.get()).bytes)->id;
  const auto give_up = [this] {
    const KeyWaitScope scope(std::chrono::steady_clock::now(), false);
    EXPECT_TRUE(absl::IsDeadlineExceeded(client_->List().status()));
  };
  give_up();
  EXPECT_TRUE(SendPacket(open.fd.get(), Encode(answer)).ok());
  other.join();
  EXPECT_TRUE(status.ok()) << status;
  // The last one cancels the request.
  give_up();
  for (const MessageType type : {MessageType::kList, MessageType::kCancel}) {
    EXPECT_EQ(Decode(AwaitPacket(open.fd.get()).bytes)->type, type);
  }
}

TEST_F(KeyClientTest, WhoJoinsAShortWaitWaitsForLonger) {
  absl::Status hasty;
  std::thread first([&] {
    const KeyWaitScope scope(
        std::chrono::steady_clock::now() + std::chrono::milliseconds(200),
        false);
    hasty = client_->List().status();
  });
  const Packet open = AwaitPacket(service_end_.get());
  Message answer;
  answer.type = MessageType::kEnd;
  answer.id = Decode(AwaitPacket(open.fd.get()).bytes)->id;
  absl::Status patient;
  std::atomic<bool> done{false};
  std::thread second([&] {
    patient = client_->List().status();
    done = true;
  });
  first.join();
  EXPECT_TRUE(absl::IsDeadlineExceeded(hasty)) << hasty;
  EXPECT_TRUE(SendPacket(open.fd.get(), Encode(answer)).ok());
  // If the second came too late, it has a request of its own.
  pollfd input = {open.fd.get(), POLLIN, 0};
  while (!done) {
    if (poll(&input, 1, 10) != 1) continue;
    const auto request = Decode(AwaitPacket(open.fd.get()).bytes);
    if (request.ok()) answer.id = request->id;
    SendPacket(open.fd.get(), Encode(answer)).IgnoreError();
  }
  second.join();
  EXPECT_TRUE(patient.ok()) << patient;
}

// A service that ends whenever it is asked to sign.
TEST_F(KeyClientTest, RequestThatEndsTheServiceIsSentTwiceOnly) {
  std::thread service([this] {
    for (int i = 0; i < 2; ++i) {
      const Packet open = AwaitPacket(service_end_.get());
      EXPECT_EQ(Decode(AwaitPacket(open.fd.get()).bytes)->type,
                MessageType::kSign);
    }
  });
  const auto lost = Sign();
  service.join();
  EXPECT_TRUE(absl::IsUnavailable(lost.status())) << lost.status();
}

TEST_F(KeyClientTest, ServiceThatSendsNonsenseIsAnError) {
  std::thread service([this] {
    for (int i = 0; i < 2; ++i) {
      const Packet open = AwaitPacket(service_end_.get());
      EXPECT_TRUE(SendPacket(open.fd.get(), "nonsense").ok());
    }
  });
  const auto lost = Sign();
  service.join();
  EXPECT_TRUE(absl::IsUnavailable(lost.status())) << lost.status();
  EXPECT_TRUE(absl::StrContains(lost.status().message(), "malformed"))
      << lost.status();
}

TEST_F(KeyClientTest, DescriptorOfAnotherFileIsAnError) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const UniqueFd first(ends[0]);
  const UniqueFd second(ends[1]);
  for (const int fd : {first.get(), 1'000'000}) {
    KeyClientOptions options;
    options.place = absl::StrCat("fd:", fd);
    const auto client = KeyClient::Create(options).value();
    EXPECT_TRUE(absl::IsFailedPrecondition(client->List().status()));
  }
}

TEST_F(KeyClientTest, RefusesOtherPlaces) {
  for (const char* place :
       {"", "fd:", "fd:x", "fd: 3", "fd:03", "keys.sock", "/a\nb", "3"}) {
    KeyClientOptions options;
    options.place = place;
    EXPECT_TRUE(absl::IsInvalidArgument(KeyClient::Create(options).status()))
        << place;
  }
}

TEST_F(KeyClientTest, SignalEndsAnInterruptibleWait) {
  // The thread waits for a service that hangs; only a signal ends that.
  struct sigaction action = {};
  action.sa_handler = [](int) {};
  sigaction(SIGUSR1, &action, nullptr);
  std::atomic<bool> done{false};
  absl::Status status;
  std::thread waiting([&] {
    const KeyWaitScope scope(
        std::chrono::steady_clock::now() + std::chrono::seconds(30), true);
    status = Sign().status();
    done = true;
  });
  while (!done) {
    pthread_kill(waiting.native_handle(), SIGUSR1);
    std::this_thread::yield();
  }
  waiting.join();
  EXPECT_TRUE(ssl::IsLater(status)) << status;
}

// ---- Processes

TEST_F(KeyClientTest, ChildOfAForkHasItsOwnChannel) {
  StartService();
  ASSERT_TRUE(Sign().ok());
  std::vector<pid_t> children;
  for (int i = 0; i < 3; ++i) {
    const pid_t child = fork();
    if (child == 0) _exit(Sign(Waiting::kBlocks, 'c').ok() ? 0 : 1);
    children.push_back(child);
  }
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(Sign().ok());
  for (const pid_t child : children) {
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
}

TEST_F(KeyClientTest, ChannelsAreLimited) {
  StartService(/*channels=*/1);
  ASSERT_TRUE(Sign().ok());
  KeyClientOptions options;
  options.place = absl::StrCat("fd:", application_.get());
  const auto second = KeyClient::Create(options).value();
  const auto keys = second->List();
  EXPECT_TRUE(absl::IsUnavailable(keys.status()));
  EXPECT_TRUE(absl::StrContains(keys.status().message(), "channels"))
      << keys.status();
  EXPECT_TRUE(Sign().ok());
}

TEST_F(KeyClientTest, NonsenseFromOneProcessDoesNotEndTheOthers) {
  StartService();
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  Message open;
  open.type = MessageType::kOpen;
  for (const int passed : {-1, pipe_ends[0], application_.get()}) {
    EXPECT_TRUE(SendPacket(application_.get(), Encode(open), passed).ok());
    EXPECT_TRUE(SendPacket(application_.get(), "nonsense", passed).ok());
  }
  close(pipe_ends[0]);
  close(pipe_ends[1]);
  EXPECT_TRUE(Sign().ok());
}

// An application that takes no answers has only itself to blame.
TEST_F(KeyClientTest, ChannelThatDoesNotReadKeepsNobodyWaiting) {
  StartService();
  auto pair = MakePacketPair();
  ASSERT_TRUE(pair.ok());
  Message message;
  message.type = MessageType::kOpen;
  ASSERT_TRUE(
      SendPacket(application_.get(), Encode(message), pair->second.get()).ok());
  message.type = MessageType::kList;
  int sent = 0;
  for (; sent < 100000; ++sent) {
    if (!SendPacket(pair->first.get(), Encode(message)).ok()) break;
    if (sent % 100 == 0) {
      EXPECT_TRUE(Sign().ok());
    }
  }
  EXPECT_LT(sent, 100000);
  EXPECT_TRUE(Sign().ok());
}

TEST_F(KeyClientTest, ServesAPathByUser) {
  // The path of a socket is short.
  char folder[] = "/tmp/keys_XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string path = absl::StrCat(folder, "/socket");
  const auto serve = [this, &path](uid_t user) {
    Application shop;
    shop.name = "shop";
    shop.grants = {{"web", {Purpose::kTls13Server}, {}}};
    service_ = std::make_unique<KeyService>(
        std::vector<ServedKey>{{"web", TestCredentials("server_p256")}},
        std::vector<Application>{shop}, absl::Now, nullptr);
    server_ = KeyServer::Create(service_.get(), {4}).value();
    const absl::Status listens = server_->Listen(path, {{user, 0}});
    EXPECT_TRUE(listens.ok()) << listens;
    thread_ = std::thread([this] { EXPECT_TRUE(server_->Run().ok()); });
  };
  KeyClientOptions options;
  options.place = path;
  client_ = KeyClient::Create(options).value();
  EXPECT_TRUE(absl::IsUnavailable(Sign().status()));
  serve(getuid());
  EXPECT_TRUE(Sign().ok());
  const auto second = KeyServer::Create(service_.get(), {4}).value();
  EXPECT_TRUE(absl::IsAlreadyExists(second->Listen(path, {})));
  StopService();
  EXPECT_TRUE(absl::IsUnavailable(Sign().status()));
  {
    // A socket that a service left behind.
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    const UniqueFd stale(socket(AF_UNIX, SOCK_SEQPACKET, 0));
    ASSERT_EQ(bind(stale.get(), reinterpret_cast<const sockaddr*>(&address),
                   sizeof(address)),
              0);
  }
  serve(getuid());
  EXPECT_TRUE(Sign().ok());
  StopService();
  serve(getuid() + 1);
  EXPECT_TRUE(absl::IsUnavailable(Sign().status()));
  StopService();
  EXPECT_EQ(rmdir(folder), 0);
}

}  // namespace
}  // namespace airlock::keys
