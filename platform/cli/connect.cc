// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/connect.h"

#include <unistd.h>

#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "platform/cli/connection_report.h"
#include "platform/cli/ech_flag.h"
#include "platform/cli/relay.h"
#include "platform/cli/shared_flags.h"
#include "platform/cli/spiffe_flags.h"
#include "platform/cli/trace.h"
#include "platform/memory_transport.h"
#include "platform/posix_host.h"
#include "platform/posix_transport.h"
#include "platform/process_environment.h"
#include "platform/runtime.h"
#include "platform/tcp.h"
#include "ssl/error.h"
#include "ssl/spiffe_peers.h"

ABSL_FLAG(std::string, servername, "",
          "The name to send (SNI) and to expect in the certificate, if it is "
          "not HOST.");
ABSL_FLAG(bool, compressed_certificates, false,
          "Offer to receive the server's certificates compressed (RFC 8879, "
          "zlib).");
ABSL_FLAG(bool, no_io, false,
          "Do not read standard input; report, and close the connection.");

namespace airlock::cli {
namespace {

struct Target {
  std::string host;
  uint16_t port = 0;
};

// "example.com:443", "[::1]:443".
absl::StatusOr<Target> ParseTarget(absl::string_view text) {
  const size_t colon = text.rfind(':');
  Target target;
  uint32_t port = 0;
  absl::string_view host =
      colon == absl::string_view::npos ? "" : text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != absl::string_view::npos) {
    host = "";  // An IPv6 address without brackets is ambiguous.
  }
  if (host.empty() || !absl::SimpleAtoi(text.substr(colon + 1), &port) ||
      port < 1 || port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat(text,
                     " should be HOST:PORT, such as example.com:443 or "
                     "[::1]:443"));
  }
  target.host = std::string(host);
  target.port = static_cast<uint16_t>(port);
  return target;
}

absl::StatusOr<platform::WrapOptions> OptionsFromFlags(const Target& target,
                                                       platform::Host* host) {
  platform::WrapOptions options;
  // The caller reports the handshake, so it also performs it.
  options.do_handshake_on_connect = false;
  // Report a truncated stream to the user.
  options.suppress_ragged_eofs = false;
  const bool insecure = absl::GetFlag(FLAGS_insecure);
  options.cert_reqs =
      insecure ? ssl::VerifyMode::kNone : ssl::VerifyMode::kRequired;
  options.check_hostname = !insecure;
  options.server_hostname = absl::GetFlag(FLAGS_servername);
  if (options.server_hostname.empty()) options.server_hostname = target.host;
  options.alpn_protocols = AlpnFromFlag();
  options.accept_compressed_certificates =
      absl::GetFlag(FLAGS_compressed_certificates);
  auto ech = EchFromFlag(host);
  if (!ech.ok()) return ech.status();
  options.ech_configs = *std::move(ech);
  const absl::Status version = SetVersionFromFlag(&options.verification);
  if (!version.ok()) return version;
  absl::StatusOr<platform::CaCerts> ca_certs =
      ReadCaCerts("--ca", absl::GetFlag(FLAGS_ca), host);
  if (!ca_certs.ok()) return ca_certs.status();
  options.ca_certs = *std::move(ca_certs);
  auto spiffe = SpiffeFromFlags(host);
  if (!spiffe.ok()) return spiffe.status();
  if (*spiffe != nullptr) {
    if (insecure || !absl::GetFlag(FLAGS_ca).empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--spiffe-id and ", insecure ? "--insecure" : "--ca",
          " exclude each other",
          insecure ? "" : ": the CAs are those of --trust-domain"));
    }
    options.verification.spiffe = *std::move(spiffe);
    options.check_hostname = std::nullopt;
  }
  const absl::StatusOr<Identity> identity = Identity::FromFlags(host);
  if (!identity.ok()) return identity.status();
  identity->Present(&options);
  return options;
}

std::string DescribeTrust() {
  const std::string ca = absl::GetFlag(FLAGS_ca);
  if (ca.empty()) return "the platform's bundle (see `airlock ca`)";
  return ca == "-" ? "standard input" : ca;
}

