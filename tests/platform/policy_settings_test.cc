// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Each setting of the operator's file, with each way to make a client socket.

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "platform/fake_host.h"
#include "platform/memory_transport.h"
#include "platform/runtime.h"
#include "ssl/error.h"
#include "ssl/socket.h"
#include "tests/support/handshake.h"
#include "tests/support/testdata.h"

namespace airlock::platform {
namespace {

using ssl::Protocol;
using ssl::TlsVersion;
using ssl::VerifyMode;

// How a client is made.
enum class Way {
  kWrapSocket,
  kNamedContext,    // Made for one host's connection.
  kUnnamedContext,  // Made before the host is known.
};

// What the application asks for.
struct Ask {
  std::string host = "localhost";
  std::optional<VerifyMode> cert_reqs;
  std::optional<bool> check_hostname;
  std::string ca_certs;
  Protocol protocol = Protocol::kSslv23;
  std::optional<TlsVersion> maximum;
  bool key_log = false;  // Only contexts have these two.
  bool psk = false;
};

Ask To(std::string host) {
  Ask ask;
  ask.host = std::move(host);
  return ask;
}
Ask With(VerifyMode cert_reqs, std::string host = "localhost") {
  Ask ask = To(std::move(host));
  ask.cert_reqs = cert_reqs;
  return ask;
}
Ask WithCheck(bool check_hostname, std::string host = "localhost") {
  Ask ask = To(std::move(host));
  ask.check_hostname = check_hostname;
  return ask;
}
Ask WithCa(std::string path, std::string host = "localhost") {
  Ask ask = With(VerifyMode::kRequired, std::move(host));
  ask.ca_certs = std::move(path);
  return ask;
}
Ask By(Protocol protocol) {
  Ask ask;
  ask.protocol = protocol;
  return ask;
}
Ask UpTo(TlsVersion maximum) {
  Ask ask;
  ask.maximum = maximum;
  return ask;
}
Ask WithKeyLog() {
  Ask ask;
  ask.key_log = true;
  return ask;
}
Ask WithPsk() {
  Ask ask = With(VerifyMode::kRequired);
  ask.psk = true;
  ask.maximum = TlsVersion::kTls1_2;
  return ask;
}

constexpr char kRefused[] = "Refused";

// The result: the kind of an error; or the version, whether the server was
// verified, and whether secrets were logged. "Refused": the policy refused it,
// and that was audited.
struct Row {
  const char* name;
  const char* tls;  // In the operator's file.
  Ask ask;
  const char* gets;
  // The result if the host is unknown, if different.
  const char* unnamed = nullptr;

