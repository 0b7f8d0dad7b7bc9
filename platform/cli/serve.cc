// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/serve.h"

#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "config/environment.h"
#include "platform/cli/client_allow.h"
#include "platform/cli/flag_words.h"
#include "platform/cli/serve_context.h"
#include "platform/cli/serve_keys.h"
#include "platform/cli/serve_numbers.h"
#include "platform/cli/serve_observer.h"
#include "platform/cli/serve_site.h"
#include "platform/cli/serve_tickets.h"
#include "platform/cli/shared_flags.h"
#include "platform/cli/signal_thread.h"
#include "platform/cli/text.h"
#include "platform/cli/trace.h"
#include "platform/http/server/server.h"
#include "platform/http/server/server_options.h"
#include "platform/posix_host.h"
#include "platform/process_environment.h"
#include "platform/runtime.h"
#include "platform/tcp.h"
#include "ssl/certificate.h"
#include "ssl/context.h"
#include "ssl/credential_source.h"
#include "ssl/error.h"

ABSL_FLAG(std::string, address, "127.0.0.1",
          "The address to listen on; empty: every address of the machine.");
ABSL_FLAG(uint16_t, port, 9443,
          "The port; 0: any free port, which the output shows.");
ABSL_FLAG(std::string, client_allow, "",
          "Serve only clients whose verified certificate fits one of these "
          "rules: sha256:FINGERPRINT of the certificate, ca:FINGERPRINT of an "
          "issuer, dns:NAME, email:ADDRESS or uri:URI as a subject alternative "
          "name. Others get 403, or are disconnected by a server that echoes. "
          "Needs --client-ca.");
ABSL_FLAG(uint32_t, max_connections, 16384,
          "The most connections at once. If others are waiting, the one that "
          "has waited longest for its client is closed.");
ABSL_FLAG(uint32_t, max_header, 16384,
          "The most bytes in a request's headers.");
ABSL_FLAG(uint64_t, max_body, uint64_t{1} << 30,
          "The most bytes in a request's body.");
ABSL_FLAG(uint64_t, max_requests, 0,
          "Close a connection after this many requests; 0: any number.");
ABSL_FLAG(absl::Duration, handshake_timeout, absl::Seconds(10),
          "How long a client may take for the handshake.");
ABSL_FLAG(absl::Duration, header_timeout, absl::Seconds(20),
          "How long a client may take for a request's headers.");
ABSL_FLAG(absl::Duration, idle_timeout, absl::Seconds(75),
          "How long a connection may stay open without a request.");
ABSL_FLAG(bool, quiet, false,
          "Do not log the requests that were answered, only failures.");
ABSL_FLAG(uint16_t, threads, 0,
          "How many threads serve connections; 0: one for each processor.");

