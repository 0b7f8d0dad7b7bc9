// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Shows what the server counts.
#ifndef AIRLOCK_PLATFORM_HTTP_SITE_STATS_HANDLER_H_
#define AIRLOCK_PLATFORM_HTTP_SITE_STATS_HANDLER_H_

#include <functional>
#include <memory>

#include "absl/strings/string_view.h"
#include "platform/counters.h"
#include "platform/http/server/handler.h"
#include "platform/http/server/stats.h"
#include "platform/keys/signing_stats.h"
#include "ssl/context.h"
#include "ssl/credential_source.h"
#include "ssl/ticket_keyring.h"

namespace airlock::http {

// Who may see the statistics. They say how busy the server is, and what its
// policy refuses.
enum class StatsAccess {
  kNobody,    // 404.
  kLoopback,  // Clients with a loopback address; 403 for others.
  kEveryone,
};

// The keys of session tickets, and what was done with them.
struct TicketNumbers {
  ssl::TicketKeyringState state;
  ssl::TicketKeyringCounts counts;
};

// Where the numbers come from. Thread-safe functions; null: not shown.
struct StatsSources {
  std::function<ServerStats()> server;
  std::function<platform::Counters()> tls;
  std::function<ssl::SessionStatistics()> sessions;
  std::function<ssl::CredentialSourceState()> credentials;
  std::function<keys::SigningCounts()> signing;
  std::function<TicketNumbers()> tickets;
};

// GET /_tls/stats: a page, or JSON with "?json"; /_tls/metrics: Prometheus'
// text format 0.0.4.
class StatsHandler : public Handler {
 public:
  StatsHandler(StatsAccess access, StatsSources sources);

  std::unique_ptr<BodySink> OnRequest(
      const ServerRequest& request, ServerConnection& connection,
      std::shared_ptr<Responder> responder) override;

 private:
  ServerResponse Answer(const ServerRequest& request,
                        const ServerConnection& connection) const;

  const StatsAccess access_;
  const StatsSources sources_;
};

// Whether "127.0.0.1:51234" or "[::1]:51234" is on this machine.
bool IsLoopback(absl::string_view peer);

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SITE_STATS_HANDLER_H_