  bool upgrades() const {
    return absl::StartsWith(name, "Upgrade") && gets != kRefused;
  }
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

constexpr auto kCertNone = VerifyMode::kNone;
constexpr char kEnforce[] = "verification: enforce";
constexpr char kUpgrade[] = "verification: enforce, on_override: upgrade";
constexpr char kOptionalName[] = "verification: enforce, hostname: optional";
constexpr char kOtherCa[] = "verification: enforce, ca_certs: /etc/other.pem";
constexpr char kException[] =
    "verification: enforce, ca_certs: /etc/other.pem, minimum_version: "
    "TLSv1.3, exceptions: [{host: localhost, ca_certs: /etc/good.pem, "
    "minimum_version: TLSv1}]";
constexpr char kPins[] =
    "verification: enforce, exceptions: [{host: localhost, pins: "
    "[sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=]}]";
constexpr char kMorePins[] =
    "verification: enforce, exceptions: [{host: '::1', pins: "
    "[sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=]}, {host: "
    "'*.wild.test', pins: "
    "[sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=]}]";
constexpr char kVerified[] = "TLSv1.3 verified";
constexpr char kUnverified[] = "TLSv1.3 unverified";

const Row kRows[] = {
    {"Off", "verification: off", {}, kVerified},
    {"OffAndCertNone", "verification: off", With(kCertNone), kUnverified},
    {"OffWithoutANameOrAWord", "verification: off", To(""), "InvalidArgument"},
    {"OffVerifiesOnDemand", "verification: off", With(VerifyMode::kRequired),
     kVerified},
    {"OffChecksTheNameIfThereIsOne", "verification: off",
     With(VerifyMode::kRequired, "elsewhere.test"), "Hostname"},
    {"OffWithoutAName", "verification: off", With(VerifyMode::kRequired, ""),
     kVerified},
    {"Default", "verification: default", {}, kVerified},
    {"DefaultAndCertNone", "verification: default", With(kCertNone),
     kUnverified},
    {"DefaultWithoutAName", "verification: default", To(""), kRefused},
    {"DefaultWithoutANameToCheck", "verification: default", WithCheck(true, ""),
     "InvalidArgument"},
    {"DefaultOptionalName", "verification: default, hostname: optional", To(""),
     kVerified},
    {"Enforce", kEnforce, {}, kVerified},
    {"EnforceAndCertNone", kEnforce, With(kCertNone), kRefused},
    {"EnforceAndNoCheck", kEnforce, WithCheck(false), kRefused},
    {"EnforceWithoutAName", kEnforce, To(""), kRefused},
    {"EnforceWithoutANameToCheck", kEnforce, WithCheck(true, ""), kRefused},
    {"EnforceAndTls10", kEnforce, By(Protocol::kTlsv1), kRefused},
    {"EnforceUpToTls11", kEnforce, UpTo(TlsVersion::kTls1_1), kRefused},
    {"EnforceUpToTls12", kEnforce, UpTo(TlsVersion::kTls1_2),
     "TLSv1.2 verified"},
    {"EnforceAndPsk", kEnforce, WithPsk(), kRefused},
    {"DefaultAndPsk", "verification: default", WithPsk(), "TLSv1.2 unverified"},

    {"UpgradeCertNone", kUpgrade, With(kCertNone), kVerified},
    {"UpgradeCertNoneForUntrusted", kUpgrade, With(kCertNone, "elsewhere.test"),
     "Hostname"},
    {"UpgradeNoCheck", kUpgrade, WithCheck(false, "elsewhere.test"),
     "Hostname"},
    {"UpgradeTls10", kUpgrade, By(Protocol::kTlsv1), kVerified},
    {"UpgradeUpToTls11", kUpgrade, UpTo(TlsVersion::kTls1_1), kVerified},
    {"UpgradePsk", kUpgrade, WithPsk(), "TLSv1.2 verified"},
    {"UpgradeCaCerts",
     "verification: enforce, on_override: upgrade, ca_certs: /etc/good.pem",
     WithCa("/etc/other.pem"), kVerified},
    {"UpgradeCaCertsForUntrusted",
     "verification: enforce, on_override: upgrade, ca_certs: /etc/other.pem",
     WithCa("/etc/good.pem"), "Verification"},
    {"UpgradeKeyLog", "on_override: upgrade, key_log: forbid", WithKeyLog(),
     kVerified},
    {"UpgradeCannotMakeUpAName", kUpgrade, To(""), kRefused},

    {"OptionalName", kOptionalName, {}, kVerified},
    {"OptionalNameIsNotThere", kOptionalName, To(""), kVerified},
    {"OptionalNameIsWrong", kOptionalName, To("elsewhere.test"), "Hostname"},
    {"OptionalNameLeavesTheChain", kOptionalName, WithCa("/etc/other.pem", ""),
     "Verification"},
    {"OptionalNameAndCertNone", kOptionalName, With(kCertNone, ""), kRefused},
    {"OptionalNameAndCheck", kOptionalName, WithCheck(true, ""),
     "InvalidArgument"},
    // An application that does not know the name yet may not opt out of the
    // check.
    {"OptionalNameAndNoCheck", kOptionalName, WithCheck(false, ""), kVerified,
     kRefused},

    {"MinimumVersion", "minimum_version: TLSv1.3", {}, kVerified},
    {"MinimumVersionAndTls12", "minimum_version: TLSv1.3",
     By(Protocol::kTlsv1_2), kRefused},
    {"MinimumVersionUpToTls12", "minimum_version: TLSv1.3",
     UpTo(TlsVersion::kTls1_2), kRefused},
    {"NoMinimumVersion", "verification: off", By(Protocol::kTlsv1),
     "TLSv1 verified"},

    {"CaCerts", kOtherCa, {}, "Verification"},
    {"CaCertsAndOthers", kOtherCa, WithCa("/etc/good.pem"), kRefused},
    {"CaCertsAndTheSame", kOtherCa, WithCa("/etc/other.pem"), "Verification"},
    {"CaCertsWithOff", "ca_certs: /etc/other.pem", With(kCertNone),
     kUnverified},
    {"CaCertsWithOffAndVerified", "ca_certs: /etc/other.pem",
     With(VerifyMode::kRequired), "Verification"},

    {"KeyLogAllowed", "key_log: allow", WithKeyLog(),
     "TLSv1.3 verified logged"},
    {"KeyLogForbidden", "key_log: forbid", WithKeyLog(), kRefused},

    {"ExceptionForCaCerts", kException, {}, kVerified, "Verification"},
    {"ExceptionForTheVersion", kException, By(Protocol::kTlsv1),
     "TLSv1 verified", kRefused},
    {"ExceptionForAnother", kException, To("127.0.0.1"), "Verification"},
    {"ExceptionsPins", kPins, {}, "Verification", kRefused},
    {"ExceptionsPinsWithAZone", kMorePins, To("::1%lo"), "Verification",
     kRefused},
    {"ExceptionsPinsWithAnEdgeHyphen", kMorePins, To("x-.wild.test"),
     "Verification", kRefused},
    {"ExceptionsPinsElsewhere", kMorePins, {}, kVerified},
};

class PolicySettingsTest : public ::testing::TestWithParam<Row> {
 protected:
  PolicySettingsTest() {
    for (const auto& [path, name] :
         {std::pair("/etc/ca-certificates.crt", "ca.pem"),
          std::pair("/etc/good.pem", "ca.pem"),
          std::pair("/etc/other.pem", "other_root.pem")}) {
      host_->SetFile(
          path, airlock::testing::ReadTestdata(absl::StrCat("certs/", name)));
    }
    host_->SetFile("/etc/airlock.yaml",
                   absl::StrCat("tls: {", GetParam().tls, "}"));
    RuntimeOptions options;
    options.audit = [this](const AuditEvent& event) { last_ = event; };
    auto runtime =
        Runtime::Create(host_, host_->environment(), std::move(options));
    EXPECT_TRUE(runtime.ok()) << runtime.status();
    runtime_ = *std::move(runtime);
  }

