// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The policy of one `airlock run`, and how it gets to the application.
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
  // The policy for `application` where `environment` is this process's. Under
  // `enforce` it forbids CAs of the application's own, unless the operator's
  // file states application_cas. Errors as platform::LoadPolicy. `application`
  // must outlive the result.
  static absl::StatusOr<RunPolicy> Load(config::Environment environment,
                                        const Application& application,
                                        platform::Host* host);

  const config::VerificationPolicy& policy() const { return policy_; }

  // This process's environment, with what Load adds.
  const config::EnvironmentMap& environment() const {
    return environment_.variables();
  }

  // Where the CA certificates are that clients verify against; where there are
  // none, `no_bundle` says why.
  const std::vector<std::string>& bundle() const { return bundle_; }
  const std::string& no_bundle() const { return no_bundle_; }

  // Bundles beside that: those of the policy's exceptions.
  std::vector<std::string> OtherBundles() const;

  // What SSL_CERT_FILE and SSL_CERT_DIR name, also where it is empty or
  // missing: it is looked at again, and what is put there would be trusted.
  // None where the policy names a bundle.
  std::vector<std::string> NamedBundles() const;

  // The files that state it (platform::PolicyPaths).
  std::vector<std::string> Files() const;

  // The policy's variables for all processes of the application, but for
  // AIRLOCK_AUDIT.
  config::EnvironmentMap Variables() const;

  // All others of them: this process's and app.yaml's, and PYTHONPATH with
  // `python_path` before what is there.
  config::EnvironmentMap OthersFor(const std::string& python_path) const;

  // Puts into `plan` the files by which `_ssl` in the sandbox knows the policy:
  // those that state it, and the launch record, as the plan's bundle and audit
  // are by now. Errors: a file that cannot be read any more, has changed since
  // Load, has come or gone.
  absl::Status PutInto(SandboxPlan* plan) const;

 private:
  RunPolicy(config::Environment environment, const Application& application,
            platform::Host* host)
      : environment_(std::move(environment)),
        application_(&application),
        host_(host) {}

  // The policy's file at `path`, as Load read it; unset where it was not there.
  absl::StatusOr<absl::optional<platform::FileContent>> ReadAgain(
      const std::string& path) const;

  config::Environment environment_;
  const Application* application_;
  platform::Host* host_;
  config::VerificationPolicy policy_;
  platform::PolicyFiles files_;  // As `policy_` has them.
  std::vector<std::string> bundle_;
  std::string no_bundle_;
};

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_RUN_POLICY_H_
