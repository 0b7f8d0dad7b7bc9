// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/tickets/file_ticket_source.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "platform/internal/settled.h"
#include "ssl/error.h"

namespace airlock::platform {
namespace {

absl::Status Invalid(absl::string_view where, absl::string_view what,
                     absl::string_view advice) {
  return ssl::MakeStatus(ssl::ErrorKind::kInvalidArgument,
                         ssl::ErrorParts{where, what, advice});
}

bool FromHex(absl::string_view digits, size_t size, std::string* bytes) {
  return digits.size() == 2 * size && absl::HexStringToBytes(digits, bytes);
}

bool ParseTime(absl::string_view text, absl::Time* time) {
  std::string error;
  return absl::ParseTime(absl::RFC3339_full, text, time, &error) &&
         *time != absl::InfiniteFuture() && *time != absl::InfinitePast();
}

absl::StatusOr<ssl::TicketKey> ParseLine(const std::string& where,
                                         absl::string_view line) {
  const std::vector<absl::string_view> parts =
      absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
  if (parts.size() != 4) {
    return Invalid(where, absl::StrCat("it has ", parts.size(), " words"),
                   "it must be NAME SECRET FROM UNTIL.");
  }
  ssl::TicketKey key;
  if (!FromHex(parts[0], ssl::TicketKey::kNameSize, &key.name)) {
    return Invalid(where, "its name is invalid",
                   "it must have 32 hexadecimal digits.");
  }
  std::string secret;
  const ssl::ScopedWipe wipe(&secret);
  if (!FromHex(parts[1], ssl::TicketKey::kSecretSize, &secret)) {
    return Invalid(where, "its secret is invalid",
                   "it must have 64 hexadecimal digits.");
  }
  key.secret = ssl::Secret(secret);
  if (!ParseTime(parts[2], &key.seals_from) ||
      !ParseTime(parts[3], &key.seals_until)) {
    return Invalid(where, "one of its times is invalid",
                   "write it as in 2026-01-01T00:00:00Z.");
  }
  return key;
}

}  // namespace

absl::StatusOr<std::vector<ssl::TicketKey>> ParseTicketKeys(
    absl::string_view text) {
  std::vector<ssl::TicketKey> keys;
  int number = 0;
  for (const absl::string_view raw : absl::StrSplit(text, '\n')) {
    ++number;
    const absl::string_view line = absl::StripAsciiWhitespace(raw);
    if (line.empty() || line.front() == '#') continue;
    auto key = ParseLine(absl::StrCat("line ", number), line);
    if (!key.ok()) return key.status();
    keys.push_back(*std::move(key));
  }
  return keys;
}

std::string FormatTicketKey(const ssl::TicketKey& key) {
  const auto time = [](absl::Time at) {
    return absl::FormatTime("%Y-%m-%d%ET%H:%M:%SZ", at, absl::UTCTimeZone());
  };
  return absl::StrCat(absl::BytesToHexString(key.name), " ",
                      absl::BytesToHexString(key.secret.view()), " ",
                      time(key.seals_from), " ", time(key.seals_until));
}

FileTicketSource::FileTicketSource(std::shared_ptr<Host> host, std::string path)
    : host_(std::move(host)), path_(std::move(path)) {}

absl::StatusOr<std::optional<std::vector<ssl::TicketKey>>>
FileTicketSource::Fetch(absl::Time now) {
  const absl::StatusOr<FileStatus> status = host_->Stat(path_);
  if (!status.ok()) return status.status();
  if (seen_.has_value() && *seen_ == status->identity) return std::nullopt;
  seen_.reset();
  absl::StatusOr<FileContent> content = host_->ReadFile(path_);
  if (!content.ok()) return content.status();
  const ssl::ScopedWipe wipe(&content->bytes);
  auto keys = ParseTicketKeys(content->bytes);
  if (!keys.ok()) {
    return ssl::MakeStatus(ssl::ErrorKind::kInvalidArgument,
                           absl::StrCat(path_, ": ", keys.status().message()));
  }
  if (internal::IsSettled(content->identity, now)) seen_ = content->identity;
  return std::make_optional(*std::move(keys));
}

}  // namespace airlock::platform
