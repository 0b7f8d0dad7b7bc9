// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Many requests at once: when the client wakes an event loop, and whose turn it
// is in the service. Each test plays one side, on one thread.
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/keys/key_client.h"
#include "platform/keys/key_server.h"
#include "platform/keys/key_service.h"
#include "platform/keys/packet.h"
#include "platform/keys/protocol.h"
#include "ssl/later.h"
#include "ssl/ticket_keyring.h"

namespace airlock::keys {
namespace {

using platform::internal::UniqueFd;

constexpr uint16_t kP256 = 0x0403;

std::string Input(char fill) {
  return absl::StrCat(std::string(64, ' '), "TLS 1.3, server CertificateVerify",
                      absl::string_view("\0", 1), std::string(32, fill));
}

bool IsReadable(int fd) {
  pollfd input = {fd, POLLIN, 0};
  return poll(&input, 1, 0) == 1;
}

class LoopTest : public ::testing::Test {
 protected:
  LoopTest() {
    auto pair = MakePacketPair();
    EXPECT_TRUE(pair.ok());
    application_ = std::move(pair->first);
    service_ = std::move(pair->second);
    KeyClientOptions options;
    options.place = absl::StrCat("fd:", application_.get());
    client_ = KeyClient::Create(options).value();
  }

  absl::StatusOr<std::string> Sign(char fill) {
    return client_->SignerFor("web", Waiting::kReturns)(kP256, Input(fill));
  }
  bool IsLater(char fill) { return ssl::IsLater(Sign(fill).status()); }

  // Asks for signatures, of which the service gets the requests 1, 2 ...
  void Begin(absl::string_view fills) {
    for (const char fill : fills) ASSERT_TRUE(IsLater(fill));
    auto open = ReceivePacket(service_.get());
    ASSERT_TRUE(open.ok()) << open.status();
    channel_ = std::move(open->fd);
    for (uint32_t id = 1; id <= fills.size(); ++id) {
      const auto packet = ReceivePacket(channel_.get());
      ASSERT_TRUE(packet.ok()) << packet.status();
      ASSERT_EQ(Decode(packet->bytes)->id, id);
    }
  }

  void Answer(uint32_t id) {
    Message answer;
    answer.type = MessageType::kSignature;
    answer.id = id;
    answer.bytes = "signature";
    ASSERT_TRUE(SendPacket(channel_.get(), Encode(answer)).ok());
  }

  UniqueFd application_;
  UniqueFd service_;
  UniqueFd channel_;
  std::shared_ptr<KeyClient> client_;
};

TEST_F(LoopTest, OneDispatchReceivesAll) {
  const int wakeup = client_->wakeup_fd().value();
  Begin("abc");
  EXPECT_FALSE(IsReadable(wakeup));
  Answer(1);
  Answer(3);
  EXPECT_TRUE(IsReadable(wakeup));
  client_->Dispatch();
  EXPECT_FALSE(IsReadable(wakeup));
  EXPECT_TRUE(Sign('a').ok());
  EXPECT_TRUE(IsLater('b'));
  EXPECT_TRUE(Sign('c').ok());
  EXPECT_FALSE(IsReadable(wakeup));
}

// Other handshakes may wait for the same answer, such as blanks for tickets.
TEST_F(LoopTest, ACallThatReceivesItsOwnAnswerWakesTheLoop) {
  const int wakeup = client_->wakeup_fd().value();
  Begin("ab");
  Answer(1);
  EXPECT_TRUE(Sign('a').ok());
  EXPECT_TRUE(IsReadable(wakeup));
  client_->Dispatch();
  EXPECT_FALSE(IsReadable(wakeup));
}

TEST_F(LoopTest, ACallThatReceivesTheAnswersOfOthersWakesTheLoop) {
  const int wakeup = client_->wakeup_fd().value();
  Begin("abc");
  Answer(1);
  Answer(2);
  EXPECT_TRUE(Sign('a').ok());
  EXPECT_TRUE(IsReadable(wakeup));
  // Twice, without a Dispatch in between.
  Answer(3);
  EXPECT_TRUE(Sign('c').ok());
  EXPECT_TRUE(IsReadable(wakeup));
  client_->Dispatch();
  EXPECT_FALSE(IsReadable(wakeup));
  EXPECT_TRUE(Sign('b').ok());
}

TEST_F(LoopTest, AWakeupIsNotLostBeforeThereIsADescriptor) {
  Begin("abc");
  Answer(1);
  Answer(2);
  EXPECT_TRUE(Sign('a').ok());
  EXPECT_TRUE(IsReadable(client_->wakeup_fd().value()));
}

TEST_F(LoopTest, AfterADispatchTheFirstCallsReceiveNothing) {
  const int wakeup = client_->wakeup_fd().value();
  Begin("abc");
  Answer(1);
  client_->Dispatch();
  Answer(2);
  EXPECT_TRUE(IsLater('b'));
  EXPECT_TRUE(IsLater('c'));
  // So the loop learns of it.
  EXPECT_TRUE(IsReadable(wakeup));
  // A caller without a loop goes on.
  EXPECT_TRUE(Sign('b').ok());
  EXPECT_TRUE(Sign('a').ok());
}

TEST_F(LoopTest, AfterAFailedDispatchTheCallsSeeWhy) {
  Begin("ab");
  channel_ = UniqueFd();
  service_ = UniqueFd();
  client_->Dispatch();
  EXPECT_FALSE(IsLater('a'));
  EXPECT_FALSE(IsLater('b'));
}

// A server, and the channels of two applications. Making a blank asks for the
// time, so that the order of the answers can be seen.
class TurnsTest : public ::testing::Test {
 protected:
  TurnsTest() {
    ServedKey key;
    key.name = "tickets";
    key.tickets =
        ssl::TicketKeyring::CreateOwn(absl::Hours(1), {}, kNow).value();
    std::vector<Application> applications;
    for (const char* name : {"first", "second"}) {
      Application application;
      application.name = name;
      application.grants = {{"tickets", {Purpose::kTicketSeal}, {}}};
      applications.push_back(application);
    }
    service_ = std::make_unique<KeyService>(
        std::vector<ServedKey>{key}, applications,
        [this] {
          Look();
          return kNow;
        },
        nullptr);
    server_ = KeyServer::Create(service_.get(), {4, 4}).value();
    for (size_t i = 0; i < 2; ++i) {
      auto pair = MakePacketPair().value();
      auto channel = MakePacketPair().value();
      EXPECT_TRUE(server_->AddApplication(i, std::move(pair.second)).ok());
      Message open;
      open.type = MessageType::kOpen;
      EXPECT_TRUE(
          SendPacket(pair.first.get(), Encode(open), channel.second.get())
              .ok());
      applications_.push_back(std::move(pair.first));
      channels_.push_back(std::move(channel.first));
    }
  }

