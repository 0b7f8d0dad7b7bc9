// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/wire/handshake.h"

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/engine.h"
#include "ssl/wire/conversation.h"
#include "ssl/wire/names.h"
#include "tests/support/recording.h"

namespace airlock::ssl::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Only;
using testing::Record;
using testing::Recording;

// A message as one end saw it, and what the other end's parser would know.
struct Sample {
  uint8_t type = 0;
  std::string body;
  HandshakeContext context;
};

// Client authentication, tickets, ALPN, OCSP: most kinds of message.
Recording RecordAll(TlsVersion version) {
  ContextOptions client = testing::ClientOptions();
  ContextOptions server = testing::ServerOptions("server_rsa");
  Only(version, &client);
  Only(version, &server);
  client.credentials = {testing::TestCredentials("client_p256")};
  client.alpn_protocols = {"h2", "http/1.1"};
  client.request_ocsp = true;
  server.ocsp_response = "response";
  server.alpn_protocols = {"http/1.1"};
  server.verification.mode = VerifyMode::kRequired;
  server.trust_store = testing::TestTrustStore();
  return Record(std::move(client), std::move(server), "ping", "pong");
}

std::vector<Sample> SamplesOf(const Recording& recording) {
  std::vector<Sample> samples;
  Conversation conversation;
  for (const testing::SeenMessage& message : recording.client_messages) {
    if (message.content_type != kHandshake) continue;
    Sample sample;
    sample.type = static_cast<uint8_t>(message.bytes[0]);
    sample.body = message.bytes.substr(4);
    conversation.Handshake(message.sent, sample.type, sample.body);
    sample.context = conversation.context();
    samples.push_back(std::move(sample));
  }
  return samples;
}

// Every byte of text, at any depth.
void ExpectPrintable(const Field& field) {
  for (const std::string* text : {&field.name, &field.value, &field.problem}) {
    for (const char c : *text) ASSERT_TRUE(c >= ' ' && c <= '~') << *text;
  }
  ASSERT_LE(field.bytes.size(), kMaxFieldBytes);
  ASSERT_LE(field.fields.size(), kMaxItems + 1);
  for (const Field& part : field.fields) ExpectPrintable(part);
}

std::vector<std::string> Names(const Recording& recording) {
  std::vector<std::string> names;
  for (const Sample& sample : SamplesOf(recording)) {
    const Field field =
        DecodeHandshake(sample.type, sample.body, sample.context);
    EXPECT_FALSE(IsMalformed(field)) << field.name << " " << field.problem;
    ExpectPrintable(field);
    names.push_back(field.name);
  }
  return names;
}

TEST(HandshakeTest, DecodesTls13) {
  const Recording recording = RecordAll(TlsVersion::kTls1_3);
  ASSERT_TRUE(recording.ok);
  EXPECT_THAT(
      Names(recording),
      ElementsAre("ClientHello", "ServerHello", "EncryptedExtensions",
                  "CertificateRequest", "Certificate", "CertificateVerify",
                  "Finished", "Certificate", "CertificateVerify", "Finished",
                  "NewSessionTicket", "NewSessionTicket"));
}

TEST(HandshakeTest, DecodesTls12) {
  const Recording recording = RecordAll(TlsVersion::kTls1_2);
  ASSERT_TRUE(recording.ok);
  EXPECT_THAT(
      Names(recording),
      ElementsAre("ClientHello", "ServerHello", "Certificate",
                  "CertificateStatus", "ServerKeyExchange",
                  "CertificateRequest", "ServerHelloDone", "Certificate",
                  "ClientKeyExchange", "CertificateVerify", "Finished",
                  "NewSessionTicket", "Finished"));
}

TEST(HandshakeTest, DecodesTls10) {
  const Recording recording = RecordAll(TlsVersion::kTls1_0);
  ASSERT_TRUE(recording.ok);
  EXPECT_EQ(Names(recording).size(), 13u);
}

