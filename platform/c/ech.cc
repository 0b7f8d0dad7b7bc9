// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/c/internal/ech.h"

#include "platform/c/internal/values.h"
#include "ssl/secret.h"

namespace airlock::c::internal {

absl::StatusOr<std::shared_ptr<const ssl::EchKeys>> GivenEchKeys(
    airlock_bytes ech_keys) {
  const auto pem = GivenSecret(ech_keys, "ech_keys");
  if (!pem.ok()) return pem.status();
  if (!pem->has_value()) return nullptr;
  return ssl::EchKeys::FromPem((*pem)->view());
}

absl::Status PutEch(airlock_bytes ech_configs, int32_t ech_grease,
                    std::shared_ptr<const ssl::EchConfigs>* configs,
                    bool* grease) {
  const absl::Status flag = Put(Flag(ech_grease, "ech_grease"), grease);
  if (!flag.ok()) return flag;
  const auto bytes = Given(ech_configs, "ech_configs");
  if (!bytes.ok()) return bytes.status();
  if (!bytes->has_value()) return absl::OkStatus();
  return Put(ssl::EchConfigs::Parse(**bytes), configs);
}

}  // namespace airlock::c::internal
