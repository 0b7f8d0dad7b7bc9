// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The main entry point: TLS sockets under the platform's policy.
#ifndef AIRLOCK_PLATFORM_RUNTIME_H_
#define AIRLOCK_PLATFORM_RUNTIME_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "config/environment.h"
#include "config/policy.h"
#include "platform/apply_policy.h"
#include "platform/audit.h"
#include "platform/context_request.h"
#include "platform/counters.h"
#include "platform/host.h"
#include "platform/wrap_options.h"
#include "ssl/context.h"
#include "ssl/options.h"
#include "ssl/socket.h"
#include "ssl/transport.h"
#include "ssl/trust_store.h"

namespace airlock::platform {

// The first three limit a Runtime's caches, which evict the least recently used
// entries first.
struct RuntimeOptions {
  size_t max_contexts = 256;
  // These include private keys, which stay in memory until they are evicted.
  size_t max_credentials = 64;
  size_t max_trust_stores = 32;

  // The path of the application's app.yaml; empty: none.
  std::string app_yaml;
  // Gets the requests that the policy refused or made stricter, as long as
  // Contexts exist. Null: the host's log gets those that were made stricter;
  // for a refusal, only the application gets the error.
  AuditSink audit;
  AuditLimits audit_limits;
  // For the host's diagnostics: these see all connections, as the callbacks of
  // ssl::ContextOptions with these names do; a Context's own takes precedence
  // over the first two. The policy decides about `keylog` (key_log). Must be
  // thread-safe; sockets may outlive the Runtime.
  std::function<absl::Status(const ssl::Socket&, const ssl::TlsMessage&)>
      message;
  std::function<void(const ssl::Socket&, absl::string_view line)> keylog;
  std::function<void(const ssl::Socket&, const absl::Status&)> handshake_ended;
  // The platform's revocation data: takes the place of these fields of each
  // Context's ssl::ContextOptions if it is set. Must be thread-safe.
  ssl::RevocationCallback revocation;
  bool accept_unknown_revocation = false;
  // How many events `audit` has lost, for the counters; must be thread-safe,
  // like AuditWriter::lost. Null: none. Events for which `audit` threw an
  // exception are always added.
  std::function<uint64_t()> audit_lost;
};

// A host, its policy (see LoadPolicy), and the objects that sockets share. One
// process may have any number of Runtimes. Thread-safe. Sockets and contexts
// may outlive it.
//
// After fork() the child can use the Runtime and everything created from it. If
// the process has several threads, the others must not hold a lock of Airlock
// during fork(): enter a ForkGuard (platform/fork_guard.h) around each call of
// Airlock that does not wait, and fork() waits for it. The interfaces for C and
// Python do this themselves. A Socket belongs to one process, since two must
// not encrypt with the same key and nonce. PosixTransport enforces that: the
// first process to use a copy keeps the connection, and in the others reads and
// writes are errors. Your own transports can use a ProcessClaim
// (platform/process_claim.h) for the same purpose.
class Runtime {
 public:
  // Reads the operator's policy and app.yaml from `host`. `environment` may set
  // the policy and the path of the CA bundle: pass ProcessEnvironment,
  // ApplicationEnvironment if application code may have changed the
  // environment, or one of your own. An error (kInvalidArgument) if these do
  // not form a valid policy.
  static absl::StatusOr<std::unique_ptr<Runtime>> Create(
      std::shared_ptr<Host> host, config::Environment environment,
      RuntimeOptions options = {});

  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // Makes a TLS socket over `transport`, like ssl.wrap_socket. With
  // do_handshake_on_connect, performs the handshake, for which the transport
  // must block: if it returns kWantRead or kWantWrite, that is an error
  // (kInvalidArgument). Moves out of `options` what the socket keeps; secrets
  // that are left there are wiped with them.
  //
  // Errors: kPolicy, kCredentials, kTrustStore and kInvalidArgument before a
  // byte is sent, and those of Socket::Handshake. Any error destroys
  // `transport`.
  absl::StatusOr<std::unique_ptr<ssl::Socket>> WrapSocket(
      std::unique_ptr<ssl::Transport> transport, WrapOptions&& options);

  // What WrapSocket would verify, and what the policy changed; errors are those
  // of WrapSocket's decision.
  absl::StatusOr<VerificationDecision> Explain(
      const WrapOptions& options) const;

  // Makes a Context for sockets of one side, for callers that need options that
  // WrapOptions lacks, such as callbacks. Sets the fields that the policy
  // decides (verification, hostname_missing, hostname_allowed,
  // unverified_clients, keylog, psk_client, psk_server), clock, and trust_store
  // if `request` has ca_certs or if peers are verified and it is null. Under
  // `enforce`, or if the policy has its own pins, the anchor_pins in `options`
  // become pins: they only narrow, and do not make a certificate its own
  // anchor. pins and anchor_pins together are an error (kInvalidArgument).
  //
  // Equal requests share a Context as long as one of them is in use, so that
  // any number takes the memory of one, and the last few unused ones are kept:
  // if `options` have no credentials and no callbacks except a `message` that
  // is a plain function, the policy has no exceptions, and `request` does not
  // set always_new. A Context that a server can use is always new, with a
  // session cache and ticket keys of its own.
  absl::StatusOr<std::shared_ptr<const ssl::Context>> CreateContext(
      const ContextRequest& request, ssl::ContextOptions options);

  // Reports to log and audit, once for each call site, that a client connects
  // to `host` with an existing Context that verifies nothing because its
  // library's default is CERT_NONE. CreateContext reports this automatically.
  void NoteUnverified(const std::string& host, const std::string& call_site);

  // The certificates of `ca_certs`; if it is unset, the policy's bundle or,
  // without one, the system's. Error kind: kTrustStore.
  absl::StatusOr<std::shared_ptr<const ssl::TrustStore>> LoadCaCerts(
      const CaCerts& ca_certs);

  // All certificates and CRLs of `stores`, which must not be empty or contain
  // null, in order. Merging the same content again gives the same store.
  // Errors: kInternal if out of memory.
  absl::StatusOr<std::shared_ptr<const ssl::TrustStore>> MergeCaCerts(
      absl::Span<const std::shared_ptr<const ssl::TrustStore>> stores);

  // Reloads the operator's policy, for example when the host receives SIGHUP,
  // which it must handle itself. Earlier decisions stay. An error
  // (kInvalidArgument) if the policy is invalid or missing; then the old one
  // stays in effect. Both results are logged and counted.
  absl::Status ReloadPolicy();

  // The same, but only if the operator's file has changed since it was read, or
  // was invalid. For hosts that check periodically, from any thread; costs a
  // stat(2). Returns whether it was read. A repeated error is returned, but not
  // logged or counted again.
  absl::StatusOr<bool> ReloadPolicyIfChanged();

  // Clears the caches of contexts, credentials and bundles. Objects in use stay
  // alive.
  void ClearCaches();

  // The current policy, including its exceptions.
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
