// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/capture/confine.h"

#include <seccomp.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"

namespace airlock::capture {
namespace {

// Files that are open, memory, the end, and signals; pipes for UBSan, which
// looks at memory through them.
constexpr const char* kAllowed[] = {
    "brk",          "clock_gettime",  "close",        "exit",
    "exit_group",   "fcntl",          "fstat",        "futex",
    "getpid",       "gettid",         "lseek",        "madvise",
    "mremap",       "munmap",         "pipe",         "pipe2",
    "pread64",      "read",           "readv",        "restart_syscall",
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack",
    "tgkill",       "write",          "writev",
};

struct FilterDeleter {
  void operator()(void* filter) const { seccomp_release(filter); }
};

absl::Status Unavailable(int error) {
  return absl::UnavailableError(
      absl::StrCat("the decoder cannot be confined on this machine (seccomp: ",
                   std::strerror(error),
                   "), and captures are hostile; decode it on another one"));
}

}  // namespace

absl::Status ConfineToOpenFiles() {
#ifdef __SANITIZE_ADDRESS__
  return absl::OkStatus();
#endif
  const std::unique_ptr<void, FilterDeleter> filter(
      seccomp_init(SCMP_ACT_ERRNO(EPERM)));
  if (filter == nullptr) return Unavailable(ENOMEM);
  for (const char* const name : kAllowed) {
    const int call = seccomp_syscall_resolve_name(name);
    // Some do not exist on all architectures.
    if (call == __NR_SCMP_ERROR) continue;
    const int error = seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0);
    if (error != 0) return Unavailable(-error);
  }
  // Memory that cannot be executed.
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {
    const int error =
        seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 1,
                         SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    if (error != 0) return Unavailable(-error);
  }
  const int error = seccomp_load(filter.get());
  return error == 0 ? absl::OkStatus() : Unavailable(-error);
}

}  // namespace airlock::capture
