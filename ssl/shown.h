// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Quotes input in error messages.
#ifndef AIRLOCK_SSL_SHOWN_H_
#define AIRLOCK_SSL_SHOWN_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace airlock::ssl {

// How many bytes an error message quotes at most: of any input, and of a path,
// whose end says more than its beginning.
constexpr size_t kMaxShown = 100;
constexpr size_t kMaxShownPath = 500;

// `text` for a message. Escapes unprintable bytes and, unless `utf8`, non-ASCII
// bytes. Shows only the beginning, the end and the size of a text longer than
// `most` bytes, and only the size if they show that it holds a private key, in
// PEM or DER. Linear in `most`, not in the text. Thread-safe.
std::string Shown(absl::string_view text, size_t most = kMaxShown,
                  bool utf8 = false);

// Whether `path` is not a plausible path and may be a key that was passed
// instead of its path. Linear in the text. Thread-safe.
bool MayBeKeyForPath(absl::string_view path);

// The same for a path; if it may be a key, only its size.
std::string ShownPath(absl::string_view path);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_SHOWN_H_
