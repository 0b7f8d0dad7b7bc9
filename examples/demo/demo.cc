// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Shows Airlock in one process: a client and a server over real sockets on
// loopback, both with certificates. Then it tries connections that must fail,
// one per line. It neither reads nor writes files.

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "config/environment.h"
#include "examples/demo/checks.h"
#include "examples/demo/database.h"
#include "examples/demo/scenes.h"
#include "nlohmann/json.hpp"
#include "platform/cli/text.h"
#include "platform/posix_host.h"
#include "platform/process_environment.h"
#include "platform/runtime.h"

ABSL_FLAG(bool, json, false, "Write the outcome as JSON.");

namespace airlock::demo {
namespace {

using Json = nlohmann::ordered_json;

struct Result {
  uint16_t port = 0;
  std::string policy;
  std::string message;
  DemoOutcome connection;
  std::vector<DemoCheck> checks;

  bool connected() const {
    return connection.client.ok() && connection.server.ok();
  }
  bool ok() const {
    return connected() &&
           std::all_of(checks.begin(), checks.end(),
                       [](const DemoCheck& check) { return check.as_it_must; });
  }
};

// The client's key and certificate, from a database.
absl::StatusOr<DemoRecord> PassThroughDatabase(const ssl::Leaf& leaf) {
  absl::StatusOr<std::unique_ptr<DemoDatabase>> database =
      DemoDatabase::Create();
  if (!database.ok()) return database.status();
  const absl::Status inserted = (*database)->Insert(
      {"Employee 42", std::string(leaf.key.view()), leaf.certificate});
  if (!inserted.ok()) return inserted;
  return (*database)->Find("Employee 42");
}

absl::StatusOr<Result> Play(platform::Runtime* runtime,
                            platform::Runtime* enforced) {
  const absl::StatusOr<DemoCast> cast = MakeDemoCast(runtime->host().Now());
  if (!cast.ok()) return cast.status();
  const absl::StatusOr<DemoRecord> record = PassThroughDatabase(cast->employee);
  if (!record.ok()) return record.status();
  const auto stage = DemoStage::Create(runtime, cast->ca);
  if (!stage.ok()) return stage.status();

  DemoPlan good;
  good.runtime = runtime;
  good.ca = cast->ca;
  good.key = record->key;
  good.certificate = record->certificate;
  good.server = &cast->server;
  good.message = "good morning\n";

  Result result;
  result.port = (*stage)->port();
  result.message = good.message;
  const auto& verification = runtime->policy().verification;
  result.policy = absl::StrCat(config::VerificationName(verification.value),
                               " (", verification.origin.ToString(), ")");
  result.connection = (*stage)->Play(good);
  if (result.connected()) {
    result.checks = RunDemoChecks(*cast, good, enforced, stage->get());
  }
  return result;
}

std::string Row(absl::string_view name, absl::string_view value) {
  return absl::StrCat("  ", cli::PadRight(name, 10), value, "\n");
}

std::string Quoted(absl::string_view line) {
  return absl::StrCat("\"", cli::ForTerminal(absl::StripSuffix(line, "\n")),
                      "\"");
}

std::string ConnectionText(const Result& result) {
  const DemoOutcome& connection = result.connection;
  if (!result.connected()) {
    return absl::StrCat("It FAILED.\n",
                        Row("client", connection.client.ToString()),
                        Row("server", connection.server.ToString()));
  }
  return absl::StrCat(
      Row("protocol",
          absl::StrCat(ssl::TlsVersionName(connection.info.version),
                       " (requested: SSLv23, the highest of both sides)")),
      Row("cipher", absl::StrCat(connection.info.cipher.name, ", key exchange ",
                                 connection.info.group)),
      Row("server", absl::StrCat(connection.server_subject, ", verified: ",
                                 "issued by ", connection.server_anchor)),
      Row("", absl::StrCat("localhost is one of its names: ",
                           connection.server_names)),
      Row("client",
          absl::StrCat(connection.client_subject, ", verified by the server")),
      Row("sent", Quoted(result.message)),
      Row("received", Quoted(connection.reply)));
}

void PrintText(const Result& result) {
  std::cout << cli::Wrap(
      absl::StrCat(
          "A client and a server in this process, over TCP at 127.0.0.1 port ",
          result.port,
          ". The server requires a client certificate. The client's key and "
          "certificate are strings from an SQLite record; no key is ever in a "
          "file. The policy is ",
          result.policy, "; the client asks for CERT_REQUIRED."),
      0);
  std::cout << "\nThe connection:\n" << ConnectionText(result);
  if (!result.connected()) return;
  std::cout << "\nWhat was tried, and what happened:\n";
  size_t width = 0;
  for (const DemoCheck& check : result.checks) {
    width = std::max(width, check.tried.size());
  }
  for (const DemoCheck& check : result.checks) {
    std::cout << (check.as_it_must ? "  ok    " : "  WRONG ")
              << cli::PadRight(check.tried, width) << "  -> " << check.came_back
              << "\n";
  }
  std::cout << (result.ok() ? "\nAll checks passed.\n"
                            : "\nSome checks FAILED.\n");
}

void PrintJson(const Result& result) {
  const DemoOutcome& connection = result.connection;
  Json json;
  json["ok"] = result.ok();
  json["policy"] = result.policy;
  json["connected"] = result.connected();
  if (result.connected()) {
    json["protocol"] = ssl::TlsVersionName(connection.info.version);
    json["cipher"] = connection.info.cipher.name;
    json["group"] = connection.info.group;
    json["server"] = connection.server_subject;
    json["client"] = connection.client_subject;
    json["sent"] = result.message;
    json["received"] = connection.reply;
  } else {
    json["client_error"] = connection.client.message();
    json["server_error"] = connection.server.message();
  }
  Json& checks = json["checks"] = Json::array();
  for (const DemoCheck& check : result.checks) {
    checks.push_back({{"tried", check.tried},
                      {"came_back", check.came_back},
                      {"ok", check.as_it_must}});
  }
  std::cout << json.dump(/*indent=*/2, /*indent_char=*/' ',
                         /*ensure_ascii=*/true, Json::error_handler_t::replace)
            << "\n";
}

absl::StatusOr<Result> PlayAll() {
  const auto host = std::make_shared<platform::PosixHost>();
  const config::Environment environment = platform::ProcessEnvironment();
  const auto runtime = platform::Runtime::Create(host, environment);
  if (!runtime.ok()) return runtime.status();
  // As if its operator had set it.
  config::EnvironmentMap strict = environment.variables();
  strict[config::kVerifyVariable] = "enforce";
  const auto enforced = platform::Runtime::Create(host, std::move(strict));
  if (!enforced.ok()) return enforced.status();
  return Play(runtime->get(), enforced->get());
}

}  // namespace
}  // namespace airlock::demo

// Exits with 0 only if every result is as expected.
int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "Plays a client and a server in one process, and tries what must not "
      "work.");
  absl::ParseCommandLine(argc, argv);
  const absl::StatusOr<airlock::demo::Result> result = airlock::demo::PlayAll();
  if (!result.ok()) {
    std::cerr << "demo: " << result.status().message() << "\n";
    return 1;
  }
  absl::GetFlag(FLAGS_json) ? airlock::demo::PrintJson(*result)
                            : airlock::demo::PrintText(*result);
  return result->ok() ? 0 : 1;
}
