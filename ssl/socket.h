// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A TLS connection over a Transport.
#ifndef AIRLOCK_SSL_SOCKET_H_
#define AIRLOCK_SSL_SOCKET_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "ssl/certificate.h"
#include "ssl/context.h"
#include "ssl/ech.h"
#include "ssl/io_result.h"
#include "ssl/options.h"
#include "ssl/session.h"
#include "ssl/transport.h"

namespace airlock::ssl {

// The result of a finished handshake.
struct ConnectionInfo {
  TlsVersion version = TlsVersion::kTls1_2;
  CipherInfo cipher;
  std::string group;  // "X25519"; empty where none was used.
  // The SignatureScheme (RFC 8446, section 4.2.3) that the peer signed the
  // handshake with; 0 if it did not sign, or before TLS 1.2.
  uint16_t peer_signing_algorithm = 0;
  std::string alpn;         // Empty: none.
  std::string npn;          // Empty: none.
  std::string server_name;  // What the client sent as SNI; empty: none.
  bool session_reused = false;
  std::string ocsp_response;  // DER, as the server stapled it; not verified.
  std::string sct_list;       // As the server sent it; not verified.
  // "zlib" if the server compressed its certificate (RFC 8879); else empty.
  std::string certificate_compression;
  EchStatus ech = EchStatus::kNotOffered;
  // From the first call that did handshake work to the end of the handshake;
  // unset without ContextOptions::stopwatch.
  std::optional<absl::Duration> handshake_duration;
};

// How many bytes have gone through a Socket.
struct Traffic {
  // Bytes that Read returned and Write accepted.
  uint64_t data_received = 0;
  uint64_t data_sent = 0;
  // Bytes that the transport read and wrote, including the handshake and TLS
  // overhead.
  uint64_t transport_received = 0;
  uint64_t transport_sent = 0;
};

// RFC 5929 and RFC 9266.
enum class ChannelBinding { kTlsUnique, kTlsServerEndPoint, kTlsExporter };

// One connection. Thread-compatible: one thread at a time, any thread.
//
// Handshake, Read, Write, Shutdown and Unwrap return an IoResult. A failure is
// final, and each later call returns it again, except kTimeout. After the
// handshake, reading and writing fail separately: if the transport accepts no
// more bytes, Read still returns what the peer has sent; if its stream ended
// without close_notify or cannot be read, Write still sends. A protocol error
// of the peer, or a failed callback, ends both.
//
// An exception from a transport is caught and becomes kCallback, which is
// final.
class Socket {
 public:
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // Performs the handshake and verifies the peer's chain and name. kDone once
  // finished (and on every later call). Never kClosed: if the peer closes too
  // early, even with close_notify, the result is kUnexpectedEof. Other errors:
  // kVerification, kHostname, kPeerAlert, kProtocol, kTransport, kTimeout,
  // kCallback.
  IoResult Handshake();

  // Reads 1 to into.size() bytes; 0 for an empty `into`. Performs the handshake
  // first if it is not done, with Handshake's errors. kClosed after the peer's
  // close_notify. kWantWrite is possible: the protocol may have to answer
  // first. A stream that ends without close_notify gives kUnexpectedEof, or
  // kClosed with suppress_ragged_eofs.
  IoResult Read(absl::Span<uint8_t> into);

  // Writes 1 to from.size() bytes (0 for an empty `from`), as one record of up
  // to 16 KiB. Performs the handshake first if it is not done. Never
  // IoState::kClosed: if the peer accepts no more data, that is an error
  // (ErrorKind::kClosed, kTransport). After kWantWrite or kWantRead, the next
  // Write must begin with the same bytes, but they may be at another address.
  IoResult Write(absl::Span<const uint8_t> from);

  // Changes both directions to new keys (RFC 8446, section 4.6.3): queues a
  // KeyUpdate that asks the peer for its own. It precedes the data of the next
  // Write, which already uses the new keys. A second call before that changes
  // nothing. kInvalidArgument before the handshake is done, and for TLS 1.2 and
  // earlier, which have no key update; kClosed after Shutdown.
  absl::Status RequestKeyUpdate();

