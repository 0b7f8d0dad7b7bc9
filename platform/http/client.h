// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// An HTTPS client: HTTP/2 and HTTP/1.1 over TLS, under the platform's policy.
#ifndef AIRLOCK_PLATFORM_HTTP_CLIENT_H_
#define AIRLOCK_PLATFORM_HTTP_CLIENT_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "platform/http/error.h"
#include "platform/http/event_loop.h"
#include "platform/http/message.h"
#include "platform/http/proxy.h"
#include "platform/http/resolver.h"
#include "platform/runtime.h"

namespace airlock::http {

struct ClientOptions {
  // Unset: from the process's HTTPS_PROXY and NO_PROXY, read when the client is
  // made; a set-user-ID process does not use them.
  std::optional<ProxyRules> proxies;
  // How many idle connections are kept, for how long.
  size_t max_idle_connections = 64;
  absl::Duration idle_timeout = absl::Seconds(60);
  // What User-Agent says, unless the request has that header.
  std::string user_agent = "airlock";
  // Null: ResolveWithSystem.
  ResolveFunction resolve;
};

// Keeps connections and TLS sessions for later calls to the same origin with
// the same credentials and trust. A call verifies the server as the policy of
// the Runtime says, even if it was reloaded after the connection was made.
// Thread-safe.
class Client {
 public:
  using Done = std::function<void(absl::StatusOr<Response>)>;

  // `runtime` must outlive the client and its calls.
  explicit Client(platform::Runtime* runtime, ClientOptions options = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Sends `request` and waits for the response. Any status of the server, also
  // 404 or 500, is a response and not an error. FailureOf gives the kind of an
  // error; for an error of TLS, ssl::GetError gives all details. A
  // request with an idempotent method is sent once more, on a new connection,
  // if a kept connection breaks before the response begins; in HTTP/2, so is
  // every request that the server refused before it acted on it.
  absl::StatusOr<Response> Fetch(Request request);

  // The same without waiting: calls `done` once, from `loop`, whose thread must
  // call this. Any number of calls can run on one loop at once; in HTTP/2 they
  // share a connection if they could use it one after the other. `loop` must
  // exist until then; the client need not.
  void Start(EventLoop* loop, Request request, Done done);

  // Closes the idle connections and drops the sessions. Running calls continue.
  void CloseIdle();

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

// One call with its own client, which keeps nothing.
absl::StatusOr<Response> Fetch(platform::Runtime& runtime, Request request);

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_CLIENT_H_
