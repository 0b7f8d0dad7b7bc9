// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What errors say of a certificate.
#ifndef AIRLOCK_SSL_INTERNAL_CERTIFICATE_TEXT_H_
#define AIRLOCK_SSL_INTERNAL_CERTIFICATE_TEXT_H_

#include <openssl/base.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ssl/certificate.h"

namespace airlock::ssl::internal {

// The names in a certificate that can be compared with a host.
struct PresentedNames {
  std::vector<std::string> dns;
  std::vector<std::string> ip;  // 4 or 16 bytes, if well formed.
};

// kInvalidArgument where they are malformed.
absl::StatusOr<PresentedNames> GetPresentedNames(const X509* x509);

// "localhost, 127.0.0.1 and 3 more"; empty where there is none.
std::string DescribeNames(const PresentedNames& names);

// `subject "CN=a", issuer "CN=b", valid from 2020-01-01 to 2030-01-01`.
std::string DescribeCertificate(const Certificate& certificate);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_CERTIFICATE_TEXT_H_
