// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/fetch.h"

#include <unistd.h>

#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "platform/cli/command_line.h"
#include "platform/cli/ech_flag.h"
#include "platform/cli/fetch_output.h"
#include "platform/cli/fetch_report.h"
#include "platform/cli/input.h"
#include "platform/cli/shared_flags.h"
#include "platform/cli/text.h"
#include "platform/cli/trace.h"
#include "platform/http/client.h"
#include "platform/posix_host.h"
#include "platform/process_environment.h"
#include "platform/runtime.h"

ABSL_FLAG(std::string, method, "",
          "The method. Without it: GET, or POST with --data.");
ABSL_FLAG(
    std::string, data, "",
    "The body to send: the text itself, \"@FILE\", \"@-\" for standard "
    "input, or \"@env:NAME\". Its Content-Type is "
    "application/x-www-form-urlencoded unless a --header says otherwise.");
ABSL_FLAG(std::string, header, "",
          "A header to send, such as \"Accept: text/html\". May be given "
          "several times.");
ABSL_FLAG(std::string, output, "",
          "The file for the body. It appears when it is complete. On a "
          "terminal, shows the progress.");
ABSL_FLAG(std::string, proxy, "",
          "The proxy, http://[USER:PASSWORD@]HOST:PORT, or \"none\". Without "
          "it: what HTTPS_PROXY and NO_PROXY say. The process list shows a "
          "password that is given here.");
ABSL_FLAG(int, max_redirects, 5, "How many redirects to follow, 0 to 5.");
ABSL_FLAG(std::string, http, "",
          "The version of HTTP, 1.1 or 2. Without it: 2 if the server speaks "
          "it, otherwise 1.1.");
ABSL_FLAG(bool, include, false,
          "Print the status line and the headers before the body.");

