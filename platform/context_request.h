// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The options of Runtime::CreateContext.
#ifndef AIRLOCK_PLATFORM_CONTEXT_REQUEST_H_
#define AIRLOCK_PLATFORM_CONTEXT_REQUEST_H_

#include <functional>
#include <optional>
#include <string>

#include "platform/wrap_options.h"
#include "ssl/options.h"

namespace airlock::platform {

// CreateContext's options in addition to ssl::ContextOptions. Unset: the
// application does not set it.
struct ContextRequest {
  ssl::Side side = ssl::Side::kClient;
  // These three are as in WrapOptions.
  std::optional<ssl::VerifyMode> cert_reqs;
  std::optional<bool> check_hostname;
  CaCerts ca_certs;
  // Whether connections look at the files of the CA bundle again, at most once
  // a second, and are verified with what is there then: ca_certs, which must be
  // a path, or the policy's bundle, or the system's. What cannot be read, and
  // what brings CAs that the policy forbids, leaves the old bundle in force,
  // and is logged. What brings CAs that the policy audits is audited. CRLs in
  // the bundle are part of it. Has no effect where SPIFFE IDs are verified, or
  // no peer.
  bool live_ca_certs = false;
  // The name, if this Context is for a single connection. Without it, the
  // policy's exceptions do not apply.
  std::optional<std::string> server_hostname;
  // For libraries whose documented default of cert_reqs is CERT_NONE: a client
  // without cert_reqs gets CERT_NONE, unless the policy requires more. Both
  // cases are audited.
  bool unset_is_cert_none = false;
  // Whether a cert_reqs of kNone is that default, and not set by the
  // application. Audited if the policy allows it.
  bool cert_none_unstated = false;
  // Whether ContextOptions' security_level (including that of its ciphers) and
  // its partial_chain are the library's defaults, and not set by the
  // application: then a policy raises or clears them without treating that as
  // an override.
  bool security_level_unstated = false;
  bool partial_chain_unstated = false;
  // Whether to make a new Context even if an equal one exists, so that its
  // session_statistics() are those of its own sockets.
  bool always_new = false;
  // As in WrapOptions.
  std::string call_site;
  // Returns the call site, for callers that must search for it. Used instead of
  // `call_site`, only for what is audited, and before CreateContext returns.
  std::function<std::string()> find_call_site;
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_CONTEXT_REQUEST_H_
