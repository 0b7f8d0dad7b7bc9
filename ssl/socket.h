// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A TLS connection over a Transport.
#ifndef AIRLOCK_SSL_SOCKET_H_
#define AIRLOCK_SSL_SOCKET_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "ssl/certificate.h"
#include "ssl/context.h"
#include "ssl/io_result.h"
#include "ssl/options.h"
#include "ssl/session.h"
#include "ssl/transport.h"

namespace airlock::ssl {

// What a finished handshake agreed on.
struct ConnectionInfo {
  TlsVersion version = TlsVersion::kTls1_2;
  CipherInfo cipher;
  std::string group;        // "X25519"; empty where none was used.
  std::string alpn;         // Empty: none.
  std::string npn;          // Empty: none.
  std::string server_name;  // What the client sent as SNI; empty: none.
  bool session_reused = false;
  std::string ocsp_response;  // DER, as the server stapled it; not verified.
  std::string sct_list;       // As the server sent it; not verified.
  // From the first call that shook hands to the end of the handshake; unset
  // without ContextOptions::stopwatch.
  absl::optional<absl::Duration> handshake_duration;
};

// How many bytes have gone through a Socket.
struct Traffic {
  // What Read gave and Write took.
  uint64_t data_received = 0;
  uint64_t data_sent = 0;
  // What the transport gave and took, handshake and TLS's own overhead
  // included.
  uint64_t transport_received = 0;
  uint64_t transport_sent = 0;
};

// RFC 5929 and RFC 9266.
enum class ChannelBinding { kTlsUnique, kTlsServerEndPoint, kTlsExporter };

// One connection. Thread-compatible: one thread at a time, any thread.
//
// Handshake, Read, Write, Shutdown and Unwrap answer an IoResult. A failure is
// final, and each further call gives it again, but for kTimeout, and but that
// reading and writing fail apart once the handshake is done: where the
// transport takes no more bytes, Read still gives what the peer has sent; where
// its stream has ended without close_notify or cannot be read, Write still
// sends. What the peer did wrong, and a callback's failure, end both.
//
// An exception that a transport throws is caught: kCallback, and final.
class Socket {
 public:
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // Shakes hands, verifying the peer's chain and name. kDone once finished (and
  // again if called later). Never kClosed: a peer that closes before it is done
  // is kUnexpectedEof, also with close_notify. Other errors: kVerification,
  // kHostname, kPeerAlert, kProtocol, kTransport, kTimeout, kCallback.
  IoResult Handshake();

  // Reads 1 to into.size() bytes; 0 for an empty `into`. Shakes hands first if
  // that is not done, with Handshake's errors. kClosed after the peer's
  // close_notify. kWantWrite can
  // come, where the protocol has to answer first. Data cut off without
  // close_notify is kUnexpectedEof, or kClosed with suppress_ragged_eofs.
  IoResult Read(absl::Span<uint8_t> into);

  // Writes 1 to from.size() bytes (0 for an empty `from`), as one record, which
  // holds up to 16 KiB. Shakes hands first. Never kClosed: what the peer no
  // longer takes is an error (kClosed, kTransport). After kWantWrite or
  // kWantRead, the next Write must begin with the same bytes, wherever they
  // lie.
  IoResult Write(absl::Span<const uint8_t> from);

  // How many decrypted bytes a Read gives without touching the transport.
  size_t pending() const;

  // Sends close_notify: no Write from here on, Read still works (half-close).
  // kDone once it is sent.
  IoResult Shutdown();

  // Shutdown, then waits for the peer's close_notify. Data that comes before it
  // is kProtocol, once, and can still be read. After kDone the transport is
  // plain again: ReleaseTransport.
  IoResult Unwrap();

  // Gives the transport back. The Socket is of no further use but for queries.
  std::unique_ptr<Transport> ReleaseTransport();

  bool handshake_done() const;
  Side side() const;
  const std::string& server_hostname() const;
  const std::shared_ptr<const Context>& context() const;

  // Replaces the Context: before the handshake has begun, as if it had been
  // given to WrapSocket; from within the sni callback, for what comes after the
  // ClientHello, where a version that the new one does not allow is refused
  // (kProtocol). Else it is kInvalidArgument; an error replaces nothing.
  absl::Status SwitchContext(std::shared_ptr<const Context> context);

  // Sets the session to resume; before the handshake only, on a client.
  absl::Status SetSession(std::shared_ptr<const Session> session);

  // Nothing until the handshake is done.
  absl::optional<ConnectionInfo> info() const;
  // The same as in info(), for those who need no more: no memory is taken.
  absl::optional<TlsVersion> version() const;
  bool session_reused() const;
  // At any time.
  Traffic traffic() const;

  // The suites that client and server have in common, by the client's order. A
  // server's answer only; empty elsewhere and before its ClientHello.
  std::vector<CipherInfo> SharedCiphers() const;

  // The peer's certificate; nothing where it gave none. It may be unverified:
  // see `peer_verified`.
  absl::optional<Certificate> peer_certificate() const;
  // As the peer sent it, leaf first; empty where it sent none.
  const std::vector<Certificate>& presented_chain() const;
  // From the leaf to the trust anchor; empty unless verified.
  const std::vector<Certificate>& verified_chain() const;
  bool peer_verified() const;

  // ssl/hostname.h's MatchHostname on the peer's certificate; kHostname with
  // verify_code 62 also where there is no certificate.
  absl::Status MatchHostname(absl::string_view host) const;

  // The session, to be resumed by a later Socket; null before there is one.
  // With TLS 1.3 it comes after the handshake, as data is read.
  std::shared_ptr<const Session> session() const;

  // The bytes of a channel binding. kInvalidArgument where the connection has
  // none of that kind: before the handshake, tls-unique with TLS 1.3,
  // tls-server-end-point without a certificate.
  absl::StatusOr<std::string> GetChannelBinding(ChannelBinding kind) const;

  // Keying material (RFC 8446, section 7.5); `context` unset differs from
  // empty. kInvalidArgument before the handshake is done, and for a `size`
  // above 65535, or above 255 times the size of the cipher's hash with TLS 1.3
  // (8160 for SHA-256, 12240 for SHA-384), which is RFC 5869's limit.
  absl::StatusOr<Secret> ExportKeyingMaterial(
      absl::string_view label, absl::optional<absl::string_view> context,
      size_t size) const;

  // For //ssl only.
  class Impl;
  explicit Socket(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

// Makes a Socket over `transport`; nothing is sent yet. Errors
// (kInvalidArgument, kCredentials, kPolicy): a client that checks names without
// server_hostname, a host name that is none, a client that verifies nobody
// without the token, a server without credentials.
absl::StatusOr<std::unique_ptr<Socket>> WrapSocket(
    std::shared_ptr<const Context> context,
    std::unique_ptr<Transport> transport, SocketOptions options);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_SOCKET_H_
