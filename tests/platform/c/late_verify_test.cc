// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A client's or server's late answer to a verification.

#include "gtest/gtest.h"
#include "tests/platform/c/c_testing.h"
#include "tests/platform/c/late_testing.h"

namespace airlock::c {
namespace {

airlock_status Verify(void* user, airlock_socket* /*socket*/,
                      const airlock_certificate* const* presented,
                      size_t presented_count,
                      const airlock_certificate* const* /*verified*/,
                      size_t /*verified_count*/) {
  airlock_bytes der = {nullptr, 0};
  EXPECT_GT(presented_count, 0u);
  EXPECT_EQ(airlock_certificate_der(presented[0], &der, nullptr), AIRLOCK_OK);
  return static_cast<LateHost*>(user)->Ask(Str(der));
}

void ArrangeClient(LateSetup* setup) { setup->client.verify = Verify; }

void ArrangeServer(LateSetup* setup) {
  static const airlock_credentials* list = nullptr;
  list = &setup->other;
  setup->server.verify = Verify;
  setup->server.cert_reqs = AIRLOCK_CERT_REQUIRED;
  setup->client.credentials = &list;
  setup->client.credentials_count = 1;
}

const LateCase kCases[] = {
    {"client", false, AIRLOCK_TLS_1_2, ArrangeClient,
     AIRLOCK_KIND_VERIFICATION},
    {"client", false, AIRLOCK_TLS_1_3, ArrangeClient,
     AIRLOCK_KIND_VERIFICATION},
    {"server", true, AIRLOCK_TLS_1_2, ArrangeServer, AIRLOCK_KIND_VERIFICATION,
     /*other_is_done=*/false, "ALL"},
    {"server", true, AIRLOCK_TLS_1_3, ArrangeServer, AIRLOCK_KIND_VERIFICATION,
     /*other_is_done=*/true, "ALL"},
};

INSTANTIATE_TEST_SUITE_P(Verify, CLateTest, ::testing::ValuesIn(kCases));
INSTANTIATE_TEST_SUITE_P(Verify, CLateFdTest, ::testing::ValuesIn(kCases));

}  // namespace
}  // namespace airlock::c
