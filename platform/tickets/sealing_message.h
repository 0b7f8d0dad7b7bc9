// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef AIRLOCK_PLATFORM_TICKETS_SEALING_MESSAGE_H_
#define AIRLOCK_PLATFORM_TICKETS_SEALING_MESSAGE_H_

#include <string>

#include "ssl/ticket_keyring.h"

namespace airlock::platform {

// What a log says when a keyring begins or stops to make tickets
// (TicketKeyringOptions::changed). Thread-safe.
std::string SealingMessage(const ssl::TicketKeyringState& state);

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_TICKETS_SEALING_MESSAGE_H_
