// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/ssl/path_builder_fixture.h"

#include <openssl/nid.h>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/path_builder.h"
#include "tests/support/handshake.h"
#include "tests/support/mint.h"

namespace airlock::ssl::internal {

using ::airlock::testing::Mint;
using ::airlock::testing::MintKey;
using ::airlock::testing::MintOptions;
using ::airlock::testing::TestTime;

X509* Raw(const Certificate& certificate) {
  return certificate.impl().x509.get();
}

namespace {

std::vector<X509*> AllRaw(const std::vector<Certificate>& certificates) {
  std::vector<X509*> raw;
  for (const Certificate& certificate : certificates) {
    raw.push_back(Raw(certificate));
  }
  return raw;
}

}  // namespace

Search::Search(const Certificate& leaf,
               const std::vector<Certificate>& presented,
               const std::vector<Certificate>& trusted, size_t take,
               size_t most_certificates) {
  const std::vector<X509*> presented_raw = AllRaw(presented);
  const std::vector<X509*> trusted_raw = AllRaw(trusted);
  const auto is_anchor = [](X509* certificate) {
    return X509_NAME_cmp(X509_get_subject_name(certificate),
                         X509_get_issuer_name(certificate)) == 0;
  };
  PathBuilder builder({Raw(leaf), presented_raw, trusted_raw, is_anchor,
                       most_certificates, absl::ToUnixSeconds(TestTime())});
  builder.Search([&](absl::Span<X509* const> path) {
    paths.emplace_back(path.begin(), path.end());
    return paths.size() == take;
  });
  signature_checks = builder.signature_checks();
  is_spent = builder.is_spent();
}

Certificate WithKeyIds(const std::string& name, EVP_PKEY* key,
                       const std::string& issuer, EVP_PKEY* issuer_key,
                       const std::string& key_id,
                       const std::string& issuer_key_id, bool is_ca) {
  MintOptions options;
  options.common_names = {name};
  options.issuer = issuer;
  options.is_ca = is_ca;
  const auto bytes = [](const std::string& id) {
    return absl::StrCat(std::string(1, static_cast<char>(id.size())), id);
  };
  if (!key_id.empty()) {
    options.extensions.push_back({NID_subject_key_identifier,
                                  absl::StrCat("\x04", bytes(key_id)),
                                  /*is_der=*/true});
  }
  if (!issuer_key_id.empty()) {
    const std::string content = absl::StrCat("\x80", bytes(issuer_key_id));
    options.extensions.push_back({NID_authority_key_identifier,
                                  absl::StrCat("\x30", bytes(content)),
                                  /*is_der=*/true});
  }
  return Mint(options, key, issuer_key);
}
PathBuilderTest::PathBuilderTest()
    : root_key_(MintKey()),
      ca_key_(MintKey()),
      leaf_key_(MintKey()),
      root_(Mint("root", root_key_.get(), "root", root_key_.get(), true)),
      ca_(Mint("ca", ca_key_.get(), "root", root_key_.get(), true)),
      leaf_(Mint("leaf", leaf_key_.get(), "ca", ca_key_.get(), false)) {}

}  // namespace airlock::ssl::internal
