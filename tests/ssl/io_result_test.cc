// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/io_result.h"

#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "ssl/error.h"

namespace airlock::ssl {
namespace {

template <typename T, typename = void>
struct HasOk : std::false_type {};
template <typename T>
struct HasOk<T, decltype(static_cast<void>(std::declval<T>().ok()))>
    : std::true_type {};

static_assert(HasOk<absl::Status>::value, "the test's own check");
static_assert(!HasOk<IoResult>::value, "\"no error\" is not \"done\"");
static_assert(!std::is_default_constructible<IoResult>::value,
              "a result is of something");
static_assert(!std::is_convertible<IoResult, bool>::value, "");

TEST(IoResultTest, OnlyDoneIsDone) {
  EXPECT_TRUE(IoResult::Done().done());
  EXPECT_TRUE(IoResult::Done(7).status().ok());
  EXPECT_EQ(IoResult::Done(7).bytes(), 7u);
  EXPECT_EQ(IoResult::Done().bytes(), 0u);
  for (const IoResult& result :
       {IoResult::WantRead(), IoResult::WantWrite(), IoResult::Closed(),
        IoResult::WantCallback(LateCallback::kSni),
        IoResult(absl::CancelledError("no")), IoResult(absl::OkStatus())}) {
    EXPECT_FALSE(result.done());
    EXPECT_FALSE(result.status().ok());
    EXPECT_EQ(result.want_read() + result.want_write() + result.closed() +
                  result.want_callback() + result.failed(),
              1);
  }
}

TEST(IoResultTest, StatusNamesTheState) {
  EXPECT_EQ(GetErrorKind(IoResult::Closed().status()),
            ErrorKind::kUnexpectedEof);
  EXPECT_EQ(GetErrorKind(IoResult::WantRead().status()), ErrorKind::kTransport);
  EXPECT_EQ(GetErrorKind(IoResult::WantWrite().status()),
            ErrorKind::kTransport);
  const IoResult later = IoResult::WantCallback(LateCallback::kVerify);
  EXPECT_EQ(GetErrorKind(later.status()), ErrorKind::kCallback);
  EXPECT_EQ(later.callback(), LateCallback::kVerify);
  EXPECT_EQ(IoResult::WantRead().callback(), LateCallback::kNone);
  EXPECT_EQ(IoResult(absl::CancelledError("no")).status(),
            absl::CancelledError("no"));
  EXPECT_EQ(GetErrorKind(IoResult(absl::OkStatus()).status()),
            ErrorKind::kInternal);
}

TEST(IoResultDeathTest, BytesRequiresDone) {
  EXPECT_DEATH((void)IoResult::Closed().bytes(), "");
  EXPECT_DEATH((void)IoResult::WantRead().bytes(), "");
  EXPECT_DEATH((void)IoResult(absl::CancelledError("no")).bytes(), "");
}

}  // namespace
}  // namespace airlock::ssl
