// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What Runtime::WrapSocket can be told, named as in Python's ssl.wrap_socket.
#ifndef AIRLOCK_PLATFORM_WRAP_OPTIONS_H_
#define AIRLOCK_PLATFORM_WRAP_OPTIONS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/types/optional.h"
#include "absl/types/variant.h"
#include "ssl/credentials.h"
#include "ssl/options.h"
#include "ssl/secret.h"
#include "ssl/session.h"
#include "ssl/trust_store.h"
#include "ssl/verification.h"

namespace airlock::platform {

// A bundle's file, or a directory of files named as `openssl rehash` does.
struct CaPath {
  std::string path;
  // Whether it is an error (kTrustStore) where others than root and this
  // process's user can change it, as for those that the policy names.
  bool must_be_trusted = false;
};

// A bundle itself: PEM text or DER bytes.
struct CaBytes {
  std::string bytes;
};

// Where the certificates come from that a peer's must lead to. Unset
// (monostate): from the platform's bundle.
using CaCerts = absl::variant<absl::monostate, CaPath, CaBytes,
                              std::shared_ptr<const ssl::TrustStore>>;

// Whether it names any.
inline bool IsGiven(const CaCerts& ca_certs) {
  return !absl::holds_alternative<absl::monostate>(ca_certs);
}

// The password of an encrypted key. With a callback, nothing made from the key
// is kept for the next call, as nobody knows what it would answer then.
using Password =
    absl::variant<absl::monostate, ssl::Secret, ssl::PasswordCallback>;

// Names are Python's; what is not set is the strict choice, whatever the
// policy: a client verifies chain and name, and a stream that is cut off is an
// error. See ApplyPolicy for what a policy adds. Moves, as secrets do.
struct WrapOptions {
  // The private key and the certificate chain: PEM text or DER bytes, or what
  // yields them. Never a path. Without `keyfile` the key is in `certfile`.
  // A server needs them.
  absl::optional<ssl::Material> keyfile;
  absl::optional<ssl::Material> certfile;
  bool server_side = false;
  // Unset: a client verifies chain and name, a server asks for no certificate.
  // kNone, spelled out, verifies nothing, unless the policy enforces it.
  absl::optional<ssl::VerifyMode> cert_reqs;
  CaCerts ca_certs;
  // Else the caller calls Socket::Handshake, or reads or writes.
  bool do_handshake_on_connect = true;
  // See ssl::SocketOptions. Python's default is true.
  bool suppress_ragged_eofs = false;
  // OpenSSL's cipher list syntax; empty: ssl::ContextOptions' own.
  std::string ciphers;
  // The name that a client reaches for; an IP address may be one.
  std::string server_hostname;

  // What follows wrap_socket does not have.
  Password password;
  // Unset: where the chain is verified and there is a name, it is checked.
  absl::optional<bool> check_hostname;
  // All else that decides whether the peer is trusted: ssl_version is its
  // `protocol`. Its `mode`, `check_hostname` and `hostname_optional` are set by
  // what is said above.
  ssl::Verification verification;
  std::vector<std::string> alpn_protocols;
  // A server refuses a client with which it has no ALPN protocol in common.
  bool alpn_required = false;
  std::shared_ptr<const ssl::Session> session;  // To resume; clients only.
  // Where the application's call is, for the audit: "app/main.py:12".
  std::string call_site;
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_WRAP_OPTIONS_H_
