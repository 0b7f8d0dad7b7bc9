// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/syscall_filter.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace airlock::launcher {
namespace {

using platform::internal::UniqueFd;

// Allowed with any arguments. Some do not exist on all architectures. Calls
// that write to files are limited by the mounts.
constexpr const char* kAllowed[] = {
    // Memory.
    "brk", "madvise", "membarrier", "mmap", "mmap2", "mprotect", "mremap",
    "munmap",
    // Files.
    "access", "chdir", "close", "close_range", "copy_file_range", "dup", "dup2",
    "dup3", "faccessat", "faccessat2", "fadvise64", "fadvise64_64", "fallocate",
    "fchdir", "fcntl", "fcntl64", "fdatasync", "flock", "fstat", "fstat64",
    "fstatat64", "fstatfs", "fsync", "ftruncate", "ftruncate64", "getcwd",
    "getdents", "getdents64", "link", "linkat", "lseek", "_llseek", "lstat",
    "lstat64", "mkdir", "mkdirat", "newfstatat", "pipe", "pipe2", "pread64",
    "preadv", "pwrite64", "pwritev", "read", "readlink", "readlinkat", "readv",
    "rename", "renameat", "renameat2", "rmdir", "sendfile", "sendfile64",
    "stat", "stat64", "statfs", "statfs64", "statx", "symlink", "symlinkat",
    "truncate", "truncate64", "umask", "unlink", "unlinkat", "utimensat",
    "write", "writev",
    // Waiting.
    "epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_wait",
    "eventfd2", "_newselect", "poll", "ppoll", "pselect6", "select",
    // Sockets that already exist.
    "accept", "accept4", "bind", "connect", "getpeername", "getsockname",
    "getsockopt", "listen", "recvfrom", "recvmmsg", "recvmsg", "sendmmsg",
    "sendmsg", "sendto", "setsockopt", "shutdown",
    // Processes and threads.
    "arch_prctl", "execve", "exit", "exit_group", "fork", "futex",
    "get_robust_list", "getegid", "geteuid", "getgid", "getgroups", "getpgid",
    "getpgrp", "getpid", "getppid", "getpriority", "getresgid", "getresuid",
    "getrlimit", "getrusage", "getsid", "gettid", "getuid", "pidfd_open",
    "pidfd_send_signal", "rseq", "sched_getaffinity", "sched_getparam",
    "sched_getscheduler", "sched_yield", "set_robust_list", "set_tid_address",
    "setpgid", "setrlimit", "setsid", "sysinfo", "times", "ugetrlimit", "uname",
    "vfork", "wait4", "waitid", "waitpid",
    // Signals.
    "alarm", "getitimer", "kill", "pause", "restart_syscall", "rt_sigaction",
    "rt_sigpending", "rt_sigprocmask", "rt_sigreturn", "rt_sigsuspend",
    "rt_sigtimedwait", "setitimer", "sigaltstack", "sigreturn", "tgkill",
    "tkill",
    // Clocks and random bytes.
    "clock_getres", "clock_gettime", "clock_nanosleep", "getrandom",
    "gettimeofday", "nanosleep", "time"};

constexpr uint64_t kNewNamespaces = CLONE_NEWNS | CLONE_NEWCGROUP |
                                    CLONE_NEWUTS | CLONE_NEWIPC |
                                    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
// Arguments of type int, for the kernel; the upper half is undefined.
constexpr uint64_t kInt = 0xffffffff;
// A socket's type, without the flags.
constexpr uint64_t kSocketType = kInt & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
// O_TMPFILE without O_DIRECTORY, which it includes.
constexpr uint64_t kMayCreate = O_CREAT | (O_TMPFILE & ~O_DIRECTORY);
constexpr uint64_t kPrivilegedModes[] = {S_ISUID, S_ISGID, S_ISUID | S_ISGID};

struct FilterDeleter {
  void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, FilterDeleter>;

// Adds rules until one fails.
class Rules {
 public:
  explicit Rules(scmp_filter_ctx filter) : filter_(filter) {}

  void Allow(const char* name,
             std::initializer_list<scmp_arg_cmp> conditions = {}) {
    Add(SCMP_ACT_ALLOW, name, conditions);
  }
  // Allows a call that sets a file's mode from `argument`, unless the mode has
  // a set-user-ID or set-group-ID bit. Then returns EPERM.
  void AllowMode(const char* name, unsigned argument) {
    Allow(name,
          {scmp_arg_cmp{argument, SCMP_CMP_MASKED_EQ, S_ISUID | S_ISGID, 0}});
    for (const uint64_t mode : kPrivilegedModes) {
      Add(SCMP_ACT_ERRNO(EPERM), name,
          {scmp_arg_cmp{argument, SCMP_CMP_MASKED_EQ, S_ISUID | S_ISGID,
                        mode}});
    }
  }
  // Allows a call that opens a file with the flags in `flags`. If it creates
  // one, the next argument is the mode; otherwise that argument is undefined.
  void AllowOpen(const char* name, unsigned flags) {
    Allow(name, {scmp_arg_cmp{flags, SCMP_CMP_MASKED_EQ, kMayCreate, 0}});
    AllowMode(name, flags + 1);
  }
  // Allows sockets of that domain, type (whatever its flags) and protocol.
  void AllowSocket(const char* name, int domain, int type, int protocol) {
    Allow(name, {Equal(0, kInt, domain), Equal(1, kSocketType, type),
                 Equal(2, kInt, protocol)});
  }
  // Allows these values of an int argument.
  void AllowOnly(const char* name, unsigned argument,
                 std::initializer_list<uint64_t> values) {
    for (const uint64_t value : values) {
      Allow(name, {scmp_arg_cmp{argument, SCMP_CMP_MASKED_EQ, kInt, value}});
    }
  }
  int error() const { return error_; }

