// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/wire/extensions.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/recording.h"

namespace airlock::ssl::wire {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Place = ExtensionPlace;

// Name, value, items, and problem, on one line.
std::string Text(const Field& field) {
  std::vector<std::string> items;
  for (const Field& item : field.fields) {
    items.push_back(absl::StrCat(item.name, item.name.empty() ? "" : "=",
                                 item.value, item.problem));
  }
  return absl::StrCat(field.name, ": ", field.value, absl::StrJoin(items, ", "),
                      field.problem.empty() ? "" : " !", field.problem);
}

struct Row {
  uint16_t type;
  const char* hex;
  Place place;
  const char* text;
};

class ExtensionsTest : public ::testing::TestWithParam<Row> {};

TEST_P(ExtensionsTest, AreDecoded) {
  const Row& row = GetParam();
  const std::string data = testing::FromHex(row.hex);
  const Field field = DecodeExtension(row.type, data, row.place);
  EXPECT_EQ(Text(field), row.text);
  EXPECT_FALSE(IsMalformed(field));
}

// Cut off anywhere, or with a byte too many: marked, unless the rest is
// well-formed on its own.
TEST_P(ExtensionsTest, AreMarkedIfMalformed) {
  const Row& row = GetParam();
  const std::string data = testing::FromHex(row.hex);
  const std::string longer = data + '\x7f';
  const Field field = DecodeExtension(row.type, longer, row.place);
  const bool takes_all = row.type == 35 || row.type == 0x1234 ||
                         row.type == 65037 || row.type == 0x0a0a;
  EXPECT_EQ(IsMalformed(field), !takes_all) << Text(field);
  if (!takes_all) {
    EXPECT_EQ(field.bytes, longer.substr(0, kMaxFieldBytes));
    EXPECT_EQ(field.size, longer.size());
  }
  for (size_t size = 1; size < data.size(); ++size) {
    const Field cut = DecodeExtension(
        row.type, absl::string_view(data).substr(0, size), row.place);
    const bool may_be_shorter = takes_all || row.type == 21;
    EXPECT_EQ(IsMalformed(cut), !may_be_shorter) << Text(cut);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, ExtensionsTest,
    ::testing::Values(
        Row{0, "000c0000096c6f63616c686f7374", Place::kClientHello,
            "server_name (0): localhost"},
        Row{0, "", Place::kServerHello, "server_name (0): "},
        Row{1, "02", Place::kClientHello,
            "max_fragment_length (1): 1024 bytes"},
        Row{5, "0100000000", Place::kClientHello, "status_request (5): OCSP"},
        Row{5, "", Place::kServerHello, "status_request (5): "},
        Row{5, "01000003303132", Place::kCertificate,
            "status_request (5): OCSP response, 3 bytes"},
        Row{10, "0006001d0a0a1234", Place::kClientHello,
            "supported_groups (10): x25519 (0x001d), GREASE (0x0a0a), unknown "
            "(0x1234)"},
        Row{11, "0100", Place::kClientHello,
            "ec_point_formats (11): uncompressed (0x00)"},
        Row{13, "000408040807", Place::kClientHello,
            "signature_algorithms (13): rsa_pss_rsae_sha256 (0x0804), ed25519 "
            "(0x0807)"},
        Row{16, "000c02683208687474702f312e31", Place::kClientHello,
            "application_layer_protocol_negotiation (16): h2, http/1.1"},
        Row{21, "00000000", Place::kClientHello, "padding (21): 4 bytes"},
        Row{23, "", Place::kClientHello, "extended_master_secret (23): "},
        Row{27, "0400020001", Place::kClientHello,
            "compress_certificate (27): brotli (0x0002), zlib (0x0001)"},
        Row{28, "4001", Place::kClientHello,
            "record_size_limit (28): 16385 bytes"},
        Row{35, "", Place::kClientHello, "session_ticket (35): empty"},
        Row{41,
            "000a0004aabbccdd000000010021"
            "2000000000000000000000000000000000000000000000000000000000000"
            "00000",
            Place::kClientHello,
            "pre_shared_key (41): identity=4 bytes, binder=32 bytes"},
        Row{41, "0001", Place::kServerHello, "pre_shared_key (41): identity 1"},
        Row{42, "", Place::kClientHello, "early_data (42): "},
        Row{42, "00004000", Place::kNewSessionTicket,
            "early_data (42): up to 16384 bytes"},
        Row{43, "0403040303", Place::kClientHello,
            "supported_versions (43): TLS 1.3 (0x0304), TLS 1.2 (0x0303)"},
        Row{43, "0304", Place::kServerHello,
            "supported_versions (43): TLS 1.3 (0x0304)"},
        Row{44, "0003aabbcc", Place::kHelloRetryRequest,
            "cookie (44): 3 bytes"},
        Row{45, "0101", Place::kClientHello,
            "psk_key_exchange_modes (45): psk_dhe_ke (0x01)"},
        Row{47, "0011000f300d310b300906035504030c026361",
            Place::kCertificateRequest, "certificate_authorities (47): CN=ca"},
        Row{51, "0006001d0002aabb", Place::kClientHello,
            "key_share (51): x25519 (0x001d), 2 bytes"},
        Row{51, "001d0002aabb", Place::kServerHello,
            "key_share (51): x25519 (0x001d), 2 byteskey_exchange="},
        Row{51, "0017", Place::kHelloRetryRequest,
            "key_share (51): secp256r1 (0x0017)"},
        Row{65281, "00", Place::kClientHello,
            "renegotiation_info (65281): first handshake"},
        Row{0x0a0a, "00", Place::kClientHello, "GREASE (2570): "},
        Row{0x1234, "0102", Place::kClientHello, "unknown extension (4660): "},
        Row{65037, "00010203", Place::kClientHello,
            "encrypted_client_hello (65037): "}));

TEST(ExtensionTest, AnUnknownOneHasItsBytes) {
  const Field field = DecodeExtension(0x1234, "abc", Place::kClientHello);
  EXPECT_EQ(field.bytes, "abc");
  EXPECT_EQ(field.size, 3u);
  EXPECT_FALSE(IsMalformed(field));
}

TEST(ExtensionTest, NamesCannotControlATerminal) {
  const std::string name = "a\x1b[31m\n\xe2\x80\xae";
  const std::string data =
      absl::StrCat(std::string("\0\x0c\0\0\x09", 5), name.substr(0, 9));
  const Field field = DecodeExtension(0, data, Place::kClientHello);
  for (const char c : Text(field)) EXPECT_TRUE(c >= ' ' && c <= '~') << c;
}

TEST(ExtensionTest, TicketsAndIdentitiesAreNotShown) {
  const std::string ticket(48, 'T');
  const Field field = DecodeExtension(35, ticket, Place::kClientHello);
  EXPECT_THAT(field.value, HasSubstr("48 bytes, sha256 "));
  EXPECT_EQ(field.size, 0u);
  EXPECT_THAT(Text(field), Not(HasSubstr("TTTT")));
}

TEST(ExtensionTest, LongListsAreCut) {
  std::string data("\xff\xfe", 2);
  data.append(0xfffe, '\x13');
  const Field field = DecodeExtension(10, data, Place::kClientHello);
  EXPECT_EQ(field.fields.size(), kMaxItems + 1);
  EXPECT_EQ(field.fields.back().value, "and 32511 more");
}

}  // namespace
}  // namespace airlock::ssl::wire
