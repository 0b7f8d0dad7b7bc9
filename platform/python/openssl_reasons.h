// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// OpenSSL's names for errors. Programs compare SSLError.library and .reason
// with these; BoringSSL has other names for some.
#ifndef AIRLOCK_PLATFORM_PYTHON_OPENSSL_REASONS_H_
#define AIRLOCK_PLATFORM_PYTHON_OPENSSL_REASONS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "ssl/error.h"

namespace airlock::python {

struct OpensslReason {
  // Such as "SSL" and "UNEXPECTED_MESSAGE". `reason` is empty if ssl.py of
  // stock Python has None.
  std::string library;
  std::string reason;
  // OpenSSL's wording, such as "unexpected message"; may be empty.
  std::string words;
};

// The names of `error` in OpenSSL 3 and Python's tables; BoringSSL's if they
// have none. Thread-safe.
OpensslReason OpensslReasonOf(const ssl::Error& error);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_OPENSSL_REASONS_H_
