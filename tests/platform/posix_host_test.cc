// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/posix_host.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/internal/errno_status.h"
#include "platform/internal/unique_fd.h"
#include "tests/support/error_matchers.h"

namespace airlock::platform {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Capabilities =
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

Capabilities GetCapabilities() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  Capabilities capabilities = {};
  EXPECT_EQ(syscall(SYS_capget, &header, capabilities.data()), 0);
  return capabilities;
}

void SetCapabilities(Capabilities capabilities) {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  EXPECT_EQ(syscall(SYS_capset, &header, capabilities.data()), 0);
}

// A fresh directory for each test.
class PosixHostTest : public ::testing::Test {
 protected:
  PosixHostTest() {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/host.XXXXXX");
    // As errors name it: without "//" and links.
    std::array<char, PATH_MAX> resolved;
    directory_ = realpath(mkdtemp(pattern.data()), resolved.data());
  }

  std::string Path(const std::string& name) const {
    return absl::StrCat(directory_, "/", name);
  }

  std::string MakeFile(const std::string& name, const std::string& bytes) {
    std::ofstream(Path(name), std::ios::binary) << bytes;
    return Path(name);
  }

  PosixHost host_;
  std::string directory_;
};

TEST_F(PosixHostTest, ReadsWholeFiles) {
  std::string large(3 << 20, 'x');
  large[12345] = '\0';
  for (const std::string& bytes :
       {std::string(), std::string("a\r\n"), large}) {
    const std::string path = MakeFile("file", bytes);
    const absl::StatusOr<FileContent> content = host_.ReadFile(path);
    ASSERT_TRUE(content.ok()) << content.status();
    EXPECT_EQ(content->bytes, bytes);
    EXPECT_EQ(content->identity.size, bytes.size());
    const absl::StatusOr<FileStatus> status = host_.Stat(path);
    ASSERT_TRUE(status.ok()) << status.status();
    EXPECT_EQ(status->type, FileType::kRegular);
    EXPECT_EQ(status->identity, content->identity);
  }
}

TEST_F(PosixHostTest, ATrustedFileIsOneThatOthersCannotWrite) {
  const std::string path = MakeFile("policy", "text");
  ASSERT_EQ(chmod(path.c_str(), 0666), 0);
  EXPECT_TRUE(host_.ReadFile(path).ok());
  EXPECT_THAT(host_.ReadTrustedFile(path),
              ErrorIs(absl::StatusCode::kFailedPrecondition, path));
}

TEST_F(PosixHostTest, ReadsFilesThatSayTheyAreEmpty) {
  const absl::StatusOr<FileContent> content =
      host_.ReadFile("/proc/self/cmdline");
  ASSERT_TRUE(content.ok()) << content.status();
  EXPECT_THAT(content->bytes, HasSubstr("posix_host_test"));
}

TEST_F(PosixHostTest, AnIdentityTellsAnotherFileFromThisOne) {
  const std::string path = MakeFile("file", "one");
  const FileIdentity one = host_.Stat(path)->identity;
  const std::string other = MakeFile("other", "two");
  // The same times, as far as utimensat can set them.
  const timespec times[2] = {
      {one.modified_ns / 1000000000, one.modified_ns % 1000000000},
      {one.modified_ns / 1000000000, one.modified_ns % 1000000000}};
  ASSERT_EQ(utimensat(AT_FDCWD, other.c_str(), times, 0), 0);
  ASSERT_EQ(rename(other.c_str(), path.c_str()), 0);
  const FileIdentity two = host_.Stat(path)->identity;
  EXPECT_EQ(one.modified_ns, two.modified_ns);
  EXPECT_EQ(one.size, two.size);
  EXPECT_NE(one, two);
}

TEST_F(PosixHostTest, AStatusMayBeAMomentOld) {
  const std::string link = Path("link");
  ASSERT_EQ(symlink("/bin/sh", link.c_str()), 0);
  const FileIdentity before = host_.Stat(link)->identity;
  EXPECT_EQ(host_.RecentStat(link)->identity, before);
  // Another path is another file.
  EXPECT_EQ(host_.RecentStat("/bin/cat")->identity,
            host_.Stat("/bin/cat")->identity);
  EXPECT_EQ(host_.RecentStat(link)->identity, before);
  // A change shows after a moment.
  ASSERT_EQ(symlink("/bin/cat", Path("other").c_str()), 0);
  ASSERT_EQ(rename(Path("other").c_str(), link.c_str()), 0);
  const absl::Time changed = absl::Now();
  while (host_.RecentStat(link)->identity == before) {
    ASSERT_LT(absl::Now() - changed, absl::Seconds(30));
  }
  EXPECT_EQ(host_.RecentStat(link)->identity, host_.Stat("/bin/cat")->identity);
  ASSERT_EQ(unlink(link.c_str()), 0);
  while (host_.RecentStat(link).ok()) {
    ASSERT_LT(absl::Now() - changed, absl::Seconds(30));
  }
  EXPECT_EQ(host_.RecentStat(link).status().code(),
            absl::StatusCode::kNotFound);
}

