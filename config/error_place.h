// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The place that an error is about, as data. ssl/error.h has it for errors of
// //ssl; this is for the others.
#ifndef AIRLOCK_CONFIG_ERROR_PLACE_H_
#define AIRLOCK_CONFIG_ERROR_PLACE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace airlock::config {

// `status`, an error, with its place: "airlock.yaml:7:3", a path, the name of a
// variable, "host:port". Its message does not change. Thread-safe.
absl::Status WithPlace(absl::Status status, absl::string_view place);

// The place of `status`; empty if it has none. Thread-safe.
std::string PlaceOf(const absl::Status& status);

// `status`, an error, with another message. Keeps its place and what else it
// carries. Thread-safe.
absl::Status WithMessage(const absl::Status& status, absl::string_view message);

}  // namespace airlock::config

#endif  // AIRLOCK_CONFIG_ERROR_PLACE_H_
