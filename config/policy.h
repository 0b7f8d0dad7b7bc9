// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The platform's policy, and the origin of each setting.
#ifndef AIRLOCK_CONFIG_POLICY_H_
#define AIRLOCK_CONFIG_POLICY_H_

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "config/environment.h"
#include "config/host_pattern.h"
#include "config/setting.h"

namespace airlock::config {

// How much of verification the application may decide. Each value is stricter
// than the one before; an application may always be stricter than the policy.
enum class Verification {
  // All of it: nothing is verified unless it asks for it.
  kOff,
  // All of it, but by default a client verifies chain and name.
  kDefault,
  // Nothing: a client verifies chain and name, or it is not created.
  kEnforce,
};

// "off", "default", "enforce".
absl::string_view VerificationName(Verification verification);

enum class TlsVersion { kTls1_0, kTls1_1, kTls1_2, kTls1_3 };

// "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3".
absl::string_view TlsVersionName(TlsVersion version);

// What happens if an application asks for less than the policy requires.
enum class OnOverride {
  kUpgrade,  // Verify anyway, and log that.
  kReject,   // An error.
};

// "upgrade", "reject".
absl::string_view OnOverrideName(OnOverride on_override);

// Whether a client must give a name to check, if verification is enforced.
enum class Hostname {
  kOptional,  // Without a name, only the chain is verified.
  kRequired,
};

// "optional", "required".
absl::string_view HostnameName(Hostname hostname);

// Whether an application, or SSLKEYLOGFILE, may get the secrets of its
// connections.
enum class KeyLog { kAllow, kForbid };

// "allow", "forbid".
absl::string_view KeyLogName(KeyLog key_log);

// Whether connections use the post-quantum group for key exchange,
// X25519MLKEM768, so that a quantum computer cannot decrypt later what is
// recorded today.
enum class PostQuantum {
  kAllow,    // By the core's default and the application's choice.
  kPrefer,   // It is offered first, if the BoringSSL has it.
  kRequire,  // It is the only group, and TLS 1.3 the only version.
};

// "allow", "prefer", "require".
absl::string_view PostQuantumName(PostQuantum post_quantum);

// Whether clients may or must use Encrypted Client Hello (RFC 9849).
enum class Ech {
  kAllow,    // By the application's choice.
  kRequire,  // A client without the server's configurations may not connect.
  kForbid,   // Neither clients nor servers may use it.
};

// "allow", "require", "forbid".
absl::string_view EchName(Ech ech);

// Whether an application may use a feature that replaces or narrows
// verification.
enum class Permission { kAllow, kForbid };

// "allow", "forbid".
absl::string_view PermissionName(Permission permission);

// Whether a client may verify against the application's own CAs.
enum class ApplicationCas {
  kAllow,
  kAudit,   // It may, and each use is audited.
  kForbid,  // The platform's bundle is the only one.
};

// "allow", "audit", "forbid".
absl::string_view ApplicationCasName(ApplicationCas application_cas);

// Which rules for certificates a client enforces.
enum class Profile {
  kCompatible,  // Those that private CAs also keep.
  kStrict,      // RFC 5280 to the letter: x509_strict.
};

// "compatible", "strict".
absl::string_view ProfileName(Profile profile);

// A check that a client always makes, even if its application does not ask for
// it.
enum class VerifyFlag { kCrlCheckLeaf, kCrlCheckChain, kX509Strict };

// The words of VerifyFlag, in its order.
inline constexpr std::array<absl::string_view, 3> kVerifyFlagWords = {
    "crl_check_leaf", "crl_check_chain", "x509_strict"};

// The word of `flag`.
absl::string_view VerifyFlagName(VerifyFlag flag);

// The lowest security level under `enforce` in any policy, and the default
// level.
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

// A SPIFFE trust domain.
struct TrustDomain {
  std::string name;    // "example.org"
  std::string bundle;  // The absolute path of its CA bundle.

  friend bool operator==(const TrustDomain& a, const TrustDomain& b) {
    return a.name == b.name && a.bundle == b.bundle;
  }
};

// A time in days.
struct Days {
  int count = 0;

  std::string ToString() const;  // "14d"

