// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/key_service.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ssl/ticket_keyring.h"
#include "tests/support/handshake.h"

namespace airlock::keys {
namespace {

using testing::TestCredentials;

constexpr uint16_t kP256 = 0x0403;
constexpr uint16_t kP384 = 0x0503;
constexpr uint16_t kPss256 = 0x0804;
constexpr uint16_t kPkcs256 = 0x0401;

std::string Tls13Input(absl::string_view role = "server") {
  return absl::StrCat(std::string(64, ' '), "TLS 1.3, ", role,
                      " CertificateVerify", absl::string_view("\0", 1),
                      std::string(32, 'h'));
}

std::string Tls12Input() {
  return absl::StrCat(std::string(64, 'r'),
                      absl::string_view("\x03\x00\x1d\x20", 4),
                      std::string(32, 'p'));
}

Message SignRequest(uint32_t id, const std::string& key, uint16_t scheme,
                    Purpose purpose, const std::string& input) {
  Message request;
  request.type = MessageType::kSign;
  request.id = id;
  request.key = key;
  request.scheme = scheme;
  request.purpose = purpose;
  request.bytes = input;
  return request;
}

Message GoodRequest(uint32_t id = 1) {
  return SignRequest(id, "ecdsa", kP256, Purpose::kTls13Server, Tls13Input());
}

class KeyServiceTest : public ::testing::Test {
 protected:
  KeyServiceTest() {
    Application shop;
    shop.name = "shop";
    shop.grants = {
        {"ecdsa", {Purpose::kTls13Server, Purpose::kTls12Server}, {}},
        {"rsa", {Purpose::kTls13Server, Purpose::kTls12Server}, {kPss256}}};
    shop.signatures_per_second = 10;
    shop.requests_under_way = 4;
    Application other;
    other.name = "other";
    other.grants = {{"rsa", {Purpose::kTls12Client}, {}}};
    service_ = std::make_unique<KeyService>(
        std::vector<ServedKey>{{"ecdsa", TestCredentials("server_p256")},
                               {"rsa", TestCredentials("client_rsa")}},
        std::vector<Application>{shop, other}, [this] { return now_; },
        [this](const KeyEvent& event) { events_.push_back(event); });
    channel_ = service_->OpenChannel(0, {12, 34});
  }

  std::vector<Message> Take(KeyService::Channel* channel,
                            const Message& request) {
    std::vector<std::string> packets;
    EXPECT_TRUE(channel->Take(Encode(request), &packets));
    std::vector<Message> answers;
    for (const std::string& packet : packets) {
      answers.push_back(Decode(packet).value());
    }
    return answers;
  }

  // The only answer, signed if it has to be.
  Message Ask(const Message& request) {
    const std::vector<Message> answers = Take(channel_.get(), request);
    if (!answers.empty()) return answers[0];
    EXPECT_TRUE(channel_->has_work());
    return Decode(channel_->Work()).value();
  }

  void ExpectRefused(const Message& request, Refusal refusal) {
    const size_t before = events_.size();
    const Message answer = Ask(request);
    ASSERT_EQ(answer.type, MessageType::kRefusal);
    EXPECT_EQ(answer.refusal, refusal) << answer.reason;
    EXPECT_EQ(answer.id, request.id);
    EXPECT_FALSE(answer.reason.empty());
    EXPECT_FALSE(channel_->has_work());
    ASSERT_EQ(events_.size(), before + 1);
    EXPECT_EQ(events_.back().refusal, refusal);
    EXPECT_EQ(events_.back().application, "shop");
    EXPECT_EQ(events_.back().peer.pid, 12);
    EXPECT_EQ(events_.back().peer.uid, 34u);
  }

