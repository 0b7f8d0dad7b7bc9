// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/internal/helper_process.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "absl/status/status.h"
#include "platform/keys/packet.h"

namespace airlock::keys::internal {

using platform::internal::UniqueFd;

void EndWith(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (getppid() != parent) _exit(0);
}

absl::StatusOr<UniqueFd> ForkHelper(
    const std::function<void(int socket)>& run) {
  auto pair = MakePacketPair();
  if (!pair.ok()) return pair.status();
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) {
    return absl::InternalError(
        absl::ErrnoToStatus(errno, "cannot start a process: fork").message());
  }
  if (child != 0) return std::move(pair->first);
  EndWith(parent);
  // A terminal sends these to all processes; the key service reports and ends,
  // and this one ends with it.
  for (const int number : {SIGINT, SIGUSR1, SIGHUP}) signal(number, SIG_IGN);
  // Descriptors of applications, the audit, and other helpers are not for it.
  constexpr int kSocket = STDERR_FILENO + 1;
  if (dup2(pair->second.get(), kSocket) != kSocket) _exit(1);
  closefrom(kSocket + 1);
  run(kSocket);
  _exit(1);
}

}  // namespace airlock::keys::internal
