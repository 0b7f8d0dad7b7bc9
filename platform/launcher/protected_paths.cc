// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/protected_paths.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "platform/launcher/sandbox.h"

namespace airlock::launcher {

std::vector<Protected> ProtectedPaths(
    const RunPaths& run, const config::EnvironmentMap& environment) {
  std::vector<Protected> all;
  for (const char* path :
       {"/usr", "/etc", "/proc", "/sys", "/dev", "/lib", "/bin"}) {
    all.push_back({"the system", path});
  }
  all.push_back({"Airlock", kSandboxModules});
  all.push_back({"Airlock", "/proc/self/exe"});
  all.push_back({"Airlock's modules", run.modules});
  all.push_back({"the interpreter", run.python->executable});
  for (const std::string& prefix : run.python->prefixes) {
    all.push_back({"the interpreter", prefix});
  }
  for (const std::string& policy : run.policies) {
    all.push_back({"the policy", policy});
  }
  if (!run.audit.empty() && !absl::StartsWith(run.audit, "fd:")) {
    all.push_back({"the audit", run.audit});
  }
  // A folder inside the application's is one way to give it writable space.
  all.push_back({"the application's own folder", run.application->folder,
                 /*may_hold_writable=*/true});
  all.push_back({"app.yaml", run.app_yaml});
  const platform::IncludedFiles& included = run.application->included;
  for (const std::string& file : included.read) {
    all.push_back({"a file that app.yaml includes", file});
  }
  for (const std::string& file : included.missing) {
    all.push_back({"a place where app.yaml looks for a file to include", file});
  }
  for (const std::string& bundle : run.bundles) {
    all.push_back({"the CA bundle", bundle, /*may_hold_writable=*/false,
                   /*has_links=*/true});
  }
  for (const std::string& program : run.programs) {
    all.push_back({"a program that it can run", program});
  }
  const auto path = environment.find("PATH");
  if (path != environment.end()) {
    for (const absl::string_view folder :
         absl::StrSplit(path->second, ':', absl::SkipEmpty())) {
      if (!absl::StartsWith(folder, "/")) continue;
      all.push_back({"a folder of PATH", std::string(folder)});
    }
  }
  const auto home = environment.find("HOME");
  if (home != environment.end()) {
    all.push_back(
        {"pyenv's interpreters", absl::StrCat(home->second, "/.pyenv")});
  }
  return all;
}

}  // namespace airlock::launcher
