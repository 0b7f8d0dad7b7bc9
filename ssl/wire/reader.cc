// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/wire/reader.h"

#include "absl/strings/str_cat.h"

namespace airlock::ssl::wire {

bool Reader::Number(size_t size, absl::string_view what, uint32_t* value) {
  absl::string_view bytes;
  *value = 0;
  if (!Take(size, what, &bytes)) return false;
  for (const char byte : bytes) {
    *value = *value << 8 | static_cast<unsigned char>(byte);
  }
  return true;
}

bool Reader::Take(size_t size, absl::string_view what,
                  absl::string_view* value) {
  *value = absl::string_view();
  if (failed_) return false;
  if (rest_.size() < size) {
    return Fail(rest_.empty()
                    ? absl::StrCat("ends before ", what)
                    : absl::StrCat(what, " should have ", Count(size, "byte"),
                                   ", but only ", rest_.size(),
                                   rest_.size() == 1 ? " follows" : " follow"));
  }
  *value = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return true;
}

bool Reader::Vector(size_t length_size, absl::string_view what,
                    absl::string_view* value) {
  uint32_t size = 0;
  *value = absl::string_view();
  return Number(length_size, what, &size) && Take(size, what, value);
}

bool Reader::Done() {
  if (failed_) return false;
  if (rest_.empty()) return true;
  return Fail(absl::StrCat(Count(rest_.size(), "byte"), " after its end"));
}

bool Reader::Fail(absl::string_view problem) {
  if (!failed_ && owner_->problem.empty()) {
    owner_->problem = std::string(problem);
  }
  failed_ = true;
  return false;
}

}  // namespace airlock::ssl::wire
