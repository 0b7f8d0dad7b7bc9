// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/serve.h"

#include <array>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "platform/cli/connection_place.h"
#include "platform/cli/connection_pool.h"
#include "platform/cli/flag_words.h"
#include "platform/cli/http_session.h"
#include "platform/cli/shared_flags.h"
#include "platform/cli/stream.h"
#include "platform/cli/text.h"
#include "platform/http/site/file_site.h"
#include "platform/internal/fd_wait.h"
#include "platform/launcher/local_identity.h"
#include "platform/memory_transport.h"
#include "platform/posix_host.h"
#include "platform/process_environment.h"
#include "platform/runtime.h"
#include "platform/tcp.h"
#include "ssl/certificate.h"
#include "ssl/error.h"

ABSL_FLAG(std::string, address, "127.0.0.1",
          "The address to listen on; empty: every address of the machine.");
ABSL_FLAG(uint16_t, port, 9443,
          "The port; 0: any free port, which the output shows.");
ABSL_FLAG(
    std::string, root, "",
    "Serve the files of this directory over HTTPS, with listings. Symbolic "
    "links in it are not followed. Without it: the server echoes every byte.");
ABSL_FLAG(
    bool, self_signed, false,
    "Instead of --cert: a self-signed certificate for localhost, 127.0.0.1 and "
    "::1, made now, valid for a week, and printed for clients to trust.");
ABSL_FLAG(std::string, client_ca, "",
          "Ask clients for a certificate that leads to a CA in this bundle: a "
          "path, \"-\" or \"env:NAME\".");
ABSL_FLAG(bool, require_client_cert, false,
          "Refuse clients without a certificate. Needs --client-ca.");
ABSL_FLAG(uint16_t, max_connections, 256,
          "The most connections at once. If others are waiting, the one that "
          "has waited longest for its client is closed.");
ABSL_FLAG(absl::Duration, handshake_timeout, absl::Seconds(10),
          "How long a client may take for the handshake.");
ABSL_FLAG(
    bool, old_tls, false,
    "Also offer what scanners warn about: TLS 1.0 and 1.1, and CBC suites.");
ABSL_FLAG(std::string, ciphers, "",
          "The cipher suites of TLS 1.2 and earlier, in OpenSSL's syntax. "
          "Without it: only AEAD suites with forward secrecy.");

namespace airlock::cli {
namespace {

using launcher::LocalIdentity;
using launcher::MakeLocalIdentity;

constexpr char kModernCiphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";

bool SpeaksTls1_2(const platform::WrapOptions& options) {
  return options.verification.protocol == ssl::Protocol::kSslv23 ||
         options.verification.protocol == ssl::Protocol::kTlsv1_2;
}

// The parameters of a connection; the threads share them.
struct Service {
  std::shared_ptr<platform::PosixHost> host;
  std::unique_ptr<platform::Runtime> runtime;
  Identity identity;
  std::string own_ca;  // With --self-signed.
  std::string own_certificate;
  platform::CaCerts client_ca;
  ssl::VerifyMode cert_reqs = ssl::VerifyMode::kNone;
  absl::optional<http::FileSite> site;

