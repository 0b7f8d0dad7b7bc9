// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/stats_handler.h"

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "config/json.h"
#include "nlohmann/json.hpp"
#include "platform/http/site/connection_facts.h"
#include "platform/http/site/html.h"
#include "platform/http/site/tls_handler.h"
#include "platform/http/site/url_path.h"
#include "ssl/ech.h"
#include "ssl/error.h"
#include "ssl/options.h"
#include "ssl/protocol.h"

namespace airlock::http {
namespace {

using config::Json;

Json ServerFacts(const ServerStats& stats) {
  Json facts;
  facts["connections_accepted"] = stats.connections_accepted;
  facts["connections_now"] = stats.connections_now;
  facts["connections_idle_now"] = stats.connections_idle_now;
  facts["connections_evicted"] = stats.connections_evicted;
  facts["connections_timed_out"] = stats.connections_timed_out;
  facts["connections_refused"] = stats.connections_refused;
  facts["requests_http1"] = stats.requests_http1;
  facts["requests_http2"] = stats.requests_http2;
  for (size_t i = 2; i < stats.responses.size(); ++i) {
    facts[absl::StrCat("responses_", i, "xx")] = stats.responses[i];
  }
  facts["body_bytes_received"] = stats.body_bytes_received;
  facts["body_bytes_sent"] = stats.body_bytes_sent;
  return facts;
}

Json TlsFacts(const platform::Counters& counters) {
  Json facts;
  for (const ssl::TlsVersion version :
       {ssl::TlsVersion::kTls1_0, ssl::TlsVersion::kTls1_1,
        ssl::TlsVersion::kTls1_2, ssl::TlsVersion::kTls1_3}) {
    facts[absl::StrCat("handshakes_", ssl::TlsVersionName(version))] =
        counters.handshakes_of(version);
  }
  facts["resumptions"] = counters.resumptions;
  for (const absl::string_view group : platform::Counters::kGroups) {
    facts[absl::StrCat("group_", group)] = counters.server.group_of(group);
  }
  for (const ssl::EchStatus status :
       {ssl::EchStatus::kAccepted, ssl::EchStatus::kRejected}) {
    facts[absl::StrCat("ech_", ssl::EchStatusName(status))] =
        counters.server.ech_of(status);
  }
  for (size_t i = 0; i < counters.failures.size(); ++i) {
    facts[absl::StrCat("failures_", absl::AsciiStrToLower(ssl::ErrorKindName(
                                        static_cast<ssl::ErrorKind>(i))))] =
        counters.failures[i];
  }
  facts["policy_refusals"] = counters.refusals;
  facts["policy_upgrades"] = counters.upgrades;
  facts["policy_allowed"] = counters.allowed;
  facts["policy_reloads"] = counters.policy_reloads;
  facts["policy_reload_failures"] = counters.policy_reload_failures;
  facts["audit_lost"] = counters.audit_lost;
  return facts;
}

struct SessionCounter {
  absl::string_view name;
  absl::string_view help;
  uint64_t ssl::SessionStatistics::*value;
  bool gauge;
};

constexpr SessionCounter kSessionCounters[] = {
    {"cached", "Sessions in the server's cache.",
     &ssl::SessionStatistics::number, true},
    {"resumed", "Handshakes that resumed a session.",
     &ssl::SessionStatistics::hits, false},
    {"missed", "Handshakes that did not resume an offered session.",
     &ssl::SessionStatistics::misses, false},
};

Json SessionFacts(const ssl::SessionStatistics& statistics) {
  Json facts;
  for (const SessionCounter& counter : kSessionCounters) {
    facts[std::string(counter.name)] = statistics.*counter.value;
  }
  return facts;
}

std::string SessionMetrics(const ssl::SessionStatistics& statistics) {
  std::string text;
  for (const SessionCounter& counter : kSessionCounters) {
    const std::string name = absl::StrCat("airlock_sessions_", counter.name,
                                          counter.gauge ? "" : "_total");
    absl::StrAppend(&text, "# HELP ", name, " ", counter.help, "\n# TYPE ",
                    name, counter.gauge ? " gauge\n" : " counter\n", name, " ",
                    statistics.*counter.value, "\n");
  }
  return text;
}

Json CredentialFacts(const ssl::CredentialSourceState& state) {
  Json facts;
  facts["generation"] = state.generation;
  facts["expire"] = absl::FormatTime("%Y-%m-%d%ET%H:%M:%SZ", state.expires,
                                     absl::UTCTimeZone());
  facts["failed_updates"] = state.failures;
  facts["last_error"] = std::string(state.error.message());
  return facts;
}

std::string CredentialMetrics(const ssl::CredentialSourceState& state) {
  const auto metric = [](absl::string_view name, absl::string_view help,
                         absl::string_view type, int64_t value) {
    return absl::StrCat("# HELP airlock_credentials_", name, " ", help,
                        "\n# TYPE airlock_credentials_", name, " ", type,
                        "\nairlock_credentials_", name, " ", value, "\n");
  };
  return absl::StrCat(
      metric("generation", "How often the certificate was replaced, plus 1.",
             "gauge", static_cast<int64_t>(state.generation)),
      metric("expire_timestamp_seconds",
             "When the first certificate of the server's chain expires.",
             "gauge", absl::ToUnixSeconds(state.expires)),
      metric("failed_updates_total",
             "Attempts to replace the certificate that failed.", "counter",
             static_cast<int64_t>(state.failures)),
      metric("update_failing",
             "1 if the last attempt to replace the certificate failed.",
             "gauge", state.error.ok() ? 0 : 1));
}

struct TicketCounter {
  absl::string_view name;
  absl::string_view help;
  uint64_t ssl::TicketKeyringCounts::*value;
};

constexpr TicketCounter kTicketCounters[] = {
    {"sealed", "Session tickets made.", &ssl::TicketKeyringCounts::sealed},
    {"not_sealed", "Connections without ticket, for want of a key.",
     &ssl::TicketKeyringCounts::not_sealed},
    {"opened", "Session tickets opened.", &ssl::TicketKeyringCounts::opened},
    {"unknown", "Session tickets of a key that is not, or no longer, here.",
     &ssl::TicketKeyringCounts::unknown},
    {"invalid", "Damaged session tickets, or for another name.",
     &ssl::TicketKeyringCounts::invalid},
};

Json TicketFacts(const TicketNumbers& numbers) {
  Json facts;
  facts["keys"] = numbers.state.keys;
  facts["made"] = numbers.state.seals;
  facts["next_key_known"] = numbers.state.next_known;
  for (const TicketCounter& counter : kTicketCounters) {
    facts[std::string(counter.name)] = numbers.counts.*counter.value;
  }
  facts["failure"] = numbers.state.failure;
  return facts;
}

std::string TicketMetrics(const TicketNumbers& numbers) {
  std::string text = absl::StrCat(
      "# HELP airlock_tickets_made 1 if session tickets are made.\n# TYPE "
      "airlock_tickets_made gauge\nairlock_tickets_made ",
      numbers.state.seals ? 1 : 0,
      "\n# HELP airlock_ticket_keys Keys that open session tickets.\n# TYPE "
      "airlock_ticket_keys gauge\nairlock_ticket_keys ",
      numbers.state.keys, "\n");
  for (const TicketCounter& counter : kTicketCounters) {
    const std::string name =
        absl::StrCat("airlock_tickets_", counter.name, "_total");
    absl::StrAppend(&text, "# HELP ", name, " ", counter.help, "\n# TYPE ",
                    name, " counter\n", name, " ",
                    numbers.counts.*counter.value, "\n");
  }
  return text;
}

ServerResponse Metrics(const StatsSources& sources) {
  ServerResponse response;
  response.headers.Add("Content-Type",
                       "text/plain; version=0.0.4; charset=utf-8");
  response.headers.Add("Cache-Control", "no-store");
  if (sources.server) response.body += sources.server().ToPrometheus();
  if (sources.tls) response.body += sources.tls().ToPrometheus();
  if (sources.sessions) response.body += SessionMetrics(sources.sessions());
  if (sources.credentials) {
    response.body += CredentialMetrics(sources.credentials());
  }
  if (sources.tickets) response.body += TicketMetrics(sources.tickets());
  if (sources.signing) response.body += sources.signing().ToPrometheus();
  return response;
}

}  // namespace

bool IsLoopback(absl::string_view peer) {
  // An IPv4 address with its four numbers; a host name is never a peer.
  return absl::StartsWith(peer, "127.") || absl::StartsWith(peer, "[::1]:") ||
         absl::StartsWith(peer, "[::ffff:127.");
}

StatsHandler::StatsHandler(StatsAccess access, StatsSources sources)
    : access_(access), sources_(std::move(sources)) {}

std::unique_ptr<BodySink> StatsHandler::OnRequest(
    const ServerRequest& request, ServerConnection& connection,
    std::shared_ptr<Responder> responder) {
  responder->Respond(Answer(request, connection));
  return nullptr;
}

ServerResponse StatsHandler::Answer(const ServerRequest& request,
                                    const ServerConnection& connection) const {
  if (access_ == StatsAccess::kNobody) {
    return TextResponse(404, "statistics are switched off");
  }
  if (access_ == StatsAccess::kLoopback && !IsLoopback(connection.peer())) {
    return TextResponse(403, "statistics are shown only on this machine");
  }
  if (request.method != "GET" && request.method != "HEAD") {
    ServerResponse response = TextResponse(405, "statistics can only be read");
    response.headers.Add("Allow", "GET, HEAD");
    return response;
  }
  if (absl::EndsWith(PathOf(request.target), "/metrics")) {
    return Metrics(sources_);
  }
  Json facts;
  if (sources_.server) facts["server"] = ServerFacts(sources_.server());
  if (sources_.tls) facts["tls"] = TlsFacts(sources_.tls());
  if (sources_.sessions) facts["sessions"] = SessionFacts(sources_.sessions());
  if (sources_.credentials) {
    facts["credentials"] = CredentialFacts(sources_.credentials());
  }
  if (sources_.tickets) facts["tickets"] = TicketFacts(sources_.tickets());
  if (QueryHas(request.target, "json")) return JsonResponse(facts);
  Page page;
  page.title = "Statistics";
  page.body = "<h1>Statistics since the start</h1>\n";
  for (const auto& [name, heading] :
       {std::pair("server", "Server"), std::pair("tls", "TLS and policy"),
        std::pair("sessions", "Sessions"),
        std::pair("tickets", "Session tickets"),
        std::pair("credentials", "Certificate")}) {
    if (facts.contains(name)) {
      absl::StrAppend(&page.body, FactsHtml(heading, facts[name]));
    }
  }
  absl::StrAppend(&page.body,
                  "<footer><a href=\"/_tls/stats?json\">JSON</a> · "
                  "<a href=\"/_tls/metrics\">Prometheus</a> · "
                  "<a href=\"/_tls\">This connection</a></footer>");
  return PageResponse(200, page);
}

}  // namespace airlock::http