TEST(HandshakeTest, SaysWhatMattersOnOneLine) {
  const std::vector<Sample> samples = SamplesOf(RecordAll(TlsVersion::kTls1_3));
  const auto value = [&samples](size_t index) {
    const Sample& sample = samples[index];
    return DecodeHandshake(sample.type, sample.body, sample.context).value;
  };
  EXPECT_EQ(value(0), "TLS 1.3, for localhost, ALPN h2, http/1.1");
  EXPECT_THAT(value(1), HasSubstr("TLS 1.3, TLS_"));
  EXPECT_THAT(value(1),
              HasSubstr(HasPostQuantumGroup() ? "X25519MLKEM768" : "x25519"));
  EXPECT_EQ(value(2), "ALPN http/1.1");
  EXPECT_EQ(value(4), "CN=server_rsa,O=Airlock Test, and 1 more");
  EXPECT_EQ(value(5), "rsa_pss_rsae_sha256");
}

TEST(HandshakeTest, DescribesCertificates) {
  const Sample sample = SamplesOf(RecordAll(TlsVersion::kTls1_3))[4];
  const Field field = DecodeHandshake(sample.type, sample.body, sample.context);
  EXPECT_EQ(FindField(field, "issuer")->value,
            "CN=intermediate,O=Airlock Test");
  EXPECT_THAT(FindField(field, "subject_alt_names")->value,
              HasSubstr("DNS:localhost"));
  EXPECT_EQ(FindField(field, "validity")->value,
            "2020-01-01 00:00:00Z to 2120-01-01 00:00:00Z");
  EXPECT_EQ(FindField(field, "public_key")->value, "RSA 2048 bits");
  EXPECT_EQ(FindField(field, "sha256")->value.size(), 64u);
  // The stapled response.
  EXPECT_EQ(FindField(field, "status_request (5)")->value,
            "OCSP response, 8 bytes");
}

// Tickets resume sessions, and proofs of keys tell about them.
TEST(HandshakeTest, ShowsNoSecret) {
  for (const TlsVersion version : {TlsVersion::kTls1_2, TlsVersion::kTls1_3}) {
    for (const Sample& sample : SamplesOf(RecordAll(version))) {
      if (sample.type != kNewSessionTicket && sample.type != kFinished) {
        continue;
      }
      const Field field =
          DecodeHandshake(sample.type, sample.body, sample.context);
      EXPECT_EQ(field.size, 0u);
      for (const Field& part : field.fields) EXPECT_EQ(part.size, 0u);
    }
  }
}

// Each message, cut off after each byte.
TEST(HandshakeTest, MarksWhatIsCutOff) {
  for (const TlsVersion version :
       {TlsVersion::kTls1_0, TlsVersion::kTls1_2, TlsVersion::kTls1_3}) {
    for (const Sample& sample : SamplesOf(RecordAll(version))) {
      for (size_t size = 0; size < sample.body.size(); ++size) {
        const Field field = DecodeHandshake(
            sample.type, sample.body.substr(0, size), sample.context);
        ExpectPrintable(field);
        // Shorter proofs are proofs, too; hellos may end before their
        // extensions.
        const bool proof = sample.type == kFinished && size >= 12;
        const bool hello =
            (sample.type == kClientHello || sample.type == kServerHello) &&
            FindField(field, "extensions") == nullptr &&
            FindField(field, "legacy_compression_method") == nullptr &&
            FindField(field, "legacy_compression_methods") == nullptr;
        if (proof ||
            (!IsMalformed(field) && !hello &&
             FindField(field, "extensions") == nullptr &&
             (sample.type == kClientHello || sample.type == kServerHello))) {
          continue;
        }
        EXPECT_TRUE(IsMalformed(field)) << field.name << " of " << size;
      }
      const Field longer =
          DecodeHandshake(sample.type, sample.body + "x", sample.context);
      if (sample.type != kFinished) {
        EXPECT_TRUE(IsMalformed(longer)) << longer.name;
      }
    }
  }
}

