// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A client whose server sends anything. Input: a byte for the client's options,
// one for how the bytes arrive, the bytes.

#include "ssl/socket.h"
#include "tests/fuzz/endpoints.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/scripted_transport.h"
#include "tests/support/handshake.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace airlock;  // NOLINT(google-build-using-namespace)
  const fuzz::Contexts& contexts = fuzz::ClientContexts();
  fuzz::Input input(data, size);
  const auto& context = contexts[input.Choice(contexts.size())];
  fuzz::ResetRandom();
  const auto socket = fuzz::Drive(context, fuzz::ReadScript(&input),
                                  testing::LocalhostOptions());
  fuzz::Require(
      !socket->handshake_done() ||
          (socket->peer_verified() && socket->MatchHostname("localhost").ok()),
      "a client is done only with a verified server of its name");
  return 0;
}
