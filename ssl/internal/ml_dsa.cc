// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/ml_dsa.h"

#include <openssl/obj.h>

#include <cstring>

#include "absl/strings/str_cat.h"
#include "ssl/internal/engine_differences.h"

namespace airlock::ssl::internal {
namespace {

// 2.16.840.1.101.3.4.3.17 to 19; this is what they have in common.
constexpr uint8_t kPrefix[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03};
constexpr int kSets[] = {44, 65, 87};

int OfObject(const ASN1_OBJECT* object) {
  CBS oid;
  CBS_init(&oid, OBJ_get0_data(object), OBJ_length(object));
  return MlDsaOfOid(oid);
}

}  // namespace

int MlDsaOfKeyType(int id) {
  for (size_t i = 0; kHasMlDsa && i < kMlDsaKeyTypes.size(); ++i) {
    if (kMlDsaKeyTypes[i] == id) return kSets[i];
  }
  return 0;
}

int MlDsaOfOid(CBS oid) {
  if (CBS_len(&oid) != sizeof(kPrefix) + 1 ||
      std::memcmp(CBS_data(&oid), kPrefix, sizeof(kPrefix)) != 0) {
    return 0;
  }
  const uint8_t last = CBS_data(&oid)[sizeof(kPrefix)];
  return last >= 17 && last <= 19 ? kSets[last - 17] : 0;
}

int MlDsaOfKey(const X509* certificate) {
  X509_ALGOR* algorithm = nullptr;
  if (!X509_PUBKEY_get0_param(nullptr, nullptr, nullptr, &algorithm,
                              X509_get_X509_PUBKEY(certificate))) {
    return 0;
  }
  const ASN1_OBJECT* object = nullptr;
  X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
  return OfObject(object);
}

int MlDsaOfSignature(const X509* certificate) {
  const X509_ALGOR* algorithm = nullptr;
  X509_get0_signature(nullptr, &algorithm, certificate);
  const ASN1_OBJECT* object = nullptr;
  X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
  return OfObject(object);
}

std::string MlDsaName(int parameter_set) {
  return absl::StrCat("ML-DSA-", parameter_set);
}

}  // namespace airlock::ssl::internal
