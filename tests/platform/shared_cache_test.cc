// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/shared_cache.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace airlock::platform::internal {
namespace {

using Value = std::shared_ptr<const std::string>;
using Cache = SharedCache<const std::string>;

Value Get(Cache& cache, absl::string_view key) {
  return *cache.GetOrMake(key, [&]() -> absl::StatusOr<Value> {
    return std::make_shared<const std::string>(key);
  });
}

TEST(SharedCacheTest, MakesAValueOnce) {
  Cache cache(10);
  const Value a = Get(cache, "a");
  EXPECT_EQ(*a, "a");
  EXPECT_EQ(Get(cache, "a"), a);
  EXPECT_NE(Get(cache, "b"), a);
  EXPECT_EQ(cache.size(), 2);
  cache.Clear();
  EXPECT_NE(Get(cache, "a"), a);
}

TEST(SharedCacheTest, ForgetsTheLeastRecentlyUsed) {
  Cache cache(2);
  const Value a = Get(cache, "a");
  const Value b = Get(cache, "b");
  EXPECT_EQ(Get(cache, "a"), a);
  const Value c = Get(cache, "c");
  EXPECT_EQ(cache.size(), 2);
  EXPECT_EQ(Get(cache, "a"), a);
  EXPECT_EQ(Get(cache, "c"), c);
  EXPECT_NE(Get(cache, "b"), b);
}

TEST(SharedCacheTest, KeepsNoErrors) {
  Cache cache(1);
  const Value a = Get(cache, "a");
  const auto failed = cache.GetOrMake(
      "b", []() -> absl::StatusOr<Value> { return absl::AbortedError("no"); });
  EXPECT_EQ(failed.status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(cache.size(), 0);
  EXPECT_EQ(*Get(cache, "b"), "b");
}

TEST(SharedCacheTest, ThreadsShareOneMaking) {
  Cache cache(10);
  std::atomic<int> made{0};
  std::vector<Value> values(8);
  std::vector<std::thread> threads;
  for (Value& value : values) {
    threads.emplace_back([&cache, &made, &value] {
      value = *cache.GetOrMake("a", [&]() -> absl::StatusOr<Value> {
        ++made;
        return std::make_shared<const std::string>("a");
      });
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
  for (const Value& value : values) EXPECT_EQ(value, values[0]);
}

}  // namespace
}  // namespace airlock::platform::internal
