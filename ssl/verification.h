// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Everything that decides whether a peer is trusted, as plain data: one struct
// that all options structs share.
#ifndef AIRLOCK_SSL_VERIFICATION_H_
#define AIRLOCK_SSL_VERIFICATION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "ssl/hostname.h"
#include "ssl/protocol.h"

namespace airlock::ssl {

class SpiffePeers;

// Python's CERT_*. What one side requires of its peer.
enum class VerifyMode {
  kNone,      // Nothing. A client also needs the token of ssl/insecure.h.
  kOptional,  // Server: verify if sent. Client: the same as kRequired.
  kRequired,  // A verified certificate, or no connection.
};

// "CERT_NONE", "CERT_OPTIONAL", "CERT_REQUIRED".
absl::string_view VerifyModeName(VerifyMode mode);

// Python's VERIFY_*.
struct VerifyFlags {
  bool crl_check_leaf = false;   // The peer's certificate must not be revoked,
  bool crl_check_chain = false;  // nor any of its issuers; no CRL is an error.
  // RFC 5280 to the letter, as far as OpenSSL's X509_STRICT checks it: CAs,
  // including the root, need basicConstraints and keyUsage; names; key
  // identifiers.
  bool x509_strict = false;
  // Any certificate of the trust store is an anchor. The peer's own then needs
  // no issuer but for its CRL, and others that were sent do not matter.
  bool partial_chain = false;
  // Prefer the trust store's issuers over the peer's.
  bool trusted_first = true;
};

// Calls `visit` for each flag with its name, its bit in OpenSSL's X509_V_FLAG_*
// and Python's VERIFY_*, and the field. If a flag is missing here, the code
// does not compile; each flag here reaches every interface, cache and session.
template <typename Flags, typename Visitor>
void VisitFlags(Flags& flags, Visitor visit) {
  auto& [crl_check_leaf, crl_check_chain, x509_strict, partial_chain,
         trusted_first] = flags;
  visit("crl_check_leaf", uint32_t{0x4}, crl_check_leaf);
  visit("crl_check_chain", uint32_t{0x8}, crl_check_chain);
  visit("x509_strict", uint32_t{0x20}, x509_strict);
  visit("partial_chain", uint32_t{0x80000}, partial_chain);
  visit("trusted_first", uint32_t{0x8000}, trusted_first);
}

// Convert flags to bits and back. Unknown bits are ignored. In OpenSSL,
// crl_check_chain has an effect only with crl_check_leaf; bits for OpenSSL must
// set both.
uint32_t FlagBits(const VerifyFlags& flags);
VerifyFlags FlagsFromBits(uint32_t bits);

// Whether Encrypted Client Hello (ECH, RFC 9849) may or must be used.
enum class EchUse {
  kAllowed,
  // A client has to offer it (SocketOptions::ech_configs). Servers cannot
  // demand it of their clients.
  kRequired,
  // ECH, GREASE for it and a server's keys are errors.
  kForbidden,
};

struct Verification {
  VerifyMode mode = VerifyMode::kRequired;
  // A client checks the server's certificate for
  // SocketOptions::server_hostname.
  bool check_hostname = true;
  // With `check_hostname`: a Socket without a name verifies only the chain. If
  // false, a missing name is an error: kInvalidArgument, or the result of
  // ContextOptions::hostname_missing.
  bool hostname_optional = false;
  HostnameOptions hostname;
  VerifyFlags flags;
  // How many certificates are allowed between leaf and anchor.
  int depth = 100;

  Protocol protocol = Protocol::kSslv23;
  // These narrow the range of `protocol`. An empty range is an error.
  std::optional<TlsVersion> minimum_version;
  std::optional<TlsVersion> maximum_version;
  // Python's OP_NO_TLSv1 and so on: versions to exclude from the range. TLS
  // does not allow gaps (RFC 8446, appendix D.5): if an excluded version lies
  // inside the range, the versions below it are excluded too.
  std::vector<TlsVersion> disabled_versions;
  // OpenSSL's security level, 0 to 5, for our certificates and the peer's.
  // Level 1 and above: no SHA-1 signatures. Level 2 and above: no RSA keys
  // below 2048 bits.
  int security_level = 2;
  // The lowest level that `security_level` and ContextOptions::ciphers can set.
  int minimum_security_level = 0;
  // "X25519:P-256" and so on, by preference; OpenSSL's names ("prime256v1") are
  // accepted. Empty: X25519, P-256, P-384, P-521.
  std::string groups;

  // SHA-256 hashes of SubjectPublicKeyInfos (RFC 7469), 32 bytes each. Unless
  // empty, a verified chain must contain one of these keys.
  std::vector<std::string> pins;
  // The same, and a self-signed peer certificate with one of these keys needs
  // no issuer in the trust store. Its dates and name are still checked.
  std::vector<std::string> anchor_pins;

  // Not null: the peer's certificate, a server's or a client's, must be an
  // X509-SVID with an allowed SPIFFE ID, and its chain must lead to the bundle
  // of the ID's own trust domain. This replaces the trust store, which must be
  // null, and the host name, which is sent, but not checked. kNone and
  // anchor_pins together with it are errors. See ssl/spiffe_peers.h.
  std::shared_ptr<const SpiffePeers> spiffe;

  EchUse ech = EchUse::kAllowed;
};

// Calls `visit(name, field)` for each field. If a field is missing here, the
// code does not compile; each field here is part of every cache key and of
// every session's identity.
template <typename Fields, typename Visitor>
void VisitFields(Fields& verification, Visitor visit) {
  auto& [mode, check_hostname, hostname_optional, hostname, flags, depth,
         protocol, minimum_version, maximum_version, disabled_versions,
         security_level, minimum_security_level, groups, pins, anchor_pins,
         spiffe, ech] = verification;
  auto& [common_name_fallback] = hostname;
  visit("mode", mode);
  visit("check_hostname", check_hostname);
  visit("hostname_optional", hostname_optional);
  visit("common_name_fallback", common_name_fallback);
  VisitFlags(flags, [&visit](absl::string_view name, uint32_t /*bit*/,
                             auto& flag) { visit(name, flag); });
  visit("depth", depth);
  visit("protocol", protocol);
  visit("minimum_version", minimum_version);
  visit("maximum_version", maximum_version);
  visit("disabled_versions", disabled_versions);
  visit("security_level", security_level);
  visit("minimum_security_level", minimum_security_level);
  visit("groups", groups);
  visit("pins", pins);
  visit("anchor_pins", anchor_pins);
  visit("spiffe", spiffe);
  visit("ech", ech);
}

// Bytes that are equal only for equal values, for cache keys. They can change
// between versions of Airlock.
std::string CanonicalBytes(const Verification& verification);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_VERIFICATION_H_
