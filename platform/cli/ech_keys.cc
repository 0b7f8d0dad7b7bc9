// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/ech_keys.h"

#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "config/json.h"
#include "nlohmann/json.hpp"
#include "platform/cli/private_file.h"
#include "platform/cli/shared_flags.h"
#include "ssl/ech.h"
#include "ssl/secret.h"

ABSL_FLAG(int, config_id, -1,
          "The number of the configuration, 0 to 255, by which the server "
          "finds the key. Without it: a random one.");
ABSL_FLAG(uint32_t, max_name_length, 64,
          "The length of the server's longest name, at most 255. Clients pad "
          "theirs to it.");

namespace airlock::cli {
namespace {

absl::StatusOr<uint8_t> ConfigId() {
  const int given = absl::GetFlag(FLAGS_config_id);
  if (given > 255 || given < -1) {
    return absl::InvalidArgumentError(
        absl::StrCat("--config-id is ", given, "; it must be 0 to 255"));
  }
  if (given >= 0) return static_cast<uint8_t>(given);
  uint8_t random = 0;
  if (getentropy(&random, sizeof(random)) != 0) {
    return absl::ErrnoToStatus(errno, "no random number for --config-id");
  }
  return random;
}

int RunEchKeys(const std::vector<std::string>& arguments) {
  const absl::StatusOr<uint8_t> id = ConfigId();
  if (!id.ok()) return Fail("ech-keys", id.status());
  ssl::EchKeyRequest request;
  request.public_name = arguments[0];
  request.config_id = *id;
  request.max_name_length = absl::GetFlag(FLAGS_max_name_length);
  const absl::StatusOr<ssl::EchKey> key = ssl::NewEchKey(request);
  if (!key.ok()) return Fail("ech-keys", key.status());
  const absl::StatusOr<ssl::Secret> pem = ssl::EchKeyToPem(*key);
  if (!pem.ok()) return Fail("ech-keys", pem.status());
  // As a server will read it.
  const auto keys = ssl::EchKeys::FromPem(pem->view());
  if (!keys.ok()) return Fail("ech-keys", keys.status());
  const absl::Status written = WritePrivateFile(arguments[1], *pem);
  if (!written.ok()) return Fail("ech-keys", written);
  const std::string list = absl::Base64Escape((*keys)->config_list());
  if (!absl::GetFlag(FLAGS_json)) {
    std::cout << list << "\n";
    return kExitOk;
  }
  config::Json json;
  json["file"] = arguments[1];
  json["public_name"] = request.public_name;
  json["config_id"] = request.config_id;
  json["max_name_length"] = request.max_name_length;
  json["ech"] = list;
  std::cout << config::JsonLines(json) << "\n";
  return kExitOk;
}

}  // namespace

Command EchKeysCommand() {
  Command command;
  command.name = "ech-keys";
  command.arguments = "PUBLIC_NAME FILE";
  command.summary = "Make a key of Encrypted Client Hello for a server.";
  command.description =
      "Makes a key with its configuration (RFC 9849) and writes both to a new "
      "FILE (PEM, RFC 9934) that only its owner can read, for `airlock serve "
      "--ech-keys`. A FILE that exists is an error. Prints the ECHConfigList "
      "in base64: the value \"ech\" of the hosts' HTTPS records in DNS, and a "
      "file for `airlock connect --ech`.\nPUBLIC_NAME is what everyone can "
      "read in place of a host's name; the server needs a certificate for it, "
      "too. It needs the engine of --config=upstream.";
  command.examples = {
      {"airlock ech-keys public.example new.pem > list",
       "A key, and what clients need."},
      {"cat new.pem old.pem > keys.pem",
       "Replaces a key: clients that know only the old one are served, too."},
  };
  command.flags = {
      {"config_id", "NUMBER"}, {"max_name_length", "NUMBER"}, {"json", ""}};
  command.min_arguments = 2;
  command.max_arguments = 2;
  command.run = RunEchKeys;
  return command;
}

}  // namespace airlock::cli
