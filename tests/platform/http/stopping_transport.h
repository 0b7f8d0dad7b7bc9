// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A peer whose handshake stops at any byte.
#ifndef AIRLOCK_TESTS_PLATFORM_HTTP_STOPPING_TRANSPORT_H_
#define AIRLOCK_TESTS_PLATFORM_HTTP_STOPPING_TRANSPORT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "absl/types/span.h"
#include "platform/posix_transport.h"
#include "ssl/io_result.h"
#include "ssl/transport.h"

namespace airlock::http::testing {

// What the owner of a StoppingTransport, which is a Socket, decides and sees.
struct Stop {
  size_t after = SIZE_MAX;  // Of so many bytes that are written, none is sent.
  size_t at_once = SIZE_MAX;          // Bytes that are sent together.
  std::function<void()> before_each;  // Called before each sending.
  size_t written = 0;
};

class StoppingTransport final : public ssl::Transport {
 public:
  // `stop` outlives it.
  StoppingTransport(std::unique_ptr<platform::PosixTransport> inner, Stop* stop)
      : inner_(std::move(inner)), stop_(*stop) {}

  ssl::IoResult Read(absl::Span<uint8_t> into) override {
    return inner_->Read(into);
  }

  ssl::IoResult Write(absl::Span<const uint8_t> from) override {
    const size_t size = std::min(from.size(), stop_.at_once);
    const size_t left = stop_.after - std::min(stop_.after, stop_.written);
    absl::Span<const uint8_t> sent = from.first(std::min(size, left));
    stop_.written += size;
    while (!sent.empty()) {
      if (stop_.before_each != nullptr) stop_.before_each();
      const ssl::IoResult result = inner_->Write(sent);
      if (!result.done()) return result;
      sent.remove_prefix(result.bytes());
    }
    return ssl::IoResult::Done(size);
  }

 private:
  const std::unique_ptr<platform::PosixTransport> inner_;
  Stop& stop_;
};

}  // namespace airlock::http::testing

#endif  // AIRLOCK_TESTS_PLATFORM_HTTP_STOPPING_TRANSPORT_H_
