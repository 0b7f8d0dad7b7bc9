// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Sends back what the client sends.
#ifndef AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_ECHO_CONNECTION_H_
#define AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_ECHO_CONNECTION_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "platform/http/server/internal/connection_protocol.h"

namespace airlock::http::internal {

// Keeps at most one read. For the loop's thread.
class EchoConnection final : public ConnectionProtocol {
 public:
  void OnInput(absl::string_view data) override { kept_ = std::string(data); }
  void OnInputEnd() override { ended_ = true; }
  void AppendOutput(size_t /*size*/, std::string* out) override {
    out->append(kept_);
    kept_ = {};
  }
  bool wants_input() const override { return kept_.empty() && !ended_; }
  bool idle() const override { return kept_.empty() && !ended_; }
  bool disposable() const override { return true; }
  bool done() const override { return ended_; }
  Time deadline() const override { return Time::max(); }
  void OnDeadline() override {}
  void Stop() override { ended_ = true; }

 private:
  std::string kept_;
  bool ended_ = false;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_ECHO_CONNECTION_H_
