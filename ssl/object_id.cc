// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/object_id.h"

#include <openssl/asn1.h>
#include <openssl/nid.h>
#include <openssl/obj.h>

#include <array>

#include "ssl/internal/error_queue.h"

namespace airlock::ssl {
namespace {

std::optional<ObjectId> Describe(const ASN1_OBJECT* object) {
  if (object == nullptr) return std::nullopt;
  const int nid = OBJ_obj2nid(object);
  const char* const short_name = OBJ_nid2sn(nid);
  const char* const long_name = OBJ_nid2ln(nid);
  std::array<char, 256> numbers{};
  const int size = OBJ_obj2txt(numbers.data(), numbers.size(), object,
                               /*always_return_oid=*/1);
  if (nid == NID_undef || size <= 0 || short_name == nullptr ||
      long_name == nullptr) {
    return std::nullopt;
  }
  return ObjectId{nid, short_name, long_name, numbers.data()};
}

}  // namespace

std::optional<ObjectId> FindObject(const std::string& text, bool names_too) {
  const internal::ErrorQueueScope scope;
  const bssl::UniquePtr<ASN1_OBJECT> object(
      OBJ_txt2obj(text.c_str(), /*dont_search_names=*/names_too ? 0 : 1));
  return Describe(object.get());
}

std::optional<ObjectId> FindObject(int nid) {
  const internal::ErrorQueueScope scope;
  return Describe(OBJ_nid2obj(nid));
}

}  // namespace airlock::ssl
