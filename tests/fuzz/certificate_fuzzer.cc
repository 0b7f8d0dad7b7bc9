// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A peer's certificate: everything that can be asked of it. Input: DER or PEM.

#include <algorithm>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "platform/c/airlock.h"
#include "ssl/certificate.h"
#include "ssl/hostname.h"
#include "ssl/trust_store.h"
#include "tests/fuzz/fuzz.h"

namespace airlock::fuzz {
namespace {

void Query(const ssl::Certificate& certificate) {
  const absl::StatusOr<ssl::CertificateInfo> info = certificate.Decode();
  if (info.ok()) {
    Require(info->version >= 1 && info->version <= 3, "versions are 1 to 3");
    Require(info->not_before == certificate.not_before() &&
                info->not_after == certificate.not_after(),
            "both decodings of the validity agree");
    const bool names_match = ssl::MatchHostname(certificate, "localhost").ok();
    const bool has_name = std::any_of(
        info->subject_alt_names.begin(), info->subject_alt_names.end(),
        [](const ssl::SubjectAltName& name) {
          return name.type == "DNS" &&
                 absl::EqualsIgnoreCase(name.value, "localhost");
        });
    Require(!names_match || has_name, "a name that matches is shown");
  }
  Require(certificate.Sha1Fingerprint().size() == 20 &&
              certificate.Sha256Fingerprint().size() == 32 &&
              certificate.SpkiSha256().size() == 32,
          "digests have their size");
  (void)certificate.ToText();
  (void)certificate.subject();
  (void)certificate.issuer();
  (void)certificate.public_key();
  (void)certificate.signature();
  (void)certificate.is_self_issued();
  (void)certificate.is_ca();
  (void)ssl::GetTrustSettings(certificate);
  (void)ssl::MatchHostname(certificate, "127.0.0.1");
  const auto again = ssl::Certificate::FromPem(certificate.ToPem());
  Require(again.ok() && *again == certificate, "PEM keeps a certificate");
}

// The interface for other languages.
void QueryThroughC(absl::string_view bytes, bool decodes) {
  airlock_certificate* certificate = nullptr;
  if (airlock_certificate_new({bytes.data(), bytes.size()}, &certificate,
                              nullptr) != AIRLOCK_OK) {
    return;
  }
  airlock_buffer json = {nullptr, 0};
  const airlock_status status =
      airlock_certificate_json(certificate, &json, nullptr);
  Require(decodes == (status == AIRLOCK_OK), "both interfaces agree");
  if (status == AIRLOCK_OK) {
    const std::string text(json.data, json.size);
    Require(std::all_of(text.begin(), text.end(),
                        [](char c) { return c >= ' ' && c <= '~'; }),
            "the JSON is printable ASCII");
    Require(nlohmann::json::parse(text, /*cb=*/nullptr,
                                  /*allow_exceptions=*/false)
                .is_object(),
            "the JSON is an object");
  }
  airlock_buffer_free(&json);
  airlock_certificate_free(certificate);
}

}  // namespace
}  // namespace airlock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace airlock;  // NOLINT(google-build-using-namespace)
  const absl::string_view bytes = fuzz::Text(data, size);
  const bool is_pem = absl::StrContains(bytes, "-----BEGIN");
  const auto certificate = is_pem ? ssl::Certificate::FromPem(bytes)
                                  : ssl::Certificate::FromDer(bytes);
  if (!certificate.ok()) return 0;
  fuzz::Require(is_pem || certificate->der() == bytes, "DER stays as it was");
  fuzz::Query(*certificate);
  fuzz::QueryThroughC(certificate->der(), certificate->Decode().ok());
  return 0;
}
