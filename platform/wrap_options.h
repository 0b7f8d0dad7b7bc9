// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The options of Runtime::WrapSocket, named as in Python's ssl.wrap_socket.
#ifndef AIRLOCK_PLATFORM_WRAP_OPTIONS_H_
#define AIRLOCK_PLATFORM_WRAP_OPTIONS_H_

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ssl/credential_source.h"
#include "ssl/credentials.h"
#include "ssl/ech.h"
#include "ssl/options.h"
#include "ssl/secret.h"
#include "ssl/session.h"
#include "ssl/trust_store.h"
#include "ssl/verification.h"

namespace airlock::platform {

// A bundle's file, or a directory of files with the names of `openssl rehash`.
struct CaPath {
  std::string path;
  // Whether it is an error (kTrustStore) if anyone but root and this process's
  // user can change it, as for the policy's own bundles.
  bool must_be_trusted = false;
  // What errors call it: the caller's own argument or variable.
  std::string argument = "ca_certs";
};

// The content of a bundle: PEM text or DER bytes.
struct CaBytes {
  std::string bytes;
  std::string argument = "ca_certs";  // As above.
};

// The CAs that a peer's chain must lead to. Unset (monostate): the platform's
// bundle.
using CaCerts = std::variant<std::monostate, CaPath, CaBytes,
                             std::shared_ptr<const ssl::TrustStore>>;

// Whether `ca_certs` is set.
inline bool IsGiven(const CaCerts& ca_certs) {
  return !std::holds_alternative<std::monostate>(ca_certs);
}

// The password of an encrypted key. With a callback, nothing made from the key
// is cached, since the callback may return another password the next time.
using Password =
    std::variant<std::monostate, ssl::Secret, ssl::PasswordCallback>;

// Names are Python's. The defaults are strict under any policy: a client
// verifies chain and name, and a truncated stream is an error. See ApplyPolicy
// for the effect of a policy. Movable, not copyable, because of its secrets.
struct WrapOptions {
  // The private key and the certificate chain: PEM text or DER bytes, or a
  // Reader of them. Never a path. Without `keyfile` the key is in `certfile`. A
  // server needs them, or `credential_source`.
  std::optional<ssl::Material> keyfile;
  std::optional<ssl::Material> certfile;
  // Live credentials, instead of these two: see ssl::ContextOptions. The cache
  // keeps the source as it keeps credentials.
  std::shared_ptr<ssl::CredentialSource> credential_source;
  bool server_side = false;
  // Unset: a client verifies chain and name, a server does not ask for a
  // certificate. An explicit kNone verifies nothing, unless the policy enforces
  // verification.
  std::optional<ssl::VerifyMode> cert_reqs;
  CaCerts ca_certs;
  // If false, the caller calls Socket::Handshake, or reads or writes.
  bool do_handshake_on_connect = true;
  // See ssl::SocketOptions. Python's default is true.
  bool suppress_ragged_eofs = false;
  // OpenSSL's cipher list syntax; empty: ssl::ContextOptions' own.
  std::string ciphers;
  // The name or IP address that a client connects to.
  std::string server_hostname;

  // wrap_socket does not have the following options.
  Password password;
  // Unset: if the chain is verified and there is a name, the name is checked.
  std::optional<bool> check_hostname;
  // Everything else that decides whether the peer is trusted: ssl_version is
  // its `protocol`. Its `mode`, `check_hostname` and `hostname_optional` are
  // set from the fields above.
  ssl::Verification verification;
  std::vector<std::string> alpn_protocols;
  // A server refuses a client if they have no ALPN protocol in common.
  bool alpn_required = false;
  std::shared_ptr<const ssl::Session> session;  // To resume; clients only.
  // See ssl::ContextOptions.
  bool accept_compressed_certificates = false;
  // Encrypted Client Hello: see ssl::SocketOptions, and ssl::ContextOptions for
  // a server's keys. The cache keeps these as it keeps credentials.
  std::shared_ptr<const ssl::EchConfigs> ech_configs;
  bool ech_grease = false;
  std::shared_ptr<const ssl::EchKeys> ech_keys;
  // The location of the application's call, for the audit: "app/main.py:12".
  std::string call_site;
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_WRAP_OPTIONS_H_
