// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Runs nginx.
#ifndef AIRLOCK_TESTS_INTEROP_NGINX_H_
#define AIRLOCK_TESTS_INTEROP_NGINX_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tests/interop/peers.h"

namespace airlock::interop {

// Starts it with the server blocks `servers`, in which $DIR stands for its own
// directory, the test's scratch directory, $PORT for where it listens, and
// $CERTS for testdata/certs.
absl::StatusOr<Server> StartNginx(absl::string_view servers);

// The directives ssl_certificate and ssl_certificate_key for `name`.
std::string NginxIdentity(absl::string_view name);

}  // namespace airlock::interop

#endif  // AIRLOCK_TESTS_INTEROP_NGINX_H_
