// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/ticket_method.h"

#include <openssl/mem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "ssl/guarded.h"
#include "ssl/internal/call_scope.h"
#include "ssl/internal/context_impl.h"
#include "ssl/internal/der.h"
#include "ssl/internal/socket_impl.h"
#include "ssl/internal/ticket_keyring_impl.h"
#include "ssl/later.h"
#include "ssl/ticket_keeper.h"

namespace airlock::ssl::internal {
namespace {

constexpr size_t kMostTicketBytes = 0xffff;  // RFC 8446, section 4.6.1.
// Instead of a ticket where TLS 1.3 requires one; no key has this name.
constexpr char kNoTicket[TicketKey::kNameSize + 1] = "no ticket key...";

TicketKeyring* KeyringOf(const SSL* ssl) {
  return Socket::Impl::Of(ssl)->initial_context->impl().ticket_keyring.get();
}

absl::string_view ServerName(const SSL* ssl) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  return name == nullptr ? absl::string_view() : absl::string_view(name);
}

// Where an encoded SSL_SESSION has its time, as the content of an INTEGER.
bool FindTime(absl::Span<uint8_t> session, absl::Span<uint8_t>* time) {
  constexpr uint8_t kInteger = 0x02;
  constexpr uint8_t kOctetString = 0x04;
  constexpr uint8_t kSequence = 0x30;
  constexpr uint8_t kTime = 0xa1;  // [1]
  absl::string_view content;
  Der outer({reinterpret_cast<const char*>(session.data()), session.size()});
  if (!outer.Take(kSequence, &content)) return false;
  // The versions; the cipher suite, the identifier and the secret.
  Der fields(content);
  for (const uint8_t tag :
       {kInteger, kInteger, kOctetString, kOctetString, kOctetString}) {
    if (!fields.Take(tag, &content)) return false;
  }
  if (!fields.Take(kTime, &content)) return false;
  Der tagged(content);
  if (!tagged.Take(kInteger, &content)) return false;
  const char* const begin = reinterpret_cast<const char*>(session.data());
  *time = session.subspan(static_cast<size_t>(content.data() - begin),
                          content.size());
  return true;
}

// BoringSSL refuses a session from the future, which one from a server with a
// clock slightly ahead of ours seems to be. Such a session is of now.
void ForgiveFuture(absl::Span<uint8_t> session, absl::Time now,
                   absl::Duration most) {
  absl::Span<uint8_t> time;
  if (!FindTime(session, &time) || time.size() > sizeof(uint64_t)) return;
  int64_t made = 0;
  for (const uint8_t byte : time) made = made * 256 + byte;
  const int64_t present = absl::ToUnixSeconds(now);
  if (made <= present || made > present + absl::ToInt64Seconds(most)) return;
  // Both times have encodings of the same length, except around a power of
  // 256, where the session is not resumed.
  int64_t rest = present;
  for (size_t i = time.size(); i-- > 0;) {
    time[i] = static_cast<uint8_t>(rest & 0xff);
    rest >>= 8;
  }
}

size_t MaxOverhead(SSL* /*ssl*/) { return TicketKeyring::Impl::kOverhead; }

// Seals as the connection's keyring does. False if it cannot.
bool SealFor(SSL* ssl, TicketKeyring::Impl* keyring,
             absl::Span<const uint8_t> input, uint8_t* out) {
  if (keyring->keeper() == nullptr) {
    return keyring->Seal(ClockScope::Now(), ServerName(ssl), input, out);
  }
  auto* const blanks = Socket::Impl::Of(ssl)->ticket_blanks.get();
  if (blanks == nullptr || blanks->empty()) return false;
  const TicketBlank blank = std::move(blanks->back());
  blanks->pop_back();
  return keyring->SealBlank(blank, ServerName(ssl), input, out);
}

int Seal(SSL* ssl, uint8_t* out, size_t* out_size, size_t /*most*/,
         const uint8_t* in, size_t in_size) {
  TicketKeyring::Impl& keyring = KeyringOf(ssl)->impl();
  if (in_size <= kMostTicketBytes - TicketKeyring::Impl::kOverhead &&
      SealFor(ssl, &keyring, {in, in_size}, out)) {
    *out_size = in_size + TicketKeyring::Impl::kOverhead;
    return 1;
  }
  keyring.NoteNotSealed();
  // RFC 5077, section 3.3: an empty ticket means that there is no ticket.
  *out_size = 0;
  if (SSL_version(ssl) >= TLS1_3_VERSION) {
    std::memcpy(out, kNoTicket, TicketKey::kNameSize);
    *out_size = TicketKey::kNameSize;
  }
  return 1;
}

// In TLS 1.3, makes no ticket; in TLS 1.2, Seal says that there is none.
void LeaveOutTickets(SSL* ssl, TicketKeyring::Impl* keyring) {
  if (SSL_version(ssl) < TLS1_3_VERSION) return;
  SSL_set_options(ssl, SSL_OP_NO_TICKET);
  keyring->NoteNotSealed();
}

ssl_ticket_aead_result_t OpenRemote(SSL* ssl, TicketKeyring::Impl* keyring,
                                    absl::string_view ticket, uint8_t* out,
                                    size_t* out_size) {
  Socket::Impl* const socket = Socket::Impl::Of(ssl);
  const auto content = keyring->OpenRemote(ServerName(ssl), ticket);
  if (IsLater(content.status())) {
    socket->waits_for = LateCallback::kTicket;
    return ssl_ticket_aead_retry;
  }
  // With the option, BoringSSL would not call this again after a retry.
  if (socket->ticket_blanks == nullptr) LeaveOutTickets(ssl, keyring);
  if (!content.ok() || !content->has_value() ||
      (*content)->size() > ticket.size()) {
    return ssl_ticket_aead_ignore_ticket;
  }
  *out_size = (*content)->size();
  std::memcpy(out, (*content)->view().data(), *out_size);
  return ssl_ticket_aead_success;
}

ssl_ticket_aead_result_t Open(SSL* ssl, uint8_t* out, size_t* out_size,
                              size_t /*most*/, const uint8_t* in,
                              size_t in_size) {
  TicketKeyring::Impl& keyring = KeyringOf(ssl)->impl();
  const absl::Time now = ClockScope::Now();
  if (keyring.keeper() != nullptr) {
    const ssl_ticket_aead_result_t result =
        OpenRemote(ssl, &keyring, {reinterpret_cast<const char*>(in), in_size},
                   out, out_size);
    if (result == ssl_ticket_aead_success) {
      ForgiveFuture({out, *out_size}, now, 2 * keyring.options().clock_skew);
    }
    return result;
  }
  if (!keyring.CanSeal(now)) LeaveOutTickets(ssl, &keyring);
  if (!keyring.Open(now, ServerName(ssl), {in, in_size}, out)) {
    return ssl_ticket_aead_ignore_ticket;
  }
  *out_size = in_size - TicketKeyring::Impl::kOverhead;
  ForgiveFuture({out, *out_size}, now, 2 * keyring.options().clock_skew);
  return ssl_ticket_aead_success;
}

enum class Readiness { kCanSeal, kCannotSeal, kLater };

Readiness Ready(bool can_seal) {
  return can_seal ? Readiness::kCanSeal : Readiness::kCannotSeal;
}

// As many as the connection may need, whatever version it negotiates.
size_t BlanksFor(const SSL* ssl, const ContextOptions& options,
                 const ClientTickets& client) {
  if ((SSL_get_options(ssl) & SSL_OP_NO_TICKET) != 0) return 0;
  if (client.takes_tls1_3) return std::max<size_t>(options.num_tickets, 1);
  return client.takes_tls1_2 ? 1 : 0;
}

Readiness TakeBlanks(SSL* ssl, TicketKeyring::Impl* keyring,
                     const ClientTickets& client) {
  Socket::Impl* const socket = Socket::Impl::Of(ssl);
  const size_t count =
      BlanksFor(ssl, socket->initial_context->options(), client);
  if (count == 0) return Readiness::kCanSeal;
  std::vector<TicketBlank> blanks;
  const absl::Status taken = Guarded("ticket keeper", [&] {
    absl::StatusOr<std::vector<TicketBlank>> given =
        keyring->keeper()->Take(count);
    if (!given.ok()) return given.status();
    blanks = *std::move(given);
    return blanks.size() >= count
               ? absl::OkStatus()
               : absl::InternalError("the ticket keeper gave too few blanks");
  });
  if (IsLater(taken)) {
    socket->waits_for = LateCallback::kTicket;
    return Readiness::kLater;
  }
  keyring->NoteKeeper(taken);
  if (!taken.ok()) return Readiness::kCannotSeal;
  socket->ticket_blanks =
      std::make_unique<std::vector<TicketBlank>>(std::move(blanks));
  return Readiness::kCanSeal;
}

constexpr SSL_TICKET_AEAD_METHOD kMethod = {MaxOverhead, Seal, Open};

}  // namespace

void InstallTicketMethod(SSL_CTX* ctx) {
  SSL_CTX_set_ticket_aead_method(ctx, &kMethod);
}

bool ExpectTicket(SSL* ssl, const ClientTickets& client) {
  TicketKeyring* const keyring = KeyringOf(ssl);
  if (keyring == nullptr) return true;
  const Readiness readiness =
      keyring->impl().keeper() == nullptr
          ? Ready(keyring->impl().CanSeal(ClockScope::Now()))
          : TakeBlanks(ssl, &keyring->impl(), client);
  if (readiness == Readiness::kLater) return false;
  // With the option, the client's ticket would not be opened, either.
  if (readiness == Readiness::kCanSeal || client.offers) return true;
  SSL_set_options(ssl, SSL_OP_NO_TICKET);
  keyring->impl().NoteNotSealed();
  return true;
}

}  // namespace airlock::ssl::internal
