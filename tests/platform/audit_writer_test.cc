// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/audit_writer.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "platform/fake_host.h"
#include "platform/runtime.h"
#include "ssl/options.h"
#include "ssl/shown.h"
#include "tests/support/error_matchers.h"

namespace airlock::platform {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

AuditEvent Event(std::string host = "a.test") {
  AuditEvent event;
  event.time = absl::FromUnixSeconds(1767225600);
  event.host = std::move(host);
  event.setting = "cert_reqs";
  event.requested = "CERT_NONE";
  event.call_site = "main.py:1";
  return event;
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class AuditWriterTest : public ::testing::Test {
 protected:
  AuditWriterTest() {
    std::string name = absl::StrCat(::testing::TempDir(), "/auditXXXXXX");
    directory_ = mkdtemp(&name[0]);
    path_ = absl::StrCat(directory_, "/audit.jsonl");
  }

  std::shared_ptr<AuditWriter> Open(const std::string& target) {
    auto writer = AuditWriter::Open(target, host_);
    EXPECT_TRUE(writer.ok()) << writer.status();
    return *writer;
  }
  // Expects an error about `target`.
  void ExpectRefused(const std::string& target) {
    EXPECT_THAT(
        AuditWriter::Open(target, host_),
        ErrorIs(absl::StatusCode::kInvalidArgument, ssl::ShownPath(target)));
  }
  // Expects the same, and that the error says what to write instead.
  void ExpectMeant(const std::string& target, const std::string& meant) {
    ExpectRefused(target);
    EXPECT_THAT(AuditWriter::Open(target, host_), Quotes(meant));
  }
  // Both ends of a non-blocking pipe.
  void MakePipe() { ASSERT_EQ(pipe2(pipe_, O_CLOEXEC | O_NONBLOCK), 0); }
  std::string PipeTarget() const { return absl::StrCat("fd:", pipe_[1]); }

  const std::shared_ptr<FakeHost> host_ = std::make_shared<FakeHost>();
  std::string directory_;
  std::string path_;
  int pipe_[2] = {-1, -1};
};

TEST_F(AuditWriterTest, AppendsALineForEachEvent) {
  std::ofstream(path_) << "before\n";
  Open(path_)->Write(Event());
  const auto writer = Open(path_);
  writer->Write(Event("b.test\n"));
  EXPECT_EQ(ReadAll(path_), absl::StrCat("before\n", Event().ToJson(), "\n",
                                         Event("b.test\n").ToJson(), "\n"));
  EXPECT_EQ(writer->lost(), 0);
}

TEST_F(AuditWriterTest, OnlyItsOwnerCanReadANewFile) {
  Open(path_);
  struct stat st;
  ASSERT_EQ(stat(path_.c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, S_IRUSR | S_IWUSR);
}

TEST_F(AuditWriterTest, ADescriptorMayBeClosedAfterwards) {
  MakePipe();
  const auto writer = Open(PipeTarget());
  close(pipe_[1]);
  writer->Write(Event());
  char text[4096];
  const ssize_t size = read(pipe_[0], text, sizeof(text));
  EXPECT_EQ(std::string(text, size), Event().ToJson() + "\n");
  close(pipe_[0]);
}

TEST_F(AuditWriterTest, ChildrenDoNotInheritIt) {
  std::set<int> before;
  for (int fd = 0; fd < 256; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) before.insert(fd);
  }
  MakePipe();
  const auto file = Open(path_);
  const auto duplicate = Open(PipeTarget());
  int found = 0;
  for (int fd = 0; fd < 256; ++fd) {
    const int flags = fcntl(fd, F_GETFD);
    if (flags < 0 || before.count(fd) > 0) continue;
    ++found;
    EXPECT_TRUE(flags & FD_CLOEXEC) << fd;
  }
  EXPECT_EQ(found, 4);
  close(pipe_[0]);
  close(pipe_[1]);
}

TEST_F(AuditWriterTest, UnwritableTargetsAreErrors) {
  for (const char* bad :
       {"fd:", "fd:-1", "fd:1x", "fd:99999999999", "fd:4294967298", "fd: 2",
        "fd:+2", "fd:2 ", "fd:02", "fd:-0", "fd:0x2", "fd:2\n"}) {
    ExpectMeant(bad, "fd:3");
  }
  ExpectRefused("");
  ExpectRefused("fd:1000000");
  ExpectRefused(directory_);
  ExpectRefused(directory_ + "/no/file");
  ExpectRefused(std::string("/tmp/\0x", 7));
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  ExpectRefused(path_);  // It has no reader.
  MakePipe();
  ExpectRefused(absl::StrCat("fd:", pipe_[0]));  // It is open for reading.
  close(pipe_[0]);
  close(pipe_[1]);
}

TEST_F(AuditWriterTest, ReportsLossOnceAndCountsIt) {
  MakePipe();
  const auto writer = Open(PipeTarget());
  close(pipe_[0]);
  for (int i = 0; i < 3; ++i) writer->Write(Event());
  EXPECT_EQ(writer->lost(), 3);
  EXPECT_THAT(host_->log(),
              ElementsAre(AllOf(HasSubstr(PipeTarget() + "\": Broken pipe"),
                                HasSubstr("lost"))));
  close(pipe_[1]);
}

// gtest's process does not change SIGPIPE: the signal would kill it.
TEST_F(AuditWriterTest, RaisesNoSigpipeAndKeepsPendingOnes) {
  MakePipe();
  const auto writer = Open(PipeTarget());
  close(pipe_[0]);
  writer->Write(Event());
  sigset_t sigpipe;
  sigset_t before;
  sigemptyset(&sigpipe);
  sigaddset(&sigpipe, SIGPIPE);
  ASSERT_EQ(pthread_sigmask(SIG_BLOCK, &sigpipe, &before), 0);
  EXPECT_EQ(sigismember(&before, SIGPIPE), 0);
  raise(SIGPIPE);
  writer->Write(Event());
  sigset_t pending;
  sigpending(&pending);
  EXPECT_EQ(sigismember(&pending, SIGPIPE), 1);
  int taken = 0;
  sigwait(&sigpipe, &taken);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  close(pipe_[1]);
}

TEST_F(AuditWriterTest, NumbersAndPathsOfDescriptorsAreErrors) {
  for (const char* bad :
       {"7", "&7", "FD:7", "/dev/fd/7", "/proc/self/fd/7",
        "/proc/thread-self/fd/7", " 7", "7 ", "+7", "/dev/fd//7", "//dev/fd/7",
        "/dev/./fd/7", "/proc/self/fd/./7"}) {
    ExpectMeant(bad, "fd:7");
  }
  ExpectMeant("007", "fd:007");
  ExpectMeant("/dev/stderr", "fd:2");
  ExpectMeant("/dev/stdout", "fd:1");
  ExpectMeant("//dev//stdout", "fd:1");
  for (const char* name : {"/7", "/7a", "/&7", "/fd:7", "/ 7", "/./7"}) {
    EXPECT_TRUE(AuditWriter::Open(directory_ + name, host_).ok()) << name;
  }
}

TEST_F(AuditWriterTest, TellsWhichDescriptorIsNamed) {
  EXPECT_EQ(AuditDescriptor("fd:0"), 0);
  EXPECT_EQ(AuditDescriptor("fd:12"), 12);
  for (const char* none : {"", "0", "fd", "fd:", "fd:x", "FD:1", "fd:01",
                           "./fd:1", "fd:-1", "audit.jsonl"}) {
    EXPECT_EQ(AuditDescriptor(none), std::nullopt) << none;
  }
}

TEST_F(AuditWriterTest, ReopensWhatTheApplicationClosed) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  const int reader = open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const auto writer = Open(path_);
  for (int fd = 3; fd < 256; ++fd) {
    struct stat st;
    if (fd != reader && fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode)) close(fd);
  }
  writer->Write(Event());
  EXPECT_EQ(writer->lost(), 0);
  char text[4096];
  const ssize_t size = read(reader, text, sizeof(text));
  EXPECT_EQ(std::string(text, size), Event().ToJson() + "\n");
  // Another file in its place is not opened.
  const auto other = Open(path_);
  ASSERT_EQ(unlink(path_.c_str()), 0);
  for (int fd = 3; fd < 256; ++fd) {
    struct stat st;
    if (fd != reader && fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode)) close(fd);
  }
  other->Write(Event());
  EXPECT_EQ(other->lost(), 1);
  close(reader);
}

