// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/serve_context.h"

#include <cstdint>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "platform/cli/input.h"
#include "platform/cli/shared_flags.h"
#include "platform/cli/spiffe_flags.h"
#include "platform/context_request.h"
#include "platform/internal/settled.h"
#include "ssl/ech.h"
#include "ssl/options.h"
#include "ssl/protocol.h"
#include "ssl/secret.h"

ABSL_FLAG(
    std::string, client_ca, "",
    "Ask clients for a certificate that leads to a CA in this bundle: a "
    "path, \"-\" or \"env:NAME\". It may contain CRLs; see --client-crl.");
ABSL_FLAG(bool, client_crl, false,
          "Refuse clients whose certificate, or one of its issuers, is revoked "
          "by a CRL in --client-ca, which must have one for each CA.");
ABSL_FLAG(bool, require_client_cert, false,
          "Refuse clients without a certificate. Needs --client-ca.");
ABSL_FLAG(
    bool, old_tls, false,
    "Also offer what scanners warn about: TLS 1.0 and 1.1, and CBC suites.");
ABSL_FLAG(std::string, ciphers, "",
          "The cipher suites of TLS 1.2 and earlier, in OpenSSL's syntax. "
          "Without it: only AEAD suites with forward secrecy.");
ABSL_FLAG(std::string, ech_keys, "",
          "Decrypt what clients hide (Encrypted Client Hello, RFC 9849) with "
          "the keys in this file: PEM files of RFC 9934, the newest first, as "
          "a path, \"-\" or \"env:NAME\". --cert has to be for the public "
          "name, too.");
ABSL_FLAG(uint32_t, session_cache, 20480,
          "How many sessions of TLS 1.2 and earlier the server keeps for "
          "clients that resume without a ticket; 0: none.");
ABSL_FLAG(absl::Duration, session_timeout, absl::Hours(2),
          "How long a session can be resumed, with a ticket or without; at "
          "most a week.");
ABSL_FLAG(uint32_t, session_tickets, 2,
          "How many tickets a client of TLS 1.3 gets, at most 16. 0: no "
          "tickets, in TLS 1.2 either.");
