// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Looks up host names without blocking an event loop.
#ifndef AIRLOCK_PLATFORM_HTTP_RESOLVER_H_
#define AIRLOCK_PLATFORM_HTTP_RESOLVER_H_

#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "platform/http/event_loop.h"

namespace airlock::http {

// An address and a port to connect to.
struct Endpoint {
  sockaddr_storage address = {};
  socklen_t size = 0;

  // "127.0.0.1:443", "[::1]:443".
  std::string ToString() const;
};

// Looks up a host and blocks meanwhile; called on any thread, several at once.
// Never returns an empty list.
using ResolveFunction = std::function<absl::StatusOr<std::vector<Endpoint>>(
    const std::string& host, uint16_t port)>;

// The addresses from getaddrinfo(3), in its order. Errors: Failure::kResolve,
// which names the host. Thread-safe.
absl::StatusOr<std::vector<Endpoint>> ResolveWithSystem(const std::string& host,
                                                        uint16_t port);

// The order in which to try addresses: the families take turns, beginning with
// that of the first one (RFC 8305, section 4).
std::vector<Endpoint> Interleave(std::vector<Endpoint> endpoints);

// Runs a ResolveFunction on its own threads, one for each name that is being
// looked up. A lookup that no one waits for any more continues, since it cannot
// be interrupted, and later requests for that name join it. Thread-safe.
class Resolver {
 public:
  using Done =
      std::function<void(const absl::StatusOr<std::vector<Endpoint>>&)>;

  // How many lookups run at once; more are errors.
  static constexpr size_t kMaxLookups = 64;

  explicit Resolver(ResolveFunction resolve);

  // Looks up `host` and calls `done` through `mailbox`. Numeric addresses need
  // no thread. `done` may still be called after its caller lost interest: let
  // it hold a weak pointer.
  void Start(const std::string& host, uint16_t port,
             std::shared_ptr<EventLoop::Mailbox> mailbox, Done done);

 private:
  struct Waiter {
    std::shared_ptr<EventLoop::Mailbox> mailbox;
    Done done;
  };
  // Shared with the threads, which may outlive the Resolver.
  struct Lookups {
    ResolveFunction resolve;
    absl::Mutex mutex;
    std::map<std::pair<std::string, uint16_t>, std::vector<Waiter>> waiting
        ABSL_GUARDED_BY(mutex);
  };

  const std::shared_ptr<Lookups> lookups_;
};

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_RESOLVER_H_
