// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/policy_file.h"

#include <regex>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/civil_time.h"
#include "config/policy_report.h"
#include "gtest/gtest.h"
#include "tests/support/testdata.h"

namespace airlock::config {
namespace {

constexpr char kPin[] = "sha256/iFvwVyJSxnQdyaUvUERIf+8qk7gRze3612JMwoO3zdU=";

// The policy's settings, one line for each: "verification enforce 2:17".
std::string Stated(const VerificationPolicy& policy) {
  std::vector<std::string> lines;
  for (const PolicyRow& row : PolicyRows(policy)) {
    if (row.origin.source == Origin::Source::kBuiltIn) continue;
    EXPECT_EQ(row.origin.source, Origin::Source::kPolicyFile);
    EXPECT_EQ(row.origin.name, "a.yaml");
    lines.push_back(absl::StrCat(row.setting, " ", row.value, " ",
                                 row.origin.line, ":", row.origin.column));
  }
  return absl::StrJoin(lines, "\n");
}

struct Row {
  std::string name;
  // The text after "tls:\n  " (kTls), a whole file, or a file's name.
  enum { kTls, kWhole, kFile } form;
  std::string input;
  // The policy's settings, or the whole error.
  std::string expected;

  std::string Content() const {
    switch (form) {
      case kTls:
        return absl::StrCat("tls:\n  ", input, "\n");
      case kFile:
        return testing::ReadTestdata(absl::StrCat("config/", input));
      default:
        return input;
    }
  }
};

class GoodPolicyTest : public ::testing::TestWithParam<Row> {};

TEST_P(GoodPolicyTest, StatesThis) {
  const absl::StatusOr<VerificationPolicy> policy = ParsePolicyFile(
      GetParam().Content(), "a.yaml", absl::CivilDay(2026, 6, 30));
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(Stated(*policy), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table, GoodPolicyTest,
    ::testing::ValuesIn(std::vector<Row>{
        {"Sample", Row::kFile, "policy.yaml",
         absl::StrCat("verification enforce 3:17\n"
                      "on_override reject 4:16\n"
                      "hostname required 5:13\n"
                      "minimum_version TLSv1.2 6:20\n"
                      "ca_certs /etc/ca-certificates.crt 7:13\n"
                      "key_log forbid 8:12\n"
                      "exception *.corp.internal ca_certs /etc/corp-ca.pem "
                      "10:13\n"
                      "exception legacy.example minimum_version TLSv1, pins ",
                      kPin, ", until 2127-06-30 12:13")},
        {"Minimal", Row::kFile, "policy_minimal.yaml",
         "verification default 2:17"},
        {"Spiffe", Row::kTls,
         "trust_domains: {example.org: /a, b: /c}\n"
         "  client_spiffe_ids: [spiffe://example.org/a, 'spiffe://b/**']\n"
         "  exceptions:\n"
         "  - host: c\n    server_spiffe_ids: [spiffe://b/c]",
         "trust_domains example.org=/a b=/c 2:18\n"
         "client_spiffe_ids spiffe://example.org/a spiffe://b/** 3:22\n"
         "exception c server_spiffe_ids spiffe://b/c 5:11"},
        {"Off", Row::kTls, "verification: off", "verification off 2:17"},
        {"Quoted", Row::kTls, "verification: \"off\"", "verification off 2:17"},
        {"EnforceAlone", Row::kTls, "verification: enforce",
         "verification enforce 2:17\nminimum_version TLSv1.2 2:17"},
        {"EnforceWithLower", Row::kTls,
         "{verification: enforce, minimum_version: TLSv1}",
         "verification enforce 2:18\nminimum_version TLSv1 2:44"},
        {"Lax", Row::kTls,
         "{on_override: upgrade, hostname: optional, key_log: allow}",
         "on_override upgrade 2:17\nhostname optional 2:36\n"
         "key_log allow 2:55"},
        {"Version11", Row::kTls, "minimum_version: TLSv1.1",
         "minimum_version TLSv1.1 2:20"},
        {"Version13", Row::kTls, "minimum_version: 'TLSv1.3'",
         "minimum_version TLSv1.3 2:20"},
        {"Json", Row::kWhole, "{\"tls\": {\"verification\": \"default\"}}",
         "verification default 1:26"},
        {"NoExceptions", Row::kTls, "exceptions: []", ""},
        {"Hosts", Row::kTls,
         "exceptions: [{host: LOCALHOST., ca_certs: /a}, {host: 192.0.2.1, "
         "ca_certs: /b}, {host: '2001:DB8:0::1', ca_certs: /c}, {host: "
         "a_b.xn--e1aybc.example, ca_certs: /d}, {host: -a-.example, "
         "ca_certs: /e}]",
         "exception localhost ca_certs /a 2:23\n"
         "exception 192.0.2.1 ca_certs /b 2:57\n"
         "exception 2001:db8::1 ca_certs /c 2:90\n"
         "exception a_b.xn--e1aybc.example ca_certs /d 2:129\n"
         "exception -a-.example ca_certs /e 2:175"},
        {"NameAndSuffix", Row::kTls,
         "exceptions: [{host: a.b.c, ca_certs: /a}, {host: '*.b.c', ca_certs: "
         "/b}]",
         "exception a.b.c ca_certs /a 2:23\nexception *.b.c ca_certs /b 2:52"},
        {"ExpiresToday", Row::kTls,
         "exceptions: [{host: a, ca_certs: /a, expires: 2026-06-30}]",
         "exception a ca_certs /a, until 2026-06-30 2:23"},
        {"LowerThanNothing", Row::kTls,
         "exceptions: [{host: a, minimum_version: TLSv1.2}]",
         "exception a minimum_version TLSv1.2 2:23"},
        {"HigherBesidePins", Row::kTls,
         absl::StrCat("exceptions: [{host: a, minimum_version: TLSv1.3, pins: "
                      "[",
                      kPin, "]}]\n  verification: enforce"),
         absl::StrCat("verification enforce 3:17\n"
                      "minimum_version TLSv1.2 3:17\n"
                      "exception a minimum_version TLSv1.3, pins ",
                      kPin, " 2:23")},
        {"TwoPins", Row::kTls,
         absl::StrCat("exceptions: [{host: a, pins: [", kPin,
                      ", sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
                      "]}]"),
         absl::StrCat("exception a pins ", kPin,
                      " sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= "
                      "2:23")},
    }),
    [](const auto& row) { return row.param.name; });

class BadPolicyTest : public ::testing::TestWithParam<Row> {};

TEST_P(BadPolicyTest, IsThisError) {
  const absl::Status status = ParsePolicyFile(GetParam().Content(), "a.yaml",
                                              absl::CivilDay(2026, 6, 30))
                                  .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), absl::StrCat("a.yaml:", GetParam().expected));
}

// An exception for "a" and this text, at 2:16; `more` is at 2:25.
Row Exception(std::string name, absl::string_view more, std::string expected) {
  return {std::move(name), Row::kTls,
          absl::StrCat("exceptions: [{host: a, ", more, "}]"),
          std::move(expected)};
}

// An exception for `host`, at 2:22.
Row Host(std::string name, absl::string_view host, absl::string_view shown,
         absl::string_view complaint) {
  return {
      std::move(name), Row::kTls,
      absl::StrCat("exceptions: [{host: ", host, ", ca_certs: /a}]"),
      absl::StrCat("2:23: \"", shown,
                   "\" is not a DNS name, a \"*.\" pattern or an IP address: ",
                   complaint)};
}

INSTANTIATE_TEST_SUITE_P(
    Structure, BadPolicyTest,
    ::testing::ValuesIn(std::vector<Row>{
        {"Sample", Row::kFile, "policy_broken.yaml",
         "7:3: unknown key \"ca_cert\"; did you mean \"ca_certs\"?"},
        {"Empty", Row::kWhole, "",
         "1:1: the policy is empty; to have no policy, remove the file"},
        {"Comment", Row::kWhole, "# tls:\n",
         "1:1: the policy is empty; to have no policy, remove the file"},
        {"Null", Row::kWhole, "\n~\n",
         "2:1: the policy is empty; to have no policy, remove the file"},
        {"Text", Row::kWhole, "tls\n",
         "1:1: the policy must be a mapping, not a single value"},
        {"List", Row::kWhole, "- tls\n",
         "1:1: the policy must be a mapping, not a list"},
        {"EmptyMapping", Row::kWhole, "{}", "1:1: the policy has no \"tls\""},
        {"NoTls", Row::kWhole, "ssl: {}\n",
         "1:1: unknown key \"ssl\"; the policy accepts \"tls\""},
        {"OtherKey", Row::kWhole, "tls: {verification: off}\nhttp: 1\n",
         "2:1: unknown key \"http\"; the policy accepts \"tls\""},
        {"EmptyTls", Row::kWhole, "tls:\n",
         "1:1: \"tls\" must be a mapping, not null"},
        {"NothingStated", Row::kWhole, "tls: {}\n",
         "1:6: \"tls\" is empty; it may contain \"verification\", "
         "\"on_override\", \"hostname\", \"minimum_version\", \"ca_certs\", "
         "\"key_log\", \"security_level\", \"profile\", \"verify_flags\", "
         "\"partial_chain\", \"verify_depth\", \"groups\", "
         "\"post_quantum\", \"ech\", \"psk\", \"application_cas\", "
         "\"trust_domains\", "
         "\"client_spiffe_ids\", \"expiry_warning\" and \"exceptions\""},
        {"Misspelt", Row::kTls, "verfication: off",
         "2:3: unknown key \"verfication\"; did you mean \"verification\"?"},
        {"Unknown", Row::kTls, "ciphers: HIGH",
         "2:3: unknown key \"ciphers\"; \"tls\" accepts \"verification\", "
         "\"on_override\", \"hostname\", \"minimum_version\", \"ca_certs\", "
         "\"key_log\", \"security_level\", \"profile\", \"verify_flags\", "
         "\"partial_chain\", \"verify_depth\", \"groups\", "
         "\"post_quantum\", \"ech\", \"psk\", \"application_cas\", "
         "\"trust_domains\", "
         "\"client_spiffe_ids\", \"expiry_warning\" and \"exceptions\""},
        {"Duplicate", Row::kTls, "hostname: optional\n  hostname: required",
         "3:3: duplicate key \"hostname\"; the first is on line 2"},
        {"Alias", Row::kTls, "ca_certs: *bundle",
         "2:13: aliases (\"*\") are not allowed; repeat the value here"},
    }),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Settings, BadPolicyTest,
    ::testing::ValuesIn(std::vector<Row>{
        {"Verification", Row::kTls, "verification: enforced",
         "2:17: verification is \"enforced\", which is not one of \"off\", "
         "\"default\" and \"enforce\"; did you mean \"enforce\"?"},
        {"Boolean", Row::kTls, "verification: true",
         "2:17: verification is \"true\", which is not one of \"off\", "
         "\"default\" and \"enforce\"; write one of them"},
        {"Case", Row::kTls, "verification: Off",
         "2:17: verification is \"Off\", which is not one of \"off\", "
         "\"default\" and \"enforce\"; did you mean \"off\"?"},
        {"EmptyText", Row::kTls, "verification: ''",
         "2:17: verification is an empty string"},
        {"Nothing", Row::kTls,
         "verification:", "2:3: verification must be a single value, not null"},
        {"Tilde", Row::kTls, "verification: ~",
         "2:17: verification must be a single value, not null"},
        {"List", Row::kTls, "verification: [off]",
         "2:17: verification must be a single value, not a list"},
        {"Mapping", Row::kTls, "verification: {off: 1}",
         "2:17: verification must be a single value, not a mapping"},
        {"OnOverride", Row::kTls, "on_override: refuse",
         "2:16: on_override is \"refuse\", which is not one of \"upgrade\" and "
         "\"reject\"; write one of them"},
        {"Hostname", Row::kTls, "hostname: require",
         "2:13: hostname is \"require\", which is not one of \"optional\" and "
         "\"required\"; did you mean \"required\"?"},
        {"Version", Row::kTls, "minimum_version: TLSv1.0",
         "2:20: minimum_version is \"TLSv1.0\", which is not one of \"TLSv1\", "
         "\"TLSv1.1\", \"TLSv1.2\" and \"TLSv1.3\"; did you mean \"TLSv1.1\"?"},
        {"Float", Row::kTls, "minimum_version: 1.2",
         "2:20: minimum_version is \"1.2\", which is not one of \"TLSv1\", "
         "\"TLSv1.1\", \"TLSv1.2\" and \"TLSv1.3\"; write one of them"},
        {"PostQuantum", Row::kTls, "post_quantum: required",
         "2:17: post_quantum is \"required\", which is not one of \"allow\", "
         "\"prefer\" and \"require\"; did you mean \"require\"?"},
        {"PostQuantumWithoutItsGroup", Row::kTls,
         "groups: [X25519]\n  post_quantum: prefer",
         "3:17: post_quantum is \"prefer\", but the list \"groups\" lacks "
         "X25519MLKEM768; add it, or leave one of the two out"},
        {"KeyLog", Row::kTls, "key_log: no",
         "2:12: key_log is \"no\", which is not one of \"allow\" and "
         "\"forbid\"; write one of them"},
        {"RelativePath", Row::kTls, "ca_certs: etc/ca.pem",
         "2:13: ca_certs is \"etc/ca.pem\"; it must be an absolute path"},
        {"NulInPath", Row::kTls, "ca_certs: \"/etc/ca.pem\\0\"",
         "2:13: ca_certs is \"/etc/ca.pem\\x00\"; a path cannot contain "
         "control characters"},
        {"PathList", Row::kTls, "ca_certs: [/a]",
         "2:13: ca_certs must be a single value, not a list"},
        {"FirstOfTwo", Row::kTls, "key_log: no\n  verification: on",
         "3:17: verification is \"on\", which is not one of \"off\", "
         "\"default\" and \"enforce\"; write one of them"},
    }),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Exceptions, BadPolicyTest,
    ::testing::ValuesIn(std::vector<Row>{
        {"Nothing", Row::kTls,
         "exceptions:", "2:3: \"exceptions\" must be a list, not null"},
        {"Mapping", Row::kTls, "exceptions: {host: a, ca_certs: /a}",
         "2:15: \"exceptions\" must be a list, not a mapping"},
        {"Item", Row::kTls, "exceptions: [a]",
         "2:16: an exception must be a mapping, not a single value"},
        {"NoHost", Row::kTls, "exceptions: [{ca_certs: /a}]",
         "2:16: an exception must name its \"host\""},
        {"HostList", Row::kTls, "exceptions: [{host: [a], ca_certs: /a}]",
         "2:23: host must be a single value, not a list"},
        Exception("Key", "ca_cert: /a",
                  "2:26: unknown key \"ca_cert\"; did you mean \"ca_certs\"?"),
        Exception("Verification", "verification: off",
                  "2:26: unknown key \"verification\"; an exception accepts "
                  "\"host\", \"ca_certs\", \"minimum_version\", "
                  "\"security_level\", \"profile\", \"post_quantum\", "
                  "\"ech\", \"pins\", \"server_spiffe_ids\" and \"expires\""),
        Exception("SpiffeAndBundle",
                  "ca_certs: /a, server_spiffe_ids: [spiffe://b/c]",
                  "2:59: ca_certs has no effect together with "
                  "server_spiffe_ids, where the bundles in \"trust_domains\" "
                  "decide; remove one of the two"),
        Exception("NoServerId", "server_spiffe_ids: []",
                  "2:45: an empty list allows no peer; add a SPIFFE ID, or "
                  "leave \"server_spiffe_ids\" out"),
        Exception("ServerIdTwice",
                  "server_spiffe_ids: [spiffe://b/c, spiffe://b/c]",
                  "2:60: this SPIFFE ID is already in the list"),
        {"NoTrustDomain", Row::kTls, "trust_domains: {}",
         "2:18: there is no trust domain; add one, as in \"example.org: "
         "/etc/bundle.pem\", or leave \"trust_domains\" out"},
        {"TrustDomainList", Row::kTls, "trust_domains: [a]",
         "2:18: trust_domains must be a mapping, not a list"},
        {"RelativeBundle", Row::kTls, "trust_domains: {b: c}",
         "2:22: the bundle of the trust domain \"b\" is \"c\"; it must be an "
         "absolute path"},
        Exception("RelativePath", "ca_certs: a",
                  "2:36: ca_certs is \"a\"; it must be an absolute path"),
        Exception("Version", "minimum_version: SSLv3",
                  "2:43: minimum_version is \"SSLv3\", which is not one of "
                  "\"TLSv1\", \"TLSv1.1\", \"TLSv1.2\" and \"TLSv1.3\"; write "
                  "one of them"),
        Exception("Expired", "ca_certs: /a, expires: 2026-06-29",
                  "2:49: this exception expired on 2026-06-29, and today is "
                  "2026-06-30; remove it, or give it a new date"),
        Exception("NoDate", "ca_certs: /a, expires: 30 June 2027",
                  "2:49: expires is \"30 June 2027\"; it must be a date, such "
                  "as 2027-06-30"),
        Exception("NoSuchDate", "ca_certs: /a, expires: 2027-02-29",
                  "2:49: expires is \"2027-02-29\"; it must be a date, such as "
                  "2027-06-30"),
        Exception("ShortDate", "ca_certs: /a, expires: 2027-6-30",
                  "2:49: expires is \"2027-6-30\"; it must be a date, such as "
                  "2027-06-30"),
        Exception("LongDate", "ca_certs: /a, expires: 12027-06-30",
                  "2:49: expires is \"12027-06-30\"; it must be a date, such "
                  "as 2027-06-30"),
        Exception("Time", "ca_certs: /a, expires: 2027-06-30T12:00",
                  "2:49: expires is \"2027-06-30T12:00\"; it must be a date, "
                  "such as 2027-06-30"),
        Exception(
            "RelaxesNothing", "expires: 2027-06-30",
            "2:16: the exception for \"a\" relaxes nothing; remove it, "
            "or give it another ca_certs or ech, a lower minimum_version, "
            "security_level or post_quantum, the profile "
            "\"compatible\", pins or server_spiffe_ids"),
        {"SameAsPolicy", Row::kTls,
         "minimum_version: TLSv1.2\n  ca_certs: /a\n  exceptions:\n"
         "  - host: '*.b.c'\n    minimum_version: TLSv1.2\n    ca_certs: /a",
         "5:5: the exception for \"*.b.c\" relaxes nothing; remove it, or give "
         "it another ca_certs or ech, a lower minimum_version, security_level "
         "or "
         "post_quantum, the profile \"compatible\", pins or server_spiffe_ids"},
        {"SameAsEnforce", Row::kTls,
         "verification: enforce\n  exceptions:\n"
         "  - host: b\n    minimum_version: TLSv1.2",
         "4:5: the exception for \"b\" relaxes nothing; remove it, or give it "
         "another ca_certs or ech, a lower minimum_version, security_level or "
         "post_quantum, the profile \"compatible\", pins or server_spiffe_ids"},
        {"Twice", Row::kTls,
         "exceptions:\n  - host: B.example\n    ca_certs: /a\n"
         "  - host: b.example.\n    ca_certs: /b",
         "5:11: a second exception for \"b.example\"; the first is on line 3"},
        {"AddressTwice", Row::kTls,
         "exceptions:\n  - host: '::1'\n    ca_certs: /a\n"
         "  - host: 0:0:0:0:0:0:0:1\n    ca_certs: /b",
         "5:11: a second exception for \"::1\"; the first is on line 3"},
    }),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Pins, BadPolicyTest,
    ::testing::ValuesIn(std::vector<Row>{
        Exception("Text", "pins: sha256/AA==",
                  "2:32: pins must be a list, not a single value"),
        Exception("Empty", "pins: []",
                  "2:32: an empty list of pins matches no host; write a pin, "
                  "or leave \"pins\" out"),
        Exception("Null", "pins: [~]",
                  "2:33: a pin must be a single value, not null"),
        Exception("Short", "pins: [sha256/iFvwVyJSxnQdyaUvUERIf+8qk7g=]",
                  "2:33: the pin \"sha256/iFvwVyJSxnQdyaUvUERIf+8qk7g=\" has "
                  "20 bytes; a SHA-256 hash has 32, 44 characters in base64"),
        Exception("Unpadded",
                  "pins: [sha256/iFvwVyJSxnQdyaUvUERIf+8qk7gRze3612JMwoO3zdU]",
                  "2:33: the pin "
                  "\"sha256/iFvwVyJSxnQdyaUvUERIf+8qk7gRze3612JMwoO3zdU\" is "
                  "not valid base64 after \"sha256/\""),
        Exception("SpareBits",
                  "pins: [sha256/iFvwVyJSxnQdyaUvUERIf+8qk7gRze3612JMwoO3zdV="
                  "]",
                  "2:33: the pin "
                  "\"sha256/iFvwVyJSxnQdyaUvUERIf+8qk7gRze3612JMwoO3zdV=\" is "
                  "not valid base64 after \"sha256/\""),
        Exception("Dots", "pins: [\"sha256/...\"]",
                  "2:33: the pin \"sha256/...\" is not valid base64 after "
                  "\"sha256/\""),
        Exception("WebSafe",
                  "pins: [sha256/iFvwVyJSxnQdyaUvUERIf-8qk7gRze3612JMwoO3zdU="
                  "]",
                  "2:33: the pin "
                  "\"sha256/iFvwVyJSxnQdyaUvUERIf-8qk7gRze3612JMwoO3zdU=\" is "
                  "not valid base64 after \"sha256/\""),
        Exception("Sha1", "pins: [sha1/AAAA]",
                  "2:33: the pin \"sha1/AAAA\" does not begin with "
                  "\"sha256/\""),
        Exception("Twice", absl::StrCat("pins: [", kPin, ", ", kPin, "]"),
                  "2:86: this pin is already in the list"),
    }),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Hosts, BadPolicyTest,
    ::testing::ValuesIn(std::vector<Row>{
        Host("Star", "'*'", "*", "\"*\" is not a valid DNS label"),
        Host("Top", "'*.com'", "*.com",
             "it is too broad; at least two labels must follow \"*.\""),
        Host("Inner", "'a.*.example.com'", "a.*.example.com",
             "\"*\" is not a valid DNS label"),
        Host("Partial", "'a*.example.com'", "a*.example.com",
             "\"a*\" is not a valid DNS label"),
        Host("Two", "'*.*.example.com'", "*.*.example.com",
             "\"*\" is not a valid DNS label"),
        Host("Dots", "a..example", "a..example",
             "\"\" is not a valid DNS label"),
        Host("Dot", ".", ".", "\"\" is not a valid DNS label"),
        Host("Zone", "'fe80::1%eth0'", "fe80::1%eth0",
             "\"fe80::1%eth0\" is not a valid DNS label"),
        Host("Space", "a b", "a b", "\"a b\" is not a valid DNS label"),
        Host("Url", "https://a", "https://a",
             "\"https://a\" is not a valid DNS label"),
        Host("Port", "'a.example:443'", "a.example:443",
             "\"example:443\" is not a valid DNS label"),
        Host("ULabel", "\xC3\xA9.example", "\\xc3\\xa9.example",
             "it is not ASCII; write it as A-labels (\"xn--...\"), as "
             "certificates do"),
        Host("LongLabel", std::string(64, 'a'), std::string(64, 'a'),
             absl::StrCat("\"", std::string(64, 'a'),
                          "\" is not a valid DNS label")),
        Host("ShortAddress", "127.1", "127.1",
             "it ends in a number, but is not an IP address"),
        Host("WrongAddress", "256.1.1.1", "256.1.1.1",
             "it ends in a number, but is not an IP address"),
        Host("Network", "192.0.2.0/24", "192.0.2.0/24",
             "\"0/24\" is not a valid DNS label"),
        Host("Nul", "\"a\\0\"", "a\\x00",
             "\"a\\x00\" is not a valid DNS label"),
    }),
    [](const auto& row) { return row.param.name; });

TEST(PolicyFileTest, AcceptsTheExampleOfTheReadme) {
  const std::string readme = testing::ReadTestdata("../README.md");
  const size_t begin = readme.find("```yaml\n");
  ASSERT_NE(begin, std::string::npos);
  const size_t end = readme.find("```\n", begin + 8);
  const std::string content = absl::StrReplaceAll(
      readme.substr(begin + 8, end - begin - 8), {{"sha256/...", kPin}});
  const absl::StatusOr<VerificationPolicy> policy =
      ParsePolicyFile(content, "a.yaml", absl::CivilDay(2026, 6, 30));
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->exceptions.size(), 3);
  EXPECT_EQ(policy->trust_domains.value.size(), 1);
}

