// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/error_json.h"

#include <optional>

#include "nlohmann/json.hpp"
#include "platform/cli/flag_words.h"
#include "ssl/error.h"

namespace airlock::cli {

using config::Json;

Json ErrorJson(absl::string_view command, const absl::Status& status) {
  if (status.ok()) return Json();
  Json json;
  json["message"] = MessageWithFlags(command, status);
  const std::optional<ssl::Error> error = ssl::GetError(status);
  if (!error.has_value()) return json;
  json["kind"] = ssl::ErrorKindName(error->kind);
  json["reason"] = error->reason;
  if (error->alert.has_value()) {
    json["alert"] = ssl::AlertName(*error->alert);
  }
  if (error->verify_code != 0) {
    json["verify_code"] = error->verify_code;
    json["verify_message"] = error->verify_message;
  }
  if (error->depth >= 0) {
    json["depth"] = error->depth;
    json["subject"] = error->subject;
  }
  return json;
}

}  // namespace airlock::cli
