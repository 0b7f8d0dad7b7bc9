// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The front door: TLS sockets under the platform's policy.
#ifndef AIRLOCK_PLATFORM_RUNTIME_H_
#define AIRLOCK_PLATFORM_RUNTIME_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "config/environment.h"
#include "config/policy.h"
#include "platform/apply_policy.h"
#include "platform/audit.h"
#include "platform/context_request.h"
#include "platform/counters.h"
#include "platform/host.h"
#include "platform/wrap_options.h"
#include "ssl/context.h"
#include "ssl/socket.h"
#include "ssl/transport.h"
#include "ssl/trust_store.h"

namespace airlock::platform {

// How much a Runtime keeps to be used again. What was not used for longest goes
// first.
struct RuntimeOptions {
  size_t max_contexts = 256;
  // Keys among them; each stays in memory until it is one too many.
  size_t max_credentials = 64;
  size_t max_trust_stores = 32;

  // The path of the application's app.yaml; empty: it has none.
  std::string app_yaml;
  // Gets what the policy refused and made stricter, as long as there are
  // Contexts. Null: the host's log gets what was made stricter; of a refusal
  // the application has the error.
  AuditSink audit;
  AuditLimits audit_limits;
  // How much of that `audit` could not keep, for the counters: thread-safe, as
  // AuditWriter::lost. Null: nothing, but what `audit` threw an exception for,
  // which is added in any case.
  std::function<uint64_t()> audit_lost;
};

// A host, the policy that LoadPolicy finds on it, and what sockets can share.
// Any number of them may live in one process. Thread-safe. Sockets and contexts
// may outlive it.
//
// After fork() the child can use the Runtime and all that came from it. If the
// process has several threads, the others must not hold a lock of Airlock's at
// that moment: enter a ForkGuard (platform/fork_guard.h) around each call of
// Airlock's that does not wait, and fork() waits for them. The interfaces for C
// and Python do so themselves. A Socket belongs to one process, since two must
// not encrypt with the same key and nonce. PosixTransport sees to that: of the
// processes that have a copy, the one that uses it first keeps it, and in the
// others reads and writes are errors. A transport of your own uses a
// ProcessClaim (platform/process_claim.h) for the same.
class Runtime {
 public:
  // Reads the operator's policy and app.yaml on `host`. `environment` is what
  // the environment states of the policy, and where the CA bundle is:
  // ProcessEnvironment for that of this process, ApplicationEnvironment where
  // code of applications may have changed it, or what the host decides itself.
  // An error (kInvalidArgument) where these state no valid policy.
  static absl::StatusOr<std::unique_ptr<Runtime>> Create(
      std::shared_ptr<Host> host, config::Environment environment,
      RuntimeOptions options = {});

  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // Makes a TLS socket over `transport`, as ssl.wrap_socket does. With
  // do_handshake_on_connect, shakes hands, for which the transport must wait:
  // of one that answers kWantRead or kWantWrite the handshake cannot be
  // finished here, which is an error (kInvalidArgument).
  //
  // Errors: kPolicy, kCredentials, kTrustStore and kInvalidArgument before a
  // byte is sent, and those of Socket::Handshake. `transport` is gone with any
  // of them.
  absl::StatusOr<std::unique_ptr<ssl::Socket>> WrapSocket(
      std::unique_ptr<ssl::Transport> transport, WrapOptions options);

  // What WrapSocket would verify, and what of that is the policy's doing;
  // errors as it would give them for that.
  absl::StatusOr<VerificationDecision> Explain(
      const WrapOptions& options) const;

  // Makes a Context for sockets of one side, for callers who need what
  // WrapOptions does not have, such as callbacks. Sets the fields that the
  // policy decides (verification, hostname_missing, hostname_allowed,
  // unverified_clients, keylog, psk_client, psk_server), clock, and trust_store
  // where `request` has ca_certs or where peers are verified and it is null.
  // Under `enforce`, and where the policy has pins of its own, the anchor_pins
  // in `options` become pins: they narrow, and none of them makes a certificate
  // its own anchor. pins and anchor_pins together are an error
  // (kInvalidArgument). Always a new one.
  absl::StatusOr<std::shared_ptr<const ssl::Context>> CreateContext(
      const ContextRequest& request, ssl::ContextOptions options);

  // Tells log and audit of a client that reaches for `host`, at `call_site`, by
  // a Context that was made before and verifies nothing because its library's
  // default is CERT_NONE; once for each call site. CreateContext does so by
  // itself.
  void NoteUnverified(const std::string& host, const std::string& call_site);

  // The certificates that `ca_certs` stands for; where it is unset, the
  // policy's bundle, or else the system's. Error kind: kTrustStore.
  absl::StatusOr<std::shared_ptr<const ssl::TrustStore>> LoadCaCerts(
      const CaCerts& ca_certs);

  // Reads the operator's policy anew, as a host may upon SIGHUP, which is its
  // own to handle. What was decided under the old one stays. An error
  // (kInvalidArgument) where it is not good, or gone; then the old one stays in
  // force. Both are logged, and counted.
  absl::Status ReloadPolicy();

  // The same, but only where the operator's file has become another since it
  // was read, or has not been good: for hosts that ask now and then, from any
  // thread; it costs a stat(2). Whether it was read. The same error again is
  // given, but not logged or counted.
  absl::StatusOr<bool> ReloadPolicyIfChanged();

  // Forgets contexts, credentials and bundles. What is in use lives on.
  void ClearCaches();

  // The policy in force, exceptions included.
  config::VerificationPolicy policy() const;
  Counters counters() const;
  Host& host() const;

 private:
  struct Impl;
  explicit Runtime(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_RUNTIME_H_
