// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/app_yaml.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "config/internal/nearest_word.h"
#include "config/internal/reader.h"
#include "config/internal/text.h"
#include "config/internal/words.h"
#include "config/internal/yaml_document.h"

namespace airlock::config {
namespace {

using internal::YamlNode;

constexpr absl::string_view kKeys[] = {"runtime", "entrypoint", "env_variables",
                                       "libraries"};
// App Engine's own, and near one of the above.
constexpr absl::string_view kOtherKey = "build_env_variables";
constexpr absl::string_view kLibraryKeys[] = {"name", "version"};
constexpr absl::string_view kSsl = "ssl";
constexpr absl::string_view kLatest = "latest";
// Indexed by SslProfile, and then what stands for the last of them.
constexpr std::array<absl::string_view, 3> kSslVersions = {"2.7", "2.7.11",
                                                           kLatest};
// The libraries that App Engine's Python 2.7 has built in.
constexpr absl::string_view kLibraries[] = {
    "MySQLdb",    "PIL",        "PyAMF",        "clearsilver", "click",
    "crcmod",     "django",     "endpoints",    "enum",        "flask",
    "futures",    "grpcio",     "itsdangerous", "jinja2",      "lxml",
    "markupsafe", "matplotlib", "numpy",        "protobuf",    "protorpc",
    "pycrypto",   "pytz",       "setuptools",   "six",         "ssl",
    "ujson",      "webapp2",    "webob",        "werkzeug",    "yaml"};

Origin OriginOf(const YamlNode& node) {
  return Origin::At(Origin::Source::kAppYaml, node.position);
}

bool IsVariableName(absl::string_view name) {
  return !name.empty() && !absl::ascii_isdigit(name[0]) &&
         absl::c_all_of(name, [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  c == '_';
         });
}

class AppReader {
 public:
  absl::StatusOr<AppYaml> Read(const YamlNode& root) {
    absl::Status status =
        internal::Expect(root, "the file", YamlNode::Kind::kMapping);
    if (!status.ok()) return status;
    WarnOfKeys(root);
    status.Update(ReadText(root, "runtime", &app_.runtime));
    status.Update(ReadText(root, "entrypoint", &app_.entrypoint));
    status.Update(ReadVariables(root.Find("env_variables")));
    status.Update(ReadLibraries(root.Find("libraries")));
    if (!status.ok()) return status;
    return std::move(app_);
  }

 private:
  // Whoever misspells one would otherwise look for it for long.
  void WarnOfKeys(const YamlNode& root) {
    for (const auto& entry : root.entries) {
      const YamlNode& key = entry.first;
      if (absl::c_linear_search(kKeys, key.text) || key.text == kOtherKey) {
        continue;
      }
      const absl::string_view nearest = internal::NearestWord(key.text, kKeys);
      if (nearest.empty()) continue;
      app_.warnings.push_back(absl::StrCat(
          key.position.ToString(), ": the key \"", internal::Shown(key.text),
          "\" is passed over; did you mean \"", nearest, "\"?"));
    }
  }

  static absl::Status ReadText(const YamlNode& root, absl::string_view key,
                               absl::optional<Setting<std::string>>* setting) {
    const YamlNode* node = root.Find(key);
    if (node == nullptr) return absl::OkStatus();
    absl::StatusOr<std::string> text = internal::ReadText(*node, key);
    if (!text.ok()) return text.status();
    *setting = Setting<std::string>{*std::move(text), OriginOf(*node)};
    return absl::OkStatus();
  }

  absl::Status ReadVariables(const YamlNode* node) {
    if (node == nullptr) return absl::OkStatus();
    absl::Status status =
        internal::Expect(*node, "\"env_variables\"", YamlNode::Kind::kMapping);
    for (const auto& [key, value] : node->entries) {
      status.Update(ReadVariable(key, value));
      if (!status.ok()) break;
    }
    return status;
  }

