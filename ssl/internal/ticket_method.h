// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Session tickets with the keys of a TicketKeyring.
#ifndef AIRLOCK_SSL_INTERNAL_TICKET_METHOD_H_
#define AIRLOCK_SSL_INTERNAL_TICKET_METHOD_H_

#include <openssl/base.h>

namespace airlock::ssl::internal {

// Makes the connections of `ctx` use the keyring of their first Context.
void InstallTicketMethod(SSL_CTX* ctx);

// Prepares a connection whose ClientHello has arrived for a keyring that cannot
// seal, if it has one. `offers_ticket`: whether the client offers one.
void ExpectTicket(SSL* ssl, bool offers_ticket);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_TICKET_METHOD_H_
