// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Advice on alerts and protocol errors: the last sentence of error messages.
#ifndef AIRLOCK_SSL_INTERNAL_ADVICE_H_
#define AIRLOCK_SSL_INTERNAL_ADVICE_H_

#include <cstdint>

#include "ssl/error_text.h"

namespace airlock::ssl::internal {

// For an alert that the peer sent.
ErrorText AlertAdvice(uint8_t alert);

// Which side has to change something.
enum class Fault {
  kUnknown,
  kCaller,         // The program that uses this library.
  kPeer,           // The other side, or something in between.
  kConfiguration,  // Either side: the two do not match.
};

// For the reason in BoringSSL's error code `code`, and which side is at fault:
// kUnknown for an unknown reason.
ErrorText ReasonAdvice(uint32_t code);
Fault ReasonFault(uint32_t code);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_ADVICE_H_
