// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Private keys and certificate chains, made from bytes in memory.
#ifndef AIRLOCK_SSL_CREDENTIALS_H_
#define AIRLOCK_SSL_CREDENTIALS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "absl/types/variant.h"
#include "ssl/certificate.h"
#include "ssl/secret.h"
#include "ssl/trust_store.h"

namespace airlock::ssl {

// Yields the whole content of a key or certificate. Called at most once, on the
// thread that calls Credentials::Create; its error comes back as it is. An
// exception, here and below, is caught: kCallback.
using Reader = std::function<absl::StatusOr<Secret>()>;

// Key or certificate material: PEM text or DER bytes, or what yields them.
// Never a path: text that looks like one is an error that says so.
using Material = absl::variant<Secret, Reader>;

// Yields the password of an encrypted key or PKCS#12 file. Called only if there
// is something to decrypt, at most once, on the calling thread.
using PasswordCallback = std::function<absl::StatusOr<Secret>()>;

// Signs for a private key that is elsewhere, such as in a security module:
// gives the signature of `input`, which is not hashed yet, by a SignatureScheme
// (RFC 8446, section 4.2.3) that fits the certificate's key. Runs within the
// handshake, on its thread; an error ends it (kCallback), but Later() (see
// ssl/later.h) has it called again with the same arguments. Must be thread-safe
// where several connections use it.
using Signer = std::function<absl::StatusOr<std::string>(
    uint16_t algorithm, absl::string_view input)>;

struct CredentialsOptions {
  // The certificate chain: the leaf, then its intermediates in any order (RFC
  // 8446, section 4.4.2, wants them in order; they are sorted here). PEM with
  // any text around the blocks, concatenated DER, or a PKCS#12 file with key.
  Material certfile;

  // The private key: PKCS#8, PKCS#1 or SEC 1, in PEM or DER, encrypted or not;
  // RSA, ECDSA on P-256, P-384 or P-521, or Ed25519. Unset: the key is in
  // `certfile`, before or after the certificates.
  absl::optional<Material> keyfile;

  // In place of a private key, which then must be neither in `keyfile` nor in
  // `certfile`. Key exchanges that decrypt with the key (RSA's, of TLS 1.2 and
  // below) are not offered or chosen.
  Signer signer;

  PasswordCallback password;

  // The names that error messages use for the two.
  std::string certfile_name = "certfile";
  std::string keyfile_name = "keyfile";
};

enum class KeyType { kRsa, kEcdsa, kEd25519 };

// A private key and the certificate chain that goes with it; the key is known
// to match the leaf. Immutable, so thread-safe. The key's memory is wiped when
// the last reference is dropped.
class Credentials {
 public:
  // Errors have kind ErrorKind::kCredentials; each names the part at fault
  // (which input, which block at which line) and what would be right:
  //  - no input, an empty string, or a path in place of the content;
  //  - no certificate, no key, more than one key;
  //  - a damaged block, among good ones too;
  //  - an encrypted key without password, or with the wrong one;
  //  - a key of an unsupported type: RSA-PSS, Ed448, DSA, other curves, a curve
  //    by its parameters (BoringSSL cannot sign with them);
  //  - one that does not match the leaf (reason KEY_VALUES_MISMATCH).
  // Whether the chain is strong enough for a security level, Context::Create
  // finds out (reasons EE_KEY_TOO_SMALL, CA_KEY_TOO_SMALL, CA_MD_TOO_WEAK).
  static absl::StatusOr<std::shared_ptr<const Credentials>> Create(
      CredentialsOptions options);

  ~Credentials();
  Credentials(const Credentials&) = delete;
  Credentials& operator=(const Credentials&) = delete;

  // The chain, leaf first; never empty.
  const std::vector<Certificate>& chain() const;
  KeyType key_type() const;
  // The size of the key in bits, such as 2048 or 256.
  int key_bits() const;

  // The same key and chain; but where the last certificate's issuer, and that
  // one's, and so on, are in `store`, they follow, up to a self-signed one.
  std::shared_ptr<const Credentials> WithIssuersFrom(
      const TrustStore& store) const;

  // The parsed form; for //ssl only.
  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  explicit Credentials(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_CREDENTIALS_H_
