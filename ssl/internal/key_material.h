// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What a file of keys and certificates holds, before any key is decrypted.
#ifndef AIRLOCK_SSL_INTERNAL_KEY_MATERIAL_H_
#define AIRLOCK_SSL_INTERNAL_KEY_MATERIAL_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ssl/certificate.h"
#include "ssl/secret.h"

namespace airlock::ssl::internal {

// How a private key is written down.
enum class KeyForm {
  kPkcs8,           // RFC 5958's OneAsymmetricKey.
  kEncryptedPkcs8,  // RFC 5958's EncryptedPrivateKeyInfo.
  kPkcs1,           // RFC 8017's RSAPrivateKey.
  kSec1,            // RFC 5915's ECPrivateKey.
  kPemWithHeaders,  // OpenSSL's traditional encryption: PEM text, not DER.
  kUnsupported,
};

struct EncodedKey {
  KeyForm form = KeyForm::kUnsupported;
  std::string where;  // "block 2 (PRIVATE KEY, line 21)", for errors.
  Secret content;     // DER, but for kPemWithHeaders; none for kUnsupported.
};

struct KeyMaterial {
  std::vector<Certificate> certificates;
  std::vector<EncodedKey> keys;
  // The whole input where it is PKCS#12; the other fields are empty then.
  Secret pkcs12;
  // What else there is: labels of PEM blocks.
  std::vector<std::string> others;
};

// An error of kind kCredentials: "NAME: MESSAGE".
absl::Status CredentialsError(absl::string_view name,
                              absl::string_view message);

// Sorts out what `bytes` hold, PEM or DER. `name` is what errors call them.
// Errors (kCredentials): nothing, a path, or what is no key and no certificate;
// any damaged block.
absl::StatusOr<KeyMaterial> ParseKeyMaterial(absl::string_view bytes,
                                             absl::string_view name);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_KEY_MATERIAL_H_
