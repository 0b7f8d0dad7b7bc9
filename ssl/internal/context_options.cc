// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/context_options.h"

#include <openssl/sha.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/types/span.h"
#include "ssl/error.h"
#include "ssl/internal/check_credentials.h"
#include "ssl/internal/engine_differences.h"
#include "ssl/internal/signature_algorithms.h"
#include "ssl/ticket_keyring.h"

namespace airlock::ssl::internal {
namespace {

constexpr TlsVersion kVersions[] = {TlsVersion::kTls1_0, TlsVersion::kTls1_1,
                                    TlsVersion::kTls1_2, TlsVersion::kTls1_3};
constexpr size_t kTicketKeySize = 48;
constexpr size_t kMaxSessionIdContext = 32;
constexpr size_t kMaxTickets = 16;  // BoringSSL's.

VersionRange ProtocolRange(Protocol protocol) {
  switch (protocol) {
    case Protocol::kTlsv1:
      return {TlsVersion::kTls1_0, TlsVersion::kTls1_0};
    case Protocol::kTlsv1_1:
      return {TlsVersion::kTls1_1, TlsVersion::kTls1_1};
    case Protocol::kTlsv1_2:
      return {TlsVersion::kTls1_2, TlsVersion::kTls1_2};
    case Protocol::kSslv23:
      break;
  }
  return {TlsVersion::kTls1_0, TlsVersion::kTls1_3};
}

absl::Status Invalid(const ErrorText& where, absl::string_view what,
                     absl::string_view advice = "") {
  return MakeStatus(ErrorKind::kInvalidArgument,
                    ErrorParts{where, what, advice});
}

absl::Status CheckProtocolNames(absl::string_view field,
                                const std::vector<std::string>& names) {
  size_t total = 0;
  for (const std::string& name : names) {
    if (name.empty() || name.size() > 255) {
      return Invalid(ErrorText::Name(field),
                     absl::StrCat("a protocol name of ", name.size(), " bytes"),
                     "it must have 1 to 255.");
    }
    total += name.size() + 1;
  }
  if (total > 65535) {
    return Invalid(ErrorText::Name(field),
                   absl::StrCat(total, " bytes in total"),
                   "at most 65535 are allowed.");
  }
  return absl::OkStatus();
}

absl::Status CheckPresented(const ContextOptions& options) {
  if (options.credential_source == nullptr) {
    return CheckCredentials(options.credentials,
                            options.verification.security_level);
  }
  if (!options.credentials.empty()) {
    return Invalid("credential_source", "credentials is set as well",
                   "leave one of them out.");
  }
  const std::pair<const char*, const std::string*> presented[] = {
      {"ocsp_response", &options.ocsp_response},
      {"sct_list", &options.sct_list},
  };
  for (const auto& [field, value] : presented) {
    if (value->empty()) continue;
    return Invalid(field,
                   "credential_source is set as well, and its next certificate "
                   "is another one",
                   "leave one of them out.");
  }
  return absl::OkStatus();
}

absl::Status CheckSignatureAlgorithms(absl::string_view field,
                                      const std::vector<uint16_t>& algorithms,
                                      int security_level) {
  for (size_t i = 0; i < algorithms.size(); ++i) {
    const uint16_t algorithm = algorithms[i];
    const std::string name = absl::StrFormat("0x%04x", algorithm);
    const bool is_ml_dsa = absl::c_linear_search(kMlDsaSchemes, algorithm);
    // Not a SignatureScheme, but BoringSSL's name of what TLS 1.1 uses.
    if (algorithm == SSL_SIGN_RSA_PKCS1_MD5_SHA1 ||
        SSL_get_signature_algorithm_name(algorithm, 1) == nullptr) {
      return Invalid(ErrorText::Name(field),
                     absl::StrCat(name, " is not a known signature algorithm"),
                     is_ml_dsa && !kHasMlDsa
                         ? MlDsaNeed()
                         : "RFC 8446, section 4.2.3, has their numbers.");
    }
    if (std::count(algorithms.begin(), algorithms.end(), algorithm) > 1) {
      return Invalid(ErrorText::Name(field),
                     absl::StrCat(name, " is named twice"), "leave one out.");
    }
    if (security_level > 0 && UsesSha1(algorithm)) {
      return Invalid(ErrorText::Name(field), absl::StrCat(name, " uses SHA-1"),
                     "it needs security level 0.");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSessions(const ContextOptions& options) {
  if (options.session_id_context.size() > kMaxSessionIdContext) {
    return Invalid("session_id_context",
                   absl::StrCat(options.session_id_context.size(), " bytes"),
                   "at most 32 are allowed.");
  }
  if (options.session_timeout < absl::Seconds(1) ||
      options.session_timeout > absl::Hours(24 * 7)) {
    return Invalid("session_timeout",
                   "must be from one second to seven days (RFC 8446, section "
                   "4.6.1).");
  }
  if (options.num_tickets > kMaxTickets) {
    return Invalid("num_tickets", absl::StrCat(options.num_tickets),
                   "at most 16 can be sent.");
  }
  for (const auto& key : options.ticket_keys) {
    if (key == nullptr || key->size() != kTicketKeySize) {
      return Invalid("ticket_keys", "each key must have 48 random bytes.");
    }
  }
  if (options.ticket_keyring == nullptr) return absl::OkStatus();
  if (!options.ticket_keys.empty()) {
    return Invalid("ticket_keyring", "ticket_keys is set as well",
                   "leave one of them out.");
  }
  if (options.session_timeout > options.ticket_keyring->lifetime()) {
    return Invalid(
        "ticket_keyring",
        absl::StrCat("its lifetime, ",
                     absl::FormatDuration(options.ticket_keyring->lifetime()),
                     ", is below the session_timeout, ",
                     absl::FormatDuration(options.session_timeout)),
        "its keys must open a ticket for as long as it is valid.");
  }
  return absl::OkStatus();
}

// SPIFFE IDs take the place of host names and the trust store, so nothing may
// be left that verifies less.
absl::Status CheckSpiffe(const ContextOptions& options) {
  if (options.verification.spiffe == nullptr) return absl::OkStatus();
  if (options.verification.mode == VerifyMode::kNone) {
    return MakeStatus(
        ErrorKind::kInvalidArgument,
        ErrorParts{"spiffe",
                   Named("is set, but cert_reqs is {CERT_NONE}, so no SPIFFE "
                         "ID would be verified"),
                   "require a certificate."});
  }
  if (options.trust_store != nullptr || options.trust_source != nullptr) {
    return Invalid(ErrorText::Name("ca_certs"),
                   "is set, but only the bundles of the trust domains count "
                   "where SPIFFE IDs are verified",
                   "leave it out.");
  }
  if (!options.verification.anchor_pins.empty()) {
    return Invalid("anchor_pins",
                   "replaces the CA, but a SPIFFE ID needs one of its trust "
                   "domain",
                   "use pins.");
  }
  if (options.psk_client != nullptr || options.psk_server != nullptr) {
    return Invalid("psk",
                   "is set, but a peer with a pre-shared key has no SPIFFE ID",
                   "leave it out.");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<VersionRange> ResolveVersions(const ContextOptions& options) {
  VersionRange range = ProtocolRange(options.verification.protocol);
  range.minimum =
      std::max(range.minimum,
               options.verification.minimum_version.value_or(range.minimum));
  range.maximum =
      std::min(range.maximum,
               options.verification.maximum_version.value_or(range.maximum));
  std::optional<VersionRange> run;
  for (auto it = std::rbegin(kVersions); it != std::rend(kVersions); ++it) {
    const bool enabled =
        *it >= range.minimum && *it <= range.maximum &&
        std::count(options.verification.disabled_versions.begin(),
                   options.verification.disabled_versions.end(), *it) == 0;
    if (enabled) {
      run = VersionRange{*it, run.has_value() ? run->maximum : *it};
    } else if (run.has_value()) {
      break;
    }
  }
  if (!run.has_value()) {
    Error error;
    error.kind = ErrorKind::kInvalidArgument;
    error.library = "SSL";
    error.reason = "NO_SUPPORTED_VERSIONS_ENABLED";
    SetParts({Named("{ssl_version}, minimum_version, maximum_version and "
                    "disabled_versions"),
              "leave no protocol version", "widen one of them.",
              /*after_where=*/" "},
             &error);
    return MakeStatus(error);
  }
  return *run;
}

absl::Status CheckSecurityLevels(const ContextOptions& options) {
  for (const auto& [field, level] :
       {std::make_pair("security_level", options.verification.security_level),
        std::make_pair("minimum_security_level",
                       options.verification.minimum_security_level)}) {
    if (level >= 0 && level <= 5) continue;
    return Invalid(field, absl::StrCat(level), "must be from 0 to 5.");
  }
  return absl::OkStatus();
}

absl::Status CheckContextOptions(const ContextOptions& options) {
  if (options.clock == nullptr) {
    return Invalid("clock", "is required, to check expiry dates.");
  }
  if (options.verification.depth < 0) {
    return Invalid("verify_depth", "must not be negative.");
  }
  const std::pair<const char*, const std::vector<std::string>*> all_pins[] = {
      {"pins", &options.verification.pins},
      {"anchor_pins", &options.verification.anchor_pins},
  };
  for (const auto& [field, pins] : all_pins) {
    for (const std::string& pin : *pins) {
      if (pin.size() == SHA256_DIGEST_LENGTH) continue;
      return Invalid(field, absl::StrCat("a pin has ", pin.size(), " bytes"),
                     "a SHA-256 hash has 32.");
    }
  }
  if (options.verification.mode != VerifyMode::kNone &&
      options.trust_store == nullptr && options.trust_source == nullptr &&
      options.verification.spiffe == nullptr) {
    return MakeStatus(
        ErrorKind::kTrustStore,
        ErrorParts{ErrorText::Name("ca_certs"),
                   "a CA bundle is required where the peer is verified",
                   "set one."});
  }
  if (options.trust_store != nullptr && options.trust_source != nullptr) {
    return Invalid("trust_source", "trust_store is set as well",
                   "leave one of them out.");
  }
  if (options.ech_keys != nullptr &&
      options.verification.ech == EchUse::kForbidden) {
    return MakeStatus(
        ErrorKind::kPolicy,
        ErrorParts{ErrorText::Name("ech_keys"),
                   "Encrypted Client Hello is forbidden", "leave it out."});
  }
  for (const absl::Status& status :
       {CheckSpiffe(options),
        CheckProtocolNames("alpn_protocols", options.alpn_protocols),
        CheckProtocolNames("npn_protocols", options.npn_protocols),
        CheckSignatureAlgorithms("signing_algorithms",
                                 options.signing_algorithms,
                                 options.verification.security_level),
        CheckSignatureAlgorithms("peer_signing_algorithms",
                                 options.peer_signing_algorithms,
                                 options.verification.security_level),
        CheckSessions(options), CheckPresented(options)}) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace airlock::ssl::internal
