// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The messages between an application and the key service; docs/keyd.md
// specifies them.
#ifndef AIRLOCK_PLATFORM_KEYS_PROTOCOL_H_
#define AIRLOCK_PLATFORM_KEYS_PROTOCOL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace airlock::keys {

inline constexpr uint8_t kProtocolVersion = 1;

// Each message is one packet of at most this size.
inline constexpr size_t kMaxMessage = 128 << 10;
// The largest input of a signature. The handshake of a TLS 1.2 client, which it
// signs as a whole, may be long.
inline constexpr size_t kMaxInput = 64 << 10;
inline constexpr size_t kMaxKeyName = 255;

// What seals a ticket: the key's name, the nonce and the derived key, after one
// another. See ssl::TicketBlank.
inline constexpr size_t kBlankSize = 16 + 24 + 32;
// The most that one request gets.
inline constexpr int kMaxBlanks = 64;
// A ticket that TLS could carry, which is longer than any that a blank makes.
inline constexpr size_t kMaxTicket = 0xffff;

// What a key is used for.
enum class Purpose : uint8_t {
  kTls13Server = 1,  // CertificateVerify (RFC 8446, section 4.4.3).
  kTls13Client = 2,
  kTls12Server = 3,  // ServerKeyExchange (RFC 8422, section 5.4).
  kTls12Client = 4,  // CertificateVerify (RFC 5246, section 7.4.8).
  kTicketSeal = 5,   // Session tickets (RFC 8446, section 4.6.1; RFC 5077).
  kTicketUnseal = 6,
};

inline constexpr Purpose kPurposes[] = {
    Purpose::kTls13Server, Purpose::kTls13Client, Purpose::kTls12Server,
    Purpose::kTls12Client, Purpose::kTicketSeal,  Purpose::kTicketUnseal};

// Whether the purpose is that of a ticket key, and not of one that signs.
constexpr bool IsForTickets(Purpose purpose) {
  return purpose == Purpose::kTicketSeal || purpose == Purpose::kTicketUnseal;
}

// "tls1.3-server", as in the configuration and in errors. Thread-safe.
absl::string_view PurposeName(Purpose purpose);

// The purpose with that number; unset if there is none. Thread-safe.
std::optional<Purpose> PurposeOf(uint8_t number);

enum class MessageType : uint8_t {
  // From the application.
  kOpen = 1,  // On the inherited descriptor: comes with a channel's end.
  kList = 2,
  kSign = 3,
  kCancel = 4,
  kSeal = 5,
  kUnseal = 6,
  // From the service.
  kKey = 0x81,  // One for each key of a list, and then
  kEnd = 0x82,
  kSignature = 0x83,
  kRefusal = 0x84,
  kBlanks = 0x85,
  kUnsealed = 0x86,
};

// Why the service did not do what it was asked.
enum class Refusal : uint16_t {
  kMalformed = 1,     // Not a message of this version; the channel is closed.
  kUnknownKey = 2,    // No such key, or not for this application.
  kForbidden = 3,     // Not with this scheme or for this purpose.
  kNotHandshake = 4,  // The input is not what that purpose signs.
  kTooMany = 5,       // Too many requests under way, or per second.
  kCancelled = 6,
  kFailed = 7,  // The key could not sign, or seals no tickets now.
};

// One message, in either direction. Which members have a meaning depends on the
// type; the others are empty.
struct Message {
  MessageType type = MessageType::kList;
  uint32_t id = 0;  // The application's; answers repeat it.

  std::string key;      // kSign, kSeal, kUnseal, kKey.
  uint16_t scheme = 0;  // kSign: a SignatureScheme.
  // kSign. Of kSeal and kUnseal, it follows from the type.
  Purpose purpose = Purpose::kTls13Server;
  // kSign: the input. kSignature: the signature. kUnseal: the ticket. kBlanks:
  // kBlankSize bytes for each. kUnsealed: the content, empty if the ticket is
  // not valid. The last two are secret.
  std::string bytes;
  uint8_t count = 0;               // kSeal: how many, at most kMaxBlanks.
  uint16_t seconds = 0;            // kBlanks: how long they may be used.
  std::string server_name;         // kUnseal: may be empty.
  std::vector<uint16_t> schemes;   // kKey.
  std::vector<Purpose> purposes;   // kKey.
  std::vector<std::string> chain;  // kKey: DER, the leaf first.
  Refusal refusal = Refusal::kMalformed;  // kRefusal.
  std::string reason;  // kRefusal: for people, UTF-8, without secrets.
};

// Wipes what is secret in `message`.
void WipeSecrets(Message* message);

// The packet of `message`, whose members must be within the limits. Pure.
std::string Encode(const Message& message);

// The message in `packet`. Errors: kInvalidArgument, which say what is wrong:
// another version or type, a length that does not fit, bytes that are left.
// Pure and thread-safe.
absl::StatusOr<Message> Decode(absl::string_view packet);

}  // namespace airlock::keys

#endif  // AIRLOCK_PLATFORM_KEYS_PROTOCOL_H_
