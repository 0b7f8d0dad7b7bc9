// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/serve_tickets.h"

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "platform/cli/input.h"
#include "platform/cli/shared_flags.h"
#include "platform/cli/source_error.h"
#include "platform/keys/key_client.h"
#include "platform/tickets/file_ticket_source.h"
#include "platform/tickets/redis_connect.h"
#include "platform/tickets/redis_ticket_source.h"
#include "platform/tickets/redis_url.h"
#include "platform/tickets/sealing_message.h"
#include "platform/tickets/ticket_source.h"
#include "ssl/fleet_key.h"

ABSL_DECLARE_FLAG(absl::Duration, session_timeout);
ABSL_FLAG(
    absl::Duration, ticket_rotation, absl::Hours(12),
    "How often tickets get a new key, at least once a week, and, without "
    "--tickets, besides on SIGUSR1. A key opens its tickets until they end. "
    "inf: only on SIGUSR1.");
ABSL_FLAG(
    std::string, tickets, "",
    "Share the keys of tickets with the other servers of a fleet, so that any "
    "of them resumes a session: redis://[[USER]:PASSWORD@]HOST[:PORT], with "
    "rediss:// over TLS, file:PATH, or env:NAME for a variable that has one of "
    "these. airlock-key:NAME leaves the keys in the key service.");
ABSL_FLAG(std::string, fleet_key, "",
          "The key that keeps the keys of tickets secret from Redis: 32 random "
          "bytes, or 64 hexadecimal digits; a path, \"-\" or \"env:NAME\".");
ABSL_FLAG(std::string, tickets_ca, "",
          "The CAs that a server of rediss:// is verified against: a path, "
          "\"-\" or \"env:NAME\". Without it: the policy's or the system's.");

