// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What the platform enforces, and where each setting came from.
#ifndef AIRLOCK_CONFIG_POLICY_H_
#define AIRLOCK_CONFIG_POLICY_H_

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/types/optional.h"
#include "config/environment.h"
#include "config/host_pattern.h"
#include "config/setting.h"

namespace airlock::config {

// How much of verification is the application's to decide. Each is stricter
// than the one before; an application may always be stricter still.
enum class Verification {
  // All of it: what it does not ask for is not verified.
  kOff,
  // All of it, but a client that says nothing verifies chain and name.
  kDefault,
  // Nothing: a client verifies chain and name, or is not made.
  kEnforce,
};

// "off", "default", "enforce".
absl::string_view VerificationName(Verification verification);

enum class TlsVersion { kTls1_0, kTls1_1, kTls1_2, kTls1_3 };

// "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3".
absl::string_view TlsVersionName(TlsVersion version);

// What becomes of an application that asks for less than the policy demands.
enum class OnOverride {
  kUpgrade,  // It is verified all the same, and that is logged.
  kReject,   // An error.
};

// "upgrade", "reject".
absl::string_view OnOverrideName(OnOverride on_override);

// Whether a client must give a name to check, where verification is enforced.
enum class Hostname {
  kOptional,  // Where it gives none, the chain alone is verified.
  kRequired,
};

// "optional", "required".
absl::string_view HostnameName(Hostname hostname);

// Whether an application, or SSLKEYLOGFILE, may have the secrets of its
// connections.
enum class KeyLog { kAllow, kForbid };

// "allow", "forbid".
absl::string_view KeyLogName(KeyLog key_log);

// Whether an application may use what can take verification's place, or narrow
// it.
enum class Permission { kAllow, kForbid };

// "allow", "forbid".
absl::string_view PermissionName(Permission permission);

// Whether a client may verify against CAs of the application's own.
enum class ApplicationCas {
  kAllow,
  kAudit,   // It may, and each use is audited.
  kForbid,  // The platform's bundle is the only one.
};

// "allow", "audit", "forbid".
absl::string_view ApplicationCasName(ApplicationCas application_cas);

// A check that a client makes whether or not its application asks for it.
enum class VerifyFlag { kCrlCheckLeaf, kCrlCheckChain, kX509Strict };

// The words of VerifyFlag, in its order.
inline constexpr std::array<absl::string_view, 3> kVerifyFlagWords = {
    "crl_check_leaf", "crl_check_chain", "x509_strict"};

// The word of `flag`.
absl::string_view VerifyFlagName(VerifyFlag flag);

// The lowest security level under `enforce`, whatever a policy says, and the
// level where it says nothing.
inline constexpr int kLeastEnforcedLevel = 1;
inline constexpr int kEnforcedLevel = 2;

// The SHA-256 hash of a certificate's SubjectPublicKeyInfo (RFC 7469): 32
// bytes.
struct Pin {
  std::string sha256;

  // "sha256/" and the hash in base64.
  std::string ToString() const;

