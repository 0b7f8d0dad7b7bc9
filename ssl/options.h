// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The options of a Context and of a Socket, as plain data.
#ifndef AIRLOCK_SSL_OPTIONS_H_
#define AIRLOCK_SSL_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "ssl/certificate.h"
#include "ssl/credential_source.h"
#include "ssl/credentials.h"
#include "ssl/ech.h"
#include "ssl/protocol.h"
#include "ssl/revocation.h"
#include "ssl/secret.h"
#include "ssl/session.h"
#include "ssl/ticket_keyring.h"
#include "ssl/trust_source.h"
#include "ssl/trust_store.h"
#include "ssl/unverified_clients_token.h"
#include "ssl/verification.h"

namespace airlock::ssl {

class Context;
class Socket;
struct SessionCounters;

// What the message callback gets.
struct TlsMessage {
  bool sent = false;     // Else received.
  uint16_t version = 0;  // Protocol version of the record or message.
  // RFC 8446 ContentType. 256 is a record header; 257 is the message that ECH
  // encrypts, and the bytes are not those on the wire.
  int content_type = 0;
  absl::Span<const uint8_t> bytes;
};

// A server's answer to the name that a client asked for (SNI, RFC 6066).
struct SniDecision {
  // Continue with this Context; null: keep the current one.
  std::shared_ptr<const Context> context;
  // Refuse with this alert instead, such as 112, unrecognized_name.
  std::optional<uint8_t> alert;
};

// A peer whose chain and name were verified.
struct VerifiedPeer {
  // As sent, leaf first; never empty.
  absl::Span<const Certificate> presented;
  // From the leaf to the anchor.
  absl::Span<const Certificate> verified;
  // What the server stapled, as in ConnectionInfo; empty: nothing.
  absl::string_view ocsp_response;
  absl::string_view sct_list;
  // Not empty: the server rejected ECH and was verified for this public name,
  // not for the server_hostname. The handshake will fail.
  absl::string_view ech_public_name;
};

// What a server requires of the client's certificate (RFC 8446, sections 4.2.4
// and 4.3.2).
struct CertificateRequest {
  // The CAs that it trusts, in RFC 4514 form (as Certificate::issuer() returns
  // it) and in DER. Empty: it names none.
  std::vector<std::string> authorities;
  std::vector<std::string> authorities_der;
  // The key types that it can verify; never empty.
  std::vector<KeyType> key_types;
};

// An external pre-shared key (TLS 1.2 and below, RFC 4279).
struct PskIdentity {
  std::string identity;  // No NUL inside.
  Secret key;
};

// Callbacks run on the thread that calls the Socket, inside that call. They
// must not call Handshake, Read, Write, Shutdown or Unwrap of the same Socket.
// A callback that fails ends the handshake with ErrorKind::kCallback. An
// exception is caught and treated as such a failure, even if the callback does
// not return a status. Programs built without exceptions can use callbacks too.
//
// `sni`, `revocation`, `verify`, `client_credentials`, `psk_client`,
// `psk_server` and a Signer may return Later(); see ssl/later.h. `alpn` cannot:
// BoringSSL cannot call it again.
struct ContextOptions {
  // Decides whether the peer is trusted.
  Verification verification;
  // Required if peers are verified.
  std::shared_ptr<const TrustStore> trust_store;
  // A live bundle in place of `trust_store`, which may change while this
  // Context is used. Not with SPIFFE IDs, whose bundles are in `verification`.
  std::shared_ptr<TrustSource> trust_source;

  // OpenSSL's cipher list syntax, for TLS 1.2 and below; "@SECLEVEL=n" is
  // accepted and sets `verification.security_level`. Empty: forward secrecy
  // with AEAD, then CBC for old peers; no RC4, 3DES, MD5, NULL, export or
  // anonymous suites. In a list with BoringSSL's groups of equal preference
  // ("[a|b]"), a suite with RSA key exchange is an error beside a Signer or
  // live credentials; in others, it is left out.
  std::string ciphers;
  // SignatureSchemes (RFC 8446, section 4.2.3) by preference: what
  // `credentials` sign the handshake with, and what the peer may sign it with.
  // Empty: all that the security level allows. An unknown one, or one that uses
  // SHA-1 at level 1 or above, is an error.
  std::vector<uint16_t> signing_algorithms;
  std::vector<uint16_t> peer_signing_algorithms;
  // The certificates to present. A server needs at least one; if it has
  // several, each must have a different key type, and the first that the client
  // can use is sent. A client sends the first that the server can use and that
  // has an issuer among the CAs that the server names (RFC 8446, section
  // 4.2.4), or else the first that the server can use.
  std::vector<std::shared_ptr<const Credentials>> credentials;
  // Live certificates in place of `credentials`, which may change while this
  // Context is used. Key exchanges that decrypt with the key are neither
  // offered nor chosen. Null: `credentials` has them.
  std::shared_ptr<CredentialSource> credential_source;

