// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Everything that can be chosen about a Context or a Socket: plain data.
#ifndef AIRLOCK_SSL_OPTIONS_H_
#define AIRLOCK_SSL_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "ssl/certificate.h"
#include "ssl/credentials.h"
#include "ssl/protocol.h"
#include "ssl/secret.h"
#include "ssl/session.h"
#include "ssl/trust_store.h"
#include "ssl/unverified_clients_token.h"
#include "ssl/verification.h"

namespace airlock::ssl {

class Context;
class Socket;

// What the message callback gets.
struct TlsMessage {
  bool sent = false;     // Else received.
  uint16_t version = 0;  // Protocol number of the record or message.
  int content_type = 0;  // RFC 8446 ContentType; 256 is a record header.
  absl::Span<const uint8_t> bytes;
};

// A server's answer to the name that a client asked for (SNI, RFC 6066).
struct SniDecision {
  // Go on with this Context from here; null: with the one there is.
  std::shared_ptr<const Context> context;
  // Refuse with this alert instead, such as 112, unrecognized_name.
  absl::optional<uint8_t> alert;
};

// A peer whose chain and name were found good.
struct VerifiedPeer {
  // As sent, leaf first; never empty.
  absl::Span<const Certificate> presented;
  // From the leaf to the anchor.
  absl::Span<const Certificate> verified;
};

// What a server says of the certificate that it asks for (RFC 8446, sections
// 4.2.4 and 4.3.2).
struct CertificateRequest {
  // The CAs that it trusts, as RFC 4514 writes them, which is what
  // Certificate::issuer() gives, and in DER. Empty: it names none.
  std::vector<std::string> authorities;
  std::vector<std::string> authorities_der;
  // The types of key that it can verify; never empty.
  std::vector<KeyType> key_types;
};

// An external pre-shared key (TLS 1.2 and below, RFC 4279).
struct PskIdentity {
  std::string identity;  // No NUL inside.
  Secret key;
};

// Callbacks run on the thread that calls the Socket, inside that call. They
// must not call Handshake, Read, Write, Shutdown or Unwrap of the same Socket.
// One that fails ends the handshake with ErrorKind::kCallback. An exception
// that one throws is caught and treated as such a failure, whether it has a
// status to answer with or not; callbacks of programs that are built without
// exceptions work all the same.
//
// `sni`, `verify`, `client_credentials`, `psk_client`, `psk_server` and a
// Signer may answer Later(); see ssl/later.h. `alpn` cannot: BoringSSL has no
// way to ask it again.
struct ContextOptions {
  // All that decides whether the peer is trusted.
  Verification verification;
  // Required wherever a peer is verified.
  std::shared_ptr<const TrustStore> trust_store;

  // OpenSSL's cipher list syntax, for TLS 1.2 and below; "@SECLEVEL=n" is
  // accepted and sets `verification.security_level`. Empty: forward secrecy
  // with AEAD, then CBC for old peers; no RC4, 3DES, MD5, NULL, export or
  // anonymous suites.
  std::string ciphers;
  // What we present. A server needs at least one; of several, each of which has
  // to have another type of key, the first that the client can use is taken. Of
  // a client's, the first that the server can use and that has an issuer among
  // the CAs that the server names (RFC 8446, section 4.2.4); where none has,
  // the first that it can use.
  std::vector<std::shared_ptr<const Credentials>> credentials;

  // What a Socket that gives no name to check fails with; runs on the thread
  // that makes it. Null: kInvalidArgument. Of no effect with
  // `verification.hostname_optional`.
  std::function<absl::Status()> hostname_missing;
  // Whether a client of this Context may reach for that name, which may be
  // empty; null: for every one. Runs on the thread that makes the Socket, or
  // switches it to this Context, which an error refuses.
  std::function<absl::Status(absl::string_view server_hostname)>
      hostname_allowed;
  // Runs after the built-in verification has said yes, and may still say no
  // (kVerification, with verify_code 50, unless its own error has a kind); a
  // peer that failed is never put to it.
  std::function<absl::Status(const Socket&, const VerifiedPeer&)> verify;
  // A client's certificate, chosen by what the server asks for: one of
  // `credentials` or any other; null for none. Called each time that a server
  // asks. Unset: the first of `credentials` whose type of key the server can
  // verify.
  std::function<absl::StatusOr<std::shared_ptr<const Credentials>>(
      const Socket&, const CertificateRequest&)>
      client_credentials;
  // Needed for VerifyMode::kNone on a client; see ssl/insecure.h.
  absl::optional<UnverifiedClientsToken> unverified_clients;

