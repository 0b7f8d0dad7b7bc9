// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What the statistics of `airlock serve` show.
#ifndef AIRLOCK_PLATFORM_CLI_SERVE_NUMBERS_H_
#define AIRLOCK_PLATFORM_CLI_SERVE_NUMBERS_H_

#include <functional>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "platform/cli/serve_keys.h"
#include "platform/cli/serve_tickets.h"
#include "platform/http/server/server.h"
#include "platform/http/site/stats_handler.h"
#include "platform/runtime.h"
#include "ssl/context.h"
#include "ssl/credential_source.h"

namespace airlock::cli {

// The numbers of the statistics. The server does not exist yet when the site is
// made, and the context changes. What is given must outlive it. Thread-safe,
// unless stated otherwise.
class ServeNumbers {
 public:
  ServeNumbers(const platform::Runtime* runtime,
               std::shared_ptr<ssl::CredentialSource> credentials,
               const ServeKeys& keys, const ServeTickets& tickets);

  // Before the server runs.
  void set_server(const http::Server* server) { server_ = server; }
  void set_context(std::shared_ptr<const ssl::Context> context) {
    const absl::MutexLock lock(&mutex_);
    context_ = std::move(context);
  }

  // For as long as this exists.
  http::StatsSources Sources();

 private:
  const platform::Runtime* const runtime_;
  const std::shared_ptr<ssl::CredentialSource> credentials_;
  const std::function<keys::SigningCounts()> signing_;
  const ServeTickets& tickets_;
  const http::Server* server_ = nullptr;
  absl::Mutex mutex_;
  std::shared_ptr<const ssl::Context> context_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_SERVE_NUMBERS_H_
