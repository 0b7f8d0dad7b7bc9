// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/socket_impl.h"

#include <openssl/err.h>
#include <openssl/nid.h>
#include <openssl/pool.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ssl/credential_source.h"
#include "ssl/error.h"
#include "ssl/guarded.h"
#include "ssl/internal/call_scope.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/certificate_text.h"
#include "ssl/internal/context_impl.h"
#include "ssl/internal/engine_differences.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/psk_callbacks.h"
#include "ssl/internal/revocation_check.h"
#include "ssl/internal/session_impl.h"
#include "ssl/internal/verify.h"
#include "ssl/later.h"
#include "ssl/trust_source.h"
#include "ssl/verify_code.h"

namespace airlock::ssl {
namespace {

absl::string_view StapledOcsp(const SSL& ssl) {
  const uint8_t* data = nullptr;
  size_t size = 0;
  SSL_get0_ocsp_response(&ssl, &data, &size);
  return {reinterpret_cast<const char*>(data), size};
}

absl::string_view SctList(const SSL& ssl) {
  const uint8_t* data = nullptr;
  size_t size = 0;
  SSL_get0_signed_cert_timestamp_list(&ssl, &data, &size);
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace

Socket::Impl::Impl(std::shared_ptr<const Context> context_in,
                   std::unique_ptr<Transport> transport,
                   SocketOptions options_in)
    : context(std::move(context_in)),
      initial_context(context),
      options(std::move(options_in)),
      resumes(options.session) {
  bio.clock.clock = &initial_context->options().clock;
  bio.keeps_tail = options.side == Side::kServer;
  bio.transport = std::move(transport);
  bio.socket = this;
}

Socket::Impl::~Impl() = default;

Socket::Impl* Socket::Impl::Of(const SSL* ssl) {
  return static_cast<Bio*>(internal::StateOfTransportBio(SSL_get_rbio(ssl)))
      ->socket;
}

absl::Status Socket::Impl::Init(std::shared_ptr<const Context> made_from) {
  internal::CallClock made_clock;
  made_clock.clock = &made_from->options().clock;
  const internal::CallScope scope(made_clock);
  bssl::UniquePtr<SSL> made(SSL_new(made_from->impl().ctx.get()));
  bssl::UniquePtr<BIO> stream = internal::NewTransportBio(&bio);
  if (made == nullptr || stream == nullptr) {
    return internal::DrainToStatus(ErrorKind::kInternal,
                                   "The socket cannot be created.");
  }
  BIO* released = stream.release();
  SSL_set_bio(made.get(), released, released);
  // TLS 1.0's initialization vectors are predictable (CVE-2011-3389).
  SSL_set_mode(made.get(), SSL_MODE_CBC_RECORD_SPLITTING);
  if (options.side == Side::kServer) {
    SSL_set_accept_state(made.get());
  } else {
    SSL_set_connect_state(made.get());
    if (made_from->options().max_renegotiations > 0) {
      SSL_set_renegotiate_mode(made.get(), ssl_renegotiate_explicit);
    }
    internal::EnforceRsaKeyUsage(made.get());
    if (!sni_name.empty() &&
        !SSL_set_tlsext_host_name(made.get(), sni_name.c_str())) {
      return internal::DrainToStatus(
          ErrorKind::kInvalidArgument,
          ErrorParts{ErrorText::Name("server_hostname"), "is invalid.", "",
                     /*after_where=*/" "});
    }
    absl::Status ech = SetEch(made.get());
    if (!ech.ok()) return ech;
    // A client verifies again when it resumes, so a session of any context is
    // fine; with a session ID context set, BoringSSL would abort the handshake.
    if (!SSL_set_session_id_context(made.get(), nullptr, 0) ||
        (resumes != nullptr && MayResume(*made_from, *resumes) &&
         !SSL_set_session(made.get(), resumes->impl().session.get()))) {
      return internal::DrainToStatus(
          ErrorKind::kInvalidArgument,
          ErrorParts{"session", "cannot be used.", "", /*after_where=*/" "});
    }
  }
  psk_lookahead = internal::MakePskLookahead(made_from->options(), made.get());
  bio.lookahead = psk_lookahead.get();
  ssl = std::move(made);
  context = made_from;
  initial_context = std::move(made_from);
  bio.clock.clock = &initial_context->options().clock;
  return absl::OkStatus();
}

absl::Status Socket::Impl::Fail(absl::Status status, Reach reach) {
  if (!handshake_done) reach = Reach::kBoth;
  switch (reach) {
    case Reach::kBoth:
      failed_ = status;
      break;
    case Reach::kReading:
      read_failed_ = status;
      break;
    case Reach::kWriting:
      write_failed_ = status;
      break;
  }
  if (begun && !handshake_done) {
    ReleaseLiveCredentials();
    EndHandshake(status);
  }
  return status;
}

absl::Status Socket::Impl::FailHalted() {
  internal::DrainErrorQueue();
  return Fail(callback_error);
}

void Socket::Impl::EndHandshake(const absl::Status& status) const {
  const auto& ended = initial_context->options().handshake_ended;
  if (ended == nullptr) return;
  // The callback only observes: its exceptions are ignored.
  Guarded("handshake_ended callback", [&] {
    ended(*owner, status);
    return absl::OkStatus();
  }).IgnoreError();
}

IoResult Socket::Impl::Handshake() {
  const internal::CallScope scope(clock());
  return Ready(Operation::kHandshake);
}

absl::Status Socket::Impl::Usable(Operation operation) const {
  if (!failed_.ok()) return failed_;
  if (operation == Operation::kRead && !read_failed_.ok()) return read_failed_;
  if (operation == Operation::kWrite && !write_failed_.ok()) {
    return write_failed_;
  }
  if (bio.transport != nullptr) return absl::OkStatus();
  return MakeStatus(ErrorKind::kClosed,
                    "The transport was released; wrap it again.");
}

SessionCounters& Socket::Impl::Counters() const {
  return options.counters != nullptr ? *options.counters
                                     : initial_context->impl().counters;
}

absl::Duration Socket::Impl::Elapsed() const {
  const auto& stopwatch = initial_context->options().stopwatch;
  absl::Duration now;
  if (stopwatch == nullptr) return now;
  Guarded("stopwatch callback", [&] {
    now = stopwatch();
    return absl::OkStatus();
  }).IgnoreError();
  return now;
}

IoResult Socket::Impl::Ready(Operation operation) {
  const absl::Status usable = Usable(operation);
  if (!usable.ok()) return usable;
  if (handshake_done) {
    if (tickets_pending_) SendTickets();
    return IoResult::Done();
  }
  const bool client = options.side == Side::kClient;
  if (!begun) {
    begun = true;
    begun_at_ = Elapsed();
    SessionCounters& counters = Counters();
    ++(client ? counters.connect : counters.accept);
    if (!TakeTrust() || !RecheckOffer()) {
      return Fail(internal::OutOfMemoryError());
    }
  }
  waits_for = LateCallback::kNone;
  bio.clock.keeps = true;
  const int result = SSL_do_handshake(ssl.get());
  bio.clock.keeps = false;
  bio.clock.now.reset();
  if (Halted()) return FailHalted();
  if (result != 1) return Settle(Operation::kHandshake, result);
  return FinishHandshake();
}

IoResult Socket::Impl::FinishHandshake() {
  const bool resumed = SSL_session_reused(ssl.get()) != 0;
  // A certificate that was not verified may also be unparsable.
  const absl::Status collected = peer_verified || awaits_verdict_.is_set()
                                     ? absl::OkStatus()
                                     : CollectPresented();
  const bool verify = context->options().verification.mode != VerifyMode::kNone;
  if (verify && !peer_verified) {
    if (!collected.ok()) return Fail(collected);
    // A resuming server: BoringSSL verifies again only for clients.
    uint8_t alert = SSL_AD_BAD_CERTIFICATE;
    absl::Status status;
    if (!presented->empty() || NeedsCertificate()) {
      status = VerifyPresented(&alert);
    }
    if (IsLater(status)) return IoResult::WantCallback(LateCallback::kVerify);
    if (!status.ok()) {
      SSL_send_fatal_alert(ssl.get(), alert);
      return Fail(std::move(status));
    }
  }
  handshake_done = true;
  ReleaseLiveCredentials();
  ticket_blanks = nullptr;
  bio.keeps_tail = false;
  known_ = nullptr;
  if (options.side == Side::kServer) trust_ = nullptr;
  if (initial_context->options().stopwatch != nullptr) {
    handshake_duration = Elapsed() - begun_at_;
  }
  SessionCounters& counters = Counters();
  ++(options.side == Side::kClient ? counters.connect_good
                                   : counters.accept_good);
  if (resumed) {
    ++counters.hits;
  } else if (offered_session) {
    ++counters.misses;
  }
  SendTickets();
  EndHandshake(absl::OkStatus());
  if (Halted()) return FailHalted();
  return IoResult::Done();
}

void Socket::Impl::ReleaseLiveCredentials() {
  if (context->options().credential_source == nullptr) return;
  SSL_certs_clear(ssl.get());
  chosen = nullptr;
}

bool Socket::Impl::TakeTrust() {
  trust_ = nullptr;
  if (context->options().trust_source == nullptr) return true;
  trust_ = context->impl().TakeTrust();
  if (trust_ == nullptr) return true;
  return options.side == Side::kClient ||
         SSL_set_session_id_context(ssl.get(),
                                    trust_->session_id_context.data(),
                                    trust_->session_id_context.size()) != 0;
}

bool Socket::Impl::RecheckOffer() {
  if (resumes == nullptr) return true;
  // A handshake that resumes takes no credentials, so nothing else would run
  // the source's `refresh`.
  if (const auto& source = context->options().credential_source) {
    source->Take();
  }
  return MayResume(*context, *resumes) ||
         SSL_set_session(ssl.get(), nullptr) != 0;
}

internal::VerifiedChains* Socket::Impl::Chains() const {
  return trust_ != nullptr ? trust_->verified_chains.get()
                           : context->impl().verified_chains.get();
}

std::shared_ptr<const Session> Socket::Impl::Wrap(
    bssl::UniquePtr<SSL_SESSION> made) const {
  std::string identity;
  if (SSL_session_reused(ssl.get()) != 0 && resumes != nullptr) {
    identity = resumes->impl().identity;
  } else if (options.side == Side::kClient && presented_live.has_value()) {
    identity = presented_live->Sha256Fingerprint();
  }
  return internal::WrapSession(
      std::move(made), std::move(identity),
      trust_ != nullptr ? trust_->store->content_hash() : std::string());
}

bool Socket::Impl::MayResume(const Context& of, const Session& offered) {
  const auto& bundle = of.options().trust_source;
  const std::string& trust = offered.impl().trust;
  if (bundle != nullptr && !trust.empty() &&
      bundle->current()->content_hash() != trust) {
    return false;
  }
  const auto& source = of.options().credential_source;
  const std::string& identity = offered.impl().identity;
  if (source == nullptr || identity.empty()) return true;
  const auto current = source->current();
  return std::any_of(current->begin(), current->end(), [&](const auto& entry) {
    return entry->chain().front().Sha256Fingerprint() == identity;
  });
}

void Socket::Impl::SendTickets() {
  if (options.side != Side::kServer ||
      SSL_version(ssl.get()) != TLS1_3_VERSION) {
    return;
  }
  // BoringSSL would keep the tickets until the first Write. But a client that
  // speaks first and sends its Finished separately waits for an acknowledgement
  // (RFC 896), and with nothing to send, the server delays that acknowledgement
  // (RFC 1122, section 4.2.3.2): 40 ms for each connection. What cannot be sent
  // now is sent with the next call; if sending fails for good, Write returns
  // the error.
  const int result = SSL_write(ssl.get(), nullptr, 0);
  const int ssl_error =
      result < 0 ? SSL_get_error(ssl.get(), result) : SSL_ERROR_NONE;
  tickets_pending_ =
      ssl_error == SSL_ERROR_WANT_READ || ssl_error == SSL_ERROR_WANT_WRITE;
  internal::DrainErrorQueue();
  if (!bio.write_error.ok() && write_failed_.ok()) {
    Reach reach = Reach::kWriting;
    write_failed_ = TransportError(Operation::kWrite, &reach);
  }
}

bool Socket::Impl::NeedsCertificate() const {
  // A pre-shared key (RFC 4279) replaces the certificate.
  const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl.get());
  return cipher != nullptr && SSL_CIPHER_get_auth_nid(cipher) != NID_auth_psk &&
         (options.side == Side::kClient ||
          context->options().verification.mode == VerifyMode::kRequired);
}

absl::Status Socket::Impl::CollectPresented() {
  presented = SharedCertificates();
  known_ = nullptr;
  const STACK_OF(CRYPTO_BUFFER)* chain = SSL_get0_peer_certificates(ssl.get());
  if (chain == nullptr) return absl::OkStatus();
  // A renegotiation is a handshake of its own.
  if (context->options().trust_source != nullptr &&
      (trust_ == nullptr || handshake_done) && !TakeTrust()) {
    return internal::OutOfMemoryError();
  }
  if (const auto chains = Chains()) {
    known_ = chains->Find(
        chain, options.side == Side::kServer ? Side::kClient : Side::kServer,
        HostToVerify());
  }
  if (known_ != nullptr) {
    presented = SharedCertificates({known_, &known_->presented});
    return absl::OkStatus();
  }
  auto parsed_chain = std::make_shared<std::vector<Certificate>>();
  parsed_chain->reserve(sk_CRYPTO_BUFFER_num(chain));
  // BoringSSL has parsed all of them or none.
  const STACK_OF(X509)* parsed = SSL_get_peer_full_cert_chain(ssl.get());
  const bool reuse =
      parsed != nullptr && sk_X509_num(parsed) == sk_CRYPTO_BUFFER_num(chain);
  for (size_t i = 0; i < sk_CRYPTO_BUFFER_num(chain); ++i) {
    CRYPTO_BUFFER* der = sk_CRYPTO_BUFFER_value(chain, i);
    absl::StatusOr<Certificate> certificate =
        reuse ? internal::CertificateFromParsed(der, sk_X509_value(parsed, i))
              : internal::CertificateFromBuffer(der);
    if (!certificate.ok()) {
      // The peer is not at fault if memory ran out.
      if (GetErrorKind(certificate.status()) == ErrorKind::kInternal) {
        return certificate.status();
      }
      return MakeStatus(
          ErrorKind::kProtocol,
          absl::StrCat("The peer's certificate at depth ", i,
                       " cannot be parsed: ", certificate.status().message()));
    }
    parsed_chain->push_back(*std::move(certificate));
  }
  presented = SharedCertificates(std::move(parsed_chain));
  return absl::OkStatus();
}

absl::string_view Socket::Impl::HostToVerify() const {
  // Whatever is checked otherwise: the client's next attempt relies on it.
  const absl::string_view public_name = EchPublicName();
  if (!public_name.empty()) return public_name;
  const bool checked = options.side == Side::kClient &&
                       context->options().verification.check_hostname &&
                       context->options().verification.spiffe == nullptr;
  return checked ? absl::string_view(options.server_hostname)
                 : absl::string_view();
}

absl::Status Socket::Impl::VerifyPresented(uint8_t* alert) {
  const ContextOptions& wanted = context->options();
  if (wanted.verification.mode == VerifyMode::kNone) return absl::OkStatus();
  internal::VerifyRequest request;
  request.presented = *presented;
  request.trust_store =
      trust_ != nullptr ? trust_->store.get() : wanted.trust_store.get();
  request.verification = &wanted.verification;
  const absl::Status clocked = Guarded("clock callback", [&] {
    request.now = wanted.clock();
    return absl::OkStatus();
  });
  if (!clocked.ok()) {
    *alert = SSL_AD_INTERNAL_ERROR;
    return clocked;
  }
  if (options.side == Side::kServer) request.peer = Side::kClient;
  request.host = HostToVerify();
  SharedCertificates chain = std::exchange(awaits_verdict_, {});
  const bool revocation_checked =
      std::exchange(revocation_checked_, false) && chain.is_set();
  if (chain.is_set()) {
    // It was verified before the callback was called the first time.
  } else if (known_ != nullptr && known_->Holds(request.now)) {
    chain = SharedCertificates({known_, &known_->verified});
  } else {
    internal::VerifyOutcome outcome = Chains()->Verify(request);
    if (!outcome.status.ok()) {
      *alert = outcome.alert;
      return outcome.status;
    }
    chain = SharedCertificates(std::make_shared<std::vector<Certificate>>(
        std::move(outcome.verified)));
  }
  if (wanted.revocation != nullptr && !revocation_checked) {
    absl::Status said =
        internal::CheckRevocation(wanted, *chain, SctList(*ssl), request.now,
                                  &context->impl().revocation_verdicts, alert);
    if (IsLater(said)) awaits_verdict_ = std::move(chain);
    if (!said.ok()) return said;
  }
  if (wanted.verify != nullptr) {
    const VerifiedPeer peer = {*presented, *chain, StapledOcsp(*ssl),
                               SctList(*ssl), EchPublicName()};
    const absl::Status said =
        Guarded("verify callback", [&] { return wanted.verify(*owner, peer); });
    if (IsLater(said)) {
      awaits_verdict_ = std::move(chain);
      revocation_checked_ = true;
      return said;
    }
    if (!said.ok()) {
      *alert = SSL_AD_CERTIFICATE_UNKNOWN;
      if (const std::optional<Error> own = GetError(said)) {
        *alert = own->alert.value_or(*alert);
        return said;
      }
      Error error;
      error.kind = ErrorKind::kVerification;
      error.alert = *alert;
      error.verify_code = verify_code::kApplicationVerification;
      error.verify_message = std::string(VerifyCodeText(error.verify_code));
      error.depth = 0;
      error.subject = (*presented)[0].subject();
      error.detail = "certificate verify failed";
      error.what = absl::StrCat("the verify callback refused \"",
                                internal::ShownName(error.subject),
                                "\": ", said.message());
      return MakeStatus(error);
    }
  }
  if (!EchPublicName().empty()) {
    // This is not the peer that the application asked for.
    ech_rejection_verified_ = true;
    return absl::OkStatus();
  }
  verified = std::move(chain);
  peer_verified = true;
  return absl::OkStatus();
}

}  // namespace airlock::ssl
