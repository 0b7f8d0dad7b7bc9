// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/conformance/limbo_suite.h"

#include <map>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "nlohmann/json.hpp"
#include "platform/http/internal/inflater.h"
#include "ssl/certificate.h"
#include "ssl/internal/verify.h"
#include "ssl/trust_store.h"
#include "ssl/verification.h"

namespace airlock::testing {
namespace {

using Json = nlohmann::json;

constexpr absl::string_view kGzip = "\x1f\x8b";

absl::StatusOr<std::string> Inflate(absl::string_view file) {
  auto inflater = http::internal::Inflater::Create();
  if (!inflater.ok()) return inflater.status();
  std::string text;
  const auto put = (*inflater)->Put(file, [&text](absl::string_view piece) {
    absl::StrAppend(&text, piece);
    return absl::StatusOr<bool>(true);
  });
  if (!put.ok()) return put.status();
  const absl::Status end = (*inflater)->Finish();
  if (!end.ok()) return end;
  return text;
}

bool IsNull(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null();
}

std::string Text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string()
             ? found->get_ref<const std::string&>()
             : "";
}

std::vector<std::string> Texts(const Json& object, const char* key) {
  std::vector<std::string> texts;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return texts;
  for (const Json& item : *found) {
    if (item.is_string()) texts.push_back(item.get_ref<const std::string&>());
  }
  return texts;
}

absl::Status Unreadable(absl::string_view id, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("case ", id, ": ", what));
}

absl::StatusOr<LimboCase> ReadCase(const Json& json) {
  LimboCase result;
  result.id = Text(json, "id");
  if (result.id.empty()) return Unreadable("?", "id is missing");
  const std::string expected = Text(json, "expected_result");
  if (expected != "SUCCESS" && expected != "FAILURE") {
    return Unreadable(result.id, "expected_result is unknown");
  }
  result.is_valid = expected == "SUCCESS";
  result.is_server = Text(json, "validation_kind") != "CLIENT";
  result.trusted = Texts(json, "trusted_certs");
  result.intermediates = Texts(json, "untrusted_intermediates");
  result.leaf = Text(json, "peer_certificate");
  result.crls = Texts(json, "crls");
  if (result.is_server && !IsNull(json, "expected_peer_name")) {
    result.host = Text(json.at("expected_peer_name"), "value");
  }
  if (!IsNull(json, "validation_time")) {
    absl::Time now;
    std::string error;
    if (!absl::ParseTime(absl::RFC3339_full, Text(json, "validation_time"),
                         &now, &error)) {
      return Unreadable(result.id, error);
    }
    result.now = now;
  }
  if (!IsNull(json, "max_chain_depth")) {
    const Json& depth = json.at("max_chain_depth");
    if (!depth.is_number_integer()) {
      return Unreadable(result.id, "max_chain_depth is not a number");
    }
    result.depth = depth.get<int>();
  }
  return result;
}

std::string Namespace(absl::string_view id) {
  const std::vector<absl::string_view> parts = absl::StrSplit(id, "::");
  return parts.size() > 2 ? absl::StrCat(parts[0], "::", parts[1])
                          : std::string(parts[0]);
}

struct Totals {
  int cases = 0;
  int accepted_wrongly = 0;
  int refused_wrongly = 0;

  void Add(const LimboResult& result) {
    ++cases;
    accepted_wrongly += result.accepted_wrongly() ? 1 : 0;
    refused_wrongly += result.refused_wrongly() ? 1 : 0;
  }
};

std::string Line(absl::string_view name, const Totals& totals) {
  return absl::StrFormat("%-34s %6d %17d %16d\n", name, totals.cases,
                         totals.accepted_wrongly, totals.refused_wrongly);
}

}  // namespace

