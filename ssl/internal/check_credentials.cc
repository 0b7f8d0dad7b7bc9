// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/check_credentials.h"

#include <openssl/x509.h>

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/certificate_text.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/ml_dsa.h"
#include "ssl/internal/security_level.h"

namespace airlock::ssl::internal {
namespace {

// Our own chain has to meet the same level as a peer's. The reasons are
// OpenSSL's.
absl::Status CheckStrength(absl::Span<const Certificate> chain, int level) {
  for (size_t i = 0; i < chain.size(); ++i) {
    X509* x509 = chain[i].impl().x509.get();
    std::string reason = i == 0 ? "EE_KEY_TOO_SMALL" : "CA_KEY_TOO_SMALL";
    std::string why = WeakKeyReason(x509, level);
    // The certificate is not at fault if memory ran out.
    if (!why.empty() && IsOutOfMemory(DrainErrorQueue())) {
      return OutOfMemoryError();
    }
    if (why.empty() && (X509_get_extension_flags(x509) & EXFLAG_SI) == 0) {
      reason = "CA_MD_TOO_WEAK";
      why = WeakSignatureReason(x509, level);
    }
    if (why.empty()) continue;
    Error error;
    error.kind = ErrorKind::kCredentials;
    error.library = "SSL";
    error.reason = std::move(reason);
    error.detail =
        absl::AsciiStrToLower(absl::StrReplaceAll(error.reason, {{"_", " "}}));
    error.subject = chain[i].subject();
    SetParts({ErrorText::Name("certfile"),
              absl::StrCat("the certificate \"", ShownName(error.subject),
                           "\" is too weak: ", why),
              absl::StrCat("Have a stronger one issued. ", NeedsOfLevel(level)),
              /*after_where=*/": ", /*before_advice=*/". "},
             &error);
    return MakeStatus(error);
  }
  return absl::OkStatus();
}

// BoringSSL does not sign with an ECDSA key whose certificate does not allow it
// (RFC 5280, section 4.2.1.3), and says so only in the handshake.
absl::Status CheckKeyUsage(const Credentials& credentials) {
  if (credentials.key_type() != KeyType::kEcdsa) return absl::OkStatus();
  const Certificate& leaf = credentials.chain()[0];
  const uint32_t usage = X509_get_key_usage(leaf.impl().x509.get());
  if ((usage & X509v3_KU_DIGITAL_SIGNATURE) != 0) return absl::OkStatus();
  Error error;
  error.kind = ErrorKind::kCredentials;
  error.library = "SSL";
  error.reason = "KEY_USAGE_BIT_INCORRECT";
  error.detail = "key usage bit incorrect";
  error.subject = leaf.subject();
  SetParts(
      {ErrorText::Name("certfile"),
       absl::StrCat("the certificate \"", ShownName(error.subject),
                    "\" does not allow its ECDSA key to sign: its "
                    "keyUsage has no digitalSignature"),
       "Have a certificate issued with digitalSignature, or without keyUsage.",
       /*after_where=*/": ", /*before_advice=*/". "},
      &error);
  return MakeStatus(error);
}

}  // namespace

absl::Status CheckCredentials(
    absl::Span<const std::shared_ptr<const Credentials>> credentials,
    int security_level) {
  const ErrorQueueScope errors;
  for (const auto& entry : credentials) {
    if (entry == nullptr) {
      return MakeStatus(
          ErrorKind::kInvalidArgument,
          ErrorParts{"credentials", "an entry is null", "remove it."});
    }
    absl::Status status = CheckStrength(entry->chain(), security_level);
    status.Update(CheckKeyUsage(*entry));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckVersionFits(
    absl::Span<const std::shared_ptr<const Credentials>> credentials,
    TlsVersion maximum) {
  if (credentials.empty() || maximum >= TlsVersion::kTls1_3) {
    return absl::OkStatus();
  }
  for (const auto& entry : credentials) {
    if (MlDsaOfKey(entry->chain()[0].impl().x509.get()) == 0) {
      return absl::OkStatus();
    }
  }
  return MakeStatus(ErrorKind::kInvalidArgument,
                    ErrorParts{ErrorText::Name("certfile"),
                               "has an ML-DSA key, which needs TLS 1.3",
                               "allow that version, or use another key."});
}

}  // namespace airlock::ssl::internal
