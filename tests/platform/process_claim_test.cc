// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/process_claim.h"

#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "platform/fork_guard.h"
#include "ssl/error.h"

namespace airlock::platform {
namespace {

// Whether `work` returns true in a child.
bool InChild(const std::function<bool()>& work) {
  const pid_t pid = fork();
  if (pid == 0) {
    alarm(60);
    _exit(work() ? 0 : 1);
  }
  int status = 0;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(ProcessClaimTest, IsOnesOwnWithoutAFork) {
  ProcessClaim claim;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(claim.Use().ok());
}

TEST(ProcessClaimTest, TheFirstUserKeepsItForGood) {
  ProcessClaim claim;
  ASSERT_TRUE(claim.Use().ok());
  EXPECT_TRUE(InChild([&] { return claim.Use().ok() && claim.Use().ok(); }));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(ssl::GetErrorKind(claim.Use()), ssl::ErrorKind::kInvalidArgument);
  }
}

TEST(ProcessClaimTest, IsTheParentsOnceItUsesIt) {
  ProcessClaim claim;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t pid = fork();
  if (pid == 0) {
    alarm(60);
    char byte = 0;
    _exit(read(ends[0], &byte, 1) == 1 && !claim.Use().ok() ? 0 : 1);
  }
  EXPECT_TRUE(claim.Use().ok());
  EXPECT_EQ(write(ends[1], "x", 1), 1);
  int status = 0;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(claim.Use().ok());
}

TEST(ProcessClaimTest, AGrandchildMayHaveIt) {
  ProcessClaim claim;
  EXPECT_TRUE(InChild([&] {
    return InChild([&] { return claim.Use().ok(); }) && !claim.Use().ok();
  }));
  EXPECT_FALSE(claim.Use().ok());
}

TEST(ProcessClaimTest, NewOnesAreNeverOthers) {
  auto handed = std::make_unique<ProcessClaim>();
  ASSERT_TRUE(handed->Use().ok());
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t pid = fork();
  if (pid == 0) {
    alarm(60);
    char byte = 0;
    _exit(read(ends[0], &byte, 1) == 1 && handed->Use().ok() ? 0 : 1);
  }
  // The parent's copy is destroyed before the child uses its own.
  handed.reset();
  std::vector<std::unique_ptr<ProcessClaim>> others;
  for (int i = 0; i < 2000; ++i) {
    others.push_back(std::make_unique<ProcessClaim>());
    ASSERT_TRUE(others.back()->Use().ok());
  }
  EXPECT_EQ(write(ends[1], "x", 1), 1);
  int status = 0;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
  for (const auto& other : others) EXPECT_TRUE(other->Use().ok());
}

TEST(ProcessClaimTest, AChildMakesItsOwn) {
  ProcessClaim parents;
  EXPECT_TRUE(InChild([] {
    ProcessClaim claim;
    return claim.Use().ok();
  }));
  EXPECT_TRUE(parents.Use().ok());
}

TEST(ForkGuardTest, AThreadInOneMayFork) {
  const ForkGuard guard;
  const ForkGuard nested;
  const uint64_t generation = ForkGeneration();
  EXPECT_TRUE(InChild([generation] {
    const ForkGuard own;
    return ForkGeneration() == generation + 1 && InChild([] { return true; });
  }));
  EXPECT_EQ(ForkGeneration(), generation);
  const ForkPause pause;
  EXPECT_TRUE(InChild([] { return true; }));
}

}  // namespace
}  // namespace airlock::platform
