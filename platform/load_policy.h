// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The policy in force, from the files that state it.
#ifndef AIRLOCK_PLATFORM_LOAD_POLICY_H_
#define AIRLOCK_PLATFORM_LOAD_POLICY_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "config/app_yaml.h"
#include "config/environment.h"
#include "config/policy.h"
#include "platform/host.h"

namespace airlock::platform {

// The operator's file; in force whatever the environment says.
inline constexpr char kPolicyFile[] = "/etc/airlock.yaml";

// The files that state the policy where `environment` is as it is: kPolicyFile,
// and what AIRLOCK_CONFIG names.
std::vector<std::string> PolicyPaths(const config::Environment& environment);

// The policy's files by their paths; unset is one that is not there.
using PolicyFiles = std::map<std::string, absl::optional<FileIdentity>>;

// The policy that the policy's files, `environment` and `app`, which may be
// null, come to; see config::EffectivePolicy.
//
//  - kPolicyFile alone may be missing, and that is so only where the host says
//    kNotFound. It is in force whatever else there is.
//  - What AIRLOCK_CONFIG names, by an absolute path, must be there. Where there
//    is a kPolicyFile, and where only application code may have set the
//    variable, it can make the policy stricter, and nothing else: exceptions
//    and ca_certs are errors in it.
//  - Each file is read by Host::ReadTrustedFile. Each bundle that it names must
//    exist, and, outside of the sandbox of `airlock run`, be trusted as well
//    (Host::CheckTrusted), of a directory each file.
//
// Errors are kInvalidArgument and say what to do. A policy that cannot be read
// is an error: it never means "no policy". Thread-safe; called again with what
// it was given at start, it reads the files anew. Where it is ok, `files`, if
// not null, is what was read.
absl::StatusOr<config::VerificationPolicy> LoadPolicy(
    Host* host, const config::Environment& environment,
    const config::AppYaml* app = nullptr, PolicyFiles* files = nullptr);

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_LOAD_POLICY_H_
