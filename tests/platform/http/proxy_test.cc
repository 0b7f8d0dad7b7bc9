// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/proxy.h"

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/http/error.h"

namespace airlock::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

bool Used(absl::string_view no_proxy, absl::string_view host,
          uint16_t port = 443) {
  const absl::StatusOr<ProxyRules> rules =
      ProxyRules::Create("http://proxy:3128", no_proxy);
  EXPECT_TRUE(rules.ok()) << rules.status();
  return rules.ok() && rules->For(host, port) != nullptr;
}

TEST(ProxyTest, HasHostPortAndCredentials) {
  auto rules = ProxyRules::Create("http://us%65r:p%40ss@Proxy.test:3128/", "");
  ASSERT_TRUE(rules.ok()) << rules.status();
  const std::shared_ptr<const Proxy> proxy = rules->For("example.com", 443);
  ASSERT_NE(proxy, nullptr);
  EXPECT_EQ(proxy->host_and_port(), "proxy.test:3128");
  EXPECT_EQ(proxy->authorization.view(), "Basic dXNlcjpwQHNz");  // user:p@ss
  EXPECT_EQ(ProxyRules::Create("proxy", "")->For("x", 1)->host_and_port(),
            "proxy:80");
  EXPECT_EQ(ProxyRules::Create("[::1]", "")->For("x", 1)->host_and_port(),
            "[::1]:80");
  EXPECT_EQ(ProxyRules::Create("", "")->For("x", 1), nullptr);
}

TEST(ProxyTest, RefusesWhatItCannotUse) {
  for (const char* proxy :
       {"https://proxy", "socks5://proxy", "http://", "http://proxy:0",
        "http://proxy/path", "http://us%er:secret@proxy", "http://pro xy",
        "http://:3128"}) {
    const auto rules = ProxyRules::Create(proxy, "");
    ASSERT_FALSE(rules.ok()) << proxy;
    EXPECT_EQ(FailureOf(rules.status()), Failure::kProxy);
    EXPECT_THAT(std::string(rules.status().message()),
                Not(HasSubstr("secret")));
  }
  for (const char* list :
       {"a*b", "10.0.0.0/33", "x/8", "a:0", "a:x", ".", "[::1", "::1/129"}) {
    EXPECT_FALSE(ProxyRules::Create("proxy", list).ok()) << list;
  }
}

TEST(ProxyTest, ExceptionsConnectDirectly) {
  EXPECT_TRUE(Used("", "example.com"));
  EXPECT_FALSE(Used("*", "example.com"));
  EXPECT_FALSE(Used("Example.com", "example.com"));
  EXPECT_FALSE(Used("other, .example.com", "example.com"));
  EXPECT_FALSE(Used("*.example.com", "www.example.com"));
  EXPECT_TRUE(Used("example.com", "notexample.com"));
  EXPECT_TRUE(Used("www.example.com", "example.com"));
  EXPECT_FALSE(Used("example.com:8443", "example.com", 8443));
  EXPECT_TRUE(Used("example.com:8443", "example.com"));
  EXPECT_FALSE(Used("127.0.0.1", "127.0.0.1"));
  EXPECT_TRUE(Used("127.0.0.1", "127.0.0.2"));
  EXPECT_TRUE(Used(absl::string_view("127.0.0.1\0x", 11), "127.0.0.1"));
  EXPECT_FALSE(Used("10.0.0.0/9", "10.127.0.1"));
  EXPECT_TRUE(Used("10.0.0.0/9", "10.128.0.1"));
  EXPECT_TRUE(Used("10.0.0.0/8", "10.example.com"));
  EXPECT_FALSE(Used("0.0.0.0/0", "10.128.0.1"));
  EXPECT_FALSE(Used("[::1]:443", "::1"));
  EXPECT_FALSE(Used("fe80::/10", "fe90::1"));
  EXPECT_TRUE(Used("fe80::/10", "::1"));
}

TEST(ProxyTest, TheEnvironmentNamesIt) {
  const auto proxy_for = [](config::EnvironmentMap variables) {
    const auto rules = ProxyRules::FromEnvironment(variables);
    EXPECT_TRUE(rules.ok()) << rules.status();
    const auto proxy = rules.ok() ? rules->For("x.test", 443) : nullptr;
    return proxy == nullptr ? "" : proxy->host_and_port();
  };
  EXPECT_EQ(proxy_for({}), "");
  EXPECT_EQ(proxy_for({{"HTTPS_PROXY", "a:1"}}), "a:1");
  EXPECT_EQ(proxy_for({{"HTTPS_PROXY", "a:1"}, {"https_proxy", "b:2"}}), "b:2");
  EXPECT_EQ(proxy_for({{"HTTPS_PROXY", "a:1"}, {"NO_PROXY", "x.test"}}), "");
  EXPECT_EQ(proxy_for({{"HTTPS_PROXY", "a:1"}, {"no_proxy", "test"}}), "");
  EXPECT_EQ(proxy_for({{"HTTP_PROXY", "a:1"}}), "");
  EXPECT_THAT(
      std::string(ProxyRules::FromEnvironment({{"HTTPS_PROXY", "socks://x"}})
                      .status()
                      .message()),
      HasSubstr("HTTPS_PROXY"));
  EXPECT_THAT(std::string(ProxyRules::FromEnvironment(
                              {{"HTTPS_PROXY", "x"}, {"no_proxy", "a*b"}})
                              .status()
                              .message()),
              HasSubstr("no_proxy"));
}

}  // namespace
}  // namespace airlock::http
