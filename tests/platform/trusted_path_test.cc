// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/trusted_path.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/internal/errno_status.h"
#include "tests/support/error_matchers.h"

namespace airlock::platform::internal {
namespace {

constexpr uid_t kUser = 1000;
constexpr uid_t kOther = 1001;

// A machine with the files that a test creates.
class TrustedPathTest : public ::testing::Test {
 protected:
  TrustedPathTest() {
    calls_.user = kUser;
    calls_.lstat = [this](const char* path, struct stat* st) {
      const auto found = entries_.find(path);
      errno = found == entries_.end() ? ENOENT : found->second.error;
      if (errno != 0) return -1;
      *st = {};
      st->st_mode = found->second.mode;
      st->st_uid = found->second.owner;
      return 0;
    };
    calls_.readlink = [this](const char* path, char* to, size_t size) {
      const std::string& target = entries_[path].target;
      if (target.empty()) {
        errno = EIO;
        return ssize_t{-1};
      }
      const size_t n = std::min(size, target.size());
      std::memcpy(to, target.data(), n);
      return static_cast<ssize_t>(n);
    };
    Folder("/", 0755, 0);
    Folder("/etc", 0755, 0);
    Folder("/tmp", 01777, 0);
    Folder("/home", 0755, 0);
    Folder("/home/me", 0755, kUser);
    File("/etc/airlock.yaml", 0644, 0);
  }

  void Folder(const std::string& path, mode_t mode, uid_t owner) {
    entries_[path] = {S_IFDIR | mode, owner, "", 0};
  }
  void File(const std::string& path, mode_t mode, uid_t owner) {
    entries_[path] = {S_IFREG | mode, owner, "", 0};
  }
  void Link(const std::string& path, const std::string& target,
            uid_t owner = 0) {
    entries_[path] = {S_IFLNK | 0777, owner, target, 0};
  }
  absl::Status Check(const std::string& path) {
    return CheckTrusted(path, calls_);
  }
  // Expects a refusal that names `what`.
  void ExpectRefused(const std::string& path, const std::string& what) {
    const absl::Status status = Check(path);
    EXPECT_THAT(status, ErrorIs(absl::StatusCode::kFailedPrecondition, what));
    EXPECT_THAT(status, Quotes(path));
  }

