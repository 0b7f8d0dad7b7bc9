// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/hostname.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/certificate.h"
#include "ssl/error.h"
#include "tests/support/error_matchers.h"
#include "tests/support/testdata.h"

namespace airlock::ssl {
namespace {

constexpr int kHostnameMismatch = 62;
constexpr int kIpAddressMismatch = 64;

Certificate Load(absl::string_view name) {
  absl::StatusOr<Certificate> certificate = Certificate::FromPem(
      airlock::testing::ReadTestdata(absl::StrCat("certs/", name, ".pem")));
  EXPECT_TRUE(certificate.ok()) << name << ": " << certificate.status();
  return *std::move(certificate);
}

TEST(ParseHostTest, DnsNames) {
  const std::string long_label(63, 'a');
  const std::string longest = absl::StrCat(
      long_label, ".", long_label, ".", long_label, ".", std::string(61, 'b'));
  for (const auto& row : {
           std::make_pair(std::string("Example.COM"),
                          std::string("example.com")),
           std::make_pair(std::string("example.com."),
                          std::string("example.com")),
           std::make_pair(std::string("localhost"), std::string("localhost")),
           std::make_pair(std::string("xn--bcher-kva.test"),
                          std::string("xn--bcher-kva.test")),
           std::make_pair(std::string("_srv.under_score"),
                          std::string("_srv.under_score")),
           std::make_pair(std::string("1.2.3.4.example"),
                          std::string("1.2.3.4.example")),
           std::make_pair(std::string("0x.example"), std::string("0x.example")),
           std::make_pair(longest, longest),
       }) {
    const absl::StatusOr<ReferenceHost> host = ParseHost(row.first);
    ASSERT_TRUE(host.ok()) << row.first << ": " << host.status();
    EXPECT_EQ(host->kind, HostKind::kDnsName) << row.first;
    EXPECT_EQ(host->value, row.second);
  }
}

TEST(ParseHostTest, IpAddresses) {
  struct Row {
    absl::string_view host;
    absl::string_view hex;
  };
  for (const Row& row : {
           Row{"127.0.0.1", "7f000001"},
           Row{"255.255.255.255", "ffffffff"},
           Row{"0.0.0.0", "00000000"},
           Row{"::", "00000000000000000000000000000000"},
           Row{"::1", "00000000000000000000000000000001"},
           Row{"[::1]", "00000000000000000000000000000001"},
           Row{"fe80::1%eth0", "fe800000000000000000000000000001"},
           Row{"[fe80::1%25eth0]", "fe800000000000000000000000000001"},
           Row{"2001:DB8::7", "20010db8000000000000000000000007"},
           Row{"1:2:3:4:5:6:7:8", "00010002000300040005000600070008"},
           Row{"::ffff:192.0.2.1", "00000000000000000000ffffc0000201"},
       }) {
    const absl::StatusOr<ReferenceHost> host = ParseHost(row.host);
    ASSERT_TRUE(host.ok()) << row.host << ": " << host.status();
    EXPECT_EQ(host->kind, HostKind::kIpAddress) << row.host;
    EXPECT_EQ(absl::BytesToHexString(host->value), row.hex) << row.host;
  }
}

TEST(ParseHostTest, Refused) {
  const std::string label64(64, 'a');
  const std::string name254 =
      absl::StrCat(std::string(63, 'a'), ".", std::string(63, 'a'), ".",
                   std::string(63, 'a'), ".", std::string(62, 'a'));
  for (absl::string_view host : {
           absl::string_view(""),
           absl::string_view("."),
           absl::string_view(".."),
           absl::string_view("a..b"),
           absl::string_view(".example"),
           absl::string_view("example.."),
           absl::string_view{label64},
           absl::string_view{name254},
           absl::string_view("good.test\0.evil.test", 20),
           absl::string_view("\0", 1),
           absl::string_view("a b"),
           absl::string_view(" example"),
           absl::string_view("example\n"),
           absl::string_view("*.example.com"),
           absl::string_view("bücher.test"),
           absl::string_view("https://example.com"),
           absl::string_view("example.com:443"),
           absl::string_view("example.com/path"),
           // IPv4 in other forms.
           absl::string_view("127.1"),
           absl::string_view("127.0.0.01"),
           absl::string_view("127.0.0.1."),
           absl::string_view("127.0.0.256"),
           absl::string_view("1.2.3.4.5"),
           absl::string_view("2130706433"),
           absl::string_view("0x7f.1"),
           absl::string_view("0x7f000001"),
           absl::string_view("+1.2.3.4"),
           absl::string_view("1.2.3.+4"),
           // Not IPv6.
           absl::string_view(":"),
           absl::string_view(":::"),
           absl::string_view("1:2:3:4:5:6:7"),
           absl::string_view("1:2:3:4:5:6:7:8:9"),
           absl::string_view("1::2::3"),
           absl::string_view("12345::"),
           absl::string_view("::g"),
           absl::string_view("[::1"),
           absl::string_view("::1]"),
           absl::string_view("[]"),
           absl::string_view("[127.0.0.1]"),
           absl::string_view("[example.com]"),
           absl::string_view("::ffff:192.0.2.01"),
           absl::string_view("::192.0.2.1.5"),
           absl::string_view("%eth0"),
           absl::string_view("fe80::1%"),
           absl::string_view("[fe80::1%]"),
           absl::string_view("fe80::1%eth 0"),
           absl::string_view("[fe80::1%eth\0]", 14),
       }) {
    const absl::StatusOr<ReferenceHost> parsed = ParseHost(host);
    ASSERT_FALSE(parsed.ok()) << absl::CHexEscape(host);
    EXPECT_EQ(GetErrorKind(parsed.status()), ErrorKind::kInvalidArgument);
  }
}

TEST(MatchDnsNameTest, Matches) {
  struct Row {
    absl::string_view pattern;
    absl::string_view host;
  };
  for (const Row& row : {
           Row{"example.com", "example.com"},
           Row{"EXAMPLE.com", "example.COM"},
           Row{"example.com", "example.com."},
           Row{"localhost", "localhost"},
           Row{"*.example.com", "www.example.com"},
           Row{"*.Example.com", "WWW.example.COM."},
           Row{"*.example.com", "xn--bcher-kva.example.com"},
           Row{"*.xn--bcher-kva.test", "www.xn--bcher-kva.test"},
           Row{"under_score.test", "under_score.test"},
       }) {
    EXPECT_TRUE(MatchDnsName(row.pattern, row.host))
        << row.pattern << " " << row.host;
  }
}

TEST(MatchDnsNameTest, DoesNotMatch) {
  struct Row {
    absl::string_view pattern;
    absl::string_view host;
  };
  for (const Row& row : {
           Row{"example.com", "www.example.com"},
           Row{"www.example.com", "example.com"},
           Row{"*.example.com", "example.com"},
           Row{"*.example.com", "a.b.example.com"},
           Row{"*.example.com", ".example.com"},
           Row{"*.example.com", "www.example.org"},
           // Too wide.
           Row{"*", "localhost"},
           Row{"*", "example.com"},
           Row{"*.com", "example.com"},
           Row{"*.", "example."},
           Row{"*..com", "example.com"},
           // Not the whole left-most label.
           Row{"w*.example.com", "www.example.com"},
           Row{"*w.example.com", "www.example.com"},
           Row{"w*w.example.com", "www.example.com"},
           Row{"xn--*.example.com", "xn--bcher-kva.example.com"},
           Row{"www.*.com", "www.example.com"},
           Row{"*.*.com", "www.example.com"},
           Row{"**.example.com", "www.example.com"},
           Row{"*.example.*", "www.example.com"},
           // A pattern must be a host name.
           Row{"", "example.com"},
           Row{"example.com.", "example.com"},
           Row{"*.example.com.", "www.example.com"},
           Row{".example.com", "www.example.com"},
           Row{absl::string_view("good.test\0.evil.test", 20), "good.test"},
           Row{absl::string_view("good.test\0", 10), "good.test"},
           Row{absl::string_view("good.test\0", 10),
               absl::string_view("good.test\0", 10)},
           // An IP address is not a DNS name.
           Row{"127.0.0.1", "127.0.0.1"},
           Row{"*.0.0.1", "127.0.0.1"},
           Row{"::1", "::1"},
           // A pattern is not a host.
           Row{"*.example.com", "*.example.com"},
           Row{"", ""},
       }) {
    EXPECT_FALSE(MatchDnsName(row.pattern, row.host))
        << absl::CHexEscape(row.pattern) << " " << row.host;
  }
}

struct Case {
  absl::string_view certificate;
  absl::string_view host;
};

TEST(MatchHostnameTest, Matches) {
  for (const Case& row : {
           Case{"server_rsa", "localhost"},
           Case{"server_rsa", "LOCALHOST."},
           Case{"server_rsa", "www.wild.test"},
           Case{"server_rsa", "127.0.0.1"},
           Case{"server_rsa", "::1"},
           Case{"server_rsa", "[0:0::1]"},
           Case{"wildcard", "www.example.test"},
           Case{"idn", "xn--bcher-kva.test"},
           Case{"idn", "www.xn--bcher-kva.test"},
           Case{"odd_names", "upper.test"},
           Case{"odd_names", "under_score.test"},
           Case{"ip_only", "192.0.2.7"},
           Case{"many_sans", "two.test"},
           Case{"many_sans", "2001:db8:0::7"},
           Case{"empty_subject", "server.test"},
       }) {
    const absl::Status status = MatchHostname(Load(row.certificate), row.host);
    EXPECT_TRUE(status.ok())
        << row.certificate << " " << row.host << ": " << status;
  }
}

TEST(MatchHostnameTest, DoesNotMatch) {
  for (const Case& row : {
           Case{"wrong_host", "localhost"},
           Case{"wildcard", "example.test"},
           Case{"wildcard", "a.b.example.test"},
           Case{"wildcard_tld", "server.test"},
           Case{"wildcard_tld", "example.com"},
           Case{"wildcard_tld", "localhost"},
           Case{"wildcard_partial", "www.example.test"},
           Case{"wildcard_partial", "abc.example.test"},
           Case{"wildcard_partial", "xn--bcher-kva.example.test"},
           Case{"wildcard_inner", "www.server.test"},
           Case{"odd_names", "server.test"},
           Case{"ip_only", "localhost"},
           Case{"null_in_san", "good.test"},
           Case{"null_in_cn", "good.test"},
           Case{"cn_only", "localhost"},
           Case{"v1_cert", "localhost"},
           Case{"cn_and_other_san", "localhost"},
       }) {
    const absl::Status status = MatchHostname(Load(row.certificate), row.host);
    ASSERT_FALSE(status.ok()) << row.certificate << " " << row.host;
    const Error error = *GetError(status);
    EXPECT_EQ(error.kind, ErrorKind::kHostname);
    EXPECT_EQ(error.verify_code, kHostnameMismatch);
    EXPECT_FALSE(error.verify_message.empty());
    EXPECT_EQ(error.depth, 0);
    EXPECT_EQ(error.subject, Load(row.certificate).subject());
  }
  for (const Case& row : {
           Case{"server_rsa", "127.0.0.2"},
           Case{"server_rsa", "::2"},
           Case{"server_rsa", "::ffff:127.0.0.1"},
           Case{"ip_as_dns", "127.0.0.1"},
           Case{"bad_ip_san", "127.0.0.1"},
           Case{"wildcard_tld", "127.0.0.1"},
       }) {
    const absl::Status status = MatchHostname(Load(row.certificate), row.host);
    ASSERT_FALSE(status.ok()) << row.certificate << " " << row.host;
    EXPECT_EQ(GetErrorKind(status), ErrorKind::kHostname);
    EXPECT_EQ(GetError(status)->verify_code, kIpAddressMismatch);
  }
}

TEST(MatchHostnameTest, AnInvalidHostIsAnInvalidArgument) {
  for (absl::string_view host : {"", "*.wild.test", "127.1", "a b"}) {
    EXPECT_EQ(GetErrorKind(MatchHostname(Load("server_rsa"), host)),
              ErrorKind::kInvalidArgument)
        << host;
  }
}

TEST(MatchHostnameTest, CommonNameFallback) {
  HostnameOptions options;
  options.common_name_fallback = true;
  EXPECT_TRUE(MatchHostname(Load("cn_only"), "localhost", options).ok());
  EXPECT_TRUE(MatchHostname(Load("v1_cert"), "LocalHost", options).ok());
  EXPECT_FALSE(MatchHostname(Load("cn_only"), "other", options).ok());
  EXPECT_FALSE(MatchHostname(Load("cn_only"), "127.0.0.1", options).ok());
  // Only without another name.
  EXPECT_FALSE(
      MatchHostname(Load("cn_and_other_san"), "localhost", options).ok());
  EXPECT_FALSE(MatchHostname(Load("null_in_cn"), "good.test", options).ok());
}

TEST(MatchHostnameTest, TheErrorListsTheNames) {
  const absl::Status wrong = MatchHostname(Load("many_sans"), "three.test");
  EXPECT_THAT(wrong, ErrorIs(ErrorKind::kHostname, "three.test"));
  for (const char* name :
       {"one.test", "two.test", "192.0.2.7", "2001:DB8:0:0:0:0:0:7"}) {
    EXPECT_THAT(wrong, Quotes(name));
  }
  const absl::Status nul = MatchHostname(Load("null_in_san"), "good.test");
  EXPECT_THAT(nul, ErrorIs(ErrorKind::kHostname, "good.test"));
  EXPECT_THAT(nul, Quotes("good.test\\x00.evil.test"));
  const absl::Status none = MatchHostname(Load("cn_only"), "localhost");
  EXPECT_THAT(none, ErrorIs(ErrorKind::kHostname, "localhost"));
}

// This differs from having no names at all.
TEST(MatchHostnameTest, AMalformedExtensionFailsClosed) {
  std::string der(Load("wildcard").der());
  const size_t san = der.find("*.example.test");
  ASSERT_NE(san, std::string::npos);
  der[san - 4] = '\x31';  // A SET instead of a SEQUENCE.
  const absl::StatusOr<Certificate> certificate = Certificate::FromDer(der);
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  HostnameOptions options;
  options.common_name_fallback = true;
  for (absl::string_view host : {"www.example.test", "wildcard"}) {
    const absl::Status status = MatchHostname(*certificate, host, options);
    ASSERT_FALSE(status.ok()) << host;
    EXPECT_THAT(status, ErrorIs(ErrorKind::kHostname, std::string(host)));
  }
}

}  // namespace
}  // namespace airlock::ssl
