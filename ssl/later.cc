// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/later.h"

#include "absl/strings/cord.h"

namespace airlock::ssl {
namespace {

constexpr char kPayload[] = "airlock/later";

}  // namespace

absl::Status Later() {
  absl::Status status = absl::UnavailableError(
      "this callback cannot answer later; it must answer now");
  status.SetPayload(kPayload, absl::Cord());
  return status;
}

bool IsLater(const absl::Status& status) {
  return status.GetPayload(kPayload).has_value();
}

}  // namespace airlock::ssl
