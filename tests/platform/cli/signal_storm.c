// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// For LD_PRELOAD: every STORM microseconds a signal interrupts what the process
// waits for, since its handler has no SA_RESTART.

#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>

static void Ignore(int signal) { (void)signal; }

__attribute__((constructor)) static void Begin(void) {
  const char* storm = getenv("STORM");
  if (storm == NULL) return;
  struct sigaction action = {.sa_handler = Ignore};
  sigaction(SIGALRM, &action, NULL);
  const struct timeval every = {.tv_usec = atol(storm)};
  const struct itimerval timer = {.it_interval = every, .it_value = every};
  setitimer(ITIMER_REAL, &timer, NULL);
}
