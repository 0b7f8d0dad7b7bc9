// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// ASN.1 object identifiers that have names, for Python's ssl.txt2obj and
// nid2obj.
#ifndef AIRLOCK_SSL_OBJECT_ID_H_
#define AIRLOCK_SSL_OBJECT_ID_H_

#include <optional>
#include <string>

namespace airlock::ssl {

struct ObjectId {
  int nid = 0;             // OpenSSL's number.
  std::string short_name;  // "serverAuth"
  std::string long_name;   // "TLS Web Server Authentication"
  std::string numbers;     // "1.3.6.1.5.5.7.3.1"
};

// The object with these dotted numbers or, if `names_too`, with this short or
// long name. Unset if the object has no name. Thread-safe.
std::optional<ObjectId> FindObject(const std::string& text, bool names_too);

// The object with this NID. Thread-safe.
std::optional<ObjectId> FindObject(int nid);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_OBJECT_ID_H_
