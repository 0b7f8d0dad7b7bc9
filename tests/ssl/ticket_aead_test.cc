// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/ticket_aead.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"

namespace airlock::ssl::internal {
namespace {

const uint8_t* Data(absl::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

absl::Span<const uint8_t> Bytes(absl::string_view text) {
  return {Data(text), text.size()};
}

constexpr char kNonce[] = "ABCDEFGHIJKLMNOPQRSTUVWX";

std::string Sealed(const TicketAead& aead, absl::string_view input,
                   absl::string_view additional) {
  std::string out(input.size() + TicketAead::kTagSize, '\0');
  EXPECT_TRUE(aead.Seal(Data(kNonce), Bytes(input), Bytes(additional),
                        reinterpret_cast<uint8_t*>(&out[0])));
  return out;
}

bool Opens(const TicketAead& aead, absl::string_view nonce,
           absl::string_view input, absl::string_view additional,
           std::string* out) {
  out->assign(input.size(), '\0');
  return aead.Open(Data(nonce), Bytes(input), Bytes(additional),
                   reinterpret_cast<uint8_t*>(&(*out)[0]));
}

// The vectors of the specification: with either top bit of the subkey.
TEST(TicketAeadTest, IsXaes256Gcm) {
  const TicketAead ones(std::string(32, '\1'));
  EXPECT_EQ(absl::BytesToHexString(Sealed(ones, "XAES-256-GCM", "")),
            "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271");
  const TicketAead threes(std::string(32, '\3'));
  EXPECT_EQ(absl::BytesToHexString(
                Sealed(threes, "XAES-256-GCM", "c2sp.org/XAES-256-GCM")),
            "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d");
}

TEST(TicketAeadTest, OpensOnlyWhatItSealed) {
  const TicketAead aead(std::string(32, '\1'));
  const std::string sealed = Sealed(aead, "session", "binding");
  std::string out;
  ASSERT_TRUE(Opens(aead, kNonce, sealed, "binding", &out));
  EXPECT_EQ(out.substr(0, 7), "session");
  EXPECT_FALSE(Opens(aead, kNonce, sealed, "bindinG", &out));
  EXPECT_FALSE(Opens(TicketAead(std::string(32, '\2')), kNonce, sealed,
                     "binding", &out));
  for (size_t i = 0; i < TicketAead::kNonceSize; ++i) {
    std::string nonce = kNonce;
    nonce[i] = static_cast<char>(nonce[i] ^ 1);
    EXPECT_FALSE(Opens(aead, nonce, sealed, "binding", &out)) << i;
  }
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 0x80);
    EXPECT_FALSE(Opens(aead, kNonce, changed, "binding", &out)) << i;
    EXPECT_FALSE(Opens(aead, kNonce, sealed.substr(0, i), "binding", &out));
  }
}

}  // namespace
}  // namespace airlock::ssl::internal
