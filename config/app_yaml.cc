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
#include "absl/types/span.h"
#include "config/environment.h"
#include "config/internal/reader.h"
#include "config/internal/text.h"
#include "config/internal/words.h"
#include "config/internal/yaml_document.h"
#include "config/nearest_word.h"

namespace airlock::config {
namespace {

using internal::YamlNode;

// The keys that are read here, and App Engine's other keys, in both of its
// environments and both of its generations.
constexpr absl::string_view kKeys[] = {
    "runtime", "entrypoint", "env_variables", "libraries", "includes",
    // Passed over.
    "admin_console", "api_version", "app_engine_apis",
    "app_engine_bundled_services", "application", "auto_id_policy",
    "automatic_scaling", "basic_scaling", "beta_settings",
    "build_env_variables", "builtins", "code_lock", "datastore_auto_id_policy",
    "default_expiration", "derived_file_type", "endpoints_api_service", "env",
    "error_handlers", "flexible_runtime_settings", "handlers", "health_check",
    "inbound_services", "instance_class", "liveness_check", "main",
    "manual_scaling", "module", "network", "nobuild_files", "pagespeed",
    "project", "readiness_check", "resources", "runtime_channel",
    "runtime_config", "service", "service_account", "skip_files",
    "source_language", "standard_websocket", "threadsafe", "version", "vm",
    "vm_health_check", "vm_settings", "vpc", "vpc_access",
    "vpc_access_connector", "zones"};
// The same for an included file.
constexpr absl::string_view kIncludedKeys[] = {
    "env_variables", "includes",
    // Passed over.
    "admin_console", "beta_settings", "builtins", "handlers", "manual_scaling",
    "skip_files", "vm", "vm_settings"};
constexpr absl::string_view kLibraryKeys[] = {"name", "version"};
constexpr absl::string_view kSsl = "ssl";
constexpr absl::string_view kLatest = "latest";
// Indexed by SslProfile; the last entry is an alias of the one before.
constexpr std::array<absl::string_view, 3> kSslVersions = {"2.7", "2.7.11",
                                                           kLatest};
// The built-in libraries of App Engine's Python 2.7.
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
    status = CheckKeys(root, kKeys, "");
    status.Update(ReadText(root, "runtime", &app_.runtime));
    status.Update(ReadText(root, "entrypoint", &app_.entrypoint));
    status.Update(ReadVariables(root.Find("env_variables")));
    status.Update(CheckBuildVariables(root.Find("build_env_variables")));
    status.Update(ReadIncludes(root.Find("includes")));
    status.Update(ReadLibraries(root.Find("libraries")));
    if (!status.ok()) return status;
    return std::move(app_);
  }

  absl::StatusOr<AppYaml> ReadIncluded(const YamlNode& root) {
    absl::Status status =
        internal::Expect(root, "the file", YamlNode::Kind::kMapping);
    if (!status.ok()) return status;
    status = CheckKeys(root, kIncludedKeys, " in an included file");
    status.Update(ReadVariables(root.Find("env_variables")));
    status.Update(ReadIncludes(root.Find("includes")));
    if (!status.ok()) return status;
    return std::move(app_);
  }

 private:
  // An unknown key would otherwise be ignored silently.
  static absl::Status CheckKeys(const YamlNode& root,
                                absl::Span<const absl::string_view> known,
                                absl::string_view where) {
    for (const auto& entry : root.entries) {
      const YamlNode& key = entry.first;
      if (absl::c_linear_search(known, key.text)) continue;
      const absl::string_view nearest = NearestWord(key.text, known);
      const bool elsewhere = absl::c_linear_search(kKeys, key.text);
      return ErrorAt(
          key.position,
          absl::StrCat(
              elsewhere ? "the key \"" : "unknown key \"",
              internal::Shown(key.text), "\"",
              elsewhere ? absl::StrCat(" is not allowed", where,
                                       "; move it to app.yaml")
              : nearest.empty()
                  ? absl::StrCat(
                        "; App Engine does not have it", where,
                        ", and Airlock ignores no key silently; remove it")
                  : absl::StrCat("; did you mean \"", nearest, "\"?")));
    }
    return absl::OkStatus();
  }

