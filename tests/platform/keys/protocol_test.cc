// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/protocol.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace airlock::keys {
namespace {

std::vector<Message> AllMessages() {
  std::vector<Message> all;
  for (const MessageType type : {MessageType::kOpen, MessageType::kList,
                                 MessageType::kCancel, MessageType::kEnd}) {
    Message message;
    message.type = type;
    message.id = 7;
    all.push_back(message);
  }
  Message sign;
  sign.type = MessageType::kSign;
  sign.id = 0xfffffffe;
  sign.key = "payroll";
  sign.scheme = 0x0403;
  sign.purpose = Purpose::kTls12Client;
  sign.bytes = std::string("\0input", 6);
  all.push_back(sign);
  Message key;
  key.type = MessageType::kKey;
  key.key = std::string(kMaxKeyName, 'k');
  key.schemes = {0x0403, 0x0807};
  key.purposes = {Purpose::kTls13Server, Purpose::kTls12Server};
  key.chain = {"leaf", std::string(70000, 'c')};
  all.push_back(key);
  Message signature;
  signature.type = MessageType::kSignature;
  signature.bytes = "signature";
  all.push_back(signature);
  Message seal;
  seal.type = MessageType::kSeal;
  seal.key = "tickets";
  seal.purpose = Purpose::kTicketSeal;
  seal.count = kMaxBlanks;
  all.push_back(seal);
  Message unseal;
  unseal.type = MessageType::kUnseal;
  unseal.key = "tickets";
  unseal.purpose = Purpose::kTicketUnseal;
  unseal.server_name = "localhost";
  unseal.bytes = std::string(kMaxTicket, 't');
  all.push_back(unseal);
  Message blanks;
  blanks.type = MessageType::kBlanks;
  blanks.seconds = 60;
  blanks.bytes = std::string(2 * kBlankSize, 'b');
  all.push_back(blanks);
  Message unsealed;
  unsealed.type = MessageType::kUnsealed;
  unsealed.bytes = "session";
  all.push_back(unsealed);
  Message refusal;
  refusal.type = MessageType::kRefusal;
  refusal.refusal = Refusal::kNotHandshake;
  refusal.reason = "no";
  all.push_back(refusal);
  return all;
}

TEST(ProtocolTest, DecodesWhatItEncodes) {
  for (const Message& message : AllMessages()) {
    const absl::StatusOr<Message> read = Decode(Encode(message));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->type, message.type);
    EXPECT_EQ(read->id, message.id);
    EXPECT_EQ(read->key, message.key);
    EXPECT_EQ(read->scheme, message.scheme);
    EXPECT_EQ(read->purpose, message.purpose);
    EXPECT_EQ(read->bytes, message.bytes);
    EXPECT_EQ(read->schemes, message.schemes);
    EXPECT_EQ(read->purposes, message.purposes);
    EXPECT_EQ(read->chain, message.chain);
    EXPECT_EQ(read->count, message.count);
    EXPECT_EQ(read->seconds, message.seconds);
    EXPECT_EQ(read->server_name, message.server_name);
    EXPECT_EQ(read->refusal, message.refusal);
    EXPECT_EQ(read->reason, message.reason);
  }
}

TEST(ProtocolTest, RefusesEachMessageCutOrLengthened) {
  for (const Message& message : AllMessages()) {
    const std::string packet = Encode(message);
    const size_t step = packet.size() > 1000 ? 97 : 1;
    for (size_t size = 0; size < packet.size(); size += step) {
      EXPECT_FALSE(Decode(packet.substr(0, size)).ok()) << size;
    }
    EXPECT_FALSE(Decode(packet.substr(0, packet.size() - 1)).ok());
    EXPECT_FALSE(Decode(packet + '\0').ok());
  }
}

TEST(ProtocolTest, RefusesOtherVersionsAndTypes) {
  for (const Message& message : AllMessages()) {
    for (const char version : {0, 2, -1}) {
      std::string packet = Encode(message);
      packet[0] = version;
      EXPECT_FALSE(Decode(packet).ok());
    }
  }
  for (int type = 0; type < 256; ++type) {
    std::string packet = Encode(Message());
    packet[1] = static_cast<char>(type);
    const bool bare = type == 1 || type == 2 || type == 4 || type == 0x82;
    EXPECT_EQ(Decode(packet).ok(), bare) << type;
  }
}

TEST(ProtocolTest, RefusesValuesOutOfRange) {
  Message sign;
  sign.type = MessageType::kSign;
  sign.key = "k";
  sign.bytes = std::string(kMaxInput, 'i');
  EXPECT_TRUE(Decode(Encode(sign)).ok());
  sign.bytes += 'i';
  EXPECT_FALSE(Decode(Encode(sign)).ok());
  sign.bytes = "i";
  for (const int purpose : {0, 7, 255}) {
    sign.purpose = static_cast<Purpose>(purpose);
    EXPECT_FALSE(Decode(Encode(sign)).ok()) << purpose;
  }
  sign.purpose = Purpose::kTls13Server;
  sign.key = "";
  EXPECT_FALSE(Decode(Encode(sign)).ok());
  Message seal;
  seal.type = MessageType::kSeal;
  seal.key = "k";
  for (const int count : {0, kMaxBlanks + 1, 255}) {
    seal.count = static_cast<uint8_t>(count);
    EXPECT_FALSE(Decode(Encode(seal)).ok()) << count;
  }
  Message blanks;
  blanks.type = MessageType::kBlanks;
  for (const size_t size : {size_t{0}, kBlankSize - 1, kBlankSize + 1}) {
    blanks.bytes = std::string(size, 'b');
    EXPECT_FALSE(Decode(Encode(blanks)).ok()) << size;
  }
  Message signature;
  signature.type = MessageType::kSignature;
  EXPECT_FALSE(Decode(Encode(signature)).ok());
  Message key;
  key.type = MessageType::kKey;
  key.key = "k";
  key.chain = {std::string(kMaxMessage, 'c')};
  EXPECT_FALSE(Decode(Encode(key)).ok());
  EXPECT_FALSE(Decode("").ok());
}

}  // namespace
}  // namespace airlock::keys
