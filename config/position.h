// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Positions in files.
#ifndef AIRLOCK_CONFIG_POSITION_H_
#define AIRLOCK_CONFIG_POSITION_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace airlock::config {

// A position in a file. Line and column start at 1; columns are code points.
struct Position {
  std::shared_ptr<const std::string> file;
  int line = 1;
  int column = 1;

  // "airlock.yaml:7:3"; control characters and non-ASCII in the file name are
  // escaped.
  std::string ToString() const;
};

// kInvalidArgument: "airlock.yaml:7:3: " and `message`. Its place (PlaceOf) is
// the position.
absl::Status ErrorAt(const Position& position, absl::string_view message);

}  // namespace airlock::config

#endif  // AIRLOCK_CONFIG_POSITION_H_
