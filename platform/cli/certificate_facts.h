// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The facts about a certificate that a person wants to know.
#ifndef AIRLOCK_PLATFORM_CLI_CERTIFICATE_FACTS_H_
#define AIRLOCK_PLATFORM_CLI_CERTIFICATE_FACTS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "config/json.h"
#include "ssl/certificate.h"

namespace airlock::cli {

struct CertificateFacts {
  std::string key;        // "RSA 2048", "ECDSA P-256", "Ed25519", "unknown".
  std::string signature;  // OpenSSL's name: "ecdsa-with-SHA256".
  bool is_ca = false;
  bool self_issued = false;
  // "DNS:localhost", "IP Address:127.0.0.1", printable.
  std::vector<std::string> names;
  // Each is the end of a sentence about it: "expired 3 days ago", "has an RSA
  // key of 1024 bits, ...". The signature digest of a self-issued one is not a
  // weakness: nothing relies on it.
  std::vector<std::string> weaknesses;
};

// Describes `certificate` at the time `now`.
CertificateFacts ExamineCertificate(const ssl::Certificate& certificate,
                                    absl::Time now);

// An object: subject, issuer, serial number, dates, key, signature, names,
// SHA-256 fingerprint and weaknesses.
config::Json CertificateJson(const ssl::Certificate& certificate,
                             absl::Time now);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_CERTIFICATE_FACTS_H_
