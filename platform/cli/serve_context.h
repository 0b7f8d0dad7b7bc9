// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The TLS settings of `airlock serve`, from its flags and files.
#ifndef AIRLOCK_PLATFORM_CLI_SERVE_CONTEXT_H_
#define AIRLOCK_PLATFORM_CLI_SERVE_CONTEXT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "platform/ca_bundle.h"
#include "platform/cli/serve_credentials.h"
#include "platform/cli/serve_keys.h"
#include "platform/host.h"
#include "platform/runtime.h"
#include "ssl/context.h"
#include "ssl/ech.h"
#include "ssl/spiffe_peers.h"
#include "ssl/ticket_keyring.h"
#include "ssl/verification.h"

namespace airlock::cli {

// Makes the context of new connections, again whenever a file of CAs or the
// policy has changed; the certificate is live. Thread-safe.
class ServeContext {
 public:
  // `http`: whether HTTP is offered by ALPN without --alpn. `runtime`
  // and `keys` outlive this. `tickets`: the keys of session tickets. `log`: as
  // in ServeCredentials. Errors: what is wrong with a flag or its file.
  static absl::StatusOr<std::unique_ptr<ServeContext>> FromFlags(
      std::shared_ptr<platform::Host> host, platform::Runtime* runtime,
      const ServeKeys& keys, bool http,
      std::shared_ptr<ssl::TicketKeyring> tickets,
      std::function<void(absl::string_view)> log);

  // Reads the files of --cert, --key, --client-ca, --trust-domain and
  // --ech-keys again. A
  // certificate that cannot be used is logged, and no error.
  absl::StatusOr<std::shared_ptr<const ssl::Context>> Make();

  // Whether Make would make another context: a file of --client-ca,
  // --trust-domain or --ech-keys was changed, or the policy was and has been
  // reloaded. Costs a stat(2) for each file.
  bool Changed();

  ssl::VerifyMode cert_reqs() const { return cert_reqs_; }
  const ServeCredentials& credentials() const { return *credentials_; }

 private:
  ServeContext(std::shared_ptr<platform::Host> host, platform::Runtime* runtime,
               bool http, std::shared_ptr<ssl::TicketKeyring> tickets,
               std::unique_ptr<ServeCredentials> credentials);

  // The state of the files of --client-ca, --trust-domain and --ech-keys,
  // without their content.
  struct Seen {
    std::vector<platform::CaFile> files;
    std::string error;    // Why they cannot be examined; or empty.
    bool settled = true;  // A later change would show.
  };

  absl::Status ReadClientCa() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status ReadEchKeys() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status ReadSpiffe() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Seen Look() const;

  const std::shared_ptr<platform::Host> host_;
  platform::Runtime* const runtime_;
  const bool http_;
  ssl::VerifyMode cert_reqs_ = ssl::VerifyMode::kNone;
  const std::shared_ptr<ssl::TicketKeyring> tickets_;
  const std::unique_ptr<ServeCredentials> credentials_;

  absl::Mutex mutex_;
  platform::CaCerts client_ca_ ABSL_GUARDED_BY(mutex_);
  // Which clients are admitted by their SPIFFE IDs; or null.
  std::shared_ptr<const ssl::SpiffePeers> spiffe_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const ssl::EchKeys> ech_keys_ ABSL_GUARDED_BY(mutex_);
  Seen seen_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_SERVE_CONTEXT_H_
