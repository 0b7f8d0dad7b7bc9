// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A site's answers when the system runs out of resources.

#include "platform/http/site/file_site.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "platform/http/site/listing.h"

namespace airlock::http {
namespace {

namespace fs = std::filesystem;

// Limits this process to `count` additional descriptors, during its lifetime.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(int count) {
    getrlimit(RLIMIT_NOFILE, &old_);
    const int lowest = dup(STDIN_FILENO);
    close(lowest);
    rlimit limit = old_;
    limit.rlim_cur = static_cast<rlim_t>(lowest + count);
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  ~DescriptorLimit() { setrlimit(RLIMIT_NOFILE, &old_); }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;

 private:
  rlimit old_ = {};
};

class FileSiteTest : public ::testing::Test {
 protected:
  FileSiteTest() : root_(fs::path(::testing::TempDir()) / "site") {
    fs::remove_all(root_);
    fs::create_directories(root_ / "app");
    std::ofstream(root_ / "a.txt") << "hello\n";
    std::ofstream(root_ / "app" / "index.html") << "<h1>app</h1>\n";
    auto site = FileSite::Open(root_.string());
    EXPECT_TRUE(site.ok()) << site.status();
    if (site.ok()) site_ = std::make_unique<FileSite>(*std::move(site));
  }
  ~FileSiteTest() override { fs::remove_all(root_); }

  const fs::path root_;
  std::unique_ptr<FileSite> site_;
};

// Found, or short of descriptors: never "not found", forbidden, or a listing
// instead of a page.
TEST_F(FileSiteTest, TellsAShortageOfDescriptorsFromAMissingFile) {
  for (const std::string target : {"/a.txt", "/app/", "/app/index.html"}) {
    bool found = false;
    for (int count = 0; !found; ++count) {
      const DescriptorLimit limit(count);
      const absl::StatusOr<SiteEntry> entry = site_->Find(target);
      found = entry.ok();
      if (found) {
        EXPECT_EQ(entry->kind, SiteEntry::Kind::kFile) << target;
      } else {
        ASSERT_TRUE(absl::IsResourceExhausted(entry.status()))
            << target << " " << count << " " << entry.status();
      }
    }
  }
}

TEST_F(FileSiteTest, ARootHasNoNullByte) {
  EXPECT_TRUE(absl::IsInvalidArgument(
      FileSite::Open(root_.string() + std::string("\0x", 2)).status()));
}

// Without waiting for a FIFO's writer.
TEST_F(FileSiteTest, RefusesWhatIsNotAFile) {
  const auto make = [this](const char* name, mode_t type) {
    ASSERT_EQ(mknod((root_ / name).c_str(), type | 0600, 0), 0);
  };
  make("fifo", S_IFIFO);
  make("socket", S_IFSOCK);
  fs::create_directories(root_ / "folder");
  make("folder/index.html", S_IFIFO);
  fs::create_symlink("a.txt", root_ / "link");
  fs::create_directory_symlink("app", root_ / "linked");
  for (const char* target :
       {"/fifo", "/socket", "/link", "/linked", "/linked/index.html"}) {
    EXPECT_TRUE(absl::IsPermissionDenied(site_->Find(target).status()))
        << target << " " << site_->Find(target).status();
  }
  const absl::StatusOr<SiteEntry> folder = site_->Find("/folder/");
  ASSERT_TRUE(folder.ok()) << folder.status();
  EXPECT_EQ(folder->kind, SiteEntry::Kind::kDirectory);
}

TEST_F(FileSiteTest, ListsOnlyWhatItCouldRead) {
  fs::remove(root_ / "app" / "index.html");
  const absl::StatusOr<SiteEntry> entry = site_->Find("/app/");
  ASSERT_TRUE(entry.ok()) << entry.status();
  EXPECT_TRUE(ListingPage(*entry).ok());
  const DescriptorLimit limit(0);
  EXPECT_TRUE(absl::IsResourceExhausted(ListingPage(*entry).status()));
}

}  // namespace
}  // namespace airlock::http
