// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/serve_numbers.h"

namespace airlock::cli {

ServeNumbers::ServeNumbers(const platform::Runtime* runtime,
                           std::shared_ptr<ssl::CredentialSource> credentials,
                           const ServeKeys& keys, const ServeTickets& tickets)
    : runtime_(runtime),
      credentials_(std::move(credentials)),
      signing_(keys.Signing()),
      tickets_(tickets) {}

http::StatsSources ServeNumbers::Sources() {
  http::StatsSources sources;
  sources.server = [this] { return server_->stats(); };
  sources.tls = [this] { return runtime_->counters(); };
  sources.credentials = [this] { return credentials_->state(); };
  sources.signing = signing_;
  sources.tickets = [this] { return tickets_.Numbers(); };
  sources.sessions = [this] {
    const absl::MutexLock lock(&mutex_);
    return context_->session_statistics();
  };
  return sources;
}

}  // namespace airlock::cli
