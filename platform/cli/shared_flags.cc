// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/shared_flags.h"

#include <iostream>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "platform/audit_writer.h"
#include "platform/cli/command.h"
#include "platform/cli/flag_words.h"
#include "platform/cli/input.h"
#include "platform/cli/source_error.h"
#include "platform/cli/text.h"
#include "platform/internal/fd_wait.h"
#include "platform/process_environment.h"
#include "ssl/error.h"
#include "ssl/options.h"

ABSL_FLAG(std::string, ca, "",
          "The CA bundle to trust: a path, a directory as `openssl rehash` "
          "makes it, \"-\" for standard input, or \"env:NAME\". Without it: "
          "the platform's (see `airlock ca`).");
ABSL_FLAG(bool, insecure, false,
          "Do not verify the server, to look at one that is not trusted. "
          "AIRLOCK_VERIFY=enforce refuses this.");
ABSL_FLAG(bool, json, false, "Print one JSON object, for programs.");
ABSL_FLAG(std::string, cert, "",
          "The certificate chain to present, PEM, DER or PKCS#12: a path, "
          "\"-\" for standard input, or \"env:NAME\" for an environment "
          "variable. It may also contain the key.");
ABSL_FLAG(std::string, key, "",
          "The private key that goes with --cert, from the same kinds of "
          "source. airlock serve also takes airlock-key:NAME, a key of the key "
          "service.");
ABSL_FLAG(std::string, password, "",
          "Where to read the password of an encrypted key: the same kinds of "
          "source, such as env:KEY_PASSWORD. Never the password itself, which "
          "the process list would show.");
ABSL_FLAG(std::string, tls, "SSLv23",
          "The protocol: SSLv23 for the highest version that both sides "
          "support, or exactly TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3.");
ABSL_FLAG(std::string, alpn, "",
          "Application protocols in order of preference, such as h2,http/1.1.");
ABSL_FLAG(
    absl::Duration, timeout, absl::Seconds(30),
    "How long to wait for the peer: for the connection and the handshake, and "
    "in a server for each request. In `airlock fetch`: for the whole call.");
ABSL_FLAG(std::string, audit, "",
          "Append what the policy refuses or makes stricter, as lines of JSON, "
          "to this file or, as fd:N, to an open descriptor. Without it: to "
          "what AIRLOCK_AUDIT names.");

namespace airlock::cli {
namespace {

absl::StatusOr<std::optional<ssl::Secret>> ReadIfNamed(
    absl::string_view flag, const std::string& source, platform::Host* host) {
  if (source.empty()) return std::optional<ssl::Secret>();
  absl::StatusOr<ssl::Secret> secret = ReadSource(source, host);
  if (!secret.ok()) return SourceError(flag, source, secret.status());
  return std::optional<ssl::Secret>(*std::move(secret));
}

}  // namespace

int Fail(absl::string_view command, const absl::Status& status) {
  const std::optional<ssl::Error> error = ssl::GetError(status);
  std::cerr << "airlock " << command << ": "
            << (error.has_value()
                    ? absl::StrCat(ssl::ErrorKindName(error->kind), ": ")
                    : "")
            << ForTerminal(MessageWithFlags(command, status)) << std::endl;
  const bool wrong_usage = error.has_value()
                               ? error->kind == ssl::ErrorKind::kInvalidArgument
                               : absl::IsInvalidArgument(status);
  return wrong_usage ? kExitUsage : kExitFailed;
}

std::optional<std::chrono::steady_clock::time_point> DeadlineFromFlag() {
  return platform::internal::UntilAfter(absl::GetFlag(FLAGS_timeout));
}

absl::Status CheckDuration(absl::string_view flag, absl::Duration duration) {
  if (duration > absl::ZeroDuration()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(flag, " is ", absl::FormatDuration(duration),
                   ", in which no peer can answer; use a time above 0, such as "
                   "30s or 5m, or inf for no limit"));
}

absl::Status CheckSharedFlags() {
  for (const std::string& name : AlpnFromFlag()) {
    if (name.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--alpn=", absl::GetFlag(FLAGS_alpn),
          " contains an empty name; write a list such as h2,http/1.1"));
    }
  }
  return CheckDuration("--timeout", absl::GetFlag(FLAGS_timeout));
}

