// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/privileges.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace airlock::launcher {
namespace {

// As in linux/mount.h, which may conflict with the C library's headers.
constexpr long kMountSetattr = 442;
constexpr uint64_t kReadOnly = 1;  // MOUNT_ATTR_RDONLY

struct MountAttributes {
  uint64_t set;
  uint64_t clear;
  uint64_t propagation;
  uint64_t user_namespace;
};

absl::Status Failed(absl::string_view what) {
  return absl::InternalError(absl::ErrnoToStatus(errno, what).message());
}

// The mount(2) flags that preserve those of the mount at `path`.
bool KeptFlags(const std::string& path, unsigned long* flags) {
  constexpr struct {
    unsigned long has;
    unsigned long keeps;
  } kRows[] = {{ST_NOSUID, MS_NOSUID},         {ST_NODEV, MS_NODEV},
               {ST_NOEXEC, MS_NOEXEC},         {ST_NOATIME, MS_NOATIME},
               {ST_NODIRATIME, MS_NODIRATIME}, {ST_RELATIME, MS_RELATIME}};
  struct statvfs status;
  if (statvfs(path.c_str(), &status) != 0) return false;
  *flags = 0;
  for (const auto& row : kRows) {
    if ((status.f_flag & row.has) != 0) *flags |= row.keeps;
  }
  return true;
}

bool IsReadOnly(const std::string& path) {
  struct statvfs status;
  return statvfs(path.c_str(), &status) == 0 &&
         (status.f_flag & ST_RDONLY) != 0;
}

}  // namespace

absl::Status MakeReadOnly(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    const MountAttributes wanted = {kReadOnly, 0, 0, 0};
    if (syscall(kMountSetattr, AT_FDCWD, path.c_str(), 0, &wanted,
                sizeof(wanted)) != 0) {
      // Linux before 5.12, or a container that does not support the call.
      unsigned long flags = 0;
      if (!KeptFlags(path, &flags) ||
          mount(nullptr, path.c_str(), nullptr,
                MS_REMOUNT | MS_BIND | MS_RDONLY | flags, nullptr) != 0) {
        return Failed(absl::StrCat("cannot make ", path, " read-only"));
      }
    }
    if (!IsReadOnly(path)) {
      return absl::InternalError(absl::StrCat(path, " is not read-only"));
    }
  }
  return absl::OkStatus();
}

absl::Status DropCapabilities() {
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) {
    return Failed("cannot clear the ambient capabilities");
  }
  for (unsigned long capability = 0;; ++capability) {
    const int in_bounding_set = prctl(PR_CAPBSET_READ, capability, 0, 0, 0);
    if (in_bounding_set < 0) break;  // Past the kernel's last capability.
    if (in_bounding_set > 0 &&
        prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) {
      return Failed(absl::StrCat("cannot drop capability ", capability));
    }
  }
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
  if (syscall(SYS_capset, &header, none) != 0) {
    return Failed("cannot drop the capabilities");
  }
  return absl::OkStatus();
}

}  // namespace airlock::launcher
