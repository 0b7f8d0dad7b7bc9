// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/key_event.h"

#include "config/json.h"
#include "nlohmann/json.hpp"

namespace airlock::keys {

absl::string_view RefusalName(Refusal refusal) {
  switch (refusal) {
    case Refusal::kMalformed:
      return "malformed";
    case Refusal::kUnknownKey:
      return "unknown_key";
    case Refusal::kForbidden:
      return "forbidden";
    case Refusal::kNotHandshake:
      return "not_handshake";
    case Refusal::kTooMany:
      return "too_many";
    case Refusal::kCancelled:
      return "cancelled";
    case Refusal::kFailed:
      return "failed";
  }
  return "unknown";
}

std::string KeyEvent::ToJson() const {
  config::Json json = {{"time", absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time,
                                                 absl::UTCTimeZone())},
                       {"action", "key refused"},
                       {"application", application},
                       {"pid", peer.pid},
                       {"uid", peer.uid},
                       {"refusal", std::string(RefusalName(refusal))},
                       {"reason", reason}};
  if (!key.empty()) json["key"] = key;
  if (scheme != 0) json["scheme"] = scheme;
  if (purpose.has_value()) json["purpose"] = std::string(PurposeName(*purpose));
  json["suppressed"] = suppressed;
  return config::JsonLine(json);
}

}  // namespace airlock::keys
