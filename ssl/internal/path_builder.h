// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Finds the paths from a peer's certificate to the trust store (RFC 4158).
#ifndef AIRLOCK_SSL_INTERNAL_PATH_BUILDER_H_
#define AIRLOCK_SSL_INTERNAL_PATH_BUILDER_H_

#include <openssl/base.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace airlock::ssl::internal {

struct PathSearch {
  X509* leaf = nullptr;
  // What the peer sent with its certificate, in its order.
  absl::Span<X509* const> presented;
  absl::Span<X509* const> trusted;
  // Whether a trusted certificate may be an anchor. Others only lead on.
  absl::FunctionRef<bool(X509*)> is_anchor;
  // The most certificates in a path.
  size_t most_certificates = 0;
  int64_t now = 0;  // POSIX seconds; only orders the candidates.
  // Uses trusted issuers only of certificates whose issuer the peer did not
  // present: OpenSSL's order without TRUSTED_FIRST.
  bool presented_only = false;
};

// Tries each candidate issuer of each certificate, depth first, and goes back
// where one leads nowhere. A candidate has the issuer's name and does not
// contradict the authority key identifier (X509_check_issued). Trusted
// candidates come first, then those whose key identifier matches, then those
// that are valid. A candidate whose key did not sign the certificate is
// dropped, and so is one whose name and key the path already has: it adds
// nothing (RFC 4158, section 2.4.2).
//
// The work is bounded whatever the peer sends. A signature is checked once for
// each pair. All checks together, with what the caller charges for its own
// checks of a path, do not take longer than 200 checks with an RSA key of 4096
// bits: a larger key costs more (WorkOf). 20,000 candidates are looked at. No
// public or private PKI in use comes near.
//
// Thread-compatible.
class PathBuilder {
 public:
  static constexpr int kMostWork = 200;
  static constexpr int kMostCandidates = 20000;

  explicit PathBuilder(const PathSearch& search);
  PathBuilder(const PathBuilder&) = delete;
  PathBuilder& operator=(const PathBuilder&) = delete;

  // Calls `accept` with each path that ends at an anchor, leaf first: each
  // signature in it is valid, nothing else is checked. Ends if it returns true,
  // if no more paths exist, or if the budget is spent.
  using Accept = absl::FunctionRef<bool(absl::Span<X509* const> path)>;
  bool Search(Accept accept);

  // How much of the budget a signature check with the key of `issuer` takes: 1
  // for RSA up to 4096 bits, P-256 and Ed25519; more for those that take
  // longer.
  static int WorkOf(X509* issuer);

  // Takes work of the caller off the budget. False if the rest is not enough.
  bool Charge(int work);

  int signature_checks() const { return signature_checks_; }
  int work() const { return work_; }
  // Whether the budget ended the search.
  bool is_spent() const { return is_spent_; }

 private:
  struct Node {
    X509* certificate = nullptr;
    bool is_trusted = false;
    bool is_valid = false;  // At the time of the search.
    std::string key_id;     // Its subjectKeyIdentifier.
    std::string name_and_key;
  };

  void AddNode(X509* certificate, bool is_trusted);
  // Those whose name and key identifier may be the issuer's.
  std::vector<size_t> Named(X509* certificate) const;
  // The candidates for the issuer of `certificate`, best first.
  std::vector<size_t> Candidates(X509* certificate);
  bool IsSignedBy(X509* certificate, size_t issuer);
  bool IsInPath(const Node& node) const;
  bool Extend(Accept accept);

  const PathSearch search_;
  std::vector<Node> nodes_;
  // By subject, and by subject and key identifier.
  // Not Abseil's maps, which do not survive std::bad_alloc. The names are the
  // peer's: absl::Hash has a seed.
  using NodesByText = std::unordered_map<std::string, std::vector<size_t>,
                                         absl::Hash<std::string>>;
  using Signature = std::pair<const X509*, size_t>;
  NodesByText by_name_;
  NodesByText by_key_id_;
  std::unordered_map<Signature, bool, absl::Hash<Signature>> signed_by_;
  std::vector<X509*> path_;
  std::vector<absl::string_view> path_keys_;
  std::string leaf_key_;
  int signature_checks_ = 0;
  int work_ = 0;
  int candidates_ = 0;
  bool is_spent_ = false;
};

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_PATH_BUILDER_H_
