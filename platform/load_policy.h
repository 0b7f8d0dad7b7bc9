// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Loads the policy from its files.
#ifndef AIRLOCK_PLATFORM_LOAD_POLICY_H_
#define AIRLOCK_PLATFORM_LOAD_POLICY_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "config/app_yaml.h"
#include "config/environment.h"
#include "config/policy.h"
#include "platform/host.h"

namespace airlock::platform {

// The operator's file; it applies whatever the environment is.
inline constexpr char kPolicyFile[] = "/etc/airlock.yaml";

// The policy's files for `environment`: kPolicyFile, and those that
// AIRLOCK_CONFIG names.
std::vector<std::string> PolicyPaths(const config::Environment& environment);

// The policy's files by path; unset: the file does not exist.
using PolicyFiles = std::map<std::string, std::optional<FileIdentity>>;

// The effective policy of the policy's files, `environment` and `app`, which
// may be null; see config::EffectivePolicy.
//
//  - Only kPolicyFile may be missing, and it is missing only if the host
//    returns kNotFound. It always applies.
//  - The file that AIRLOCK_CONFIG names, by an absolute path, must exist. If
//    kPolicyFile exists, or if application code may have set the variable, it
//    can only make the policy stricter: exceptions, ca_certs and trust_domains
//    are errors in it.
//  - Each file is read with Host::ReadTrustedFile. Each bundle that it names
//    must exist and, outside the sandbox of `airlock run`, must be trusted
//    (Host::CheckTrusted); for a directory, each file in it.
//
// Errors are kInvalidArgument and say what to do. A policy that cannot be read
// is an error; it never means "no policy". Thread-safe. To reload, call it
// again with the same arguments. On success sets `files`, if not null, to the
// files that were read.
absl::StatusOr<config::VerificationPolicy> LoadPolicy(
    Host* host, const config::Environment& environment,
    const config::AppYaml* app = nullptr, PolicyFiles* files = nullptr);

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_LOAD_POLICY_H_