  absl::Time now_ = testing::TestTime();
  std::vector<KeyEvent> events_;
  std::unique_ptr<KeyService> service_;
  std::unique_ptr<KeyService::Channel> channel_;
};

TEST_F(KeyServiceTest, SignsHandshakesAndCountsThem) {
  for (int i = 0; i < 3; ++i) {
    const Message answer = Ask(GoodRequest());
    EXPECT_EQ(answer.type, MessageType::kSignature) << answer.reason;
    EXPECT_FALSE(answer.bytes.empty());
  }
  const Message tls12 =
      SignRequest(9, "rsa", kPss256, Purpose::kTls12Server, Tls12Input());
  EXPECT_EQ(Ask(tls12).type, MessageType::kSignature);
  const UseCounts wanted = {{{"shop", "ecdsa", Purpose::kTls13Server}, 3},
                            {{"shop", "rsa", Purpose::kTls12Server}, 1}};
  EXPECT_EQ(service_->uses(), wanted);
  EXPECT_TRUE(events_.empty());
}

TEST_F(KeyServiceTest, ListsOnlyTheKeysOfTheApplication) {
  Message list;
  list.id = 5;
  const std::vector<Message> all = Take(channel_.get(), list);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].key, "ecdsa");
  EXPECT_EQ(all[0].schemes.front(), kP256);
  EXPECT_EQ(all[0].purposes.size(), 2u);
  EXPECT_EQ(all[0].chain.front(),
            TestCredentials("server_p256")->chain().front().der());
  EXPECT_EQ(all[1].key, "rsa");
  EXPECT_EQ(all[1].schemes, std::vector<uint16_t>{kPss256});
  EXPECT_EQ(all[2].type, MessageType::kEnd);
  EXPECT_EQ(all[2].id, 5u);
  const auto other = service_->OpenChannel(1, {});
  EXPECT_EQ(Take(other.get(), list).size(), 2u);
}

TEST_F(KeyServiceTest, RefusesWhatTheApplicationMayNot) {
  ExpectRefused(
      SignRequest(1, "none", kP256, Purpose::kTls13Server, Tls13Input()),
      Refusal::kUnknownKey);
  ExpectRefused(SignRequest(2, "ecdsa", kP256, Purpose::kTls13Client,
                            Tls13Input("client")),
                Refusal::kForbidden);
  ExpectRefused(
      SignRequest(3, "rsa", kPkcs256, Purpose::kTls12Server, Tls12Input()),
      Refusal::kForbidden);
  ExpectRefused(
      SignRequest(4, "ecdsa", kPss256, Purpose::kTls13Server, Tls13Input()),
      Refusal::kForbidden);
  ExpectRefused(
      SignRequest(5, "ecdsa", kP384, Purpose::kTls13Server, Tls13Input()),
      Refusal::kForbidden);
  ExpectRefused(
      SignRequest(6, "ecdsa", 0x0203, Purpose::kTls12Server, Tls12Input()),
      Refusal::kForbidden);
  EXPECT_TRUE(service_->uses().empty());
  // TLS 1.2 takes any hash with any curve.
  EXPECT_EQ(
      Ask(SignRequest(7, "ecdsa", kP384, Purpose::kTls12Server, Tls12Input()))
          .type,
      MessageType::kSignature);
}

TEST_F(KeyServiceTest, KeyOfAnotherApplicationIsLikeNone) {
  const auto other = service_->OpenChannel(1, {});
  const auto reason = [&](const std::string& key) {
    const std::vector<Message> answers =
        Take(other.get(),
             SignRequest(1, key, kP256, Purpose::kTls13Server, Tls13Input()));
    EXPECT_EQ(answers.size(), 1u);
    EXPECT_EQ(answers[0].refusal, Refusal::kUnknownKey);
    return answers[0].reason;
  };
  const std::string existing = reason("ecdsa");
  const std::string missing = reason("nokey");
  EXPECT_EQ(existing.size(), missing.size());
}

TEST_F(KeyServiceTest, SignsNothingButHandshakes) {
  for (const std::string& input :
       {std::string(), std::string(32, 'd'), Tls12Input(), Tls13Input("client"),
        Tls13Input() + "x", Tls13Input().substr(0, 129)}) {
    ExpectRefused(SignRequest(1, "ecdsa", kP256, Purpose::kTls13Server, input),
                  Refusal::kNotHandshake);
  }
  ExpectRefused(
      SignRequest(2, "ecdsa", kP256, Purpose::kTls12Server, Tls13Input()),
      Refusal::kNotHandshake);
  EXPECT_TRUE(service_->uses().empty());
  EXPECT_EQ(service_->refusals().at("not_handshake"), 7u);
}

TEST_F(KeyServiceTest, EndsAChannelThatSendsNonsense) {
  Message answer_type;
  answer_type.type = MessageType::kSignature;
  answer_type.bytes = "s";
  Message open;
  open.type = MessageType::kOpen;
  for (const std::string& packet :
       {std::string("nonsense"), std::string(1, '\1'), Encode(answer_type),
        Encode(open)}) {
    const auto channel = service_->OpenChannel(0, {});
    std::vector<std::string> answers;
    EXPECT_FALSE(channel->Take(packet, &answers));
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_EQ(Decode(answers[0])->refusal, Refusal::kMalformed);
  }
  // The same number twice.
  EXPECT_TRUE(Take(channel_.get(), GoodRequest(3)).empty());
  std::vector<std::string> answers;
  EXPECT_FALSE(channel_->Take(Encode(GoodRequest(3)), &answers));
  EXPECT_EQ(events_.size(), 5u);
}

