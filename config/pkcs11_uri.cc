// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/pkcs11_uri.h"

#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "config/internal/text.h"

namespace airlock::config {
namespace {

constexpr absl::string_view kScheme = "pkcs11:";
// RFC 7512, section 2.3: what a value may contain without "%".
constexpr absl::string_view kMarks = "-._~:[]@!$'()*+,=&";

absl::Status Wrong(absl::string_view text, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", internal::Shown(text), "\": ", why));
}

absl::StatusOr<std::string> DecodeValue(absl::string_view value) {
  std::string decoded;
  for (size_t i = 0; i < value.size(); ++i) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(value[i])) ||
        absl::StrContains(kMarks, value[i])) {
      decoded.push_back(value[i]);
      continue;
    }
    const absl::string_view digits = value.substr(i).substr(0, 3);
    if (value[i] != '%') {
      return absl::InvalidArgumentError(absl::StrCat(
          "a value contains \"", internal::Shown(value.substr(i, 1)),
          "\"; write it as \"%\" and two hexadecimal digits"));
    }
    std::string byte;
    if (digits.size() != 3 ||
        !absl::HexStringToBytes(digits.substr(1), &byte)) {
      return absl::InvalidArgumentError(
          "a \"%\" is not followed by two hexadecimal digits");
    }
    decoded += byte;
    i += 2;
  }
  if (decoded.empty()) return absl::InvalidArgumentError("a value is empty");
  return decoded;
}

}  // namespace

bool IsPkcs11Uri(absl::string_view text) {
  return absl::StartsWithIgnoreCase(text, kScheme);
}

absl::StatusOr<Pkcs11Uri> ParsePkcs11Uri(absl::string_view text) {
  if (!IsPkcs11Uri(text)) {
    return Wrong(text, "it does not begin with \"pkcs11:\"");
  }
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits('?', 1));
  if (parts.first.size() != text.size()) {
    return Wrong(parts.first,
                 "it has a query, after \"?\"; give the module and the PIN as "
                 "\"module\" and \"pin\" of the key");
  }
  Pkcs11Uri uri;
  uri.text = std::string(text);
  std::optional<std::string> type;
  std::optional<std::string> slot;
  const std::vector<std::pair<absl::string_view, std::optional<std::string>*>>
      attributes = {
          {"token", &uri.token},   {"manufacturer", &uri.manufacturer},
          {"model", &uri.model},   {"serial", &uri.serial},
          {"object", &uri.object}, {"id", &uri.id},
          {"type", &type},         {"slot-id", &slot}};
  for (const absl::string_view one :
       absl::StrSplit(text.substr(kScheme.size()), ';')) {
    const std::pair<absl::string_view, absl::string_view> pair =
        absl::StrSplit(one, absl::MaxSplits('=', 1));
    const auto found = absl::c_find_if(attributes, [&pair](const auto& each) {
      return each.first == pair.first;
    });
    if (found == attributes.end()) {
      return Wrong(text,
                   absl::StrCat("\"", internal::Shown(pair.first),
                                "\" is not supported; use token, manufacturer, "
                                "model, serial, slot-id, object, id and type"));
    }
    if (found->second->has_value()) {
      return Wrong(text, absl::StrCat(pair.first, " is given twice"));
    }
    absl::StatusOr<std::string> value = DecodeValue(pair.second);
    if (!value.ok()) {
      return Wrong(text,
                   absl::StrCat(pair.first, ": ", value.status().message()));
    }
    *found->second = *std::move(value);
  }
  if (type.value_or("private") != "private") {
    return Wrong(text, "its type must be \"private\": that key signs");
  }
  if (slot.has_value()) {
    uint64_t number = 0;
    if (!absl::c_all_of(*slot, absl::ascii_isdigit) ||
        !absl::SimpleAtoi(*slot, &number)) {
      return Wrong(text, "slot-id is not a number");
    }
    uri.slot_id = number;
  }
  if (!uri.object.has_value() && !uri.id.has_value()) {
    return Wrong(text, "it has no object and no id, so it names no key");
  }
  return uri;
}

}  // namespace airlock::config
