// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/signal_thread.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace airlock::cli {
namespace {

sigset_t SetOf(const std::vector<int>& signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  return set;
}

}  // namespace

SignalThread::SignalThread(std::vector<int> signals)
    : signals_(std::move(signals)) {
  const sigset_t set = SetOf(signals_);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

SignalThread::~SignalThread() { Stop(); }

void SignalThread::Stop() {
  if (!thread_.joinable()) return;
  const uint64_t one = 1;
  // Fails only if the counter is at its limit, which is readable too.
  [[maybe_unused]] const ssize_t written =
      write(stop_.get(), &one, sizeof(one));
  thread_.join();
}

absl::Status SignalThread::Start(std::function<void(int)> handle) {
  handle_ = std::move(handle);
  const sigset_t set = SetOf(signals_);
  received_ = platform::internal::UniqueFd(signalfd(-1, &set, SFD_CLOEXEC));
  stop_ = platform::internal::UniqueFd(eventfd(0, EFD_CLOEXEC));
  if (!received_.valid() || !stop_.valid()) {
    return absl::ErrnoToStatus(errno, "cannot wait for signals");
  }
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (const std::system_error& error) {
    return absl::ErrnoToStatus(error.code().value(),
                               "cannot start a thread for signals");
  }
  return absl::OkStatus();
}

void SignalThread::Run() {
  std::array<pollfd, 2> fds = {
      {{received_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}}};
  while (true) {
    if (poll(fds.data(), fds.size(), /*timeout=*/-1) < 0) continue;  // EINTR.
    if (fds[1].revents != 0) return;
    signalfd_siginfo info = {};
    if (read(received_.get(), &info, sizeof(info)) == sizeof(info)) {
      handle_(static_cast<int>(info.ssi_signo));
    }
  }
}

}  // namespace airlock::cli
