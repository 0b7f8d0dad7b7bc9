// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/policy_report.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "config/internal/text.h"
#include "config/json.h"
#include "nlohmann/json.hpp"

namespace airlock::config {
namespace {

std::string Text(Verification value) {
  return std::string(VerificationName(value));
}
std::string Text(OnOverride value) {
  return std::string(OnOverrideName(value));
}
std::string Text(Hostname value) { return std::string(HostnameName(value)); }
std::string Text(KeyLog value) { return std::string(KeyLogName(value)); }
std::string Text(PostQuantum value) {
  return std::string(PostQuantumName(value));
}
std::string Text(Ech value) { return std::string(EchName(value)); }
std::string Text(Permission value) {
  return std::string(PermissionName(value));
}
std::string Text(ApplicationCas value) {
  return std::string(ApplicationCasName(value));
}
std::string Text(Profile value) { return std::string(ProfileName(value)); }
std::string Text(const Days& value) { return value.ToString(); }
std::string Text(int value) { return absl::StrCat(value); }
std::string Text(TlsVersion value) {
  return std::string(TlsVersionName(value));
}
std::string Text(const std::string& value) { return value; }
std::string Text(const std::vector<Pin>& pins) {
  return absl::StrJoin(pins, " ", [](std::string* out, const Pin& pin) {
    absl::StrAppend(out, pin.ToString());
  });
}
std::string Text(const std::vector<VerifyFlag>& flags) {
  return absl::StrJoin(flags, " ", [](std::string* out, VerifyFlag flag) {
    absl::StrAppend(out, VerifyFlagName(flag));
  });
}
std::string Text(const std::vector<TrustDomain>& domains) {
  return absl::StrJoin(domains, " ",
                       [](std::string* out, const TrustDomain& domain) {
                         absl::StrAppend(out, domain.name, "=", domain.bundle);
                       });
}
std::string Text(const std::vector<std::string>& names) {
  return absl::StrJoin(names, " ");
}
template <typename T>
std::string Text(const std::optional<T>& value) {
  return value.has_value() ? Text(*value) : std::string();
}

template <typename T>
PolicyRow Row(absl::string_view name, const Setting<T>& setting) {
  PolicyRow row;
  row.setting = std::string(name);
  row.value = Text(setting.value);
  row.is_set = !row.value.empty();
  if (!row.is_set) row.value = "-";
  row.origin = setting.origin;
  for (const Setting<T>& other : setting.overrode) {
    row.overrode.push_back({Text(other.value), other.origin});
  }
  return row;
}

PolicyRow Row(const PolicyException& exception) {
  std::vector<std::string> grants;
  VisitSettings(
      [&grants](auto row, const auto& setting) {
        if (!setting.stated()) return;
        grants.push_back(
            absl::StrCat(kSettingRows[row].name, " ", Text(setting.value)));
      },
      exception.settings);
  if (exception.expires.stated()) {
    grants.push_back(absl::StrCat(
        "until ", absl::FormatCivilTime(*exception.expires.value)));
  }
  PolicyRow row;
  row.setting = absl::StrCat("exception ", exception.host.text());
  row.value = absl::StrJoin(grants, ", ");
  row.origin = exception.origin;
  return row;
}

std::string Pad(absl::string_view text, size_t width) {
  const auto size = static_cast<size_t>(internal::CountCodePoints(text));
  return absl::StrCat(text, std::string(width - std::min(size, width), ' '));
}

Json OriginJson(const Origin& origin) {
  const auto at_place = [&origin](absl::string_view source) {
    return Json({{"source", source},
                 {"file", origin.name},
                 {"line", origin.line},
                 {"column", origin.column}});
  };
  Json json;
  switch (origin.source) {
    case Origin::Source::kBuiltIn:
      json["source"] = "built in";
      break;
    case Origin::Source::kEnvironment:
      json["source"] = "environment";
      json["variable"] = origin.ToString();
      break;
    case Origin::Source::kPolicyFile:
    case Origin::Source::kStricterFile:
      json = at_place("policy file");
      break;
    case Origin::Source::kAppYaml:
      json = at_place("app.yaml");
      json["variable"] = internal::Shown(origin.value);
      break;
  }
  return json;
}

Json RowJson(const PolicyRow& row) {
  Json overrode = Json::array();
  for (const PolicyRow::Overrode& other : row.overrode) {
    overrode.push_back(
        {{"value", other.value}, {"origin", OriginJson(other.origin)}});
  }
  return {{"setting", row.setting},
          {"value", row.is_set ? Json(row.value) : Json()},
          {"origin", OriginJson(row.origin)},
          {"overrode", std::move(overrode)}};
}

}  // namespace

std::vector<PolicyRow> PolicyRows(const VerificationPolicy& policy) {
  std::vector<PolicyRow> rows;
  VisitSettings(
      [&rows](auto row, const auto& setting) {
        if (kSettingRows[row].only_if_set && !setting.stated()) return;
        rows.push_back(Row(kSettingRows[row].name, setting));
      },
      static_cast<const PolicySettings&>(policy));
  for (const PolicyException& exception : policy.exceptions) {
    rows.push_back(Row(exception));
  }
  return rows;
}

std::string PolicyTable(absl::Span<const PolicyRow> rows) {
  using Line = std::array<std::string, 4>;
  std::vector<Line> lines = {{"setting", "value", "origin", "overrode"}};
  for (const PolicyRow& row : rows) {
    const std::string overrode = absl::StrJoin(
        row.overrode, ", ",
        [](std::string* out, const PolicyRow::Overrode& other) {
          absl::StrAppend(out, other.value, " (", other.origin.ToString(), ")");
        });
    lines.push_back({row.setting, row.value, row.origin.ToString(), overrode});
  }
  std::array<size_t, 4> widths{};
  for (const Line& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(
          widths[i], static_cast<size_t>(internal::CountCodePoints(line[i])));
    }
  }
  std::string table;
  for (const Line& line : lines) {
    std::string text;
    for (size_t i = 0; i < line.size(); ++i) {
      absl::StrAppend(&text, Pad(line[i], widths[i] + 2));
    }
    absl::StrAppend(&table, absl::StripTrailingAsciiWhitespace(text), "\n");
  }
  return table;
}

std::string PolicyJson(absl::Span<const PolicyRow> rows) {
  Json json = Json::array();
  for (const PolicyRow& row : rows) json.push_back(RowJson(row));
  return JsonLines(json) + "\n";
}

}  // namespace airlock::config