// The words of `text` that `pattern` finds, whose first group is one.
std::set<std::string> Found(const std::string& text, const char* pattern) {
  const std::regex expression(pattern);
  std::set<std::string> result;
  for (std::sregex_iterator match(text.begin(), text.end(), expression), end;
       match != end; ++match) {
    result.insert((*match)[1]);
  }
  return result;
}

TEST(PolicyFileTest, TheManualPageHasTheKeysOfTheReadme) {
  const std::string readme = testing::ReadTestdata("../README.md");
  const size_t begin = readme.find("```yaml\n");
  ASSERT_NE(begin, std::string::npos);
  const std::string example =
      readme.substr(begin, readme.find("```\n", begin + 8) - begin);
  const std::string page = testing::ReadTestdata("../packaging/airlock.yaml.5");
  const size_t exceptions = page.find(".TP\n.B exceptions\n");
  ASSERT_NE(exceptions, std::string::npos);
  const size_t after = page.find(".SH EXAMPLE", exceptions);
  ASSERT_NE(after, std::string::npos);

  const std::set<std::string> keys = Found(example, "\n  ([a-z_]+):");
  EXPECT_GE(keys.size(), 14);
  std::set<std::string> described = Found(
      page.substr(0, exceptions), "\n\\.TP\n\\.B[IR] \"?([a-z_]+)(?: \"|: )");
  described.insert("exceptions");
  EXPECT_EQ(described, keys);

  const std::set<std::string> parts =
      Found(example, "\n    (?:- |  )([a-z_]+):");
  EXPECT_GE(parts.size(), 6);
  EXPECT_EQ(Found(page.substr(exceptions + 16, after - exceptions - 16),
                  "\n\\.BR? ([a-z_]+)"),
            parts);
}

TEST(PolicyFileTest, AcceptsTheExampleOfThePinningPage) {
  const std::string page = testing::ReadTestdata("../docs/howto/pinning.md");
  const size_t begin = page.find("```yaml\n");
  ASSERT_NE(begin, std::string::npos);
  const size_t end = page.find("```\n", begin + 8);
  const absl::StatusOr<VerificationPolicy> policy =
      ParsePolicyFile(page.substr(begin + 8, end - begin - 8), "a.yaml",
                      absl::CivilDay(2026, 6, 30));
  ASSERT_TRUE(policy.ok()) << policy.status();
  ASSERT_EQ(policy->exceptions.size(), 1);
  EXPECT_EQ(policy->exceptions[0].settings.pins.value.size(), 1);
}

}  // namespace
}  // namespace airlock::config