  void Ask(size_t application, uint32_t id) {
    Message message;
    message.type = MessageType::kSeal;
    message.id = id;
    message.key = "tickets";
    message.count = 1;
    ASSERT_TRUE(SendPacket(channels_[application].get(), Encode(message)).ok());
  }

  // Serves until `count` requests were answered; does not see the last answer.
  void Serve(size_t count) {
    wanted_ = count;
    const absl::Status served = server_->Run();
    EXPECT_TRUE(served.ok()) << served;
  }

  void Look() {
    for (const size_t i : taken_) {
      while (i < channels_.size() && channels_[i].valid()) {
        const auto packet = ReceivePacket(channels_[i].get());
        if (!packet.ok()) break;
        answered_.push_back(i == 0 ? 'a' : 'b');
      }
    }
    if (!answered_.empty() && at_first_) std::exchange(at_first_, nullptr)();
    if (wanted_ > 0 && answered_.size() + 1 >= wanted_) server_->Stop();
  }

  static constexpr absl::Time kNow = absl::UnixEpoch();

  std::string answered_;  // By whom it was asked.
  std::function<void()> at_first_;
  std::vector<size_t> taken_ = {0, 1};  // Whose answers are taken.
  size_t wanted_ = 0;
  std::unique_ptr<KeyService> service_;
  std::unique_ptr<KeyServer> server_;
  std::vector<UniqueFd> applications_;
  std::vector<UniqueFd> channels_;
};

TEST_F(TurnsTest, ApplicationsAlternate) {
  for (uint32_t id = 1; id <= 20; ++id) {
    Ask(0, id);
    if (id <= 3) Ask(1, id);
  }
  Serve(23);
  EXPECT_GE(answered_.size(), 22u);
  EXPECT_EQ(answered_.substr(0, 6).find("aa"), std::string::npos) << answered_;
  EXPECT_EQ(answered_.substr(0, 6).find("bb"), std::string::npos) << answered_;
}

TEST_F(TurnsTest, WhoComesLaterDoesNotWaitForAllThatWereThere) {
  for (uint32_t id = 1; id <= 20; ++id) Ask(0, id);
  at_first_ = [this] {
    Ask(1, 1);
    // As slow as a signature with a large RSA key.
    const auto end =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(2);
    while (std::chrono::steady_clock::now() < end) {
    }
  };
  Serve(21);
  EXPECT_LE(answered_.find('b'), 3u) << answered_;
}

TEST_F(TurnsTest, AChannelThatEndsInItsTurnEndsNoOther) {
  for (uint32_t id = 1; id <= 5; ++id) {
    Ask(0, id);
    Ask(1, id);
  }
  at_first_ = [this] {
    channels_[0] = UniqueFd();
    applications_[0] = UniqueFd();
  };
  Serve(6);
  EXPECT_GE(std::count(answered_.begin(), answered_.end(), 'b'), 4)
      << answered_;
}

TEST_F(TurnsTest, OneThatTakesNoAnswersStopsNoOther) {
  // Answers that fill the socket, until no more requests fit either.
  Message list;
  list.type = MessageType::kList;
  for (list.id = 1; SendPacket(channels_[0].get(), Encode(list)).ok();
       ++list.id) {
  }
  for (uint32_t id = 1; id <= 3; ++id) Ask(1, id);
  taken_ = {1};
  Serve(3);
  EXPECT_EQ(answered_, "bb");
}

}  // namespace
}  // namespace airlock::keys