  friend bool operator==(const Pin& a, const Pin& b) {
    return a.sha256 == b.sha256;
  }
};

// What a policy says of connections to any one host.
struct PolicySettings {
  Setting<Verification> verification;
  Setting<OnOverride> on_override{OnOverride::kReject, {}};
  Setting<Hostname> hostname{Hostname::kRequired, {}};
  // The lowest version that a connection may use, a client's or a server's;
  // unset: the application's choice.
  Setting<absl::optional<TlsVersion>> minimum_version;
  // The absolute path of the CA bundle that counts, whatever an application
  // brings; unset: the application's choice, or the system's.
  Setting<absl::optional<std::string>> ca_certs;
  Setting<KeyLog> key_log;
  // The lowest of OpenSSL's security levels, 0 to 5, for the certificates of
  // both sides; unset: the application's choice.
  Setting<absl::optional<int>> security_level;
  // Checks of a client beside those that its application asks for.
  Setting<std::vector<VerifyFlag>> verify_flags;
  // Whether a client may take any certificate of the bundle as an anchor, and
  // not only those that sign themselves.
  Setting<Permission> partial_chain;
  // How many certificates may lie between leaf and anchor at the most; unset:
  // the application's choice.
  Setting<absl::optional<int>> verify_depth;
  // The key exchange groups that may be used, by preference; empty: the
  // application's choice.
  Setting<std::vector<std::string>> groups;
  // Pre-shared keys in place of certificates. `enforce` forbids them to clients
  // whatever this says.
  Setting<Permission> psk;
  // Of effect where there is no ca_certs.
  Setting<ApplicationCas> application_cas;
  // Where there are any, the peer's certificate, or one that it is verified by,
  // has a key that is among them; a certificate that signs itself will do.
  Setting<std::vector<Pin>> pins;
};

namespace internal {

template <typename Settings>
auto TieSettings(Settings& settings) {
  auto& [verification, on_override, hostname, minimum_version, ca_certs,
         key_log, security_level, verify_flags, partial_chain, verify_depth,
         groups, psk, application_cas, pins] = settings;
  return std::tie(verification, on_override, hostname, minimum_version,
                  ca_certs, key_log, security_level, verify_flags,
                  partial_chain, verify_depth, groups, psk, application_cas,
                  pins);
}

template <size_t kRow, typename Visitor, typename... Ties>
void VisitRow(Visitor& visit, const Ties&... ties) {
  visit(std::integral_constant<size_t, kRow>(), std::get<kRow>(ties)...);
}

template <typename Visitor, size_t... kRows, typename... Ties>
void VisitEach(Visitor& visit, std::index_sequence<kRows...> /*rows*/,
               const Ties&... ties) {
  static_assert(((sizeof...(kRows) == std::tuple_size_v<Ties>)&&...));
  (VisitRow<kRows>(visit, ties...), ...);
}

}  // namespace internal

// How two statements of one setting become one.
enum class Merging {
  kStricter,  // The stricter takes effect: of enumerations, the later value.
  kSmaller,   // The smaller number is the stricter one.
  kFirst,     // The one that takes precedence.
  kAll,       // Both.
  kNever,     // Only exceptions state it.
};

// A setting's name in the operator's file, and how it is merged.
struct SettingRow {
  absl::string_view name;
  Merging merging;
};

// In the order of PolicySettings.
inline constexpr std::array<SettingRow, 14> kSettingRows = {{
    {"verification", Merging::kStricter},
    {"on_override", Merging::kStricter},
    {"hostname", Merging::kStricter},
    {"minimum_version", Merging::kStricter},
    {"ca_certs", Merging::kFirst},
    {"key_log", Merging::kStricter},
    {"security_level", Merging::kStricter},
    {"verify_flags", Merging::kAll},
    {"partial_chain", Merging::kStricter},
    {"verify_depth", Merging::kSmaller},
    {"groups", Merging::kFirst},
    {"psk", Merging::kStricter},
    {"application_cas", Merging::kStricter},
    {"pins", Merging::kNever},
}};

// Calls `visit(row, setting...)` for each setting, where `row` is a
// std::integral_constant, the index into kSettingRows, with that setting of
// each of `settings`. A setting without its row does not compile; one that has
// it is merged, excepted and reported.
template <typename Visitor, typename... Settings>
void VisitSettings(Visitor visit, Settings&... settings) {
  internal::VisitEach(visit, std::make_index_sequence<kSettingRows.size()>(),
                      internal::TieSettings(settings)...);
}

// What the operator grants for one host.
struct PolicyException {
  HostPattern host;
  Origin origin;  // Of `host`.
  // Of these, a file can state ca_certs, minimum_version, security_level and
  // pins. What is not stated stays as it is for every host.
  PolicySettings settings;
  // The last day, in UTC, on which the exception holds.
  Setting<absl::optional<absl::CivilDay>> expires;
};

// A policy: a value, complete, and valid in itself.
struct VerificationPolicy : PolicySettings {
  // For no two the same host.
  std::vector<PolicyException> exceptions;
};

// The policy that `environment` states. Pure and thread-safe.
//
//  - AIRLOCK_VERIFY: "off", "default" or "enforce", exactly so. Any other value
//    is an error (kInvalidArgument) that names it and what is accepted; the
//    empty one too, for an operator whose template came out empty meant
//    something, and "no policy" is the one guess that must not be made.
//  - PYTHONHTTPSVERIFY (PEP 493): "0" is `off`, empty is as if unset, any other
//    value is `default`.
//  - Of the two, and of several readings, the strictest takes effect. Neither
//    set: `off`, with the origin kBuiltIn.
//  - AIRLOCK_APPLICATION_CAS: "allow", "audit" or "forbid", as in the
//    operator's file; any other value is an error.
//  - What CheckEnvironment refuses is an error.
//  - `enforce` sets the minimum version to TLS 1.2, and requires a name.
//
// What else `enforce` brings, EffectivePolicy adds.
absl::StatusOr<VerificationPolicy> ParseEnvironment(
    const Environment& environment);

// The variables that a file sets, each with the place of its value.
using Variables = std::map<std::string, Setting<std::string>>;

// As ParseEnvironment, for the variables of an app.yaml; errors name the place.
absl::StatusOr<VerificationPolicy> ParseVariables(const Variables& variables);

}  // namespace airlock::config

#endif  // AIRLOCK_CONFIG_POLICY_H_
