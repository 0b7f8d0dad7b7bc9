// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/trace_output.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "config/json.h"
#include "nlohmann/json.hpp"
#include "platform/cli/text.h"

namespace airlock::cli {
namespace {

using config::Json;
using ssl::wire::Event;
using ssl::wire::Field;

constexpr size_t kIndent = 4;
constexpr size_t kWidth = 96;

// "0123...cdef... (300 bytes)".
std::string BytesText(const Field& field) {
  std::string text = absl::BytesToHexString(field.bytes);
  if (field.size > field.bytes.size()) {
    absl::StrAppend(&text, "... (", field.size, " bytes)");
  }
  return text;
}

// Name, value, bytes and problem, on one line.
std::string LineText(const Field& field) {
  std::string text = field.name;
  const auto add = [&text](absl::string_view part) {
    if (part.empty()) return;
    absl::StrAppend(&text, text.empty() ? "" : ": ", part);
  };
  add(field.value);
  if (field.size > 0) add(BytesText(field));
  if (!field.problem.empty()) {
    absl::StrAppend(&text, text.empty() ? "" : " ",
                    "[malformed: ", field.problem, "]");
  }
  return ForTerminal(text);
}

bool IsPlainItem(const Field& field) {
  return field.name.empty() && field.size == 0 && field.fields.empty() &&
         field.problem.empty();
}

// Adds `items` to the last line of `text`, and further lines if it is full.
void AppendItems(const Field& field, size_t indent, std::string* text) {
  size_t width = text->size() - (text->rfind('\n') + 1);
  const char* separator = ": ";
  for (const Field& item : field.fields) {
    const std::string value = ForTerminal(item.value);
    if (width + value.size() + 2 > kWidth && width > indent + kIndent) {
      absl::StrAppend(text, separator[0] == ':' ? ":" : ",", "\n",
                      std::string(indent + kIndent, ' '));
      width = indent + kIndent;
    } else {
      absl::StrAppend(text, separator);
      width += 2;
    }
    separator = ", ";
    absl::StrAppend(text, value);
    width += value.size();
  }
}

void AppendFields(const Field& field, size_t indent, std::string* text) {
  for (const Field& part : field.fields) {
    absl::StrAppend(text, std::string(indent, ' '), LineText(part));
    const bool plain =
        std::all_of(part.fields.begin(), part.fields.end(), IsPlainItem);
    if (plain) AppendItems(part, indent, text);
    absl::StrAppend(text, "\n");
    if (!plain) AppendFields(part, indent + kIndent, text);
  }
}

Json FieldJson(const Field& field) {
  Json json;
  if (!field.name.empty()) json["name"] = field.name;
  if (!field.value.empty()) json["value"] = field.value;
  if (field.size > 0) {
    json["bytes"] = absl::BytesToHexString(field.bytes);
    json["size"] = field.size;
  }
  if (!field.problem.empty()) json["malformed"] = field.problem;
  for (const Field& part : field.fields) {
    json["fields"].push_back(FieldJson(part));
  }
  return json;
}

}  // namespace

std::string TraceTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone());
}

std::string TraceText(const TraceMark& mark, const Event& event) {
  std::string text = absl::StrFormat("%d  %.6f  %s  ", mark.connection,
                                     absl::ToDoubleSeconds(mark.elapsed),
                                     event.from_client ? "client" : "server");
  // What is in a record stands below it.
  if (event.kind != ssl::wire::EventKind::kRecord) absl::StrAppend(&text, "  ");
  absl::StrAppend(&text, LineText(event.field), "\n");
  AppendFields(event.field, 2 * kIndent, &text);
  return text;
}

std::string TraceJson(const TraceMark& mark, const Event& event) {
  Json json;
  json["connection"] = mark.connection;
  json["time"] = TraceTime(mark.time);
  json["elapsed"] = absl::ToDoubleSeconds(mark.elapsed);
  json["from"] = event.from_client ? "client" : "server";
  json["kind"] = std::string(EventKindName(event.kind));
  json["encrypted"] = event.encrypted;
  json["is_malformed"] = IsMalformed(event.field);
  const Json field = FieldJson(event.field);
  for (const auto& [name, value] : field.items()) json[name] = value;
  return absl::StrCat(config::JsonLine(json), "\n");
}

}  // namespace airlock::cli