  absl::StatusOr<std::unique_ptr<ssl::Socket>> MakeClient(
      Way way, std::unique_ptr<ssl::Transport> transport) {
    const Ask& ask = GetParam().ask;
    if (way == Way::kWrapSocket) {
      WrapOptions options;
      options.do_handshake_on_connect = false;
      options.server_hostname = ask.host;
      options.cert_reqs = ask.cert_reqs;
      options.check_hostname = ask.check_hostname;
      if (!ask.ca_certs.empty()) options.ca_certs = CaPath{ask.ca_certs};
      options.verification.protocol = ask.protocol;
      options.verification.maximum_version = ask.maximum;
      return runtime_->WrapSocket(std::move(transport), std::move(options));
    }
    ContextRequest request;
    if (way == Way::kNamedContext) request.server_hostname = ask.host;
    request.cert_reqs = ask.cert_reqs;
    request.check_hostname = ask.check_hostname;
    if (!ask.ca_certs.empty()) request.ca_certs = CaPath{ask.ca_certs};
    ssl::ContextOptions options;
    options.verification.protocol = ask.protocol;
    options.verification.maximum_version = ask.maximum;
    if (ask.key_log) {
      options.keylog = [this](const ssl::Socket&, absl::string_view) {
        logged_ = true;
      };
    }
    if (ask.psk) {
      options.ciphers = "PSK:ALL";
      options.psk_client = [](absl::string_view) {
        return std::optional<ssl::PskIdentity>(
            ssl::PskIdentity{"client", ssl::Secret("a key")});
      };
    }
    const auto context = runtime_->CreateContext(request, std::move(options));
    if (!context.ok()) return context.status();
    ssl::SocketOptions socket_options;
    socket_options.server_hostname = ask.host;
    return ssl::WrapSocket(*context, std::move(transport),
                           std::move(socket_options));
  }

  // The result with a server that accepts every version and PSKs.
  std::string Get(Way way) {
    logged_ = false;
    ssl::ContextOptions server = airlock::testing::ServerOptions();
    server.ciphers = "PSK:ALL";
    server.psk_server = [](absl::string_view) {
      return std::optional<ssl::Secret>(ssl::Secret("a key"));
    };
    auto [ours, theirs] = MakeMemoryTransports();
    ssl::SocketOptions server_options;
    server_options.side = ssl::Side::kServer;
    airlock::testing::Connection c;
    c.server = *ssl::WrapSocket(airlock::testing::MakeContext(server),
                                std::move(theirs), std::move(server_options));
    auto client = MakeClient(way, std::move(ours));
    if (!client.ok()) return Said(client.status());
    c.client = *std::move(client);
    airlock::testing::ShakeHands(&c);
    if (!c.client_status.ok()) return Said(c.client_status);
    return absl::StrCat(ssl::TlsVersionName(c.client->info()->version),
                        c.client->peer_verified() ? " verified" : " unverified",
                        logged_ ? " logged" : "");
  }

  // A refusal must be audited.
  std::string Said(const absl::Status& status) {
    const ssl::ErrorKind kind = ssl::GetErrorKind(status);
    if (kind != ssl::ErrorKind::kPolicy) {
      return std::string(ssl::ErrorKindName(kind));
    }
    return last_.has_value() && last_->action == AuditEvent::Action::kRefused &&
                   last_->rule.name == "/etc/airlock.yaml"
               ? kRefused
               : "Policy, which is not audited";
  }

  const std::shared_ptr<FakeHost> host_ = std::make_shared<FakeHost>();
  std::unique_ptr<Runtime> runtime_;
  std::optional<AuditEvent> last_;
  bool logged_ = false;
};

TEST_P(PolicySettingsTest, HoldsOnEveryWay) {
  const Row& row = GetParam();
  if (!row.ask.key_log && !row.ask.psk) {
    EXPECT_EQ(Get(Way::kWrapSocket), row.gets);
  }
  last_.reset();
  EXPECT_EQ(Get(Way::kNamedContext), row.gets);
  EXPECT_EQ(last_.has_value() && last_->action == AuditEvent::Action::kUpgraded,
            row.upgrades());
  last_.reset();
  EXPECT_EQ(Get(Way::kUnnamedContext),
            row.unnamed == nullptr ? row.gets : row.unnamed);
}

INSTANTIATE_TEST_SUITE_P(All, PolicySettingsTest, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace airlock::platform