  // How many decrypted bytes Read can return without using the transport.
  size_t pending() const;

  // Sends close_notify. After that, Write fails and Read still works
  // (half-close). kDone once it is sent. kInvalidArgument, which ends nothing,
  // if a Write has sent a part of its data (call it again first), or if another
  // handshake that the server asked for is not done (call Read first).
  IoResult Shutdown();

  // Shutdown, then waits for the peer's close_notify. If data arrives first,
  // returns kProtocol once; the data can still be read. After kDone the
  // transport carries plain data again: see ReleaseTransport.
  IoResult Unwrap();

  // Returns the transport. After that, only queries work on the Socket.
  std::unique_ptr<Transport> ReleaseTransport();

  bool handshake_done() const;
  Side side() const;
  const std::string& server_hostname() const;
  const std::shared_ptr<const Context>& context() const;

  // Replaces the Context. Before the handshake, as if it had been passed to
  // WrapSocket. Inside the sni callback, for everything after the ClientHello
  // (the old groups stay if the new Context names none); a version that the new
  // Context does not allow is refused (kProtocol). At any other time:
  // kInvalidArgument. After an error, the old Context stays.
  absl::Status SwitchContext(std::shared_ptr<const Context> context);

  // Sets the session to resume; only on a client, before the handshake.
  absl::Status SetSession(std::shared_ptr<const Session> session);

  // Unset until the handshake is done.
  std::optional<ConnectionInfo> info() const;
  // The same as in info(), without allocating memory.
  std::optional<TlsVersion> version() const;
  absl::string_view group() const;  // Empty until then.
  EchStatus ech() const;            // kNotOffered until then.
  bool session_reused() const;
  // ConnectionInfo::handshake_duration.
  std::optional<absl::Duration> handshake_duration() const;
  // At any time.
  Traffic traffic() const;

  // The suites that client and server have in common, in the client's order.
  // Only on a server; empty on a client, and before the ClientHello.
  std::vector<CipherInfo> SharedCiphers() const;

  // The peer's certificate; unset if it sent none. It may be unverified: see
  // `peer_verified`.
  std::optional<Certificate> peer_certificate() const;
  // As the peer sent it, leaf first; empty if it sent none.
  const std::vector<Certificate>& presented_chain() const;
  // From the leaf to the trust anchor; empty unless verified.
  const std::vector<Certificate>& verified_chain() const;
  bool peer_verified() const;

  // ssl/hostname.h's MatchHostname on the peer's certificate; without a
  // certificate, kHostname with verify_code 62.
  absl::Status MatchHostname(absl::string_view host) const;

  // The session, for a later Socket to resume; null if none is available yet.
  // With TLS 1.3 it arrives after the handshake, during Read.
  std::shared_ptr<const Session> session() const;

  // The bytes of a channel binding. kInvalidArgument if the connection has none
  // of that kind: before the handshake, tls-unique with TLS 1.3,
  // tls-server-end-point without a certificate.
  absl::StatusOr<std::string> GetChannelBinding(ChannelBinding kind) const;

  // Keying material (RFC 8446, section 7.5); an unset `context` differs from an
  // empty one. kInvalidArgument before the handshake is done, and for a `size`
  // above 65535, or above 255 times the size of the cipher's hash with TLS 1.3
  // (8160 for SHA-256, 12240 for SHA-384), which is RFC 5869's limit.
  absl::StatusOr<Secret> ExportKeyingMaterial(
      absl::string_view label, std::optional<absl::string_view> context,
      size_t size) const;

  // For //ssl only.
  class Impl;
  explicit Socket(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

// Makes a Socket over `transport`; sends nothing yet. Errors (kInvalidArgument,
// kCredentials, kPolicy): a client that checks names has no server_hostname,
// the host name is invalid, a client with VerifyMode::kNone has no token, a
// server has no credentials.
absl::StatusOr<std::unique_ptr<Socket>> WrapSocket(
    std::shared_ptr<const Context> context,
    std::unique_ptr<Transport> transport, SocketOptions options);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_SOCKET_H_
