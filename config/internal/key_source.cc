// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/internal/key_source.h"

#include <cstddef>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "config/internal/reader.h"
#include "config/internal/text.h"
#include "config/position.h"

namespace airlock::config::internal {
namespace {

constexpr absl::string_view kCredential = "credential:";
constexpr size_t kMostName = 64;
constexpr absl::string_view kTruth[] = {"false", "true"};

// Whether `name` can be that of an environment variable.
bool IsVariable(absl::string_view name) {
  return !name.empty() && !absl::ascii_isdigit(name[0]) &&
         absl::c_all_of(name, [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  c == '_';
         });
}

}  // namespace

absl::StatusOr<std::string> ReadPath(const YamlNode& node,
                                     absl::string_view name) {
  absl::StatusOr<std::string> path = ReadText(node, name);
  if (!path.ok()) return path;
  const bool controls = absl::c_any_of(*path, [](char c) {
    return absl::ascii_iscntrl(static_cast<unsigned char>(c));
  });
  if ((*path)[0] == '/' && !controls) return path;
  return ErrorAt(node.position,
                 absl::StrCat(name, " is \"", Shown(*path),
                              "\"; it must be an absolute path",
                              controls ? " without control characters" : ""));
}

absl::Status CheckName(const YamlNode& node, absl::string_view text,
                       absl::string_view what) {
  const bool plain = absl::c_all_of(text, [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
           c == '_' || c == '.';
  });
  if (plain && !text.empty() && text.size() <= kMostName && text[0] != '.') {
    return absl::OkStatus();
  }
  return ErrorAt(
      node.position,
      absl::StrCat("\"", Shown(text), "\" is not a name for ", what,
                   "; use 1 to ", kMostName,
                   " letters, digits, \"-\", \"_\" and \".\", and do not begin "
                   "with \".\""));
}

absl::StatusOr<KeySource> ReadSource(const YamlNode& node,
                                     absl::string_view name) {
  KeySource source;
  source.position = node.position;
  absl::StatusOr<std::string> text = ReadText(node, name);
  if (!text.ok()) return text.status();
  absl::string_view credential = *text;
  if (absl::ConsumePrefix(&credential, kCredential)) {
    const absl::Status named = CheckName(node, credential, "a credential");
    if (!named.ok()) return named;
    source.credential = true;
    source.name = std::string(credential);
    return source;
  }
  absl::StatusOr<std::string> path = ReadPath(node, name);
  if (!path.ok()) return path.status();
  source.name = *std::move(path);
  return source;
}

absl::Status CheckTokenKeys(const YamlNode& entry, const YamlNode* key) {
  if (key != nullptr && IsPkcs11Uri(key->text)) return absl::OkStatus();
  for (const absl::string_view word :
       {"module", "pin", "environment", "network"}) {
    if (const YamlNode* const given = entry.Find(word)) {
      return ErrorAt(given->position,
                     absl::StrCat(word,
                                  " is for a \"key\" that is the pkcs11: "
                                  "URI of a token's key"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<TokenKeyEntry> ReadTokenKey(const YamlNode& entry,
                                           const YamlNode& key) {
  TokenKeyEntry token;
  token.position = key.position;
  absl::StatusOr<Pkcs11Uri> uri = ParsePkcs11Uri(key.text);
  if (!uri.ok()) return ErrorAt(key.position, uri.status().message());
  token.uri = *std::move(uri);
  const YamlNode* const module = entry.Find("module");
  if (module == nullptr) {
    return ErrorAt(key.position,
                   "the key of a token needs \"module\", the path of its "
                   "PKCS #11 module, as in /usr/lib/softhsm/libsofthsm2.so");
  }
  absl::StatusOr<std::string> path = ReadPath(*module, "module");
  if (!path.ok()) return path.status();
  token.module = *std::move(path);
  if (const YamlNode* const pin = entry.Find("pin")) {
    absl::StatusOr<KeySource> source = ReadSource(*pin, "pin");
    // A PIN in place of a path would be in the error.
    if (!source.ok()) {
      return ErrorAt(pin->position,
                     "pin must be the absolute path of a file that has the "
                     "PIN, or credential:NAME, and never the PIN itself");
    }
    token.pin = *std::move(source);
  }
  if (const YamlNode* const variables = entry.Find("environment")) {
    const absl::Status status =
        Expect(*variables, "environment", YamlNode::Kind::kMapping);
    if (!status.ok()) return status;
    for (const auto& [name, value] : variables->entries) {
      if (!IsVariable(name.text)) {
        return ErrorAt(name.position,
                       absl::StrCat("\"", Shown(name.text),
                                    "\" is not the name of a variable"));
      }
      absl::StatusOr<std::string> text = ReadText(value, name.text);
      if (!text.ok()) return text.status();
      token.environment[name.text] = *std::move(text);
    }
  }
  if (const YamlNode* const network = entry.Find("network")) {
    const absl::StatusOr<size_t> word =
        ReadWord<size_t>(*network, "network", kTruth);
    if (!word.ok()) return word.status();
    token.network = *word == 1;
  }
  return token;
}

}  // namespace airlock::config::internal
