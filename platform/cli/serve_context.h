// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The TLS settings of `airlock serve`, from its flags and files.
#ifndef AIRLOCK_PLATFORM_CLI_SERVE_CONTEXT_H_
#define AIRLOCK_PLATFORM_CLI_SERVE_CONTEXT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/optional.h"
#include "platform/ca_bundle.h"
#include "platform/cli/serve_keys.h"
#include "platform/cli/shared_flags.h"
#include "platform/host.h"
#include "platform/runtime.h"
#include "ssl/context.h"
#include "ssl/ticket_keyring.h"
#include "ssl/verification.h"

namespace airlock::cli {

// Makes the context of new connections, again whenever a file or the policy has
// changed. Thread-safe.
class ServeContext {
 public:
  // `http`: whether HTTP is offered by ALPN without --alpn. `runtime` outlives
  // and `keys` outlive this. `tickets`: the keys of session tickets. Errors:
  // what is wrong with a flag or its file.
  static absl::StatusOr<std::unique_ptr<ServeContext>> FromFlags(
      std::shared_ptr<platform::Host> host, platform::Runtime* runtime,
      const ServeKeys& keys, bool http,
      std::shared_ptr<ssl::TicketKeyring> tickets);

  // Reads the files of --cert, --key, --password and --client-ca again, unless
  // one of them is standard input.
  absl::StatusOr<std::shared_ptr<const ssl::Context>> Make();

  // Whether Make would use something new: a file was changed, or the policy
  // was and has been reloaded. Costs a stat(2) for each file, also for those in
  // a directory of CAs.
  bool Changed();

  ssl::VerifyMode cert_reqs() const { return cert_reqs_; }
  // With --self-signed, PEM; otherwise empty.
  const std::string& own_ca() const { return own_ca_; }
  const std::string& own_certificate() const { return own_certificate_; }

 private:
  ServeContext(std::shared_ptr<platform::Host> host, platform::Runtime* runtime,
               const ServeKeys& keys, bool http,
               std::shared_ptr<ssl::TicketKeyring> tickets);

  // The state of the files, without their content.
  struct Seen {
    std::vector<platform::CaFile> files;
    std::vector<std::string> errors;  // Of those that cannot be examined.
    bool settled = true;              // A later change would show.
  };

  absl::Status ReadIdentity();
  absl::StatusOr<std::shared_ptr<const ssl::Credentials>> MakeCredentials();
  absl::Status MakeOwnIdentity();
  Seen Look() const;

  const std::shared_ptr<platform::Host> host_;
  platform::Runtime* const runtime_;
  const ServeKeys& keys_;
  // --key names a key of the service; `identity_` has no key then.
  absl::optional<std::string> remote_key_;
  const bool http_;
  bool reads_again_ = true;  // Standard input is not among the sources.
  ssl::VerifyMode cert_reqs_ = ssl::VerifyMode::kNone;
  std::string own_ca_;
  std::string own_certificate_;
  std::vector<std::string> files_;
  const std::shared_ptr<ssl::TicketKeyring> tickets_;

  absl::Mutex mutex_;
  ssl::Secret remote_certificate_ ABSL_GUARDED_BY(mutex_);  // Or empty.
  Identity identity_ ABSL_GUARDED_BY(mutex_);
  platform::CaCerts client_ca_ ABSL_GUARDED_BY(mutex_);
  Seen seen_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_SERVE_CONTEXT_H_
