// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The structs behind the opaque handles.
#ifndef AIRLOCK_PLATFORM_C_INTERNAL_HANDLES_H_
#define AIRLOCK_PLATFORM_C_INTERNAL_HANDLES_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "platform/c/airlock.h"
#include "platform/c/internal/transport.h"
#include "platform/c/internal/values.h"
#include "platform/credentials/credential_files.h"
#include "platform/host.h"
#include "platform/keys/key_client.h"
#include "platform/posix_transport.h"
#include "platform/process_claim.h"
#include "platform/runtime.h"
#include "platform/tickets/ticket_refresher.h"
#include "ssl/certificate.h"
#include "ssl/context.h"
#include "ssl/credential_source.h"
#include "ssl/session.h"
#include "ssl/socket.h"
#include "ssl/ticket_keyring.h"

struct airlock_runtime {
  // Shared with keyrings that connect with its policy.
  std::shared_ptr<airlock::platform::Runtime> runtime;
  std::shared_ptr<airlock::platform::Host> host;
  // Null if the environment names no key service.
  std::shared_ptr<airlock::keys::KeyClient> keys;
  // As in a context.
  airlock::c::internal::UserDataPtr user;
};

struct airlock_context {
  std::shared_ptr<const airlock::ssl::Context> context;
  airlock::ssl::Side side;
  // Set if the context is for one host only, because the policy was asked about
  // that host.
  std::optional<std::string> server_hostname;
  // Kept even if no callback needs it, since the host may rely on it.
  airlock::c::internal::UserDataPtr user;
};

struct airlock_session {
  std::shared_ptr<const airlock::ssl::Session> session;
};

struct airlock_ticket_keyring {
  std::shared_ptr<airlock::ssl::TicketKeyring> keyring;
  // Null unless the keys come from a Redis.
  std::unique_ptr<airlock::platform::TicketRefresher> refresher;
};

struct airlock_credential_source {
  std::shared_ptr<airlock::ssl::CredentialSource> source;
  // Null if the host provides the credentials. Then the next two are set, the
  // second as in a runtime.
  std::unique_ptr<airlock::platform::CredentialFiles> files;
  std::shared_ptr<airlock::platform::Host> host;
  std::shared_ptr<airlock::keys::KeyClient> keys;
};

struct airlock_certificate {
  airlock::ssl::Certificate certificate;
};

struct airlock_socket {
  // From now on the calls wait, instead of the transport.
  void WaitOutside() {
    if (fd_transport == nullptr) return;
    timeout = fd_transport->timeout();
    fd_transport->set_timeout(absl::ZeroDuration());
  }

  void* user = nullptr;
  // When the first call that shook hands began, and the total time.
  std::optional<std::chrono::steady_clock::time_point> handshake_begin;
  std::optional<std::chrono::steady_clock::duration> handshake_time;
  std::unique_ptr<airlock::ssl::Socket> socket;
  // `socket`'s transport; null if it is callbacks.
  airlock::platform::PosixTransport* fd_transport = nullptr;
  // The claim of `socket`'s transport; null if it was released.
  airlock::platform::ProcessClaim* claim = nullptr;
  // The target of the pointers from airlock_socket_info; null before it. Most
  // connections are never asked, and it is large.
  std::unique_ptr<const airlock::ssl::ConnectionInfo> info;
  // The maximum wait of a call; for descriptors.
  absl::Duration timeout = absl::ZeroDuration();
  // What it shares with its transport.
  std::shared_ptr<airlock::c::internal::SharedState> shared;
  // How many threads are in a call, and in which process.
  std::atomic<int> calls{0};
  std::atomic<uint64_t> generation{0};
  bool freed = false;  // From within a call.
  // A call did not finish, so the state inside is unknown.
  bool broken = false;
};

namespace airlock::c::internal {

// What airlock_runtime_new makes, but on `host`.
absl::StatusOr<std::unique_ptr<airlock_runtime>> MakeRuntime(
    std::shared_ptr<platform::Host> host, config::Environment environment,
    platform::RuntimeOptions options);

// Ok if a socket for `server_hostname` may use `context`.
absl::Status CheckHost(const airlock_context& context,
                       absl::string_view server_hostname);

}  // namespace airlock::c::internal

#endif  // AIRLOCK_PLATFORM_C_INTERNAL_HANDLES_H_
