// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What a Socket is made of.
#ifndef AIRLOCK_SSL_INTERNAL_SOCKET_IMPL_H_
#define AIRLOCK_SSL_INTERNAL_SOCKET_IMPL_H_

#include <openssl/base.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "ssl/internal/transport_bio.h"
#include "ssl/socket.h"

namespace airlock::ssl {

// The state behind a Socket, which its callbacks (ssl/internal/callbacks.cc)
// share. Not movable: BoringSSL holds its address.
class Socket::Impl {
 public:
  Impl(std::shared_ptr<const Context> context,
       std::unique_ptr<Transport> transport, SocketOptions options);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // Makes the SSL of `made_from`, before the handshake; again where the context
  // is replaced. kInternal where memory is short; kInvalidArgument for a name
  // or session that is refused; an error changes nothing.
  absl::Status Init(std::shared_ptr<const Context> made_from);

  // The Socket::Impl that an SSL belongs to.
  static Impl* Of(const SSL* ssl);

  absl::StatusOr<IoResult> Handshake();
  absl::StatusOr<IoResult> Read(absl::Span<uint8_t> into);
  absl::StatusOr<IoResult> Write(absl::Span<const uint8_t> from);
  absl::StatusOr<IoResult> Shutdown();
  absl::StatusOr<IoResult> Unwrap();

  // Takes the peer's certificates from BoringSSL into `presented`.
  absl::Status CollectPresented();
  // Verifies `presented` by the context in force; on success the peer counts as
  // verified. `alert` is what to send otherwise.
  absl::Status VerifyPresented(uint8_t* alert);

  Socket* owner = nullptr;  // For the callbacks' sake.
  // The context in force, and the one that the SSL was made from: BoringSSL
  // goes on using the latter's session cache.
  std::shared_ptr<const Context> context;
  std::shared_ptr<const Context> initial_context;
  const SocketOptions options;
  std::string sni_name;                    // A client's; empty: none is sent.
  std::shared_ptr<const Session> resumes;  // A client's; may be null.
  internal::TransportBioState bio;
  bssl::UniquePtr<SSL> ssl;

  // Why a callback stopped the handshake.
  absl::Status callback_error;
  absl::optional<uint8_t> sent_alert;
  absl::optional<uint8_t> received_alert;

  bool begun = false;
  bool in_sni_callback = false;
  bool handshake_done = false;
  bool offered_session = false;           // A server: by the client.
  std::vector<uint16_t> offered_ciphers;  // A server: by the client.
  std::vector<Certificate> presented;
  std::vector<Certificate> verified;
  bool peer_verified = false;
  std::shared_ptr<const Session> session;

 private:
  const std::function<absl::Time()>& clock() const {
    return initial_context->options().clock;
  }
  // Turns what an SSL_* function returned into a result or an error.
  absl::StatusOr<IoResult> Settle(int result);
  absl::StatusOr<IoResult> SettleEof();
  // Makes the error final, as every later call will give it.
  absl::Status Fail(absl::Status status);
  // Tells who wants to know; once.
  void EndHandshake(const absl::Status& status) const;
  absl::Status ProtocolError(uint32_t code) const;
  // The alert by which a client of TLS 1.3 refuses our certificate, where it
  // comes in clear, as OpenSSL sends it: BoringSSL cannot decrypt that.
  absl::optional<uint8_t> AlertInClear() const;
  absl::StatusOr<IoResult> FinishHandshake();
  // Whether a peer without a certificate is an error, also where it resumes.
  bool NeedsCertificate() const;
  // Ok unless an earlier call failed for good, or the transport is gone.
  absl::Status Usable() const;
  // Ok once the handshake is done and nothing has failed.
  absl::StatusOr<IoResult> Ready();

  absl::Status failed_;
  bool close_notify_pending_ = false;  // Begun, but not all sent.
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_INTERNAL_SOCKET_IMPL_H_
