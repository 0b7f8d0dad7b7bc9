// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/fetch_report.h"

#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "config/json.h"
#include "nlohmann/json.hpp"
#include "platform/cli/certificate_facts.h"
#include "platform/cli/command.h"
#include "platform/cli/ech_flag.h"
#include "platform/cli/error_json.h"
#include "platform/cli/text.h"
#include "platform/http/error.h"
#include "platform/http/version.h"
#include "ssl/ech.h"
#include "ssl/protocol.h"

namespace airlock::cli {
namespace {

using config::Json;

// Seconds, or null.
Json Seconds(const std::optional<absl::Duration>& time) {
  if (!time.has_value()) return Json();
  return absl::ToDoubleSeconds(*time);
}

Json TimingJson(const http::Timing& timing) {
  Json json;
  json["resolved"] = Seconds(timing.resolved);
  json["connected"] = Seconds(timing.connected);
  json["secured"] = Seconds(timing.secured);
  json["first_byte"] = Seconds(timing.first_byte);
  json["total"] = Seconds(timing.total);
  return json;
}

Json TlsJson(const http::ConnectionFacts& connection, absl::Time now) {
  Json json;
  json["verified"] = connection.verified;
  json["protocol"] = ssl::TlsVersionName(connection.tls.version);
  json["cipher"] = connection.tls.cipher.name;
  json["cipher_bits"] = connection.tls.cipher.strength_bits;
  json["group"] = connection.tls.group;
  json["certificate_compression"] = connection.tls.certificate_compression;
  json["ech"] = ssl::EchStatusName(connection.tls.ech);
  json["alpn"] = connection.tls.alpn;
  json["session_reused"] = connection.tls.session_reused;
  Json chain = Json::array();
  for (const ssl::Certificate& certificate : connection.presented_chain) {
    chain.push_back(CertificateJson(certificate, now));
  }
  json["presented_chain"] = std::move(chain);
  return json;
}

bool IsUtf8(const std::string& text) {
  // The two differ in what becomes of invalid bytes.
  const Json json = text;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) ==
         json.dump(-1, ' ', false, Json::error_handler_t::ignore);
}

}  // namespace

int ExitOf(const absl::Status& failure) {
  switch (http::FailureOf(failure)) {
    case http::Failure::kInvalidRequest:
      return kExitUsage;
    case http::Failure::kResolve:
    case http::Failure::kConnect:
    case http::Failure::kProxy:
      return kExitConnect;
    case http::Failure::kTls:
      return kExitTls;
    case http::Failure::kTimeout:
      return kExitTimeout;
    case http::Failure::kProtocol:
    case http::Failure::kTruncated:
    case http::Failure::kTooLarge:
      return kExitResponse;
    case http::Failure::kRedirect:
      return kExitRedirect;
    case http::Failure::kBody:
    case http::Failure::kOther:
      return kExitFailed;
  }
  return kExitFailed;
}

int ExitOf(const http::Response& response) {
  if (response.status >= 500) return kExitServerStatus;
  if (response.status >= 400) return kExitClientStatus;
  return kExitOk;
}

std::string HeadText(const http::Response& response) {
  std::string text =
      absl::StrCat(http::VersionName(response.version), " ", response.status);
  // HTTP/2 has no reason.
  if (!response.reason.empty()) {
    absl::StrAppend(&text, " ", ForTerminal(response.reason));
  }
  text += "\n";
  for (const http::Header& field : response.headers) {
    absl::StrAppend(&text, ForTerminal(field.name), ": ",
                    ForTerminal(field.value), "\n");
  }
  return absl::StrCat(text, "\n");
}

std::string ResponseJson(const http::Response& response, bool has_body,
                         absl::Time now) {
  Json json;
  json["url"] = response.url;
  json["version"] = std::string(http::VersionName(response.version));
  json["status"] = response.status;
  json["reason"] = response.reason;
  Json headers = Json::array();
  for (const http::Header& field : response.headers) {
    headers.push_back(Json::array({field.name, field.value}));
  }
  json["headers"] = std::move(headers);
  json["redirects"] = response.redirects;
  json["body_bytes_received"] = response.body_bytes_received;
  json["decoded"] = response.decoded;
  json["timing"] = TimingJson(response.timing);
  json["address"] = response.connection.address;
  json["proxy"] = response.connection.proxy;
  json["tls"] = TlsJson(response.connection, now);
  json["error"] = Json();
  if (has_body && IsUtf8(response.body)) {
    json["body"] = response.body;
  } else if (has_body) {
    json["body_base64"] = absl::Base64Escape(response.body);
  }
  return config::JsonLines(json) + "\n";
}

std::string FailureJson(absl::string_view url, const absl::Status& failure) {
  Json json;
  json["url"] = std::string(url);
  json["error"] = ErrorJson("fetch", failure);
  json["error"]["failure"] =
      std::string(http::FailureName(http::FailureOf(failure)));
  if (const auto retry = EchRetryConfigs(failure)) {
    json["ech_retry_configs"] = *retry;
  }
  return config::JsonLines(json) + "\n";
}

}  // namespace airlock::cli