  struct Entry {
    mode_t mode = 0;
    uid_t owner = 0;
    std::string target;
    int error = 0;
  };
  std::map<std::string, Entry> entries_;
  PathCalls calls_;
};

TEST_F(TrustedPathTest, RootAndThisUserAreTrusted) {
  EXPECT_TRUE(Check("/etc/airlock.yaml").ok());
  EXPECT_TRUE(Check("//etc/./../etc//airlock.yaml").ok());
  for (const mode_t mode : {0644, 0600, 0444, 0755}) {
    File("/home/me/a.yaml", mode, kUser);
    EXPECT_TRUE(Check("/home/me/a.yaml").ok()) << mode;
  }
  File("/tmp/a.yaml", 0644, kUser);
  EXPECT_TRUE(Check("/tmp/a.yaml").ok());
}

TEST_F(TrustedPathTest, AFileThatOthersCanWriteIsRefused) {
  for (const mode_t mode : {0666, 0664, 0646, 0622, 0602, 0620}) {
    File("/etc/airlock.yaml", mode, 0);
    ExpectRefused("/etc/airlock.yaml", "/etc/airlock.yaml");
  }
  File("/etc/airlock.yaml", 0644, kOther);
  ExpectRefused("/etc/airlock.yaml", "/etc/airlock.yaml");
  File("/tmp/a.yaml", 0644, kOther);
  ExpectRefused("/tmp/a.yaml", "/tmp/a.yaml");
}

TEST_F(TrustedPathTest, EachFolderAboveIsChecked) {
  File("/home/me/a.yaml", 0644, kUser);
  for (const mode_t mode : {0777, 0775, 0757}) {
    Folder("/home/me", mode, kUser);
    ExpectRefused("/home/me/a.yaml", "/home/me");
    Folder("/home/me", 0755, kUser);
    Folder("/home", mode, 0);
    ExpectRefused("/home/me/a.yaml", "/home");
    Folder("/home", 0755, 0);
    Folder("/", mode, 0);
    ExpectRefused("/home/me/a.yaml", "/");
    Folder("/", 0755, 0);
  }
  Folder("/home/me", 0755, kOther);
  ExpectRefused("/home/me/a.yaml", "/home/me");
}

TEST_F(TrustedPathTest, SymbolicLinksAreFollowed) {
  File("/home/me/a.yaml", 0644, kUser);
  Link("/etc/link.yaml", "/home/me/a.yaml");
  EXPECT_TRUE(Check("/etc/link.yaml").ok());
  Link("/etc/link.yaml", "../home/me/a.yaml");
  EXPECT_TRUE(Check("/etc/link.yaml").ok());
  Link("/h", "home/me");
  EXPECT_TRUE(Check("/h/a.yaml").ok());
  // The link's target is checked as strictly.
  Folder("/home/me", 0777, kUser);
  ExpectRefused("/h/a.yaml", "/home/me");
  ExpectRefused("/etc/link.yaml", "/home/me");
  // In a sticky folder anyone can create one.
  Folder("/home/me", 0755, kUser);
  Link("/tmp/link.yaml", "/home/me/a.yaml", kOther);
  ExpectRefused("/tmp/link.yaml", "/tmp/link.yaml");
}

TEST_F(TrustedPathTest, OnlyAMissingFileIsNotFound) {
  EXPECT_EQ(Check("/etc/none.yaml").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Check("/none/airlock.yaml").code(), absl::StatusCode::kNotFound);
  // A dangling link exists.
  Link("/etc/airlock.yaml", "/etc/gone.yaml");
  ExpectRefused("/etc/airlock.yaml", "/etc/airlock.yaml");
  Link("/etc", "/gone");
  EXPECT_EQ(Check("/etc/airlock.yaml").code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(TrustedPathTest, EachFailureIsAnError) {
  for (const int error : {EACCES, ELOOP, EIO, ENOMEM, ENOTDIR, ENAMETOOLONG,
                          ENXIO, ENODEV, ESRCH, EOVERFLOW}) {
    for (const char* place : {"/", "/etc", "/etc/airlock.yaml"}) {
      const Entry before = entries_[place];
      entries_[place].error = error;
      const absl::Status status = Check("/etc/airlock.yaml");
      EXPECT_FALSE(status.ok());
      EXPECT_FALSE(absl::IsNotFound(status)) << status;
      EXPECT_THAT(status, WhereIs(place));
      EXPECT_EQ(ErrnoOf(status), error);
      entries_[place] = before;
    }
  }
  Link("/etc/airlock.yaml", "airlock.yaml");
  EXPECT_EQ(ErrnoOf(Check("/etc/airlock.yaml")), ELOOP);
  Link("/etc/airlock.yaml", "");  // Cannot be read.
  EXPECT_FALSE(Check("/etc/airlock.yaml").ok());
  Link("/etc/airlock.yaml", std::string(PATH_MAX, 'x'));
  EXPECT_FALSE(Check("/etc/airlock.yaml").ok());
  for (const char* path : {"", "etc/airlock.yaml", "."}) {
    EXPECT_EQ(Check(path).code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST_F(TrustedPathTest, TheOwnerOfTheRootFolderIsRoot) {
  // A user namespace may show root as another user.
  constexpr uid_t kNobody = 65534;
  for (auto& [path, entry] : entries_) {
    if (entry.owner == 0) entry.owner = kNobody;
  }
  EXPECT_TRUE(Check("/etc/airlock.yaml").ok());
  File("/etc/airlock.yaml", 0666, kNobody);
  EXPECT_FALSE(Check("/etc/airlock.yaml").ok());
}

}  // namespace
}  // namespace airlock::platform::internal
