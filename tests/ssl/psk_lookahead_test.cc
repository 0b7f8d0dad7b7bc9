// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/psk_lookahead.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"

namespace airlock::ssl::internal {
namespace {

constexpr char kHandshake = 22;

std::string U16(size_t value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value)};
}

std::string Record(char type, const std::string& payload) {
  return absl::StrCat(std::string(1, type), "\x03\x03", U16(payload.size()),
                      payload);
}

std::string Message(char type, const std::string& body) {
  return absl::StrCat(std::string(1, type), std::string(1, '\0'),
                      U16(body.size()), body);
}

std::string ServerHello(uint16_t cipher) {
  return Message(
      2, absl::StrCat("\x03\x03", std::string(32, 'r'), std::string("\x04", 1),
                      "sess", U16(cipher), std::string(1, '\0')));
}

std::string Hint(const std::string& hint) {
  return Message(12, U16(hint.size()) + hint);
}

const std::string kDone = Message(14, "");  // NOLINT
constexpr uint16_t kPskCipher = 0x008c;     // PSK_WITH_AES_128_CBC_SHA
constexpr uint16_t kEcdheCipher = 0xc02f;

// A client's lookahead over complete input.
class PskLookaheadTest : public ::testing::Test {
 protected:
  PskLookaheadTest() : ctx_(SSL_CTX_new(TLS_method())) {
    ssl_.reset(SSL_new(ctx_.get()));
    SSL_set_connect_state(ssl_.get());
  }

  // The output for `bytes`, with reads of `at_once` bytes. The callback returns
  // Later() `later_` times.
  std::string Through(const std::string& bytes, size_t at_once,
                      size_t asked_for = 7) {
    asked_.clear();
    size_t given = 0;
    int left = later_;
    std::string out;
    PskLookahead lookahead(ssl_.get(), [&](absl::string_view question) {
      if (left-- > 0) return false;
      asked_.emplace_back(question);
      asked_at_ = out.size();
      return true;
    });
    const auto source = [&](absl::Span<uint8_t> into) {
      if (given == bytes.size()) return IoResult::WantRead();
      const size_t size =
          std::min({at_once, into.size(), bytes.size() - given});
      std::copy_n(bytes.begin() + given, size, into.begin());
      given += size;
      return IoResult::Done(size);
    };
    waits_ = 0;
    std::vector<uint8_t> some(asked_for);
    while (true) {
      const IoResult result = lookahead.Read(absl::MakeSpan(some), source);
      if (result.want_callback()) {
        EXPECT_EQ(result.callback(), LateCallback::kPsk);
        ++waits_;
        continue;
      }
      if (!result.done()) break;
      out.append(some.begin(), some.begin() + result.bytes());
    }
    return out;
  }

  int later_ = 0;
  int waits_ = 0;
  std::vector<std::string> asked_;
  size_t asked_at_ = 0;

 private:
  const bssl::UniquePtr<SSL_CTX> ctx_;
  bssl::UniquePtr<SSL> ssl_;
};

TEST_F(PskLookaheadTest, AsksBeforeTheLastRecordGoesOn) {
  later_ = 3;
  const std::string hello = ServerHello(kPskCipher);
  const std::string all = hello + Hint("me") + kDone;
  for (const size_t at_once : {1, 5, 1000}) {
    for (size_t cut = 1; cut <= all.size(); ++cut) {
      // In two records, split anywhere.
      const std::string first = Record(kHandshake, all.substr(0, cut));
      const std::string rest =
          cut == all.size() ? "" : Record(kHandshake, all.substr(cut));
      const std::string alert = Record(21, "\x01\x64");
      const std::string bytes =
          absl::StrCat(first, rest.empty() ? "" : alert, rest);
      EXPECT_EQ(Through(bytes, at_once), bytes);
      EXPECT_EQ(waits_, 3);
      ASSERT_EQ(asked_, std::vector<std::string>{"me"});
      EXPECT_EQ(asked_at_, bytes.size() - (rest.empty() ? first : rest).size());
    }
  }
}

TEST_F(PskLookaheadTest, AsksWithoutAHintToo) {
  const std::string bytes =
      Record(kHandshake, ServerHello(kPskCipher) + kDone) + Record(23, "data");
  EXPECT_EQ(Through(bytes, 1000), bytes);
  EXPECT_EQ(asked_, std::vector<std::string>{""});
  // Once only.
  const std::string twice =
      Record(kHandshake, ServerHello(kPskCipher) + kDone + kDone);
  EXPECT_EQ(Through(twice, 1000), twice);
  EXPECT_EQ(asked_.size(), 1u);
}

TEST_F(PskLookaheadTest, AsksForNothingElse) {
  const std::string psk = ServerHello(kPskCipher);
  for (const std::string& bytes :
       {Record(kHandshake, ServerHello(kEcdheCipher) + Hint("me") + kDone),
        Record(kHandshake, ServerHello(0x1301) + kDone),
        Record(kHandshake, kDone), Record(kHandshake, Hint("me") + kDone),
        // Resumed.
        Record(kHandshake, psk) + Record(20, "\x01") +
            Record(kHandshake, kDone),
        Record(kHandshake, psk) + Record(23, "x") + Record(kHandshake, kDone),
        // BoringSSL rejects these.
        Record(kHandshake, psk + Hint(std::string(129, 'h')) + kDone),
        Record(kHandshake, psk + Hint(std::string("h\0h", 3)) + kDone),
        Record(kHandshake, Message(2, "\x03\x03") + kDone),
        Record(kHandshake, psk + Message(12, "\x01") + kDone),
        // Not TLS.
        std::string("HTTP/1.1 400 Bad Request\r\n\r\n"),
        std::string("\x80\x2e\x01\x03\x03 and more of an SSLv2 hello"),
        absl::StrCat("\x16\x03\x03\xff\xff", psk, kDone), std::string("\x16"),
        std::string()}) {
    // A truncated record stays inside.
    const std::string out = Through(bytes, 1000);
    EXPECT_EQ(out, bytes.substr(0, out.size()));
    EXPECT_TRUE(asked_.empty());
  }
}

TEST_F(PskLookaheadTest, ChangesNoByte) {
  std::minstd_rand random(1);  // NOLINT(cert-msc32-c,cert-msc51-cpp)
  for (int i = 0; i < 2000; ++i) {
    std::string bytes;
    while (bytes.size() < 300) {
      std::string payload;
      for (size_t n = random() % 40; n > 0; --n) {
        payload.push_back(static_cast<char>(random() % 16));
      }
      switch (random() % 4) {
        case 0:
          payload = ServerHello(kPskCipher) + payload;
          break;
        case 1:
          payload += kDone;
          break;
        default:
          break;
      }
      bytes += Record(static_cast<char>(20 + random() % 4), payload);
    }
    EXPECT_EQ(Through(bytes, 1 + random() % 50, 1 + random() % 50), bytes);
  }
}

}  // namespace
}  // namespace airlock::ssl::internal
