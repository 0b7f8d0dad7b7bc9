// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The policy's floors also cover options other than "verification" that weaken
// a connection: they are refused or upgraded, and audited.

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "platform/runtime.h"
#include "ssl/context.h"
#include "ssl/engine.h"
#include "ssl/socket.h"
#include "tests/platform/policy_floors_fixture.h"
#include "tests/support/handshake.h"

namespace airlock::platform {
namespace {

using ssl::VerifyMode;

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

class PolicyFloorsTest : public FloorsTest,
                         public ::testing::WithParamInterface<Row> {
 protected:
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

}  // namespace
}  // namespace airlock::platform
