// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/certificate_text.h"

#include <openssl/nid.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/error_queue.h"
#include "ssl/shown.h"

namespace airlock::ssl::internal {
namespace {

constexpr size_t kMaxShownNames = 10;

std::string Day(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d", time, absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<PresentedNames> GetPresentedNames(const X509* x509) {
  const auto names = GetSubjectAltNames(x509);
  if (!names.ok()) return names.status();
  PresentedNames presented;
  presented.has_extension = *names != nullptr;
  for (const GENERAL_NAME* name : names->get()) {
    if (name->type == GEN_DNS) {
      presented.dns.emplace_back(Asn1StringView(name->d.dNSName));
    } else if (name->type == GEN_IPADD) {
      presented.ip.emplace_back(Asn1StringView(name->d.iPAddress));
    }
  }
  return presented;
}

std::vector<std::string> CommonNames(const X509* x509) {
  const ErrorQueueScope scope;
  const X509_NAME* subject = X509_get_subject_name(x509);
  std::vector<std::string> names;
  int i = -1;
  while ((i = X509_NAME_get_index_by_NID(subject, NID_commonName, i)) >= 0) {
    auto text = Asn1StringToUtf8(
        X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, i)));
    if (text.ok()) names.push_back(*std::move(text));
  }
  return names;
}

std::string ShownName(absl::string_view name) {
  constexpr bool kUtf8 = true;
  return Shown(name, kMaxShown, kUtf8);
}

std::string DescribeNames(const PresentedNames& names) {
  std::vector<std::string> all = names.dns;
  for (const std::string& ip : names.ip) all.push_back(IpAddressToText(ip));
  const size_t total = all.size();
  all.resize(std::min(total, kMaxShownNames));
  std::string text =
      absl::StrJoin(all, ", ", [](std::string* out, const std::string& name) {
        absl::StrAppend(out, Shown(name));
      });
  if (total > all.size()) {
    absl::StrAppend(&text, " and ", total - all.size(), " more");
  }
  return text;
}

std::string DescribeCertificate(const Certificate& certificate) {
  return absl::StrCat("subject \"", ShownName(certificate.subject()),
                      "\", issuer \"", ShownName(certificate.issuer()),
                      "\", valid from ", Day(certificate.not_before()), " to ",
                      Day(certificate.not_after()));
}

}  // namespace airlock::ssl::internal
