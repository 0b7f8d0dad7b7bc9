// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// libairlock.a in a program that has its own OpenSSL (other_openssl.cc).

#include "gtest/gtest.h"
#include "tests/linking/echo.h"

extern "C" int SSL_new();

namespace {

TEST(StaticArchiveTest, ShakesHandsBesideOtherOpenSsl) {
  EXPECT_EQ(airlock::testing::Echo(), "");
  EXPECT_DEATH(SSL_new(), "the program's own");
}

}  // namespace
