// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What Runtime::CreateContext can be told.
#ifndef AIRLOCK_PLATFORM_CONTEXT_REQUEST_H_
#define AIRLOCK_PLATFORM_CONTEXT_REQUEST_H_

#include <string>

#include "absl/types/optional.h"
#include "platform/wrap_options.h"
#include "ssl/options.h"

namespace airlock::platform {

// What CreateContext is told beside ssl::ContextOptions. Unset is what the
// application does not say.
struct ContextRequest {
  ssl::Side side = ssl::Side::kClient;
  // As in WrapOptions, these three.
  absl::optional<ssl::VerifyMode> cert_reqs;
  absl::optional<bool> check_hostname;
  CaCerts ca_certs;
  // The name that the one connection of this Context is for, if there is one:
  // without it the policy's exceptions do not hold.
  absl::optional<std::string> server_hostname;
  // For libraries where cert_reqs has CERT_NONE as its documented default: it
  // is what a client gets that leaves cert_reqs out, unless the policy demands
  // more. Either is audited.
  bool unset_is_cert_none = false;
  // Whether a cert_reqs of kNone is that default rather than the application's
  // word. Audited where the policy lets it pass.
  bool cert_none_unstated = false;
  // Whether ContextOptions' security_level with that of its ciphers, and its
  // partial_chain, are the library's defaults rather than the application's
  // word: a policy then raises, or clears, them without taking that for an
  // attempt to override it.
  bool security_level_unstated = false;
  bool partial_chain_unstated = false;
  // As in WrapOptions.
  std::string call_site;
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_CONTEXT_REQUEST_H_
