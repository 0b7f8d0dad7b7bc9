// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Signs as a TLS peer does, for a service that keeps keys for other processes.
#ifndef AIRLOCK_SSL_SIGN_H_
#define AIRLOCK_SSL_SIGN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ssl/credentials.h"

namespace airlock::ssl {

// The SignatureSchemes (RFC 8446, section 4.2.3) with which the key of
// `credentials` can sign, the preferred first. None of them uses SHA-1 or MD5.
// Thread-safe.
std::vector<uint16_t> SignatureSchemes(const Credentials& credentials);

// The signature of `input`, which is not hashed yet, by the private key of
// `credentials` with `scheme`. Errors: kInvalidArgument if the key cannot sign
// with `scheme`, or if a Signer is in place of the key; kInternal if BoringSSL
// fails. Thread-safe.
absl::StatusOr<std::string> Sign(const Credentials& credentials,
                                 uint16_t scheme, absl::string_view input);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_SIGN_H_
