// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Calls application code, which may throw. An exception must not unwind
// BoringSSL's frames, nor leave a function that promises a status.
#ifndef AIRLOCK_SSL_GUARDED_H_
#define AIRLOCK_SSL_GUARDED_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#if defined(__cpp_exceptions) && defined(__GLIBCXX__)
#include <cxxabi.h>
#endif

namespace airlock::ssl {

// What happens to std::bad_alloc. It may pass only through our own code that
// does not promise a status for it.
enum class OutOfMemory { kIsCaught, kPasses };

namespace internal {

// For a handler of `which` call's exception: kCallback with the exception's
// text. std::bad_alloc is thrown again if `memory` is kPasses.
absl::Status ThrownStatus(absl::string_view which, OutOfMemory memory);

}  // namespace internal

// Returns the result of `call`, an absl::Status or a type constructible from
// one. If `call` throws: kCallback, with `which` and the exception's text.
template <OutOfMemory kMemory = OutOfMemory::kIsCaught, typename Call>
inline auto Guarded(absl::string_view which, const Call& call)
    -> decltype(call()) {
#if defined(__cpp_exceptions)
  try {
    return call();
#if defined(__GLIBCXX__)
  } catch (const abi::__forced_unwind&) {
    throw;  // The thread is being cancelled; do not stop that.
#endif
  } catch (...) {
    return internal::ThrownStatus(which, kMemory);
  }
#else
  return call();
#endif
}

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_GUARDED_H_
