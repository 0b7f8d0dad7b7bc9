// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/bundle.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "platform/cli/certificate_facts.h"
#include "ssl/bundle.h"
#include "ssl/error.h"
#include "ssl/trust_store.h"

namespace airlock::cli {
namespace {

std::string Where(const ssl::BundlePart& part) {
  return part.line > 0
             ? absl::StrCat("block ", part.number, ", line ", part.line)
             : absl::StrCat("element ", part.number, ", byte ", part.offset);
}

// Whether a damaged part makes the bundle useless: a trust store ignores the
// types that it does not use, even if damaged.
bool Matters(const ssl::BundlePart& part) {
  return part.kind == ssl::PartKind::kCertificate ||
         part.kind == ssl::PartKind::kCrl ||
         part.kind == ssl::PartKind::kDamaged;
}

ExaminedPart Examine(ssl::BundlePart from) {
  ExaminedPart part;
  part.where = Where(from);
  if (!from.status.ok() && Matters(from)) {
    part.error = ssl::GetError(from.status).value_or(ssl::Error()).what;
    if (part.error.empty()) part.error = std::string(from.status.message());
  }
  if (from.kind == ssl::PartKind::kPrivateKey ||
      from.kind == ssl::PartKind::kPkcs12) {
    part.remarks.emplace_back(
        "a private key, which does not belong in a CA bundle");
  }
  part.label = std::move(from.label);
  part.certificate = std::move(from.certificate);
  return part;
}

void Remark(absl::Time now, std::vector<ExaminedPart>* parts) {
  std::map<std::string, std::string> seen;
  for (ExaminedPart& part : *parts) {
    if (!part.certificate.has_value()) continue;
    const CertificateFacts facts = ExamineCertificate(*part.certificate, now);
    part.remarks = facts.weaknesses;
    const ssl::TrustSettings trust = ssl::GetTrustSettings(*part.certificate);
    part.rejected_for_servers = trust.server == ssl::TrustSetting::kRejected;
    for (const auto& [setting, use] :
         {std::make_pair(trust.server, "servers (serverAuth)"),
          std::make_pair(trust.client, "clients (clientAuth)")}) {
      if (setting == ssl::TrustSetting::kRejected) {
        part.remarks.push_back(
            absl::StrCat("is rejected for ", use, " by its trust settings"));
      }
    }
    if (!facts.is_ca)
      part.remarks.emplace_back("is not a CA, so it cannot issue certificates");
    const auto [first, is_new] =
        seen.emplace(part.certificate->der(), part.where);
    if (!is_new) {
      part.remarks.emplace_back(
          absl::StrCat("the same certificate as ", first->second));
    }
  }
}

}  // namespace

std::vector<ExaminedPart> TakeBundleApart(absl::string_view bytes,
                                          absl::Time now) {
  std::vector<ExaminedPart> parts;
  for (ssl::BundlePart& part : ssl::ReadBundle(bytes).parts) {
    parts.push_back(Examine(std::move(part)));
  }
  Remark(now, &parts);
  return parts;
}

}  // namespace airlock::cli
