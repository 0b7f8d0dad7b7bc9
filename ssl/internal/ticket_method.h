// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Session tickets with the keys of a TicketKeyring.
#ifndef AIRLOCK_SSL_INTERNAL_TICKET_METHOD_H_
#define AIRLOCK_SSL_INTERNAL_TICKET_METHOD_H_

#include <openssl/base.h>

namespace airlock::ssl::internal {

// Makes the connections of `ctx` use the keyring of their first Context.
void InstallTicketMethod(SSL_CTX* ctx);

// What a ClientHello says about tickets.
struct ClientTickets {
  bool offers = false;        // It has one.
  bool takes_tls1_2 = false;  // It supports them, in that version.
  bool takes_tls1_3 = false;
};

// Prepares a connection whose ClientHello has arrived for its keyring, if it
// has one: takes what seals its tickets, or prepares it for none. False if the
// keeper answers later; `waits_for` of the socket is then set.
bool ExpectTicket(SSL* ssl, const ClientTickets& client);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_TICKET_METHOD_H_