// A program that writes a file and then uses it sees what it wrote.
TEST_F(PosixHostTest, TheStatusOfANewFileIsNeverOld) {
  const std::string path = MakeFile("file", "one");
  for (int size = 0; size < 1000; ++size) {
    ASSERT_EQ(truncate(path.c_str(), size), 0);
    ASSERT_EQ(host_.RecentStat(path)->identity.size, size);
  }
  // Nor is one that is not there, or is not a file.
  EXPECT_FALSE(host_.RecentStat(Path("late")).ok());
  MakeFile("late", "x");
  EXPECT_TRUE(host_.RecentStat(Path("late")).ok());
  EXPECT_EQ(host_.RecentStat("/")->type, FileType::kDirectory);
  EXPECT_FALSE(host_.RecentStat("").ok());
}

TEST_F(PosixHostTest, FollowsLinks) {
  const std::string path = MakeFile("file", "content");
  ASSERT_EQ(symlink("file", Path("link").c_str()), 0);
  EXPECT_EQ(host_.ReadFile(Path("link"))->identity,
            host_.ReadFile(path)->identity);
}

TEST_F(PosixHostTest, AMissingFileIsNotFound) {
  ASSERT_EQ(symlink("nowhere", Path("dangling").c_str()), 0);
  for (const std::string& path :
       {Path("missing"), Path("missing/too"), Path("dangling")}) {
    for (const absl::Status& status :
         {host_.ReadFile(path).status(), host_.Stat(path).status(),
          host_.ListDirectory(path).status()}) {
      EXPECT_THAT(status, ErrorIs(absl::StatusCode::kNotFound, path));
      EXPECT_EQ(internal::ErrnoOf(status), ENOENT);
    }
  }
}

TEST_F(PosixHostTest, RefusesIrregularFilesWithoutBlocking) {
  ASSERT_EQ(mkfifo(Path("fifo").c_str(), 0600), 0);
  for (const std::string& path :
       {Path("fifo"), std::string("/dev/null"), directory_}) {
    const absl::Status status = host_.ReadFile(path).status();
    EXPECT_THAT(status, ErrorIs(absl::StatusCode::kFailedPrecondition, path));
  }
}

