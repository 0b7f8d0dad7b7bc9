// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The C interface: keyrings whose keys a fleet shares through Redis.

#include <memory>
#include <string>
#include <utility>

#include "absl/base/log_severity.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "platform/c/airlock.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/handles.h"
#include "platform/c/internal/structs.h"
#include "platform/c/internal/values.h"
#include "platform/tickets/redis_connect.h"
#include "platform/tickets/redis_ticket_source.h"
#include "platform/tickets/redis_url.h"
#include "platform/tickets/sealing_message.h"
#include "platform/tickets/ticket_refresher.h"
#include "ssl/error.h"
#include "ssl/fleet_key.h"
#include "ssl/ticket_keyring.h"

namespace airlock::c::internal {
namespace {

constexpr absl::Duration kRedisTimeout = absl::Seconds(5);

absl::Status InField(absl::string_view name, const absl::Status& status) {
  return Invalid(absl::StrCat(name, ": ", status.message()));
}

absl::StatusOr<ssl::FleetKey> FleetKeyOf(airlock_bytes given) {
  const auto secret = GivenSecret(given, "fleet_key");
  if (!secret.ok()) return secret.status();
  if (!secret->has_value()) {
    return Invalid(
        "fleet_key is missing: 32 random bytes, the same on all servers, that "
        "keep the keys secret from Redis.");
  }
  auto key = ssl::FleetKey::Create(**secret);
  if (!key.ok()) return InField("fleet_key", key.status());
  return key;
}

absl::StatusOr<platform::RedisTicketOptions> SourceOptions(
    const airlock_redis_tickets& given, const airlock_runtime& runtime) {
  platform::RedisTicketOptions options;
  const auto text = Given(given.url, "url");
  if (!text.ok()) return text.status();
  auto url = platform::ParseRedisUrl(text->value_or(""));
  if (!url.ok()) return InField("url", url.status());
  options.url = *std::move(url);
  auto cas = Bundle(given.ca_certs, given.cadata);
  if (!cas.ok()) return cas.status();
  if (!options.url.tls &&
      (given.ca_certs.data != nullptr || given.cadata.data != nullptr)) {
    return Invalid("CAs are given, but url is without TLS; use rediss://.");
  }
  if (given.rotation_s != 0) options.period = absl::Seconds(given.rotation_s);
  if (given.lifetime_s != 0) options.lifetime = absl::Seconds(given.lifetime_s);
  options.connect = [shared = runtime.runtime,
                     cas = *std::move(cas)](const platform::RedisUrl& to) {
    return platform::ConnectRedis(to, shared.get(), cas, kRedisTimeout);
  };
  return options;
}

Outcome NewRedisKeyring(const airlock_runtime* runtime,
                        const airlock_redis_tickets* options,
                        airlock_ticket_keyring** keyring) {
  if (runtime == nullptr) return IsNull("runtime");
  if (options == nullptr) return IsNull("options");
  if (keyring == nullptr) return IsNull("keyring");
  const auto given = ReadStruct(options, "options");
  if (!given.ok()) return given.status();
  auto source_options = SourceOptions(*given, *runtime);
  if (!source_options.ok()) return source_options.status();
  auto fleet_key = FleetKeyOf(given->fleet_key);
  if (!fleet_key.ok()) return fleet_key.status();

  const auto log = [host = runtime->host](absl::string_view line) {
    host->Log(absl::LogSeverity::kWarning, std::string(line));
  };
  ssl::TicketKeyringOptions keyring_options;
  keyring_options.lifetime = source_options->lifetime;
  keyring_options.changed = [log](const ssl::TicketKeyringState& state) {
    log(platform::SealingMessage(state));
  };
  auto made = ssl::TicketKeyring::Create(std::move(keyring_options));
  if (!made.ok()) return InField("lifetime_s", made.status());
  auto source = platform::RedisTicketSource::Create(*std::move(source_options),
                                                    *std::move(fleet_key));
  if (!source.ok()) return InField("rotation_s", source.status());
  auto handle = std::make_unique<airlock_ticket_keyring>();
  handle->keyring = *std::move(made);
  handle->refresher = std::make_unique<platform::TicketRefresher>(
      *std::move(source), handle->keyring,
      platform::TicketRefresherOptions{
          [host = runtime->host] { return host->Now(); }, log});
  // A server must start even if Redis does not; this has logged it.
  handle->refresher->Refresh().IgnoreError();
  *keyring = handle.release();
  return AIRLOCK_OK;
}

Outcome RefreshKeyring(airlock_ticket_keyring* keyring) {
  if (keyring == nullptr) return IsNull("keyring");
  if (keyring->refresher == nullptr) {
    return Invalid("The keys of this keyring do not come from a Redis.");
  }
  const absl::Status refreshed = keyring->refresher->Refresh();
  if (refreshed.ok()) return AIRLOCK_OK;
  return ssl::MakeStatus(ssl::ErrorKind::kTransport, refreshed.message());
}

}  // namespace
}  // namespace airlock::c::internal

using airlock::c::internal::Guarded;

airlock_status airlock_ticket_keyring_redis(
    airlock_runtime* runtime, const airlock_redis_tickets* options,
    airlock_ticket_keyring** keyring, airlock_error** error) {
  if (keyring != nullptr) *keyring = nullptr;
  return Guarded(error, [&] {
    return airlock::c::internal::NewRedisKeyring(runtime, options, keyring);
  });
}

airlock_status airlock_ticket_keyring_refresh(airlock_ticket_keyring* keyring,
                                              airlock_error** error) {
  return Guarded(error,
                 [&] { return airlock::c::internal::RefreshKeyring(keyring); });
}
