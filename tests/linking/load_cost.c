/* Copyright 2026 The Airlock Authors.
 * SPDX-License-Identifier: Apache-2.0
 *
 * What it costs a program that has no C++ to load the library in argv[1] and to
 * make a runtime: prints microseconds for libstdc++, for the library, and for
 * the runtime, then the kilobytes that all three made resident, and those among
 * them that are the process's own, no pages of a file. */

#define _GNU_SOURCE
#include <airlock.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* Zeros on a kernel without smaps_rollup. */
struct memory {
  long resident, own; /* In kilobytes. */
};

static struct memory memory(void) {
  struct memory result = {0, 0};
  char line[256];
  long value;
  FILE* file = fopen("/proc/self/smaps_rollup", "r");
  while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
    if (sscanf(line, "Rss: %ld", &value) == 1) result.resident = value;
    if (sscanf(line, "Anonymous: %ld", &value) == 1) result.own = value;
  }
  if (file != NULL) fclose(file);
  return result;
}

static void* load(const char* name) {
  void* library = dlopen(name, RTLD_NOW);
  if (library != NULL) return library;
  fprintf(stderr, "%s\n", dlerror());
  exit(1);
}

int main(int argc, char** argv) {
  airlock_runtime* runtime = NULL;
  airlock_status (*runtime_new)(const airlock_runtime_options*,
                                airlock_runtime**, airlock_error**);
  struct memory before, after;
  double times[4];
  void* library;
  if (argc != 2) return 2;

  before = memory();
  times[0] = microseconds();
  load("libstdc++.so.6");
  times[1] = microseconds();
  library = load(argv[1]);
  times[2] = microseconds();
  *(void**)&runtime_new = dlsym(library, "airlock_runtime_new");
  if (runtime_new == NULL || runtime_new(NULL, &runtime, NULL) != AIRLOCK_OK) {
    fprintf(stderr, "the runtime cannot be created\n");
    return 1;
  }
  times[3] = microseconds();
  after = memory();
  printf("%.0f %.0f %.0f %ld %ld\n", times[1] - times[0], times[2] - times[1],
         times[3] - times[2], after.resident - before.resident,
         after.own - before.own);
  return 0;
}
