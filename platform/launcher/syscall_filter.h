// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The system calls that an application may make.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_SYSCALL_FILTER_H_
#define AIRLOCK_PLATFORM_LAUNCHER_SYSCALL_FILTER_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/internal/unique_fd.h"

namespace airlock::launcher {

// A file in memory with the filter: BPF for this machine's architecture, made
// by libseccomp.
//
// It allows what Python and TLS need: memory, files, waiting, threads and
// processes, signals, clocks, random bytes, and these sockets:
//   socket(AF_INET or AF_INET6, SOCK_STREAM, 0 or IPPROTO_TCP)
//   socket(AF_INET or AF_INET6, SOCK_DGRAM, 0 or IPPROTO_UDP)
//   socketpair(AF_UNIX, SOCK_STREAM or SOCK_SEQPACKET, 0)
// Every other call returns ENOSYS, as if the kernel did not support it, which
// libraries can handle: among them mount, ptrace, unshare and clone with a new
// namespace, bpf, io_uring, keyctl, limits of other processes, and all other
// sockets, including AF_NETLINK's (the resolver then assumes that both versions
// of IP are available). A file's mode cannot get a set-user-ID or set-group-ID
// bit (EPERM). System calls of another architecture end the process.
//
// Errors: kInternal, if libseccomp or the kernel refuses.
absl::StatusOr<platform::internal::UniqueFd> MakeSyscallFilter();

// Applies the filter in the descriptor `fd` to this thread and its children.
// Needs no_new_privs, or CAP_SYS_ADMIN. Errors: kInternal.
absl::Status ApplySyscallFilter(int fd);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_SYSCALL_FILTER_H_
