// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The implementation of ssl/socket.h.
#ifndef AIRLOCK_SSL_INTERNAL_SOCKET_IMPL_H_
#define AIRLOCK_SSL_INTERNAL_SOCKET_IMPL_H_

#include <openssl/base.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ssl/ech.h"
#include "ssl/error.h"
#include "ssl/internal/psk_lookahead.h"
#include "ssl/internal/transport_bio.h"
#include "ssl/internal/verified_chains.h"
#include "ssl/internal/verify.h"
#include "ssl/socket.h"

namespace airlock::ssl {

namespace internal {

struct TrustInForce;

}  // namespace internal

namespace internal {

// A callback's answer for a pre-shared key.
using PskAnswer = absl::StatusOr<std::optional<PskIdentity>>;

// What a signer has to sign.
struct SignRequest {
  uint16_t scheme;
  std::string input;
};

}  // namespace internal

// The state behind a Socket, which its callbacks (ssl/internal/callbacks.cc)
// share. Not movable: BoringSSL holds its address.
class Socket::Impl {
 public:
  Impl(std::shared_ptr<const Context> context,
       std::unique_ptr<Transport> transport, SocketOptions options);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // Makes the SSL from `made_from`, before the handshake; called again if the
  // context is replaced. kInternal if out of memory; kInvalidArgument if
  // BoringSSL refuses the name or session. An error changes nothing.
  absl::Status Init(std::shared_ptr<const Context> made_from);

  // The Socket::Impl that an SSL belongs to.
  static Impl* Of(const SSL* ssl);

  IoResult Handshake();
  IoResult Read(absl::Span<uint8_t> into);
  IoResult Write(absl::Span<const uint8_t> from);
  IoResult Shutdown();
  IoResult Unwrap();
  absl::Status RequestKeyUpdate();

  // Certificates in the order of a chain; null is the same as empty.
  class SharedCertificates {
   public:
    SharedCertificates() = default;
    explicit SharedCertificates(
        std::shared_ptr<const std::vector<Certificate>> shared)
        : shared_(std::move(shared)) {}
    const std::vector<Certificate>& operator*() const {
      static const auto* const kNone = new std::vector<Certificate>();
      return shared_ == nullptr ? *kNone : *shared_;
    }
    const std::vector<Certificate>* operator->() const { return &**this; }
    bool is_set() const { return shared_ != nullptr; }

   private:
    std::shared_ptr<const std::vector<Certificate>> shared_;
  };

  // Takes the bundle of a context that has a TrustSource, for this handshake.
  // A server then resumes only sessions of that bundle. False if out of memory.
  bool TakeTrust();

  // Gets the peer's certificates from BoringSSL into `presented`.
  absl::Status CollectPresented();
  // Verifies `presented` with the current context. On success, marks the peer
  // as verified; otherwise sets `alert` to the alert to send. Returns Later()
  // if the application's callback does; the next call continues from there.
  absl::Status VerifyPresented(uint8_t* alert);

  // What became of Encrypted Client Hello; for a finished handshake.
  EchStatus Ech() const;

  Socket* owner = nullptr;  // For the callbacks.
  // A session of this connection.
  std::shared_ptr<const Session> Wrap(
      bssl::UniquePtr<SSL_SESSION> session) const;
  // Whether a client of that context may offer the session: not if the context
  // has a CredentialSource and the session another certificate's identity, or
  // has a TrustSource and the session's server was verified with another
  // bundle.
  static bool MayResume(const Context& of, const Session& offered);

  // The current context, and the one that the SSL was made from: BoringSSL
  // keeps using the latter's session cache.
  std::shared_ptr<const Context> context;
  std::shared_ptr<const Context> initial_context;
  const SocketOptions options;
  std::string sni_name;                    // Client only; empty: none is sent.
  std::shared_ptr<const Session> resumes;  // Client only; may be null.
  // The BIO's state, which leads from an SSL to its Impl: unlike BoringSSL's
  // ex_data, it needs no memory and no lock.
  struct Bio : internal::TransportBioState {
    Impl* socket = nullptr;
  };
  Bio bio;
  bssl::UniquePtr<SSL> ssl;
  // For `ssl`; null if it asks for no pre-shared key.
  std::unique_ptr<internal::PskLookahead> psk_lookahead;
  // The hint or identity that was asked about ahead of time, and the answer.
  // Null if none was: it is large, and connections with such keys are rare.
  std::unique_ptr<std::pair<std::string, internal::PskAnswer>> psk_answer;

  // Why a callback stopped the connection.
  absl::Status callback_error;
  // The callback that last returned Later().
  LateCallback waits_for = LateCallback::kNone;
  std::optional<uint8_t> sent_alert;
  std::optional<uint8_t> received_alert;