TEST_F(PosixHostTest, RefusesInvalidPaths) {
  for (const std::string& path : {std::string(), std::string("/a\0b", 4)}) {
    EXPECT_EQ(host_.ReadFile(path).status().code(),
              absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(host_.Stat(path).status().code(),
              absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(host_.ListDirectory(path).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST_F(PosixHostTest, RefusesFilesThatAreTooLarge) {
  const std::string path = MakeFile("large", "");
  ASSERT_EQ(truncate(path.c_str(), Host::kMaxFileSize + 1), 0);
  const absl::Status status = host_.ReadFile(path).status();
  EXPECT_THAT(status, ErrorIs(absl::StatusCode::kOutOfRange, path));
}

TEST_F(PosixHostTest, SaysWhichPermissionIsMissing) {
  MakeFile("file", "content");
  ASSERT_EQ(chmod(Path("file").c_str(), 0), 0);
  ASSERT_EQ(mkdir(Path("closed").c_str(), 0600), 0);
  // From inside, so that no parent directory can be denied.
  ASSERT_EQ(chdir(directory_.c_str()), 0);
  const std::string user = absl::StrCat("user ", geteuid());
  const Capabilities all = GetCapabilities();
  // Without its capabilities, root can be denied access, too.
  Capabilities none = all;
  for (__user_cap_data_struct& data : none) data.effective = 0;
  SetCapabilities(none);
  const absl::Status file = host_.ReadFile("file").status();
  const absl::Status below = host_.ReadFile("closed/file").status();
  SetCapabilities(all);

  EXPECT_THAT(file, ErrorIs(absl::StatusCode::kPermissionDenied, "file"));
  EXPECT_THAT(file, Quotes(user));
  EXPECT_THAT(file, Quotes("file (mode 0000"));
  EXPECT_THAT(below,
              ErrorIs(absl::StatusCode::kPermissionDenied, "closed/file"));
  EXPECT_THAT(below, Quotes("closed (mode 0600"));
  EXPECT_EQ(internal::ErrnoOf(below), EACCES);
}

TEST_F(PosixHostTest, ListsDirectories) {
  ASSERT_THAT(*host_.ListDirectory(directory_), ElementsAre());
  MakeFile("b", "");
  MakeFile(".a", "");
  EXPECT_THAT(*host_.ListDirectory(directory_), ElementsAre(".a", "b"));
  EXPECT_EQ(host_.Stat(directory_)->type, FileType::kDirectory);
  EXPECT_FALSE(host_.ListDirectory(Path("b")).ok());
}

TEST(PosixHostLogTest, RaisesNoSigpipeWithoutAReader) {
  EXPECT_EXIT(
      {
        std::signal(SIGPIPE, SIG_DFL);
        int ends[2];
        if (pipe(ends) != 0 || dup2(ends[1], STDERR_FILENO) < 0) _exit(1);
        close(ends[0]);
        PosixHost().Log(absl::LogSeverity::kWarning, "nobody reads it");
        _exit(0);
      },
      ::testing::ExitedWithCode(0), "");
}

// When the descriptor 2 was replaced: before or after a host was made.
enum class Replaced { kBefore, kAfter, kClosedBefore };

// What a host writes into `descriptor` as standard error, in a process of its
// own.
std::string LoggedInto(int descriptor, int read_from, Replaced when) {
  const pid_t child = fork();
  if (child == 0) {
    if (when == Replaced::kBefore) dup2(descriptor, STDERR_FILENO);
    if (when == Replaced::kClosedBefore) close(STDERR_FILENO);
    PosixHost host;
    dup2(descriptor, STDERR_FILENO);
    host.Log(absl::LogSeverity::kWarning, "a line");
    _exit(0);
  }
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  close(descriptor);
  std::string got;
  char buffer[100];
  for (ssize_t n; (n = read(read_from, buffer, sizeof(buffer))) > 0;) {
    got.append(buffer, static_cast<size_t>(n));
  }
  close(read_from);
  return got;
}

constexpr char kLogged[] = "airlock: WARNING: a line\n";

std::string LoggedIntoPipe(Replaced when) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  return LoggedInto(ends[1], ends[0], when);
}

std::string LoggedIntoLocalSocket(Replaced when) {
  int ends[2];
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  return LoggedInto(ends[1], ends[0], when);
}

std::string LoggedIntoConnection(Replaced when) {
  const internal::UniqueFd listener(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(bind(listener.get(), generic, size), 0);
  EXPECT_EQ(listen(listener.get(), 1), 0);
  EXPECT_EQ(getsockname(listener.get(), generic, &size), 0);
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  EXPECT_EQ(connect(client, generic, size), 0);
  return LoggedInto(client, accept(listener.get(), nullptr, nullptr), when);
}

TEST(PosixHostLogTest, WritesToStandardErrorWhereverItLeads) {
  EXPECT_EQ(LoggedIntoPipe(Replaced::kBefore), kLogged);
  // As a service that begins a new file does.
  EXPECT_EQ(LoggedIntoPipe(Replaced::kAfter), kLogged);
  // The system's log.
  EXPECT_EQ(LoggedIntoLocalSocket(Replaced::kBefore), kLogged);
}

TEST(PosixHostLogTest, WritesNothingIntoAConnection) {
  EXPECT_EQ(LoggedIntoConnection(Replaced::kAfter), "");
  EXPECT_EQ(LoggedIntoConnection(Replaced::kClosedBefore), "");
  EXPECT_EQ(LoggedIntoConnection(Replaced::kBefore), "");
  EXPECT_EQ(LoggedIntoLocalSocket(Replaced::kAfter), "");
  EXPECT_EQ(LoggedIntoLocalSocket(Replaced::kClosedBefore), "");
  // Any file that was opened after it was closed.
  EXPECT_EQ(LoggedIntoPipe(Replaced::kClosedBefore), "");
}

TEST(PosixHostLogTest, GivesMessagesToTheSink) {
  std::vector<std::string> messages;
  PosixHost host([&](absl::LogSeverity severity, absl::string_view message) {
    messages.push_back(
        absl::StrCat(absl::LogSeverityName(severity), " ", message));
  });
  host.Log(absl::LogSeverity::kWarning, "careful");
  EXPECT_THAT(messages, ElementsAre("WARNING careful"));
}

}  // namespace
}  // namespace airlock::platform
