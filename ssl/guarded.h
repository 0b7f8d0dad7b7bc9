// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Calls application code, which may throw. An exception must not unwind
// BoringSSL's frames, nor leave a function that promises a status.
#ifndef AIRLOCK_SSL_GUARDED_H_
#define AIRLOCK_SSL_GUARDED_H_

#include <exception>
#include <new>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "ssl/error.h"

#if defined(__cpp_exceptions) && defined(__GLIBCXX__)
#include <cxxabi.h>
#endif

namespace airlock::ssl {

// What happens to std::bad_alloc. It may pass only through our own code that
// does not promise a status for it.
enum class OutOfMemory { kIsCaught, kPasses };

// Returns the result of `call`, an absl::Status or a type constructible from
// one. If `call` throws: kCallback, with `which` and the exception's text.
template <OutOfMemory kMemory = OutOfMemory::kIsCaught, typename Call>
auto Guarded(absl::string_view which, const Call& call) -> decltype(call()) {
#if defined(__cpp_exceptions)
  const auto thrown = [which](absl::string_view what) {
    return MakeStatus(
        ErrorKind::kCallback,
        absl::StrCat("The ", which, " threw an exception: ", what));
  };
  try {
    return call();
#if defined(__GLIBCXX__)
  } catch (const abi::__forced_unwind&) {
    throw;  // The thread is being cancelled; do not stop that.
#endif
  } catch (const std::bad_alloc& exception) {
    if (kMemory == OutOfMemory::kPasses) throw;
    return thrown(exception.what());
  } catch (const std::exception& exception) {
    return thrown(exception.what());
  } catch (...) {
    return thrown("of a type that is not a std::exception.");
  }
#else
  return call();
#endif
}

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_GUARDED_H_
