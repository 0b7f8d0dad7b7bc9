// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Every combination of what two ends of a connection agree on, with its
// expected result.
#ifndef AIRLOCK_TESTS_INTEROP_MATRIX_H_
#define AIRLOCK_TESTS_INTEROP_MATRIX_H_

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

#include "ssl/options.h"

namespace airlock::interop {

// The client offers no protocols, one that the server has, or only another one.
enum class Alpn { kNone, kCommon, kOther };

// What one connection uses.
struct Combination {
  ssl::TlsVersion version = ssl::TlsVersion::kTls1_2;
  std::string suite;   // The only one that the client offers.
  std::string group;   // The only one that the client offers.
  std::string key;     // The server's certificate, in testdata/certs.
  bool asks = false;   // The server requires a certificate of the client.
  std::string client;  // The client's certificate; empty: it has none.
  Alpn alpn = Alpn::kNone;
  bool resumes = false;  // A second connection resumes the first.

  friend std::ostream& operator<<(std::ostream& out, const Combination& c);
};

// The suites of TLS 1.3 begin with "TLS_".
bool IsTls13(const std::string& suite);

// Why a connection cannot come about.
enum class Reason {
  kSuite,       // The suite needs a key of another type.
  kCurve,       // The curve of the server's key is not the client's group.
  kNoClient,    // The client has no certificate, and the server requires one.
  kClientType,  // The version has no name for signatures of the client's key.
  kNoProtocol,  // ALPN has no protocol in common.
};

// All reasons; empty: the connection succeeds.
std::vector<Reason> ReasonsAgainst(const Combination& combination);

// All combinations that the server accepts, and all that it refuses. Leaves out
// suites that the version does not have, which no client offers, and resumption
// of what is refused.
std::vector<Combination> Accepted();
std::vector<Combination> Refused();

// Some of `all`, in which each `at_once` values that occur together in `all`
// occur together. Always the same ones.
std::vector<Combination> Covering(const std::vector<Combination>& all,
                                  size_t at_once);

}  // namespace airlock::interop

#endif  // AIRLOCK_TESTS_INTEROP_MATRIX_H_
