// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Makes operator new fail. Tests that use it replace it, as sanitizers do, and
// have the tag no-sanitizer.
#ifndef AIRLOCK_TESTS_SUPPORT_NEW_FAILURES_H_
#define AIRLOCK_TESTS_SUPPORT_NEW_FAILURES_H_

namespace airlock::testing {

// How many calls of this thread succeed before one throws std::bad_alloc. -1:
// all do.
extern thread_local int new_calls_left;
// Whether those after it throw, too, until new_calls_left is -1 again, as when
// memory has really run out.
extern thread_local bool new_keeps_failing;
// Whether one has failed. A test sets it to false.
extern thread_local bool new_failed;

}  // namespace airlock::testing

#endif  // AIRLOCK_TESTS_SUPPORT_NEW_FAILURES_H_