int RunConnect(const std::vector<std::string>& arguments) {
  const auto host = std::make_shared<platform::PosixHost>();
  platform::RuntimeOptions runtime_options;
  const absl::Status audit = SetAuditFromFlag(host, &runtime_options);
  if (!audit.ok()) return Fail("connect", audit);
  Trace trace;
  trace.Observe(&runtime_options);
  const auto runtime = platform::Runtime::Create(
      host, platform::ProcessEnvironment(), std::move(runtime_options));
  if (!runtime.ok()) {
    Fail("connect", runtime.status());
    return kExitUsage;
  }
  absl::Status flags = CheckSharedFlags();
  if (flags.ok()) flags = trace.Start(runtime->get());
  if (!flags.ok()) return Fail("connect", flags);
  const absl::StatusOr<Target> target = ParseTarget(arguments[0]);
  if (!target.ok()) return Fail("connect", target.status());
  absl::StatusOr<platform::WrapOptions> options =
      OptionsFromFlags(*target, host.get());
  if (!options.ok()) return Fail("connect", options.status());
  // If the policy refuses the request, no connection is needed.
  const auto decision = (*runtime)->Explain(*options);
  if (!decision.ok()) {
    // Only a real call is audited.
    (*runtime)
        ->WrapSocket(platform::MakeMemoryTransports().first,
                     *std::move(options))
        .status()
        .IgnoreError();
    return Fail("connect", decision.status());
  }

  const auto deadline = DeadlineFromFlag();
  auto dialed =
      platform::Dial(target->host, target->port, absl::GetFlag(FLAGS_timeout));
  if (!dialed.ok()) return Fail("connect", dialed.status());
  platform::PosixTransport* const transport = dialed->get();
  transport->set_deadline(deadline);

  ConnectionReport report;
  report.target = arguments[0];
  report.server_name = options->server_hostname;
  report.trust =
      decision->verification.spiffe == nullptr
          ? DescribeTrust()
          : absl::StrCat("the bundles of the trust domains ",
                         decision->verification.spiffe->TrustDomainsText());
  const auto& verification = (*runtime)->policy().verification;
  report.policy = absl::StrCat(config::VerificationName(verification.value),
                               " (", verification.origin.ToString(), ")");
  report.now = host->Now();
  const auto socket =
      (*runtime)->WrapSocket(*std::move(dialed), *std::move(options));
  if (!socket.ok()) return Fail("connect", socket.status());
  report.handshake = (*socket)->Handshake().status();
  report.socket = socket->get();

  const bool json = absl::GetFlag(FLAGS_json);
  const bool relay = !json && !absl::GetFlag(FLAGS_no_io);
  // With a relay, standard output is for the data.
  std::ostream& out = relay ? std::cerr : std::cout;
  out << (json ? ConnectionJson(report) : ConnectionText(report)) << std::flush;
  if (!report.handshake.ok()) return kExitFailed;
  if (!relay) {
    (void)(*socket)->Shutdown();  // Only the report was requested.
    return AfterAudit(**runtime, trace.Finish(kExitOk));
  }
  out << "\n";
  transport->set_deadline(std::nullopt);
  const absl::Status status =
      Relay(socket->get(), transport, STDIN_FILENO, STDOUT_FILENO);
  if (!status.ok()) return Fail("connect", status);
  return AfterAudit(**runtime, trace.Finish(kExitOk));
}

}  // namespace

Command ConnectCommand() {
  Command command;
  command.name = "connect";
  command.arguments = "HOST:PORT";
  command.summary = "Connect to a server, and show who it is.";
  command.description =
      "Connects with TLS and reports protocol, cipher, and the server's "
      "certificate chain with names, dates, and why it is or is not trusted. "
      "Then standard input goes to the server, and its answers go to standard "
      "output (and the report to standard error), until the server closes. If "
      "input that was read is unsent then, the exit status is 1. At the end of "
      "input the server is notified, and may still answer.\nThe chain and the "
      "name are verified. If that fails, the chain is still shown, nothing is "
      "sent, and the exit status is 1.";
  command.examples = {
      {"airlock connect --no-io example.com:443", "Who is this server?"},
      {"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | airlock connect localhost:9443 "
       "--ca ca.pem",
       "A request to `airlock serve --root`."},
      {"airlock connect localhost:9443 --ca ca.pem --cert env:CERT --key "
       "env:KEY",
       "With a client certificate from the environment."},
      {"airlock connect --no-io --trace example.com:443",
       "What is said in the handshake?"},
  };
  command.flags = {{"servername", "NAME"},
                   {"ech", "SOURCE"},
                   {"ca", "SOURCE"},
                   {"cert", "SOURCE"},
                   {"key", "SOURCE"},
                   {"password", "SOURCE"},
                   {"tls", "VERSION"},
                   {"alpn", "NAMES"},
                   {"timeout", "DURATION"},
                   {"audit", "FILE|fd:N"},
                   {"spiffe_id", "ID", /*repeatable=*/true},
                   {"trust_domain", "NAME=SOURCE", /*repeatable=*/true},
                   {"insecure", ""},
                   {"no_io", ""},
                   {"json", ""},
                   {"trace", ""},
                   {"keylog", "FILE"},
                   {"compressed_certificates", ""}};
  command.min_arguments = 1;
  command.max_arguments = 1;
  command.run = RunConnect;
  return command;
}

}  // namespace airlock::cli