TEST_F(AuditWriterTest, WaitsForAReaderAndSaysHowManyWereLost) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  const int reader = open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const auto writer = Open(path_);
  while (writer->lost() < 3) writer->Write(Event());
  char text[1 << 16];
  const auto read_lines = [&] {
    std::string all;
    ssize_t size;
    while ((size = read(reader, text, sizeof(text))) > 0)
      all.append(text, size);
    return std::vector<std::string>(
        absl::StrSplit(all, '\n', absl::SkipEmpty()));
  };
  // Without room for an event, the shorter line may fit
  // about a lost one: that depends on the digits of the process ID.
  int told = 0;
  for (const std::string& line : read_lines()) {
    const auto event = nlohmann::json::parse(line, nullptr, false);
    if (event["action"] == "lost") told += event["count"].get<int>();
  }
  EXPECT_LT(told, 3);
  writer->Write(Event());
  const std::vector<std::string> lines = read_lines();
  ASSERT_THAT(lines, SizeIs(2));
  const auto lost = nlohmann::json::parse(lines[0], nullptr, false);
  EXPECT_EQ(lost["action"], "lost");
  EXPECT_EQ(told + lost["count"].get<int>(), 3);
  EXPECT_EQ(lines[1], Event().ToJson());
  EXPECT_EQ(writer->lost(), 3);
  // A slow reader loses nothing.
  while (write(open(path_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC),
               std::string(PIPE_BUF, 'x').data(), PIPE_BUF) > 0) {
  }
  std::thread slow([&] {
    while (read(reader, text, sizeof(text)) > 0) {
    }
  });
  writer->Write(Event());
  slow.join();
  EXPECT_EQ(writer->lost(), 3);
  close(reader);
}