  absl::StatusOr<platform::WrapOptions> Options() const {
    platform::WrapOptions options;
    options.server_side = true;
    options.cert_reqs = cert_reqs;
    options.ca_certs = client_ca;
    options.alpn_protocols = AlpnFromFlag();
    if (options.alpn_protocols.empty() && site.has_value()) {
      options.alpn_protocols = {"http/1.1"};
    }
    options.alpn_required = true;  // RFC 7301, section 3.2.
    identity.Present(&options);
    const absl::Status version = SetVersionFromFlag(&options.verification);
    if (!version.ok()) return version;
    // Settings that TLS scanners accept. Anything more, such as TLS 1.0, must
    // be requested.
    options.ciphers = absl::GetFlag(FLAGS_ciphers);
    if (absl::GetFlag(FLAGS_old_tls)) return options;
    if (options.verification.protocol == ssl::Protocol::kSslv23 &&
        !options.verification.minimum_version.has_value()) {
      options.verification.minimum_version = ssl::TlsVersion::kTls1_2;
    }
    if (options.ciphers.empty() && SpeaksTls1_2(options)) {
      options.ciphers = kModernCiphers;
    }
    return options;
  }
};

absl::Status MakeOwnIdentity(Service* service) {
  absl::StatusOr<LocalIdentity> made = MakeLocalIdentity(service->host->Now());
  if (!made.ok()) return made.status();
  service->own_ca = made->trusted;
  service->own_certificate = made->leaf.certificate;
  service->identity =
      Identity(ssl::Secret(made->leaf.certificate), std::move(made->leaf.key));
  return absl::OkStatus();
}

absl::Status CheckLimits() {
  const absl::Status shared = CheckSharedFlags();
  if (!shared.ok()) return shared;
  if (absl::GetFlag(FLAGS_max_connections) == 0) {
    return absl::InvalidArgumentError(
        "--max-connections is 0, which allows no connections; use 1 or more");
  }
  return CheckDuration("--handshake-timeout",
                       absl::GetFlag(FLAGS_handshake_timeout));
}

absl::Status ReadFlags(Service* service) {
  const std::string client_ca = absl::GetFlag(FLAGS_client_ca);
  const bool required = absl::GetFlag(FLAGS_require_client_cert);
  if (required && client_ca.empty()) {
    return absl::InvalidArgumentError(
        "--require-client-cert needs --client-ca, to verify the certificates");
  }
  if (!client_ca.empty()) {
    auto ca_certs = ReadCaCerts("--client-ca", client_ca, service->host.get());
    if (!ca_certs.ok()) return ca_certs.status();
    service->client_ca = *std::move(ca_certs);
    service->cert_reqs =
        required ? ssl::VerifyMode::kRequired : ssl::VerifyMode::kOptional;
  }
  auto identity = Identity::FromFlags(service->host.get());
  if (!identity.ok()) return identity.status();
  service->identity = *std::move(identity);
  if (service->identity.empty() != absl::GetFlag(FLAGS_self_signed)) {
    return absl::InvalidArgumentError(
        "a server needs a certificate: either --cert (and --key), or "
        "--self-signed");
  }
  if (service->identity.empty()) {
    absl::Status made = MakeOwnIdentity(service);
    if (!made.ok()) return made;
  }
  const std::string root = absl::GetFlag(FLAGS_root);
  if (root.empty()) return absl::OkStatus();
  absl::StatusOr<http::FileSite> site = http::FileSite::Open(root);
  if (!site.ok()) return site.status();
  service->site = *std::move(site);
  return absl::OkStatus();
}

// Whether a connection could be served; checked before there is one.
absl::Status CheckOptions(const Service& service) {
  absl::StatusOr<platform::WrapOptions> options = service.Options();
  if (!options.ok()) return options.status();
  options->do_handshake_on_connect = false;
  return service.runtime
      ->WrapSocket(platform::MakeMemoryTransports().first, *std::move(options))
      .status();
}

absl::Status Echo(platform::PosixTransport* transport, ConnectionPlace* place,
                  ssl::Socket* socket) {
  std::array<char, 16 << 10> chunk;
  // A client that never pauses must not delay a server that stops.
  while (place->ended() == ConnectionPlace::End::kNone) {
    transport->set_deadline(DeadlineFromFlag());
    place->Progress(/*in_request=*/false);
    const absl::StatusOr<size_t> size = ReadSome(socket, absl::MakeSpan(chunk));
    if (!size.ok()) return size.status();
    if (*size == 0) return absl::OkStatus();
    absl::Status written = WriteAll(socket, {chunk.data(), *size});
    if (!written.ok()) return written;
  }
  return absl::OkStatus();
}

// A line on standard error, written whole even if several threads write.
void Log(absl::string_view peer, absl::string_view text) {
  std::cerr << absl::StrCat(peer, " ", ForTerminal(text), "\n") << std::flush;
}

absl::Status Serve(const Service& service,
                   std::unique_ptr<platform::PosixTransport> owned,
                   ConnectionPlace* place) {
  platform::PosixTransport* const transport = owned.get();
  const std::string peer = transport->peer();
  transport->set_deadline(platform::internal::Earlier(
      DeadlineFromFlag(),
      platform::internal::UntilAfter(absl::GetFlag(FLAGS_handshake_timeout))));
  // It logs the result, and the old policy stays in force on failure.
  service.runtime->ReloadPolicyIfChanged().status().IgnoreError();
  absl::StatusOr<platform::WrapOptions> options = service.Options();
  if (!options.ok()) return options.status();
  options->do_handshake_on_connect = false;
  const auto socket =
      service.runtime->WrapSocket(std::move(owned), *std::move(options));
  if (!socket.ok()) return socket.status();
  absl::Status status = (*socket)->Handshake().status();
  if (status.ok() && service.site.has_value()) {
    HttpSessionOptions session;
    session.on_progress = [transport, place](bool in_request) {
      transport->set_deadline(DeadlineFromFlag());
      place->Progress(in_request);
    };
    session.log = [&peer](absl::string_view line) { Log(peer, line); };
    status = ServeHttp(*service.site, session, socket->get());
  } else if (status.ok()) {
    status = Echo(transport, place, socket->get());
  }
  // Clients that wait for the place must not wait for this client, too.
  if (place->ended() == ConnectionPlace::End::kMakeRoom) {
    if ((*socket)->handshake_done()) (void)(*socket)->Shutdown();
    return status;
  }
  transport->set_interrupt(-1);
  Close(socket->get(), transport);
  return status;
}

void PrintStart(const Service& service, uint16_t port) {
  const std::string address = absl::GetFlag(FLAGS_address);
  const bool is_ipv6 = address.find(':') != std::string::npos;
  std::cout << "Listening on "
            << (is_ipv6           ? absl::StrCat("[", address, "]")
                : address.empty() ? "*"
                                  : address)
            << ":" << port << ", "
            << (service.site.has_value()
                    ? absl::StrCat("serving ", absl::GetFlag(FLAGS_root),
                                   " at https://localhost:", port, "/")
                    : "echoing");
  switch (service.cert_reqs) {
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
  const auto own = ssl::Certificate::FromPem(service.own_certificate);
  if (own.ok()) {
    std::cout << "Certificate: " << own->subject() << ", sha256 "
              << FormatFingerprint(own->Sha256Fingerprint())
              << "\nClients have to trust it (--ca):\n"
              << service.own_ca;
  }
  std::cout << std::flush;
}

int RunServe(const std::vector<std::string>&) {
  Service service;
  service.host = std::make_shared<platform::PosixHost>();
  absl::StatusOr<platform::AuditSink> audit = AuditFromFlag(service.host);
  if (!audit.ok()) return Fail("serve", audit.status());
  platform::RuntimeOptions runtime_options;
  runtime_options.audit = *std::move(audit);
  auto runtime = platform::Runtime::Create(
      service.host, platform::ProcessEnvironment(), std::move(runtime_options));
  if (!runtime.ok()) {
    Fail("serve", runtime.status());
    return kExitUsage;
  }
  service.runtime = *std::move(runtime);
  absl::Status status = CheckLimits();
  if (status.ok()) status = ReadFlags(&service);
  if (status.ok()) status = CheckOptions(service);
  if (!status.ok()) return Fail("serve", status);

  const auto pool = ConnectionPool::Create(
      absl::GetFlag(FLAGS_max_connections),
      [&service](std::unique_ptr<platform::PosixTransport> transport,
                 ConnectionPlace* place) {
        const std::string peer = transport->peer();
        const absl::Status served = Serve(service, std::move(transport), place);
        switch (place->ended()) {
          case ConnectionPlace::End::kStopping:
            return Log(peer, "ended: the server stops");
          case ConnectionPlace::End::kMakeRoom:
            return Log(peer, "ended: it was idle while others waited");
          case ConnectionPlace::End::kNone:
            break;
        }
        if (served.ok()) return;
        Log(peer, absl::StrCat(ssl::ErrorKindName(ssl::GetErrorKind(served)),
                               ": ", MessageWithFlags("serve", served)));
      },
      // It logs the result.
      [&service] { service.runtime->ReloadPolicy().IgnoreError(); },
      [](const absl::Status& shortage) {
        Log("airlock serve:",
            absl::StrCat(
                shortage.message(),
                ". Connections wait until others have ended; raise the limit "
                "(ulimit -n, for threads -u) or lower --max-connections. "
                "Further failures are not reported."));
      });
  if (!pool.ok()) return Fail("serve", pool.status());
  const auto listener = platform::TcpListener::Listen(
      absl::GetFlag(FLAGS_address), absl::GetFlag(FLAGS_port));
  if (!listener.ok()) return Fail("serve", listener.status());
  PrintStart(service, listener->port());
  status = (*pool)->Run(*listener);
  return status.ok() ? kExitOk : Fail("serve", status);
}

}  // namespace

Command ServeCommand() {
  Command command;
  command.name = "serve";
  command.summary = "Serve files over HTTPS, or echo what clients send.";
  command.description =
      "Waits for TLS connections and, with --root, serves the files of a "
      "directory over HTTPS (GET and HEAD, with listings); without it, sends "
      "back what it receives. The first line on standard output says where it "
      "listens; requests and failures go to standard error. TLS 1.2 and 1.3, "
      "with AEAD suites only, unless --tls or --ciphers says otherwise. Exits "
      "with 0 on SIGINT or SIGTERM, once requests that have begun are "
      "answered, or after five seconds. The policy is reloaded on SIGHUP, and "
      "for a connection if its file has changed; if the new policy is invalid, "
      "the old one stays in force.";
  command.examples = {
      {"airlock serve --self-signed --root .",
       "This directory, at https://localhost:9443/."},
      {"airlock serve --cert env:CERT --key env:KEY --client-ca clients.pem "
       "--require-client-cert",
       "An echo server for known clients, with its own key from the "
       "environment."},
  };
  command.flags = {{"address", "ADDRESS"},
                   {"port", "PORT"},
                   {"root", "DIRECTORY"},
                   {"cert", "SOURCE"},
                   {"key", "SOURCE"},
                   {"password", "SOURCE"},
                   {"self_signed", ""},
                   {"client_ca", "SOURCE"},
                   {"require_client_cert", ""},
                   {"tls", "VERSION"},
                   {"alpn", "NAMES"},
                   {"timeout", "DURATION"},
                   {"audit", "FILE|fd:N"},
                   {"max_connections", "NUMBER"},
                   {"ciphers", "STRING"},
                   {"old_tls", ""},
                   {"handshake_timeout", "DURATION"}};
  command.run = RunServe;
  return command;
}

}  // namespace airlock::cli
