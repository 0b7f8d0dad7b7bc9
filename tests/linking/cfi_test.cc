// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// With --config=cfi, a call of a function or object of another type ends the
// program.

#include "gtest/gtest.h"

namespace airlock {
namespace {

int Twice(int number) { return 2 * number; }

class Shape {
 public:
  virtual ~Shape() = default;
  virtual int corners() const { return 0; }
};

class Account {
 public:
  virtual ~Account() = default;
  virtual int balance() const { return 1; }
};

// So that the compiler does not know what it calls.
template <typename T>
T* Hidden(void* pointer) {
  void* volatile hidden = pointer;
  return reinterpret_cast<T*>(hidden);
}

TEST(CfiTest, AFunctionOfAnotherType) {
  using Wrong = double(double);
  void* const address = reinterpret_cast<void*>(&Twice);
  EXPECT_EQ(Hidden<int(int)>(address)(2), 4);
  EXPECT_DEATH(Hidden<Wrong>(address)(2.0), "control flow integrity check");
}

TEST(CfiTest, AnObjectOfAnotherClass) {
  Shape shape;
  EXPECT_EQ(Hidden<Shape>(&shape)->corners(), 0);
  EXPECT_DEATH(Hidden<Account>(&shape)->balance(),
               "control flow integrity check");
}

}  // namespace
}  // namespace airlock