// Bytes changed at random, and random bytes: no crash, bounded, printable.
TEST(HandshakeTest, SurvivesAnyBytes) {
  std::mt19937 random(20261127);  // Always the same.
  std::vector<Sample> samples;
  for (const TlsVersion version :
       {TlsVersion::kTls1_0, TlsVersion::kTls1_2, TlsVersion::kTls1_3}) {
    for (Sample& sample : SamplesOf(RecordAll(version))) {
      samples.push_back(std::move(sample));
    }
  }
  constexpr int kRounds = 4000;
  for (int i = 0; i < kRounds; ++i) {
    Sample sample = samples[random() % samples.size()];
    for (int changes = 1 + static_cast<int>(random() % 8); changes > 0;
         --changes) {
      if (sample.body.empty()) break;
      sample.body[random() % sample.body.size()] = static_cast<char>(random());
    }
    sample.context.version = static_cast<uint16_t>(0x0301 + random() % 4);
    sample.context.suite = static_cast<uint16_t>(random());
    ExpectPrintable(DecodeHandshake(sample.type, sample.body, sample.context));
    ReadHello(sample.type, sample.body);
    std::string noise(random() % 300, '\0');
    for (char& byte : noise) byte = static_cast<char>(random());
    ExpectPrintable(
        DecodeHandshake(static_cast<uint8_t>(random()), noise, sample.context));
  }
}

Field Decode(uint8_t type, absl::string_view hex, uint16_t version,
             uint16_t suite = 0) {
  HandshakeContext context;
  context.version = version;
  context.suite = suite;
  return DecodeHandshake(type, testing::FromHex(hex), context);
}

TEST(HandshakeTest, DecodesKeyExchangesThatBoringsslLacks) {
  // DHE_RSA: p, g, Ys, scheme, signature.
  const Field dhe = Decode(kServerKeyExchange,
                           "0002ffef000102000201020804000155", kTls12, 0x009e);
  EXPECT_FALSE(IsMalformed(dhe)) << dhe.problem;
  EXPECT_EQ(dhe.value, "DH, 16 bits, rsa_pss_rsae_sha256");
  // The same before TLS 1.2 has no scheme, and if anonymous no signature.
  EXPECT_FALSE(IsMalformed(Decode(
      kServerKeyExchange, "0002ffef0001020002010200020155", 0x0301, 0x0033)));
  EXPECT_FALSE(IsMalformed(
      Decode(kServerKeyExchange, "0002ffef00010200020102", kTls12, 0x00a6)));
  // PSK: a hint; ECDHE_PSK: a hint and a key.
  EXPECT_FALSE(
      IsMalformed(Decode(kServerKeyExchange, "000161", kTls12, 0x00a8)));
  EXPECT_FALSE(IsMalformed(
      Decode(kServerKeyExchange, "00016103001d0155", kTls12, 0xccac)));
  // RSA: the encrypted secret; by size only.
  const Field rsa = Decode(kClientKeyExchange, "0003aabbcc", kTls12, 0x009c);
  EXPECT_EQ(FindField(rsa, "encrypted_pre_master_secret")->value, "3 bytes");
  EXPECT_TRUE(
      IsMalformed(Decode(kClientKeyExchange, "0004aabbcc", kTls12, 0x009c)));
  // DHE, and the identity of a PSK.
  EXPECT_FALSE(
      IsMalformed(Decode(kClientKeyExchange, "0002aabb", kTls12, 0x009e)));
  EXPECT_FALSE(
      IsMalformed(Decode(kClientKeyExchange, "000161", kTls12, 0x00a8)));
  // Without a known suite: by size.
  EXPECT_FALSE(IsMalformed(Decode(kClientKeyExchange, "0102", kTls12)));
}

TEST(HandshakeTest, DecodesTheRest) {
  EXPECT_EQ(Decode(kKeyUpdate, "01", kTls13).value, "update requested");
  EXPECT_EQ(Decode(kKeyUpdate, "00", kTls13).value, "update not requested");
  EXPECT_TRUE(IsMalformed(Decode(kKeyUpdate, "02", kTls13)));
  EXPECT_EQ(Decode(kEndOfEarlyData, "", kTls13).name, "EndOfEarlyData");
  EXPECT_TRUE(IsMalformed(Decode(kEndOfEarlyData, "00", kTls13)));
  EXPECT_EQ(Decode(kHelloRequest, "", kTls12).name, "HelloRequest");
  EXPECT_EQ(Decode(kNextProtocol, "02683200", kTls12).value, "h2");
  EXPECT_EQ(
      Decode(kCompressedCertificate, "0002000100000002aabb", kTls13).value,
      "brotli (0x0002), 2 of 256 bytes");
  const Field unknown = Decode(99, "0102", kTls13);
  EXPECT_EQ(unknown.name, "handshake message of type 99");
  EXPECT_EQ(FindField(unknown, "bytes")->size, 2u);
}

