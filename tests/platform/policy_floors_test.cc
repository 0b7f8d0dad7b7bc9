// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The policy's floors also cover options other than "verification" that weaken
// a connection: they are refused or upgraded, and audited.

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/fake_host.h"
#include "platform/memory_transport.h"
#include "platform/runtime.h"
#include "ssl/context.h"
#include "ssl/engine.h"
#include "ssl/error.h"
#include "ssl/socket.h"
#include "tests/support/handshake.h"
#include "tests/support/testdata.h"

namespace airlock::platform {
namespace {

using airlock::testing::ReadTestdata;
using ssl::VerifyMode;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string Cert(absl::string_view name) {
  return ReadTestdata(absl::StrCat("certs/", name));
}

// The hash of the key of testdata's NAME.
std::string Pin(absl::string_view name) {
  for (const absl::string_view line :
       absl::StrSplit(Cert("pins.txt"), '\n', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> words = absl::StrSplit(line, ' ');
    std::string pin;
    if (words.first == name && absl::Base64Unescape(words.second, &pin)) {
      return pin;
    }
  }
  ADD_FAILURE() << name;
  return "";
}

// A client's request, in each interface that has the option.
struct Ask {
  std::function<void(ContextRequest*, ssl::ContextOptions*)> context;
  std::function<void(WrapOptions*)> wrap;
};

Ask Ciphers(std::string list) {
  return {[list](ContextRequest*, ssl::ContextOptions* options) {
            options->ciphers = list;
          },
          [list](WrapOptions* options) { options->ciphers = list; }};
}
Ask Level(int level, bool unstated = false) {
  return {[=](ContextRequest* request, ssl::ContextOptions* options) {
            options->verification.security_level = level;
            request->security_level_unstated = unstated;
          },
          nullptr};
}
// The default of Python 3.10 and later.
Ask DefaultCiphers(std::string list) {
  return {[list](ContextRequest* request, ssl::ContextOptions* options) {
            options->ciphers = list;
            request->security_level_unstated = true;
          },
          nullptr};
}
// WrapOptions cannot say whether the flag is a default.
Ask Flag(bool ssl::VerifyFlags::*flag, bool unstated = false) {
  Ask ask = {[=](ContextRequest* request, ssl::ContextOptions* options) {
               options->verification.flags.*flag = true;
               request->partial_chain_unstated = unstated;
             },
             nullptr};
  if (!unstated) {
    ask.wrap = [=](WrapOptions* options) {
      options->verification.flags.*flag = true;
    };
  }
  return ask;
}
Ask Depth(int depth) {
  return {[=](ContextRequest*, ssl::ContextOptions* options) {
            options->verification.depth = depth;
          },
          nullptr};
}
Ask Groups(std::string groups) {
  return {[groups](ContextRequest*, ssl::ContextOptions* options) {
            options->verification.groups = groups;
          },
          [groups](WrapOptions* options) {
            options->verification.groups = groups;
          }};
}
Ask Pins(std::string name) {
  return {[name](ContextRequest*, ssl::ContextOptions* options) {
            options->verification.anchor_pins = {Pin(name)};
          },
          nullptr};
}
Ask Cas(std::string name) {
  return {[name](ContextRequest* request, ssl::ContextOptions*) {
            request->ca_certs = CaBytes{Cert(name)};
          },
          [name](WrapOptions* options) {
            options->ca_certs = CaBytes{Cert(name)};
          }};
}
// Like Python's load_verify_locations.
Ask TrustStore(std::string name) {
  return {[name](ContextRequest*, ssl::ContextOptions* options) {
            options->trust_store = airlock::testing::TestTrustStore(name);
          },
          nullptr};
}
const Ask kNothing = {[](ContextRequest*, ssl::ContextOptions*) {},
                      [](WrapOptions*) {}};

struct Row {
  const char* name;
  const char* tls;     // In the operator's file, with `enforce`.
  const char* server;  // Its certificate.
  Ask ask;
  const char* rejected;      // The result with on_override: reject,
  const char* upgraded;      // and upgrade: the kind of an error, or the group.
  const char* setting = "";  // In the audit; empty: none.
  const char* bundle = "ca.pem";  // The platform's.
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

const char* const kOk =
    ssl::HasPostQuantumGroup() ? "X25519MLKEM768" : "X25519";
constexpr char kRefused[] = "Policy";
constexpr char kBad[] = "Verification";
constexpr char kWeak[] = "weak_rsa1024";
constexpr char kGood[] = "server_p256";
constexpr char kLevel[] = "security_level";
constexpr bool kUnstated = true;

const Row kRows[] = {
    {"Nothing", "", kGood, kNothing, kOk, kOk},
    {"NothingForAWeakServer", "", kWeak, kNothing, kBad, kBad},
    {"CiphersForAWeakServer", "", kWeak, Ciphers("ALL:@SECLEVEL=0"), kRefused,
     kBad, kLevel},
    {"CiphersForASha1Server", "", "sha1_signed", Ciphers("ALL@SECLEVEL=0"),
     kRefused, kBad, kLevel},
    {"CiphersForAGoodServer", "", kGood, Ciphers("@SECLEVEL=0"), kRefused, kOk,
     kLevel},
    {"CiphersTwice", "", kWeak, Ciphers("@SECLEVEL=3:ALL:@SECLEVEL=0"),
     kRefused, kBad, kLevel},
    {"CiphersAtTheFloor", "", kGood, Ciphers("ALL:@SECLEVEL=2"), kOk, kOk},
    {"CiphersAboveTheFloor", "", kGood, Ciphers("ALL:@SECLEVEL=3"), kBad, kBad},
    {"LevelBelow", "", kWeak, Level(1), kRefused, kBad, kLevel},
    {"LevelByDefault", "", kWeak, Level(1, kUnstated), kBad, kBad},
    {"LevelByDefaultForAGoodServer", "", kGood, Level(1, kUnstated), kOk, kOk},
    {"LevelOfTheFile", "security_level: 1", kWeak, Ciphers("ALL:@SECLEVEL=1"),
     kOk, kOk},
    {"LevelOfTheFileIsALimit", "security_level: 1", "sha1_signed",
     Ciphers("ALL:@SECLEVEL=0"), kRefused, kBad, kLevel},
    {"LevelAboveTheDefault", "security_level: 3", kGood, kNothing, kBad, kBad},
    {"LevelAboveTheDefaultCiphers", "security_level: 3", kGood,
     DefaultCiphers("ALL:@SECLEVEL=2"), kBad, kBad},
    {"LevelOfAnException", "exceptions: [{host: localhost, security_level: 1}]",
     kWeak, Level(1, kUnstated), kOk, kOk},
    {"LevelOfAnotherException",
     "exceptions: [{host: else.test, security_level: 1}]", kWeak,
     Level(1, kUnstated), kBad, kBad},

    {"PartialChain", "", kGood, Flag(&ssl::VerifyFlags::partial_chain),
     kRefused, kBad, "partial_chain", "intermediate.pem"},
    {"PartialChainByDefault", "", kGood,
     Flag(&ssl::VerifyFlags::partial_chain, kUnstated), kBad, kBad, "",
     "intermediate.pem"},
    {"PartialChainByDefaultIsNotNeeded", "", kGood,
     Flag(&ssl::VerifyFlags::partial_chain, kUnstated), kOk, kOk},
    {"PartialChainOfTheFile", "partial_chain: allow", kGood,
     Flag(&ssl::VerifyFlags::partial_chain), kOk, kOk, "", "intermediate.pem"},

    {"ProfileOfEnforce", "", "strict_no_akid", kNothing, kBad, kBad},
    {"ProfileOfTheFile", "profile: compatible", "strict_no_akid", kNothing, kOk,
     kOk},
    {"ProfileOfAnApplication", "profile: compatible", "strict_no_akid",
     Flag(&ssl::VerifyFlags::x509_strict, kUnstated), kBad, kBad},
    {"ProfileOfAnException",
     "exceptions: [{host: localhost, profile: compatible}]", "strict_no_akid",
     kNothing, kOk, kOk},
    {"ProfileOfAnotherException",
     "exceptions: [{host: else.test, profile: compatible}]", "strict_no_akid",
     kNothing, kBad, kBad},
    {"FlagsAreAdded", "profile: compatible, verify_flags: [x509_strict]",
     "strict_no_akid", kNothing, kBad, kBad},
    {"CrlsAreAskedFor", "verify_flags: [crl_check_leaf]", kGood, kNothing, kBad,
     kBad},
    {"CrlsOfTheChainAreAskedFor", "verify_flags: [crl_check_chain]", kGood,
     Flag(&ssl::VerifyFlags::crl_check_leaf), kBad, kBad},

    {"DepthIsALimit", "verify_depth: 0", kGood, kNothing, kBad, kBad},
    {"DepthIsEnough", "verify_depth: 1", kGood, kNothing, kOk, kOk},
    {"DepthAbove", "verify_depth: 0", kGood, Depth(9), kRefused, kBad,
     "verify_depth"},
    {"DepthBelow", "verify_depth: 9", kGood, Depth(0), kBad, kBad},

    {"GroupsByDefault", "groups: [P-384]", kGood, kNothing, "P-384", "P-384"},
    {"GroupsOfOthers", "groups: [P-256]", kGood, Groups("X25519:P-224"),
     kRefused, "P-256", "groups"},
    {"GroupsInPart", "groups: [P-384]", kGood,
     Groups("P-224:prime256v1:secp384r1"), "P-384", "P-384"},

    {"PostQuantumPreferred", "post_quantum: prefer", kGood, kNothing, kOk, kOk},
    {"PostQuantumPreferredToTheApplications", "post_quantum: prefer", kGood,
     Groups("X25519"), kOk, kOk},

    {"PinsAreNoAnchors", "", "self_signed", Pins("self_signed.pem"), kBad,
     kBad},
    {"PinsNarrow", "", kGood, Pins("self_signed.pem"), kBad, kBad},
    {"PinsThatFit", "", kGood, Pins("server_p256.pem"), kOk, kOk},
    {"PinsBesideThePolicys",
     "exceptions: [{host: localhost, pins: "
     "[\"sha256/PzOlHwFDbaUMe9m9vJhJrEArhvvyKgQjm3s+Dga20es=\"]}]",
     kGood, Pins("self_signed.pem"), kBad, kBad},

    {"OwnCas", "", "server_other", Cas("other_root.pem"), kOk, kOk, "ca_certs"},
    {"OwnTrustStore", "", "server_other", TrustStore("other_root.pem"), kOk,
     kOk, "ca_certs"},
    {"OwnCasAllowed", "application_cas: allow", "server_other",
     Cas("other_root.pem"), kOk, kOk},
    {"OwnCasForbidden", "application_cas: forbid", "server_other",
     Cas("other_root.pem"), kRefused, kBad, "ca_certs"},
    {"OwnTrustStoreForbidden", "application_cas: forbid", "server_other",
     TrustStore("other_root.pem"), kRefused, kBad, "ca_certs"},
    {"OwnCasForbiddenAndAGoodServer", "application_cas: forbid", kGood,
     Cas("other_root.pem"), kRefused, kOk, "ca_certs"},
    {"ThePlatformsCas", "application_cas: forbid", kGood, Cas("ca.pem"), kOk,
     kOk},
    {"SomeOfThePlatformsCas", "application_cas: forbid", kGood, Cas("root.pem"),
     kOk, kOk},
};

class PolicyFloorsTest : public ::testing::TestWithParam<Row> {
 protected:
  std::unique_ptr<Runtime> Make(const std::string& tls,
                                const char* bundle = "ca.pem") {
    host_->SetFile("/etc/ca-certificates.crt", Cert(bundle));
    host_->SetFile("/etc/airlock.yaml", absl::StrCat("tls: {", tls, "}"));
    RuntimeOptions options;
    options.audit = [this](const AuditEvent& event) {
      events_.push_back(event);
    };
    auto runtime =
        Runtime::Create(host_, host_->environment(), std::move(options));
    EXPECT_TRUE(runtime.ok()) << runtime.status();
    return *std::move(runtime);
  }

  // The result of `make`'s client with a server of every level.
  std::string Get(
      absl::string_view server_name,
      const std::function<absl::StatusOr<std::unique_ptr<ssl::Socket>>(
          std::unique_ptr<ssl::Transport>)>& make) {
    events_.clear();
    ssl::ContextOptions server = airlock::testing::ServerOptions(server_name);
    server.verification.security_level = 0;
    auto [ours, theirs] = MakeMemoryTransports();
    ssl::SocketOptions server_options;
    server_options.side = ssl::Side::kServer;
    airlock::testing::Connection c;
    c.server = *ssl::WrapSocket(airlock::testing::MakeContext(server),
                                std::move(theirs), std::move(server_options));
    auto client = make(std::move(ours));
    if (!client.ok()) return Said(client.status());
    c.client = *std::move(client);
    airlock::testing::ShakeHands(&c);
    if (!c.client_status.ok()) return Said(c.client_status);
    EXPECT_TRUE(c.client->peer_verified());
    return c.client->info()->group;
  }

  static std::string Said(const absl::Status& status) {
    return std::string(ssl::ErrorKindName(ssl::GetErrorKind(status)));
  }

  std::string GetByContext(Runtime& runtime, const Row& row) {
    return Get(row.server,
               [&](std::unique_ptr<ssl::Transport> transport)
                   -> absl::StatusOr<std::unique_ptr<ssl::Socket>> {
                 ContextRequest request;
                 request.server_hostname = "localhost";
                 ssl::ContextOptions options;
                 row.ask.context(&request, &options);
                 auto context =
                     runtime.CreateContext(request, std::move(options));
                 if (!context.ok()) return context.status();
                 return ssl::WrapSocket(*context, std::move(transport),
                                        airlock::testing::LocalhostOptions());
               });
  }

  std::string GetByWrap(Runtime& runtime, const Row& row) {
    return Get(row.server, [&](std::unique_ptr<ssl::Transport> transport) {
      WrapOptions options;
      options.server_hostname = "localhost";
      options.do_handshake_on_connect = false;
      row.ask.wrap(&options);
      return runtime.WrapSocket(std::move(transport), std::move(options));
    });
  }

  // The settings that were audited, all with this action.
  std::string Audited(AuditEvent::Action action) const {
    std::string settings;
    for (const AuditEvent& event : events_) {
      EXPECT_EQ(event.action, action) << event.ToJson();
      EXPECT_EQ(event.rule.name, "/etc/airlock.yaml");
      EXPECT_FALSE(event.requested.empty());
      EXPECT_EQ(event.effective.empty(),
                action == AuditEvent::Action::kRefused);
      absl::StrAppend(&settings, event.setting);
    }
    return settings;
  }

  const std::shared_ptr<FakeHost> host_ = std::make_shared<FakeHost>();
  std::vector<AuditEvent> events_;
};

TEST_P(PolicyFloorsTest, HoldsOnEachWay) {
  const Row& row = GetParam();
  for (const bool upgrade : {false, true}) {
    const auto runtime =
        Make(absl::StrCat("verification: enforce, on_override: ",
                          upgrade ? "upgrade" : "reject",
                          *row.tls == '\0' ? "" : ", ", row.tls),
             row.bundle);
    const std::string gets = upgrade ? row.upgraded : row.rejected;
    const bool allowed = absl::string_view(row.rejected) == kOk;
    const auto action = allowed   ? AuditEvent::Action::kAllowed
                        : upgrade ? AuditEvent::Action::kUpgraded
                                  : AuditEvent::Action::kRefused;
    EXPECT_EQ(GetByContext(*runtime, row), gets);
    EXPECT_EQ(Audited(action), row.setting);
    if (row.ask.wrap == nullptr) continue;
    EXPECT_EQ(GetByWrap(*runtime, row), gets);
    EXPECT_EQ(Audited(action), row.setting);
  }
}

INSTANTIATE_TEST_SUITE_P(All, PolicyFloorsTest, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

class FloorsTest : public PolicyFloorsTest {};

// Equal options for two hosts give two contexts if the policy differs.
TEST_F(FloorsTest, OneCacheForAllHostsKeepsThemApart) {
  const auto runtime = Make(
      "verification: enforce, on_override: upgrade, exceptions: [{host: "
      "localhost, security_level: 1}]");
  for (const auto& [host, level] :
       {std::pair("localhost", 1), std::pair("127.0.0.1", 2),
        std::pair("localhost", 1)}) {
    WrapOptions options;
    options.server_hostname = host;
    options.ciphers = "ALL:@SECLEVEL=1";
    options.do_handshake_on_connect = false;
    const auto socket =
        runtime->WrapSocket(MakeMemoryTransports().first, std::move(options));
    ASSERT_TRUE(socket.ok()) << socket.status();
    EXPECT_EQ((*socket)->context()->options().verification.security_level,
              level)
        << host;
  }
}

// One context cannot use an exception for another host.
TEST_F(FloorsTest, AnExceptionAppliesToNoOtherHost) {
  host_->SetFile("/etc/other.pem", Cert("other_root.pem"));
  const auto runtime = Make(
      "verification: enforce, exceptions: [{host: '*.lax.test', ca_certs: "
      "/etc/other.pem, minimum_version: TLSv1}, {host: b.lax.test, "
      "minimum_version: TLSv1.1}]");
  const auto make = [&](absl::optional<std::string> host) {
    ContextRequest request;
    request.server_hostname = std::move(host);
    return *runtime->CreateContext(request, {});
  };
  const auto wrap = [&](std::shared_ptr<const ssl::Context> context,
                        const std::string& host) {
    ssl::SocketOptions options;
    options.server_hostname = host;
    return ssl::WrapSocket(std::move(context), MakeMemoryTransports().first,
                           std::move(options));
  };
  const auto lax = make("a.lax.test");
  const auto strict = make("localhost");
  const auto unnamed = make(absl::nullopt);
  EXPECT_TRUE(wrap(lax, "a.lax.test").ok());
  EXPECT_TRUE(wrap(lax, "c.lax.test").ok());
  EXPECT_TRUE(wrap(unnamed, "localhost").ok());
  EXPECT_TRUE(wrap(unnamed, "a.lax.test").ok());
  EXPECT_TRUE(events_.empty());
  for (const char* host : {"localhost", "b.lax.test", "lax.test"}) {
    EXPECT_EQ(Said(wrap(lax, host).status()), kRefused) << host;
    ASSERT_FALSE(events_.empty());
    EXPECT_EQ(events_.back().setting, "server_hostname");
    EXPECT_EQ(events_.back().host, host);
  }
  auto socket = wrap(strict, "localhost");
  ASSERT_TRUE(socket.ok()) << socket.status();
  EXPECT_EQ(Said((*socket)->SwitchContext(lax)), kRefused);
  EXPECT_EQ((*socket)->context(), strict);
  EXPECT_TRUE((*socket)->SwitchContext(unnamed).ok());
}

TEST_F(FloorsTest, AServerIsHeldToLevelAndGroups) {
  for (const bool upgrade : {false, true}) {
    const auto runtime = Make(absl::StrCat(
        "verification: enforce, psk: forbid, groups: [P-256], on_override: ",
        upgrade ? "upgrade" : "reject"));
    ContextRequest request;
    request.side = ssl::Side::kServer;
    const auto make =
        [&](const std::function<void(ssl::ContextOptions*)>& set) {
          events_.clear();
          ssl::ContextOptions options;
          options.credentials = {
              airlock::testing::TestCredentials("server_p256")};
          set(&options);
          return runtime->CreateContext(request, std::move(options));
        };
    for (const auto& [setting, set] : std::vector<
             std::pair<std::string, std::function<void(ssl::ContextOptions*)>>>{
             {"security_level",
              [](auto* options) { options->ciphers = "ALL:@SECLEVEL=0"; }},
             {"security_level",
              [](auto* options) { options->verification.security_level = 0; }},
             {"groups",
              [](auto* options) { options->verification.groups = "X25519"; }},
             {"psk", [](auto* options) {
                options->psk_server = [](absl::string_view) {
                  return absl::optional<ssl::Secret>();
                };
              }}}) {
      const auto context = make(set);
      EXPECT_EQ(context.ok(), upgrade) << setting << context.status();
      ASSERT_EQ(events_.size(), 1) << setting;
      EXPECT_EQ(events_[0].setting, setting);
      if (!context.ok()) continue;
      EXPECT_EQ((*context)->options().verification.security_level, 2);
      EXPECT_EQ((*context)->options().verification.groups, "P-256");
      EXPECT_TRUE((*context)->options().psk_server == nullptr);
    }
    // A server decides how to verify its clients.
    request.ca_certs = CaBytes{Cert("other_root.pem")};
    request.cert_reqs = VerifyMode::kRequired;
    const auto context = make([](auto*) {});
    EXPECT_TRUE(context.ok()) << context.status();
    EXPECT_TRUE(events_.empty());
    // No server may use a key below the level.
    ssl::ContextOptions weak;
    weak.credentials = {airlock::testing::TestCredentials("weak_rsa1024")};
    EXPECT_EQ(Said(runtime->CreateContext(request, weak).status()),
              "Credentials");
  }
}

// With the server's group, if that is the only one.
class PostQuantumTest : public FloorsTest {
 protected:
  // The group of a connection whose client asks for `groups`, or the kind of
  // its error.
  std::string With(const std::string& groups, const std::string& tls,
                   absl::optional<ssl::TlsVersion> most = absl::nullopt) {
    const auto runtime = Make(tls);
    return Get(kGood,
               [&](std::unique_ptr<ssl::Transport> transport)
                   -> absl::StatusOr<std::unique_ptr<ssl::Socket>> {
                 ContextRequest request;
                 request.server_hostname = "localhost";
                 ssl::ContextOptions options;
                 options.verification.groups = groups;
                 options.verification.maximum_version = most;
                 auto context =
                     runtime->CreateContext(request, std::move(options));
                 message_ = std::string(context.status().message());
                 if (!context.ok()) return context.status();
                 effective_ = (*context)->options().verification.groups;
                 return ssl::WrapSocket(*context, std::move(transport),
                                        airlock::testing::LocalhostOptions());
               });
  }

  std::string message_;
  std::string effective_;
};

TEST_F(PostQuantumTest, WhatTheEngineLacksIsAnErrorOfTheFile) {
  if (ssl::HasPostQuantumGroup()) GTEST_SKIP() << "this engine has it";
  host_->SetFile("/etc/ca-certificates.crt", Cert("ca.pem"));
  for (const char* tls :
       {"post_quantum: require", "groups: [X25519MLKEM768, X25519]",
        "post_quantum: require, exceptions: [{host: a, post_quantum: "
        "prefer}]"}) {
    host_->SetFile("/etc/airlock.yaml", absl::StrCat("tls: {", tls, "}"));
    const auto runtime = Runtime::Create(host_, host_->environment(), {});
    ASSERT_FALSE(runtime.ok()) << tls;
    EXPECT_THAT(std::string(runtime.status().message()),
                AllOf(HasSubstr("/etc/airlock.yaml:1:"),
                      HasSubstr(": X25519MLKEM768 needs a later BoringSSL"),
                      HasSubstr("post_quantum: prefer")));
  }
}

TEST_F(PostQuantumTest, PreferPutsItFirstWhereTheEngineHasIt) {
  EXPECT_EQ(With("P-256", "post_quantum: allow"), "P-256");
  const bool has = ssl::HasPostQuantumGroup();
  EXPECT_EQ(With("P-256", "post_quantum: prefer"), has ? kOk : "P-256");
  EXPECT_EQ(effective_, has ? "X25519MLKEM768:P-256" : "P-256");
  EXPECT_TRUE(events_.empty());
  if (!has) return;
  EXPECT_EQ(With("P-256:X25519MLKEM768:P-384", "post_quantum: prefer"), kOk);
  EXPECT_EQ(effective_, "X25519MLKEM768:P-256:P-384");
  EXPECT_EQ(With("X25519MLKEM768:P-256", "post_quantum: prefer"), kOk);
  EXPECT_EQ(effective_, "X25519MLKEM768:P-256");
  EXPECT_EQ(With("X25519:P-256",
                 "post_quantum: prefer, groups: [X25519MLKEM768, P-256]"),
            kOk);
  EXPECT_EQ(effective_, "X25519MLKEM768:P-256");
}

TEST_F(PostQuantumTest, RequireAllowsNothingElse) {
  if (!ssl::HasPostQuantumGroup()) GTEST_SKIP() << "this engine lacks it";
  const std::string require = "post_quantum: require";
  for (const char* groups : {"", "X25519MLKEM768", "P-256:X25519MLKEM768"}) {
    EXPECT_EQ(With(groups, require), kOk) << groups;
    EXPECT_EQ(effective_, "X25519MLKEM768");
    EXPECT_TRUE(events_.empty());
  }
  EXPECT_EQ(With("X25519:P-256", require), kRefused);
  EXPECT_EQ(Audited(AuditEvent::Action::kRefused), "groups");
  EXPECT_EQ(With("X25519:P-256", require + ", on_override: upgrade"), kOk);
  EXPECT_EQ(Audited(AuditEvent::Action::kUpgraded), "groups");
  EXPECT_EQ(With("", require, ssl::TlsVersion::kTls1_2), kRefused);
  EXPECT_THAT(message_, HasSubstr("requires post-quantum key exchange, and so "
                                  "allows no version below TLSv1.3"));
  EXPECT_EQ(
      With("",
           require + ", exceptions: [{host: localhost, post_quantum: allow}]",
           ssl::TlsVersion::kTls1_2),
      "X25519");
}

// These suites need no floor, since they do not exist.
TEST_F(FloorsTest, NoCipherStringSelectsASuiteWithoutEncryptionOrIdentity) {
  const auto runtime = Make("verification: off");
  for (const char* list :
       {"NULL", "eNULL", "aNULL", "NULL-SHA", "NULL-MD5", "ADH", "AECDH",
        "ECDHE-RSA-NULL-SHA", "EXPORT", "EXP-RC4-MD5", "LOW", "RC4", "DES",
        "3DES", "DES-CBC3-SHA", "[DES-CBC3-SHA]", "SSLv2", "COMPLEMENTOFALL",
        "aNULL:@SECLEVEL=0"}) {
    ssl::ContextOptions options;
    options.ciphers = list;
    EXPECT_EQ(Said(runtime->CreateContext({}, options).status()),
              "InvalidArgument")
        << list;
  }
}

TEST_F(FloorsTest, ThePolicyIsReadOnceForACall) {
  // A reload during the call, from the reader of the key.
  const auto runtime = Make("verification: enforce");
  WrapOptions options;
  options.server_hostname = "localhost";
  options.do_handshake_on_connect = false;
  options.certfile = ssl::Reader([&]() -> absl::StatusOr<ssl::Secret> {
    host_->SetFile("/etc/other.pem", Cert("other_root.pem"));
    host_->SetFile("/etc/airlock.yaml",
                   "tls: {verification: off, ca_certs: /etc/other.pem}");
    EXPECT_TRUE(runtime->ReloadPolicy().ok());
    return ssl::Secret(Cert("client_p256.pem") + Cert("client_p256.key"));
  });
  const auto socket =
      runtime->WrapSocket(MakeMemoryTransports().first, std::move(options));
  ASSERT_TRUE(socket.ok()) << socket.status();
  const ssl::ContextOptions& made = (*socket)->context()->options();
  EXPECT_EQ(made.verification.minimum_version, ssl::TlsVersion::kTls1_2);
  EXPECT_EQ(made.trust_store,
            *runtime->LoadCaCerts(CaPath{"/etc/ca-certificates.crt"}));
}

}  // namespace
}  // namespace airlock::platform