std::vector<std::string> AlpnFromFlag() {
  const std::string names = absl::GetFlag(FLAGS_alpn);
  if (names.empty()) return {};
  return absl::StrSplit(names, ',');
}

absl::StatusOr<ssl::Secret> ReadPassword(platform::Host* host) {
  auto password =
      ReadIfNamed("--password", absl::GetFlag(FLAGS_password), host);
  if (!password.ok()) return password.status();
  if (!password->has_value()) return ssl::Secret();
  // A file's last line ends with a newline; a password does not.
  return ssl::Secret(
      absl::StripSuffix(absl::StripSuffix((*password)->view(), "\n"), "\r"));
}

absl::StatusOr<Identity> Identity::FromFlags(platform::Host* host) {
  const std::string cert = absl::GetFlag(FLAGS_cert);
  const std::string key = absl::GetFlag(FLAGS_key);
  if (cert.empty() && !key.empty()) {
    return absl::InvalidArgumentError(
        "--key needs --cert, the certificate that goes with it");
  }
  auto certificate = ReadIfNamed("--cert", cert, host);
  if (!certificate.ok()) return certificate.status();
  Identity identity;
  identity.certificate_ = *std::move(certificate);
  // The same source is read once: standard input cannot be read twice.
  if (key != cert) {
    auto private_key = ReadIfNamed("--key", key, host);
    if (!private_key.ok()) return private_key.status();
    identity.key_ = *std::move(private_key);
  }
  if (!absl::GetFlag(FLAGS_password).empty()) {
    auto password = ReadPassword(host);
    if (!password.ok()) return password.status();
    identity.password_ = *std::move(password);
  }
  return identity;
}

void Identity::Present(platform::WrapOptions* options) const {
  if (certificate_.has_value()) options->certfile = certificate_->Clone();
  if (key_.has_value()) options->keyfile = key_->Clone();
  if (password_.has_value()) options->password = password_->Clone();
}

absl::Status SetVersionFromFlag(ssl::Verification* verification) {
  const std::string name = absl::GetFlag(FLAGS_tls);
  if (name == "TLSv1.3" || name == "TLSv1_3") {
    verification->minimum_version = ssl::TlsVersion::kTls1_3;
    verification->maximum_version = ssl::TlsVersion::kTls1_3;
    return absl::OkStatus();
  }
  const absl::StatusOr<ssl::Protocol> protocol = ssl::ParseProtocol(name);
  if (!protocol.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--tls cannot be ", name,
                     "; it takes SSLv23 (the highest version that both sides "
                     "support), TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3"));
  }
  verification->protocol = *protocol;
  return absl::OkStatus();
}

absl::Status SetAuditFromFlag(std::shared_ptr<platform::Host> host,
                              platform::RuntimeOptions* options) {
  const std::string target = absl::GetFlag(FLAGS_audit);
  absl::StatusOr<std::shared_ptr<platform::AuditWriter>> writer =
      target.empty() ? platform::AuditWriterFromEnvironment(
                           platform::ProcessEnvironment(), host)
                     : platform::AuditWriter::Open(target, host);
  if (!writer.ok()) return writer.status();
  if (*writer == nullptr) return absl::OkStatus();
  options->audit_lost = [writer = *writer] { return writer->lost(); };
  options->audit = platform::AuditSinkTo(*std::move(writer));
  return absl::OkStatus();
}

int AfterAudit(const platform::Runtime& runtime, int exit_status) {
  return exit_status == kExitOk && runtime.counters().audit_lost > 0
             ? kExitFailed
             : exit_status;
}

absl::StatusOr<platform::CaCerts> ReadCaCerts(absl::string_view flag,
                                              const std::string& source,
                                              platform::Host* host) {
  if (source.empty()) return platform::CaCerts();
  if (source != "-" && !absl::StartsWith(source, "env:")) {
    return platform::CaCerts(
        platform::CaPath{source, /*must_be_trusted=*/false, std::string(flag)});
  }
  const absl::StatusOr<ssl::Secret> bytes = ReadSource(source, host);
  if (!bytes.ok()) return SourceError(flag, source, bytes.status());
  return platform::CaCerts(
      platform::CaBytes{std::string(bytes->view()), std::string(flag)});
}

}  // namespace airlock::cli