  friend bool operator==(const Days& a, const Days& b) {
    return a.count == b.count;
  }
};

// A policy's settings for connections to one host.
struct PolicySettings {
  Setting<Verification> verification;
  Setting<OnOverride> on_override{OnOverride::kReject, {}};
  Setting<Hostname> hostname{Hostname::kRequired, {}};
  // The lowest version that a client or server may use; unset: the
  // application's choice.
  Setting<std::optional<TlsVersion>> minimum_version;
  // The absolute path of the CA bundle, which overrides the application's;
  // unset: the application's choice, or the system's bundle.
  Setting<std::optional<std::string>> ca_certs;
  Setting<KeyLog> key_log;
  // The lowest security level (OpenSSL's, 0 to 5) for the certificates of both
  // sides; unset: the application's choice.
  Setting<std::optional<int>> security_level;
  // The least strict profile of a client.
  Setting<Profile> profile;
  // A client's checks in addition to those that its application asks for.
  Setting<std::vector<VerifyFlag>> verify_flags;
  // Whether a client may accept any certificate of the bundle as an anchor, and
  // not only self-signed ones.
  Setting<Permission> partial_chain;
  // The maximum number of certificates between leaf and anchor; unset: the
  // application's choice.
  Setting<std::optional<int>> verify_depth;
  // The allowed key exchange groups in order of preference; empty: the
  // application's choice.
  Setting<std::vector<std::string>> groups;
  // Takes precedence over `groups`.
  Setting<PostQuantum> post_quantum;
  Setting<Ech> ech;
  // Pre-shared keys in place of certificates. `enforce` always forbids them for
  // clients.
  Setting<Permission> psk;
  // Has an effect only if ca_certs is not set.
  Setting<ApplicationCas> application_cas;
  // If not empty, the peer's certificate, or another one of its chain, must
  // have one of these keys; the peer's certificate may be self-signed.
  Setting<std::vector<Pin>> pins;
  // The trust domains whose SPIFFE IDs the next two settings may allow.
  Setting<std::vector<TrustDomain>> trust_domains;
  // If not empty, a server requires of its clients one of these SPIFFE IDs, and
  // a client of its server, in place of the host name. As in ssl::SpiffePeers;
  // not checked here.
  Setting<std::vector<std::string>> client_spiffe_ids;
  Setting<std::vector<std::string>> server_spiffe_ids;
  // How long before a certificate in use expires the log warns; unset: never.
  Setting<std::optional<Days>> expiry_warning;
};

namespace internal {

template <typename Settings>
auto TieSettings(Settings& settings) {
  auto& [verification, on_override, hostname, minimum_version, ca_certs,
         key_log, security_level, profile, verify_flags, partial_chain,
         verify_depth, groups, post_quantum, ech, psk, application_cas, pins,
         trust_domains, client_spiffe_ids, server_spiffe_ids, expiry_warning] =
      settings;
  return std::tie(verification, on_override, hostname, minimum_version,
                  ca_certs, key_log, security_level, profile, verify_flags,
                  partial_chain, verify_depth, groups, post_quantum, ech, psk,
                  application_cas, pins, trust_domains, client_spiffe_ids,
                  server_spiffe_ids, expiry_warning);
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

// How two values of one setting are merged.
enum class Merging {
  kStricter,  // The stricter one; for an enumeration, the later value.
  kSmaller,   // The smaller number, which is stricter.
  kFirst,     // The one that takes precedence.
  kAll,       // Both.
  kNever,     // Only exceptions set it.
};

// A setting's name in the operator's file, and how it is merged.
struct SettingRow {
  absl::string_view name;
  Merging merging;
  bool only_if_set = false;  // Reports leave it out where it is not set.
};

// In the order of PolicySettings.
inline constexpr std::array<SettingRow, 21> kSettingRows = {{
    {"verification", Merging::kStricter},
    {"on_override", Merging::kStricter},
    {"hostname", Merging::kStricter},
    {"minimum_version", Merging::kStricter},
    {"ca_certs", Merging::kFirst},
    {"key_log", Merging::kStricter},
    {"security_level", Merging::kStricter},
    {"profile", Merging::kStricter},
    {"verify_flags", Merging::kAll},
    {"partial_chain", Merging::kStricter},
    {"verify_depth", Merging::kSmaller},
    {"groups", Merging::kFirst},
    {"post_quantum", Merging::kStricter},
    // Neither of require and forbid is the stricter one.
    {"ech", Merging::kFirst, true},
    {"psk", Merging::kStricter},
    {"application_cas", Merging::kStricter},
    {"pins", Merging::kNever, true},
    {"trust_domains", Merging::kFirst, true},
    {"client_spiffe_ids", Merging::kFirst, true},
    {"server_spiffe_ids", Merging::kNever, true},
    {"expiry_warning", Merging::kFirst, true},
}};

// Calls `visit(row, setting...)` for each setting, where `row` is a
// std::integral_constant, the index into kSettingRows, and the other arguments
// are that setting of each of `settings`. If a setting lacks its row, the code
// does not compile; each row is merged, excepted and reported.
template <typename Visitor, typename... Settings>
void VisitSettings(Visitor visit, Settings&... settings) {
  internal::VisitEach(visit, std::make_index_sequence<kSettingRows.size()>(),
                      internal::TieSettings(settings)...);
}

// What the operator grants for one host.
struct PolicyException {
  HostPattern host;
  Origin origin;  // Of `host`.
  // A file can set ca_certs, minimum_version, security_level, profile,
  // post_quantum, ech, pins and server_spiffe_ids here. Settings that are not
  // set stay as in the policy.
  PolicySettings settings;
  // The last day, in UTC, on which the exception is valid.
  Setting<std::optional<absl::CivilDay>> expires;
};

// A complete and valid policy.
struct VerificationPolicy : PolicySettings {
  // Their hosts are unique.
  std::vector<PolicyException> exceptions;
};

// The policy that `environment` sets. Pure and thread-safe.
//
//  - AIRLOCK_VERIFY: exactly "off", "default" or "enforce". Any other value is
//    an error (kInvalidArgument) that names it and lists what is accepted. An
//    empty value is an error, too: an operator's template may have expanded to
//    nothing, and it must not be read as "no policy".
//  - PYTHONHTTPSVERIFY (PEP 493): "0" is `off`, empty is the same as unset, any
//    other value is `default`.
//  - The strictest of the two, in all readings, takes effect. If neither is
//    set: `off`, with the origin kBuiltIn.
//  - AIRLOCK_APPLICATION_CAS: "allow", "audit" or "forbid", as in the
//    operator's file; any other value is an error.
//  - Everything that CheckEnvironment rejects is an error.
//  - `enforce` sets the minimum version to TLS 1.2, and requires a name.
//
// EffectivePolicy adds the other effects of `enforce`.
absl::StatusOr<VerificationPolicy> ParseEnvironment(
    const Environment& environment);

// The variables that a file sets, each with the position of its value.
using Variables = std::map<std::string, Setting<std::string>>;

// Like ParseEnvironment, for the variables of an app.yaml; errors name the
// position.
absl::StatusOr<VerificationPolicy> ParseVariables(const Variables& variables);

}  // namespace airlock::config

#endif  // AIRLOCK_CONFIG_POLICY_H_
