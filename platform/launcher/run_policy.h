// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The policy of one `airlock run`, and how the application gets it.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_RUN_POLICY_H_
#define AIRLOCK_PLATFORM_LAUNCHER_RUN_POLICY_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "config/environment.h"
#include "config/policy.h"
#include "platform/host.h"
#include "platform/launcher/application.h"
#include "platform/launcher/sandbox.h"
#include "platform/load_policy.h"

namespace airlock::launcher {

// A value; thread-compatible.
class RunPolicy {
 public:
  // The policy for `application`, if this process has `environment`. Under
  // `enforce` it forbids the application's own CAs, unless the operator's file
  // sets application_cas. Errors as in platform::LoadPolicy. `application` must
  // outlive the result.
  static absl::StatusOr<RunPolicy> Load(config::Environment environment,
                                        const Application& application,
                                        platform::Host* host);

  const config::VerificationPolicy& policy() const { return policy_; }

  // This process's environment, with Load's additions.
  const config::EnvironmentMap& environment() const {
    return environment_.variables();
  }

  // The paths of the CA certificates that clients verify against; if empty,
  // `no_bundle` says why.
  const std::vector<std::string>& bundle() const { return bundle_; }
  const std::string& no_bundle() const { return no_bundle_; }

  // Additional bundles: those of the policy's exceptions and trust domains.
  std::vector<std::string> OtherBundles() const;

  // The paths in SSL_CERT_FILE and SSL_CERT_DIR, even if empty or missing: they
  // are read again, and anything put there would be trusted. Empty if the
  // policy names a bundle.
  std::vector<std::string> NamedBundles() const;

  // The policy's files (platform::PolicyPaths).
  std::vector<std::string> Files() const;

  // The policy's variables for all processes of the application, except
  // AIRLOCK_AUDIT and AIRLOCK_KEYS.
  config::EnvironmentMap Variables() const;

  // All other variables: this process's and app.yaml's, and PYTHONPATH with
  // `python_path` before the existing value.
  config::EnvironmentMap OthersFor(const std::string& python_path) const;

  // Adds to `plan` the files from which `_ssl` in the sandbox reads the policy:
  // the policy's files, and the launch record, with the plan's current bundle,
  // audit and keys. Errors: a file cannot be read any more, or was changed,
  // created or deleted since Load.
  absl::Status PutInto(SandboxPlan* plan) const;

 private:
  RunPolicy(config::Environment environment, const Application& application,
            platform::Host* host)
      : environment_(std::move(environment)),
        application_(&application),
        host_(host) {}

  // The policy's file at `path`, as Load read it; unset if it did not exist.
  absl::StatusOr<std::optional<platform::FileContent>> ReadAgain(
      const std::string& path) const;

  config::Environment environment_;
  const Application* application_;
  platform::Host* host_;
  config::VerificationPolicy policy_;
  platform::PolicyFiles files_;  // The files of `policy_`.
  std::vector<std::string> bundle_;
  std::string no_bundle_;
};

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_RUN_POLICY_H_
