// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/socket_impl.h"

#include <openssl/err.h>
#include <openssl/nid.h>
#include <openssl/pool.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <climits>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ssl/error.h"
#include "ssl/internal/advice.h"
#include "ssl/internal/call_scope.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/certificate_text.h"
#include "ssl/internal/context_impl.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/session_impl.h"
#include "ssl/internal/verify.h"
#include "ssl/verify_code.h"

namespace airlock::ssl {
namespace {

int ExDataIndex() {
  static const int index =
      SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

}  // namespace

Socket::Impl::Impl(std::shared_ptr<const Context> context_in,
                   std::unique_ptr<Transport> transport,
                   SocketOptions options_in)
    : context(std::move(context_in)),
      initial_context(context),
      options(std::move(options_in)),
      resumes(options.session) {
  bio.transport = std::move(transport);
}

Socket::Impl::~Impl() = default;

Socket::Impl* Socket::Impl::Of(const SSL* ssl) {
  return static_cast<Impl*>(SSL_get_ex_data(ssl, ExDataIndex()));
}

absl::Status Socket::Impl::Init(std::shared_ptr<const Context> made_from) {
  const internal::CallScope scope(made_from->options().clock);
  bssl::UniquePtr<SSL> made(SSL_new(made_from->impl().ctx.get()));
  bssl::UniquePtr<BIO> stream = internal::NewTransportBio(&bio);
  if (made == nullptr || stream == nullptr ||
      !SSL_set_ex_data(made.get(), ExDataIndex(), this)) {
    return internal::DrainToStatus(ErrorKind::kInternal,
                                   "The socket cannot be made.");
  }
  BIO* released = stream.release();
  SSL_set_bio(made.get(), released, released);
  if (options.side == Side::kServer) {
    SSL_set_accept_state(made.get());
  } else {
    SSL_set_connect_state(made.get());
    // Upstream's default later on: an RSA key signs only if it says so.
    SSL_set_enforce_rsa_key_usage(made.get(), 1);
    if (!sni_name.empty() &&
        !SSL_set_tlsext_host_name(made.get(), sni_name.c_str())) {
      return internal::DrainToStatus(ErrorKind::kInvalidArgument,
                                     "server_hostname: is refused.");
    }
    // A client verifies whatever it resumes, so any context's session will do;
    // BoringSSL would break the handshake off.
    if (!SSL_set_session_id_context(made.get(), nullptr, 0) ||
        (resumes != nullptr &&
         !SSL_set_session(made.get(), resumes->impl().session.get()))) {
      return internal::DrainToStatus(ErrorKind::kInvalidArgument,
                                     "session: is refused.");
    }
  }
  ssl = std::move(made);
  context = made_from;
  initial_context = std::move(made_from);
  return absl::OkStatus();
}

absl::Status Socket::Impl::Fail(absl::Status status) {
  failed_ = status;
  if (begun && !handshake_done) EndHandshake(status);
  return status;
}

void Socket::Impl::EndHandshake(const absl::Status& status) const {
  const auto& ended = initial_context->options().handshake_ended;
  if (ended != nullptr) ended(*owner, status);
}

absl::optional<uint8_t> Socket::Impl::AlertInClear() const {
  if (options.side == Side::kClient || handshake_done ||
      SSL_version(ssl.get()) != TLS1_3_VERSION) {
    return absl::nullopt;
  }
  // ContentType, legacy_record_version, length and AlertLevel.
  constexpr uint8_t kFatalAlert[] = {SSL3_RT_ALERT, 3, 3, 0, 2, SSL3_AL_FATAL};
  if (!std::equal(std::begin(kFatalAlert), std::end(kFatalAlert),
                  bio.tail.begin())) {
    return absl::nullopt;
  }
  return bio.tail.back();
}

absl::Status Socket::Impl::ProtocolError(uint32_t code) const {
  if (const absl::optional<uint8_t> alert = AlertInClear()) {
    code = ERR_PACK(ERR_LIB_SSL, SSL_AD_REASON_OFFSET + *alert);
  }
  Error error;
  internal::DescribeCode(code, &error);
  if (ERR_GET_LIB(code) == ERR_LIB_SSL &&
      ERR_GET_REASON(code) >= SSL_AD_REASON_OFFSET) {
    error.kind = ErrorKind::kPeerAlert;
    const auto alert =
        static_cast<uint8_t>(ERR_GET_REASON(code) - SSL_AD_REASON_OFFSET);
    error.alert = alert;
    error.message = absl::StrCat("The peer ended the connection with alert ",
                                 AlertName(alert), " (", alert, "). ",
                                 internal::AlertAdvice(alert));
    return MakeStatus(error);
  }
  error.kind = ErrorKind::kProtocol;
  error.alert = sent_alert;
  error.message = absl::StrCat(
      handshake_done ? "The connection" : "The handshake",
      " failed: ", error.detail, ". ", internal::ReasonAdvice(code));
  return MakeStatus(error);
}

absl::StatusOr<IoResult> Socket::Impl::SettleEof() {
  if (handshake_done && options.suppress_ragged_eofs) {
    return IoResult::Closed();
  }
  return Fail(MakeStatus(
      ErrorKind::kUnexpectedEof,
      handshake_done
          ? "The peer ended the stream without close_notify: data may have "
            "been cut off, by an attacker too. If the protocol on top marks "
            "its own end, suppress_ragged_eofs lets this pass."
          : "The peer closed the connection during the handshake. It may not "
            "speak TLS on this port, or have refused what was offered; see its "
            "log."));
}

absl::StatusOr<IoResult> Socket::Impl::Settle(int result) {
  const int ssl_error = SSL_get_error(ssl.get(), result);
  switch (ssl_error) {
    case SSL_ERROR_NONE:
      return IoResult::Done();
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      if (!bio.timeout.ok()) {
        return MakeStatus(ErrorKind::kTimeout, bio.timeout.message());
      }
      return ssl_error == SSL_ERROR_WANT_READ ? IoResult::WantRead()
                                              : IoResult::WantWrite();
    case SSL_ERROR_ZERO_RETURN:
      return IoResult::Closed();
    default:
      break;
  }
  const uint32_t code = internal::DrainErrorQueue();
  if (!callback_error.ok()) {
    absl::optional<Error> error = GetError(callback_error);
    if (!error.has_value() || error->alert.has_value()) {
      return Fail(callback_error);
    }
    error->alert = sent_alert;
    return Fail(MakeStatus(*error));
  }
  if (!bio.error.ok()) {
    if (GetError(bio.error).has_value()) return Fail(bio.error);
    return Fail(MakeStatus(ErrorKind::kTransport, bio.error.message()));
  }
  if (code != 0) return Fail(ProtocolError(code));
  if (bio.eof) return SettleEof();
  return Fail(
      MakeStatus(ErrorKind::kInternal,
                 absl::StrCat("The TLS library stopped without a reason (",
                              ssl_error, "). This is a defect; report it.")));
}

absl::StatusOr<IoResult> Socket::Impl::Handshake() {
  const internal::CallScope scope(clock());
  return Ready();
}

absl::Status Socket::Impl::Usable() const {
  if (!failed_.ok() || bio.transport != nullptr) return failed_;
  return MakeStatus(ErrorKind::kClosed,
                    "The transport was released; wrap it anew.");
}

absl::StatusOr<IoResult> Socket::Impl::Ready() {
  const absl::Status usable = Usable();
  if (!usable.ok()) return usable;
  if (handshake_done) return IoResult::Done();
  const bool client = options.side == Side::kClient;
  if (!begun) {
    begun = true;
    auto& counters = initial_context->impl().counters;
    ++(client ? counters.connect : counters.accept);
  }
  const int result = SSL_do_handshake(ssl.get());
  if (result != 1) return Settle(result);
  return FinishHandshake();
}

absl::StatusOr<IoResult> Socket::Impl::FinishHandshake() {
  const bool resumed = SSL_session_reused(ssl.get()) != 0;
  // A certificate that nobody verified may also be one that nobody can parse.
  const absl::Status collected =
      peer_verified ? absl::OkStatus() : CollectPresented();
  const bool verify = context->options().verify_mode != VerifyMode::kNone;
  if (verify && !peer_verified) {
    if (!collected.ok()) return Fail(collected);
    // A server that resumes: BoringSSL verifies again for clients only.
    uint8_t alert = SSL_AD_BAD_CERTIFICATE;
    absl::Status status;
    if (!presented.empty() || NeedsCertificate()) {
      status = VerifyPresented(&alert);
    }
    if (!status.ok()) {
      SSL_send_fatal_alert(ssl.get(), alert);
      return Fail(std::move(status));
    }
  }
  handshake_done = true;
  auto& counters = initial_context->impl().counters;
  ++(options.side == Side::kClient ? counters.connect_good
                                   : counters.accept_good);
  if (resumed) {
    ++counters.hits;
  } else if (offered_session) {
    ++counters.misses;
  }
  EndHandshake(absl::OkStatus());
  return IoResult::Done();
}

bool Socket::Impl::NeedsCertificate() const {
  // A pre-shared key (RFC 4279) stands for the certificate.
  const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl.get());
  return cipher != nullptr && SSL_CIPHER_get_auth_nid(cipher) != NID_auth_psk &&
         (options.side == Side::kClient ||
          context->options().verify_mode == VerifyMode::kRequired);
}

absl::Status Socket::Impl::CollectPresented() {
  presented.clear();
  const STACK_OF(CRYPTO_BUFFER)* chain = SSL_get0_peer_certificates(ssl.get());
  if (chain == nullptr) return absl::OkStatus();
  // BoringSSL has parsed them all, or none.
  const STACK_OF(X509)* parsed = SSL_get_peer_full_cert_chain(ssl.get());
  const bool reuse = parsed != nullptr &&
                     sk_X509_num(parsed) == sk_CRYPTO_BUFFER_num(chain);
  for (size_t i = 0; i < sk_CRYPTO_BUFFER_num(chain); ++i) {
    CRYPTO_BUFFER* der = sk_CRYPTO_BUFFER_value(chain, i);
    absl::StatusOr<Certificate> certificate =
        reuse ? internal::CertificateFromParsed(der, sk_X509_value(parsed, i))
              : internal::CertificateFromBuffer(der);
    if (!certificate.ok()) {
      return MakeStatus(
          ErrorKind::kProtocol,
          absl::StrCat("The peer's certificate at depth ", i,
                       " cannot be parsed: ", certificate.status().message()));
    }
    presented.push_back(*std::move(certificate));
  }
  return absl::OkStatus();
}

absl::Status Socket::Impl::VerifyPresented(uint8_t* alert) {
  const ContextOptions& chosen = context->options();
  if (chosen.verify_mode == VerifyMode::kNone) return absl::OkStatus();
  internal::VerifyRequest request;
  request.presented = presented;
  request.trust_store = chosen.trust_store.get();
  request.pins = chosen.pins;
  request.flags = chosen.verify_flags;
  request.depth = chosen.verify_depth;
  request.security_level = chosen.security_level;
  request.now = chosen.clock();
  if (options.side == Side::kServer) {
    request.peer = Side::kClient;
  } else if (chosen.check_hostname) {
    request.host = options.server_hostname;
    request.hostname = chosen.hostname;
  }
  internal::VerifyOutcome outcome = internal::VerifyPeer(request);
  if (!outcome.status.ok()) {
    *alert = outcome.alert;
    return outcome.status;
  }
  if (chosen.verify != nullptr) {
    const absl::Status said =
        chosen.verify(*owner, {presented, outcome.verified});
    if (!said.ok()) {
      *alert = SSL_AD_CERTIFICATE_UNKNOWN;
      if (GetError(said).has_value()) return said;
      Error error;
      error.kind = ErrorKind::kVerification;
      error.alert = *alert;
      error.verify_code = verify_code::kApplicationVerification;
      error.verify_message = std::string(VerifyCodeText(error.verify_code));
      error.depth = 0;
      error.subject = presented[0].subject();
      error.message = absl::StrCat(
          "certificate verify failed: the verify callback refused \"",
          internal::ShownName(error.subject), "\": ", said.message());
      return MakeStatus(error);
    }
  }
  verified = std::move(outcome.verified);
  peer_verified = true;
  return absl::OkStatus();
}

absl::StatusOr<IoResult> Socket::Impl::Read(absl::Span<uint8_t> into) {
  const internal::CallScope scope(clock());
  absl::StatusOr<IoResult> ready = Ready();
  if (!ready.ok() || ready->state != IoState::kDone || into.empty()) {
    return ready;
  }
  const int size =
      static_cast<int>(std::min(into.size(), static_cast<size_t>(INT_MAX)));
  const int result = SSL_read(ssl.get(), into.data(), size);
  if (result > 0) return IoResult::Done(static_cast<size_t>(result));
  return Settle(result);
}

absl::StatusOr<IoResult> Socket::Impl::Write(absl::Span<const uint8_t> from) {
  const internal::CallScope scope(clock());
  absl::StatusOr<IoResult> ready = Ready();
  if (!ready.ok() || ready->state != IoState::kDone) return ready;
  if ((SSL_get_shutdown(ssl.get()) & SSL_SENT_SHUTDOWN) != 0) {
    return MakeStatus(ErrorKind::kClosed,
                      "Nothing can be written after Shutdown.");
  }
  if (from.empty()) return ready;
  // One record: were a second one to block, its bytes would be under way
  // although the caller had been told of the first one's only.
  const int size =
      static_cast<int>(std::min(from.size(), static_cast<size_t>(INT_MAX)));
  const int result = SSL_write(ssl.get(), from.data(), size);
  if (result > 0) return IoResult::Done(static_cast<size_t>(result));
  return Settle(result);
}

absl::StatusOr<IoResult> Socket::Impl::Shutdown() {
  const internal::CallScope scope(clock());
  const absl::Status usable = Usable();
  if (!usable.ok()) return usable;
  if (!handshake_done) {
    return MakeStatus(ErrorKind::kInvalidArgument,
                      "There is nothing to shut down before the handshake is "
                      "done; drop the socket instead.");
  }
  if ((SSL_get_shutdown(ssl.get()) & SSL_SENT_SHUTDOWN) != 0 &&
      !close_notify_pending_) {
    return IoResult::Done();
  }
  const int result = SSL_shutdown(ssl.get());
  close_notify_pending_ = result < 0;
  return result >= 0 ? absl::StatusOr<IoResult>(IoResult::Done())
                     : Settle(result);
}

absl::StatusOr<IoResult> Socket::Impl::Unwrap() {
  absl::StatusOr<IoResult> sent = Shutdown();
  if (!sent.ok() || sent->state != IoState::kDone) return sent;
  const internal::CallScope scope(clock());
  if ((SSL_get_shutdown(ssl.get()) & SSL_RECEIVED_SHUTDOWN) != 0) {
    return IoResult::Done();
  }
  const int result = SSL_shutdown(ssl.get());
  if (result == 1) return IoResult::Done();
  const uint32_t code = ERR_peek_error();
  if (ERR_GET_LIB(code) == ERR_LIB_SSL &&
      ERR_GET_REASON(code) == SSL_R_APPLICATION_DATA_ON_SHUTDOWN) {
    // Not final: the data is still there to be read.
    return ProtocolError(internal::DrainErrorQueue());
  }
  return Settle(result);
}

}  // namespace airlock::ssl
