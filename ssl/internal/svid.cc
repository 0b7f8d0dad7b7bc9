// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/svid.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/shown.h"

namespace airlock::ssl::internal {
namespace {

SvidFinding Violates(absl::string_view rule, std::string what) {
  return {std::move(what), rule};
}

// The URIs among the subject alternative names, byte by byte.
absl::StatusOr<std::vector<std::string>> Uris(const X509* x509) {
  const absl::StatusOr<bssl::UniquePtr<GENERAL_NAMES>> names =
      GetSubjectAltNames(x509);
  if (!names.ok()) return names.status();
  std::vector<std::string> uris;
  for (const GENERAL_NAME* name : names->get()) {
    if (name->type != GEN_URI) continue;
    uris.emplace_back(Asn1StringView(name->d.uniformResourceIdentifier));
  }
  return uris;
}

// Sections 4.1 and 4.3: what distinguishes a leaf from a signing certificate.
SvidFinding CheckUsage(X509* leaf) {
  const uint32_t flags = X509_get_extension_flags(leaf);
  if ((flags & EXFLAG_CA) != 0 || X509_check_ca(leaf) != 0) {
    return Violates("X509-SVID, section 4.1",
                    "a CA certificate cannot authenticate a peer");
  }
  if ((flags & EXFLAG_KUSAGE) == 0) {
    return Violates("X509-SVID, section 4.3", "it has no key usage");
  }
  const uint32_t usage = X509_get_key_usage(leaf);
  if ((usage & X509v3_KU_DIGITAL_SIGNATURE) == 0) {
    return Violates("X509-SVID, section 4.3",
                    "its key usage lacks digitalSignature");
  }
  if ((usage & (X509v3_KU_KEY_CERT_SIGN | X509v3_KU_CRL_SIGN)) != 0) {
    return Violates("X509-SVID, section 4.3",
                    "its key usage has keyCertSign or cRLSign");
  }
  return {};
}

// The finding about names that do not parse; an error if memory ran out.
absl::StatusOr<SvidFinding> Unreadable(const absl::Status& status) {
  if (GetErrorKind(status) == ErrorKind::kInternal) return status;
  return Violates("X509-SVID, section 2", std::string(status.message()));
}

}  // namespace

absl::StatusOr<SvidFinding> CheckSvid(X509* leaf, std::optional<SpiffeId>* id) {
  const absl::StatusOr<std::vector<std::string>> uris = Uris(leaf);
  if (!uris.ok()) return Unreadable(uris.status());
  if (uris->size() != 1) {
    return Violates(
        "X509-SVID, section 2",
        uris->empty()
            ? "it has no SPIFFE ID: its subject alternative names have no URI"
            : absl::StrCat("it must have one URI, but has ", uris->size(),
                           ": \"", Shown((*uris)[0]), "\", \"",
                           Shown((*uris)[1]), "\"",
                           uris->size() > 2 ? ", ..." : ""));
  }
  absl::StatusOr<SpiffeId> parsed = SpiffeId::Parse((*uris)[0]);
  if (!parsed.ok()) {
    return Violates("SPIFFE-ID, section 2",
                    std::string(parsed.status().message()));
  }
  if (parsed->path().empty()) {
    return Violates("X509-SVID, section 3.1",
                    absl::StrCat("its SPIFFE ID, \"", Shown(parsed->text()),
                                 "\", has no path"));
  }
  SvidFinding finding = CheckUsage(leaf);
  if (finding.what.empty()) *id = *std::move(parsed);
  return finding;
}

absl::StatusOr<SvidFinding> CheckSigningCertificates(
    absl::Span<X509* const> chain) {
  for (size_t i = 1; i < chain.size(); ++i) {
    const absl::StatusOr<std::vector<std::string>> uris = Uris(chain[i]);
    if (!uris.ok()) return Unreadable(uris.status());
    for (const std::string& uri : *uris) {
      if (!absl::StartsWithIgnoreCase(uri, "spiffe:")) continue;
      const absl::StatusOr<SpiffeId> id = SpiffeId::Parse(uri);
      if (id.ok() && id->path().empty()) continue;
      SvidFinding finding =
          id.ok() ? Violates("X509-SVID, section 3.2",
                             absl::StrCat("its SPIFFE ID, \"", Shown(uri),
                                          "\", has a path: it must not issue "
                                          "certificates"))
                  : Violates("SPIFFE-ID, section 2",
                             std::string(id.status().message()));
      finding.depth = static_cast<int>(i);
      return finding;
    }
  }
  return SvidFinding();
}

}  // namespace airlock::ssl::internal