TEST_F(AuditWriterTest, DoesNotWriteIntoAReusedDescriptor) {
  MakePipe();
  const auto writer = Open(path_);
  // Like os.closerange; then the application opens other files.
  for (int fd = 3; fd < 256; ++fd) {
    struct stat st;
    struct stat audit;
    if (stat(path_.c_str(), &audit) == 0 && fstat(fd, &st) == 0 &&
        st.st_ino == audit.st_ino && st.st_dev == audit.st_dev) {
      ASSERT_EQ(dup2(pipe_[1], fd), fd);
    }
  }
  writer->Write(Event());
  EXPECT_EQ(writer->lost(), 0);
  EXPECT_EQ(ReadAll(path_), Event().ToJson() + "\n");
  char byte;
  EXPECT_EQ(read(pipe_[0], &byte, 1), -1) << "something was written";
  close(pipe_[0]);
  close(pipe_[1]);
}

// RLIMIT_FSIZE limits the file size, as on a full disk.
TEST_F(AuditWriterTest, CountersIncludeLostLines) {
  MakePipe();
  const auto writer = Open(PipeTarget());
  close(pipe_[0]);
  close(pipe_[1]);
  host_->SetVariable("AIRLOCK_VERIFY", "enforce");
  RuntimeOptions options;
  options.audit = AuditSinkTo(writer);
  options.audit_lost = [writer] { return writer->lost(); };
  const auto runtime =
      Runtime::Create(host_, host_->environment(), std::move(options));
  ASSERT_TRUE(runtime.ok()) << runtime.status();
  EXPECT_EQ((*runtime)->counters().audit_lost, 0);
  ContextRequest request;
  request.cert_reqs = ssl::VerifyMode::kNone;
  EXPECT_FALSE((*runtime)->CreateContext(request, {}).ok());
  EXPECT_EQ((*runtime)->counters().audit_lost, 1);
}

TEST_F(AuditWriterTest, ALineAfterATornOneIsALine) {
  const auto writer = Open(path_);
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small = {10, before.rlim_max};
  const auto old_action = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  writer->Write(Event());  // Ten bytes of it.
  writer->Write(Event());  // Nothing.
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_action);
  writer->Write(Event());
  EXPECT_EQ(writer->lost(), 2);
  EXPECT_EQ(ReadAll(path_),
            absl::StrCat(Event().ToJson().substr(0, 10), "\n",
                         R"({"time":"2026-01-01T00:00:00.000Z",)",
                         R"("action":"lost","count":2})", "\n",
                         Event().ToJson(), "\n"));
}

TEST_F(AuditWriterTest, ALineAlwaysFitsIntoAPipe) {
  const auto writer = Open(path_);
  AuditEvent event = Event(std::string(100'000, '\n'));
  event.call_site = std::string(100'000, '\x01') + "/main.py:12";
  writer->Write(event);
  const std::string line = ReadAll(path_);
  EXPECT_LE(line.size(), PIPE_BUF);
  const auto json = nlohmann::json::parse(line, nullptr, false);
  ASSERT_TRUE(json.is_object()) << line;
  const auto& claimed = json["claimed"];
  EXPECT_EQ(claimed["host"], std::string(AuditWriter::kMaxText, '\n'));
  EXPECT_THAT(claimed["call_site"].get<std::string>(),
              AllOf(SizeIs(AuditWriter::kMaxText), HasSubstr("/main.py:12")));
}

TEST_F(AuditWriterTest, ThreadsAndWritersDoNotMixTheirLines) {
  const auto one = Open(path_);
  const auto two = Open(path_);
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 100; ++j) (i % 2 == 0 ? one : two)->Write(Event());
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string content = ReadAll(path_);
  std::vector<std::string> lines = absl::StrSplit(content, '\n');
  EXPECT_EQ(lines.back(), "");
  lines.pop_back();
  EXPECT_THAT(lines, AllOf(SizeIs(400), ::testing::Each(Event().ToJson())));
}

TEST_F(AuditWriterTest, TheEnvironmentNamesIt) {
  const auto none = AuditWriterFromEnvironment({{"AUDIT", path_}}, host_);
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(*none, nullptr);
  EXPECT_EQ(AuditSinkTo(*none), nullptr);
  const auto writer =
      AuditWriterFromEnvironment({{"AIRLOCK_AUDIT", path_}}, host_);
  ASSERT_TRUE(writer.ok()) << writer.status();
  AuditSinkTo (*writer)(Event());
  EXPECT_EQ(ReadAll(path_), Event().ToJson() + "\n");
  for (const char* bad : {"", "audit.jsonl", "1", "fd:", "/nowhere/at/all"}) {
    const auto error =
        AuditWriterFromEnvironment({{"AIRLOCK_AUDIT", bad}}, host_);
    EXPECT_THAT(error,
                ErrorIs(absl::StatusCode::kInvalidArgument, "AIRLOCK_AUDIT"));
  }
}

}  // namespace
}  // namespace airlock::platform
