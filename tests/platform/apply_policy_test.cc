// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/apply_policy.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "config/effective_policy.h"
#include "config/policy_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "tests/support/error_matchers.h"

namespace airlock::platform {
namespace {

using ssl::ErrorKind;
using ssl::Protocol;
using ssl::Side;
using ssl::TlsVersion;
using ssl::VerifyMode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

config::VerificationPolicy Policy(absl::string_view word) {
  config::EnvironmentMap environment;
  if (!word.empty()) environment["AIRLOCK_VERIFY"] = std::string(word);
  return config::EffectivePolicy({*config::ParseEnvironment(environment)});
}

// An operator's file with this content.
config::VerificationPolicy File(absl::string_view tls) {
  const auto policy = config::ParsePolicyFile(absl::StrCat("tls: {", tls, "}"),
                                              "a.yaml", absl::CivilDay(2026));
  EXPECT_TRUE(policy.ok()) << policy.status();
  return config::EffectivePolicy(
      {policy.value_or(config::VerificationPolicy())});
}

std::vector<std::string> Changed(const VerificationDecision& decision) {
  std::vector<std::string> settings;
  for (const PolicyChange& change : decision.changes) {
    settings.push_back(change.setting);
  }
  return settings;
}

constexpr std::nullopt_t kUnsaid = std::nullopt;
constexpr auto kNone = VerifyMode::kNone;
constexpr auto kOptional = VerifyMode::kOptional;
constexpr auto kRequired = VerifyMode::kRequired;

// What a client gets.
enum class Gets {
  kNothing,       // CERT_NONE.
  kChain,         // The chain is verified.
  kChainAndName,  // Both.
  kPolicyError,
  kOwnError,  // kInvalidArgument.
};

struct Row {
  std::optional<VerifyMode> cert_reqs;
  std::optional<bool> check_hostname;
  bool has_name;
  Gets off;
  Gets by_default;
  Gets enforced;
};

constexpr auto kNothing = Gets::kNothing;
constexpr auto kChain = Gets::kChain;
constexpr auto kBoth = Gets::kChainAndName;
constexpr auto kPolicy = Gets::kPolicyError;
constexpr auto kOwn = Gets::kOwnError;

// Every combination of a client's options.
const Row kClients[] = {
    {kUnsaid, kUnsaid, false, kOwn, kPolicy, kPolicy},
    {kUnsaid, kUnsaid, true, kBoth, kBoth, kBoth},
    {kUnsaid, false, false, kChain, kChain, kPolicy},
    {kUnsaid, false, true, kChain, kChain, kPolicy},
    {kUnsaid, true, false, kOwn, kOwn, kPolicy},
    {kUnsaid, true, true, kBoth, kBoth, kBoth},
    {kNone, kUnsaid, false, kNothing, kNothing, kPolicy},
    {kNone, kUnsaid, true, kNothing, kNothing, kPolicy},
    {kNone, false, false, kNothing, kNothing, kPolicy},
    {kNone, false, true, kNothing, kNothing, kPolicy},
    {kNone, true, false, kOwn, kOwn, kPolicy},
    {kNone, true, true, kOwn, kOwn, kPolicy},
    {kOptional, kUnsaid, false, kChain, kChain, kPolicy},
    {kOptional, kUnsaid, true, kBoth, kBoth, kBoth},
    {kOptional, false, false, kChain, kChain, kPolicy},
    {kOptional, false, true, kChain, kChain, kPolicy},
    {kOptional, true, false, kOwn, kOwn, kPolicy},
    {kOptional, true, true, kBoth, kBoth, kBoth},
    {kRequired, kUnsaid, false, kChain, kChain, kPolicy},
    {kRequired, kUnsaid, true, kBoth, kBoth, kBoth},
    {kRequired, false, false, kChain, kChain, kPolicy},
    {kRequired, false, true, kChain, kChain, kPolicy},
    {kRequired, true, false, kOwn, kOwn, kPolicy},
    {kRequired, true, true, kBoth, kBoth, kBoth},
};

void ExpectGets(absl::string_view word, const VerificationRequest& request,
                Gets gets) {
  SCOPED_TRACE(absl::StrCat("AIRLOCK_VERIFY=", word));
  const absl::StatusOr<VerificationDecision> decision =
      ApplyPolicy(Policy(word), request);
  if (gets == kPolicy || gets == kOwn) {
    ASSERT_FALSE(decision.ok());
    if (gets == kPolicy) {
      EXPECT_THAT(
          decision,
          ErrorIs(ErrorKind::kPolicy,
                  absl::StrCat("The policy (AIRLOCK_VERIFY=", word, ")")));
    } else {
      EXPECT_THAT(decision, ErrorIs(ErrorKind::kInvalidArgument));
    }
    EXPECT_THAT(decision, HasAdvice());
    return;
  }
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_EQ(decision->verification.mode != VerifyMode::kNone, gets != kNothing);
  EXPECT_EQ(decision->verification.check_hostname, gets == kBoth);
  if (request.cert_reqs.has_value()) {
    EXPECT_EQ(decision->verification.mode, *request.cert_reqs);
  }
  // Everything that the policy makes stricter is recorded.
  const absl::StatusOr<VerificationDecision> without =
      ApplyPolicy(Policy(""), request);
  ASSERT_TRUE(without.ok());
  EXPECT_THAT(without->changes, IsEmpty());
  std::vector<std::string> changed;
  if (decision->verification.mode != without->verification.mode)
    changed = {"cert_reqs"};
  if (word == "enforce") {
    changed.push_back("minimum_version");
    changed.push_back("profile");
  }
  EXPECT_THAT(Changed(*decision),
              ::testing::UnorderedElementsAreArray(changed));
}

TEST(ApplyPolicyTest, Clients) {
  for (size_t i = 0; i < std::size(kClients); ++i) {
    const Row& row = kClients[i];
    SCOPED_TRACE(absl::StrCat("row ", i));
    VerificationRequest request;
    request.cert_reqs = row.cert_reqs;
    request.check_hostname = row.check_hostname;
    request.server_hostname = std::string(row.has_name ? "localhost" : "");
    ExpectGets("", request, row.off);
    ExpectGets("off", request, row.off);
    ExpectGets("default", request, row.by_default);
    ExpectGets("enforce", request, row.enforced);
  }
}

// Python's documented default.
TEST(ApplyPolicyTest, ALibraryMayTakeUnsetForCertNone) {
  VerificationRequest request;
  request.unset_is_cert_none = true;
  for (const char* name : {"", "localhost"}) {
    request.server_hostname = name;
    const auto off = ApplyPolicy(Policy("off"), request);
    ASSERT_TRUE(off.ok()) << off.status();
    EXPECT_EQ(off->verification.mode, kNone);
    EXPECT_TRUE(off->unverified_unstated);
    EXPECT_THAT(off->changes, IsEmpty());
  }
  for (const char* word : {"default", "enforce"}) {
    const auto decision = ApplyPolicy(Policy(word), request);
    ASSERT_TRUE(decision.ok()) << decision.status();
    EXPECT_EQ(decision->verification.mode, kRequired);
    EXPECT_TRUE(decision->verification.check_hostname);
    EXPECT_FALSE(decision->unverified_unstated);
    EXPECT_THAT(Changed(*decision), ::testing::Contains("cert_reqs"));
  }
  request.check_hostname = true;
  EXPECT_EQ(ApplyPolicy(Policy("off"), request)->verification.mode, kRequired);
  request.check_hostname.reset();
  request.cert_reqs = kNone;
  EXPECT_FALSE(ApplyPolicy(Policy("off"), request)->unverified_unstated);
  request.cert_none_unstated = true;
  EXPECT_TRUE(ApplyPolicy(Policy("off"), request)->unverified_unstated);
  EXPECT_TRUE(ApplyPolicy(Policy("default"), request)->unverified_unstated);
}

TEST(ApplyPolicyTest, AnUnknownNameWillBeChecked) {
  VerificationRequest request;
  request.cert_reqs = kRequired;
  for (const char* word : {"", "off", "default", "enforce"}) {
    const auto decision = ApplyPolicy(Policy(word), request);
    ASSERT_TRUE(decision.ok()) << decision.status();
    EXPECT_TRUE(decision->verification.check_hostname);
    // The name may turn out to be missing, as when that is known.
    EXPECT_EQ(decision->verification.hostname_optional,
              absl::string_view(word) != "enforce");
    request.check_hostname = true;
    EXPECT_FALSE(
        ApplyPolicy(Policy(word), request)->verification.hostname_optional);
    request.check_hostname.reset();
  }
  const auto optional =
      ApplyPolicy(File("verification: enforce, hostname: optional"), request);
  ASSERT_TRUE(optional.ok()) << optional.status();
  EXPECT_TRUE(optional->verification.check_hostname);
  EXPECT_TRUE(optional->verification.hostname_optional);
}

TEST(ApplyPolicyTest, APreSharedKeyIsNotACertificate) {
  VerificationRequest request;
  request.cert_reqs = kRequired;
  request.psk = true;
  EXPECT_TRUE(ApplyPolicy(Policy("off"), request)->psk);
  EXPECT_TRUE(ApplyPolicy(Policy("default"), request)->psk);
  PolicyChange refusal;
  const auto refused = ApplyPolicy(Policy("enforce"), request, &refusal);
  EXPECT_THAT(refused, ErrorIs(ErrorKind::kPolicy,
                               "The policy (AIRLOCK_VERIFY=enforce)"));
  EXPECT_EQ(refusal.setting, "psk");
  const auto upgraded =
      ApplyPolicy(File("verification: enforce, on_override: upgrade"), request);
  ASSERT_TRUE(upgraded.ok()) << upgraded.status();
  EXPECT_FALSE(upgraded->psk);
  EXPECT_THAT(Changed(*upgraded),
              UnorderedElementsAre("minimum_version", "profile", "psk"));
  // A server has no name to be verified by.
  request.side = Side::kServer;
  EXPECT_TRUE(ApplyPolicy(Policy("enforce"), request)->psk);
}

TEST(ApplyPolicyTest, AServerDecidesWhatItAsksOfClients) {
  VerificationRequest request;
  request.side = Side::kServer;
  for (const char* word : {"", "off", "default", "enforce"}) {
    request.cert_reqs = std::nullopt;
    EXPECT_EQ(ApplyPolicy(Policy(word), request)->verification.mode, kNone);
    for (const VerifyMode mode : {kNone, kOptional, kRequired}) {
      request.cert_reqs = mode;
      const auto decision = ApplyPolicy(Policy(word), request);
      ASSERT_TRUE(decision.ok()) << decision.status();
      EXPECT_EQ(decision->verification.mode, mode);
      EXPECT_FALSE(decision->verification.check_hostname);
    }
  }
}

TEST(ApplyPolicyTest, EnforceNeverUsesTheCommonName) {
  VerificationRequest request;
  request.cert_reqs = kRequired;
  request.server_hostname = std::string("localhost");
  request.verification.hostname.common_name_fallback = true;
  EXPECT_TRUE(ApplyPolicy(Policy("default"), request)
                  ->verification.hostname.common_name_fallback);
  const auto decision = ApplyPolicy(Policy("enforce"), request);
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_FALSE(decision->verification.hostname.common_name_fallback);
  EXPECT_THAT(Changed(*decision),
              UnorderedElementsAre("minimum_version", "profile",
                                   "common_name_fallback"));
}

struct VersionRow {
  Protocol protocol;
  std::optional<TlsVersion> minimum;
  std::optional<TlsVersion> maximum;
  std::vector<TlsVersion> disabled;
  bool allowed;
  std::optional<TlsVersion> result;
  bool changed;
};

TEST(ApplyPolicyTest, EnforceAllowsNoVersionBelow12) {
  constexpr auto k10 = TlsVersion::kTls1_0;
  constexpr auto k11 = TlsVersion::kTls1_1;
  constexpr auto k12 = TlsVersion::kTls1_2;
  constexpr auto k13 = TlsVersion::kTls1_3;
  const std::vector<VersionRow> rows = {
      {Protocol::kSslv23, kUnsaid, kUnsaid, {}, true, k12, true},
      {Protocol::kSslv23, k10, kUnsaid, {}, true, k12, true},
      {Protocol::kSslv23, k12, kUnsaid, {}, true, k12, false},
      {Protocol::kSslv23, k13, kUnsaid, {}, true, k13, false},
      {Protocol::kSslv23, kUnsaid, k12, {}, true, k12, true},
      {Protocol::kSslv23, kUnsaid, k11, {}, false, kUnsaid, false},
      {Protocol::kSslv23, k10, k10, {}, false, kUnsaid, false},
      {Protocol::kSslv23, kUnsaid, kUnsaid, {k10, k11}, true, k12, false},
      {Protocol::kSslv23, kUnsaid, kUnsaid, {k12, k13}, false, kUnsaid, false},
      {Protocol::kSslv23, kUnsaid, k12, {k12}, false, kUnsaid, false},
      {Protocol::kTlsv1, kUnsaid, kUnsaid, {}, false, kUnsaid, false},
      {Protocol::kTlsv1_1, kUnsaid, kUnsaid, {}, false, kUnsaid, false},
      {Protocol::kTlsv1_2, kUnsaid, kUnsaid, {}, true, k12, false},
      // Empty on their own: Context::Create will report that.
      {Protocol::kSslv23, k13, k10, {}, true, k13, false},
      {Protocol::kTlsv1, k12, kUnsaid, {}, true, k12, false},
  };
  for (size_t i = 0; i < rows.size(); ++i) {
    for (const Side side : {Side::kClient, Side::kServer}) {
      const VersionRow& row = rows[i];
      SCOPED_TRACE(absl::StrCat("row ", i));
      VerificationRequest request;
      request.side = side;
      request.cert_reqs = kRequired;
      request.verification.protocol = row.protocol;
      request.verification.minimum_version = row.minimum;
      request.verification.maximum_version = row.maximum;
      request.verification.disabled_versions = row.disabled;

      const auto without = ApplyPolicy(Policy("default"), request);
      ASSERT_TRUE(without.ok()) << without.status();
      EXPECT_EQ(without->verification.minimum_version, row.minimum);
      EXPECT_THAT(without->changes, IsEmpty());

      const auto decision = ApplyPolicy(Policy("enforce"), request);
      if (!row.allowed) {
        EXPECT_THAT(decision, ErrorIs(ErrorKind::kPolicy,
                                      "The policy (AIRLOCK_VERIFY=enforce)"));
        continue;
      }
      ASSERT_TRUE(decision.ok()) << decision.status();
      EXPECT_EQ(decision->verification.minimum_version, row.result);
      EXPECT_EQ(absl::c_linear_search(Changed(*decision), "minimum_version"),
                row.changed);
    }
  }
}

constexpr char kUpgrade[] = "verification: enforce, on_override: upgrade";

TEST(ApplyPolicyTest, UpgradeVerifiesWhateverAClientSays) {
  for (const Row& row : kClients) {
    VerificationRequest request;
    request.cert_reqs = row.cert_reqs;
    request.check_hostname = row.check_hostname;
    request.server_hostname = row.has_name ? "localhost" : "";
    PolicyChange refusal;
    const auto decision = ApplyPolicy(File(kUpgrade), request, &refusal);
    if (!row.has_name) {
      // A name cannot be invented.
      EXPECT_EQ(ssl::GetErrorKind(decision.status()), ErrorKind::kPolicy);
      EXPECT_EQ(refusal.setting, "server_hostname");
      continue;
    }
    ASSERT_TRUE(decision.ok()) << decision.status();
    EXPECT_NE(decision->verification.mode, kNone);
    EXPECT_TRUE(decision->verification.check_hostname);
    std::vector<std::string> asked;
    for (const PolicyChange& change : decision->changes) {
      if (change.asked) asked.push_back(change.setting);
    }
    std::vector<std::string> expected;
    if (row.cert_reqs == kNone) expected.push_back("cert_reqs");
    if (row.check_hostname == false) expected.push_back("check_hostname");
    EXPECT_EQ(asked, expected);
  }
}

TEST(ApplyPolicyTest, UpgradeUsesTheLowestAllowedVersion) {
  VerificationRequest request;
  request.cert_reqs = kRequired;
  request.verification.protocol = Protocol::kTlsv1;
  request.verification.maximum_version = TlsVersion::kTls1_1;
  request.verification.disabled_versions = {TlsVersion::kTls1_2};
  const auto decision = ApplyPolicy(File(kUpgrade), request);
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_EQ(decision->verification.protocol, Protocol::kSslv23);
  EXPECT_EQ(decision->verification.minimum_version, TlsVersion::kTls1_2);
  EXPECT_EQ(decision->verification.maximum_version, std::nullopt);
  EXPECT_THAT(decision->verification.disabled_versions, IsEmpty());
  ASSERT_THAT(Changed(*decision), ElementsAre("ssl_version", "profile"));
  EXPECT_EQ(decision->changes[0].requested, "PROTOCOL_TLSv1");
  EXPECT_TRUE(decision->changes[0].asked);
}

TEST(ApplyPolicyTest, TheChainAloneMaySuffice) {
  const auto policy = File("verification: enforce, hostname: optional");
  for (const Row& row : kClients) {
    VerificationRequest request;
    request.cert_reqs = row.cert_reqs;
    request.check_hostname = row.check_hostname;
    request.server_hostname = row.has_name ? "localhost" : "";
    const auto decision = ApplyPolicy(policy, request);
    if (row.has_name || row.cert_reqs == kNone) {
      EXPECT_EQ(decision.ok(), row.enforced == kBoth);
    } else if (row.check_hostname == true) {
      EXPECT_EQ(ssl::GetErrorKind(decision.status()),
                ErrorKind::kInvalidArgument);
    } else {
      ASSERT_TRUE(decision.ok()) << decision.status();
      EXPECT_NE(decision->verification.mode, kNone);
      EXPECT_FALSE(decision->verification.check_hostname);
    }
  }
}

TEST(ApplyPolicyTest, ThePolicysBundleTakesPrecedence) {
  VerificationRequest request;
  request.cert_reqs = kRequired;
  request.own_ca_certs = true;
  PolicyChange refusal;
  auto decision = ApplyPolicy(File("ca_certs: /ca.pem"), request, &refusal);
  EXPECT_THAT(decision,
              ErrorIs(ErrorKind::kPolicy, "The policy (a.yaml:1:17)"));
  EXPECT_EQ(refusal.setting, "ca_certs");
  EXPECT_TRUE(refusal.asked);

  decision =
      ApplyPolicy(File("ca_certs: /ca.pem, on_override: upgrade"), request);
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_EQ(decision->ca_certs, "/ca.pem");
  EXPECT_THAT(Changed(*decision), ElementsAre("ca_certs"));

  request.own_ca_certs = false;
  decision = ApplyPolicy(File("ca_certs: /ca.pem"), request);
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_EQ(decision->ca_certs, "/ca.pem");
  EXPECT_THAT(decision->changes, IsEmpty());

  request.own_ca_certs = true;
  request.side = Side::kServer;
  decision = ApplyPolicy(File("ca_certs: /ca.pem"), request);
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_EQ(decision->ca_certs, std::nullopt);
}

TEST(ApplyPolicyTest, SaysWhatALiveBundleMayBecome) {
  VerificationRequest request;
  request.cert_reqs = kRequired;
  request.live_ca_certs = true;
  auto decision = ApplyPolicy(File("application_cas: forbid"), request);
  ASSERT_TRUE(decision.ok()) << decision.status();
  ASSERT_TRUE(decision->later_ca_certs.has_value());
  EXPECT_THAT(decision->later_ca_certs->status,
              ErrorIs(ErrorKind::kPolicy, "The policy (a.yaml:1:24)"));
  EXPECT_EQ(decision->later_ca_certs->change.setting, "ca_certs");

  decision = ApplyPolicy(File("application_cas: audit"), request);
  ASSERT_TRUE(decision.ok()) << decision.status();
  ASSERT_TRUE(decision->later_ca_certs.has_value());
  EXPECT_TRUE(decision->later_ca_certs->status.ok());
  EXPECT_THAT(decision->allowed, IsEmpty());

  // It may become what it wants, or has no effect.
  for (const char* text : {"application_cas: allow",
                           "application_cas: forbid, ca_certs: /ca.pem"}) {
    decision = ApplyPolicy(File(text), request);
    ASSERT_TRUE(decision.ok()) << decision.status();
    EXPECT_FALSE(decision->later_ca_certs.has_value()) << text;
  }
  request.side = Side::kServer;
  decision = ApplyPolicy(File("application_cas: forbid"), request);
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_FALSE(decision->later_ca_certs.has_value());
}

TEST(ApplyPolicyTest, SecretsMayBeForbidden) {
  for (const Side side : {Side::kClient, Side::kServer}) {
    VerificationRequest request;
    request.side = side;
    request.key_log = true;
    EXPECT_TRUE(ApplyPolicy(Policy("off"), request)->key_log);
    EXPECT_EQ(ssl::GetErrorKind(
                  ApplyPolicy(File("key_log: forbid"), request).status()),
              ErrorKind::kPolicy);
    const auto decision =
        ApplyPolicy(File("key_log: forbid, on_override: upgrade"), request);
    ASSERT_TRUE(decision.ok()) << decision.status();
    EXPECT_FALSE(decision->key_log);
    EXPECT_THAT(Changed(*decision), ElementsAre("key_log"));
  }
}

TEST(ApplyPolicyTest, AChangeSaysWhatAndWhy) {
  VerificationRequest request;
  request.server_hostname = std::string("localhost");
  request.unset_is_cert_none = true;
  config::Environment environment = {{"PYTHONHTTPSVERIFY", "1"}};
  const auto decision =
      ApplyPolicy(*config::ParseEnvironment(environment), request);
  ASSERT_TRUE(decision.ok()) << decision.status();
  ASSERT_THAT(Changed(*decision), ElementsAre("cert_reqs"));
  EXPECT_EQ(decision->changes[0].ToString(),
            "cert_reqs: CERT_REQUIRED in place of CERT_NONE, because of "
            "PYTHONHTTPSVERIFY=1");
}

}  // namespace
}  // namespace airlock::platform
