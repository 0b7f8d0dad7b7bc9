// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// No output, error, trace or audit of the command contains a secret, wherever
// the secret was put: in its place, in that of something else, or broken.

#include <cctype>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tests/platform/cli/process.h"
#include "tests/support/testdata.h"

namespace airlock::testing {
namespace {

constexpr char kPassword[] = "correct-horse-battery-7391";
constexpr char kUrlPassword[] = "staple-of-redis-5528";
constexpr char kFleetKey[] =
    "5ec12e7cab1e5ec12e7cab1e5ec12e7cab1e5ec12e7cab1e5ec12e7cab1e7391";

std::string Path(const std::string& name) {
  return TestdataPath(absl::StrCat("certs/", name));
}

std::string Content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string Write(const std::string& name, absl::string_view content) {
  std::string path = absl::StrCat(::testing::TempDir(), "/", name);
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

// A text that has a secret, and what of it must not be seen.
struct Sample {
  std::string name;
  std::string content;
  std::vector<std::string> canaries;
};

// The lines of a PEM file that are long enough to be no accident.
std::vector<std::string> LinesOf(const std::string& pem) {
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(pem, '\n')) {
    if (line.size() > 30 && line[0] != '-') lines.emplace_back(line);
  }
  return lines;
}

std::vector<Sample> Samples() {
  const std::string key = Content(Path("server_p256.key"));
  const std::vector<std::string> lines = LinesOf(key);
  std::string broken = key;
  broken.replace(broken.find('\n') + 3, 1, "!");
  std::string url = absl::StrCat("redis://me:", kUrlPassword, "@localhost");
  return {
      {"key", key, lines},
      {"key_without_header", key.substr(key.find('\n') + 1), lines},
      {"key_without_end", key.substr(0, key.size() - 30), lines},
      {"broken_key", broken, lines},
      {"key_and_text", absl::StrCat(key, kPassword), {lines[0], kPassword}},
      {"encrypted_key", Content(Path("server_p256_encrypted.key")), {}},
      {"password", kPassword, {kPassword}},
      {"passwords",
       absl::StrCat(kPassword, "\n", kPassword, "\n"),
       {kPassword}},
      {"fleet_key", kFleetKey, {kFleetKey}},
      {"short_fleet_key",
       std::string(kFleetKey).substr(0, 60),
       {std::string(kFleetKey).substr(0, 60)}},
      {"url", url, {kUrlPassword}},
      {"url_with_port", absl::StrCat(url, ":port"), {kUrlPassword}},
      {"url_of_unknown_scheme", absl::StrCat("x", url), {kUrlPassword}},
      {"url_with_space", absl::StrCat(url, " "), {kUrlPassword}},
      {"key_log",
       absl::StrCat("CLIENT_RANDOM ", std::string(64, 'a'), " ", kFleetKey,
                    "\n"),
       {kFleetKey}},
      {"json",
       absl::StrCat("{\"keys\":[{\"kty\":\"EC\",\"d\":\"", kPassword, "\"}]}"),
       {kPassword}},
      {"yaml",
       absl::StrCat("verify: enforce\npassword: ", kPassword, "\n"),
       {}},
  };
}

class CanariesTest : public ::testing::Test {
 protected:
  // `said` has none of the canaries, nor their bytes in hexadecimal or base64.
  static void ExpectSilent(const std::string& said,
                           const std::vector<std::string>& canaries) {
    const std::string lower = absl::AsciiStrToLower(said);
    for (const std::string& canary : canaries) {
      EXPECT_FALSE(absl::StrContains(said, canary)) << said;
      EXPECT_FALSE(absl::StrContains(lower, absl::BytesToHexString(canary)))
          << said;
      EXPECT_FALSE(absl::StrContains(
          said, absl::Base64Escape(canary).substr(0, canary.size())))
          << said;
    }
  }

