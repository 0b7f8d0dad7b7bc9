// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Decrypts and parses private keys and PKCS#12 files.
#ifndef AIRLOCK_SSL_INTERNAL_PRIVATE_KEY_H_
#define AIRLOCK_SSL_INTERNAL_PRIVATE_KEY_H_

#include <openssl/base.h>
#include <openssl/evp.h>

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ssl/bundle.h"
#include "ssl/certificate.h"
#include "ssl/credentials.h"
#include "ssl/error.h"
#include "ssl/secret.h"

namespace airlock::ssl::internal {

// Calls a PasswordCallback when a password is first needed, and never again.
class PasswordSource {
 public:
  explicit PasswordSource(PasswordCallback callback)
      : callback_(std::move(callback)) {}

  bool available() const { return callback_ != nullptr; }
  // The password, or the callback's error unchanged. Only if available().
  absl::StatusOr<absl::string_view> Get();

 private:
  PasswordCallback callback_;
  std::optional<absl::StatusOr<Secret>> password_;
};

// What errors call the input `name`: a name that the caller gave.
ErrorText InputName(absl::string_view name);

// An error of kind kCredentials: "NAME: WHAT; ADVICE".
absl::Status CredentialsError(absl::string_view name, const ErrorText& what,
                              const ErrorText& advice = "");

// Parses the intact private key `part` of the input that errors call `name`.
// Errors (kCredentials): the key is encrypted and the password is missing or
// wrong; the cipher is not supported; the key is damaged; its type or curve is
// not supported.
absl::StatusOr<bssl::UniquePtr<EVP_PKEY>> ParsePrivateKey(
    const BundlePart& part, absl::string_view name, PasswordSource* password);

struct Pkcs12Content {
  bssl::UniquePtr<EVP_PKEY> key;          // Null if the file has none.
  std::vector<Certificate> certificates;  // The key's own first.
};

// Opens a PKCS#12 file (RFC 7292). Without a password, tries the empty one.
absl::StatusOr<Pkcs12Content> ParsePkcs12(absl::string_view der,
                                          absl::string_view name,
                                          PasswordSource* password);

// Whether the private key belongs to the certificate. kInternal if out of
// memory.
absl::StatusOr<bool> MatchesKey(const Certificate& certificate,
                                const EVP_PKEY* key);

// The type of a certificate's public key, for errors: "ED448", "EC with
// explicit parameters (RFC 5480 wants the curve's name)", "of the type 1.2.3".
std::string DescribePublicKey(const Certificate& certificate);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_PRIVATE_KEY_H_
