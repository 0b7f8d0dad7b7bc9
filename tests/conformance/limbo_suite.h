// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Runs the chains of C2SP/x509-limbo through Airlock's verification.
#ifndef AIRLOCK_TESTS_CONFORMANCE_LIMBO_SUITE_H_
#define AIRLOCK_TESTS_CONFORMANCE_LIMBO_SUITE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace airlock::testing {

// One chain with the verdict that a verifier should reach. Certificates and
// CRLs are in PEM.
struct LimboCase {
  std::string id;
  bool is_valid = false;
  bool is_server = true;  // Whether the peer is a server.
  std::vector<std::string> trusted;
  std::vector<std::string> intermediates;
  std::string leaf;
  std::vector<std::string> crls;
  std::string host;               // A DNS name or IP address; may be empty.
  std::optional<absl::Time> now;  // Unset: the time of the run.
  std::optional<int> depth;       // The most intermediates.
};

// Reads the suite's JSON (limbo-schema.json), which may be compressed with
// gzip. An error names the case that cannot be read.
absl::StatusOr<std::vector<LimboCase>> ReadLimbo(absl::string_view file);

// Verifies one chain, with VERIFY_X509_STRICT if `strict`. Ok if it is
// accepted. A leaf or intermediate that cannot be parsed is an error as it is
// in a handshake. With CRLs, the leaf must not be revoked.
absl::Status VerifyLimboCase(const LimboCase& limbo_case, bool strict);

struct LimboResult {
  std::string id;
  bool is_valid = false;  // What the suite says.
  absl::Status verdict;

  bool accepted_wrongly() const { return verdict.ok() && !is_valid; }
  bool refused_wrongly() const { return !verdict.ok() && is_valid; }
};

std::vector<LimboResult> RunLimbo(const std::vector<LimboCase>& cases,
                                  bool strict);

// A table of totals by namespace, then the ids whose verdict differs.
std::string LimboReport(const std::vector<LimboResult>& results);

}  // namespace airlock::testing

#endif  // AIRLOCK_TESTS_CONFORMANCE_LIMBO_SUITE_H_
