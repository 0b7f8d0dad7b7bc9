// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/guarded.h"

#include <exception>
#include <new>

#include "absl/strings/str_cat.h"
#include "ssl/error.h"

namespace airlock::ssl::internal {

#if defined(__cpp_exceptions)

absl::Status ThrownStatus(absl::string_view which, OutOfMemory memory) {
  const auto thrown = [which](absl::string_view what) {
    return MakeStatus(
        ErrorKind::kCallback,
        absl::StrCat("The ", which, " threw an exception: ", what));
  };
  try {
    throw;
  } catch (const std::bad_alloc& exception) {
    if (memory == OutOfMemory::kPasses) throw;
    return thrown(exception.what());
  } catch (const std::exception& exception) {
    return thrown(exception.what());
  } catch (...) {
    return thrown("of a type that is not a std::exception.");
  }
}

#endif

}  // namespace airlock::ssl::internal
