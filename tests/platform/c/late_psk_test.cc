// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A client's or server's late answer with a pre-shared key.

#include <cstring>

#include "gtest/gtest.h"
#include "tests/platform/c/c_testing.h"
#include "tests/platform/c/late_testing.h"

namespace airlock::c {
namespace {

airlock_status Psk(void* user, airlock_socket* /*socket*/, airlock_bytes asked,
                   airlock_psk* psk) {
  // Always filled in: only AIRLOCK_OK makes it an answer.
  psk->identity_size = 2;
  std::memcpy(psk->identity, "me", 2);
  psk->key_size = 3;
  std::memcpy(psk->key, "key", 3);
  return static_cast<LateHost*>(user)->Ask(Str(asked));
}

// The other side's callback, which answers at once.
airlock_status PskAtOnce(void* /*user*/, airlock_socket* /*socket*/,
                         airlock_bytes /*asked*/, airlock_psk* psk) {
  psk->identity_size = 2;
  std::memcpy(psk->identity, "me", 2);
  psk->key_size = 3;
  std::memcpy(psk->key, "key", 3);
  return AIRLOCK_OK;
}

void Arrange(LateSetup* setup, bool by_server) {
  setup->client.ciphers = B("PSK");
  setup->server.ciphers = B("PSK");
  setup->client.psk_client = by_server ? PskAtOnce : Psk;
  setup->server.psk_server = by_server ? Psk : PskAtOnce;
  setup->server.credentials_count = 0;
  setup->server.psk_identity_hint = B("who are you?");
}
void ArrangeClient(LateSetup* setup) { Arrange(setup, /*by_server=*/false); }
void ArrangeServer(LateSetup* setup) { Arrange(setup, /*by_server=*/true); }

const LateCase kCases[] = {
    {"client", false, AIRLOCK_TLS_1_2, ArrangeClient, AIRLOCK_KIND_PROTOCOL},
    {"server", true, AIRLOCK_TLS_1_2, ArrangeServer, AIRLOCK_KIND_PROTOCOL,
     /*other_is_done=*/false, "PSK:ALL"},
};

INSTANTIATE_TEST_SUITE_P(Psk, CLateTest, ::testing::ValuesIn(kCases));
INSTANTIATE_TEST_SUITE_P(Psk, CLateFdTest, ::testing::ValuesIn(kCases));

}  // namespace
}  // namespace airlock::c
