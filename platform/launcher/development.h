// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock run --dev`: verifiable servers at localhost.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_DEVELOPMENT_H_
#define AIRLOCK_PLATFORM_LAUNCHER_DEVELOPMENT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "platform/host.h"
#include "platform/launcher/sandbox.h"

namespace airlock::launcher {

// Makes a certificate for this run, which is for localhost, 127.0.0.1 and ::1
// and is not a CA. The application of `plan` trusts it in addition to those in
// `bundle`, the places of the CA bundle in force, and gets the certificate and
// its key, PEM, in the variables AIRLOCK_DEV_KEY and AIRLOCK_DEV_CERTIFICATE.
// `policy_bundle` is the path of the policy's bundle, or empty. Errors: a
// bundle that cannot be read or is not PEM, and MakeLocalIdentity's.
absl::Status AddDevelopment(const std::vector<std::string>& bundle,
                            const std::string& policy_bundle,
                            platform::Host* host, SandboxPlan* plan);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_DEVELOPMENT_H_
