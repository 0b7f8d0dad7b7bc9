// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/protocol.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "ssl/secret.h"

namespace airlock::keys {
namespace {

void PutNumber(size_t size, uint64_t value, std::string* out) {
  while (size-- > 0) {
    out->push_back(static_cast<char>((value >> (8 * size)) & 0xff));
  }
}

// `bytes` after their length, a number of `size` bytes.
void PutVector(size_t size, absl::string_view bytes, std::string* out) {
  PutNumber(size, bytes.size(), out);
  absl::StrAppend(out, bytes);
}

// Reads a packet. After the first failure, which becomes the status, reads give
// zero.
class Reader {
 public:
  explicit Reader(absl::string_view bytes) : rest_(bytes) {}

  uint64_t Number(size_t size, absl::string_view what) {
    uint64_t value = 0;
    for (const char byte : Take(size, what)) {
      value = value << 8 | static_cast<unsigned char>(byte);
    }
    return value;
  }
  absl::string_view Vector(size_t size, absl::string_view what) {
    return Take(Number(size, what), what);
  }
  void Fail(absl::string_view why) {
    if (status_.ok()) status_ = absl::InvalidArgumentError(why);
    rest_ = absl::string_view();
  }
  bool empty() const { return rest_.empty(); }
  absl::string_view rest() const { return rest_; }
  const absl::Status& status() const { return status_; }