namespace airlock::cli {
namespace {

// No limit, for a body that is not kept in memory.
constexpr uint64_t kUnlimited = uint64_t{1} << 62;

absl::Status ReadHeaders(http::Headers* headers) {
  const std::string lines = absl::GetFlag(FLAGS_header);
  if (lines.empty()) return absl::OkStatus();
  for (absl::string_view line : absl::StrSplit(lines, '\n')) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(line, absl::MaxSplits(':', 1));
    if (parts.first.size() == line.size()) {
      // Not shown: it may be a secret.
      return absl::InvalidArgumentError(
          "--header has no colon; write it as \"NAME: VALUE\"");
    }
    headers->Add(parts.first, absl::StripAsciiWhitespace(parts.second));
  }
  return absl::OkStatus();
}

absl::Status ReadData(platform::Host* host, http::Request* request) {
  const std::string data = absl::GetFlag(FLAGS_data);
  if (data.empty()) return absl::OkStatus();
  absl::string_view source = data;
  if (absl::ConsumePrefix(&source, "@")) {
    const absl::StatusOr<ssl::Secret> bytes =
        ReadSource(std::string(source), host);
    if (!bytes.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--data: ", bytes.status().message()));
    }
    request->body = std::string(bytes->view());
  } else {
    request->body = data;
  }
  if (!request->headers.Has("Content-Type")) {
    request->headers.Add("Content-Type", "application/x-www-form-urlencoded");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const http::TlsOptions>> TlsFromFlags(
    platform::Host* host) {
  auto tls = std::make_shared<http::TlsOptions>();
  tls->validate_certificate = !absl::GetFlag(FLAGS_insecure);
  absl::StatusOr<platform::CaCerts> ca_certs =
      ReadCaCerts("--ca", absl::GetFlag(FLAGS_ca), host);
  if (!ca_certs.ok()) return ca_certs.status();
  tls->ca_certs = *std::move(ca_certs);
  const absl::StatusOr<Identity> identity = Identity::FromFlags(host);
  if (!identity.ok()) return identity.status();
  if (identity->certificate())
    tls->certificate = identity->certificate()->Clone();
  if (identity->key()) tls->private_key = identity->key()->Clone();
  if (identity->password()) tls->password = identity->password()->Clone();
  auto ech = EchFromFlag(host);
  if (!ech.ok()) return ech.status();
  tls->ech_configs = *std::move(ech);
  const absl::Status version = SetVersionFromFlag(&tls->verification);
  if (!version.ok()) return version;
  return tls;
}

absl::Status ReadVersions(http::HttpVersions* versions) {
  const std::string version = absl::GetFlag(FLAGS_http);
  versions->http1 = version.empty() || version == "1.1";
  versions->http2 = version.empty() || version == "2";
  if (versions->http1 || versions->http2) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "--http is \"", ForTerminal(version), "\"; it must be 1.1 or 2"));
}

absl::StatusOr<http::ClientOptions> ClientFromFlags() {
  http::ClientOptions options;
  // "airlock 1.0.0" and a newline.
  const std::string version = ProgramVersion();
  options.user_agent =
      absl::StrCat("airlock/", absl::StripAsciiWhitespace(version.substr(7)));
  const std::string proxy = absl::GetFlag(FLAGS_proxy);
  if (proxy.empty()) return options;
  absl::StatusOr<http::ProxyRules> rules =
      http::ProxyRules::Create(proxy == "none" ? "" : proxy, "");
  if (!rules.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--proxy: ", rules.status().message()));
  }
  options.proxies = *std::move(rules);
  return options;
}

absl::StatusOr<http::Request> RequestFromFlags(const std::string& url,
                                               platform::Host* host) {
  http::Request request;
  request.url = url;
  absl::Status status = ReadHeaders(&request.headers);
  if (status.ok()) status = ReadData(host, &request);
  if (status.ok()) status = ReadVersions(&request.versions);
  if (!status.ok()) return status;
  request.method = absl::GetFlag(FLAGS_method);
  if (request.method.empty())
    request.method = request.body.empty() ? "GET" : "POST";
  auto tls = TlsFromFlags(host);
  if (!tls.ok()) return tls.status();
  request.tls = *std::move(tls);
  request.timeout = absl::GetFlag(FLAGS_timeout);
  request.max_redirects = absl::GetFlag(FLAGS_max_redirects);
  return request;
}

// The number of bytes that will be written, if that is known.
std::optional<uint64_t> ExpectedSize(const http::Response& head) {
  uint64_t size = 0;
  if (head.decoded ||
      !absl::SimpleAtoi(head.headers.Get("Content-Length").value_or(""),
                        &size)) {
    return std::nullopt;
  }
  return size;
}

int FailFetch(const std::string& url, const absl::Status& status) {
  if (absl::GetFlag(FLAGS_json)) std::cout << FailureJson(url, status);
  Fail("fetch", status);
  const std::string retry = EchRetryConfigs(status).value_or("");
  if (!retry.empty()) std::cerr << "airlock fetch: ECH " << retry << std::endl;
  return ExitOf(status);
}

int Report(const http::Response& response, bool has_body) {
  if (absl::GetFlag(FLAGS_json)) {
    std::cout << ResponseJson(response, has_body, absl::Now()) << std::flush;
  }
  const int exit = ExitOf(response);
  if (exit != kExitOk) {
    std::cerr << "airlock fetch: the server answered with status "
              << response.status << std::endl;
  }
  return exit;
}

int RunRequest(http::Client& client, http::Request request) {
  const std::string url = request.url;
  const std::string path = absl::GetFlag(FLAGS_output);
  const bool json = absl::GetFlag(FLAGS_json);
  // JSON holds the body, unless it goes to a file.
  const bool collect = json && path.empty();
  auto output = FetchOutput::Open(path, isatty(STDERR_FILENO) != 0);
  if (!output.ok()) return Fail("fetch", output.status());
  const bool print_head =
      !json && (absl::GetFlag(FLAGS_include) || request.method == "HEAD");
  request.on_head = [&](const http::Response& head) {
    if (print_head) std::cout << HeadText(head) << std::flush;
    (*output)->Expect(ExpectedSize(head));
    return absl::OkStatus();
  };
  if (!collect) {
    request.max_body_bytes = kUnlimited;
    request.max_decoded_bytes = kUnlimited;
    request.on_data = [&output](absl::string_view data) {
      return (*output)->Write(data);
    };
  }
  const absl::StatusOr<http::Response> response =
      client.Fetch(std::move(request));
  if (!response.ok()) return FailFetch(url, response.status());
  const absl::Status finished = (*output)->Finish();
  if (!finished.ok()) return Fail("fetch", finished);
  return Report(*response, collect);
}

int RunFetch(const std::vector<std::string>& arguments) {
  const auto host = std::make_shared<platform::PosixHost>();
  platform::RuntimeOptions runtime_options;
  const absl::Status audit = SetAuditFromFlag(host, &runtime_options);
  if (!audit.ok()) return Fail("fetch", audit);
  Trace trace;
  trace.Observe(&runtime_options);
  const auto runtime = platform::Runtime::Create(
      host, platform::ProcessEnvironment(), std::move(runtime_options));
  if (!runtime.ok()) {
    Fail("fetch", runtime.status());
    return kExitUsage;
  }
  absl::Status flags = CheckSharedFlags();
  if (flags.ok()) flags = trace.Start(runtime->get());
  if (!flags.ok()) return Fail("fetch", flags);
  absl::StatusOr<http::ClientOptions> options = ClientFromFlags();
  if (!options.ok()) return Fail("fetch", options.status());
  absl::StatusOr<http::Request> request =
      RequestFromFlags(arguments[0], host.get());
  if (!request.ok()) return Fail("fetch", request.status());
  http::Client client(runtime->get(), *std::move(options));
  return AfterAudit(**runtime,
                    trace.Finish(RunRequest(client, *std::move(request))));
}

}  // namespace

