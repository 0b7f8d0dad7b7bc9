// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Connects to the first address of a host that answers.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_DIALER_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_DIALER_H_

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "platform/http/event_loop.h"
#include "platform/http/resolver.h"
#include "platform/internal/unique_fd.h"

namespace airlock::http::internal {

struct Dialed {
  platform::internal::UniqueFd fd;  // In O_NONBLOCK mode.
  Endpoint endpoint;
};

// Happy eyeballs (RFC 8305): tries the addresses in their order, the next one
// when the last has failed or after kDelay, and keeps the first connection. For
// the thread of `loop`. Destroying it ends all attempts.
class Dialer : public std::enable_shared_from_this<Dialer> {
 public:
  using Done = std::function<void(absl::StatusOr<Dialed>)>;

  static constexpr std::chrono::milliseconds kDelay{250};

  // Calls `done` once, from the loop. It may destroy this. The error (Failure::
  // kConnect) names `host` and each address with its reason.
  static std::shared_ptr<Dialer> Start(EventLoop* loop, std::string host,
                                       std::vector<Endpoint> endpoints,
                                       Done done);

  ~Dialer();
  Dialer(const Dialer&) = delete;
  Dialer& operator=(const Dialer&) = delete;

 private:
  Dialer(EventLoop* loop, std::string host, std::vector<Endpoint> endpoints,
         Done done);

  void StartNext();
  // Begins to connect. The error names `endpoint`.
  absl::Status Connect(const Endpoint& endpoint);
  void OnReady(int fd);
  void Finish(absl::StatusOr<Dialed> result);

  EventLoop* const loop_;
  const std::string host_;
  const std::vector<Endpoint> endpoints_;
  const Done done_;
  size_t next_ = 0;
  EventLoop::TimerId timer_ = 0;
  std::map<int, Dialed> attempts_;  // By descriptor.
  std::vector<absl::Status> failures_;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_DIALER_H_
