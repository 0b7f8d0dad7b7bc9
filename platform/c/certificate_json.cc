// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// airlock_certificate_json.

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "nlohmann/json.hpp"
#include "platform/c/airlock.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/handles.h"
#include "platform/c/internal/values.h"
#include "ssl/certificate.h"

namespace airlock::c::internal {
namespace {

using Json = nlohmann::ordered_json;

Json Name(const ssl::DistinguishedName& name) {
  Json sets = Json::array();
  for (const std::vector<ssl::NameAttribute>& set : name) {
    Json attributes = Json::array();
    for (const ssl::NameAttribute& attribute : set) {
      attributes.push_back(Json::array({attribute.first, attribute.second}));
    }
    sets.push_back(std::move(attributes));
  }
  return sets;
}

std::string Time(absl::Time time) {
  return absl::FormatTime("%b %e %H:%M:%S %Y GMT", time, absl::UTCTimeZone());
}

void PutStrings(const char* key, const std::vector<std::string>& strings,
                Json* json) {
  if (!strings.empty()) (*json)[key] = strings;
}

// In the format of Python's SSLSocket.getpeercert().
std::string ToJson(const ssl::CertificateInfo& info) {
  Json json;
  json["subject"] = Name(info.subject);
  json["issuer"] = Name(info.issuer);
  json["version"] = info.version;
  json["serialNumber"] = info.serial_number;
  json["notBefore"] = Time(info.not_before);
  json["notAfter"] = Time(info.not_after);
  for (const ssl::SubjectAltName& name : info.subject_alt_names) {
    const Json value =
        name.type == "DirName" ? Name(name.directory_name) : Json(name.value);
    json["subjectAltName"].push_back(Json::array({name.type, value}));
  }
  PutStrings("OCSP", info.ocsp_urls, &json);
  PutStrings("caIssuers", info.ca_issuers_urls, &json);
  PutStrings("crlDistributionPoints", info.crl_distribution_points, &json);
  return json.dump(/*indent=*/-1, /*indent_char=*/' ', /*ensure_ascii=*/true,
                   Json::error_handler_t::replace);
}

}  // namespace
}  // namespace airlock::c::internal

airlock_status airlock_certificate_json(const airlock_certificate* certificate,
                                        airlock_buffer* json,
                                        airlock_error** error) {
  using airlock::c::internal::IsNull;
  return airlock::c::internal::Guarded(
      error, [&]() -> airlock::c::internal::Outcome {
        if (certificate == nullptr) return IsNull("certificate");
        if (json == nullptr) return IsNull("json");
        const auto info = certificate->certificate.Decode();
        if (!info.ok()) return info.status();
        const absl::Status given = airlock::c::internal::Give(
            airlock::c::internal::ToJson(*info), json);
        if (!given.ok()) return given;
        return AIRLOCK_OK;
      });
}
