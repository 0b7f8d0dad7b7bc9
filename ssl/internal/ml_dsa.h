// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// ML-DSA (FIPS 204), the post-quantum signature, in keys and certificates (RFC
// 9881). Its object identifiers are known whether the engine has it or not, so
// that an error can name it.
#ifndef AIRLOCK_SSL_INTERNAL_ML_DSA_H_
#define AIRLOCK_SSL_INTERNAL_ML_DSA_H_

#include <openssl/bytestring.h>
#include <openssl/x509.h>

#include <cstdint>
#include <string>

namespace airlock::ssl::internal {

// The parameter set, 44, 65 or 87, of the key type `id` (EVP_PKEY_id); 0 for
// any other type.
int MlDsaOfKeyType(int id);

// The same of an object identifier's content, and of the key and the signature
// of a certificate.
int MlDsaOfOid(CBS oid);
int MlDsaOfKey(const X509* certificate);
int MlDsaOfSignature(const X509* certificate);

// "ML-DSA-65".
std::string MlDsaName(int parameter_set);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_ML_DSA_H_
