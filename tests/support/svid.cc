// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/support/svid.h"

#include <openssl/bio.h>
#include <openssl/nid.h>
#include <openssl/pem.h>

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ssl/secret.h"
#include "tests/support/mint.h"

namespace airlock::testing {
namespace {

std::string KeyPem(EVP_PKEY* key) {
  const bssl::UniquePtr<BIO> out(BIO_new(BIO_s_mem()));
  EXPECT_TRUE(PEM_write_bio_PKCS8PrivateKey(out.get(), key, nullptr, nullptr, 0,
                                            nullptr, nullptr));
  const uint8_t* bytes = nullptr;
  size_t size = 0;
  EXPECT_TRUE(BIO_mem_contents(out.get(), &bytes, &size));
  return {reinterpret_cast<const char*>(bytes), size};
}

ssl::Certificate MintCa(const std::string& name, EVP_PKEY* key,
                        const std::string& issuer, EVP_PKEY* issuer_key,
                        const std::string& alt_names) {
  MintOptions options;
  options.common_names = {name};
  options.issuer = issuer;
  options.is_ca = true;
  options.extensions = {{NID_key_usage, "critical,keyCertSign,cRLSign"}};
  if (!alt_names.empty()) {
    options.extensions.push_back({NID_subject_alt_name, alt_names});
  }
  return Mint(options, key, issuer_key);
}

}  // namespace

std::shared_ptr<const ssl::Credentials> Svid::credentials() const {
  ssl::CredentialsOptions options;
  options.certfile = ssl::Secret(chain_pem);
  options.keyfile = ssl::Secret(key_pem);
  auto made = ssl::Credentials::Create(std::move(options));
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

SpiffeCa::SpiffeCa(std::string name, const std::string& alt_names)
    : name_(std::move(name)),
      key_(MintKey()),
      certificate_(MintCa(name_, key_.get(), name_, key_.get(), alt_names)) {}

SpiffeCa::SpiffeCa(std::string name, const SpiffeCa& issuer,
                   const std::string& alt_names)
    : name_(std::move(name)),
      issuer_(&issuer),
      key_(MintKey()),
      certificate_(MintCa(name_, key_.get(), issuer.name_, issuer.key_.get(),
                          alt_names)) {}

Svid SpiffeCa::Issue(const std::string& id, const SvidOptions& options) const {
  const bssl::UniquePtr<EVP_PKEY> key = MintKey();
  MintOptions mint;
  mint.common_names = {"workload"};
  mint.issuer = name_;
  mint.is_ca = options.is_ca;
  const auto add = [&mint](int nid, const std::string& value) {
    if (!value.empty()) mint.extensions.push_back({nid, value});
  };
  add(NID_key_usage, options.key_usage);
  add(NID_ext_key_usage, options.extended_key_usage);
  add(NID_subject_alt_name,
      options.alt_names.empty() ? absl::StrCat("URI:", id) : options.alt_names);
  Svid svid;
  svid.chain.push_back(Mint(mint, key.get(), key_.get()));
  for (const SpiffeCa* ca = this; ca->issuer_ != nullptr; ca = ca->issuer_) {
    svid.chain.push_back(ca->certificate_);
  }
  for (const ssl::Certificate& certificate : svid.chain) {
    absl::StrAppend(&svid.chain_pem, certificate.ToPem());
  }
  svid.key_pem = KeyPem(key.get());
  return svid;
}

std::shared_ptr<const ssl::TrustStore> SpiffeCa::bundle() const {
  auto made = ssl::TrustStore::Create(certificate_.ToPem(), name_);
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

std::shared_ptr<const ssl::SpiffePeers> MakePeers(
    const std::vector<ssl::SpiffeBundle>& bundles,
    const std::vector<std::string>& allowed) {
  auto made = ssl::SpiffePeers::Create(bundles, allowed);
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

}  // namespace airlock::testing
