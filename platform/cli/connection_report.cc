// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/connection_report.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "platform/cli/certificate_facts.h"
#include "platform/cli/json.h"
#include "platform/cli/text.h"
#include "ssl/error.h"

namespace airlock::cli {
namespace {

std::string Row(absl::string_view name, absl::string_view value) {
  return absl::StrCat("  ", PadRight(name, 10), value, "\n");
}

// One certificate of a chain. `at_fault`: verification stumbled over it.
std::string CertificateText(const ssl::Certificate& certificate, size_t depth,
                            absl::Time now, bool at_fault) {
  const CertificateFacts facts = ExamineCertificate(certificate, now);
  std::string text =
      absl::StrCat("  ", depth, "  ", ForTerminal(certificate.subject()),
                   at_fault ? "   <-- here" : "", "\n");
  const auto row = [&text](absl::string_view name, absl::string_view value) {
    absl::StrAppend(&text, "     ", PadRight(name, 8), value, "\n");
  };
  row("issuer",
      facts.self_issued ? "itself" : ForTerminal(certificate.issuer()));
  row("valid", absl::StrCat(FormatDate(certificate.not_before()), " to ",
                            FormatDate(certificate.not_after()), "; ",
                            DescribeValidity(certificate.not_before(),
                                             certificate.not_after(), now)));
  row("key", absl::StrCat(facts.key, "; signed with ", facts.signature));
  if (!facts.names.empty()) row("names", absl::StrJoin(facts.names, ", "));
  row("sha256", FormatFingerprint(certificate.Sha256Fingerprint()));
  return text;
}

std::string ChainText(const ConnectionReport& report) {
  const std::vector<ssl::Certificate>& presented =
      report.socket->presented_chain();
  if (presented.empty()) return "";
  int fault = -1;
  const absl::optional<ssl::Error> error = ssl::GetError(report.handshake);
  if (error.has_value()) fault = error->depth;
  std::string text = "\nChain that the peer presented:\n";
  for (size_t i = 0; i < presented.size(); ++i) {
    absl::StrAppend(&text, CertificateText(presented[i], i, report.now,
                                           static_cast<int>(i) == fault));
  }
  const std::vector<ssl::Certificate>& verified =
      report.socket->verified_chain();
  if (verified.empty()) return text;
  absl::StrAppend(&text, "\nTrusted, as it leads to a CA of ", report.trust,
                  ":\n");
  return absl::StrCat(
      text, CertificateText(verified.back(), verified.size() - 1, report.now,
                            /*at_fault=*/false));
}

std::string VerifiedText(const ConnectionReport& report) {
  if (report.socket->peer_verified()) {
    return absl::StrCat("yes: chain, and name ",
                        ForTerminal(report.server_name));
  }
  return "NO: --insecure, so this may be anybody, and anybody may read along";
}

void WriteError(const absl::Status& status, JsonWriter* json) {
  if (status.ok()) {
    json->Null();
    return;
  }
  json->BeginObject();
  json->Key("message").String(status.message());
  const absl::optional<ssl::Error> error = ssl::GetError(status);
  if (error.has_value()) {
    json->Key("kind").String(ssl::ErrorKindName(error->kind));
    json->Key("reason").String(error->reason);
    if (error->alert.has_value()) {
      json->Key("alert").String(ssl::AlertName(*error->alert));
    }
    if (error->verify_code != 0) {
      json->Key("verify_code").Number(error->verify_code);
      json->Key("verify_message").String(error->verify_message);
    }
    if (error->depth >= 0) {
      json->Key("depth").Number(error->depth);
      json->Key("subject").String(error->subject);
    }
  }
  json->EndObject();
}

void WriteChain(const std::vector<ssl::Certificate>& chain, absl::Time now,
                JsonWriter* json) {
  json->BeginArray();
  for (const ssl::Certificate& certificate : chain) {
    WriteCertificate(certificate, now, json);
  }
  json->EndArray();
}

}  // namespace

std::string ConnectionText(const ConnectionReport& report) {
  std::string text;
  const absl::optional<ssl::ConnectionInfo> info = report.socket->info();
  if (report.handshake.ok() && info.has_value()) {
    absl::StrAppend(&text, "Connected to ", ForTerminal(report.target), "\n");
    absl::StrAppend(&text, Row("protocol", ssl::TlsVersionName(info->version)));
    absl::StrAppend(
        &text, Row("cipher", absl::StrCat(info->cipher.name, ", ",
                                          info->cipher.strength_bits, " bits",
                                          info->group.empty()
                                              ? ""
                                              : absl::StrCat("; key exchange ",
                                                             info->group))));
    absl::StrAppend(&text,
                    Row("ALPN", info->alpn.empty() ? "none agreed"
                                                   : ForTerminal(info->alpn)));
    absl::StrAppend(&text, Row("verified", VerifiedText(report)));
  } else {
    absl::StrAppend(&text, "Not connected to ", ForTerminal(report.target),
                    "; no data was sent.\n");
  }
  absl::StrAppend(&text, Row("policy", report.policy), ChainText(report));
  if (report.handshake.ok()) return text;

  const absl::optional<ssl::Error> error = ssl::GetError(report.handshake);
  const bool distrust =
      error.has_value() && (error->kind == ssl::ErrorKind::kVerification ||
                            error->kind == ssl::ErrorKind::kHostname);
  absl::StrAppend(&text, "\n",
                  Wrap(absl::StrCat(distrust ? "Not trusted: " : "Failed: ",
                                    ForTerminal(report.handshake.message())),
                       0));
  if (distrust) {
    absl::StrAppend(&text, Row("code", absl::StrCat(error->verify_code, ", ",
                                                    error->verify_message)));
    absl::StrAppend(&text, Row("trusting", report.trust));
  }
  return text;
}

std::string ConnectionJson(const ConnectionReport& report) {
  JsonWriter json;
  json.BeginObject();
  json.Key("target").String(report.target);
  json.Key("server_name").String(report.server_name);
  json.Key("connected").Bool(report.handshake.ok());
  json.Key("verified").Bool(report.socket->peer_verified());
  json.Key("error");
  WriteError(report.handshake, &json);
  const absl::optional<ssl::ConnectionInfo> info = report.socket->info();
  if (report.handshake.ok() && info.has_value()) {
    json.Key("protocol").String(ssl::TlsVersionName(info->version));
    json.Key("cipher").String(info->cipher.name);
    json.Key("cipher_bits").Number(info->cipher.strength_bits);
    json.Key("group").String(info->group);
    json.Key("alpn").String(info->alpn);
  }
  json.Key("policy").String(report.policy);
  json.Key("trust").String(report.trust);
  json.Key("presented_chain");
  WriteChain(report.socket->presented_chain(), report.now, &json);
  json.Key("verified_chain");
  WriteChain(report.socket->verified_chain(), report.now, &json);
  json.EndObject();
  return absl::StrCat(json.text(), "\n");
}

}  // namespace airlock::cli
