// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/tickets/redis_url.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "ssl/error.h"

namespace airlock::platform {
namespace {

constexpr char kForm[] =
    "it must be redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE], or rediss:// "
    "for TLS.";

absl::Status Invalid(absl::string_view what) {
  return ssl::MakeStatus(ssl::ErrorKind::kInvalidArgument,
                         ssl::ErrorParts{"Redis URL", what, kForm});
}

bool Decode(absl::string_view text, std::string* out) {
  out->clear();
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out->push_back(text[i]);
      continue;
    }
    const absl::string_view digits = text.substr(i + 1, 2);
    std::string byte;
    if (digits.size() != 2 || !absl::HexStringToBytes(digits, &byte)) {
      return false;
    }
    *out += byte;
    i += 2;
  }
  return true;
}

// Takes HOST[:PORT] apart.
bool ParseHost(absl::string_view text, RedisUrl* url) {
  absl::string_view port;
  if (absl::ConsumePrefix(&text, "[")) {
    const size_t end = text.find(']');
    if (end == absl::string_view::npos) return false;
    url->host = std::string(text.substr(0, end));
    port = text.substr(end + 1);
    if (!port.empty() && !absl::ConsumePrefix(&port, ":")) return false;
    if (port.empty() && text.size() != end + 1) return false;
  } else {
    const size_t colon = text.find(':');
    url->host = std::string(text.substr(0, colon));
    if (colon != absl::string_view::npos) {
      port = text.substr(colon + 1);
      if (port.empty()) return false;
    }
  }
  if (url->host.empty()) return false;
  for (const char c : url->host) {
    if (absl::ascii_isspace(static_cast<unsigned char>(c)) ||
        absl::ascii_iscntrl(static_cast<unsigned char>(c))) {
      return false;
    }
  }
  if (port.empty()) return true;
  uint32_t number = 0;
  if (!absl::SimpleAtoi(port, &number) || number == 0 || number > 65535) {
    return false;
  }
  url->port = static_cast<uint16_t>(number);
  return true;
}

}  // namespace

std::string RedisUrl::ToString() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return absl::StrCat(tls ? "rediss://" : "redis://",
                      is_ipv6 ? absl::StrCat("[", host, "]") : host, ":", port,
                      database == 0 ? "" : absl::StrCat("/", database));
}

absl::StatusOr<RedisUrl> ParseRedisUrl(absl::string_view text) {
  RedisUrl url;
  url.tls = absl::ConsumePrefix(&text, "rediss://");
  if (!url.tls && !absl::ConsumePrefix(&text, "redis://")) {
    return Invalid("it has another scheme");
  }
  const size_t at = text.rfind('@');
  if (at != absl::string_view::npos) {
    const absl::string_view user_info = text.substr(0, at);
    text.remove_prefix(at + 1);
    const size_t colon = user_info.find(':');
    if (colon == absl::string_view::npos || colon + 1 == user_info.size()) {
      return Invalid("it has a user without a password");
    }
    if (!Decode(user_info.substr(0, colon), &url.user) ||
        !Decode(user_info.substr(colon + 1), &url.password)) {
      return Invalid(
          "a percent sign in its user or password is not followed "
          "by two hexadecimal digits");
    }
  }
  const size_t slash = text.find('/');
  if (slash != absl::string_view::npos) {
    const absl::string_view database = text.substr(slash + 1);
    if (!database.empty() && !absl::SimpleAtoi(database, &url.database)) {
      return Invalid("its database is not a number");
    }
    text = text.substr(0, slash);
  }
  if (!ParseHost(text, &url)) return Invalid("its host or port is invalid");
  return url;
}

}  // namespace airlock::platform
