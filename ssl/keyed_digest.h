// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A fast digest under a secret key, to recognize content in this process.
#ifndef AIRLOCK_SSL_KEYED_DIGEST_H_
#define AIRLOCK_SSL_KEYED_DIGEST_H_

#include <array>
#include <memory>
#include <optional>

#include "absl/strings/string_view.h"

namespace airlock::ssl {

// A digest for the keys of caches: several times as fast as SHA-256. It is the
// GMAC (NIST SP 800-38D) of the bytes under a random key of this object, with
// the same nonce each time.
//
// For any two different inputs of up to n bytes, the digests are equal with a
// probability of at most (n / 16 + 2) / 2^128 over the choice of the key: below
// 2^-111 for a mebibyte. That is a property of GHASH as a universal hash and
// needs no assumption, but it holds only for inputs that were chosen without
// knowledge of the key or of digests. So a digest must never leave the process:
// compare it, but do not log, send or store it. Who learns only whether two
// inputs were taken for equal learns nothing until they are.
//
// A digest cannot be compared with that of another object, and does not reveal
// its input to anyone without the key.
//
// Thread-safe.
class KeyedDigest {
 public:
  using Value = std::array<char, 16>;

  KeyedDigest();
  ~KeyedDigest();
  KeyedDigest(const KeyedDigest&) = delete;
  KeyedDigest& operator=(const KeyedDigest&) = delete;

  // The digest of `bytes`, which are not kept. Unset if it cannot be computed:
  // then nothing is known about `bytes`.
  std::optional<Value> Of(absl::string_view bytes) const;

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_KEYED_DIGEST_H_
