// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/tickets/sealing_message.h"

#include "absl/strings/str_cat.h"

namespace airlock::platform {

std::string SealingMessage(const ssl::TicketKeyringState& state) {
  if (state.seals) return "Session tickets are made.";
  return absl::StrCat("No session tickets are made: ",
                      state.failure.empty()
                          ? "no key is in force"
                          : state.failure,
                      ". Clients make full handshakes until that changes.");
}

}  // namespace airlock::platform
