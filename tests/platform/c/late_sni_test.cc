// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A late answer to the name in a ClientHello.

#include "gtest/gtest.h"
#include "tests/platform/c/c_testing.h"
#include "tests/platform/c/late_testing.h"

namespace airlock::c {
namespace {

airlock_status Sni(void* user, airlock_socket* /*socket*/, airlock_bytes name,
                   airlock_context** /*context*/, uint8_t* /*alert*/) {
  return static_cast<LateHost*>(user)->Ask(Str(name));
}

void Arrange(LateSetup* setup) { setup->server.sni = Sni; }

const LateCase kCases[] = {
    {"sni", true, AIRLOCK_TLS_1_2, Arrange, AIRLOCK_KIND_CALLBACK},
    {"sni", true, AIRLOCK_TLS_1_3, Arrange, AIRLOCK_KIND_CALLBACK},
};

INSTANTIATE_TEST_SUITE_P(Sni, CLateTest, ::testing::ValuesIn(kCases));
INSTANTIATE_TEST_SUITE_P(Sni, CLateFdTest, ::testing::ValuesIn(kCases));

}  // namespace
}  // namespace airlock::c
