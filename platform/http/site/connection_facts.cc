// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/connection_facts.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "nlohmann/json.hpp"
#include "platform/http/site/html.h"
#include "ssl/certificate.h"
#include "ssl/context.h"
#include "ssl/ech.h"
#include "ssl/protocol.h"
#include "ssl/session.h"
#include "ssl/socket.h"

namespace airlock::http {
namespace {

using config::Json;

Json OrNull(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

// In milliseconds, to the microsecond.
double Milliseconds(std::chrono::steady_clock::duration duration) {
  constexpr double kPerMillisecond = 1000;
  const auto micros =
      std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  return static_cast<double>(micros) / kPerMillisecond;
}

std::string Fingerprint(absl::string_view digest) {
  return absl::StrJoin(digest, ":", [](std::string* out, char byte) {
    absl::StrAppendFormat(out, "%02X", static_cast<uint8_t>(byte));
  });
}

Json CertificateFacts(const ssl::Certificate& certificate) {
  Json facts;
  facts["subject"] = certificate.subject();
  facts["issuer"] = certificate.issuer();
  Json names = Json::array();
  const auto info = certificate.Decode();
  if (info.ok()) {
    facts["serial_number"] = info->serial_number;
    for (const ssl::SubjectAltName& name : info->subject_alt_names) {
      names.push_back(absl::StrCat(name.type, ":", name.value));
    }
  }
  facts["names"] = std::move(names);
  facts["not_before"] = TimeText(certificate.not_before());
  facts["not_after"] = TimeText(certificate.not_after());
  facts["sha256"] = Fingerprint(certificate.Sha256Fingerprint());
  facts["pem"] = certificate.ToPem();
  return facts;
}

Json SessionFacts(const ssl::Socket& socket, absl::Time now) {
  const ssl::ContextOptions& options = socket.context()->options();
  const auto session = socket.session();
  Json facts;
  facts["resumed"] = socket.session_reused();
  facts["id"] = session == nullptr || session->id().empty()
                    ? Json(nullptr)
                    : Json(absl::BytesToHexString(session->id()));
  facts["created"] = nullptr;
  facts["age_seconds"] = nullptr;
  facts["timeout_seconds"] = absl::ToInt64Seconds(options.session_timeout);
  // With TLS 1.3, the client's ticket is the session.
  if (session != nullptr) {
    facts["created"] = TimeText(session->time());
    facts["age_seconds"] = absl::ToInt64Seconds(now - session->time());
    facts["timeout_seconds"] = absl::ToInt64Seconds(session->timeout());
  }
  facts["tickets"] = options.session_tickets;
  // Of TLS 1.3; TLS 1.2 has one.
  const bool several = socket.version() == ssl::TlsVersion::kTls1_3;
  facts["tickets_sent"] = !options.session_tickets ? size_t{0}
                          : several                ? options.num_tickets
                                                   : size_t{1};
  return facts;
}

// "Server name (SNI)" for "server_name".
std::string Label(absl::string_view name) {
  struct Special {
    absl::string_view name;
    absl::string_view label;
  };
  constexpr Special kSpecial[] = {
      {"alpn", "ALPN"},
      {"cipher_bits", "Key bits"},
      {"group", "Group (key exchange)"},
      {"ech", "Encrypted Client Hello"},
      {"http", "HTTP"},
      {"id", "ID"},
      {"age_seconds", "Age in seconds"},
      {"timeout_seconds", "Timeout in seconds"},
      {"handshake_ms", "Handshake in ms"},
      {"open_ms", "Open for (ms)"},
      {"server_name", "Server name (SNI)"},
      {"sha256", "SHA-256"},
      {"requests", "Requests, with this one"},
      {"number", "Connection number"},
  };
  for (const Special& special : kSpecial) {
    if (special.name == name) return std::string(special.label);
  }
  std::string label = absl::StrReplaceAll(name, {{"_", " "}});
  if (!label.empty()) label[0] = absl::ascii_toupper(label[0]);
  return label;
}

std::string Shown(const Json& value) {
  if (value.is_null()) return "<span class=\"dim\">–</span>";
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_string()) return EscapeHtml(value.get<std::string>());
  return EscapeHtml(config::JsonLine(value));
}

std::string Row(absl::string_view name, absl::string_view html) {
  return absl::StrCat("<tr><th>", EscapeHtml(Label(name)), "</th><td>", html,
                      "</td></tr>\n");
}

std::string Rows(const Json& object) {
  std::string html;
  for (const auto& [name, value] : object.items()) {
    if (value.is_structured() || name == "pem") continue;
    absl::StrAppend(&html, Row(name, Shown(value)));
  }
  return html;
}

std::string CertificateHtml(absl::string_view heading,
                            const Json& certificate) {
  std::string names;
  for (const Json& name : certificate["names"]) {
    absl::StrAppend(&names, names.empty() ? "" : "<br>", Shown(name));
  }
  return absl::StrCat(
      "<h2>", heading, "</h2>\n<table class=\"facts\"><tbody>\n",
      Rows(certificate), Row("names", names),
      "</tbody></table>\n<details><summary>PEM</summary><pre>",
      // Printable except its line feeds.
      certificate["pem"].get<std::string>(), "</pre></details>\n");
}

}  // namespace

Json DescribeConnection(const ServerRequest& request,
                        ServerConnection& connection, absl::Time now) {
  const ssl::Socket& socket = connection.socket();
  Json facts;
  Json& tls = facts["connection"];
  if (const auto info = socket.info()) {
    tls["protocol"] = std::string(ssl::TlsVersionName(info->version));
    tls["cipher"] = info->cipher.name;
    tls["cipher_bits"] = info->cipher.strength_bits;
    tls["group"] = OrNull(info->group);
    tls["certificate_compression"] = OrNull(info->certificate_compression);
    tls["ech"] = std::string(ssl::EchStatusName(info->ech));
    tls["alpn"] = OrNull(info->alpn);
    tls["server_name"] = OrNull(info->server_name);
  }
  tls["http"] = std::string(VersionName(request.version));
  tls["number"] = connection.id();

  facts["session"] = SessionFacts(socket, now);

  Json& timing = facts["timing"];
  const auto steady = ServerConnection::Time::clock::now();
  timing["accepted"] =
      TimeText(now - absl::FromChrono(steady - connection.accepted()));
  timing["handshake_ms"] =
      Milliseconds(connection.handshake_ended() - connection.accepted());
  timing["open_ms"] = Milliseconds(steady - connection.accepted());
  timing["requests"] = connection.requests();

  Json& client = facts["client"];
  client["address"] = connection.peer();
  const auto& presented = socket.presented_chain();
  client["certificate"] = presented.empty()        ? "none"
                          : socket.peer_verified() ? "verified"
                                                   : "not verified";
  Json chain = Json::array();
  for (const ssl::Certificate& certificate : presented) {
    chain.push_back(CertificateFacts(certificate));
  }
  client["chain"] = std::move(chain);
  const auto& verified = socket.verified_chain();
  client["trust_anchor"] =
      verified.empty() ? Json(nullptr) : Json(verified.back().subject());
  return facts;
}

std::string FactsHtml(absl::string_view heading, const Json& object) {
  return absl::StrCat("<h2>", EscapeHtml(heading),
                      "</h2>\n<table class=\"facts\"><tbody>\n", Rows(object),
                      "</tbody></table>\n");
}

std::string ConnectionHtml(const Json& facts) {
  std::string html = absl::StrCat(FactsHtml("Connection", facts["connection"]),
                                  FactsHtml("Session", facts["session"]),
                                  FactsHtml("Timing", facts["timing"]),
                                  FactsHtml("Client", facts["client"]));
  size_t depth = 0;
  for (const Json& certificate : facts["client"]["chain"]) {
    absl::StrAppend(
        &html, CertificateHtml(depth == 0 ? "Client certificate"
                                          : absl::StrCat("Its issuer, ", depth),
                               certificate));
    ++depth;
  }
  return html;
}

}  // namespace airlock::http