TEST_F(KeyServiceTest, LimitsTheRequestsUnderWay) {
  const auto second = service_->OpenChannel(0, {});
  for (uint32_t id = 0; id < 4; ++id) {
    KeyService::Channel* const channel =
        id % 2 == 0 ? channel_.get() : second.get();
    EXPECT_TRUE(Take(channel, GoodRequest(id)).empty());
  }
  const std::vector<Message> refused = Take(channel_.get(), GoodRequest(9));
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].refusal, Refusal::kTooMany);
  channel_->Work();
  EXPECT_TRUE(Take(channel_.get(), GoodRequest(10)).empty());
}

TEST_F(KeyServiceTest, ClosedChannelLeavesNoRequests) {
  auto second = service_->OpenChannel(0, {});
  for (uint32_t id = 0; id < 4; ++id) Take(second.get(), GoodRequest(id));
  EXPECT_EQ(Take(channel_.get(), GoodRequest(9)).size(), 1u);
  second.reset();
  EXPECT_TRUE(Take(channel_.get(), GoodRequest(10)).empty());
}

TEST_F(KeyServiceTest, LimitsTheRate) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(Ask(GoodRequest()).type, MessageType::kSignature);
  }
  ExpectRefused(GoodRequest(), Refusal::kTooMany);
  now_ += absl::Milliseconds(100);
  EXPECT_EQ(Ask(GoodRequest()).type, MessageType::kSignature);
  ExpectRefused(GoodRequest(), Refusal::kTooMany);
  now_ += absl::Hours(1);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(Ask(GoodRequest()).type, MessageType::kSignature);
  }
  ExpectRefused(GoodRequest(), Refusal::kTooMany);
}

TEST_F(KeyServiceTest, CancelsARequestUnderWay) {
  EXPECT_TRUE(Take(channel_.get(), GoodRequest(1)).empty());
  EXPECT_TRUE(Take(channel_.get(), GoodRequest(2)).empty());
  Message cancel;
  cancel.type = MessageType::kCancel;
  cancel.id = 1;
  const std::vector<Message> answers = Take(channel_.get(), cancel);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].refusal, Refusal::kCancelled);
  EXPECT_EQ(Decode(channel_->Work())->id, 2u);
  EXPECT_FALSE(channel_->has_work());
  // One that is done, or never was.
  EXPECT_TRUE(Take(channel_.get(), cancel).empty());
  EXPECT_TRUE(events_.empty());
}

TEST_F(KeyServiceTest, ReportsOfRefusalsAreLimited) {
  const Message request =
      SignRequest(1, "none", kP256, Purpose::kTls13Server, Tls13Input());
  for (int i = 0; i < 100; ++i) Ask(request);
  EXPECT_EQ(events_.size(), 20u);
  now_ += absl::Seconds(1);
  Ask(request);
  ASSERT_EQ(events_.size(), 21u);
  EXPECT_EQ(events_.back().suppressed, 80u);
  EXPECT_EQ(service_->refusals().at("unknown_key"), 101u);
  const std::string json = events_.back().ToJson();
  EXPECT_TRUE(absl::StrContains(json, "\"action\":\"key refused\"")) << json;
  EXPECT_TRUE(absl::StrContains(json, "\"suppressed\":80")) << json;
  EXPECT_FALSE(absl::StrContains(json, "hhhh")) << json;
}

// ---- Tickets

Message TicketRequest(MessageType type, uint32_t id = 1) {
  Message request;
  request.type = type;
  request.id = id;
  request.key = "tickets";
  request.count = 3;
  return request;
}

class TicketServiceTest : public KeyServiceTest {
 protected:
  TicketServiceTest() {
    keyring_ = *ssl::TicketKeyring::CreateOwn(absl::Hours(1), {}, now_);
    Application shop;
    shop.name = "shop";
    shop.grants = {
        {"ecdsa", {Purpose::kTls13Server}, {}},
        {"tickets", {Purpose::kTicketSeal, Purpose::kTicketUnseal}, {}},
        {"sealed", {Purpose::kTicketSeal}, {}}};
    shop.signatures_per_second = 10;
    service_ = std::make_unique<KeyService>(
        std::vector<ServedKey>{{"ecdsa", TestCredentials("server_p256")},
                               {"tickets", nullptr, keyring_},
                               {"sealed", nullptr, keyring_}},
        std::vector<Application>{shop}, [this] { return now_; },
        [this](const KeyEvent& event) { events_.push_back(event); });
    channel_ = service_->OpenChannel(0, {12, 34});
  }

