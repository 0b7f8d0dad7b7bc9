// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The parts of App Engine's app.yaml that matter to TLS.
#ifndef AIRLOCK_CONFIG_APP_YAML_H_
#define AIRLOCK_CONFIG_APP_YAML_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "config/policy.h"
#include "config/setting.h"

namespace airlock::config {

// Which `ssl` module the application gets.
enum class SslProfile {
  // TLS 1.0 by default, no SNI, no SSLContext. Deprecated.
  k2_7,
  // As in Python 2.7.11: SSLv23 by default.
  k2_7_11,
};

// "2.7", "2.7.11".
absl::string_view SslProfileName(SslProfile profile);

struct AppYaml {
  // Properties of the application; the values are as written in the file, and
  // not empty.
  std::optional<Setting<std::string>> runtime;
  std::optional<Setting<std::string>> entrypoint;
  // From `libraries`; unset: the application has no `ssl`.
  std::optional<Setting<SslProfile>> ssl;
  // As written in the file, unescaped if quoted; may be empty. ParseVariables
  // interprets those about verification.
  Variables env_variables;
  // Values of policy variables that an included file replaced: for the policy,
  // the strictest value takes effect, not the last.
  std::vector<Variables> overridden;
  // Further files, as written, in file order. LoadAppYaml merges them.
  std::vector<Setting<std::string>> includes;
  // Warnings for the author; each begins with its position.
  std::vector<std::string> warnings;
};

// Parses `content`, the whole content of the file named `file`.
//
//  - `runtime` and `entrypoint` are strings.
//  - `libraries` is a list of mappings with `name` and `version`; names are
//    unique. The versions of `ssl` are "latest" (which is "2.7.11"), "2.7.11"
//    and "2.7", quoted or not. Other App Engine libraries are ignored, whatever
//    their version; unknown ones are errors.
//  - `env_variables` maps names, [A-Za-z_][A-Za-z0-9_]*, to strings. Of the
//    policy's variables (see StatesPolicy), an application may set
//    AIRLOCK_VERIFY, AIRLOCK_APPLICATION_CAS and PYTHONHTTPSVERIFY; the others
//    are errors. In `build_env_variables`, all of them are errors.
//  - `includes` is a list of paths.
//  - Other keys that App Engine knows are not about TLS, and are ignored.
//    Unknown keys are errors.
//
// An empty file sets nothing. Errors are kInvalidArgument, begin with the
// position and list what is accepted. Pure and thread-safe.
absl::StatusOr<AppYaml> ParseAppYaml(absl::string_view content,
                                     absl::string_view file);

// The same for a file that an app.yaml includes: it may contain
// `env_variables`, `includes`, and the other keys that App Engine allows in
// such a file.
absl::StatusOr<AppYaml> ParseIncludedYaml(absl::string_view content,
                                          absl::string_view file);

// Merges the variables of an included file into `app`, as App Engine's SDK
// does: later files take precedence. The replaced values of policy variables go
// to `overridden`.
void MergeIncluded(const AppYaml& included, AppYaml* app);

// The message for an application that imports `ssl` but does not list it in its
// app.yaml, named `file`: which lines to add.
std::string NoSslLibraryMessage(absl::string_view file);

}  // namespace airlock::config

#endif  // AIRLOCK_CONFIG_APP_YAML_H_
