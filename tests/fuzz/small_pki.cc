// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/fuzz/small_pki.h"

#include <openssl/evp.h>
#include <openssl/nid.h>

#include <array>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "ssl/internal/verify.h"
#include "ssl/trust_store.h"
#include "tests/support/mint.h"

namespace airlock::fuzz {
namespace {

constexpr size_t kKeys = 4;

EVP_PKEY* Key(size_t number) {
  static const auto* keys = [] {
    ResetRandom();
    auto* made = new std::array<bssl::UniquePtr<EVP_PKEY>, kKeys>;
    for (auto& key : *made) key = testing::MintKey();
    return made;
  }();
  return (*keys)[number].get();
}

// Those of `values` whose bit is set.
template <size_t kSize>
std::string Chosen(const std::array<absl::string_view, kSize>& values,
                   unsigned bits) {
  std::vector<absl::string_view> chosen;
  for (size_t i = 0; i < kSize; ++i) {
    if ((bits >> i & 1) != 0) chosen.push_back(values[i]);
  }
  return absl::StrJoin(chosen, ",");
}

constexpr std::array<absl::string_view, 8> kNames = {
    "DNS:a.test",  "DNS:b.a.test", "DNS:*.a.test",   "DNS:c.test",
    "IP:10.0.0.1", "IP:fd00::1",   "email:x@a.test", "URI:https://a.test/"};

constexpr std::array<absl::string_view, 16> kConstraints = {
    "permitted;DNS:a.test",
    "permitted;DNS:.a.test",
    "permitted;DNS:b.a.test",
    "excluded;DNS:a.test",
    "excluded;DNS:b.a.test",
    "excluded;DNS:.a.test",
    "permitted;IP:10.0.0.0/255.255.0.0",
    "permitted;IP:10.1.0.0/255.255.0.0",
    "excluded;IP:10.0.0.0/255.255.255.0",
    "permitted;IP:fd00::/ff00::",
    "excluded;IP:fd00::/ff00::",
    "permitted;email:a.test",
    "excluded;email:x@a.test",
    "permitted;URI:a.test",
    "excluded;URI:.test",
    "excluded;DNS:c.test"};

constexpr std::array<absl::string_view, 6> kPurposes = {
    "serverAuth",      "clientAuth",          "codeSigning",
    "emailProtection", "anyExtendedKeyUsage", "OCSPSigning"};

// The choices for one certificate: a name and a key for it and for its issuer,
// and its extensions.
ssl::Certificate MakeCertificate(Input* input) {
  const uint8_t who = input->Byte();
  const uint8_t keys = input->Byte();
  const uint8_t what = input->Byte();
  testing::MintOptions options;
  options.common_names = {absl::StrCat("name ", who & 7)};
  options.issuer = absl::StrCat("name ", who >> 4 & 7);
  const size_t key = keys % kKeys;
  const size_t issuer_key = (keys >> 4) % kKeys;
  switch (what & 7) {
    case 0:
    case 1:
      options.is_ca = true;
      break;
    case 2:
      options.extensions.push_back(
          {NID_basic_constraints, "critical,CA:TRUE,pathlen:0"});
      break;
    case 3:
      options.extensions.push_back(
          {NID_basic_constraints, "CA:TRUE,pathlen:1"});
      break;
    case 4:
      options.extensions.push_back({NID_basic_constraints, "CA:FALSE"});
      break;
    default:
      break;
  }
  if ((what & 0x08) != 0) options.not_after = "20250101000000Z";
  if ((what & 0x10) != 0) options.not_before = "20350101000000Z";
  options.sha1 = (what & 0x60) == 0x60;
  if ((what & 0x80) != 0) {
    constexpr std::array<absl::string_view, 4> kUsages = {
        "keyCertSign,cRLSign", "digitalSignature",
        "keyCertSign,digitalSignature", "cRLSign"};
    options.extensions.push_back(
        {NID_key_usage, std::string(kUsages[input->Choice(kUsages.size())])});
  }
  const std::string names = Chosen(kNames, input->Byte());
  if (!names.empty()) {
    options.extensions.push_back({NID_subject_alt_name, names});
  }
  const std::string constraints = Chosen(kConstraints, input->Word());
  if (!constraints.empty()) {
    options.extensions.push_back({NID_name_constraints, constraints});
  }
  const std::string purposes = Chosen(kPurposes, input->Byte());
  if (!purposes.empty()) {
    options.extensions.push_back({NID_ext_key_usage, purposes});
  }
  return testing::Mint(options, Key(key), Key(issuer_key));
}

}  // namespace

absl::Time JudgementTime() {
  return absl::FromCivil(absl::CivilDay(2030, 6, 1), absl::UTCTimeZone());
}

SmallPki MakeSmallPki(Input* input) {
  SmallPki pki;
  const uint8_t how = input->Byte();
  pki.peer = (how & 1) != 0 ? ssl::Side::kClient : ssl::Side::kServer;
  pki.verification.flags.x509_strict = (how & 2) != 0;
  pki.verification.flags.partial_chain = (how & 4) != 0;
  pki.verification.flags.trusted_first = (how & 8) == 0;
  if ((how & 0x10) != 0) pki.verification.depth = 1;
  if ((how & 0x20) != 0) pki.verification.security_level = 0;
  constexpr std::array<absl::string_view, 4> kHosts = {"", "a.test", "b.a.test",
                                                       "10.0.0.1"};
  pki.host = std::string(kHosts[how >> 6]);
  const uint8_t trusted = input->Byte();
  constexpr size_t kMostCertificates = 8;
  pki.presented.push_back(MakeCertificate(input));
  for (size_t i = 0; i < kMostCertificates - 1 && !input->empty(); ++i) {
    auto& list = (trusted >> i & 1) != 0 ? pki.trusted : pki.presented;
    list.push_back(MakeCertificate(input));
  }
  // A leaf may be trusted, too.
  if ((trusted & 0x80) != 0 || pki.trusted.empty()) {
    pki.trusted.push_back(pki.presented[0]);
  }
  return pki;
}

ssl::internal::VerifyOutcome Judge(const SmallPki& pki) {
  ssl::TrustStore::Builder builder;
  for (const ssl::Certificate& certificate : pki.trusted) {
    Require(builder.Add(certificate.der(), "trusted").ok(),
            "a certificate can be trusted");
  }
  const auto store = builder.Build();
  Require(store.ok(), "a trust store can be made");
  ssl::internal::VerifyRequest request;
  request.presented = pki.presented;
  request.peer = pki.peer;
  request.trust_store = store->get();
  request.verification = &pki.verification;
  request.now = JudgementTime();
  request.host = pki.host;
  return ssl::internal::VerifyPeer(request);
}

}  // namespace airlock::fuzz
