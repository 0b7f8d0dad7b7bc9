// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/live_tickets.h"

#include <optional>
#include <utility>

#include "config/json.h"
#include "nlohmann/json.hpp"
#include "platform/tickets/file_ticket_source.h"

namespace airlock::keys {

std::string TicketEvent::ToJson() const {
  config::Json json = {
      {"time",
       absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone())},
      {"action", status.ok() ? "ticket keys replaced" : "ticket keys kept"}};
  if (!key.empty()) json["key"] = key;
  if (!status.ok()) json["reason"] = std::string(status.message());
  return config::JsonLine(json);
}

LiveTickets::LiveTickets(std::unique_ptr<TicketReader> reader,
                         const std::vector<ServedKey>& keys,
                         std::function<absl::Time()> clock, Sink sink)
    : reader_(std::move(reader)),
      clock_(std::move(clock)),
      sink_(std::move(sink)) {
  for (const ServedKey& key : keys) {
    if (key.tickets != nullptr) keyrings_[key.name] = key.tickets;
  }
}

bool LiveTickets::Poll() {
  while (auto reading = reader_->Take()) {
    const absl::Time now = clock_();
    absl::Status status = Apply(*reading, now);
    // The service has read the files itself at its start.
    if (reading->first && status.ok()) continue;
    sink_({now, reading->key, std::move(status)});
  }
  if (reader_->ended()) {
    sink_({clock_(), "",
           absl::UnavailableError("the process that reads the files of ticket "
                                  "keys has ended; restart the service")});
  }
  return !reader_->ended();
}

absl::Status LiveTickets::Apply(const TicketReader::Reading& reading,
                                absl::Time now) {
  if (!reading.text.ok()) return reading.text.status();
  auto keys = platform::ParseTicketKeys(reading.text->view());
  if (!keys.ok()) return keys.status();
  return keyrings_[reading.key]->Update(*std::move(keys), now);
}

}  // namespace airlock::keys
