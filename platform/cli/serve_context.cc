// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/serve_context.h"

#include <cstdint>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "platform/cli/input.h"
#include "platform/context_request.h"
#include "platform/internal/settled.h"
#include "platform/keys/key_client.h"
#include "platform/launcher/local_identity.h"
#include "platform/wrap_options.h"
#include "ssl/credentials.h"
#include "ssl/options.h"
#include "ssl/protocol.h"
#include "ssl/secret.h"

ABSL_FLAG(
    bool, self_signed, false,
    "Instead of --cert: a self-signed certificate for localhost, 127.0.0.1 and "
    "::1, made now, valid for a week, and printed for clients to trust.");
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

absl::StatusOr<std::shared_ptr<const ssl::Credentials>> CredentialsOf(
    const Identity& identity) {
  ssl::CredentialsOptions options;
  options.certfile = identity.certificate()->Clone();
  if (identity.key().has_value()) {
    options.keyfile = ssl::Material(identity.key()->Clone());
  }
  if (identity.password().has_value()) {
    options.password = [&identity]() -> absl::StatusOr<ssl::Secret> {
      return identity.password()->Clone();
    };
  }
  return ssl::Credentials::Create(std::move(options));
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

// Whether `source`, the value of a flag, names a file.
bool IsFile(const std::string& source) {
  return !source.empty() && source != "-" && !absl::StartsWith(source, "env:");
}

}  // namespace

ServeContext::ServeContext(std::shared_ptr<platform::Host> host,
                           platform::Runtime* runtime, const ServeKeys& keys,
                           bool http,
                           std::shared_ptr<ssl::TicketKeyring> tickets)
    : host_(std::move(host)),
      runtime_(runtime),
      keys_(keys),
      remote_key_(keys::KeyReference(absl::GetFlag(FLAGS_key))),
      http_(http),
      tickets_(std::move(tickets)) {}

absl::StatusOr<std::unique_ptr<ServeContext>> ServeContext::FromFlags(
    std::shared_ptr<platform::Host> host, platform::Runtime* runtime,
    const ServeKeys& keys, bool http,
    std::shared_ptr<ssl::TicketKeyring> tickets) {
  const std::string client_ca = absl::GetFlag(FLAGS_client_ca);
  const bool required = absl::GetFlag(FLAGS_require_client_cert);
  if (client_ca.empty() && (required || absl::GetFlag(FLAGS_client_crl))) {
    return absl::InvalidArgumentError(
        absl::StrCat(required ? "--require-client-cert" : "--client-crl",
                     " needs --client-ca, to verify the certificates"));
  }
  const absl::Status sessions = CheckSessionFlags();
  if (!sessions.ok()) return sessions;
  // Not make_unique: the constructor is private.
  std::unique_ptr<ServeContext> made(new ServeContext(
      std::move(host), runtime, keys, http, std::move(tickets)));
  if (!client_ca.empty()) {
    made->cert_reqs_ =
        required ? ssl::VerifyMode::kRequired : ssl::VerifyMode::kOptional;
  }
  for (const std::string& source :
       {absl::GetFlag(FLAGS_cert),
        made->remote_key_.has_value() ? "" : absl::GetFlag(FLAGS_key),
        absl::GetFlag(FLAGS_password), client_ca}) {
    if (source == "-") made->reads_again_ = false;
    if (IsFile(source)) made->files_.push_back(source);
  }
  absl::MutexLock lock(&made->mutex_);
  made->seen_ = made->Look();
  const absl::Status read = made->ReadIdentity();
  if (!read.ok()) return read;
  return made;
}

absl::Status ServeContext::ReadIdentity() {
  auto client_ca =
      ReadCaCerts("--client-ca", absl::GetFlag(FLAGS_client_ca), host_.get());
  if (!client_ca.ok()) return client_ca.status();
  if (remote_key_.has_value()) {
    if (absl::GetFlag(FLAGS_self_signed) ||
        !absl::GetFlag(FLAGS_password).empty()) {
      return absl::InvalidArgumentError(
          "--key names a key of the key service; leave out --self-signed and "
          "--password");
    }
    client_ca_ = *std::move(client_ca);
    if (absl::GetFlag(FLAGS_cert).empty()) return absl::OkStatus();
    auto certificate = ReadSource(absl::GetFlag(FLAGS_cert), host_.get());
    if (!certificate.ok()) return certificate.status();
    remote_certificate_ = *std::move(certificate);
    return absl::OkStatus();
  }
  auto identity = Identity::FromFlags(host_.get());
  if (!identity.ok()) return identity.status();
  if (identity->empty() != absl::GetFlag(FLAGS_self_signed)) {
    return absl::InvalidArgumentError(
        "a server needs a certificate: either --cert (and --key), or "
        "--self-signed");
  }
  client_ca_ = *std::move(client_ca);
  if (!identity->empty()) {
    identity_ = *std::move(identity);
    return absl::OkStatus();
  }
  return identity_.empty() ? MakeOwnIdentity() : absl::OkStatus();
}

absl::Status ServeContext::MakeOwnIdentity() {
  auto made = launcher::MakeLocalIdentity(host_->Now());
  if (!made.ok()) return made.status();
  own_ca_ = made->trusted;
  own_certificate_ = made->leaf.certificate;
  identity_ =
      Identity(ssl::Secret(made->leaf.certificate), std::move(made->leaf.key));
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const ssl::Credentials>>
ServeContext::MakeCredentials() {
  if (!remote_key_.has_value()) return CredentialsOf(identity_);
  absl::optional<ssl::Secret> certificate;
  if (!remote_certificate_.empty()) certificate = remote_certificate_.Clone();
  return keys_.Credentials(*remote_key_, std::move(certificate));
}

absl::StatusOr<std::shared_ptr<const ssl::Context>> ServeContext::Make() {
  absl::MutexLock lock(&mutex_);
  if (reads_again_) {
    const absl::Status read = ReadIdentity();
    if (!read.ok()) return read;
  }
  auto credentials = MakeCredentials();
  if (!credentials.ok()) return credentials.status();
  ssl::ContextOptions options;
  options.credentials = {*std::move(credentials)};
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
  for (const std::string& place : files_) {
    const absl::StatusOr<std::vector<platform::CaFile>> files =
        platform::ListCaFiles(host_.get(), place);
    if (!files.ok()) {
      seen.errors.emplace_back(files.status().message());
      continue;
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
  if (!reads_again_) return changed;
  Seen found = Look();
  absl::MutexLock lock(&mutex_);
  changed = changed || !seen_.settled || found.files != seen_.files ||
            found.errors != seen_.errors;
  seen_ = std::move(found);
  return changed;
}

}  // namespace airlock::cli
