// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/bundle.h"

#include <openssl/bytestring.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "platform/cli/certificate_facts.h"
#include "ssl/trust_store.h"

namespace airlock::cli {
namespace {

constexpr absl::string_view kBegin = "-----BEGIN ";

// A PEM block as it lies in a text, from its BEGIN line to the next one.
struct Slice {
  int line = 0;
  absl::string_view label;
  absl::string_view text;
};

std::vector<Slice> SlicePem(absl::string_view text) {
  std::vector<Slice> slices;
  int line_number = 0;
  for (size_t start = 0; start < text.size();) {
    ++line_number;
    const size_t end = std::min(text.find_first_of("\r\n", start), text.size());
    absl::string_view line =
        absl::StripAsciiWhitespace(text.substr(start, end - start));
    absl::ConsumePrefix(&line, "\xEF\xBB\xBF");
    // Prose in small letters is a comment, as TrustStore has it.
    if (absl::ConsumePrefix(&line, kBegin) &&
        (absl::EndsWith(line, "-----") ||
         std::none_of(line.begin(), line.end(), absl::ascii_islower))) {
      Slice slice;
      slice.line = line_number;
      slice.label = absl::StripSuffix(line, "-----");
      slice.text = text.substr(start);
      if (!slices.empty()) {
        slices.back().text.remove_suffix(slice.text.size());
      }
      slices.push_back(slice);
    }
    const bool crlf = absl::StartsWith(text.substr(end), "\r\n");
    start = end + (crlf ? 2 : 1);
  }
  return slices;
}

BundlePart ReadPemBlock(const Slice& slice, int number) {
  BundlePart part;
  part.where = absl::StrCat("block ", number, ", line ", slice.line);
  part.label = std::string(slice.label);
  // With the lines before it, so that messages count as the file does.
  const std::string text =
      absl::StrCat(std::string(slice.line - 1, '\n'), slice.text);
  absl::Status status;
  if (absl::EndsWith(slice.label, "CERTIFICATE") &&
      slice.label != "ATTRIBUTE CERTIFICATE") {
    absl::StatusOr<ssl::Certificate> certificate =
        ssl::Certificate::FromPem(text);
    status = certificate.status();
    if (certificate.ok()) part.certificate = *std::move(certificate);
  } else if (slice.label == "X509 CRL") {
    status = ssl::TrustStore::Builder().Add(text, "");
  } else if (absl::EndsWith(slice.label, "PRIVATE KEY")) {
    part.remarks.emplace_back(
        "a private key, which does not belong into a CA bundle");
  }
  if (!status.ok()) {
    absl::string_view error = status.message();
    absl::ConsumePrefix(&error, "CA bundle : ");
    // It counts from this block on, and `where` says which one that is.
    absl::ConsumePrefix(&error, absl::StrCat("block 1 (", slice.label,
                                             ", line ", slice.line, ") "));
    part.error = std::string(error);
  }
  return part;
}

std::vector<BundlePart> ReadDer(absl::string_view der) {
  std::vector<BundlePart> parts;
  CBS rest;
  CBS_init(&rest, reinterpret_cast<const uint8_t*>(der.data()), der.size());
  while (CBS_len(&rest) > 0) {
    const size_t offset = der.size() - CBS_len(&rest);
    BundlePart part;
    part.where = absl::StrCat("element ", parts.size() + 1, ", byte ", offset);
    CBS element;
    if (!CBS_get_asn1_element(&rest, &element, CBS_ASN1_SEQUENCE)) {
      part.error = "it is cut short or is no DER";
      parts.push_back(std::move(part));
      break;  // Where the next would begin, nobody knows.
    }
    const absl::string_view bytes = der.substr(offset, CBS_len(&element));
    auto certificate = ssl::Certificate::FromDer(bytes);
    if (certificate.ok()) {
      part.certificate = *std::move(certificate);
    } else if (!ssl::TrustStore::Builder().Add(bytes, "").ok()) {
      part.error = "the bytes are neither a certificate nor a CRL";
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

void Remark(absl::Time now, std::vector<BundlePart>* parts) {
  std::map<std::string, std::string> seen;
  for (BundlePart& part : *parts) {
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
      part.remarks.emplace_back("is no CA, and so signs nobody");
    const auto [first, is_new] =
        seen.emplace(part.certificate->der(), part.where);
    if (!is_new) {
      part.remarks.emplace_back(
          absl::StrCat("the same certificate as ", first->second));
    }
  }
}

}  // namespace

std::vector<BundlePart> TakeBundleApart(absl::string_view bytes,
                                        absl::Time now) {
  std::vector<BundlePart> parts;
  for (const Slice& slice : SlicePem(bytes)) {
    parts.push_back(ReadPemBlock(slice, static_cast<int>(parts.size()) + 1));
  }
  if (parts.empty() && absl::StartsWith(bytes, "\x30")) parts = ReadDer(bytes);
  Remark(now, &parts);
  return parts;
}

}  // namespace airlock::cli
