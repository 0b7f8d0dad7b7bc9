// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Drains BoringSSL's error queue; no other code does.
#ifndef AIRLOCK_SSL_INTERNAL_ERROR_QUEUE_H_
#define AIRLOCK_SSL_INTERNAL_ERROR_QUEUE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "ssl/error.h"

namespace airlock::ssl::internal {

// Empties this thread's queue on construction and on destruction, so that other
// code's errors are not mistaken for ours and ours are not left behind. Put one
// at the start of each function that calls BoringSSL and may fail.
class ErrorQueueScope {
 public:
  ErrorQueueScope();
  ~ErrorQueueScope();
  ErrorQueueScope(const ErrorQueueScope&) = delete;
  ErrorQueueScope& operator=(const ErrorQueueScope&) = delete;
};

// Empties this thread's queue on destruction, for the second part of a call
// that emptied it before.
class ErrorQueueExit {
 public:
  ErrorQueueExit() = default;
  ~ErrorQueueExit();
  ErrorQueueExit(const ErrorQueueExit&) = delete;
  ErrorQueueExit& operator=(const ErrorQueueExit&) = delete;
};

// BoringSSL's packed code of the first error in this thread's queue, or 0 if it
// is empty; but that of a failed allocation if there is one. Empties the queue.
uint32_t DrainErrorQueue();

// The same, but returns the first error of ERR_LIB_SSL if there is one. Where a
// cryptographic operation failed, that one says what it was for.
uint32_t DrainErrorQueueForTls();

// Whether an allocation failed, by its packed code; and the error for that,
// which blames no input.
bool IsOutOfMemory(uint32_t code);
absl::Status OutOfMemoryError();

// Fills `library`, `reason` and `detail` of `error` from the packed code.
void DescribeCode(uint32_t code, Error* error);

// Drains the queue and makes an error of `kind`: `message`, followed by the
// first queued error, if any, in BoringSSL's words. OutOfMemoryError() if an
// allocation failed.
absl::Status DrainToStatus(ErrorKind kind, absl::string_view message);
absl::Status DrainToStatus(ErrorKind kind, const ErrorParts& parts);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_ERROR_QUEUE_H_