  // Runs the command to its end, or until it serves.
  static std::string Run(
      const std::vector<std::string>& arguments,
      const std::map<std::string, std::string>& environment) {
    Process process(arguments, environment);
    process.CloseInput();
    if (arguments[0] == "serve" && process.WaitForOutput("Listening on ")) {
      return process.output() + process.errors();
    }
    process.Wait();
    return process.output() + process.errors();
  }
};

// Each source of each flag gets each secret.
TEST_F(CanariesTest, AreInNoMessage) {
  const std::string cert = absl::StrCat("--cert=", Path("server_p256.pem"));
  const std::string key = absl::StrCat("--key=", Path("server_p256.key"));
  const std::string locked =
      absl::StrCat("--key=", Path("server_p256_encrypted.key"));
  const std::string root = absl::StrCat("--root=", ::testing::TempDir());
  const Server server({"--self-signed", "--quiet"});
  const std::vector<std::string> connect = {"connect", "--no-io",
                                            server.address()};
  const std::vector<std::string> serve = {"serve", "--port=0", root};
  const auto with = [](std::vector<std::string> first,
                       const std::vector<std::string>& more) {
    first.insert(first.end(), more.begin(), more.end());
    return first;
  };
  const std::vector<std::vector<std::string>> commands = {
      {"ca"},
      {"decode", "--keylog=/dev/null"},
      with(connect, {"--ca="}),
      with(connect, {"--ech="}),
      with(connect, {"--cert="}),
      with(connect, {cert, "--key="}),
      with(connect, {cert, locked, "--password="}),
      with(connect, {"--spiffe-id=spiffe://a/**", "--trust-domain=a="}),
      with(serve, {"--cert="}),
      with(serve, {cert, "--key="}),
      with(serve, {cert, locked, "--password="}),
      with(serve, {cert, key, "--client-ca="}),
      with(serve, {cert, key, "--ech-keys="}),
      with(serve, {cert, key, "--fleet-key="}),
      with(serve, {cert, key, "--tickets=redis://localhost:1", "--fleet-key="}),
      with(serve, {cert, key, "--tickets=rediss://localhost:1",
                   absl::StrCat("--fleet-key=", Write("fleet", kFleetKey)),
                   "--tickets-ca="}),
      with(serve,
           {cert, key, absl::StrCat("--fleet-key=", Write("fleet", kFleetKey)),
            "--tickets="}),
  };
  for (const Sample& sample : Samples()) {
    const std::string path = Write(sample.name, sample.content);
    for (const std::vector<std::string>& command : commands) {
      const bool is_flag = absl::EndsWith(command.back(), "=");
      const bool is_tickets = command.back() == "--tickets=";
      for (const bool is_in_environment : {false, true}) {
        std::vector<std::string> arguments = command;
        const std::string source = is_in_environment ? "env:SECRET"
                                   : is_tickets ? absl::StrCat("file:", path)
                                                : path;
        if (is_flag) {
          arguments.back() += source;
        } else {
          arguments.push_back(source);
        }
        SCOPED_TRACE(absl::StrCat(sample.name, " ", arguments[0], " ",
                                  arguments.back()));
        std::vector<std::string> canaries = sample.canaries;
        canaries.push_back(kFleetKey);
        ExpectSilent(Run(arguments, {{"SECRET", sample.content}}), canaries);
      }
    }
    // As the operator's policy.
    ExpectSilent(Run({"policy"}, {{"AIRLOCK_CONFIG", path}}), sample.canaries);
  }
}

// The trace of both ends, their reports, and the audit.
TEST_F(CanariesTest, AreInNoTraceNorAudit) {
  const std::vector<std::string> key_lines =
      LinesOf(Content(Path("server_rsa.key")));
  const std::vector<std::string> client_lines =
      LinesOf(Content(Path("client_p256.key")));
  const std::string audit = Write("audit", "");
  const std::map<std::string, std::string> environment = {
      {"AIRLOCK_VERIFY", "enforce"}, {"AIRLOCK_AUDIT", audit}};
  for (const char* version : {"TLSv1.2", "TLSv1.3"}) {
    std::string said;
    {
      Server server({absl::StrCat("--cert=", Path("server_rsa_chain.pem")),
                     absl::StrCat("--key=", Path("server_rsa.key")),
                     absl::StrCat("--client-ca=", Path("ca.pem")), "--trace"},
                    environment);
      for (const bool is_json : {false, true}) {
        std::vector<std::string> arguments = {
            "connect",
            server.address(),
            "--no-io",
            "--trace",
            absl::StrCat("--tls=", version),
            absl::StrCat("--ca=", Path("ca.pem")),
            absl::StrCat("--cert=", Path("client_p256.pem")),
            absl::StrCat("--key=", Path("client_p256.key"))};
        if (is_json) arguments.push_back("--json");
        const Outcome outcome = RunAirlock(arguments, environment);
        EXPECT_EQ(outcome.status, 0) << outcome.errors;
        absl::StrAppend(&said, outcome.output, outcome.errors);
        // What the policy refuses is in the audit.
        arguments.push_back("--insecure");
        const Outcome refused = RunAirlock(arguments, environment);
        absl::StrAppend(&said, refused.output, refused.errors);
      }
      absl::StrAppend(&said, server.process().output(),
                      server.process().errors());
    }
    EXPECT_TRUE(absl::StrContains(said, "CertificateVerify")) << said;
    ExpectSilent(said, key_lines);
    ExpectSilent(said, client_lines);
  }
  const std::string audited = Content(audit);
  EXPECT_FALSE(audited.empty());
  ExpectSilent(audited, key_lines);
  ExpectSilent(audited, client_lines);
}

// What someone types in place of a file with the secret.
TEST_F(CanariesTest, ASecretInPlaceOfAPathIsNotRepeated) {
  const std::vector<std::string> serve = {
      "serve", "--port=0", absl::StrCat("--cert=", Path("server_p256.pem"))};
  const std::string fleet_key =
      absl::StrCat("--fleet-key=", Write("fleet", kFleetKey));
  const auto expect_silent = [&](const std::vector<std::string>& more,
                                 const std::string& canary) {
    std::vector<std::string> arguments = serve;
    arguments.insert(arguments.end(), more.begin(), more.end());
    ExpectSilent(Run(arguments, {}), {canary, kFleetKey});
  };
  const std::string key = absl::StrCat("--key=", Path("server_p256.key"));
  const std::string locked =
      absl::StrCat("--key=", Path("server_p256_encrypted.key"));
  // In the words of a path, beyond a file, of an environment variable, too
  // long.
  const std::string file = Write("file", "x");
  for (const std::string& secret :
       {std::string(kPassword), absl::StrCat("a/", kPassword),
        absl::StrCat(file, "/", kPassword), absl::StrCat("env:", kPassword),
        absl::StrCat(std::string(300, 'x'), kPassword)}) {
    expect_silent({locked, absl::StrCat("--password=", secret)}, kPassword);
    expect_silent({key, "--tickets=redis://localhost:1",
                   absl::StrCat("--fleet-key=", secret)},
                  kPassword);
  }
  expect_silent({key, "--tickets=redis://localhost:1",
                 absl::StrCat("--fleet-key=", kFleetKey)},
                kFleetKey);
  for (const char* rest : {"@localhost", "@localhost:port", "@", "@host/path",
                           "@[::1", "#@localhost", "%zz@localhost"}) {
    expect_silent({key, fleet_key,
                   absl::StrCat("--tickets=redis://me:", kUrlPassword, rest)},
                  kUrlPassword);
  }
}

}  // namespace
}  // namespace airlock::testing
