// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/confine.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace airlock::keys {
namespace {

// A reader of files', which gets `open` and `openat` by a rule below.
constexpr const char* kReaderAllowed[] = {
    // Files, and the socket.
    "close", "fstat", "lseek", "lstat", "newfstatat", "poll", "ppoll",
    "pread64", "read", "readlink", "readlinkat", "sendmsg", "stat", "statx",
    // Memory and locks.
    "brk", "futex", "madvise", "mmap", "mprotect", "mremap", "munmap",
    // Clocks, random bytes, signals and the end.
    "clock_gettime", "exit", "exit_group", "geteuid", "getpid", "getrandom",
    "gettid", "gettimeofday", "restart_syscall", "rt_sigaction",
    "rt_sigprocmask", "rt_sigreturn"};

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

// A module's, beside those above.
constexpr const char* kModuleAllowed[] = {
    // Files.
    "access", "dup", "faccessat", "faccessat2", "fcntl", "fdatasync", "flock",
    "fstatfs", "fsync", "ftruncate", "getcwd", "getdents64", "lstat", "mkdir",
    "mkdirat", "open", "openat", "pread64", "pwrite64", "readlink",
    "readlinkat", "readv", "rename", "renameat", "renameat2", "stat", "statfs",
    "statx", "umask", "unlinkat",
    // Clients of sockets; which ones may be made is a rule below.
    "connect", "epoll_create1", "eventfd2", "getpeername", "getsockname",
    "pipe2", "pselect6", "recvfrom", "select", "sendto", "setsockopt",
    "shutdown",
    // Threads; clone has a rule below.
    "clock_getres", "clock_nanosleep", "nanosleep", "rseq", "sched_getaffinity",
    "sched_yield", "set_robust_list",
    // What the process is.
    "getegid", "geteuid", "getgid", "getppid", "getrusage", "getuid", "sysinfo",
    "times", "uname",
    // The limit of time of a signature.
    "alarm", "setitimer"};

absl::Status Failed(absl::string_view what, int error) {
  return absl::InternalError(absl::StrCat(
      "cannot confine the key service: ", what, ": ", std::strerror(error)));
}

struct FilterDeleter {
  void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, FilterDeleter>;

absl::Status AllowIf(const char* name, const scmp_arg_cmp& condition,
                     const Filter& filter) {
  const int error =
      seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW,
                             seccomp_syscall_resolve_name(name), 1, &condition);
  return error == 0 ? absl::OkStatus() : Failed(name, -error);
}

absl::Status Allow(absl::Span<const char* const> names, const Filter& filter) {
  for (const char* name : names) {
    const int call = seccomp_syscall_resolve_name(name);
    // Some do not exist on all architectures.
    if (call == __NR_SCMP_ERROR) continue;
    const int error =
        seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, call, 0, nullptr);
    if (error != 0 && error != -EDOM) return Failed(name, -error);
  }
  return absl::OkStatus();
}

// After the privileges are gone.
absl::StatusOr<Filter> MakeFilter(
    absl::Span<const char* const> allowed = kAllowed) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return Failed("no_new_privs", errno);
  }
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
  if (syscall(SYS_capset, &header, none) != 0) return Failed("capset", errno);
  Filter filter(seccomp_init(SCMP_ACT_ERRNO(ENOSYS)));
  if (filter == nullptr) return Failed("seccomp_init", ENOMEM);
  const absl::Status status = Allow(allowed, filter);
  if (!status.ok()) return status;
  return filter;
}

absl::Status Load(const Filter& filter) {
  const int error = seccomp_load(filter.get());
  return error == 0 ? absl::OkStatus() : Failed("seccomp_load", -error);
}

}  // namespace

absl::Status HideMemory() {
  const rlimit none = {0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) return Failed("setrlimit", errno);
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return Failed("prctl", errno);
  return absl::OkStatus();
}

absl::Status ConfineKeyService() {
  absl::StatusOr<Filter> filter = MakeFilter();
  if (!filter.ok()) return filter.status();
  return Load(*filter);
}

absl::Status ConfineTicketReader() {
  absl::StatusOr<Filter> filter = MakeFilter(kReaderAllowed);
  if (!filter.ok()) return filter.status();
  constexpr auto kWrites =
      static_cast<scmp_datum_t>(O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND);
  for (const auto& [name, flags] :
       {std::make_pair("open", 1U), std::make_pair("openat", 2U)}) {
    if (seccomp_syscall_resolve_name(name) == __NR_SCMP_ERROR) continue;
    const absl::Status status =
        AllowIf(name, {flags, SCMP_CMP_MASKED_EQ, kWrites, O_RDONLY}, *filter);
    if (!status.ok()) return status;
  }
  return Load(*filter);
}

absl::Status ConfineTokenModule(bool network) {
  absl::StatusOr<Filter> filter = MakeFilter();
  if (!filter.ok()) return filter.status();
  absl::Status status = Allow(kModuleAllowed, *filter);
  std::vector<scmp_datum_t> families = {AF_UNIX};
  if (network) families.insert(families.end(), {AF_INET, AF_INET6});
  for (const scmp_datum_t family : families) {
    if (status.ok()) {
      status = AllowIf("socket", SCMP_A0(SCMP_CMP_EQ, family, 0), *filter);
    }
  }
  // Its own limits only.
  if (status.ok()) {
    status = AllowIf("prlimit64", SCMP_A0(SCMP_CMP_EQ, 0, 0), *filter);
  }
  // The library then makes threads with clone, whose flags a filter can see.
  constexpr auto kThread = static_cast<scmp_datum_t>(CLONE_THREAD);
  if (status.ok()) {
    status = AllowIf("clone", SCMP_A0(SCMP_CMP_MASKED_EQ, kThread, kThread),
                     *filter);
  }
  if (!status.ok()) return status;
  // Loading the module may have started threads.
  const int error = seccomp_attr_set(filter->get(), SCMP_FLTATR_CTL_TSYNC, 1);
  return error == 0 ? Load(*filter) : Failed("seccomp_attr_set", -error);
}

}  // namespace airlock::keys