  std::shared_ptr<ssl::TicketKeyring> keyring_;
};

TEST_F(TicketServiceTest, GivesBlanksThatDiffer) {
  const Message answer = Ask(TicketRequest(MessageType::kSeal));
  ASSERT_EQ(answer.type, MessageType::kBlanks) << answer.reason;
  EXPECT_EQ(answer.id, 1u);
  EXPECT_GT(answer.seconds, 0);
  ASSERT_EQ(answer.bytes.size(), 3 * kBlankSize);
  EXPECT_NE(answer.bytes.substr(0, kBlankSize),
            answer.bytes.substr(kBlankSize, kBlankSize));
  // The name of the key, which each ticket shows, and no more of it.
  EXPECT_EQ(answer.bytes.substr(0, ssl::TicketKey::kNameSize),
            keyring_->state(now_).sealing);
  EXPECT_EQ((service_->uses().at({"shop", "tickets", Purpose::kTicketSeal})),
            3u);
}

TEST_F(TicketServiceTest, OpensOnlyWhatItsKeySealed) {
  Message request = TicketRequest(MessageType::kUnseal);
  for (const size_t size : {0, 55, 56, 57, 500}) {
    request.bytes = std::string(size, 't');
    const Message answer = Ask(request);
    EXPECT_EQ(answer.type, MessageType::kUnsealed) << answer.reason;
    EXPECT_TRUE(answer.bytes.empty());
  }
  // A ticket that no key opens is usual.
  EXPECT_TRUE(events_.empty());
  EXPECT_TRUE(service_->uses().empty());
}

TEST_F(TicketServiceTest, RefusesKeysForOtherPurposes) {
  Message request = TicketRequest(MessageType::kSeal);
  request.key = "ecdsa";
  ExpectRefused(request, Refusal::kForbidden);
  EXPECT_EQ(events_.back().purpose, Purpose::kTicketSeal);
  request = TicketRequest(MessageType::kUnseal);
  request.key = "ecdsa";
  ExpectRefused(request, Refusal::kForbidden);
  request.key = "sealed";
  ExpectRefused(request, Refusal::kForbidden);
  request.key = "none";
  ExpectRefused(request, Refusal::kUnknownKey);
  // A signature with a ticket key, and one for a ticket's purpose.
  for (const Purpose purpose : kPurposes) {
    ExpectRefused(SignRequest(1, "tickets", kP256, purpose, Tls13Input()),
                  Refusal::kForbidden);
  }
  ExpectRefused(
      SignRequest(1, "ecdsa", kP256, Purpose::kTicketSeal, Tls13Input()),
      Refusal::kForbidden);
}

TEST_F(TicketServiceTest, LimitsRequests) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(Ask(TicketRequest(MessageType::kSeal)).type,
              MessageType::kBlanks);
  }
  ExpectRefused(TicketRequest(MessageType::kSeal), Refusal::kTooMany);
  ExpectRefused(TicketRequest(MessageType::kUnseal), Refusal::kTooMany);
}

TEST_F(TicketServiceTest, SaysThatNoKeySeals) {
  const auto none = *ssl::TicketKeyring::Create({});
  Application shop;
  shop.name = "shop";
  shop.grants = {{"tickets", {Purpose::kTicketSeal}, {}}};
  service_ = std::make_unique<KeyService>(
      std::vector<ServedKey>{{"tickets", nullptr, none}},
      std::vector<Application>{shop}, [this] { return now_; },
      [this](const KeyEvent& event) { events_.push_back(event); });
  channel_ = service_->OpenChannel(0, {12, 34});
  const Message answer = Ask(TicketRequest(MessageType::kSeal));
  EXPECT_EQ(answer.refusal, Refusal::kFailed);
  EXPECT_FALSE(answer.reason.empty());
}

TEST_F(TicketServiceTest, ListsWhatKeysAreFor) {
  Message list;
  list.type = MessageType::kList;
  const std::vector<Message> answers = Take(channel_.get(), list);
  ASSERT_EQ(answers.size(), 4u);
  EXPECT_EQ(answers[1].key, "tickets");
  EXPECT_EQ(
      answers[1].purposes,
      (std::vector<Purpose>{Purpose::kTicketSeal, Purpose::kTicketUnseal}));
  EXPECT_TRUE(answers[1].schemes.empty());
  EXPECT_TRUE(answers[1].chain.empty());
}

}  // namespace
}  // namespace airlock::keys
