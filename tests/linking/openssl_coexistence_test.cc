// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// libairlock.so in a process that already has OpenSSL 3, visible to all: were
// one name of BoringSSL's looked up outside, OpenSSL would answer.

#include <dlfcn.h>

#include "gtest/gtest.h"

namespace {

void* Load(const char* library, int flags) {
  void* handle = dlopen(library, RTLD_NOW | flags);
  EXPECT_NE(handle, nullptr) << dlerror();
  return handle;
}

template <typename Function>
Function* Find(void* handle, const char* name) {
  auto* function = reinterpret_cast<Function*>(dlsym(handle, name));
  EXPECT_NE(function, nullptr) << dlerror();
  return function;
}

TEST(OpenSslCoexistenceTest, ShakesHandsBesideGlobalOpenSsl) {
  ASSERT_TRUE(Load("libcrypto.so.3", RTLD_GLOBAL));
  ASSERT_TRUE(Load("libssl.so.3", RTLD_GLOBAL));
  auto* version = Find<unsigned long()>(RTLD_DEFAULT,  // NOLINT(google-*)
                                        "OpenSSL_version_num");
  ASSERT_TRUE(version);
  EXPECT_EQ(version() >> 28, 3U);
  auto* method = Find<void*()>(RTLD_DEFAULT, "TLS_method");
  auto* make = Find<void*(void*)>(RTLD_DEFAULT, "SSL_CTX_new");
  auto* drop = Find<void(void*)>(RTLD_DEFAULT, "SSL_CTX_free");
  ASSERT_TRUE(method && make && drop);
  void* openssl = make(method());
  ASSERT_TRUE(openssl);

  ASSERT_TRUE(Load("./libairlock.so", RTLD_LOCAL));
  void* plugin = Load("./tests/linking/plugin.so", RTLD_LOCAL);
  ASSERT_TRUE(plugin);
  auto* echo = Find<const char*()>(plugin, "PluginEcho");
  ASSERT_TRUE(echo);
  const char* problem = echo();
  EXPECT_EQ(problem, nullptr) << problem;

  // OpenSSL works as before.
  void* again = make(method());
  EXPECT_TRUE(again);
  drop(again);
  drop(openssl);
}

}  // namespace
