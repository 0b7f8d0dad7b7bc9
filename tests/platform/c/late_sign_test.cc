// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A late signature with a client's or server's key.

#include <openssl/evp.h>

#include "gtest/gtest.h"
#include "tests/platform/c/c_signing.h"
#include "tests/platform/c/c_testing.h"
#include "tests/platform/c/late_testing.h"

namespace airlock::c {
namespace {

airlock_status Sign(void* user, uint16_t algorithm, airlock_bytes input,
                    void* into, size_t room, size_t* size) {
  auto* const host = static_cast<LateHost*>(user);
  const airlock_status answer = host->Ask(Str(input));
  if (answer != AIRLOCK_OK) return answer;
  void* name = nullptr;
  EXPECT_EQ(airlock_socket_user(airlock_socket_current(), &name, nullptr),
            AIRLOCK_OK);
  return SignWith(LoadKey(static_cast<const char*>(name)).get(), algorithm,
                  input, into, room, size);
}

void Arrange(LateSetup* setup, airlock_context_options* late) {
  static const airlock_credentials* list = nullptr;
  list = &setup->own;
  setup->own.sign = Sign;
  setup->own.release = ReleaseLateHost;
  late->credentials = &list;
  late->credentials_count = 1;
}
void ArrangeClient(LateSetup* setup) {
  setup->server.cert_reqs = AIRLOCK_CERT_REQUIRED;
  Arrange(setup, &setup->client);
}
void ArrangeServer(LateSetup* setup) { Arrange(setup, &setup->server); }

const LateCase kCases[] = {
    {"client", false, AIRLOCK_TLS_1_2, ArrangeClient, AIRLOCK_KIND_CALLBACK},
    {"client", false, AIRLOCK_TLS_1_3, ArrangeClient, AIRLOCK_KIND_CALLBACK},
    {"server", true, AIRLOCK_TLS_1_2, ArrangeServer, AIRLOCK_KIND_CALLBACK,
     /*other_is_done=*/false, "ALL"},
    {"server", true, AIRLOCK_TLS_1_3, ArrangeServer, AIRLOCK_KIND_CALLBACK,
     /*other_is_done=*/false, "ALL"},
};

INSTANTIATE_TEST_SUITE_P(Sign, CLateTest, ::testing::ValuesIn(kCases));
INSTANTIATE_TEST_SUITE_P(Sign, CLateFdTest, ::testing::ValuesIn(kCases));

}  // namespace
}  // namespace airlock::c
