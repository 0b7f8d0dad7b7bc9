// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/ech_flag.h"

#include "absl/flags/flag.h"
#include "absl/strings/escaping.h"
#include "platform/cli/input.h"
#include "ssl/error.h"
#include "ssl/secret.h"

ABSL_FLAG(std::string, ech, "",
          "Hide the name in the first message (Encrypted Client Hello, RFC "
          "9849) with the ECHConfigList in this file, in base64, PEM or bytes: "
          "a path, \"-\" or \"env:NAME\".");

namespace airlock::cli {

absl::StatusOr<std::shared_ptr<const ssl::EchConfigs>> EchFromFlag(
    platform::Host* host) {
  const std::string source = absl::GetFlag(FLAGS_ech);
  if (source.empty()) return nullptr;
  const absl::StatusOr<ssl::Secret> list = ReadSource(source, host);
  if (!list.ok()) return list.status();
  return ssl::EchConfigs::Parse(list->view());
}

std::optional<std::string> EchRetryConfigs(const absl::Status& failure) {
  const std::optional<ssl::Error> error = ssl::GetError(failure);
  if (!error.has_value() || !error->ech_retry_configs.has_value()) {
    return std::nullopt;
  }
  return absl::Base64Escape(*error->ech_retry_configs);
}

}  // namespace airlock::cli
