// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The certificate and key of `airlock serve`.
#ifndef AIRLOCK_PLATFORM_CLI_SERVE_CREDENTIALS_H_
#define AIRLOCK_PLATFORM_CLI_SERVE_CREDENTIALS_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "platform/cli/serve_keys.h"
#include "platform/credentials/credential_files.h"
#include "platform/host.h"
#include "ssl/credential_source.h"
#include "ssl/credentials.h"

namespace airlock::cli {

// Has what --cert, --key and --password name, or --self-signed makes. Files are
// read again when they have changed, but not standard input; a chain of the key
// service on Refresh. Thread-safe.
class ServeCredentials {
 public:
  // `log` gets lines for the operator, on any thread; what it uses, and `keys`,
  // outlive this. Errors: what is wrong with a flag or its source.
  static absl::StatusOr<std::unique_ptr<ServeCredentials>> FromFlags(
      std::shared_ptr<platform::Host> host, const ServeKeys& keys,
      std::function<void(absl::string_view)> log);

  // For the contexts.
  const std::shared_ptr<ssl::CredentialSource>& source() const {
    return source_;
  }

  // Looks at the files now. A failure is logged, and leaves the old in force.
  void Refresh();

  // With --self-signed, PEM; otherwise empty.
  const std::string& own_ca() const { return own_ca_; }
  const std::string& own_certificate() const { return own_certificate_; }

 private:
  ServeCredentials() = default;

  absl::Status MakeOwn();
  // With the key `name` of the service.
  absl::Status MakeRemote(const ServeKeys& keys, const std::string& name,
                          std::function<void(absl::string_view)> log);
  absl::Status Watch(platform::CredentialPaths paths,
                     std::function<void(absl::string_view)> log);

  std::shared_ptr<platform::Host> host_;
  // Of these, one at most is set.
  std::unique_ptr<platform::CredentialFiles> files_;
  std::function<absl::StatusOr<std::shared_ptr<const ssl::Credentials>>()>
      renew_;
  std::shared_ptr<ssl::CredentialSource> source_;
  std::string own_ca_;
  std::string own_certificate_;
};

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_SERVE_CREDENTIALS_H_
