// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Ticket keys that a fleet makes by itself and shares through Redis or Valkey.
#ifndef AIRLOCK_PLATFORM_TICKETS_REDIS_TICKET_SOURCE_H_
#define AIRLOCK_PLATFORM_TICKETS_REDIS_TICKET_SOURCE_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "platform/tickets/redis_client.h"
#include "platform/tickets/redis_url.h"
#include "platform/tickets/ticket_source.h"
#include "ssl/fleet_key.h"

namespace airlock::platform {

struct RedisTicketOptions {
  RedisUrl url;
  // How long each key seals: from a second to seven days.
  absl::Duration period = absl::Hours(12);
  // Those of the keyring.
  absl::Duration lifetime = absl::Hours(2);
  absl::Duration clock_skew = absl::Minutes(1);
  // Connects to `url`; blocks for a few seconds at most.
  std::function<absl::StatusOr<std::unique_ptr<RedisStream>>(
      const RedisUrl& url)>
      connect;
};

// Keeps the keys of the fleet, each wrapped with the fleet key, as the value of
// one name, which contains the fleet key's id. Any server may make the next
// key, a period before it seals: it replaces the value only if no other server
// has done so since it was read (WATCH and EXEC). So there is one sequence of
// keys without a fixed leader.
//
// What was known stays known until it ends, even if the data of Redis is lost:
// each server writes the keys that it knows and Redis does not.
class RedisTicketSource final : public TicketSource {
 public:
  // Errors: kInvalidArgument if the period is out of range, or so short that a
  // keyring would need more than TicketKeyring::kMostKeys keys.
  static absl::StatusOr<std::unique_ptr<RedisTicketSource>> Create(
      RedisTicketOptions options, ssl::FleetKey fleet_key);

  // A copy that knows the same keys, and has no connection.
  std::unique_ptr<RedisTicketSource> Disconnected() const;

  absl::StatusOr<std::optional<std::vector<ssl::TicketKey>>> Fetch(
      absl::Time now) override;
  absl::Duration interval() const override;
  const std::string& name() const override { return name_; }

  // The name of the value, for operators.
  const std::string& record() const { return record_; }

 private:
  RedisTicketSource(RedisTicketOptions options,
                    std::shared_ptr<const ssl::FleetKey> fleet_key);

  absl::Status Connect();
  // Once; sets `retry` if another server was faster.
  absl::Status Exchange(absl::Time now, bool* retry);
  // Adds the keys of a value to `known_`, and their names to `stored`.
  absl::Status Learn(const std::string& value, std::set<std::string>* stored);
  void Forget(absl::Time now);
  // Adds the keys that are due to `known_`. Returns how many.
  size_t MakeDue(absl::Time now);
  std::string Value() const;
  // What the keyring gets: a key only opens until every server has had the time
  // to read it from a Redis that this server could reach as well.
  std::vector<ssl::TicketKey> Confirmed(absl::Time now);

  const RedisTicketOptions options_;
  const std::shared_ptr<const ssl::FleetKey> fleet_key_;
  const std::string name_;
  const std::string record_;
  std::unique_ptr<RedisClient> client_;
  std::vector<ssl::TicketKey> known_;       // Sorted by seals_from.
  std::map<std::string, absl::Time> seen_;  // When a key was first in Redis.
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_TICKETS_REDIS_TICKET_SOURCE_H_
