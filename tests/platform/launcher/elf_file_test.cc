// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/elf_file.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/launcher/writable.h"

namespace airlock::launcher {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Limits this process to `count` additional descriptors, during its lifetime.
class Descriptors {
 public:
  explicit Descriptors(rlim_t count) {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(next);
    const rlimit few = {static_cast<rlim_t>(next) + count, before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
  }
  ~Descriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;

 private:
  rlimit before_;
};

class FindProgramsTest : public ::testing::Test {
 protected:
  FindProgramsTest() {
    std::string name = absl::StrCat(::testing::TempDir(), "/programsXXXXXX");
    folder_ = mkdtemp(name.data());
    script_ = absl::StrCat(folder_, "/script");
    const int fd = open(script_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    EXPECT_EQ(write(fd, "#!/bin/sh\n", 10), 10);
    close(fd);
  }
  ~FindProgramsTest() override {
    unlink(script_.c_str());
    rmdir(folder_.c_str());
  }

  std::string folder_;
  std::string script_;
};

TEST_F(FindProgramsTest, FindsWhatIsThere) {
  FoundPrograms found;
  ASSERT_TRUE(FindPrograms(folder_, &found).ok());
  EXPECT_THAT(found.scripts, ElementsAre(script_));
  EXPECT_TRUE(FindPrograms("/not/there", &found).ok());
}

TEST_F(FindProgramsTest, FailsWhereItCannotLook) {
  int failures = 0;
  for (const rlim_t count : {0, 1, 2, 3, 4}) {
    FoundPrograms found;
    absl::Status status;
    {
      const Descriptors few(count);
      status = FindPrograms(folder_, &found);
    }
    if (status.ok()) {
      EXPECT_THAT(found.scripts, ElementsAre(script_)) << count;
    } else {
      EXPECT_THAT(std::string(status.message()), HasSubstr("cannot look"));
      ++failures;
    }
  }
  EXPECT_GT(failures, 0);
  EXPECT_LT(failures, 5);
}

TEST_F(FindProgramsTest, CheckWritableFailsWhereItCannotLook) {
  const std::string bundle = absl::StrCat(folder_, ".bundle");
  ASSERT_EQ(mkdir(bundle.c_str(), 0755), 0);
  const std::string link = absl::StrCat(bundle, "/ca.pem");
  ASSERT_EQ(symlink(script_.c_str(), link.c_str()), 0);
  Protected fixed = {"the CA bundle", bundle};
  fixed.has_links = true;
  for (const rlim_t count : {0, 1, 2, 3, 4}) {
    const Descriptors few(count);
    EXPECT_FALSE(CheckWritable({folder_}, {fixed}).ok()) << count;
  }
  unlink(link.c_str());
  // Under another name of the file.
  ASSERT_EQ(::link(script_.c_str(), link.c_str()), 0);
  for (const rlim_t count : {0, 1, 2, 3, 4}) {
    const Descriptors few(count);
    EXPECT_FALSE(CheckWritable({folder_}, {{"the audit", link}}).ok()) << count;
  }
  unlink(link.c_str());
  rmdir(bundle.c_str());
}

}  // namespace
}  // namespace airlock::launcher