 private:
  absl::string_view Take(size_t size, absl::string_view what) {
    if (size > rest_.size()) {
      Fail(absl::StrCat("it ends within ", what));
      return absl::string_view();
    }
    const absl::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  absl::string_view rest_;
  absl::Status status_;
};

std::string TakeKeyName(Reader* in) {
  const absl::string_view name = in->Vector(1, "the key's name");
  if (name.empty()) in->Fail("the key's name is empty");
  return std::string(name);
}

Purpose TakePurpose(Reader* in) {
  const auto number = static_cast<uint8_t>(in->Number(1, "the purpose"));
  const std::optional<Purpose> purpose = PurposeOf(number);
  if (!purpose.has_value()) {
    in->Fail(absl::StrCat(number, " is not a purpose"));
  }
  return purpose.value_or(Purpose::kTls13Server);
}

void TakeKey(Reader* in, Message* message) {
  message->key = TakeKeyName(in);
  Reader schemes(in->Vector(1, "the schemes"));
  while (!schemes.empty()) {
    message->schemes.push_back(
        static_cast<uint16_t>(schemes.Number(2, "a scheme")));
  }
  Reader purposes(in->Vector(1, "the purposes"));
  while (!purposes.empty()) message->purposes.push_back(TakePurpose(&purposes));
  Reader chain(in->Vector(3, "the chain"));
  while (!chain.empty()) {
    message->chain.emplace_back(chain.Vector(3, "a certificate"));
  }
  for (const Reader* part : {&schemes, &purposes, &chain}) {
    if (!part->status().ok()) in->Fail(part->status().message());
  }
}

void TakeSeal(Reader* in, Message* message) {
  message->purpose = Purpose::kTicketSeal;
  message->key = TakeKeyName(in);
  message->count = static_cast<uint8_t>(in->Number(1, "the number of blanks"));
  if (message->count < 1 || message->count > kMaxBlanks) {
    in->Fail(absl::StrCat("it asks for ", message->count,
                          " blanks, not for 1 to ", kMaxBlanks));
  }
}

void TakeBlanks(Reader* in, Message* message) {
  message->seconds =
      static_cast<uint16_t>(in->Number(2, "how long the blanks may be used"));
  message->bytes = std::string(in->Vector(2, "the blanks"));
  if (message->bytes.empty() || message->bytes.size() % kBlankSize != 0) {
    in->Fail(absl::StrCat("its blanks have ", message->bytes.size(),
                          " bytes, not ", kBlankSize, " each"));
  }
}

void TakeBody(Reader* in, Message* message) {
  switch (message->type) {
    case MessageType::kOpen:
    case MessageType::kList:
    case MessageType::kCancel:
    case MessageType::kEnd:
      return;
    case MessageType::kSign:
      message->key = TakeKeyName(in);
      message->scheme = static_cast<uint16_t>(in->Number(2, "the scheme"));
      message->purpose = TakePurpose(in);
      message->bytes = std::string(in->Vector(3, "the input"));
      if (message->bytes.size() > kMaxInput) {
        in->Fail(absl::StrCat("the input has more than ", kMaxInput, " bytes"));
      }
      return;
    case MessageType::kSeal:
      return TakeSeal(in, message);
    case MessageType::kUnseal:
      message->purpose = Purpose::kTicketUnseal;
      message->key = TakeKeyName(in);
      message->server_name = std::string(in->Vector(1, "the server's name"));
      message->bytes = std::string(in->Vector(2, "the ticket"));
      return;
    case MessageType::kBlanks:
      return TakeBlanks(in, message);
    case MessageType::kUnsealed:
      message->bytes = std::string(in->Vector(2, "the ticket's content"));
      return;
    case MessageType::kKey:
      return TakeKey(in, message);
    case MessageType::kSignature:
      message->bytes = std::string(in->Vector(2, "the signature"));
      if (message->bytes.empty()) in->Fail("the signature is empty");
      return;
    case MessageType::kRefusal:
      message->refusal =
          static_cast<Refusal>(in->Number(2, "the refusal's number"));
      message->reason = std::string(in->Vector(2, "the reason"));
      return;
  }
  in->Fail(absl::StrCat(static_cast<int>(message->type),
                        " is not a type of message"));
}

}  // namespace

absl::string_view PurposeName(Purpose purpose) {
  switch (purpose) {
    case Purpose::kTls13Server:
      return "tls1.3-server";
    case Purpose::kTls13Client:
      return "tls1.3-client";
    case Purpose::kTls12Server:
      return "tls1.2-server";
    case Purpose::kTls12Client:
      return "tls1.2-client";
    case Purpose::kTicketSeal:
      return "ticket-seal";
    case Purpose::kTicketUnseal:
      break;
  }
  return "ticket-unseal";
}

std::optional<Purpose> PurposeOf(uint8_t number) {
  for (const Purpose purpose : kPurposes) {
    if (static_cast<uint8_t>(purpose) == number) return purpose;
  }
  return std::nullopt;
}

void WipeSecrets(Message* message) {
  if (message->type == MessageType::kBlanks ||
      message->type == MessageType::kUnsealed) {
    ssl::Wipe(&message->bytes);
  }
}

std::string Encode(const Message& message) {
  std::string packet;
  // Once: what is secret is not left behind by a string that grows.
  packet.reserve(message.key.size() + message.bytes.size() + 64);
  PutNumber(1, kProtocolVersion, &packet);
  PutNumber(1, static_cast<uint8_t>(message.type), &packet);
  PutNumber(4, message.id, &packet);
  switch (message.type) {
    case MessageType::kOpen:
    case MessageType::kList:
    case MessageType::kCancel:
    case MessageType::kEnd:
      break;
    case MessageType::kSign:
      PutVector(1, message.key, &packet);
      PutNumber(2, message.scheme, &packet);
      PutNumber(1, static_cast<uint8_t>(message.purpose), &packet);
      PutVector(3, message.bytes, &packet);
      break;
    case MessageType::kSeal:
      PutVector(1, message.key, &packet);
      PutNumber(1, message.count, &packet);
      break;
    case MessageType::kUnseal:
      PutVector(1, message.key, &packet);
      PutVector(1, message.server_name, &packet);
      PutVector(2, message.bytes, &packet);
      break;
    case MessageType::kBlanks:
      PutNumber(2, message.seconds, &packet);
      PutVector(2, message.bytes, &packet);
      break;
    case MessageType::kUnsealed:
      PutVector(2, message.bytes, &packet);
      break;
    case MessageType::kKey: {
      PutVector(1, message.key, &packet);
      PutNumber(1, 2 * message.schemes.size(), &packet);
      for (const uint16_t scheme : message.schemes) {
        PutNumber(2, scheme, &packet);
      }
      PutNumber(1, message.purposes.size(), &packet);
      for (const Purpose purpose : message.purposes) {
        PutNumber(1, static_cast<uint8_t>(purpose), &packet);
      }
      std::string chain;
      for (const std::string& der : message.chain) PutVector(3, der, &chain);
      PutVector(3, chain, &packet);
      break;
    }
    case MessageType::kSignature:
      PutVector(2, message.bytes, &packet);
      break;
    case MessageType::kRefusal:
      PutNumber(2, static_cast<uint16_t>(message.refusal), &packet);
      PutVector(2, message.reason, &packet);
      break;
  }
  return packet;
}

absl::StatusOr<Message> Decode(absl::string_view packet) {
  if (packet.size() > kMaxMessage) {
    return absl::InvalidArgumentError(
        absl::StrCat("it has more than ", kMaxMessage, " bytes"));
  }
  Reader in(packet);
  Message message;
  const uint64_t version = in.Number(1, "the version");
  if (version != kProtocolVersion) {
    in.Fail(absl::StrCat("its version is ", version, ", not ",
                         static_cast<int>(kProtocolVersion)));
  }
  message.type = static_cast<MessageType>(in.Number(1, "the type"));
  message.id = static_cast<uint32_t>(in.Number(4, "the number"));
  if (in.status().ok()) TakeBody(&in, &message);
  if (!in.empty()) {
    in.Fail(absl::StrCat(in.rest().size(), " bytes are left at its end"));
  }
  if (!in.status().ok()) return in.status();
  return message;
}

}  // namespace airlock::keys
