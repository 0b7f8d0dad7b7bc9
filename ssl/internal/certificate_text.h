// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Describes certificates in error messages.
#ifndef AIRLOCK_SSL_INTERNAL_CERTIFICATE_TEXT_H_
#define AIRLOCK_SSL_INTERNAL_CERTIFICATE_TEXT_H_

#include <openssl/base.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ssl/certificate.h"

namespace airlock::ssl::internal {

// The names in a certificate that can match a host.
struct PresentedNames {
  std::vector<std::string> dns;
  std::vector<std::string> ip;  // 4 or 16 bytes, if well formed.
  // Whether the certificate has a subjectAltName, even an empty one.
  bool has_extension = false;
};

// kInvalidArgument if they are malformed.
absl::StatusOr<PresentedNames> GetPresentedNames(const X509* x509);

// The subject's common names in UTF-8, in order; those that cannot be decoded
// are left out, also for lack of memory (see MemoryWatch).
std::vector<std::string> CommonNames(const X509* x509);

// "localhost, 127.0.0.1 and 3 more"; empty without names.
std::string DescribeNames(const PresentedNames& names);

// A distinguished name for messages; a long one is cut in the middle.
std::string ShownName(absl::string_view name);

// `subject "CN=a", issuer "CN=b", valid from 2020-01-01 to 2030-01-01`.
std::string DescribeCertificate(const Certificate& certificate);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_CERTIFICATE_TEXT_H_