namespace airlock::cli {
namespace {

// Descriptors beside those of connections.
constexpr rlim_t kOwnDescriptors = 128;

absl::Status CheckFlags() {
  const absl::Status shared = CheckSharedFlags();
  if (!shared.ok()) return shared;
  if (absl::GetFlag(FLAGS_json) && !absl::GetFlag(FLAGS_trace)) {
    return absl::InvalidArgumentError(
        "--json is the form of --trace here, and needs it");
  }
  if (absl::GetFlag(FLAGS_max_connections) == 0) {
    return absl::InvalidArgumentError(
        "--max-connections is 0, which allows no connections; use 1 or more");
  }
  const std::vector<std::pair<absl::string_view, absl::Duration>> durations = {
      {"--handshake-timeout", absl::GetFlag(FLAGS_handshake_timeout)},
      {"--header-timeout", absl::GetFlag(FLAGS_header_timeout)},
      {"--idle-timeout", absl::GetFlag(FLAGS_idle_timeout)}};
  for (const auto& [flag, duration] : durations) {
    const absl::Status checked = CheckDuration(flag, duration);
    if (!checked.ok()) return checked;
  }
  return absl::OkStatus();
}

http::ServerLimits LimitsFromFlags(bool http) {
  http::ServerLimits limits;
  limits.max_connections = absl::GetFlag(FLAGS_max_connections);
  limits.max_header_bytes = absl::GetFlag(FLAGS_max_header);
  limits.max_body_bytes = absl::GetFlag(FLAGS_max_body);
  limits.max_requests = absl::GetFlag(FLAGS_max_requests);
  limits.handshake_timeout = std::min(absl::GetFlag(FLAGS_handshake_timeout),
                                      absl::GetFlag(FLAGS_timeout));
  limits.header_timeout = absl::GetFlag(FLAGS_header_timeout);
  limits.body_timeout = absl::GetFlag(FLAGS_timeout);
  limits.write_timeout = absl::GetFlag(FLAGS_timeout);
  limits.idle_timeout =
      http ? absl::GetFlag(FLAGS_idle_timeout) : absl::GetFlag(FLAGS_timeout);
  return limits;
}

// Sets `admit`.
absl::Status AllowFromFlags(http::ServerOptions* options) {
  const std::string rules = absl::GetFlag(FLAGS_client_allow);
  if (rules.empty()) return absl::OkStatus();
  auto allow = ClientAllow::Parse(absl::StrSplit(rules, '\n'));
  if (!allow.ok()) return allow.status();
  options->admit = [allow = *std::move(allow)](const ssl::Socket& socket) {
    return allow.Check(socket);
  };
  return absl::OkStatus();
}

// Lets the server open as many descriptors as it may, since each connection
// needs one. Failing that, it serves fewer.
void RaiseDescriptorLimit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = absl::GetFlag(FLAGS_max_connections) + kOwnDescriptors;
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(limit.rlim_max, wanted);
  setrlimit(RLIMIT_NOFILE, &limit);
}

void PrintStart(const ServeContext& context, uint16_t port) {
  const std::string address = absl::GetFlag(FLAGS_address);
  const bool is_ipv6 = address.find(':') != std::string::npos;
  std::cout << "Listening on "
            << (is_ipv6           ? absl::StrCat("[", address, "]")
                : address.empty() ? "*"
                                  : address)
            << ":" << port << ", " << DescribeSite(port);
  switch (context.cert_reqs()) {
    case ssl::VerifyMode::kNone:
      break;
    case ssl::VerifyMode::kOptional:
      std::cout << ", client certificates verified if presented";
      break;
    case ssl::VerifyMode::kRequired:
      std::cout << ", client certificates required";
      break;
  }
  std::cout << "\n";
  const auto own =
      ssl::Certificate::FromPem(context.credentials().own_certificate());
  if (own.ok()) {
    std::cout << "Certificate: " << own->subject() << ", sha256 "
              << FormatFingerprint(own->Sha256Fingerprint())
              << "\nClients have to trust it (--ca):\n"
              << context.credentials().own_ca();
  }
  std::cout << std::flush;
}

// Handles a signal while the server runs.
void OnSignal(int signal, http::Server* server, ServeTickets* tickets,
              platform::Runtime* runtime) {
  switch (signal) {
    case SIGHUP:
      // It logs the result.
      runtime->ReloadPolicy().IgnoreError();
      server->Reload();
      return;
    case SIGUSR1: {
      const absl::Status rotated = tickets->Rotate();
      ServeLog("airlock serve:",
               rotated.ok() ? "Session tickets have a new key."
                            : "The source of --tickets decides when session "
                              "tickets get a new key.");
      return;
    }
    default:
      server->Stop();
  }
}

absl::Status Run(std::shared_ptr<platform::PosixHost> host,
                 const config::Environment& environment,
                 platform::Runtime* runtime, SignalThread* signals) {
  absl::Status status = CheckFlags();
  if (!status.ok()) return status;
  http::ServerOptions options;
  status = AllowFromFlags(&options);
  if (!status.ok()) return status;
  const bool http = ServesHttp();
  const auto keys = ServeKeys::FromEnvironment(environment);
  if (!keys.ok()) return keys.status();
  const auto log = [](absl::string_view text) {
    ServeLog("airlock serve:", text);
  };
  auto tickets = ServeTickets::FromFlags(host, runtime, *keys, log);
  if (!tickets.ok()) return tickets.status();
  auto context = ServeContext::FromFlags(host, runtime, *keys, http,
                                         (*tickets)->keyring(), log);
  if (!context.ok()) return context.status();
  if (!absl::GetFlag(FLAGS_client_allow).empty() &&
      (*context)->cert_reqs() == ssl::VerifyMode::kNone) {
    return absl::InvalidArgumentError(
        "--client-allow needs --client-ca or --spiffe-id, to verify the "
        "certificates");
  }
  ServeNumbers numbers(runtime, (*context)->credentials().source(), *keys,
                       **tickets);
  auto handler = SiteFromFlags(host, numbers.Sources(),
                               absl::GetFlag(FLAGS_max_body), ServeLog);
  if (!handler.ok()) return handler.status();
  options.handler = *std::move(handler);
  // For --trace and --keylog, ServeContext::Make sets the callbacks.
  options.context = [&context, &numbers] {
    auto made = (*context)->Make();
    if (made.ok()) numbers.set_context(*made);
    return made;
  };
  auto late = keys->Late();
  if (!late.ok()) return late.status();
  options.late = *std::move(late);
  options.context_changed = [&context] { return (*context)->Changed(); };
  options.limits = LimitsFromFlags(http);
  options.loops = absl::GetFlag(FLAGS_threads);
  if (options.loops == 0) {
    options.loops = std::max(1U, std::thread::hardware_concurrency());
  }
  options.observer =
      std::make_shared<ServeObserver>(absl::GetFlag(FLAGS_quiet));
  RaiseDescriptorLimit();
  const auto server = http::Server::Create(std::move(options));
  if (!server.ok()) return server.status();
  numbers.set_server(server->get());
  const auto listener = platform::TcpListener::Listen(
      absl::GetFlag(FLAGS_address), absl::GetFlag(FLAGS_port));
  if (!listener.ok()) return listener.status();
  status = signals->Start([&](int signal) {
    OnSignal(signal, server->get(), tickets->get(), runtime);
  });
  if (!status.ok()) return status;
  PrintStart(**context, listener->port());
  status = (*server)->Run(*listener);
  signals->Stop();
  return status;
}

int RunServe(const std::vector<std::string>&) {
  // An upload beyond the limit of a file's size (ulimit -f) fails, but the
  // process lives.
  std::signal(SIGXFSZ, SIG_IGN);
  SignalThread signals({SIGINT, SIGTERM, SIGHUP, SIGUSR1});
  const auto host = std::make_shared<platform::PosixHost>();
  platform::RuntimeOptions runtime_options;
  const absl::Status audit = SetAuditFromFlag(host, &runtime_options);
  if (!audit.ok()) return Fail("serve", audit);
  Trace trace;
  trace.Observe(&runtime_options);
  const config::Environment environment = platform::ProcessEnvironment();
  const auto runtime =
      platform::Runtime::Create(host, environment, std::move(runtime_options));
  if (!runtime.ok()) {
    Fail("serve", runtime.status());
    return kExitUsage;
  }
  absl::Status status = trace.Start(runtime->get());
  if (status.ok()) {
    status = Run(host, environment, runtime->get(), &signals);
  }
  if (!status.ok()) return Fail("serve", status);
  return AfterAudit(**runtime, trace.Finish(kExitOk));
}

}  // namespace

