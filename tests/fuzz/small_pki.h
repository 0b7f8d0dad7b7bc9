// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Certificates that a fuzzer describes and that are signed correctly, so that
// what it changes is what the verifier has to judge.
#ifndef AIRLOCK_TESTS_FUZZ_SMALL_PKI_H_
#define AIRLOCK_TESTS_FUZZ_SMALL_PKI_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "ssl/certificate.h"
#include "ssl/internal/verify.h"
#include "ssl/options.h"
#include "ssl/verification.h"
#include "tests/fuzz/fuzz.h"

namespace airlock::fuzz {

// When a verifier of a SmallPki judges.
absl::Time JudgementTime();

// What a peer presents to a verifier, who trusts others.
struct SmallPki {
  std::vector<ssl::Certificate> presented;  // The leaf first.
  std::vector<ssl::Certificate> trusted;    // At least one.
  ssl::Side peer = ssl::Side::kServer;
  ssl::Verification verification;
  std::string host;  // May be empty.
};

// Up to eight certificates from `input`.
SmallPki MakeSmallPki(Input* input);

// What Airlock says of the peer.
ssl::internal::VerifyOutcome Judge(const SmallPki& pki);

}  // namespace airlock::fuzz

#endif  // AIRLOCK_TESTS_FUZZ_SMALL_PKI_H_
