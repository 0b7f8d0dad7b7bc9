// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The codec and its memory. certificate_compression_peer_test.cc has
// connections.

#include "ssl/internal/certificate_compression.h"

#include <zlib.h>

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "tests/support/testdata.h"

namespace airlock::ssl::internal {
namespace {

using ::airlock::testing::ReadTestdata;
using ::testing::HasSubstr;

absl::Span<const uint8_t> Bytes(absl::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string Compressed(absl::string_view message) {
  const auto compressed = CompressMessage(Bytes(message));
  EXPECT_NE(compressed, nullptr);
  return compressed == nullptr ? "" : *compressed;
}

// The error of decompressing to `declared` bytes, or "" and the result in
// `out`. Nothing may be written behind them.
std::string Fault(absl::string_view compressed, size_t declared,
                  std::string* out = nullptr) {
  constexpr char kGuard = 0x5a;
  std::string room(declared + 64, kGuard);
  const absl::Status status = DecompressMessage(
      Bytes(compressed), {reinterpret_cast<uint8_t*>(&room[0]), declared});
  EXPECT_EQ(room.substr(declared), std::string(64, kGuard));
  if (out != nullptr) *out = room.substr(0, declared);
  if (status.ok()) return "";
  const std::optional<Error> error = GetError(status);
  EXPECT_EQ(error->kind, ErrorKind::kProtocol);
  EXPECT_EQ(error->alert, 42);  // bad_certificate
  EXPECT_EQ(error->reason, "CERT_DECOMPRESSION_FAILED");
  return std::string(status.message());
}

std::string Message() { return ReadTestdata("certs/server_rsa_chain.pem"); }

TEST(CertificateCompressionTest, ReturnsWhatWasCompressed) {
  std::string random;
  for (uint32_t i = 0, x = 1; i < 100000; ++i) {
    random.push_back(static_cast<char>((x = x * 1664525 + 1013904223) >> 24));
  }
  for (const std::string& message :
       {Message(), std::string(1, 'x'), std::string(100 << 10, '\0'), random}) {
    std::string out;
    EXPECT_EQ(Fault(Compressed(message), message.size(), &out), "");
    EXPECT_EQ(out, message);
  }
  EXPECT_LT(Compressed(Message()).size(), Message().size());
}

TEST(CertificateCompressionTest, ThePeersSizeIsTheSize) {
  const std::string message = Message();
  const std::string compressed = Compressed(message);
  EXPECT_THAT(Fault(compressed, 0), HasSubstr("has no bytes, as the server"));
  for (const size_t less :
       {size_t{1}, message.size() / 2, message.size() - 1}) {
    EXPECT_THAT(Fault(compressed, less), HasSubstr("more than the "));
  }
  EXPECT_THAT(Fault(compressed, message.size() + 1),
              HasSubstr("and the server declared"));
  EXPECT_THAT(Fault(Compressed(""), 1), HasSubstr("has 0 bytes"));
}

TEST(CertificateCompressionTest, ABombFillsOnlyWhatWasDeclared) {
  const std::string bomb = Compressed(std::string(8 << 20, 'A'));
  EXPECT_LT(bomb.size(), 100u << 10);
  std::string out;
  EXPECT_THAT(Fault(bomb, 1000, &out), HasSubstr("more than the 1000 bytes"));
  EXPECT_EQ(out, std::string(1000, 'A'));
}

TEST(CertificateCompressionTest, AStreamEndsWhereItsBytesEnd) {
  const std::string message = Message();
  const std::string compressed = Compressed(message);
  for (size_t size = 0; size < compressed.size(); ++size) {
    EXPECT_THAT(
        Fault(absl::string_view(compressed).substr(0, size), message.size()),
        HasSubstr("ends early"))
        << size;
  }
  EXPECT_THAT(Fault(compressed + "ab", message.size()),
              HasSubstr("followed by other bytes"));
  EXPECT_THAT(Fault(compressed + compressed, message.size()),
              HasSubstr("followed by other bytes"));
}

TEST(CertificateCompressionTest, DamageIsNoticed) {
  const std::string message = "a certificate";
  const std::string compressed = Compressed(message);
  size_t accepted = 0;
  for (size_t bit = 0; bit < compressed.size() * 8; ++bit) {
    std::string damaged = compressed;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    std::string out;
    if (!Fault(damaged, message.size(), &out).empty()) continue;
    // The bits between the last block and the checksum have no meaning.
    EXPECT_EQ(out, message) << bit;
    ++accepted;
  }
  EXPECT_LT(accepted, 8u);
  std::string checksum = compressed;
  checksum.back() = static_cast<char>(checksum.back() ^ 1);
  EXPECT_THAT(Fault(checksum, message.size()), HasSubstr("is damaged ("));
}

TEST(CertificateCompressionTest, OtherFormatsAreRefused) {
  const std::string message = "a certificate";
  const auto deflated = [&](int window_bits, bool with_dictionary) {
    z_stream stream = {};
    EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 8,
                           Z_DEFAULT_STRATEGY),
              Z_OK);
    if (with_dictionary) {
      EXPECT_EQ(deflateSetDictionary(&stream, Bytes(message).data(),
                                     static_cast<uInt>(message.size())),
                Z_OK);
    }
    std::string out(200, '\0');
    stream.next_in = const_cast<Bytef*>(Bytes(message).data());
    stream.avail_in = static_cast<uInt>(message.size());
    stream.next_out = reinterpret_cast<Bytef*>(&out[0]);
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(out.size() - stream.avail_out);
    deflateEnd(&stream);
    return out;
  };
  EXPECT_EQ(Fault(deflated(15, false), message.size()), "");
  // A smaller window than ours.
  EXPECT_EQ(Fault(deflated(9, false), message.size()), "");
  EXPECT_THAT(Fault(deflated(15, true), message.size()),
              HasSubstr("needs a dictionary"));
  // gzip, DEFLATE without a header, and none of them.
  EXPECT_THAT(Fault(deflated(31, false), message.size()),
              HasSubstr("is damaged (incorrect header check)"));
  EXPECT_THAT(Fault(deflated(-15, false), message.size()),
              HasSubstr("is damaged ("));
  EXPECT_THAT(Fault(message, message.size()), HasSubstr("is damaged ("));
}

TEST(CompressedMessagesTest, CompressesAMessageOnce) {
  CompressedMessages messages;
  const auto first = messages.Of(Bytes("one"));
  EXPECT_EQ(*first, Compressed("one"));
  EXPECT_EQ(messages.Of(Bytes("one")), first);
  EXPECT_EQ(*messages.Of(Bytes("two")), Compressed("two"));
  EXPECT_EQ(messages.Of(Bytes("one")), first);
  EXPECT_EQ(messages.size(), 2u);
}

TEST(CompressedMessagesTest, ForgetsTheOldest) {
  CompressedMessages messages;
  const auto one = messages.Of(Bytes("1"));
  const auto two = messages.Of(Bytes("2"));
  for (const char* more : {"3", "4", "5"}) messages.Of(Bytes(more));
  EXPECT_EQ(messages.size(), 4u);
  EXPECT_EQ(messages.Of(Bytes("2")), two);
  EXPECT_NE(messages.Of(Bytes("1")), one);
  EXPECT_EQ(*messages.Of(Bytes("1")), *one);
}

TEST(CompressedMessagesTest, ThreadsShareThem) {
  CompressedMessages messages;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&messages] {
      for (int j = 0; j < 200; ++j) {
        const std::string text = std::to_string(j % 6);
        EXPECT_EQ(*messages.Of(Bytes(text)), Compressed(text));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(messages.size(), 4u);
}

}  // namespace
}  // namespace airlock::ssl::internal
