// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The policy in force, from the files that state it.
#ifndef AIRLOCK_PLATFORM_LOAD_POLICY_H_
#define AIRLOCK_PLATFORM_LOAD_POLICY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "config/app_yaml.h"
#include "config/policy.h"
#include "platform/host.h"

namespace airlock::platform {

// Reads an app.yaml. Errors (kInvalidArgument) name the file, and the place in
// it.
absl::StatusOr<config::AppYaml> LoadAppYaml(Host* host,
                                            const std::string& path);

// Where `environment` has the operator's file.
std::string PolicyPath(const config::Environment& environment);

// The policy that the operator's file, `environment` and `app`, which may be
// null, come to; see config::EffectivePolicy. The operator's file is the one
// that AIRLOCK_CONFIG names by its absolute path, or else /etc/airlock.yaml,
// and only the latter may be missing. Each bundle that the file names must
// exist.
//
// Errors are kInvalidArgument and say what to do. A policy that cannot be read
// is an error: it never means "no policy". Thread-safe; called again with what
// it was given at start, it reads the operator's file anew. Where it is ok,
// `file`, if not null, is the identity of what was read; unset: no file.
absl::StatusOr<config::VerificationPolicy> LoadPolicy(
    Host* host, const config::Environment& environment,
    const config::AppYaml* app = nullptr,
    absl::optional<FileIdentity>* file = nullptr);

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_LOAD_POLICY_H_