namespace airlock::cli {
namespace {

constexpr absl::Duration kRedisTimeout = absl::Seconds(5);
constexpr char kRotates[] = "--ticket-rotation";

absl::Status InFlag(absl::string_view flag, const absl::Status& status) {
  return absl::InvalidArgumentError(absl::StrCat(flag, ": ", status.message()));
}

absl::Status CheckDurations() {
  constexpr absl::Duration kWeek = absl::Hours(24 * 7);
  const absl::Duration timeout = absl::GetFlag(FLAGS_session_timeout);
  if (timeout < absl::Seconds(1) || timeout > kWeek) {
    return absl::InvalidArgumentError(
        absl::StrCat("--session-timeout is ", absl::FormatDuration(timeout),
                     "; use a time from 1s to 168h, which is a week"));
  }
  const absl::Duration period = absl::GetFlag(FLAGS_ticket_rotation);
  if (period < absl::Milliseconds(1) ||
      (period > kWeek && period != absl::InfiniteDuration())) {
    return absl::InvalidArgumentError(
        absl::StrCat(kRotates, " is ", absl::FormatDuration(period),
                     "; use a time of at most 168h, which is a week, or inf"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> TicketsFromFlag(platform::Host* host) {
  std::string source = absl::GetFlag(FLAGS_tickets);
  if (!absl::StartsWith(source, "env:")) return source;
  auto read = ReadSource(source, host);
  if (!read.ok()) return read.status();
  return std::string(absl::StripAsciiWhitespace(read->view()));
}

absl::StatusOr<std::unique_ptr<platform::TicketSource>> RedisSource(
    absl::string_view url, platform::Host* host, platform::Runtime* runtime) {
  platform::RedisTicketOptions options;
  auto parsed = platform::ParseRedisUrl(url);
  if (!parsed.ok()) return InFlag("--tickets", parsed.status());
  options.url = *std::move(parsed);
  options.period = absl::GetFlag(FLAGS_ticket_rotation);
  options.lifetime = absl::GetFlag(FLAGS_session_timeout);
  if (absl::GetFlag(FLAGS_fleet_key).empty()) {
    return absl::InvalidArgumentError(
        "--tickets=redis://... needs --fleet-key: 32 random bytes, the same on "
        "all servers, that keep the keys secret from Redis");
  }
  const std::string key_source = absl::GetFlag(FLAGS_fleet_key);
  const auto secret = ReadSource(key_source, host);
  if (!secret.ok()) {
    return SourceError("--fleet-key", key_source, secret.status());
  }
  auto fleet_key = ssl::FleetKey::Create(*secret);
  if (!fleet_key.ok()) return InFlag("--fleet-key", fleet_key.status());
  auto ca = ReadCaCerts("--tickets-ca", absl::GetFlag(FLAGS_tickets_ca), host);
  if (!ca.ok()) return ca.status();
  options.connect = [runtime,
                     ca = *std::move(ca)](const platform::RedisUrl& to) {
    return platform::ConnectRedis(to, runtime, ca, kRedisTimeout);
  };
  auto source = platform::RedisTicketSource::Create(std::move(options),
                                                    *std::move(fleet_key));
  if (!source.ok()) return InFlag(kRotates, source.status());
  return *std::move(source);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServeTickets>> ServeTickets::FromFlags(
    std::shared_ptr<platform::Host> host, platform::Runtime* runtime,
    const ServeKeys& keys, std::function<void(absl::string_view)> log) {
  const absl::Status durations = CheckDurations();
  if (!durations.ok()) return durations;
  auto tickets = TicketsFromFlag(host.get());
  if (!tickets.ok()) return InFlag("--tickets", tickets.status());
  ssl::TicketKeyringOptions options;
  options.lifetime = absl::GetFlag(FLAGS_session_timeout);
  const auto key = keys::KeyReference(*tickets);
  if (tickets->empty() || key.has_value()) {
    if (!absl::GetFlag(FLAGS_fleet_key).empty() ||
        !absl::GetFlag(FLAGS_tickets_ca).empty()) {
      return absl::InvalidArgumentError(
          "--fleet-key and --tickets-ca need --tickets=redis://...");
    }
  }
  if (tickets->empty()) {
    auto own = ssl::TicketKeyring::CreateOwn(
        absl::GetFlag(FLAGS_ticket_rotation), std::move(options), host->Now());
    if (!own.ok()) return InFlag(kRotates, own.status());
    return std::unique_ptr<ServeTickets>(
        new ServeTickets(std::move(host), *std::move(own), nullptr));
  }
  options.changed = [log](const ssl::TicketKeyringState& state) {
    log(platform::SealingMessage(state));
  };
  if (key.has_value()) {
    auto keeper = keys.Tickets(*key, log);
    if (!keeper.ok()) return keeper.status();
    auto remote = ssl::TicketKeyring::CreateRemote(*std::move(keeper),
                                                   std::move(options));
    if (!remote.ok()) return InFlag("--session-timeout", remote.status());
    return std::unique_ptr<ServeTickets>(
        new ServeTickets(std::move(host), *std::move(remote), nullptr));
  }
  auto keyring = ssl::TicketKeyring::Create(std::move(options));
  if (!keyring.ok()) return InFlag("--session-timeout", keyring.status());
  std::unique_ptr<platform::TicketSource> source;
  absl::string_view path = *tickets;
  const bool is_file = absl::ConsumePrefix(&path, "file:");
  if (is_file) {
    source =
        std::make_unique<platform::FileTicketSource>(host, std::string(path));
  } else {
    auto redis = RedisSource(*tickets, host.get(), runtime);
    if (!redis.ok()) return redis.status();
    source = *std::move(redis);
  }
  auto refresher = std::make_unique<platform::TicketRefresher>(
      std::move(source), *keyring,
      platform::TicketRefresherOptions{[host] { return host->Now(); }, log});
  const absl::Status first = refresher->Refresh();
  // A fleet must start even if Redis does not.
  if (!first.ok() && is_file) return InFlag("--tickets", first);
  refresher->Start();
  return std::unique_ptr<ServeTickets>(new ServeTickets(
      std::move(host), *std::move(keyring), std::move(refresher)));
}

http::TicketNumbers ServeTickets::Numbers() const {
  return {keyring_->state(host_->Now()), keyring_->counts()};
}

absl::Status ServeTickets::Rotate() { return keyring_->Rotate(host_->Now()); }

}  // namespace airlock::cli
