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

// For keys that another program or device signs with. All are thread-safe.

// What a device signs that does not hash: the digest of `input` by `scheme`,
// cut to the size of an ECDSA key (FIPS 186-4, section 6.4), and `input` itself
// for Ed25519. Errors: kInvalidArgument if the key of `credentials` cannot sign
// with `scheme`.
absl::StatusOr<std::string> SignedDigest(const Credentials& credentials,
                                         uint16_t scheme,
                                         absl::string_view input);

// An ECDSA signature as TLS has it (RFC 3279, section 2.2.3), from its two
// numbers, of the same size, one after the other, as PKCS #11 has it. Errors:
// kInvalidArgument if `numbers` is empty or has an odd size.
absl::StatusOr<std::string> EcdsaSignature(absl::string_view numbers);

// OK if `signature` of `input` with `scheme` was made by the private key that
// belongs to the leaf of `credentials`. Errors: kInvalidArgument otherwise.
absl::Status CheckSignature(const Credentials& credentials, uint16_t scheme,
                            absl::string_view input,
                            absl::string_view signature);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_SIGN_H_