  // Returns the error for a Socket without a name to check; runs on the thread
  // that creates the Socket. Null: kInvalidArgument. Has no effect with
  // `verification.hostname_optional`.
  std::function<absl::Status()> hostname_missing;
  // Whether a client of this Context may connect to that name, which may be
  // empty; null: any name is allowed. Runs on the thread that creates the
  // Socket or switches it to this Context; an error refuses either.
  std::function<absl::Status(absl::string_view server_hostname)>
      hostname_allowed;
  // Returns the error for a Socket that does with Encrypted Client Hello what
  // `verification.ech` does not allow; runs as hostname_missing does. Null:
  // kPolicy.
  std::function<absl::Status()> ech_refused;
  // Runs after the built-in verification, CRLs included, has succeeded, once
  // for each certificate of the verified chain but the anchor, from its side
  // down: also when a session is resumed. A revoked certificate is an error
  // (kVerification, verify_code 23), and so are kUnknown (verify_code 50),
  // unless `accept_unknown_revocation` is set, and a callback that fails
  // (kCallback). This Context remembers verdicts for as long as they are valid,
  // 1024 at most, so the callback does not see every handshake. It may run on
  // several threads at once. Null: no callback.
  RevocationCallback revocation;
  bool accept_unknown_revocation = false;
  // Runs after the built-in verification has succeeded, and may still reject
  // the peer (kVerification, with verify_code 50, unless its own error has a
  // kind). The peer gets the alert of that error, or else certificate_unknown.
  // Never called for a peer that failed verification.
  std::function<absl::Status(const Socket&, const VerifiedPeer&)> verify;
  // Chooses a client's certificate for the server's request: one of
  // `credentials` or any other; null for none. Called each time a server asks.
  // Unset: the first of `credentials` whose key type the server can verify.
  std::function<absl::StatusOr<std::shared_ptr<const Credentials>>(
      const Socket&, const CertificateRequest&)>
      client_credentials;
  // Needed for VerifyMode::kNone on a client; see ssl/insecure.h.
  std::optional<UnverifiedClientsToken> unverified_clients;

  // The time, for certificates and sessions. Required: the core has no clock.
  // If it throws, the time is 1970.
  std::function<absl::Time()> clock;
  // A monotonic time with any starting point, for
  // ConnectionInfo::handshake_duration. Null: the duration is not measured.
  std::function<absl::Duration()> stopwatch;

  // A server's keys for Encrypted Client Hello, for whoever offers it; needs
  // TLS 1.3. The `sni` callback gets the decrypted name, or the public name if
  // the server has no key for what the client sent: it must then have a
  // certificate for that. The keys of a Context that the callback chooses have
  // no effect.
  std::shared_ptr<const EchKeys> ech_keys;

  // Protocols in order of preference (RFC 7301); 1 to 255 bytes each. A server
  // picks its first protocol that the client offers. Without a common one, it
  // continues without ALPN, or refuses with no_application_protocol if
  // alpn_required. A client that does not offer ALPN is always accepted.
  std::vector<std::string> alpn_protocols;
  bool alpn_required = false;
  // A server's choice, instead of alpn_protocols: the index of one of the
  // client's offers (never empty), or nullopt to accept none.
  std::function<absl::StatusOr<std::optional<size_t>>(
      Socket&, absl::Span<const absl::string_view> offered)>
      alpn;
  // The same for NPN, the predecessor of ALPN, up to TLS 1.2.
  std::vector<std::string> npn_protocols;

  // A server's choice by the client's SNI; nullopt if the client sent none.
  // With it, this Context needs no credentials: those of the chosen Context are
  // used. If that has none either, the client gets the alert handshake_failure.
  // Must not have replaced the Context itself if it returns Later().
  std::function<absl::StatusOr<SniDecision>(
      Socket&, const std::optional<std::string>& server_name)>
      sni;