  bool begun = false;
  bool in_sni_callback = false;
  bool sni_undecided = false;  // The sni callback returned Later().
  bool handshake_done = false;
  bool certificate_compressed = false;  // The server's, as it was sent.
  bool offered_session = false;         // A server: by the client.
  bool offered_ech = false;             // A server: by the client.
  // A server: of the curves of CurveBit, those among the client's groups.
  uint8_t offered_curves = 0xFF;
  // A server: by the client. Few clients offer more than these.
  absl::InlinedVector<uint16_t, 20> offered_ciphers;
  // The same, if the context has groups of its own: for the error if the sides
  // share none.
  std::vector<uint16_t> offered_groups;
  // The credentials to present, if they are not the context's only ones.
  std::shared_ptr<const Credentials> chosen;
  // Their leaf, if they come from a CredentialSource: it is needed for longer
  // than they are.
  std::optional<Certificate> presented_live;
  // A server whose keyring has a keeper: for its tickets. Null: none.
  std::unique_ptr<std::vector<TicketBlank>> ticket_blanks;
  // Null unless a signer has not answered yet.
  std::unique_ptr<const internal::SignRequest> sign_request;
  // Sockets of a known chain share it.
  SharedCertificates presented;
  SharedCertificates verified;
  bool peer_verified = false;
  // The latest session. Socket::session() makes it from `new_session`, which is
  // often never asked for.
  std::shared_ptr<const Session> session;
  bssl::UniquePtr<SSL_SESSION> new_session;
  Traffic traffic;
  std::optional<absl::Duration> handshake_duration;

 private:
  // The directions that a failure ends.
  enum class Reach { kBoth, kReading, kWriting };
  // What an operation does.
  enum class Operation { kHandshake, kRead, kWrite };

  internal::CallClock& clock() { return bio.clock; }
  // Turns what an SSL_* function returned, other than success, into a result.
  IoResult Settle(Operation operation, int result);
  IoResult SettleCloseNotify();
  IoResult SettleEof();
  // The transport's error during an operation, or ok.
  absl::Status TransportError(Operation operation, Reach* reach) const;
  // Makes the error final: every later call returns it.
  absl::Status Fail(absl::Status status, Reach reach = Reach::kBoth);
  // Whether a callback failed whose result BoringSSL ignores.
  bool Halted() const { return bio.halted && !callback_error.ok(); }
  absl::Status FailHalted();
  // Calls `handshake_ended`; once.
  void EndHandshake(const absl::Status& status) const;
  absl::Status ProtocolError(uint32_t code) const;
  // What to add to an error if the sides may share no group: "The client offers
  // the groups P-256 for key exchange, and this side allows only X25519. ".
  std::string GroupsText() const;
  // The unencrypted alert with which a TLS 1.3 client refuses our certificate.
  // OpenSSL sends it that way; BoringSSL fails to decrypt it.
  std::optional<uint8_t> AlertInClear() const;
  IoResult FinishHandshake();
  // A client: when its handshake begins, drops a session that it may no longer
  // offer. False if out of memory.
  bool RecheckOffer();
  // Sends what precedes close_notify: tickets, an acknowledged key update. An
  // error if the connection cannot be shut down now.
  IoResult FlushForShutdown();
  // Drops the key that came from a CredentialSource.
  void ReleaseLiveCredentials();
  // Sends a server's session tickets at the end of the handshake.
  void SendTickets();
  // Whether a peer without a certificate is an error, even if it resumes.
  bool NeedsCertificate() const;
  // Whether data may be moved at once: Ready would return Done, and would do
  // nothing else. `failed` is the direction's own failure.
  bool MovesData(const absl::Status& failed) const {
    return handshake_done && !tickets_pending_ && failed.ok() && failed_.ok() &&
           bio.transport != nullptr;
  }
  // Read and Write after the first SSL_read or SSL_write, if that moved
  // nothing.
  IoResult EndRead(int result, absl::Span<uint8_t> into);
  IoResult EndWrite(int result);
  // Of the bundle in force; null if no peer is verified.
  internal::VerifiedChains* Chains() const;
  // Offers Encrypted Client Hello with the client `made`, if `options` say so.
  absl::Status SetEch(SSL* made) const;
  // The name that a server that rejected ECH must have; empty: it did not.
  absl::string_view EchPublicName() const;
  // Completes the error of a rejection.
  void DescribeEchRejection(Error* error) const;
  // The name that the peer's certificate must have; empty: none.
  absl::string_view HostToVerify() const;
  // Ok unless an earlier call failed for good, or the transport is gone.
  absl::Status Usable(Operation operation) const;
  // Done once the handshake is done and nothing has failed.
  IoResult Ready(Operation operation);
  // Grants a TLS 1.2 server another handshake; ok if that is allowed.
  absl::Status Renegotiate();
  // Fails because the server may not have another handshake; `why` is the text.
  absl::Status RefuseRenegotiation(std::string why);
  absl::Duration Elapsed() const;
  SessionCounters& Counters() const;

  absl::Status failed_;
  absl::Status read_failed_;
  absl::Status write_failed_;
  // Of a context with a TrustSource; else null. A server needs it until the
  // handshake ends, a client for sessions that it gets later.
  std::shared_ptr<const internal::TrustInForce> trust_;
  // The entry that has the `presented` certificates; null if they are unknown.
  std::shared_ptr<const internal::VerifiedChain> known_;
  // The verified chain, while the application's callback has not answered.
  SharedCertificates awaits_verdict_;
  bool revocation_checked_ = false;  // Of the chain in awaits_verdict_.
  // The server rejected ECH, and is verified for its public name.
  bool ech_rejection_verified_ = false;
  absl::Duration begun_at_;
  bool tickets_pending_ = false;       // Not all sent.
  bool close_notify_pending_ = false;  // Begun, but not all sent.
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_INTERNAL_SOCKET_IMPL_H_
