// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/landlock.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "platform/internal/unique_fd.h"

namespace airlock::launcher {
namespace {

using platform::internal::UniqueFd;

// As in linux/landlock.h, which the C library's headers may lack, or have in a
// version older than the kernel's.
constexpr long kCreateRuleset = 444;
constexpr long kAddRule = 445;
constexpr long kRestrictSelf = 446;
constexpr uint32_t kVersionFlag = 1;
constexpr int kPathBeneath = 1;
constexpr uint64_t kExecute = 1 << 0;
constexpr uint64_t kRefer = 1 << 13;
constexpr uint64_t kScopeAbstractSockets = 1 << 0;
constexpr uint64_t kScopeSignals = 1 << 1;

struct Ruleset {
  uint64_t files;
  uint64_t network;
  uint64_t scoped;
};
struct __attribute__((packed)) PathBeneath {
  uint64_t access;
  int32_t parent;
};

// The size that the kernel knows, in bytes: it refuses unknown fields.
size_t RulesetSize(long version) {
  if (version >= 6) return sizeof(Ruleset);
  return version >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
}

long Version() { return syscall(kCreateRuleset, nullptr, 0, kVersionFlag); }

absl::Status AddRule(int ruleset, const std::string& path, uint64_t access) {
  const UniqueFd place(open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!place.valid()) {
    if (errno == ENOENT) return absl::OkStatus();
    return absl::InternalError(absl::ErrnoToStatus(errno, path).message());
  }
  const PathBeneath rule = {access, place.get()};
  if (syscall(kAddRule, ruleset, kPathBeneath, &rule, 0) == 0) {
    return absl::OkStatus();
  }
  return absl::InternalError(
      absl::ErrnoToStatus(errno, absl::StrCat("Landlock refuses ", path))
          .message());
}

}  // namespace

absl::Status CheckLandlock() {
  if (Version() >= 1) return absl::OkStatus();
  return absl::UnavailableError(
      "this kernel cannot limit which programs an application may run: it has "
      "no Landlock (Linux 5.13 or later, with landlock in the list of its "
      "parameter lsm=; a container must allow the system calls of "
      "landlock(7)). Enable it, or let the application run any program that it "
      "can see: --programs=any");
}

absl::Status AllowPrograms(const std::vector<std::string>& programs) {
  const absl::Status usable = CheckLandlock();
  if (!usable.ok()) return usable;
  const long version = Version();
  // Moving a file to another folder is refused unless it is explicitly allowed.
  const uint64_t refer = version >= 2 ? kRefer : 0;
  const Ruleset wanted = {kExecute | refer, 0,
                          kScopeAbstractSockets | kScopeSignals};
  const UniqueFd ruleset(static_cast<int>(
      syscall(kCreateRuleset, &wanted, RulesetSize(version), 0)));
  if (!ruleset.valid()) {
    return absl::InternalError(
        absl::ErrnoToStatus(errno, "Landlock refuses its rules").message());
  }
  absl::Status status;
  if (refer != 0) status = AddRule(ruleset.get(), "/", refer);
  for (const std::string& program : programs) {
    if (!status.ok()) return status;
    status = AddRule(ruleset.get(), program, kExecute);
  }
  if (!status.ok()) return status;
  if (syscall(kRestrictSelf, ruleset.get(), 0) == 0) return absl::OkStatus();
  return absl::InternalError(
      absl::ErrnoToStatus(errno, "Landlock cannot be applied").message());
}

}  // namespace airlock::launcher