namespace airlock::cli {
namespace {

constexpr uint32_t kMaxTickets = 16;

constexpr char kModernCiphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";

bool SpeaksTls1_2(const ssl::Verification& verification) {
  return verification.protocol == ssl::Protocol::kSslv23 ||
         verification.protocol == ssl::Protocol::kTlsv1_2;
}

// Settings that TLS scanners accept. Anything more, such as TLS 1.0, must be
// requested.
absl::Status SetVersionsAndCiphers(ssl::ContextOptions* options) {
  ssl::Verification& verification = options->verification;
  const absl::Status version = SetVersionFromFlag(&verification);
  if (!version.ok()) return version;
  options->ciphers = absl::GetFlag(FLAGS_ciphers);
  if (absl::GetFlag(FLAGS_old_tls)) return absl::OkStatus();
  if (verification.protocol == ssl::Protocol::kSslv23 &&
      !verification.minimum_version.has_value()) {
    verification.minimum_version = ssl::TlsVersion::kTls1_2;
  }
  if (options->ciphers.empty() && SpeaksTls1_2(verification)) {
    options->ciphers = kModernCiphers;
  }
  return absl::OkStatus();
}

absl::Status CheckSessionFlags() {
  const uint32_t tickets = absl::GetFlag(FLAGS_session_tickets);
  if (tickets > kMaxTickets) {
    return absl::InvalidArgumentError(
        absl::StrCat("--session-tickets is ", tickets, "; at most ",
                     kMaxTickets, " can be sent"));
  }
  return absl::OkStatus();
}

}  // namespace

ServeContext::ServeContext(std::shared_ptr<platform::Host> host,
                           platform::Runtime* runtime, bool http,
                           std::shared_ptr<ssl::TicketKeyring> tickets,
                           std::unique_ptr<ServeCredentials> credentials)
    : host_(std::move(host)),
      runtime_(runtime),
      http_(http),
      tickets_(std::move(tickets)),
      credentials_(std::move(credentials)) {}

absl::StatusOr<std::unique_ptr<ServeContext>> ServeContext::FromFlags(
    std::shared_ptr<platform::Host> host, platform::Runtime* runtime,
    const ServeKeys& keys, bool http,
    std::shared_ptr<ssl::TicketKeyring> tickets,
    std::function<void(absl::string_view)> log) {
  const bool has_client_ca = !absl::GetFlag(FLAGS_client_ca).empty();
  const bool required = absl::GetFlag(FLAGS_require_client_cert);
  if (!has_client_ca && (required || absl::GetFlag(FLAGS_client_crl))) {
    return absl::InvalidArgumentError(
        absl::StrCat(required ? "--require-client-cert" : "--client-crl",
                     " needs --client-ca, to verify the certificates"));
  }
  const absl::Status sessions = CheckSessionFlags();
  if (!sessions.ok()) return sessions;
  auto credentials = ServeCredentials::FromFlags(host, keys, std::move(log));
  if (!credentials.ok()) return credentials.status();
  // Not make_unique: the constructor is private.
  std::unique_ptr<ServeContext> made(new ServeContext(std::move(host), runtime,
                                                      http, std::move(tickets),
                                                      *std::move(credentials)));
  if (has_client_ca) {
    made->cert_reqs_ =
        required ? ssl::VerifyMode::kRequired : ssl::VerifyMode::kOptional;
  }
  absl::MutexLock lock(&made->mutex_);
  made->seen_ = made->Look();
  absl::Status read = made->ReadEchKeys();
  if (read.ok()) read = made->ReadClientCa();
  if (read.ok()) read = made->ReadSpiffe();
  if (!read.ok()) return read;
  if (made->spiffe_ == nullptr) return made;
  if (has_client_ca) {
    return absl::InvalidArgumentError(
        "--spiffe-id and --client-ca exclude each other: the CAs are those of "
        "--trust-domain");
  }
  made->cert_reqs_ = ssl::VerifyMode::kRequired;
  return made;
}

absl::Status ServeContext::ReadSpiffe() {
  auto spiffe = SpiffeFromFlags(host_.get());
  if (!spiffe.ok()) return spiffe.status();
  spiffe_ = *std::move(spiffe);
  return absl::OkStatus();
}

absl::Status ServeContext::ReadEchKeys() {
  const std::string source = absl::GetFlag(FLAGS_ech_keys);
  if (source.empty()) return absl::OkStatus();
  const absl::StatusOr<ssl::Secret> pem = ReadSource(source, host_.get());
  if (!pem.ok()) return pem.status();
  auto keys = ssl::EchKeys::FromPem(pem->view());
  if (!keys.ok()) return keys.status();
  ech_keys_ = *std::move(keys);
  return absl::OkStatus();
}

absl::Status ServeContext::ReadClientCa() {
  auto client_ca =
      ReadCaCerts("--client-ca", absl::GetFlag(FLAGS_client_ca), host_.get());
  if (!client_ca.ok()) return client_ca.status();
  client_ca_ = *std::move(client_ca);
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const ssl::Context>> ServeContext::Make() {
  absl::MutexLock lock(&mutex_);
  credentials_->Refresh();
  if (IsFile(absl::GetFlag(FLAGS_ech_keys))) {
    const absl::Status read = ReadEchKeys();
    if (!read.ok()) return read;
  }
  if (IsFile(absl::GetFlag(FLAGS_client_ca))) {
    const absl::Status read = ReadClientCa();
    if (!read.ok()) return read;
  }
  if (!SpiffeFiles().empty()) {
    const absl::Status read = ReadSpiffe();
    if (!read.ok()) return read;
  }
  ssl::ContextOptions options;
  options.verification.spiffe = spiffe_;
  options.credential_source = credentials_->source();
  options.ech_keys = ech_keys_;
  const absl::Status versions = SetVersionsAndCiphers(&options);
  if (!versions.ok()) return versions;
  options.alpn_protocols = AlpnFromFlag();
  if (options.alpn_protocols.empty() && http_) {
    options.alpn_protocols = {"h2", "http/1.1", "http/1.0"};
  }
  options.alpn_required = true;  // RFC 7301, section 3.2.
  options.session_cache_size = absl::GetFlag(FLAGS_session_cache);
  options.session_timeout = absl::GetFlag(FLAGS_session_timeout);
  options.num_tickets = absl::GetFlag(FLAGS_session_tickets);
  options.session_tickets = options.num_tickets > 0;
  options.ticket_keyring = tickets_;
  options.verification.flags.crl_check_leaf = absl::GetFlag(FLAGS_client_crl);
  options.verification.flags.crl_check_chain = absl::GetFlag(FLAGS_client_crl);
  platform::ContextRequest request;
  request.side = ssl::Side::kServer;
  request.cert_reqs = cert_reqs_;
  request.ca_certs = client_ca_;
  request.partial_chain_unstated = true;
  return runtime_->CreateContext(request, std::move(options));
}

ServeContext::Seen ServeContext::Look() const {
  Seen seen;
  const absl::Time now = host_->Now();
  std::vector<std::string> places = SpiffeFiles();
  const std::string client_ca = absl::GetFlag(FLAGS_client_ca);
  if (IsFile(client_ca)) places.push_back(client_ca);
  const std::string ech_keys = absl::GetFlag(FLAGS_ech_keys);
  if (!ech_keys.empty() && IsFile(ech_keys)) places.push_back(ech_keys);
  for (const std::string& place : places) {
    const absl::StatusOr<std::vector<platform::CaFile>> files =
        platform::ListCaFiles(host_.get(), place);
    if (!files.ok()) {
      seen.error = std::string(files.status().message());
      return seen;
    }
    for (const platform::CaFile& file : *files) {
      seen.settled =
          seen.settled && platform::internal::IsSettled(file.identity, now);
      seen.files.push_back(file);
    }
  }
  return seen;
}

bool ServeContext::Changed() {
  // It logs the result, and the old policy stays in force on failure.
  const absl::StatusOr<bool> policy = runtime_->ReloadPolicyIfChanged();
  bool changed = policy.ok() && *policy;
  Seen found = Look();
  absl::MutexLock lock(&mutex_);
  changed = changed || !seen_.settled || found.files != seen_.files ||
            found.error != seen_.error;
  seen_ = std::move(found);
  return changed;
}

}  // namespace airlock::cli
