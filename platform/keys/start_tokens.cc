// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/start_tokens.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "config/position.h"
#include "platform/keys/read_key_source.h"
#include "ssl/secret.h"

namespace airlock::keys {
namespace {

// Without the end of the line that editors leave.
absl::StatusOr<ssl::Secret> ReadPin(const config::KeySource& source,
                                    const std::string& credentials,
                                    platform::Host* host) {
  const absl::StatusOr<ssl::Secret> text =
      ReadKeySource(source, credentials, host);
  if (!text.ok()) return text.status();
  absl::string_view pin = text->view();
  absl::ConsumeSuffix(&pin, "\n");
  absl::ConsumeSuffix(&pin, "\r");
  if (!pin.empty()) return ssl::Secret(pin);
  return config::ErrorAt(source.position,
                         absl::StrCat("the PIN in ", source.name, " is empty"));
}

}  // namespace

absl::StatusOr<TokenKeys> StartTokens(const config::KeysFile& file,
                                      const std::string& credentials,
                                      platform::Host* host) {
  TokenKeys started;
  for (const config::KeyEntry& entry : file.keys) {
    if (!entry.token.has_value()) continue;
    const absl::Status trusted = host->CheckTrusted(entry.token->module);
    if (!trusted.ok()) {
      return config::ErrorAt(entry.token->position,
                             absl::StrCat("module: ", trusted.message()));
    }
    TokenKeyOptions options;
    options.uri = entry.token->uri;
    options.module = entry.token->module;
    options.environment = entry.token->environment;
    options.network = entry.token->network;
    if (entry.token->pin.has_value()) {
      absl::StatusOr<ssl::Secret> pin =
          ReadPin(*entry.token->pin, credentials, host);
      if (!pin.ok()) return pin.status();
      options.pin = *std::move(pin);
    }
    absl::StatusOr<std::unique_ptr<TokenKey>> key =
        TokenKey::Start(std::move(options));
    if (!key.ok())
      return config::ErrorAt(entry.token->position, key.status().message());
    started[entry.name] = *std::move(key);
  }
  return started;
}

}  // namespace airlock::keys
