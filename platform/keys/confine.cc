// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/confine.h"

#include <linux/capability.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace airlock::keys {
namespace {

constexpr const char* kAllowed[] = {
    // The sockets.
    "accept4", "epoll_ctl", "epoll_pwait", "epoll_wait", "getsockopt",
    "recvmsg", "sendmsg",
    // The audit and messages; closing, and removing the socket's name.
    "close", "fstat", "lseek", "newfstatat", "poll", "ppoll", "read", "unlink",
    "write", "writev",
    // Memory and locks.
    "brk", "futex", "madvise", "mmap", "mprotect", "mremap", "munmap",
    // Clocks, random bytes, signals and the end.
    "clock_gettime", "exit", "exit_group", "getpid", "getrandom", "gettid",
    "gettimeofday", "restart_syscall", "rt_sigaction", "rt_sigpending",
    "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait", "sigaltstack"};

absl::Status Failed(absl::string_view what, int error) {
  return absl::InternalError(absl::StrCat(
      "cannot confine the key service: ", what, ": ", std::strerror(error)));
}

struct FilterDeleter {
  void operator()(void* filter) const { seccomp_release(filter); }
};

}  // namespace

absl::Status HideMemory() {
  const rlimit none = {0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) return Failed("setrlimit", errno);
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return Failed("prctl", errno);
  return absl::OkStatus();
}

absl::Status ConfineKeyService() {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return Failed("no_new_privs", errno);
  }
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
  if (syscall(SYS_capset, &header, none) != 0) return Failed("capset", errno);
  const std::unique_ptr<void, FilterDeleter> filter(
      seccomp_init(SCMP_ACT_ERRNO(ENOSYS)));
  if (filter == nullptr) return Failed("seccomp_init", ENOMEM);
  for (const char* name : kAllowed) {
    const int call = seccomp_syscall_resolve_name(name);
    // Some do not exist on all architectures.
    if (call == __NR_SCMP_ERROR) continue;
    const int error =
        seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, call, 0, nullptr);
    if (error != 0 && error != -EDOM) return Failed(name, -error);
  }
  const int error = seccomp_load(filter.get());
  return error == 0 ? absl::OkStatus() : Failed("seccomp_load", -error);
}

}  // namespace airlock::keys
