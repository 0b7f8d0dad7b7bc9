// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/namesakes.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <vector>

#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/error_queue.h"

namespace airlock::ssl::internal {
namespace {

bool NameLess(X509* a, X509* b) {
  return X509_NAME_cmp(X509_get_subject_name(a), X509_get_subject_name(b)) < 0;
}

bool AnyShareAName(std::vector<X509*> certificates) {
  std::sort(certificates.begin(), certificates.end(), NameLess);
  return std::adjacent_find(certificates.begin(), certificates.end(),
                            [](X509* a, X509* b) { return !NameLess(a, b); }) !=
         certificates.end();
}

bool IsValidAt(X509* certificate, int64_t now) {
  return X509_cmp_time_posix(X509_get0_notBefore(certificate), now) < 0 &&
         X509_cmp_time_posix(X509_get0_notAfter(certificate), now) > 0;
}

bool Signed(X509* issuer, X509* certificate) {
  if (issuer == certificate ||
      X509_check_issued(issuer, certificate) != X509_V_OK) {
    return false;
  }
  const bssl::UniquePtr<EVP_PKEY> key(X509_get_pubkey(issuer));
  return key != nullptr && X509_verify(certificate, key.get()) == 1;
}

}  // namespace

bssl::UniquePtr<STACK_OF(X509)> IssuersFirst(
    absl::Span<const Certificate> trusted,
    absl::Span<const Certificate> presented, int64_t now) {
  const ErrorQueueScope errors;
  const auto raw = [](absl::Span<const Certificate> certificates) {
    std::vector<X509*> result;
    for (const Certificate& certificate : certificates) {
      result.push_back(certificate.impl().x509.get());
    }
    return result;
  };
  std::vector<X509*> rest = raw(trusted);
  if (!AnyShareAName(rest)) return nullptr;
  // No real chain is longer; limits the signature checks that a peer can cause.
  constexpr size_t kMostPresented = 20;
  std::vector<X509*> children = raw(presented.subspan(0, kMostPresented));
  children.insert(children.end(), rest.begin(), rest.end());
  std::vector<X509*> ordered;
  for (X509* child : children) {
    const auto moved =
        std::stable_partition(rest.begin(), rest.end(), [&](X509* issuer) {
          return !IsValidAt(issuer, now) || !Signed(issuer, child);
        });
    ordered.insert(ordered.end(), moved, rest.end());
    rest.erase(moved, rest.end());
  }
  ordered.insert(ordered.end(), rest.begin(), rest.end());
  bssl::UniquePtr<STACK_OF(X509)> stack(sk_X509_new_null());
  for (X509* certificate : ordered) {
    if (stack == nullptr ||
        !bssl::PushToStack(stack.get(), bssl::UpRef(certificate))) {
      return nullptr;
    }
  }
  return stack;
}

}  // namespace airlock::ssl::internal
