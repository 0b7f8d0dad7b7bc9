// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// How the service uses keys that sign elsewhere.

#include "platform/keys/outside_key.h"

#include <cerrno>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "platform/keys/key_client.h"
#include "platform/keys/key_server.h"
#include "platform/keys/key_service.h"
#include "platform/keys/packet.h"
#include "ssl/sign.h"
#include "tests/support/handshake.h"

namespace airlock::keys {
namespace {

using platform::internal::UniqueFd;
using testing::TestCredentials;

constexpr uint16_t kP256 = 0x0403;

// Signs when the test says so.
class SlowKey : public OutsideKey {
 public:
  SlowKey() {
    auto pair = MakePacketPair().value();
    far_ = std::move(pair.first);
    near_ = std::move(pair.second);
  }

  const std::vector<uint16_t>& schemes() const override { return schemes_; }
  absl::Status Begin(uint16_t /*scheme*/, absl::string_view input) override {
    if (fails) return absl::UnavailableError("no token");
    EXPECT_FALSE(busy);
    busy = true;
    inputs.emplace_back(input);
    return absl::OkStatus();
  }
  std::optional<absl::StatusOr<std::string>> Take() override {
    const absl::StatusOr<Packet> packet = ReceivePacket(near_.get());
    if (absl::IsOutOfRange(packet.status())) ended_ = true;
    if (!packet.ok()) return std::nullopt;
    busy = false;
    return absl::StatusOr<std::string>(packet->bytes);
  }
  int fd() const override { return near_.get(); }
  bool ended() const override { return ended_; }

  void Finish(const std::string& signature) {
    EXPECT_TRUE(SendPacket(far_.get(), signature).ok());
  }
  void End() { far_ = UniqueFd(); }

  bool fails = false;
  bool busy = false;
  std::vector<std::string> inputs;

 private:
  const std::vector<uint16_t> schemes_ = {kP256};
  UniqueFd far_;
  UniqueFd near_;
  bool ended_ = false;
};

std::string Input(char hash) {
  return absl::StrCat(std::string(64, ' '), "TLS 1.3, server CertificateVerify",
                      absl::string_view("\0", 1), std::string(32, hash));
}

class OutsideKeyTest : public ::testing::Test {
 protected:
  OutsideKeyTest() {
    Application shop;
    shop.name = "shop";
    shop.grants = {{"token", {Purpose::kTls13Server}, {}},
                   {"own", {Purpose::kTls13Server}, {}}};
    shop.requests_under_way = 4;
    service_ = std::make_unique<KeyService>(
        std::vector<ServedKey>{
            {"token", TestCredentials("server_p256"), nullptr, key_},
            {"own", TestCredentials("server_p256")}},
        std::vector<Application>{shop}, [] { return testing::TestTime(); },
        nullptr);
    first_ = service_->OpenChannel(0, {});
    second_ = service_->OpenChannel(0, {});
  }

  // The answers at once.
  static std::vector<Message> Ask(KeyService::Channel* channel, uint32_t id,
                                  char hash, const std::string& key = "token",
                                  MessageType type = MessageType::kSign) {
    Message request;
    request.type = type;
    request.id = id;
    if (type == MessageType::kSign) {
      request.key = key;
      request.scheme = kP256;
      request.purpose = Purpose::kTls13Server;
      request.bytes = Input(hash);
    }
    std::vector<std::string> packets;
    channel->Take(Encode(request), &packets);
    std::vector<Message> answers;
    for (const std::string& packet : packets) {
      answers.push_back(Decode(packet).value());
    }
    return answers;
  }

  void Finish(const std::string& signature) {
    key_->Finish(signature);
    EXPECT_TRUE(service_->TakeOutside(0));
  }

  static Message Next(KeyService::Channel* channel) {
    EXPECT_TRUE(channel->has_work());
    return Decode(channel->Work()).value();
  }

