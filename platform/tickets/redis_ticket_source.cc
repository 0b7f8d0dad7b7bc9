// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/tickets/redis_ticket_source.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "ssl/error.h"

namespace airlock::platform {
namespace {

constexpr absl::string_view kForm = "airlock ticket keys 1";
// A server that is this often slower than others gives up until the next time.
constexpr int kMostRetries = 8;
constexpr absl::Duration kMostInterval = absl::Minutes(1);
constexpr absl::Duration kLeastInterval = absl::Seconds(1);

bool BySealing(const ssl::TicketKey& a, const ssl::TicketKey& b) {
  return a.seals_from < b.seals_from;
}

bool IsStatus(const RedisReply& reply, absl::string_view text) {
  return reply.type == RedisReply::Type::kStatus && reply.text == text;
}

absl::Status Unexpected(absl::string_view command) {
  return absl::DataLossError(
      absl::StrCat("the server's reply to ", command, " is unexpected"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<RedisTicketSource>> RedisTicketSource::Create(
    RedisTicketOptions options, ssl::FleetKey fleet_key) {
  const auto invalid = [&](absl::string_view advice) {
    return ssl::MakeStatus(
        ssl::ErrorKind::kInvalidArgument,
        ssl::ErrorParts{"period", absl::FormatDuration(options.period),
                        advice});
  };
  if (options.period < absl::Seconds(1) ||
      options.period > ssl::TicketKey::kMostSealing) {
    return invalid("it must be from one second to seven days.");
  }
  // Those that still open, the current, the next, and one for rounding.
  const double keys =
      3 + absl::FDivDuration(options.lifetime + 2 * options.clock_skew,
                             options.period);
  if (keys > static_cast<double>(ssl::TicketKeyring::kMostKeys)) {
    return invalid(absl::StrCat(
        "too many keys would have to be kept until their tickets end, ",
        absl::FormatDuration(options.lifetime),
        " after the key; make it longer."));
  }
  return std::unique_ptr<RedisTicketSource>(new RedisTicketSource(
      std::move(options),
      std::make_shared<const ssl::FleetKey>(std::move(fleet_key))));
}

RedisTicketSource::RedisTicketSource(
    RedisTicketOptions options, std::shared_ptr<const ssl::FleetKey> fleet_key)
    : options_(std::move(options)),
      fleet_key_(std::move(fleet_key)),
      name_(options_.url.ToString()),
      record_(absl::StrCat("airlock:tickets:", fleet_key_->id())) {}

std::unique_ptr<RedisTicketSource> RedisTicketSource::Disconnected() const {
  std::unique_ptr<RedisTicketSource> copy(
      new RedisTicketSource(options_, fleet_key_));
  copy->known_.reserve(known_.size());
  for (const ssl::TicketKey& key : known_) copy->known_.push_back(key.Clone());
  copy->seen_ = seen_;
  return copy;
}

absl::Duration RedisTicketSource::interval() const {
  return std::max(kLeastInterval,
                  std::min(kMostInterval, options_.period / 10));
}

absl::Status RedisTicketSource::Connect() {
  auto stream = options_.connect(options_.url);
  if (!stream.ok()) return stream.status();
  auto client = std::make_unique<RedisClient>(*std::move(stream));
  const RedisUrl& url = options_.url;
  if (!url.password.empty()) {
    std::vector<absl::string_view> command = {"AUTH"};
    if (!url.user.empty()) command.push_back(url.user);
    command.push_back(url.password);
    const auto reply = client->Call(command);
    if (!reply.ok()) return reply.status();
  }
  if (url.database != 0) {
    const auto reply = client->Call({"SELECT", absl::StrCat(url.database)});
    if (!reply.ok()) return reply.status();
  }
  client_ = std::move(client);
  return absl::OkStatus();
}

absl::Status RedisTicketSource::Learn(const std::string& value,
                                      std::set<std::string>* stored) {
  const std::vector<std::string> lines =
      absl::StrSplit(value, '\n', absl::SkipEmpty());
  if (lines.empty() || lines[0] != kForm) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the value of ", record_, " is not one of ticket keys; delete it"));
  }
  for (size_t i = 1; i < lines.size(); ++i) {
    auto key = fleet_key_->Unwrap(lines[i]);
    if (!key.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", i + 1, " of the value of ", record_, ": ",
                       key.status().message()));
    }
    stored->insert(key->name);
    const bool known =
        std::any_of(known_.begin(), known_.end(),
                    [&](const auto& other) { return other.name == key->name; });
    if (!known) known_.push_back(*std::move(key));
  }
  std::stable_sort(known_.begin(), known_.end(), BySealing);
  return absl::OkStatus();
}

void RedisTicketSource::Forget(absl::Time now) {
  known_.erase(std::remove_if(known_.begin(), known_.end(),
                              [&](const ssl::TicketKey& key) {
                                return key.seals_until + options_.lifetime +
                                           2 * options_.clock_skew <
                                       now;
                              }),
               known_.end());
}

size_t RedisTicketSource::MakeDue(absl::Time now) {
  // When every server that can reach Redis certainly knows a new key.
  const absl::Time known_to_all =
      absl::FromUnixSeconds(absl::ToUnixSeconds(now)) +
      std::min(options_.period, 2 * (interval() + options_.clock_skew));
  size_t made = 0;
  // The next key is made as soon as the one before it seals.
  while (known_.empty() || known_.back().seals_from <= now) {
    const absl::Time from =
        known_.empty() ? known_to_all
                       : std::max(known_to_all, known_.back().seals_until);
    known_.push_back(ssl::TicketKey::Random(from, from + options_.period));
    ++made;
  }
  return made;
}

std::string RedisTicketSource::Value() const {
  std::string value = absl::StrCat(kForm, "\n");
  for (const ssl::TicketKey& key : known_) {
    absl::StrAppend(&value, fleet_key_->Wrap(key), "\n");
  }
  return value;
}

std::vector<ssl::TicketKey> RedisTicketSource::Confirmed(absl::Time now) {
  std::map<std::string, absl::Time> seen;
  std::vector<ssl::TicketKey> keys;
  keys.reserve(known_.size());
  for (const ssl::TicketKey& known : known_) {
    ssl::TicketKey key = known.Clone();
    const auto before = seen_.find(key.name);
    const absl::Time since = before == seen_.end() ? now : before->second;
    seen.emplace(key.name, since);
    // If Redis goes away just after a key was made, only some servers know it.
    // They must not seal with it: then its time is one that does not come
    // before Redis is back.
    if (key.seals_from > now && now - since < 2 * interval()) {
      const absl::Duration never =
          ssl::TicketKey::kMostSealing + options_.period;
      key.seals_from += never;
      key.seals_until += never;
    }
    keys.push_back(std::move(key));
  }
  seen_ = std::move(seen);
  return keys;
}

absl::Status RedisTicketSource::Exchange(absl::Time now, bool* retry) {
  *retry = false;
  const auto watched = client_->Call({"WATCH", record_});
  if (!watched.ok()) return watched.status();
  if (!IsStatus(*watched, "OK")) return Unexpected("WATCH");
  const auto value = client_->Call({"GET", record_});
  if (!value.ok()) return value.status();
  std::set<std::string> stored;
  if (value->type == RedisReply::Type::kString) {
    const absl::Status learnt = Learn(value->text, &stored);
    if (!learnt.ok()) return learnt;
  } else if (value->type != RedisReply::Type::kNull) {
    return Unexpected("GET");
  }
  Forget(now);
  const size_t made = MakeDue(now);
  const bool all_stored =
      std::all_of(known_.begin(), known_.end(),
                  [&](const auto& key) { return stored.count(key.name) > 0; });
  if (all_stored) return client_->Call({"UNWATCH"}).status();
  const auto drop_made = [&] {
    known_.erase(known_.end() - static_cast<ptrdiff_t>(made), known_.end());
  };
  // Redis drops what the fleet no longer uses.
  const std::string expiry = absl::StrCat(
      absl::ToInt64Milliseconds(known_.back().seals_until - now +
                                options_.lifetime + 2 * options_.clock_skew));
  const std::string new_value = Value();
  for (const auto& command : std::vector<std::vector<absl::string_view>>{
           {"MULTI"}, {"SET", record_, new_value, "PX", expiry}}) {
    const auto reply = client_->Call(command);
    if (!reply.ok()) {
      drop_made();
      return reply.status();
    }
  }
  const auto result = client_->Call({"EXEC"});
  if (!result.ok()) {
    // The keys may be stored or not: the next call sees.
    drop_made();
    return result.status();
  }
  if (result->type == RedisReply::Type::kNull) {
    *retry = true;
    drop_made();
    return absl::OkStatus();
  }
  if (result->type != RedisReply::Type::kArray || result->items.size() != 1 ||
      !IsStatus(result->items[0], "OK")) {
    drop_made();
    return Unexpected("EXEC");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::vector<ssl::TicketKey>>>
RedisTicketSource::Fetch(absl::Time now) {
  const auto failed = [&](const absl::Status& status) {
    client_.reset();
    return absl::Status(status.code(),
                        absl::StrCat(name_, ": ", status.message()));
  };
  bool retry = true;
  for (int i = 0; retry; ++i) {
    if (i == kMostRetries) {
      return failed(absl::AbortedError("other servers were always faster"));
    }
    const bool reused = client_ != nullptr;
    absl::Status status = reused ? absl::OkStatus() : Connect();
    if (status.ok()) status = Exchange(now, &retry);
    if (status.ok()) continue;
    // Redis may have closed a connection that was idle, or was started again.
    if (!reused) return failed(status);
    client_.reset();
    retry = true;
  }
  return std::make_optional(Confirmed(now));
}

}  // namespace airlock::platform
