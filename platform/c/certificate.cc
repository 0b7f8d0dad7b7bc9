// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/certificate.h"

#include <cstring>
#include <string>
#include <utility>

#include "platform/c/airlock.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/handles.h"
#include "platform/c/internal/values.h"
#include "ssl/hostname.h"

using airlock::c::internal::Bytes;
using airlock::c::internal::Give;
using airlock::c::internal::Given;
using airlock::c::internal::Guarded;
using airlock::c::internal::IsNull;
using airlock::c::internal::Outcome;
using airlock::ssl::Certificate;

namespace {

// Of an ASN.1 SEQUENCE, with which a certificate's DER begins.
constexpr char kSequenceTag = 0x30;

Outcome GiveDigest(const std::string& digest, uint8_t* out) {
  if (out == nullptr) return IsNull("out");
  std::memcpy(out, digest.data(), digest.size());
  return AIRLOCK_OK;
}

}  // namespace

airlock_status airlock_certificate_new(airlock_bytes der_or_pem,
                                       airlock_certificate** certificate,
                                       airlock_error** error) {
  if (certificate != nullptr) *certificate = nullptr;
  return Guarded(error, [&]() -> Outcome {
    if (certificate == nullptr) return IsNull("certificate");
    const auto given = Given(der_or_pem, "der_or_pem");
    if (!given.ok()) return given.status();
    const absl::string_view bytes = given->value_or("");
    auto parsed = !bytes.empty() && bytes[0] == kSequenceTag
                      ? Certificate::FromDer(bytes)
                      : Certificate::FromPem(bytes);
    if (!parsed.ok()) return parsed.status();
    *certificate = new airlock_certificate{*std::move(parsed)};
    return AIRLOCK_OK;
  });
}

void airlock_certificate_free(airlock_certificate* certificate) {
  airlock::c::internal::Drop(certificate);
}

airlock_status airlock_certificate_der(const airlock_certificate* certificate,
                                       airlock_bytes* der,
                                       airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (certificate == nullptr) return IsNull("certificate");
    if (der == nullptr) return IsNull("der");
    *der = Bytes(certificate->certificate.der());
    return AIRLOCK_OK;
  });
}

airlock_status airlock_certificate_pem(const airlock_certificate* certificate,
                                       airlock_buffer* pem,
                                       airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (certificate == nullptr) return IsNull("certificate");
    if (pem == nullptr) return IsNull("pem");
    const absl::Status given = Give(certificate->certificate.ToPem(), pem);
    if (!given.ok()) return given;
    return AIRLOCK_OK;
  });
}

airlock_status airlock_certificate_text(const airlock_certificate* certificate,
                                        airlock_buffer* text,
                                        airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (certificate == nullptr) return IsNull("certificate");
    if (text == nullptr) return IsNull("text");
    const absl::Status given = Give(certificate->certificate.ToText(), text);
    if (!given.ok()) return given;
    return AIRLOCK_OK;
  });
}

airlock_status airlock_certificate_sha256(
    const airlock_certificate* certificate, uint8_t out[32],
    airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (certificate == nullptr) return IsNull("certificate");
    return GiveDigest(certificate->certificate.Sha256Fingerprint(), out);
  });
}

airlock_status airlock_certificate_spki_sha256(
    const airlock_certificate* certificate, uint8_t out[32],
    airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (certificate == nullptr) return IsNull("certificate");
    return GiveDigest(certificate->certificate.SpkiSha256(), out);
  });
}

airlock_status airlock_certificate_match_hostname(
    const airlock_certificate* certificate, airlock_bytes host,
    airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (certificate == nullptr) return IsNull("certificate");
    const auto name = Given(host, "host");
    if (!name.ok()) return name.status();
    const absl::Status status = airlock::ssl::MatchHostname(
        certificate->certificate, name->value_or(""));
    if (!status.ok()) return status;
    return AIRLOCK_OK;
  });
}
