// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// An X.509 certificate and its fields.
#ifndef AIRLOCK_SSL_CERTIFICATE_H_
#define AIRLOCK_SSL_CERTIFICATE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace airlock::ssl {

// One attribute of a distinguished name: OpenSSL's long name of the type
// ("commonName", or dotted numbers if it has no name) and the value in UTF-8.
using NameAttribute = std::pair<std::string, std::string>;
// RFC 5280's RDNSequence: relative names in order, each a set of attributes.
using DistinguishedName = std::vector<std::vector<NameAttribute>>;

// A subject alternative name: the kind as Python's getpeercert names it ("DNS",
// "IP Address", "email", "URI", "DirName", "Registered ID", "othername",
// "X400Name", "EdiPartyName"), and the value as text. For "DirName" the value
// is in `directory_name`. DNS, email and URI are shown byte for byte, embedded
// NULs included; an IPv6 address as eight groups of upper-case hexadecimal
// digits.
struct SubjectAltName {
  std::string type;
  std::string value;
  DistinguishedName directory_name;
};

// The fields of Python's SSLSocket.getpeercert(), decoded.
struct CertificateInfo {
  DistinguishedName subject;
  DistinguishedName issuer;
  int version = 0;  // 1 to 3.
  // Upper-case hexadecimal, an even number of digits, after a "-" if negative.
  std::string serial_number;
  absl::Time not_before;
  absl::Time not_after;
  std::vector<SubjectAltName> subject_alt_names;
  std::vector<std::string> ocsp_urls;        // Authority information access.
  std::vector<std::string> ca_issuers_urls;  // Authority information access.
  std::vector<std::string> crl_distribution_points;
};

// Properties of a public key.
struct PublicKeyInfo {
  // "RSA", "ECDSA", "Ed25519", "ML-DSA-44", "ML-DSA-65" or "ML-DSA-87"; empty
  // for other types.
  std::string type;
  int bits = 0;       // Such as 2048 or 256; 0 if the engine lacks the type.
  std::string curve;  // For ECDSA, such as "P-256".
};

// The algorithm of a certificate's signature. Empty for an unknown one.
struct SignatureInfo {
  std::string name;    // OpenSSL's long name: "ecdsa-with-SHA256".
  std::string digest;  // OpenSSL's short name: "SHA256".
  // Whether collisions of the digest are practical, so that a signature can be
  // forged.
  bool broken_digest = false;
};

// A certificate. Immutable and cheap to copy (copies share), so thread-safe.
class Certificate {
 public:
  // Parses one DER certificate; trailing bytes, and bytes that are not a
  // certificate, are an error (kInvalidArgument).
  static absl::StatusOr<Certificate> FromDer(absl::string_view der);

  // Parses the first certificate of a PEM text.
  static absl::StatusOr<Certificate> FromPem(absl::string_view pem);

  Certificate(const Certificate&) = default;
  Certificate& operator=(const Certificate&) = default;
  Certificate(Certificate&&) noexcept = default;
  Certificate& operator=(Certificate&&) noexcept = default;
  ~Certificate() = default;

  // The DER encoding; valid while any copy of this exists.
  absl::string_view der() const;
  // The PEM encoding, with a final newline.
  std::string ToPem() const;

  // Decodes everything that getpeercert() shows. An error (kInvalidArgument)
  // names the malformed extension.
  absl::StatusOr<CertificateInfo> Decode() const;

  // Subject and issuer as RFC 4514 writes them, such as "CN=example.com,O=X".
  std::string subject() const;
  std::string issuer() const;
  // The validity, including both ends. InfinitePast if it is malformed.
  absl::Time not_before() const;
  absl::Time not_after() const;

  PublicKeyInfo public_key() const;
  SignatureInfo signature() const;

  // Whether subject and issuer are the same name.
  bool is_self_issued() const;

  // Whether it is a CA, by OpenSSL's rules: its basicConstraints and keyUsage
  // say so; or basicConstraints is missing and its keyUsage says so; or it is a
  // self-signed version 1 certificate.
  bool is_ca() const;

  // The text of `openssl x509 -text`, for people.
  std::string ToText() const;

  // Binary digests: of the DER (20 and 32 bytes), and of the
  // SubjectPublicKeyInfo, which is what a pin names (RFC 7469, section 2.4).
  std::string Sha1Fingerprint() const;
  std::string Sha256Fingerprint() const;
  std::string SpkiSha256() const;

  friend bool operator==(const Certificate& a, const Certificate& b) {
    return a.der() == b.der();
  }
  friend bool operator!=(const Certificate& a, const Certificate& b) {
    return !(a == b);
  }

  // The parsed form; for //ssl only.
  struct Impl;
  explicit Certificate(std::shared_ptr<const Impl> impl)
      : impl_(std::move(impl)) {}
  const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_CERTIFICATE_H_
