// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A server whose client sends anything. Input: a byte for the server's options,
// one for how the bytes arrive, the bytes.

#include <utility>

#include "ssl/options.h"
#include "ssl/socket.h"
#include "tests/fuzz/endpoints.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/scripted_transport.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace airlock;  // NOLINT(google-build-using-namespace)
  const fuzz::Contexts& contexts = fuzz::ServerContexts();
  fuzz::Input input(data, size);
  const auto& context = contexts[input.Choice(contexts.size())];
  fuzz::ResetRandom();
  ssl::SocketOptions options;
  options.side = ssl::Side::kServer;
  const auto socket =
      fuzz::Drive(context, fuzz::ReadScript(&input), std::move(options));
  // The name that a client asks for may lead there, too.
  const bool verifies = socket->context() == contexts[fuzz::kVerifyingServer];
  fuzz::Require(
      !socket->handshake_done() || !verifies || socket->peer_verified(),
      "a server that requires a certificate is done only with one");
  return 0;
}
