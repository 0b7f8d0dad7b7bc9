// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/flag_words.h"

#include <utility>

#include "ssl/error.h"

namespace airlock::cli {
namespace {

struct Word {
  absl::string_view library;
  absl::string_view client;
  absl::string_view server;
};

constexpr Word kWords[] = {
    {"certfile", "--cert", "--cert"},
    {"keyfile", "--key", "--key"},
    {"alpn_protocols", "--alpn", "--alpn"},
    {"ssl_version", "--tls", "--tls"},
    {"ciphers", "--ciphers", "--ciphers"},
    {"server_hostname", "--servername", "--servername"},
    {"ca_certs", "--ca", "--client-ca"},
    {"spiffe", "--spiffe-id", "--spiffe-id"},
    {"ech_configs", "--ech", "--ech"},
    {"ech_keys", "--ech-keys", "--ech-keys"},
    {"accept_compressed_certificates", "--compressed-certificates",
     "--compressed-certificates"},
};

// Of `airlock ech-keys`.
constexpr std::pair<absl::string_view, absl::string_view> kEchKeysWords[] = {
    {"ech_keys", "`airlock ech-keys`"},
    {"public_name", "PUBLIC_NAME"},
    {"max_name_length", "--max-name-length"},
};

}  // namespace

std::string MessageWithFlags(absl::string_view command,
                             const absl::Status& status) {
  const bool client = command == "connect" || command == "fetch";
  return ssl::MessageOf(status).Renamed([&](absl::string_view name) {
    for (const auto& [library, shown] : kEchKeysWords) {
      if (command == "ech-keys" && library == name) return shown;
    }
    for (const Word& word : kWords) {
      if (word.library != name) continue;
      if (client) return word.client;
      if (command == "serve") return word.server;
    }
    return name;
  });
}

}  // namespace airlock::cli
