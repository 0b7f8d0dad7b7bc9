// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Private keys and certificate chains, made from bytes in memory.
#ifndef AIRLOCK_SSL_CREDENTIALS_H_
#define AIRLOCK_SSL_CREDENTIALS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ssl/certificate.h"
#include "ssl/secret.h"
#include "ssl/trust_store.h"

namespace airlock::ssl {

// Yields the whole content of a key or certificate. Called at most once, on the
// thread that calls Credentials::Create; its error is returned unchanged. An
// exception, here and below, is caught and becomes kCallback.
using Reader = std::function<absl::StatusOr<Secret>()>;

// Key or certificate material: PEM text or DER bytes, or a Reader of them.
// Never a path: text that looks like one is an error that says so.
using Material = std::variant<Secret, Reader>;

// Yields the password of an encrypted key or PKCS#12 file. Called only if
// something is encrypted, at most once, on the calling thread.
using PasswordCallback = std::function<absl::StatusOr<Secret>()>;

// Signs with a private key that is kept elsewhere, such as in a security
// module. Returns the signature of `input`, which is not hashed yet;
// `algorithm` is a SignatureScheme (RFC 8446, section 4.2.3) that fits the
// certificate's key. Runs during the handshake, on its thread. An error ends
// the handshake (kCallback); after Later() (see ssl/later.h) it is called again
// with the same arguments. Must be thread-safe if several connections use it.
using Signer = std::function<absl::StatusOr<std::string>(
    uint16_t algorithm, absl::string_view input)>;

struct CredentialsOptions {
  // The certificate chain: the leaf, then its intermediates in any order (RFC
  // 8446, section 4.4.2, wants them in order; they are sorted here). PEM with
  // any text around the blocks, concatenated DER, or a PKCS#12 file with key.
  Material certfile;

  // The private key: PKCS#8, PKCS#1 or SEC 1, in PEM or DER, encrypted or not;
  // RSA, ECDSA on P-256, P-384 or P-521, Ed25519, or ML-DSA. Unset: the key is
  // in `certfile`, before or after the certificates.
  std::optional<Material> keyfile;

  // Replaces the private key, which must then be neither in `keyfile` nor in
  // `certfile`. Key exchanges that decrypt with the key (RSA, up to TLS 1.2)
  // are neither offered nor chosen.
  Signer signer;

  PasswordCallback password;

  // What error messages call the two inputs.
  std::string certfile_name = "certfile";
  std::string keyfile_name = "keyfile";
};

// ML-DSA: only with an engine that has it (HasMlDsa of ssl/engine.h), and only
// for TLS 1.3.
enum class KeyType { kRsa, kEcdsa, kEd25519, kMlDsa44, kMlDsa65, kMlDsa87 };

// A private key and its certificate chain; the key matches the leaf. Immutable,
// so thread-safe. The key's memory is wiped when the last reference is dropped.
class Credentials {
 public:
  // Errors have kind ErrorKind::kCredentials; each names the part at fault
  // (which input, which block at which line) and what is expected:
  //  - no input, an empty string, or a path in place of the content;
  //  - no certificate, no key, more than one key;
  //  - a damaged block, among good ones too;
  //  - an encrypted key without a password, or with the wrong one;
  //  - a key of an unsupported type: RSA-PSS, Ed448, DSA, other curves,
  //    explicit curve parameters (BoringSSL cannot sign with them);
  //  - a key that does not match the leaf (reason KEY_VALUES_MISMATCH).
  // Context::Create checks whether the chain is strong enough for the security
  // level (reasons EE_KEY_TOO_SMALL, CA_KEY_TOO_SMALL, CA_MD_TOO_WEAK).
  static absl::StatusOr<std::shared_ptr<const Credentials>> Create(
      CredentialsOptions options);

  ~Credentials();
  Credentials(const Credentials&) = delete;
  Credentials& operator=(const Credentials&) = delete;

  // The chain, leaf first; never empty.
  const std::vector<Certificate>& chain() const;
  KeyType key_type() const;
  // The size of the key in bits, such as 2048 or 256; for ML-DSA, that of the
  // public key's bytes, such as 15616.
  int key_bits() const;

  // The same key and chain, extended by the last certificate's issuer, the
  // issuer of that one, and so on, as far as `store` has them, up to a
  // self-signed one.
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
