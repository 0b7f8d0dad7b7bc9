// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A Socket's I/O, and the conversion of BoringSSL's results.

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <climits>
#include <iterator>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "ssl/error.h"
#include "ssl/internal/advice.h"
#include "ssl/internal/call_scope.h"
#include "ssl/internal/context_impl.h"
#include "ssl/internal/engine_differences.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/socket_impl.h"

// Read and Write do without a CallScope where data moves at once: SSL_read and
// SSL_write empty the error queue first, and queue an error only if they fail.

namespace airlock::ssl {
namespace {

int IntSize(size_t size) {
  return static_cast<int>(std::min(size, static_cast<size_t>(INT_MAX)));
}

}  // namespace

std::optional<uint8_t> Socket::Impl::AlertInClear() const {
  if (options.side == Side::kClient || handshake_done ||
      SSL_version(ssl.get()) != TLS1_3_VERSION) {
    return std::nullopt;
  }
  // ContentType, legacy_record_version, length and AlertLevel.
  constexpr uint64_t kFatalAlert =
      uint64_t{SSL3_RT_ALERT} << 40 | uint64_t{0x03030002} << 8 | SSL3_AL_FATAL;
  constexpr uint64_t kSixBytes = 0xffffffffffff;
  if ((bio.tail >> 8 & kSixBytes) != kFatalAlert) return std::nullopt;
  return static_cast<uint8_t>(bio.tail & 0xff);
}

std::string Socket::Impl::GroupsText() const {
  const std::string& groups = context->options().verification.groups;
  if (groups.empty() || handshake_done) return "";
  const std::string ours = absl::StrReplaceAll(groups, {{":", ", "}});
  if (options.side == Side::kClient) {
    return absl::StrCat(
        "Of the groups for key exchange, this side offers only ", ours, ". ");
  }
  const std::string theirs = absl::StrJoin(
      offered_groups, ", ", [](std::string* text, uint16_t group) {
        // RFC 8701: some clients offer values that mean nothing.
        const bool is_grease =
            (group & 0x0f0f) == 0x0a0a && group >> 8 == (group & 0xff);
        absl::StrAppend(text,
                        is_grease ? "GREASE" : internal::GroupName(group));
      });
  return absl::StrCat(
      "The client offers ", theirs.empty() ? "no group" : "the groups ", theirs,
      " for key exchange, and this side allows only ", ours, ". ");
}

absl::Status Socket::Impl::ProtocolError(uint32_t code) const {
  if (const std::optional<uint8_t> alert = AlertInClear()) {
    code = ERR_PACK(ERR_LIB_SSL, SSL_AD_REASON_OFFSET + *alert);
  }
  if (internal::IsOutOfMemory(code)) return internal::OutOfMemoryError();
  Error error;
  internal::DescribeCode(code, &error);
  if (ERR_GET_LIB(code) == ERR_LIB_SSL &&
      ERR_GET_REASON(code) >= SSL_AD_REASON_OFFSET) {
    error.kind = ErrorKind::kPeerAlert;
    const auto alert =
        static_cast<uint8_t>(ERR_GET_REASON(code) - SSL_AD_REASON_OFFSET);
    error.alert = alert;
    SetParts({"",
              absl::StrCat("The peer ended the connection with alert ",
                           AlertName(alert), " (", alert, ")"),
              JoinText(alert == SSL_AD_HANDSHAKE_FAILURE ? GroupsText() : "",
                       internal::AlertAdvice(alert)),
              /*after_where=*/"",
              /*before_advice=*/". "},
             &error);
    return MakeStatus(error);
  }
  error.kind = ErrorKind::kProtocol;
  error.alert = sent_alert;
  if (ERR_GET_LIB(code) == ERR_LIB_SSL &&
      ERR_GET_REASON(code) == SSL_R_ECH_REJECTED) {
    DescribeEchRejection(&error);
    return MakeStatus(error);
  }
  error.what =
      handshake_done ? "The connection failed" : "The handshake failed";
  // Before TLS 1.3, no shared group means no shared cipher.
  const bool about_groups = options.side == Side::kServer &&
                            ERR_GET_LIB(code) == ERR_LIB_SSL &&
                            (ERR_GET_REASON(code) == SSL_R_NO_SHARED_GROUP ||
                             ERR_GET_REASON(code) == SSL_R_NO_SHARED_CIPHER);
  const ErrorText advice =
      JoinText(about_groups ? GroupsText() : "", internal::ReasonAdvice(code));
  error.advice = advice.text();
  error.names.advice = advice.names();
  return MakeStatus(error);
}

IoResult Socket::Impl::SettleCloseNotify() {
  if (handshake_done) return IoResult::Closed();
  // Anyone can send these seven bytes: nothing has been negotiated or verified.
  internal::DrainErrorQueue();
  Error error;
  error.kind = ErrorKind::kUnexpectedEof;
  error.alert = SSL_AD_CLOSE_NOTIFY;
  error.message =
      "The peer ended the connection with close_notify during the handshake. "
      "It may have rejected the offer, or an attacker may have cut the "
      "connection; check the peer's log.";
  return Fail(MakeStatus(error));
}

IoResult Socket::Impl::SettleEof() {
  if (handshake_done && options.suppress_ragged_eofs) {
    return IoResult::Closed();
  }
  return Fail(
      MakeStatus(
          ErrorKind::kUnexpectedEof,
          handshake_done
              ? "The peer ended the stream without close_notify: data may have "
                "been truncated, possibly by an attacker. If the protocol "
                "above TLS marks its own end, set suppress_ragged_eofs."
              : "The peer closed the connection during the handshake. It may "
                "not speak TLS on this port, or may have rejected the offer; "
                "check the peer's log."),
      Reach::kReading);
}

absl::Status Socket::Impl::TransportError(Operation operation,
                                          Reach* reach) const {
  const bool reading =
      operation == Operation::kRead ||
      (operation == Operation::kHandshake && !bio.read_error.ok());
  const absl::Status& own = reading ? bio.read_error : bio.write_error;
  const absl::Status& other = reading ? bio.write_error : bio.read_error;
  // A renegotiation reads and writes during any call.
  *reach = own.ok()  ? Reach::kBoth
           : reading ? Reach::kReading
                     : Reach::kWriting;
  const absl::Status& error = own.ok() ? other : own;
  if (error.ok() || GetError(error).has_value()) return error;
  return MakeStatus(ErrorKind::kTransport, error.message());
}

IoResult Socket::Impl::Settle(Operation operation, int result) {
  const int ssl_error = SSL_get_error(ssl.get(), result);
  switch (ssl_error) {
    case SSL_ERROR_NONE:
      return IoResult::Done();
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      if (!bio.timeout.ok()) {
        return MakeStatus(ErrorKind::kTimeout, bio.timeout.message());
      }
      if (waits_for == LateCallback::kPsk) {
        return IoResult::WantCallback(waits_for);
      }
      return ssl_error == SSL_ERROR_WANT_READ ? IoResult::WantRead()
                                              : IoResult::WantWrite();
    case SSL_ERROR_WANT_X509_LOOKUP:
    case SSL_ERROR_WANT_CERTIFICATE_VERIFY:
    case SSL_ERROR_WANT_PRIVATE_KEY_OPERATION:
    case SSL_ERROR_PENDING_CERTIFICATE:
    case SSL_ERROR_PENDING_TICKET:
      return IoResult::WantCallback(waits_for);
    case SSL_ERROR_ZERO_RETURN:
      return SettleCloseNotify();
    default:
      break;
  }
  const uint32_t code = internal::DrainErrorQueueForTls();
  if (!callback_error.ok()) {
    std::optional<Error> error = GetError(callback_error);
    if (!error.has_value() || error->alert.has_value()) {
      return Fail(callback_error);
    }
    error->alert = sent_alert;
    return Fail(MakeStatus(*error));
  }
  // Takes precedence over the transport's error: sending the alert about this
  // may have failed.
  if (code != 0) return Fail(ProtocolError(code));
  if (operation != Operation::kWrite && bio.eof) return SettleEof();
  Reach reach = Reach::kBoth;
  absl::Status transport = TransportError(operation, &reach);
  if (!transport.ok()) return Fail(std::move(transport), reach);
  if (bio.eof) return SettleEof();
  return Fail(
      MakeStatus(ErrorKind::kInternal,
                 absl::StrCat("The TLS library stopped without a reason (",
                              ssl_error, "). This is a defect; report it.")));
}

absl::Status Socket::Impl::Renegotiate() {
  const int most = initial_context->options().max_renegotiations;
  if (SSL_total_renegotiations(ssl.get()) < most) {
    if (SSL_renegotiate(ssl.get())) return absl::OkStatus();
    return Fail(ProtocolError(internal::DrainErrorQueue()));
  }
  return RefuseRenegotiation(
      absl::StrCat("The server asks for another handshake after ", most,
                   ", which is all that max_renegotiations allows."));
}

absl::Status Socket::Impl::RefuseRenegotiation(std::string why) {
  Error error;
  internal::DescribeCode(ERR_PACK(ERR_LIB_SSL, SSL_R_NO_RENEGOTIATION), &error);
  error.kind = ErrorKind::kProtocol;
  error.message = std::move(why);
  // After our close_notify, nothing more may be sent.
  if ((SSL_get_shutdown(ssl.get()) & SSL_SENT_SHUTDOWN) == 0) {
    error.alert = SSL_AD_NO_RENEGOTIATION;
    SSL_send_fatal_alert(ssl.get(), SSL_AD_NO_RENEGOTIATION);
    internal::DrainErrorQueue();
  }
  return Fail(MakeStatus(error));
}

// Read, Write and what they call for each record are "hot": the linker places
// such functions together, so that they seldom displace BoringSSL's code, or
// each other, in the processor's cache.

ABSL_ATTRIBUTE_HOT IoResult Socket::Impl::Read(absl::Span<uint8_t> into) {
  const internal::ClockScope scope(clock());
  if (!MovesData(read_failed_)) {
    const internal::ErrorQueueScope errors;
    IoResult ready = Ready(Operation::kRead);
    if (!ready.done()) return ready;
  }
  if (into.empty()) return IoResult::Done();
  waits_for = LateCallback::kNone;
  const int result = SSL_read(ssl.get(), into.data(), IntSize(into.size()));
  if (result <= 0 || bio.halted) return EndRead(result, into);
  traffic.data_received += static_cast<size_t>(result);
  return IoResult::Done(static_cast<size_t>(result));
}

IoResult Socket::Impl::EndRead(int result, absl::Span<uint8_t> into) {
  const internal::ErrorQueueExit errors;
  while (true) {
    if (Halted()) return FailHalted();
    if (result > 0) {
      traffic.data_received += static_cast<size_t>(result);
      return IoResult::Done(static_cast<size_t>(result));
    }
    if (SSL_get_error(ssl.get(), result) != SSL_ERROR_WANT_RENEGOTIATE) {
      return Settle(Operation::kRead, result);
    }
    const absl::Status status = Renegotiate();
    if (!status.ok()) return status;
    waits_for = LateCallback::kNone;
    result = SSL_read(ssl.get(), into.data(), IntSize(into.size()));
  }
}

ABSL_ATTRIBUTE_HOT IoResult
Socket::Impl::Write(absl::Span<const uint8_t> from) {
  const internal::ClockScope scope(clock());
  if (!MovesData(write_failed_)) {
    const internal::ErrorQueueScope errors;
    IoResult ready = Ready(Operation::kWrite);
    if (!ready.done()) return ready;
  }
  if ((SSL_get_shutdown(ssl.get()) & SSL_SENT_SHUTDOWN) != 0) {
    return MakeStatus(ErrorKind::kClosed,
                      Named("Nothing can be written after {Shutdown}."));
  }
  if (from.empty()) return IoResult::Done();
  // One record: if a second one blocked, its bytes would already be in transit,
  // although the caller had been told only about the first.
  waits_for = LateCallback::kNone;
  const int result = SSL_write(ssl.get(), from.data(), IntSize(from.size()));
  if (result <= 0 || bio.halted) return EndWrite(result);
  traffic.data_sent += static_cast<size_t>(result);
  return IoResult::Done(static_cast<size_t>(result));
}

IoResult Socket::Impl::EndWrite(int result) {
  const internal::ErrorQueueExit errors;
  if (Halted()) return FailHalted();
  if (result > 0) {
    traffic.data_sent += static_cast<size_t>(result);
    return IoResult::Done(static_cast<size_t>(result));
  }
  IoResult settled = Settle(Operation::kWrite, result);
  if (!settled.closed()) return settled;
  // Only a renegotiation reads here, and the peer closed during it.
  return Fail(settled.status());
}

absl::Status Socket::Impl::RequestKeyUpdate() {
  const internal::CallScope scope(clock());
  absl::Status usable = Usable(Operation::kWrite);
  if (!usable.ok()) return usable;
  if (!handshake_done) {
    return MakeStatus(
        ErrorKind::kInvalidArgument,
        "The keys can be updated only after the handshake is done.");
  }
  if (SSL_version(ssl.get()) < TLS1_3_VERSION) {
    return MakeStatus(ErrorKind::kInvalidArgument,
                      "Only TLS 1.3 can update its keys; for new ones with TLS "
                      "1.2, make a new connection.");
  }
  if ((SSL_get_shutdown(ssl.get()) & SSL_SENT_SHUTDOWN) != 0) {
    return MakeStatus(ErrorKind::kClosed,
                      Named("Keys cannot be updated after {Shutdown}."));
  }
  const int queued = SSL_key_update(ssl.get(), SSL_KEY_UPDATE_REQUESTED);
  if (Halted()) return FailHalted();
  if (queued == 1) return absl::OkStatus();
  return Fail(internal::DrainToStatus(ErrorKind::kInternal,
                                      "The keys cannot be updated."));
}

IoResult Socket::Impl::FlushForShutdown() {
  // SSL_shutdown would succeed without having sent anything.
  if (SSL_in_init(ssl.get()) != 0) {
    Error error;
    internal::DescribeCode(ERR_PACK(ERR_LIB_SSL, SSL_R_SHUTDOWN_WHILE_IN_INIT),
                           &error);
    error.kind = ErrorKind::kInvalidArgument;
    SetMessage(JoinText(Named("The connection cannot be shut down during "
                              "another handshake, which the server asked for: "
                              "call {Read} until it is done, or drop the "
                              "socket.")),
               &error);
    return MakeStatus(error);
  }
  waits_for = LateCallback::kNone;
  const int result = SSL_write(ssl.get(), nullptr, 0);
  if (Halted()) return FailHalted();
  if (result >= 0) {
    tickets_pending_ = false;
    return IoResult::Done();
  }
  if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_BAD_WRITE_RETRY) {
    internal::DrainErrorQueue();
    return MakeStatus(
        ErrorKind::kInvalidArgument,
        Named("The connection cannot be shut down while data is partly sent: "
              "call {Write} again with that data, or drop the socket."));
  }
  return Settle(Operation::kWrite, result);
}

