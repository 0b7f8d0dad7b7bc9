// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What App Engine's app.yaml says of an application that matters to TLS.
#ifndef AIRLOCK_CONFIG_APP_YAML_H_
#define AIRLOCK_CONFIG_APP_YAML_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "config/policy.h"
#include "config/setting.h"

namespace airlock::config {

// Which `ssl` module the application gets.
enum class SslProfile {
  // TLS 1.0 by default, no SNI, no SSLContext. Deprecated.
  k2_7,
  // Python 2.7.11's: SSLv23 by default.
  k2_7_11,
};

// "2.7", "2.7.11".
absl::string_view SslProfileName(SslProfile profile);

struct AppYaml {
  // What the file states of the application; the values are as written there,
  // and not empty.
  absl::optional<Setting<std::string>> runtime;
  absl::optional<Setting<std::string>> entrypoint;
  // Of `libraries`; unset: the application has no `ssl`.
  absl::optional<Setting<SslProfile>> ssl;
  // As the file writes them, unescaped where quoted; may be the empty text.
  // ParseVariables knows what those mean that are about verification.
  Variables env_variables;
  // The policy's variables that an included file states otherwise: of the
  // policy, the strictest statement takes effect, whichever came last.
  std::vector<Variables> overridden;
  // Further files, as written, in their order. LoadAppYaml merges them.
  std::vector<Setting<std::string>> includes;
  // What to tell the author, each beginning with its place.
  std::vector<std::string> warnings;
};

// Reads `content`, the whole of the file named `file`.
//
//  - `runtime` and `entrypoint` are texts.
//  - `libraries` is a list of mappings of `name` and `version`, no name twice.
//    Of `ssl` the versions are "latest", which is "2.7.11", "2.7.11" and "2.7",
//    whether quoted or not. Others that App Engine has are passed over,
//    whatever their version; such that it has not are errors.
//  - `env_variables` maps names, [A-Za-z_][A-Za-z0-9_]*, to texts. Of those
//    that state the policy (see StatesPolicy) an application may set
//    AIRLOCK_VERIFY, AIRLOCK_APPLICATION_CAS and PYTHONHTTPSVERIFY; others are
//    errors, as are all of them in `build_env_variables`.
//  - `includes` is a list of paths.
//  - The other keys that App Engine knows are not about TLS, and are passed
//    over. All others are errors.
//
// An empty file states nothing. Errors are kInvalidArgument, begin with the
// place and name what is accepted. Pure and thread-safe.
absl::StatusOr<AppYaml> ParseAppYaml(absl::string_view content,
                                     absl::string_view file);

// The same for a file that an app.yaml includes: it may hold `env_variables`,
// `includes`, and what else App Engine has in such a file.
absl::StatusOr<AppYaml> ParseIncludedYaml(absl::string_view content,
                                          absl::string_view file);

// Merges into `app` the variables of a file that it includes, as App Engine's
// SDK does: what is merged later takes precedence. What both state of the
// policy goes to `overridden`.
void MergeIncluded(const AppYaml& included, AppYaml* app);

// What to tell an application that imports `ssl` and whose app.yaml, named
// `file`, does not list it: which lines to add.
std::string NoSslLibraryMessage(absl::string_view file);

}  // namespace airlock::config

#endif  // AIRLOCK_CONFIG_APP_YAML_H_