TEST(HandshakeTest, KnowsARetryAndADowngrade) {
  const std::string start = "0303";
  const Field retry = Decode(
      kServerHello,
      absl::StrCat(start,
                   "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a"
                   "8339c",
                   "00", "1301", "00", "000c002b000203040033000200", "17"),
      0);
  EXPECT_EQ(retry.name, "HelloRetryRequest");
  EXPECT_FALSE(IsMalformed(retry)) << retry.problem;
  EXPECT_EQ(retry.value, "TLS 1.3, TLS_AES_128_GCM_SHA256, secp256r1");
  const Field downgrade =
      Decode(kServerHello,
             absl::StrCat(start, std::string(48, '0'), "444f574e47524401", "00",
                          "c02f", "00"),
             0);
  EXPECT_NE(FindField(downgrade, "downgrade"), nullptr);
}

TEST(HandshakeTest, ManyCertificatesAreCounted) {
  std::string list;
  for (int i = 0; i < 100; ++i)
    absl::StrAppend(&list, std::string("\0\0\1x", 4));
  std::string body("\0\1\x90", 3);
  body += list;
  HandshakeContext context;
  context.version = kTls12;
  const Field field = DecodeHandshake(kCertificate, body, context);
  EXPECT_EQ(field.fields.size(), kMaxCertificates + 1);
  EXPECT_EQ(field.fields.back().value, "and 84 more");
  EXPECT_EQ(field.fields[0].problem, "not a certificate");
}

TEST(HandshakeTest, HugeMessagesAreOnlyNamed) {
  const Field field = DecodeHandshake(
      kClientHello, std::string(kMaxHandshakeMessage + 1, 'x'), {});
  EXPECT_EQ(field.name, "ClientHello");
  EXPECT_THAT(field.value, HasSubstr("too long"));
}

TEST(AlertTest, IsDecoded) {
  EXPECT_EQ(DecodeAlert("\x02\x28").value, "fatal handshake_failure (40)");
  EXPECT_EQ(DecodeAlert(absl::string_view("\x01\0", 2)).value,
            "warning close_notify (0)");
  EXPECT_EQ(DecodeAlert("\x07\xc8").value, "level 7 unknown (200)");
  EXPECT_TRUE(IsMalformed(DecodeAlert("\x02")));
  EXPECT_TRUE(IsMalformed(DecodeAlert("")));
  EXPECT_TRUE(IsMalformed(DecodeAlert("\x02\x28\x28")));
}

TEST(LiveTraceTest, TellsBothSides) {
  const Recording recording = RecordAll(TlsVersion::kTls1_3);
  for (const Side side : {Side::kClient, Side::kServer}) {
    LiveTrace trace(side);
    int from_client = 0;
    int messages = 0;
    for (const testing::SeenMessage& message :
         side == Side::kClient ? recording.client_messages
                               : recording.server_messages) {
      TlsMessage seen;
      seen.sent = message.sent;
      seen.content_type = message.content_type;
      seen.bytes = absl::MakeConstSpan(
          reinterpret_cast<const uint8_t*>(message.bytes.data()),
          message.bytes.size());
      for (const Event& event : trace.See(seen)) {
        EXPECT_FALSE(IsMalformed(event.field)) << event.field.name;
        if (event.kind != EventKind::kHandshake) continue;
        ++messages;
        if (event.from_client) ++from_client;
      }
    }
    EXPECT_EQ(messages, 12);
    // ClientHello, Certificate, CertificateVerify, Finished.
    EXPECT_EQ(from_client, 4);
  }
}

}  // namespace
}  // namespace airlock::ssl::wire