IoResult Socket::Impl::Shutdown() {
  const internal::CallScope scope(clock());
  const absl::Status usable = Usable(Operation::kWrite);
  if (!usable.ok()) return usable;
  if (!handshake_done) {
    return MakeStatus(ErrorKind::kInvalidArgument,
                      "The connection cannot be shut down before the handshake "
                      "is done; drop the socket instead.");
  }
  if ((SSL_get_shutdown(ssl.get()) & SSL_SENT_SHUTDOWN) == 0) {
    IoResult flushed = FlushForShutdown();
    if (!flushed.done()) return flushed;
  } else if (!close_notify_pending_) {
    return IoResult::Done();
  }
  const int result = SSL_shutdown(ssl.get());
  if (Halted()) return FailHalted();
  close_notify_pending_ = result < 0;
  return result >= 0 ? IoResult::Done() : Settle(Operation::kWrite, result);
}

IoResult Socket::Impl::Unwrap() {
  IoResult sent = Shutdown();
  if (!sent.done()) return sent;
  const internal::CallScope scope(clock());
  if ((SSL_get_shutdown(ssl.get()) & SSL_RECEIVED_SHUTDOWN) != 0) {
    return IoResult::Done();
  }
  const absl::Status usable = Usable(Operation::kRead);
  if (!usable.ok()) return usable;
  const int result = SSL_shutdown(ssl.get());
  if (Halted()) return FailHalted();
  if (result == 1) return IoResult::Done();
  const uint32_t code = ERR_peek_error();
  if (ERR_GET_LIB(code) == ERR_LIB_SSL &&
      ERR_GET_REASON(code) == SSL_R_APPLICATION_DATA_ON_SHUTDOWN) {
    // Not final: the data can still be read.
    return ProtocolError(internal::DrainErrorQueue());
  }
  if (SSL_get_error(ssl.get(), result) == SSL_ERROR_WANT_RENEGOTIATE) {
    return RefuseRenegotiation(
        "The server asks for another handshake during the shutdown.");
  }
  return Settle(Operation::kRead, result);
}

// Here, so that each is one function with Impl's.

ABSL_ATTRIBUTE_HOT IoResult Socket::Read(absl::Span<uint8_t> into) {
  return impl_->Read(into);
}

ABSL_ATTRIBUTE_HOT IoResult Socket::Write(absl::Span<const uint8_t> from) {
  return impl_->Write(from);
}

}  // namespace airlock::ssl