absl::StatusOr<std::vector<LimboCase>> ReadLimbo(absl::string_view file) {
  std::string inflated;
  if (absl::StartsWith(file, kGzip)) {
    absl::StatusOr<std::string> text = Inflate(file);
    if (!text.ok()) return text.status();
    inflated = *std::move(text);
    file = inflated;
  }
  const Json json = Json::parse(file, /*cb=*/nullptr,
                                /*allow_exceptions=*/false);
  if (!json.is_object() || IsNull(json, "testcases") ||
      !json.at("testcases").is_array()) {
    return absl::InvalidArgumentError("the file is not x509-limbo's JSON");
  }
  std::vector<LimboCase> cases;
  for (const Json& item : json.at("testcases")) {
    absl::StatusOr<LimboCase> limbo_case = ReadCase(item);
    if (!limbo_case.ok()) return limbo_case.status();
    cases.push_back(*std::move(limbo_case));
  }
  return cases;
}

absl::Status VerifyLimboCase(const LimboCase& limbo_case, bool strict) {
  ssl::TrustStore::Builder builder;
  for (const std::string& pem : limbo_case.trusted) {
    const absl::Status added = builder.Add(pem, "trusted_certs");
    if (!added.ok()) return added;
  }
  for (const std::string& pem : limbo_case.crls) {
    const absl::Status added = builder.Add(pem, "crls");
    if (!added.ok()) return added;
  }
  const auto store = builder.Build();
  if (!store.ok()) return store.status();
  std::vector<std::string> presented = {limbo_case.leaf};
  presented.insert(presented.end(), limbo_case.intermediates.begin(),
                   limbo_case.intermediates.end());
  std::vector<ssl::Certificate> chain;
  for (const std::string& pem : presented) {
    absl::StatusOr<ssl::Certificate> certificate =
        ssl::Certificate::FromPem(pem);
    if (!certificate.ok()) return certificate.status();
    chain.push_back(*std::move(certificate));
  }
  ssl::Verification verification;
  verification.flags.x509_strict = strict;
  verification.flags.crl_check_leaf = !limbo_case.crls.empty();
  if (limbo_case.depth.has_value()) verification.depth = *limbo_case.depth;
  ssl::internal::VerifyRequest request;
  request.presented = chain;
  request.peer = limbo_case.is_server ? ssl::Side::kServer : ssl::Side::kClient;
  request.trust_store = store->get();
  request.verification = &verification;
  request.now = limbo_case.now.value_or(absl::Now());
  request.host = limbo_case.host;
  return ssl::internal::VerifyPeer(request).status;
}

std::vector<LimboResult> RunLimbo(const std::vector<LimboCase>& cases,
                                  bool strict) {
  std::vector<LimboResult> results;
  results.reserve(cases.size());
  for (const LimboCase& limbo_case : cases) {
    results.push_back({limbo_case.id, limbo_case.is_valid,
                       VerifyLimboCase(limbo_case, strict)});
  }
  return results;
}

std::string LimboReport(const std::vector<LimboResult>& results) {
  std::map<std::string, Totals> by_namespace;
  Totals all;
  std::string accepted;
  std::string refused;
  for (const LimboResult& result : results) {
    by_namespace[Namespace(result.id)].Add(result);
    all.Add(result);
    if (result.accepted_wrongly()) {
      absl::StrAppend(&accepted, "  ", result.id, "\n");
    }
    if (result.refused_wrongly()) {
      absl::StrAppend(&refused, "  ", result.id, "\n    ",
                      result.verdict.message(), "\n");
    }
  }
  std::string report =
      absl::StrFormat("%-34s %6s %17s %16s\n", "namespace", "cases",
                      "accepted wrongly", "refused wrongly");
  for (const auto& [name, totals] : by_namespace) {
    absl::StrAppend(&report, Line(name, totals));
  }
  absl::StrAppend(&report, Line("total", all), "\naccepted wrongly:\n",
                  accepted, "\nrefused wrongly:\n", refused);
  return report;
}

}  // namespace airlock::testing