  // A stapled OCSP response (RFC 6066) and a SignedCertificateTimestampList
  // (RFC 6962) that a server sends, DER and TLS encoding; empty: none.
  std::string ocsp_response;
  std::string sct_list;
  // A client requests these and finds them in ConnectionInfo.
  bool request_ocsp = false;
  bool request_sct = false;

  // A client offers to receive the server's certificate compressed with zlib
  // (RFC 8879, TLS 1.3), and decompresses it before it has verified anything.
  // Servers always compress for clients that offer this, once for each of
  // `credentials`.
  bool accept_compressed_certificates = false;

  // For server and client sessions. 0 disables resumption by session ID.
  size_t session_cache_size = 20480;
  absl::Duration session_timeout = absl::Hours(2);
  bool session_tickets = true;
  // How many TLS 1.3 tickets a server sends after a handshake.
  size_t num_tickets = 2;
  // Keys of session tickets (RFC 5077), 48 bytes each: key name, HMAC key and
  // AES key. The first encrypts, all decrypt; to rotate, insert a new one at
  // the front. Empty: `ticket_keyring` has the keys.
  std::vector<std::shared_ptr<const Secret>> ticket_keys;
  // Live keys of session tickets, which may change while this Context is used;
  // its lifetime must not be below session_timeout. Null: without ticket_keys,
  // this Context makes its own and rotates them every two days.
  std::shared_ptr<TicketKeyring> ticket_keyring;
  // Sessions are resumed only between Contexts with equal values. At most 32
  // bytes.
  std::string session_id_context;

  // Runs for each session that a client can resume later: at the end of the
  // handshake in TLS 1.2, for each ticket that Read receives in TLS 1.3. Does
  // not run on a server. See also Socket::session.
  std::function<void(const Socket&, std::shared_ptr<const Session>)>
      new_session;

  // How often a server of TLS 1.2 or below may ask a client for another
  // handshake (RFC 5246, section 7.4.1.1) before the connection fails with
  // kProtocol; 0 refuses the first. The handshake takes place inside Read. The
  // server must support secure renegotiation (RFC 5746) and present the same,
  // already verified certificate. A server always refuses a client's request to
  // renegotiate.
  int max_renegotiations = 0;

  // A server's own cipher order takes precedence over the client's.
  bool cipher_server_preference = true;

  // One line of SSLKEYLOGFILE per call, without newline. Anyone who has these
  // lines can decrypt the traffic.
  std::function<void(const Socket&, absl::string_view line)> keylog;
  // Sees each message and record header. A failure ends the connection: nothing
  // more is read or sent.
  std::function<absl::Status(const Socket&, const TlsMessage&)> message;

  // Runs once for each Socket created with this Context when its handshake
  // ends: with ok, or with the error. For counting and logging.
  std::function<void(const Socket&, const absl::Status&)> handshake_ended;

  // External PSKs. A client's callback gets the server's hint (may be empty), a
  // server's the client's identity; nullopt refuses.
  std::function<absl::StatusOr<std::optional<PskIdentity>>(
      absl::string_view hint)>
      psk_client;
  std::function<absl::StatusOr<std::optional<Secret>>(
      absl::string_view identity)>
      psk_server;
  std::string psk_identity_hint;
};

enum class Side { kClient, kServer };

struct SocketOptions {
  Side side = Side::kClient;
  // The host to connect to, sent as SNI (RFC 6066, section 3; unless it is an
  // IP address) and checked against the certificate. See ParseHost for what is
  // allowed.
  std::string server_hostname;
  // False: the name is still checked, but not sent.
  bool send_sni = true;
  // A session for a client to resume, from an earlier client Socket. The peer's
  // certificate and name are still verified again.
  std::shared_ptr<const Session> session;
  // A client offers Encrypted Client Hello with these, and connects to no
  // server that rejects it: the handshake fails with Error::ech_retry_configs.
  // Needs TLS 1.3; not with psk_client or SPIFFE IDs. Null: it does not.
  std::shared_ptr<const EchConfigs> ech_configs;
  // A client without `ech_configs` sends random bytes in its place (GREASE, RFC
  // 9849, section 6.2), so that the two look alike to others.
  bool ech_grease = false;
  // Treat a stream that ends without close_notify as an orderly close. An
  // attacker may have cut off data: use it only for protocols that mark their
  // own end. False here; Python's default is true.
  bool suppress_ragged_eofs = false;
  // Counts this socket's handshake, instead of its Context's counters: for
  // owners whose sockets share a Context with those of others. Null: unset.
  std::shared_ptr<SessionCounters> counters;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_OPTIONS_H_
