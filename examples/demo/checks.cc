// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "examples/demo/checks.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "platform/cli/text.h"
#include "ssl/error.h"

namespace airlock::demo {
namespace {

using ssl::ErrorKind;

// The gist of an error: its kind, and the cause.
std::string Gist(const absl::Status& status) {
  const std::optional<ssl::Error> error = ssl::GetError(status);
  if (!error.has_value()) return cli::ForTerminal(status.message());
  std::string what;
  if (error->kind == ErrorKind::kVerification) {
    what = absl::StrCat(error->verify_message, ", at depth ", error->depth,
                        ", ", error->subject);
  } else if (error->kind == ErrorKind::kHostname) {
    what = absl::StrCat("not valid for ", error->where, ": ", error->what);
  } else if (error->what.empty()) {
    what = error->message;
  } else {
    what = absl::StrCat(error->where, error->where.empty() ? "" : " ",
                        error->what);
  }
  return absl::StrCat(ssl::ErrorKindName(error->kind), ": ",
                      cli::ForTerminal(what));
}

// A plan with which the client must fail.
DemoCheck MustFail(absl::string_view tried, const DemoPlan& plan,
                   ErrorKind kind, DemoStage* stage) {
  const DemoOutcome outcome = stage->Play(plan);
  DemoCheck check;
  check.tried = std::string(tried);
  if (outcome.client.ok()) {
    check.came_back = "a connection, which must not be";
    return check;
  }
  check.as_it_must = ssl::GetErrorKind(outcome.client) == kind;
  check.came_back = Gist(outcome.client);
  return check;
}

// A plan that must connect with TLS 1.0 only.
DemoCheck MustBeTls10(absl::string_view tried, const DemoPlan& plan,
                      DemoStage* stage) {
  const DemoOutcome outcome = stage->Play(plan);
  DemoCheck check;
  check.tried = std::string(tried);
  if (!outcome.client.ok()) {
    check.came_back = Gist(outcome.client);
    return check;
  }
  check.as_it_must = outcome.info.version == ssl::TlsVersion::kTls1_0;
  check.came_back =
      absl::StrCat("connected with ", ssl::TlsVersionName(outcome.info.version),
                   ", ", outcome.info.cipher.name);
  return check;
}

}  // namespace

std::vector<DemoCheck> RunDemoChecks(const DemoCast& cast, const DemoPlan& good,
                                     platform::Runtime* enforced,
                                     DemoStage* stage) {
  std::vector<DemoCheck> checks;
  DemoPlan plan = good;
  plan.host = "payments.example";
  checks.push_back(MustFail("wrong host, payments.example", plan,
                            ErrorKind::kHostname, stage));

  plan = good;
  plan.ca = cast.other_ca;
  checks.push_back(
      MustFail("untrusted CA", plan, ErrorKind::kVerification, stage));

  plan = good;
  plan.server = &cast.expired_server;
  checks.push_back(
      MustFail("expired certificate", plan, ErrorKind::kVerification, stage));

  plan = good;
  plan.key = std::string(cast.colleague.key.view());
  checks.push_back(
      MustFail("mismatched key", plan, ErrorKind::kCredentials, stage));

  plan = good;
  plan.key.clear();
  plan.certificate.clear();
  plan.message.clear();  // In TLS 1.3 the refusal follows the handshake.
  checks.push_back(
      MustFail("no client certificate", plan, ErrorKind::kPeerAlert, stage));

  plan = good;
  plan.ssl_version = ssl::Protocol::kTlsv1;
  constexpr absl::string_view kTls10 = "TLS 1.0 selected";
  const bool allowed =
      !good.runtime->policy().minimum_version.value.has_value();
  checks.push_back(allowed ? MustBeTls10(kTls10, plan, stage)
                           : MustFail(kTls10, plan, ErrorKind::kPolicy, stage));

  plan.runtime = enforced;
  checks.push_back(MustFail("TLS 1.0 under AIRLOCK_VERIFY=enforce", plan,
                            ErrorKind::kPolicy, stage));

  plan = good;
  plan.runtime = enforced;
  plan.cert_reqs = ssl::VerifyMode::kNone;
  checks.push_back(MustFail("CERT_NONE under AIRLOCK_VERIFY=enforce", plan,
                            ErrorKind::kPolicy, stage));
  return checks;
}

}  // namespace airlock::demo
