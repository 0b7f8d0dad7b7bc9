// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A peer that says what a fuzzer wants, whatever it is told.
#ifndef AIRLOCK_TESTS_FUZZ_SCRIPTED_TRANSPORT_H_
#define AIRLOCK_TESTS_FUZZ_SCRIPTED_TRANSPORT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/types/span.h"
#include "ssl/context.h"
#include "ssl/io_result.h"
#include "ssl/options.h"
#include "ssl/socket.h"
#include "ssl/transport.h"
#include "tests/fuzz/fuzz.h"

namespace airlock::fuzz {

struct Script {
  std::string bytes;       // What the peer sends.
  size_t piece = 65536;    // At most so much at once, at least 1.
  bool waits = false;      // kWantRead and kWantWrite before each piece.
  bool ends_open = false;  // kWantRead at the end, and not kClosed.
};

// A Script from the choices at the front of `input` and the bytes after them.
Script ReadScript(Input* input);

class ScriptedTransport final : public ssl::Transport {
 public:
  explicit ScriptedTransport(Script script) : script_(std::move(script)) {}

  ssl::IoResult Read(absl::Span<uint8_t> into) override;
  ssl::IoResult Write(absl::Span<const uint8_t> from) override;

  // How many bytes went either way.
  size_t moved() const { return moved_; }

 private:
  // Every other call waits.
  bool Waits() { return script_.waits && (waits_next_ = !waits_next_); }

  const Script script_;
  size_t read_ = 0;
  size_t moved_ = 0;
  bool waits_next_ = false;
};

// A socket over a script that handshakes, reads all, writes a little and
// closes. Requires that it ends, and that all that a finished handshake
// promises holds.
std::unique_ptr<ssl::Socket> Drive(std::shared_ptr<const ssl::Context> context,
                                   Script script, ssl::SocketOptions options);

}  // namespace airlock::fuzz

#endif  // AIRLOCK_TESTS_FUZZ_SCRIPTED_TRANSPORT_H_
