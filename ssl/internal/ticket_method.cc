// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/ticket_method.h"

#include <openssl/bytestring.h>
#include <openssl/mem.h>
#include <openssl/ssl.h>

#include <cstdint>
#include <cstring>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "ssl/internal/call_scope.h"
#include "ssl/internal/context_impl.h"
#include "ssl/internal/socket_impl.h"
#include "ssl/internal/ticket_keyring_impl.h"

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
bool FindTime(absl::Span<uint8_t> session, CBS* time) {
  CBS cbs;
  CBS sequence;
  CBS tagged;
  CBS_init(&cbs, session.data(), session.size());
  constexpr CBS_ASN1_TAG kTimeTag =
      CBS_ASN1_CONSTRUCTED | CBS_ASN1_CONTEXT_SPECIFIC | 1;
  return CBS_get_asn1(&cbs, &sequence, CBS_ASN1_SEQUENCE) &&
         CBS_get_asn1(&sequence, nullptr, CBS_ASN1_INTEGER) &&
         CBS_get_asn1(&sequence, nullptr, CBS_ASN1_INTEGER) &&
         CBS_get_asn1(&sequence, nullptr, CBS_ASN1_OCTETSTRING) &&
         CBS_get_asn1(&sequence, nullptr, CBS_ASN1_OCTETSTRING) &&
         CBS_get_asn1(&sequence, nullptr, CBS_ASN1_OCTETSTRING) &&
         CBS_get_asn1(&sequence, &tagged, kTimeTag) &&
         CBS_get_asn1(&tagged, time, CBS_ASN1_INTEGER);
}

// BoringSSL refuses a session from the future, which one from a server with a
// clock slightly ahead of ours seems to be. Such a session is of now.
void ForgiveFuture(absl::Span<uint8_t> session, absl::Time now,
                   absl::Duration most) {
  CBS time;
  if (!FindTime(session, &time) || CBS_len(&time) > sizeof(uint64_t)) return;
  int64_t made = 0;
  for (size_t i = 0; i < CBS_len(&time); ++i) {
    made = made * 256 + CBS_data(&time)[i];
  }
  const int64_t present = absl::ToUnixSeconds(now);
  if (made <= present || made > present + absl::ToInt64Seconds(most)) return;
  // Both times have encodings of the same length, except around a power of
  // 256, where the session is not resumed.
  uint8_t* bytes = session.data() + (CBS_data(&time) - session.data());
  int64_t rest = present;
  for (size_t i = CBS_len(&time); i-- > 0;) {
    bytes[i] = static_cast<uint8_t>(rest & 0xff);
    rest >>= 8;
  }
}

size_t MaxOverhead(SSL* /*ssl*/) { return TicketKeyring::Impl::kOverhead; }

int Seal(SSL* ssl, uint8_t* out, size_t* out_size, size_t /*most*/,
         const uint8_t* in, size_t in_size) {
  TicketKeyring::Impl& keyring = KeyringOf(ssl)->impl();
  if (in_size <= kMostTicketBytes - TicketKeyring::Impl::kOverhead &&
      keyring.Seal(ClockScope::Now(), ServerName(ssl), {in, in_size}, out)) {
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

ssl_ticket_aead_result_t Open(SSL* ssl, uint8_t* out, size_t* out_size,
                              size_t /*most*/, const uint8_t* in,
                              size_t in_size) {
  TicketKeyring::Impl& keyring = KeyringOf(ssl)->impl();
  const absl::Time now = ClockScope::Now();
  // In TLS 1.2, Seal says that there is no ticket.
  if (SSL_version(ssl) >= TLS1_3_VERSION && !keyring.CanSeal(now)) {
    SSL_set_options(ssl, SSL_OP_NO_TICKET);
    keyring.NoteNotSealed();
  }
  if (!keyring.Open(now, ServerName(ssl), {in, in_size}, out)) {
    return ssl_ticket_aead_ignore_ticket;
  }
  *out_size = in_size - TicketKeyring::Impl::kOverhead;
  ForgiveFuture({out, *out_size}, now, 2 * keyring.options().clock_skew);
  return ssl_ticket_aead_success;
}

constexpr SSL_TICKET_AEAD_METHOD kMethod = {MaxOverhead, Seal, Open};

}  // namespace

void InstallTicketMethod(SSL_CTX* ctx) {
  SSL_CTX_set_ticket_aead_method(ctx, &kMethod);
}

void ExpectTicket(SSL* ssl, bool offers_ticket) {
  TicketKeyring* keyring = KeyringOf(ssl);
  if (keyring == nullptr || keyring->impl().CanSeal(ClockScope::Now())) return;
  // With the option, the client's ticket would not be opened, either.
  if (offers_ticket) return;
  SSL_set_options(ssl, SSL_OP_NO_TICKET);
  keyring->impl().NoteNotSealed();
}

}  // namespace airlock::ssl::internal
