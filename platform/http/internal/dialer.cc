// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/dialer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "platform/http/error.h"
#include "ssl/shown.h"

namespace airlock::http::internal {

using platform::internal::UniqueFd;

namespace {

absl::Status Failed(const Endpoint& endpoint, int error) {
  return absl::ErrnoToStatus(error, endpoint.ToString());
}

void AppendMessage(std::string* out, const absl::Status& status) {
  absl::StrAppend(out, status.message());
}

}  // namespace

std::shared_ptr<Dialer> Dialer::Start(EventLoop* loop, std::string host,
                                      std::vector<Endpoint> endpoints,
                                      Done done) {
  // Not make_shared: the constructor is private.
  std::shared_ptr<Dialer> dialer(
      new Dialer(loop, std::move(host), std::move(endpoints), std::move(done)));
  loop->Defer([weak = std::weak_ptr<Dialer>(dialer)] {
    if (const std::shared_ptr<Dialer> self = weak.lock()) self->StartNext();
  });
  return dialer;
}

Dialer::Dialer(EventLoop* loop, std::string host,
               std::vector<Endpoint> endpoints, Done done)
    : loop_(loop),
      host_(std::move(host)),
      endpoints_(std::move(endpoints)),
      done_(std::move(done)) {}

Dialer::~Dialer() {
  loop_->Cancel(timer_);
  for (const auto& attempt : attempts_) loop_->Unwatch(attempt.first);
}

void Dialer::StartNext() {
  loop_->Cancel(std::exchange(timer_, 0));
  while (next_ < endpoints_.size()) {
    const Endpoint& endpoint = endpoints_[next_++];
    absl::Status status = Connect(endpoint);
    if (!status.ok()) {
      failures_.push_back(std::move(status));
      continue;
    }
    if (next_ < endpoints_.size()) {
      timer_ = loop_->At(std::chrono::steady_clock::now() + kDelay,
                         [this] { StartNext(); });
    }
    return;
  }
  if (!attempts_.empty()) return;
  Finish(WithFailure(
      absl::Status(failures_.back().code(),
                   absl::StrCat("cannot connect to ", ssl::Shown(host_), ": ",
                                absl::StrJoin(failures_, "; ", AppendMessage))),
      Failure::kConnect));
}

absl::Status Dialer::Connect(const Endpoint& endpoint) {
  UniqueFd fd(socket(endpoint.address.ss_family,
                     SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return Failed(endpoint, errno);
  const int on = 1;
  setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  const auto* address = reinterpret_cast<const sockaddr*>(&endpoint.address);
  if (connect(fd.get(), address, endpoint.size) != 0 && errno != EINPROGRESS &&
      errno != EINTR) {
    return Failed(endpoint, errno);
  }
  const int number = fd.get();
  const absl::Status status =
      loop_->Watch(number, EPOLLOUT, [this, number] { OnReady(number); });
  if (!status.ok()) {
    return absl::Status(status.code(), absl::StrCat(endpoint.ToString(), ": ",
                                                    status.message()));
  }
  attempts_.emplace(number, Dialed{std::move(fd), endpoint});
  return absl::OkStatus();
}

void Dialer::OnReady(int fd) {
  const auto attempt = attempts_.find(fd);
  if (attempt == attempts_.end()) return;
  int error = 0;
  socklen_t size = sizeof(error);
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  loop_->Unwatch(fd);
  Dialed dialed = std::move(attempt->second);
  attempts_.erase(attempt);
  if (error == 0) return Finish(std::move(dialed));
  failures_.push_back(Failed(dialed.endpoint, error));
  StartNext();
}

void Dialer::Finish(absl::StatusOr<Dialed> result) {
  // The owner may destroy this in done_.
  const std::shared_ptr<Dialer> self = shared_from_this();
  done_(std::move(result));
}

}  // namespace airlock::http::internal
