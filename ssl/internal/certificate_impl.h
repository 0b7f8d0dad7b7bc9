// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The parsed form of ssl/certificate.h.
#ifndef AIRLOCK_SSL_INTERNAL_CERTIFICATE_IMPL_H_
#define AIRLOCK_SSL_INTERNAL_CERTIFICATE_IMPL_H_

#include <openssl/base.h>
#include <openssl/pool.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ssl/certificate.h"

namespace airlock::ssl {

struct Certificate::Impl {
  bssl::UniquePtr<CRYPTO_BUFFER> der;
  // The same certificate as `der`, and OpenSSL's trust settings if it was read
  // from a TRUSTED CERTIFICATE.
  bssl::UniquePtr<X509> x509;
};

namespace internal {

// Parses the one certificate in `der` without copying it; takes a reference.
absl::StatusOr<Certificate> CertificateFromBuffer(CRYPTO_BUFFER* der);

// Wraps a certificate that was parsed from `der`; takes a reference to each.
absl::StatusOr<Certificate> CertificateFromParsed(CRYPTO_BUFFER* der,
                                                  X509* x509);

// Wraps a parsed certificate; takes a reference.
absl::StatusOr<Certificate> CertificateFromX509(X509* x509);

// Parses the DER out of a PEM block with this label (see IsCertificateLabel).
absl::StatusOr<Certificate> CertificateFromPemDer(absl::string_view label,
                                                  absl::string_view der);

// The subject alternative names; null if the certificate has no such extension.
// An error (kInvalidArgument) if it is malformed or occurs twice.
absl::StatusOr<bssl::UniquePtr<GENERAL_NAMES>> GetSubjectAltNames(
    const X509* x509);

// A distinguished name in RFC 4514 form, in UTF-8.
std::string NameToString(const X509_NAME* name);

// Four or sixteen bytes as CPython shows an address: "192.0.2.1", or eight
// groups of upper-case hexadecimal digits. "<invalid>" for another number of
// bytes.
std::string IpAddressToText(absl::string_view bytes);

// The characters of `value`, whatever its encoding, in UTF-8.
absl::StatusOr<std::string> Asn1StringToUtf8(const ASN1_STRING* value);

// The raw bytes of `value`; valid as long as it is.
absl::string_view Asn1StringView(const ASN1_STRING* value);

}  // namespace internal
}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_INTERNAL_CERTIFICATE_IMPL_H_