  absl::Status ReadVariable(const YamlNode& key, const YamlNode& value) {
    if (!IsVariableName(key.text)) {
      return ErrorAt(
          key.position,
          absl::StrCat("\"", internal::Shown(key.text),
                       "\" is no name of an environment variable; accepted are "
                       "letters, digits and \"_\", and no digit first"));
    }
    if (value.kind == YamlNode::Kind::kNull) {
      return ErrorAt(value.position,
                     absl::StrCat(key.text,
                                  " has no value; for the empty "
                                  "text, write \"\""));
    }
    const absl::Status status =
        internal::Expect(value, key.text, YamlNode::Kind::kScalar);
    if (!status.ok()) return status;
    if (absl::StrContains(value.text, '\0')) {
      return ErrorAt(value.position, absl::StrCat(key.text,
                                                  " holds U+0000, which no "
                                                  "environment variable can"));
    }
    app_.env_variables[key.text] = {value.text, OriginOf(value)};
    return absl::OkStatus();
  }

  absl::Status ReadLibraries(const YamlNode* node) {
    if (node == nullptr) return absl::OkStatus();
    absl::Status status =
        internal::Expect(*node, "\"libraries\"", YamlNode::Kind::kSequence);
    for (const YamlNode& library : node->items) {
      status.Update(ReadLibrary(library));
      if (!status.ok()) break;
    }
    return status;
  }

  absl::Status ReadLibrary(const YamlNode& library) {
    const absl::Status status =
        internal::ExpectKeys(library, "a library", kLibraryKeys);
    if (!status.ok()) return status;
    const absl::StatusOr<std::string> name = ReadLibraryName(library);
    if (!name.ok()) return name.status();
    const YamlNode* version = library.Find("version");
    if (version == nullptr) {
      return ErrorAt(
          library.position,
          absl::StrCat("the library ", *name, " has no \"version\"; ",
                       *name == kSsl
                           ? absl::StrCat("accepted are ",
                                          internal::JoinWords(kSslVersions))
                           : "write \"version: latest\""));
    }
    return *name == kSsl ? ReadSslVersion(*version)
                         : internal::ReadText(*version, "version").status();
  }

  absl::StatusOr<std::string> ReadLibraryName(const YamlNode& library) {
    const YamlNode* node = library.Find("name");
    if (node == nullptr) {
      return ErrorAt(library.position,
                     "a library must have a \"name\" and a \"version\"");
    }
    absl::StatusOr<std::string> name = internal::ReadText(*node, "name");
    if (!name.ok()) return name;
    if (!absl::c_linear_search(kLibraries, *name)) {
      return ErrorAt(node->position,
                     absl::StrCat("the library is ",
                                  internal::NoneOf(*name, kLibraries,
                                                   "bring others with the "
                                                   "application")));
    }
    const auto [first, is_new] = libraries_.emplace(*name, node->position.line);
    if (!is_new) {
      return ErrorAt(node->position,
                     absl::StrCat("the library ", *name,
                                  " is listed twice; the first is on line ",
                                  first->second));
    }
    return name;
  }

  absl::Status ReadSslVersion(const YamlNode& node) {
    const absl::StatusOr<size_t> version =
        internal::ReadWord<size_t>(node, "the version of ssl", kSslVersions);
    if (!version.ok()) return version.status();
    const SslProfile profile =
        *version == 0 ? SslProfile::k2_7 : SslProfile::k2_7_11;
    app_.ssl = Setting<SslProfile>{profile, OriginOf(node)};
    if (profile == SslProfile::k2_7) {
      app_.warnings.push_back(absl::StrCat(
          node.position.ToString(),
          ": version 2.7 of the library ssl is deprecated: it speaks TLS 1.0 "
          "unless told otherwise, and knows neither SNI nor SSLContext; write "
          "\"version: latest\""));
    }
    return absl::OkStatus();
  }

  AppYaml app_;
  // The line of each library's name.
  std::map<std::string, int> libraries_;
};

}  // namespace

absl::string_view SslProfileName(SslProfile profile) {
  return internal::WordOf(profile, kSslVersions);
}

absl::StatusOr<AppYaml> ParseAppYaml(absl::string_view content,
                                     absl::string_view file) {
  const absl::StatusOr<YamlNode> root = internal::ParseYaml(content, file);
  if (!root.ok()) return root.status();
  if (root->kind == YamlNode::Kind::kNull) return AppYaml();
  return AppReader().Read(*root);
}

std::string NoSslLibraryMessage(absl::string_view file) {
  return absl::StrCat("No module named _ssl: ", internal::Shown(file),
                      " does not list the library ssl. Add to it:\n\n"
                      "libraries:\n- name: ssl\n  version: latest\n");
}

}  // namespace airlock::config
