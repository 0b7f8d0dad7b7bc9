// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/path_builder.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/ml_dsa.h"

namespace airlock::ssl::internal {
namespace {

// RFC 5280, section 4.1.2.5: notBefore and notAfter are inclusive. -1 means
// "earlier or equal".
bool IsValidAt(X509* certificate, int64_t now) {
  return X509_cmp_time_posix(X509_get0_notBefore(certificate), now) < 0 &&
         X509_cmp_time_posix(X509_get0_notAfter(certificate), now - 1) > 0;
}

// Equal for names that X509_NAME_cmp calls equal. Names that differ may share
// it; X509_check_issued compares them.
std::string NameKey(X509_NAME* name) {
  return absl::StrCat(X509_NAME_hash(name));
}

std::string NameAndKey(X509* certificate) {
  const ASN1_BIT_STRING* key = X509_get0_pubkey_bitstr(certificate);
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256(ASN1_STRING_get0_data(key),
         static_cast<size_t>(ASN1_STRING_length(key)), digest);
  return absl::StrCat(
      NameKey(X509_get_subject_name(certificate)), ":",
      absl::string_view(reinterpret_cast<const char*>(digest), sizeof(digest)));
}

std::string KeyIdText(const ASN1_OCTET_STRING* id) {
  return id == nullptr ? "" : std::string(Asn1StringView(id));
}

}  // namespace

PathBuilder::PathBuilder(const PathSearch& search)
    : search_(search), leaf_key_(NameAndKey(search.leaf)) {
  const ErrorQueueScope errors;
  nodes_.reserve(search.presented.size() + search.trusted.size());
  for (X509* certificate : search.trusted) AddNode(certificate, true);
  for (X509* certificate : search.presented) AddNode(certificate, false);
}

void PathBuilder::AddNode(X509* certificate, bool is_trusted) {
  Node node;
  node.certificate = certificate;
  node.is_trusted = is_trusted;
  node.key_id = KeyIdText(X509_get0_subject_key_id(certificate));
  const std::string name = NameKey(X509_get_subject_name(certificate));
  by_name_[name].push_back(nodes_.size());
  by_key_id_[absl::StrCat(name, ":", node.key_id)].push_back(nodes_.size());
  nodes_.push_back(std::move(node));
}

std::vector<size_t> PathBuilder::Named(X509* certificate) const {
  const std::string name = NameKey(X509_get_issuer_name(certificate));
  const std::string key_id = KeyIdText(X509_get0_authority_key_id(certificate));
  std::vector<size_t> named;
  const auto add = [&named](const auto& map, const std::string& key) {
    const auto found = map.find(key);
    if (found == map.end()) return;
    named.insert(named.end(), found->second.begin(), found->second.end());
  };
  if (key_id.empty()) {
    add(by_name_, name);
  } else {
    // A key identifier that is missing contradicts nothing.
    add(by_key_id_, absl::StrCat(name, ":", key_id));
    add(by_key_id_, absl::StrCat(name, ":"));
  }
  return named;
}

std::vector<size_t> PathBuilder::Candidates(X509* certificate) {
  const std::string wanted = KeyIdText(X509_get0_authority_key_id(certificate));
  // From the best: trusted, with the wanted key identifier, valid.
  std::vector<std::pair<int, size_t>> ranked;
  bool is_presented = false;
  for (const size_t index : Named(certificate)) {
    if (++candidates_ > kMostCandidates) {
      is_spent_ = true;
      break;
    }
    Node& node = nodes_[index];
    if (node.certificate == certificate ||
        X509_check_issued(node.certificate, certificate) != X509_V_OK) {
      continue;
    }
    if (node.name_and_key.empty()) {
      node.name_and_key = NameAndKey(node.certificate);
      node.is_valid = IsValidAt(node.certificate, search_.now);
    }
    const bool has_key_id = !wanted.empty() && node.key_id == wanted;
    is_presented = is_presented || !node.is_trusted;
    ranked.emplace_back((node.is_trusted ? 0 : 4) + (has_key_id ? 0 : 2) +
                            (node.is_valid ? 0 : 1),
                        index);
  }
  std::stable_sort(
      ranked.begin(), ranked.end(),
      [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<size_t> candidates;
  for (const auto& [rank, index] : ranked) {
    if (search_.presented_only && is_presented && nodes_[index].is_trusted) {
      continue;
    }
    candidates.push_back(index);
  }
  return candidates;
}

int PathBuilder::WorkOf(X509* issuer) {
  const ErrorQueueScope errors;
  const bssl::UniquePtr<EVP_PKEY> key(X509_get_pubkey(issuer));
  if (key == nullptr) return 1;
  switch (EVP_PKEY_id(key.get())) {
    case EVP_PKEY_RSA: {
      // The time grows with the square of the size, and peers choose it:
      // BoringSSL allows 16384 bits.
      constexpr int kUsual = 4096;
      const int times = (EVP_PKEY_bits(key.get()) + kUsual - 1) / kUsual;
      return std::max(1, times * times);
    }
    case EVP_PKEY_EC:
      // BoringSSL has fast code for P-256 only.
      return EVP_PKEY_bits(key.get()) > 384   ? 10
             : EVP_PKEY_bits(key.get()) > 256 ? 4
                                              : 1;
    case EVP_PKEY_ED25519:
      return 1;
    default:
      // Two to four times as long as P-256, measured.
      if (const int set = MlDsaOfKeyType(EVP_PKEY_id(key.get()))) {
        return set == 87 ? 4 : 2;
      }
      // DSA, whose parameters can have 10000 bits, or be missing: BoringSSL
      // crashes if it is asked for the size.
      return kMostWork / 4;
  }
}

bool PathBuilder::Charge(int work) {
  if (is_spent_ || work > kMostWork - work_) {
    is_spent_ = true;
    return false;
  }
  work_ += work;
  return true;
}

bool PathBuilder::IsSignedBy(X509* certificate, size_t issuer) {
  const auto known = signed_by_.find({certificate, issuer});
  if (known != signed_by_.end()) return known->second;
  if (!Charge(WorkOf(nodes_[issuer].certificate))) return false;
  ++signature_checks_;
  const bssl::UniquePtr<EVP_PKEY> key(
      X509_get_pubkey(nodes_[issuer].certificate));
  const bool is_signed =
      key != nullptr && X509_verify(certificate, key.get()) == 1;
  signed_by_[{certificate, issuer}] = is_signed;
  return is_signed;
}

bool PathBuilder::IsInPath(const Node& node) const {
  return std::find(path_keys_.begin(), path_keys_.end(), node.name_and_key) !=
         path_keys_.end();
}

// Extends the path by each candidate in turn. True if `accept` took a path.
bool PathBuilder::Extend(Accept accept) {
  if (path_.size() >= search_.most_certificates) return false;
  X509* certificate = path_.back();
  for (const size_t index : Candidates(certificate)) {
    const Node& node = nodes_[index];
    if (IsInPath(node) || !IsSignedBy(certificate, index)) {
      if (is_spent_) return false;
      continue;
    }
    path_.push_back(node.certificate);
    path_keys_.push_back(node.name_and_key);
    const bool is_done =
        (node.is_trusted && search_.is_anchor(node.certificate) &&
         accept(path_)) ||
        (!is_spent_ && Extend(accept));
    path_.pop_back();
    path_keys_.pop_back();
    if (is_done || is_spent_) return is_done;
  }
  return false;
}

bool PathBuilder::Search(Accept accept) {
  const ErrorQueueScope errors;
  path_ = {search_.leaf};
  path_keys_ = {leaf_key_};
  return Extend(accept);
}

}  // namespace airlock::ssl::internal
