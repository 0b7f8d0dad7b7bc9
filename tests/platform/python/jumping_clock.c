// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// For LD_PRELOAD: the wall clock jumps at each call, forward or back by JUMP
// seconds. The monotonic clock does not change.

#define _GNU_SOURCE
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long Jump(void) {
  static atomic_long reads;
  const char* jump = getenv("JUMP");
  return jump == NULL ? 0 : ++reads * atol(jump);
}

int clock_gettime(clockid_t clock, struct timespec* out) {
  const int result = (int)syscall(SYS_clock_gettime, clock, out);
  if (result == 0 && clock == CLOCK_REALTIME) out->tv_sec += Jump();
  return result;
}

int gettimeofday(struct timeval* restrict out, void* restrict zone) {
  const int result = (int)syscall(SYS_gettimeofday, out, zone);
  if (result == 0) out->tv_sec += Jump();
  return result;
}