Command FetchCommand() {
  Command command;
  command.name = "fetch";
  command.arguments = "URL";
  command.summary = "Fetch a page over HTTPS, or send one.";
  command.description =
      "Sends a request to an https URL and writes the body of the response to "
      "standard output or a file. The chain and the name of the server are "
      "verified. Redirects are followed to https only, and take no "
      "credentials to another server. --timeout limits the whole call, the "
      "download included.\n"
      "With --json, prints the status, headers, timing and facts about TLS as "
      "one JSON object, with the body in it unless --output names a file; a "
      "failure is an object, too.";
  command.examples = {
      {"airlock fetch https://example.com/", "Show a page."},
      {"airlock fetch https://example.com/big.iso --output big.iso "
       "--timeout=inf",
       "Download a file."},
      {"airlock fetch https://api.example/v1 --data '{\"a\": 1}' --header "
       "'Content-Type: application/json' --cert env:CERT --key env:KEY",
       "Send JSON, with a client certificate from the environment."},
      {"airlock fetch --json https://example.com/ --output /dev/null",
       "Where does the time go?"},
  };
  command.flags = {{"method", "METHOD"},
                   {"data", "TEXT|@SOURCE"},
                   {"header", "HEADER", /*repeatable=*/true},
                   {"output", "FILE"},
                   {"include", ""},
                   {"json", ""},
                   {"trace", ""},
                   {"keylog", "FILE"},
                   {"timeout", "DURATION"},
                   {"max_redirects", "NUMBER"},
                   {"proxy", "URL|none"},
                   {"ech", "SOURCE"},
                   {"ca", "SOURCE"},
                   {"cert", "SOURCE"},
                   {"key", "SOURCE"},
                   {"password", "SOURCE"},
                   {"tls", "VERSION"},
                   {"http", "1.1|2"},
                   {"insecure", ""},
                   {"audit", "FILE|fd:N"}};
  command.exit_statuses =
      "0 a response with a status below 400, 1 it did not work, 2 wrong usage, "
      "3 no connection (name, address or proxy), 4 not trusted, or TLS failed, "
      "5 timeout, 6 the response is invalid, cut off or too large, 7 a "
      "redirect was not followed, 8 the server's status is 4xx, 9 it is 5xx.";
  command.min_arguments = 1;
  command.max_arguments = 1;
  command.run = RunFetch;
  return command;
}

}  // namespace airlock::cli