 private:
  static scmp_arg_cmp Equal(unsigned argument, uint64_t mask, int value) {
    return {argument, SCMP_CMP_MASKED_EQ, mask, static_cast<uint64_t>(value)};
  }
  void Add(uint32_t action, const char* name,
           std::initializer_list<scmp_arg_cmp> conditions) {
    const int call = seccomp_syscall_resolve_name(name);
    if (error_ != 0 || call == __NR_SCMP_ERROR) return;
    error_ = seccomp_rule_add_array(filter_, action, call,
                                    static_cast<unsigned>(conditions.size()),
                                    conditions.begin());
    // A call of another architecture.
    if (error_ == -EDOM) error_ = 0;
  }

  const scmp_filter_ctx filter_;
  int error_ = 0;
};

absl::Status Failed(absl::string_view what, int error) {
  return absl::InternalError(
      absl::StrCat("cannot make the filter of system calls: ", what, ": ",
                   std::strerror(error)));
}

}  // namespace

absl::StatusOr<UniqueFd> MakeSyscallFilter() {
  const Filter filter(seccomp_init(SCMP_ACT_ERRNO(ENOSYS)));
  if (filter == nullptr) return Failed("seccomp_init", ENOMEM);
  Rules rules(filter.get());
  for (const char* name : kAllowed) rules.Allow(name);
  // The kernel reads clone3's flags from memory that filters cannot see; the C
  // library falls back to clone.
  rules.Allow("clone",
              {scmp_arg_cmp{0, SCMP_CMP_MASKED_EQ, kNewNamespaces, 0}});
  for (const int domain : {AF_INET, AF_INET6}) {
    for (const int protocol : {0, static_cast<int>(IPPROTO_TCP)}) {
      rules.AllowSocket("socket", domain, SOCK_STREAM, protocol);
    }
    for (const int protocol : {0, static_cast<int>(IPPROTO_UDP)}) {
      rules.AllowSocket("socket", domain, SOCK_DGRAM, protocol);
    }
  }
  // A pair of these types only reaches its peer. A datagram pair can send to
  // any socket of the network namespace that has an abstract name.
  rules.AllowSocket("socketpair", AF_UNIX, SOCK_STREAM, 0);
  rules.AllowSocket("socketpair", AF_UNIX, SOCK_SEQPACKET, 0);
  // Files below --writable are visible outside, where no mount disables these
  // bits.
  rules.AllowMode("chmod", 1);
  rules.AllowMode("fchmod", 1);
  rules.AllowMode("fchmodat", 2);
  rules.AllowMode("creat", 1);
  rules.AllowOpen("open", 1);
  rules.AllowOpen("openat", 2);
  // Only the calling process's limits.
  rules.AllowOnly("prlimit64", 0, {0});
  // Excludes TIOCSTI, which types on the caller's terminal.
  rules.AllowOnly("ioctl", 1,
                  {FIOCLEX, FIONCLEX, FIONBIO, FIONREAD, TCGETS, TIOCGWINSZ});
  rules.AllowOnly("prctl", 0, {PR_SET_NAME, PR_GET_NAME, PR_SET_PDEATHSIG});
  if (rules.error() != 0) return Failed("seccomp_rule_add", -rules.error());

  UniqueFd file(memfd_create("airlock-seccomp", MFD_CLOEXEC));
  if (!file.valid()) return Failed("memfd_create", errno);
  const int error = seccomp_export_bpf(filter.get(), file.get());
  if (error != 0) return Failed("seccomp_export_bpf", -error);
  if (lseek(file.get(), 0, SEEK_SET) != 0) return Failed("lseek", errno);
  return file;
}

absl::Status ApplySyscallFilter(int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0) return Failed("fstat", errno);
  const size_t size = static_cast<size_t>(status.st_size);
  const size_t count = size / sizeof(sock_filter);
  std::vector<sock_filter> code(count);
  if (count == 0 || count > USHRT_MAX || size % sizeof(sock_filter) != 0 ||
      pread(fd, code.data(), size, 0) != static_cast<ssize_t>(size)) {
    return Failed("it was read only in part", EIO);
  }
  const sock_fprog program = {static_cast<unsigned short>(count), code.data()};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) {
    return Failed("prctl", errno);
  }
  return absl::OkStatus();
}

}  // namespace airlock::launcher
