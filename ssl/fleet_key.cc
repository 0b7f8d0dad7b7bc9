// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/fleet_key.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "ssl/error.h"
#include "ssl/internal/ticket_aead.h"
#include "ssl/random.h"
#include "ssl/sha256.h"

namespace airlock::ssl {
namespace {

using internal::TicketAead;

constexpr size_t kIdBytes = 8;
constexpr int64_t kLastSecond = 253402300799;  // Of the year 9999.

absl::Status Invalid(absl::string_view where, absl::string_view what,
                     absl::string_view advice) {
  return MakeStatus(ErrorKind::kInvalidArgument,
                    ErrorParts{where, what, advice});
}

absl::Span<const uint8_t> Bytes(absl::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

uint8_t* Out(std::string* text) {
  return reinterpret_cast<uint8_t*>(&(*text)[0]);
}

// `size` bytes from their hexadecimal digits.
bool FromHex(absl::string_view digits, size_t size, std::string* bytes) {
  return digits.size() == 2 * size && absl::HexStringToBytes(digits, bytes);
}

bool ParseTime(absl::string_view text, absl::Time* time) {
  int64_t seconds = 0;
  if (!absl::SimpleAtoi(text, &seconds) || seconds < 0 ||
      seconds > kLastSecond) {
    return false;
  }
  *time = absl::FromUnixSeconds(seconds);
  return true;
}

// What a wrapped key shows, and is bound to.
std::string Head(const TicketKey& key) {
  return absl::StrCat(absl::BytesToHexString(key.name), " ",
                      absl::ToUnixSeconds(key.seals_from), " ",
                      absl::ToUnixSeconds(key.seals_until));
}

std::string Binding(absl::string_view head) {
  return absl::StrCat("airlock wrapped ticket key 1\n", head);
}

}  // namespace

struct FleetKey::Impl {
  explicit Impl(absl::string_view bytes) : aead(bytes) {}
  const TicketAead aead;
  std::string id;
};

FleetKey::FleetKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FleetKey::FleetKey(FleetKey&&) noexcept = default;
FleetKey& FleetKey::operator=(FleetKey&&) noexcept = default;
FleetKey::~FleetKey() = default;

absl::StatusOr<FleetKey> FleetKey::Create(const Secret& secret) {
  static_assert(kSize == TicketAead::kKeySize, "it is a key of the AEAD");
  const absl::string_view digits = absl::StripAsciiWhitespace(secret.view());
  std::string bytes(secret.size() == kSize ? secret.view() : "");
  const ScopedWipe wipe(&bytes);
  if (bytes.empty() && !FromHex(digits, kSize, &bytes)) {
    return Invalid("fleet key",
                   absl::StrCat("it has ", secret.size(), " bytes"),
                   "it must be 32 random bytes, or their 64 hexadecimal "
                   "digits.");
  }
  if (std::count(bytes.begin(), bytes.end(), bytes[0]) ==
      static_cast<ptrdiff_t>(kSize)) {
    return Invalid("fleet key", "one byte is repeated throughout",
                   "it must be random.");
  }
  auto impl = std::make_unique<Impl>(bytes);
  std::string input = absl::StrCat("airlock fleet key id\n", bytes);
  const ScopedWipe wipe_input(&input);
  impl->id = absl::BytesToHexString(Sha256(input).substr(0, kIdBytes));
  return FleetKey(std::move(impl));
}

const std::string& FleetKey::id() const { return impl_->id; }

std::string FleetKey::Wrap(const TicketKey& key) const {
  const std::string head = Head(key);
  std::string sealed(
      TicketAead::kNonceSize + key.secret.size() + TicketAead::kTagSize, '\0');
  FillRandom(absl::MakeSpan(sealed).first(TicketAead::kNonceSize));
  // Seal fails only if BoringSSL does not get memory; then nothing is revealed,
  // and nothing can be unwrapped.
  if (!impl_->aead.Seal(Bytes(sealed).data(), Bytes(key.secret.view()),
                        Bytes(Binding(head)),
                        Out(&sealed) + TicketAead::kNonceSize)) {
    sealed.clear();
  }
  return absl::StrCat(head, " ", absl::BytesToHexString(sealed));
}

absl::StatusOr<TicketKey> FleetKey::Unwrap(absl::string_view line) const {
  const std::vector<absl::string_view> parts = absl::StrSplit(line, ' ');
  constexpr size_t kSealedSize =
      TicketAead::kNonceSize + TicketKey::kSecretSize + TicketAead::kTagSize;
  TicketKey key;
  std::string sealed;
  if (parts.size() != 4 ||
      !FromHex(parts[0], TicketKey::kNameSize, &key.name) ||
      !ParseTime(parts[1], &key.seals_from) ||
      !ParseTime(parts[2], &key.seals_until) ||
      !FromHex(parts[3], kSealedSize, &sealed)) {
    return Invalid("wrapped ticket key", "it is not in the expected form",
                   "another program may have written it.");
  }
  std::string secret(TicketKey::kSecretSize, '\0');
  const ScopedWipe wipe(&secret);
  if (!impl_->aead.Open(Bytes(sealed).data(),
                        Bytes(sealed).subspan(TicketAead::kNonceSize),
                        Bytes(Binding(Head(key))), Out(&secret))) {
    return Invalid("wrapped ticket key",
                   "it was changed, or wrapped with another fleet key",
                   "all servers of a fleet need the same fleet key.");
  }
  key.secret = Secret(secret);
  return key;
}

}  // namespace airlock::ssl
