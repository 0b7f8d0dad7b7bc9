// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Calls into an application's code, which may throw: from within BoringSSL,
// which must not be unwound, and from what promises its caller a status.
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

// What becomes of std::bad_alloc. It may pass where nothing but code of ours
// lies between, which has promised no more.
enum class OutOfMemory { kIsCaught, kPasses };

// What `call` answers, an absl::Status or what can be made from one. If it
// throws: kCallback, with `which` and the exception's text.
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
    throw;  // The thread is being cancelled, which nothing may stop.
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
