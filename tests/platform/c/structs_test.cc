// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Structs of callers with older and newer headers.

#include "platform/c/internal/structs.h"

#include <cstring>

#include "gtest/gtest.h"
#include "ssl/error.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {
namespace {

struct Older {
  size_t struct_size;
  size_t first;
};
struct Known {
  size_t struct_size;
  size_t first;
  size_t second;
};
struct Newer {
  size_t struct_size;
  size_t first;
  size_t second;
  size_t third;
};

// A pointer to something similar to a T, as from a caller with another header.
template <typename T, typename Other>
T* As(Other* other) {
  return reinterpret_cast<T*>(other);
}

TEST(StructsTest, AnOlderOneGoesOnWithZeros) {
  const Older older = {sizeof(Older), 1};
  const auto read = internal::ReadStruct(As<const Known>(&older), "options");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->first, 1U);
  EXPECT_EQ(read->second, 0U);
}

TEST(StructsTest, ANewerOneMustNotSetUnknownOptions) {
  Newer newer = {sizeof(Newer), 1, 2, 0};
  const auto read = internal::ReadStruct(As<const Known>(&newer), "options");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->second, 2U);
  newer.third = size_t{1} << 56;
  EXPECT_EQ(
      ssl::GetErrorKind(
          internal::ReadStruct(As<const Known>(&newer), "options").status()),
      ssl::ErrorKind::kInvalidArgument);
}

TEST(StructsTest, AnUnsetSizeIsRefused) {
  Known known = {0, 1, 2};
  // A struct does not end within a word.
  for (const size_t size :
       {size_t{0}, sizeof(size_t) - 1, sizeof(size_t) + 4, sizeof(Known) - 1,
        sizeof(Known) + 1, internal::kMaxStructSize + 1, ~size_t{0}}) {
    known.struct_size = size;
    EXPECT_FALSE(internal::ReadStruct(&known, "options").ok()) << size;
    EXPECT_FALSE(internal::WriteStruct(Known{}, &known, "out").ok()) << size;
    EXPECT_EQ(known.second, 2U);
  }
}

TEST(StructsTest, NullIsAllDefaults) {
  const auto read = internal::ReadStruct<Known>(nullptr, "options");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->second, 0U);
  EXPECT_FALSE(internal::WriteStruct<Known>({}, nullptr, "out").ok());
}

TEST(StructsTest, FillsInWhatFits) {
  const Known value = {sizeof(Known), 1, 2};
  Known out = {sizeof(Older), 7, 7};
  ASSERT_TRUE(internal::WriteStruct(value, &out, "out").ok());
  EXPECT_EQ(out.struct_size, sizeof(Older));
  EXPECT_EQ(out.first, 1U);
  EXPECT_EQ(out.second, 7U);

  Newer newer = {sizeof(Newer), 7, 7, 7};
  ASSERT_TRUE(internal::WriteStruct(value, As<Known>(&newer), "out").ok());
  EXPECT_EQ(newer.struct_size, sizeof(Newer));
  EXPECT_EQ(newer.second, 2U);
  EXPECT_EQ(newer.third, 0U);
}

// The same through the functions themselves.
template <typename T>
struct WithTail {
  T known;
  size_t unknown;
};

TEST(StructsTest, FunctionsRefuseUnknownOptions) {
  const auto runtime = MakeRuntime(MakeHost());
  Wire wire;
  const airlock_transport transport = wire.client();
  WithTail<airlock_wrap_options> options = {ClientWrap(), 1};
  options.known.struct_size = sizeof(options);
  airlock_socket* socket = nullptr;
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_wrap_socket(runtime.get(), &transport, &options.known,
                                &socket, &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(socket, nullptr);
  EXPECT_EQ(wire.releases(), 1);

  WithTail<airlock_transport> newer = {wire.client(), 1};
  newer.known.struct_size = sizeof(newer);
  EXPECT_EQ(airlock_wrap_socket(runtime.get(), &newer.known, &options.known,
                                &socket, &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(wire.releases(), 1);

  options.unknown = 0;
  ASSERT_EQ(airlock_wrap_socket(runtime.get(), &transport, &options.known,
                                &socket, &error),
            AIRLOCK_OK);
  airlock_socket_free(socket);
  EXPECT_EQ(wire.releases(), 2);
}

}  // namespace
}  // namespace airlock::c
