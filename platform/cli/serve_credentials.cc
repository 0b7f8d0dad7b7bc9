// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/serve_credentials.h"

#include <optional>
#include <utility>

#include "absl/base/log_severity.h"
#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "platform/cli/input.h"
#include "platform/cli/shared_flags.h"
#include "platform/keys/key_client.h"
#include "platform/launcher/local_identity.h"
#include "ssl/credentials.h"
#include "ssl/secret.h"

ABSL_FLAG(
    bool, self_signed, false,
    "Instead of --cert: a self-signed certificate for localhost, 127.0.0.1 and "
    "::1, made now, valid for a week, and printed for clients to trust.");

namespace airlock::cli {
namespace {

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

// Makes the credentials of a certificate with the key of --key, which is not a
// file.
absl::StatusOr<std::shared_ptr<const ssl::Credentials>> WithKeyFromFlag(
    ssl::Secret certfile, const std::string& name,
    const ssl::PasswordCallback& password, platform::Host* host) {
  auto key = ReadSource(absl::GetFlag(FLAGS_key), host);
  if (!key.ok()) return key.status();
  ssl::CredentialsOptions options;
  options.certfile = std::move(certfile);
  options.certfile_name = name;
  options.keyfile = ssl::Material(*std::move(key));
  options.keyfile_name = "--key";
  options.password = password;
  return ssl::Credentials::Create(std::move(options));
}

bool IsDirectory(platform::Host* host, const std::string& path) {
  const auto status = host->Stat(path);
  return status.ok() && status->type == platform::FileType::kDirectory;
}

// The password of --password, again each time unless it is standard input.
ssl::PasswordCallback PasswordFromFlag(std::shared_ptr<platform::Host> host,
                                       const Identity& identity) {
  const std::string source = absl::GetFlag(FLAGS_password);
  if (source.empty()) return nullptr;
  if (source == "-") {
    // std::function requires a copyable target.
    return
        [read = std::make_shared<const ssl::Secret>(
             identity.password()->Clone())]() -> absl::StatusOr<ssl::Secret> {
          return read->Clone();
        };
  }
  return [host = std::move(host)] { return ReadPassword(host.get()); };
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServeCredentials>> ServeCredentials::FromFlags(
    std::shared_ptr<platform::Host> host, const ServeKeys& keys,
    std::function<void(absl::string_view)> log) {
  // Not make_unique: the constructor is private.
  std::unique_ptr<ServeCredentials> made(new ServeCredentials());
  made->host_ = host;
  if (const auto name = keys::KeyReference(absl::GetFlag(FLAGS_key))) {
    const absl::Status remote = made->MakeRemote(keys, *name, std::move(log));
    if (!remote.ok()) return remote;
    return made;
  }
  platform::CredentialPaths paths;
  paths.certfile = absl::GetFlag(FLAGS_cert);
  paths.keyfile = absl::GetFlag(FLAGS_key);
  if (paths.keyfile == paths.certfile) paths.keyfile.clear();
  const bool is_directory =
      paths.keyfile.empty() && IsDirectory(host.get(), paths.certfile);
  absl::StatusOr<Identity> identity = Identity();
  if (!is_directory) {
    identity = Identity::FromFlags(host.get());
    if (!identity.ok()) return identity.status();
  }
  if (paths.certfile.empty() != absl::GetFlag(FLAGS_self_signed)) {
    return absl::InvalidArgumentError(
        "a server needs a certificate: either --cert (and --key), or "
        "--self-signed");
  }
  if (paths.certfile.empty()) {
    const absl::Status own = made->MakeOwn();
    if (!own.ok()) return own;
    return made;
  }
  if (!is_directory) {
    // Its errors name the flags.
    auto credentials = CredentialsOf(*identity);
    if (!credentials.ok()) return credentials.status();
    // Standard input cannot be read again, and variables do not change.
    if (!IsFile(paths.certfile) || paths.keyfile == "-") {
      auto source = ssl::CredentialSource::Create({*std::move(credentials)});
      if (!source.ok()) return source.status();
      made->source_ = *std::move(source);
      return made;
    }
  }
  paths.password = PasswordFromFlag(host, *identity);
  if (!paths.keyfile.empty() && !IsFile(paths.keyfile)) {
    paths.keyfile.clear();
    paths.make = [password = std::move(paths.password), host](
                     ssl::Secret certfile, const std::string& name) {
      return WithKeyFromFlag(std::move(certfile), name, password, host.get());
    };
    paths.password = nullptr;
  }
  const absl::Status watched = made->Watch(std::move(paths), std::move(log));
  if (!watched.ok()) return watched;
  return made;
}

absl::Status ServeCredentials::Watch(
    platform::CredentialPaths paths,
    std::function<void(absl::string_view)> log) {
  platform::CredentialFilesOptions options;
  options.pairs.push_back(std::move(paths));
  options.log = [log = std::move(log)](absl::LogSeverity,
                                       absl::string_view line) { log(line); };
  auto files = platform::CredentialFiles::Create(host_, std::move(options));
  if (!files.ok()) return files.status();
  files_ = *std::move(files);
  source_ = files_->source();
  return absl::OkStatus();
}

absl::Status ServeCredentials::MakeOwn() {
  auto made = launcher::MakeLocalIdentity(host_->Now());
  if (!made.ok()) return made.status();
  own_ca_ = made->trusted;
  own_certificate_ = made->leaf.certificate;
  auto credentials = CredentialsOf(
      Identity(ssl::Secret(own_certificate_), std::move(made->leaf.key)));
  if (!credentials.ok()) return credentials.status();
  auto source = ssl::CredentialSource::Create({*std::move(credentials)});
  if (!source.ok()) return source.status();
  source_ = *std::move(source);
  return absl::OkStatus();
}

absl::Status ServeCredentials::MakeRemote(
    const ServeKeys& keys, const std::string& name,
    std::function<void(absl::string_view)> log) {
  if (absl::GetFlag(FLAGS_self_signed) ||
      !absl::GetFlag(FLAGS_password).empty()) {
    return absl::InvalidArgumentError(
        "--key names a key of the key service; leave out --self-signed and "
        "--password");
  }
  const std::string cert = absl::GetFlag(FLAGS_cert);
  if (IsFile(cert)) {
    platform::CredentialPaths paths;
    paths.certfile = cert;
    paths.make = [&keys, name](ssl::Secret certfile, const std::string&) {
      return keys.Credentials(name, std::move(certfile));
    };
    return Watch(std::move(paths), std::move(log));
  }
  std::optional<ssl::Secret> certificate;
  if (!cert.empty()) {
    auto read = ReadSource(cert, host_.get());
    if (!read.ok()) return read.status();
    certificate = *std::move(read);
  } else {
    renew_ = [&keys, name] { return keys.Credentials(name, std::nullopt); };
  }
  auto credentials = keys.Credentials(name, std::move(certificate));
  if (!credentials.ok()) return credentials.status();
  ssl::CredentialSourceOptions options;
  options.changed =
      [log = std::move(log)](const ssl::CredentialSourceState& state) {
        if (state.error.ok()) return;
        log(absl::StrCat("The old certificate stays in use: ",
                         state.error.message()));
      };
  auto source = ssl::CredentialSource::Create({*std::move(credentials)},
                                              std::move(options));
  if (!source.ok()) return source.status();
  source_ = *std::move(source);
  return absl::OkStatus();
}

void ServeCredentials::Refresh() {
  // The source has noted a failure.
  if (files_ != nullptr) files_->Refresh().IgnoreError();
  if (renew_ == nullptr) return;
  auto made = renew_();
  if (!made.ok()) {
    source_->Fail(made.status());
  } else if (!source_->state().error.ok() ||
             (*made)->chain() != source_->current()->front()->chain()) {
    source_->Update({*std::move(made)}, host_->Now()).IgnoreError();
  }
}

}  // namespace airlock::cli
