// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Trust bundles in SPIFFE's own format, a JWK set: "The SPIFFE Trust Domain and
// Bundle", section 4, and X509-SVID.md, section 6.
#ifndef AIRLOCK_CONFIG_SPIFFE_BUNDLE_H_
#define AIRLOCK_CONFIG_SPIFFE_BUNDLE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace airlock::config {

// The bundle of a trust domain as PEM text: the CAs that may issue X509-SVIDs.
// `content` is a JWK set, or a bundle in any other form, which is returned
// unchanged; JSON begins with "{", and no other form does.
//
// Of a JWK set, elements whose `use` is not "x509-svid", or whose `kty` is
// unknown, are left out. The other members of an element are not compared with
// its certificate. `spiffe_sequence` and `spiffe_refresh_hint` have no effect:
// a bundle is read whenever it changes.
//
// Errors (kInvalidArgument) name the member: not JSON, no array `keys`, an
// element without `kty` or `use`, an `x5c` that is not one certificate in
// Base64, a sequence or hint that is not a number, no CA for X509-SVIDs. The
// certificates themselves are not looked at. Pure and thread-safe.
absl::StatusOr<std::string> SpiffeBundleToPem(absl::string_view content);

}  // namespace airlock::config

#endif  // AIRLOCK_CONFIG_SPIFFE_BUNDLE_H_