  // The time, for certificates and sessions. Required: the core has no clock.
  // Where it throws, the time is 1970.
  std::function<absl::Time()> clock;
  // A time that never steps, from whatever point it runs; for
  // ConnectionInfo::handshake_duration. Null: that is not measured.
  std::function<absl::Duration()> stopwatch;

  // Protocols by preference (RFC 7301); 1 to 255 bytes each. A server picks the
  // first of its own that the client offers; none in common: goes on without,
  // or refuses with no_application_protocol if alpn_required. A client that
  // offers none at all is served.
  std::vector<std::string> alpn_protocols;
  bool alpn_required = false;
  // A server's choice in place of alpn_protocols: the index of one of what the
  // client offers (never empty), nullopt where it likes none of it.
  std::function<absl::StatusOr<absl::optional<size_t>>(
      Socket&, absl::Span<const absl::string_view> offered)>
      alpn;
  // The same by NPN, the draft before ALPN, TLS 1.2 and below.
  std::vector<std::string> npn_protocols;

  // A server's choice by the client's SNI; nullopt where it sent none. With it
  // this Context may do without credentials: those of the chosen one count, and
  // where that has none either, the client gets the alert handshake_failure.
  std::function<absl::StatusOr<SniDecision>(
      Socket&, const absl::optional<std::string>& server_name)>
      sni;

  // A stapled OCSP response (RFC 6066) and a SignedCertificateTimestampList
  // (RFC 6962) that a server sends, DER and TLS encoding; empty: none.
  std::string ocsp_response;
  std::string sct_list;
  // A client asks for both and finds them in ConnectionInfo.
  bool request_ocsp = false;
  bool request_sct = false;

  // Server and client sessions. No cache, no resumption by identifier.
  size_t session_cache_size = 20480;
  absl::Duration session_timeout = absl::Hours(2);
  bool session_tickets = true;
  // How many TLS 1.3 tickets a server sends after a handshake.
  size_t num_tickets = 2;
  // Keys of session tickets (RFC 5077), 48 bytes each: key name, HMAC key and
  // AES key. The first encrypts, all decrypt; to rotate, put a new one in
  // front. Empty: keys of this Context's own, rotated every two days.
  std::vector<std::shared_ptr<const Secret>> ticket_keys;
  // Sessions are resumed between Contexts of equal value only. 32 bytes at the
  // most.
  std::string session_id_context;

  // Runs for each session that a client could resume later: at the end of the
  // handshake in TLS 1.2, for each ticket that Read finds in TLS 1.3. Not for a
  // server's. See also Socket::session.
  std::function<void(const Socket&, std::shared_ptr<const Session>)>
      new_session;

  // How often a server of TLS 1.2 or below may ask a client for another
  // handshake (RFC 5246, section 7.4.1.1) before that is an error, kProtocol; 0
  // refuses the first. It takes place inside Read. The server must support
  // secure renegotiation (RFC 5746) and present the same certificate as before,
  // which was verified then. A server refuses a client's wish always.
  int max_renegotiations = 0;

  // A server's own order of ciphers counts, not the client's.
  bool cipher_server_preference = true;

  // One line of SSLKEYLOGFILE per call, without newline. Whoever has these can
  // decrypt the traffic.
  std::function<void(const Socket&, absl::string_view line)> keylog;
  // A failure ends the connection: nothing more is read or sent.
  std::function<absl::Status(const Socket&, const TlsMessage&)> message;

  // Runs once for each Socket made with this Context whose handshake ended:
  // with ok, or with the error that it failed with. For counting and logging.
  std::function<void(const Socket&, const absl::Status&)> handshake_ended;

  // External PSKs. A client gets the server's hint (may be empty), a server the
  // client's identity; nullopt refuses.
  std::function<absl::StatusOr<absl::optional<PskIdentity>>(
      absl::string_view hint)>
      psk_client;
  std::function<absl::StatusOr<absl::optional<Secret>>(
      absl::string_view identity)>
      psk_server;
  std::string psk_identity_hint;
};

enum class Side { kClient, kServer };

struct SocketOptions {
  Side side = Side::kClient;
  // The name to reach, sent as SNI (RFC 6066, section 3; unless it is an IP
  // address) and checked against the certificate. See ParseHost for what is
  // allowed.
  std::string server_hostname;
  // False: it is checked all the same, but not sent.
  bool send_sni = true;
  // A session for a client to resume, from an earlier Socket of a client. The
  // peer's certificate and name are verified again all the same.
  std::shared_ptr<const Session> session;
  // Treat a stream that ends without close_notify as if it had been closed in
  // order. Data may have been cut off by an attacker: only for protocols that
  // mark their own end. False here; Python's default is true.
  bool suppress_ragged_eofs = false;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_OPTIONS_H_
