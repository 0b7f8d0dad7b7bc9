// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/error_place.h"

#include <optional>

#include "absl/strings/cord.h"

namespace airlock::config {
namespace {

constexpr absl::string_view kPlaceUrl = "type.airlock/airlock.config.Place";

}  // namespace

absl::Status WithPlace(absl::Status status, absl::string_view place) {
  status.SetPayload(kPlaceUrl, absl::Cord(place));
  return status;
}

std::string PlaceOf(const absl::Status& status) {
  const std::optional<absl::Cord> place = status.GetPayload(kPlaceUrl);
  return place.has_value() ? std::string(*place) : std::string();
}

absl::Status WithMessage(const absl::Status& status,
                         absl::string_view message) {
  absl::Status changed(status.code(), message);
  status.ForEachPayload(
      [&changed](absl::string_view url, const absl::Cord& payload) {
        changed.SetPayload(url, payload);
      });
  return changed;
}

}  // namespace airlock::config