Command ServeCommand() {
  Command command;
  command.name = "serve";
  command.summary = "Serve files over HTTPS, or echo what clients send.";
  command.description =
      "Waits for TLS connections and, with --root, serves the files of a "
      "directory over HTTPS (with listings, ranges and gzip), with --upload "
      "takes files from clients, and shows each client its connection at "
      "/_tls; without both, sends back what it receives. The first line on "
      "standard output says where it "
      "listens; requests and failures go to standard error. TLS 1.2 and 1.3, "
      "with AEAD suites only, unless --tls or --ciphers says otherwise. Exits "
      "with 0 on SIGINT or SIGTERM, once requests that have begun are "
      "answered, or after five seconds.\n"
      "Certificate, key, client CAs, CRLs and the policy are reloaded on "
      "SIGHUP, and when a client connects if a file has changed, at most once "
      "a second; if what was loaded is invalid, the old settings stay in "
      "force. --cert may also be a directory with tls.crt and tls.key, or "
      "fullchain.pem and privkey.pem. SIGUSR1 gives session tickets a new key.";
  command.examples = {
      {"airlock serve --self-signed --root .",
       "This directory, at https://localhost:9443/."},
      {"airlock serve --self-signed --root public --upload incoming",
       "The same, with uploads at https://localhost:9443/_upload/."},
      {"airlock serve --cert env:CERT --key env:KEY --client-ca clients.pem "
       "--require-client-cert",
       "An echo server for known clients, with its own key from the "
       "environment."},
  };
  command.flags = {{"address", "ADDRESS"},
                   {"port", "PORT"},
                   {"root", "DIRECTORY"},
                   {"upload", "DIRECTORY"},
                   {"upload_total", "BYTES"},
                   {"stats", "WHO"},
                   {"cert", "SOURCE"},
                   {"key", "SOURCE"},
                   {"password", "SOURCE"},
                   {"self_signed", ""},
                   {"client_ca", "SOURCE"},
                   {"ech_keys", "SOURCE"},
                   {"client_crl", ""},
                   {"require_client_cert", ""},
                   {"client_allow", "RULE", /*repeatable=*/true},
                   {"spiffe_id", "ID", /*repeatable=*/true},
                   {"trust_domain", "NAME=SOURCE", /*repeatable=*/true},
                   {"tls", "VERSION"},
                   {"alpn", "NAMES"},
                   {"ciphers", "STRING"},
                   {"old_tls", ""},
                   {"session_cache", "NUMBER"},
                   {"session_timeout", "DURATION"},
                   {"session_tickets", "NUMBER"},
                   {"ticket_rotation", "DURATION"},
                   {"tickets", "SOURCE"},
                   {"fleet_key", "SOURCE"},
                   {"tickets_ca", "SOURCE"},
                   {"timeout", "DURATION"},
                   {"handshake_timeout", "DURATION"},
                   {"trace", ""},
                   {"keylog", "FILE"},
                   {"json", ""},
                   {"header_timeout", "DURATION"},
                   {"idle_timeout", "DURATION"},
                   {"max_connections", "NUMBER"},
                   {"max_header", "BYTES"},
                   {"max_body", "BYTES"},
                   {"max_requests", "NUMBER"},
                   {"quiet", ""},
                   {"threads", "NUMBER"},
                   {"audit", "FILE|fd:N"}};
  command.run = RunServe;
  return command;
}

}  // namespace airlock::cli