  std::shared_ptr<SlowKey> key_ = std::make_shared<SlowKey>();
  std::unique_ptr<KeyService> service_;
  std::unique_ptr<KeyService::Channel> first_;
  std::unique_ptr<KeyService::Channel> second_;
};

TEST_F(OutsideKeyTest, ChannelsHaveTurnsAndOtherKeysDoNotWait) {
  Ask(first_.get(), 1, 'a');
  Ask(first_.get(), 3, 'x', "own");
  EXPECT_EQ(Next(first_.get()).id, 3u);
  EXPECT_FALSE(first_->has_work());
  Ask(first_.get(), 2, 'b');
  Ask(first_.get(), 4, 'e');
  Ask(second_.get(), 1, 'c');
  EXPECT_EQ(key_->inputs, std::vector<std::string>{Input('a')});
  EXPECT_TRUE(service_->TakeOutside(0));
  EXPECT_FALSE(first_->has_work());
  for (const char* signature : {"one", "two", "three", "four"}) {
    Finish(signature);
  }
  EXPECT_EQ(key_->inputs, (std::vector<std::string>{Input('a'), Input('b'),
                                                    Input('c'), Input('e')}));
  const Message one = Next(first_.get());
  EXPECT_EQ(one.id, 1u);
  EXPECT_EQ(one.bytes, "one");
  const Message three = Next(second_.get());
  EXPECT_EQ(three.id, 1u);
  EXPECT_EQ(three.bytes, "three");
  EXPECT_EQ(Next(first_.get()).bytes, "two");
  EXPECT_EQ(Next(first_.get()).bytes, "four");
  EXPECT_FALSE(key_->busy);
  const UseCounts wanted = {{{"shop", "token", Purpose::kTls13Server}, 4},
                            {{"shop", "own", Purpose::kTls13Server}, 1}};
  EXPECT_EQ(service_->uses(), wanted);
}

TEST_F(OutsideKeyTest, ACancelledRequestGetsNoSignature) {
  Ask(first_.get(), 1, 'a');
  Ask(first_.get(), 2, 'b');
  Ask(first_.get(), 3, 'c');
  for (const uint32_t id : {1, 2}) {
    const auto answers = Ask(first_.get(), id, ' ', "", MessageType::kCancel);
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_EQ(answers[0].refusal, Refusal::kCancelled);
    EXPECT_TRUE(Ask(first_.get(), id, ' ', "", MessageType::kCancel).empty());
  }
  Finish("one");
  EXPECT_FALSE(first_->has_work());
  Finish("three");
  EXPECT_EQ(key_->inputs, (std::vector<std::string>{Input('a'), Input('c')}));
  const Message answer = Next(first_.get());
  EXPECT_EQ(answer.id, 3u);
  EXPECT_EQ(answer.bytes, "three");
  // Nothing is left under way: there is room for as many as before.
  for (const uint32_t id : {4, 5, 6, 7}) {
    EXPECT_TRUE(Ask(first_.get(), id, 'd').empty());
  }
  EXPECT_EQ(Ask(second_.get(), 8, 'e')[0].refusal, Refusal::kTooMany);
}

TEST_F(OutsideKeyTest, AClosedChannelIsForgotten) {
  Ask(first_.get(), 1, 'a');
  Ask(first_.get(), 2, 'b');
  Ask(second_.get(), 1, 'c');
  Ask(second_.get(), 2, 'd');
  first_.reset();
  Finish("one");
  Finish("two");
  EXPECT_EQ(Next(second_.get()).bytes, "two");
  EXPECT_EQ(key_->inputs.back(), Input('d'));
  second_.reset();
  const auto third = service_->OpenChannel(0, {});
  for (const uint32_t id : {4, 5, 6, 7}) {
    EXPECT_TRUE(Ask(third.get(), id, 'd').empty());
  }
}

TEST_F(OutsideKeyTest, NumbersUnderWayAreNotUsedAgain) {
  Ask(first_.get(), 1, 'a');
  Ask(first_.get(), 2, 'b');
  for (const uint32_t id : {1, 2}) {
    const auto answers = Ask(first_.get(), id, 'c');
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_EQ(answers[0].refusal, Refusal::kMalformed);
  }
}

TEST_F(OutsideKeyTest, AFailureIsTheRequestsOnly) {
  key_->fails = true;
  EXPECT_TRUE(Ask(first_.get(), 1, 'a').empty());
  const Message failed = Next(first_.get());
  EXPECT_EQ(failed.refusal, Refusal::kFailed);
  EXPECT_EQ(failed.reason, "no token");
  key_->fails = false;
  Ask(first_.get(), 1, 'a');
  Finish("one");
  EXPECT_EQ(Next(first_.get()).bytes, "one");
}

// Over sockets, where the key's end must not keep the server busy or running.
TEST_F(OutsideKeyTest, ServerGoesOnWithoutAKeyThatEnded) {
  const auto server = KeyServer::Create(service_.get(), {8}).value();
  auto pair = MakePacketPair().value();
  EXPECT_TRUE(server->AddApplication(0, std::move(pair.first)).ok());
  key_->End();
  std::thread thread([&server] { EXPECT_TRUE(server->Run().ok()); });
  {
    KeyClientOptions options;
    options.place = absl::StrCat("fd:", pair.second.get());
    const auto client = KeyClient::Create(options).value();
    const auto signature =
        client->SignerFor("own", Waiting::kBlocks)(kP256, Input('a'));
    ASSERT_TRUE(signature.ok()) << signature.status();
    EXPECT_TRUE(ssl::CheckSignature(*TestCredentials("server_p256"), kP256,
                                    Input('a'), *signature)
                    .ok());
  }
  // It ends when its applications have, whatever keys there are.
  pair.second = UniqueFd();
  thread.join();
  EXPECT_TRUE(key_->ended());
}

}  // namespace
}  // namespace airlock::keys