  static absl::Status ReadText(const YamlNode& root, absl::string_view key,
                               std::optional<Setting<std::string>>* setting) {
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
          absl::StrCat(
              "\"", internal::Shown(key.text),
              "\" is not a valid name for an environment variable; use "
              "letters, digits and \"_\", and do not start with a digit"));
    }
    if (value.kind == YamlNode::Kind::kNull) {
      return ErrorAt(
          value.position,
          absl::StrCat(key.text,
                       " has no value; for an empty string, write \"\""));
    }
    const absl::Status status =
        internal::Expect(value, key.text, YamlNode::Kind::kScalar);
    if (!status.ok()) return status;
    if (absl::StrContains(value.text, '\0')) {
      return ErrorAt(
          value.position,
          absl::StrCat(
              key.text,
              " contains U+0000, which an environment variable cannot hold"));
    }
    const absl::Status allowed = CheckPolicyVariable(key);
    if (!allowed.ok()) return allowed;
    app_.env_variables[key.text] = {value.text, OriginOf(value)};
    return absl::OkStatus();
  }

  // An application may set three of the policy's variables.
  static absl::Status CheckPolicyVariable(const YamlNode& key) {
    const std::string misspelt = MisspeltVariable(key.text);
    if (!misspelt.empty()) return ErrorAt(key.position, misspelt);
    if (!StatesPolicy(key.text) || key.text == kVerifyVariable ||
        key.text == kHttpsVerifyVariable ||
        key.text == kApplicationCasVariable) {
      return absl::OkStatus();
    }
    return ErrorAt(key.position,
                   absl::StrCat(key.text,
                                " can be set only by the operator, and has no "
                                "effect in app.yaml; remove it"));
  }

  // Build variables are set while an application is built, not while it runs:
  // policy variables would have no effect.
  static absl::Status CheckBuildVariables(const YamlNode* node) {
    if (node == nullptr) return absl::OkStatus();
    for (const auto& entry : node->entries) {
      const YamlNode& key = entry.first;
      if (!StatesPolicy(key.text) && MisspeltVariable(key.text).empty()) {
        continue;
      }
      return ErrorAt(key.position,
                     absl::StrCat(internal::Shown(key.text),
                                  " has no effect in build_env_variables; put "
                                  "it into env_variables"));
    }
    return absl::OkStatus();
  }

  absl::Status ReadIncludes(const YamlNode* node) {
    if (node == nullptr) return absl::OkStatus();
    absl::Status status =
        internal::Expect(*node, "\"includes\"", YamlNode::Kind::kSequence);
    for (const YamlNode& item : node->items) {
      absl::StatusOr<std::string> path = internal::ReadText(item, "an include");
      status.Update(path.status());
      if (!status.ok()) break;
      if (absl::StrContains(*path, '\0')) {
        return ErrorAt(item.position, "a path cannot contain U+0000");
      }
      app_.includes.push_back({*std::move(path), OriginOf(item)});
    }
    return status;
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
                           ? absl::StrCat("the accepted values are ",
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
      return ErrorAt(
          node->position,
          absl::StrCat(
              "the library is ",
              internal::NoneOf(*name, kLibraries,
                               "bundle other libraries with the application")));
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
      app_.warnings.push_back(
          absl::StrCat(node.position.ToString(),
                       ": version 2.7 of the library ssl is deprecated: it "
                       "uses TLS 1.0 by default, and has neither SNI nor "
                       "SSLContext; write \"version: latest\""));
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

absl::StatusOr<AppYaml> ParseIncludedYaml(absl::string_view content,
                                          absl::string_view file) {
  const absl::StatusOr<YamlNode> root = internal::ParseYaml(content, file);
  if (!root.ok()) return root.status();
  if (root->kind == YamlNode::Kind::kNull) return AppYaml();
  return AppReader().ReadIncluded(*root);
}

void MergeIncluded(const AppYaml& included, AppYaml* app) {
  for (const auto& [name, setting] : included.env_variables) {
    const auto [there, is_new] = app->env_variables.emplace(name, setting);
    if (is_new) continue;
    if (StatesPolicy(name)) app->overridden.push_back({*there});
    there->second = setting;
  }
}

std::string NoSslLibraryMessage(absl::string_view file) {
  return absl::StrCat("No module named _ssl: ", internal::Shown(file),
                      " does not list the library ssl. Add to it:\n\n"
                      "libraries:\n- name: ssl\n  version: latest\n");
}

}  // namespace airlock::config
