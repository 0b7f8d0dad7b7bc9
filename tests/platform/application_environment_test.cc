// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/application_environment.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "config/environment.h"
#include "config/policy.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/error_matchers.h"

namespace airlock::platform {
namespace {

using config::EnvironmentMap;
using config::Verification;

constexpr char kEnviron[] = "/proc/self/environ";
constexpr char kStat[] = "/proc/self/stat";
constexpr uid_t kUser = 1000;

// Errors of a file other than that it does not exist.
constexpr int kErrors[] = {EMFILE,  ENFILE, ENOMEM, EACCES, EPERM,    ELOOP,
                           ENOTDIR, EIO,    ENXIO,  ENODEV, ESRCH,    EINVAL,
                           EBUSY,   EISDIR, EAGAIN, ENOSYS, EOVERFLOW};

// A machine with three files; a test can make each call fail.
class Machine {
 public:
  Machine() {
    SetInitial({{"PATH", "/bin"}});
    calls_.open = [this](const char* path, int) { return Open(path); };
    calls_.fstat = [this](int fd, struct stat* st) {
      *st = {};
      const File& file = files_[names_[fd]];
      st->st_mode = file.mode;
      st->st_uid = file.owner;
      st->st_size = static_cast<off_t>(file.bytes.size());
      return Fail("fstat", names_[fd]) ? -1 : 0;
    };
    calls_.lstat = [this](const char* path, struct stat*) {
      if (Fail("lstat", path)) return -1;
      if (files_.count(path) > 0) return 0;
      errno = ENOENT;
      return -1;
    };
    calls_.read = [this](int fd, void* to, size_t size) -> ssize_t {
      if (Fail("read", names_[fd])) return -1;
      const std::string& bytes = files_[names_[fd]].bytes;
      // In small pieces, as signals may cause.
      const size_t n = std::min({size, size_t{7}, bytes.size() - offset_});
      std::memcpy(to, bytes.data() + offset_, n);
      offset_ += n;
      return static_cast<ssize_t>(n);
    };
    calls_.close = [this](int) {
      --open_;
      return 0;
    };
    calls_.byte_at = [this](uintptr_t) { return last_argument_byte; };
    calls_.current = [this] { return current; };
    calls_.argc = 0;
    calls_.argv = nullptr;
    calls_.environment_end = nullptr;
    calls_.secure = false;
    calls_.user = kUser;
  }

  // The process started with these; they are also the current ones.
  void SetInitial(const EnvironmentMap& variables) {
    SetEnviron(config::MakeEnvironmentRecord(variables));
    current = variables;
  }
  void SetEnviron(const std::string& bytes) {
    files_[kEnviron] = {bytes, S_IFREG | 0400, kUser};
    SetBounds(bytes.size());
  }
  void SetBounds(size_t environment_size) {
    std::string fields;
    for (int field = 4; field < 48; ++field) absl::StrAppend(&fields, " 0");
    files_[kStat] = {absl::StrCat("7 (a) 1 S) S", fields, " 100 200 200 ",
                                  200 + environment_size, " 0\n"),
                     S_IFREG | 0444, kUser};
  }
  void SetRecord(const std::string& bytes) {
    files_[kLaunchRecord] = {bytes, S_IFREG | 0444, kUser};
    files_[kLaunchMark] = {"", S_IFDIR | 0755, kUser};
  }
  void Remove(const std::string& path) { files_.erase(path); }
  void SetOwner(const std::string& path, uid_t owner, mode_t mode) {
    files_[path].owner = owner;
    files_[path].mode = S_IFREG | mode;
  }

  // Makes `call` on `path` fail with `error`, the given number of times.
  void Break(const std::string& call, const std::string& path, int error,
             int times = 1 << 30) {
    broken_ = {call, path, error, times};
  }

  EnvironmentCalls& calls() { return calls_; }
  absl::StatusOr<config::Environment> Read() {
    auto environment = ApplicationEnvironment(calls_);
    EXPECT_EQ(open_, 0);
    return environment;
  }
  // The policy's verification.
  absl::StatusOr<Verification> Verify() {
    const auto environment = Read();
    if (!environment.ok()) return environment.status();
    const auto policy = config::ParseEnvironment(*environment);
    if (!policy.ok()) return policy.status();
    return policy->verification.value;
  }

  EnvironmentMap current;
  char last_argument_byte = '\0';

 private:
  struct File {
    std::string bytes;
    mode_t mode = S_IFREG | 0444;
    uid_t owner = kUser;
  };
  struct Broken {
    std::string call;
    std::string path;
    int error = 0;
    int times = 0;
  };

  bool Fail(const std::string& call, const std::string& path) {
    if (broken_.call != call || broken_.path != path || broken_.times == 0) {
      return false;
    }
    --broken_.times;
    errno = broken_.error;
    return true;
  }
  int Open(const std::string& path) {
    if (Fail("open", path)) return -1;
    if (files_.count(path) == 0) {
      errno = ENOENT;
      return -1;
    }
    ++open_;
    offset_ = 0;
    names_.push_back(path);
    return static_cast<int>(names_.size() - 1);
  }

  EnvironmentCalls calls_;
  std::map<std::string, File> files_;
  std::vector<std::string> names_;
  size_t offset_ = 0;
  int open_ = 0;
  Broken broken_;
};

const EnvironmentMap kEnforce = {{"AIRLOCK_VERIFY", "enforce"}};
const EnvironmentMap kOff = {{"AIRLOCK_VERIFY", "off"}};

std::string Record(EnvironmentMap variables) {
  variables.emplace("AIRLOCK_APP_YAML", "/app/app.yaml");
  return config::MakeEnvironmentRecord(variables);
}

TEST(ApplicationEnvironmentTest, InitialVariablesStayInForce) {
  Machine machine;
  machine.SetInitial(kEnforce);
  for (const EnvironmentMap& now : {kEnforce, kOff, EnvironmentMap()}) {
    machine.current = now;
    EXPECT_EQ(*machine.Verify(), Verification::kEnforce);
  }
}

TEST(ApplicationEnvironmentTest, LaterSettingsCanOnlyTighten) {
  Machine machine;
  machine.SetInitial({});
  EXPECT_EQ(*machine.Verify(), Verification::kOff);
  machine.current = kEnforce;
  EXPECT_EQ(*machine.Verify(), Verification::kEnforce);
  machine.current = {{"AIRLOCK_AUDIT", "/x"}, {"AIRLOCK_APP_YAML", "/x"}};
  EXPECT_EQ(machine.Read()->Find(config::kAuditVariable), nullptr);
  EXPECT_EQ(machine.Read()->Find(config::kAppYamlVariable), nullptr);
}

TEST(ApplicationEnvironmentTest, OnlyTheSandboxsRecordApplies) {
  Machine machine;
  EnvironmentMap record = kEnforce;
  record["SSL_CERT_FILE"] = "/ca.pem";
  machine.SetRecord(Record(record));
  machine.SetInitial({{"AIRLOCK_CONFIG", "/own.yaml"},
                      {"AIRLOCK_VERIFY", "off"},
                      {"SSL_CERT_FILE", "/own.pem"},
                      {"SSL_CERT_DIR", "/own"}});
  const auto environment = machine.Read();
  ASSERT_TRUE(environment.ok()) << environment.status();
  EXPECT_EQ(environment->variables(),
            EnvironmentMap({{"AIRLOCK_APP_YAML", "/app/app.yaml"},
                            {"AIRLOCK_VERIFY", "enforce"},
                            {"SSL_CERT_FILE", "/ca.pem"}}));
}

TEST(ApplicationEnvironmentTest, InASandboxCodeCanTightenToo) {
  Machine machine;
  machine.SetRecord(Record(kOff));
  EXPECT_EQ(*machine.Verify(), Verification::kOff);
  machine.current = kEnforce;
  EXPECT_EQ(*machine.Verify(), Verification::kEnforce);
  machine.current = {{"AIRLOCK_VERFY", "enforce"}};
  EXPECT_THAT(machine.Verify(), WhereIs("AIRLOCK_VERFY"));
  machine.current = {{"AIRLOCK_AUDIT", "/x"}, {"AIRLOCK_APP_YAML", "/x"}};
  EXPECT_EQ(machine.Read()->Find(config::kAuditVariable), nullptr);
  EXPECT_EQ(*machine.Read()->Find(config::kAppYamlVariable), "/app/app.yaml");
}

TEST(ApplicationEnvironmentTest, SeveralValuesOfAVariableAreAnError) {
  Machine machine;
  const std::string off = config::MakeEnvironmentRecord(kOff);
  const std::string enforce = config::MakeEnvironmentRecord(kEnforce);
  for (const std::string& bytes : {off + enforce, enforce + off}) {
    machine.SetEnviron(bytes);
    machine.current = kOff;
    EXPECT_THAT(machine.Verify(),
                WhereIs(absl::StrCat(kEnviron, ": AIRLOCK_VERIFY")));
  }
}

// A failure at any step is an error, and never means "no policy".
TEST(ApplicationEnvironmentTest, EachFailureIsAnError) {
  const struct {
    const char* call;
    const char* path;
    bool sandboxed;
  } steps[] = {{"open", kLaunchRecord, true}, {"fstat", kLaunchRecord, true},
               {"read", kLaunchRecord, true}, {"open", kLaunchRecord, false},
               {"lstat", kLaunchMark, false}, {"open", kEnviron, false},
               {"fstat", kEnviron, false},    {"read", kEnviron, false},
               {"open", kStat, false},        {"fstat", kStat, false},
               {"read", kStat, false}};
  for (const auto& step : steps) {
    for (const int error : kErrors) {
      SCOPED_TRACE(
          absl::StrCat(step.call, " ", step.path, " ", std::strerror(error)));
      Machine machine;
      machine.SetInitial(kEnforce);
      if (step.sandboxed) machine.SetRecord(Record(kEnforce));
      machine.current = kOff;
      machine.Break(step.call, step.path, error);
      const absl::Status status = machine.Read().status();
      EXPECT_FALSE(status.ok());
      EXPECT_FALSE(absl::IsNotFound(status)) << status;
      EXPECT_THAT(status, WhereIs(step.path));
      EXPECT_THAT(status, Quotes(std::strerror(error)));
    }
  }
}

// Also ENOENT, once a file was opened.
TEST(ApplicationEnvironmentTest, AnOpenedFileExists) {
  for (const char* call : {"fstat", "read"}) {
    for (const char* path : {kLaunchRecord, kEnviron, kStat}) {
      Machine machine;
      machine.SetInitial(kEnforce);
      if (path == kLaunchRecord) machine.SetRecord(Record(kEnforce));
      machine.Break(call, path, ENOENT);
      EXPECT_FALSE(machine.Read().ok()) << call << " " << path;
    }
  }
  Machine machine;
  machine.Break("open", kStat, ENOENT);
  EXPECT_FALSE(machine.Read().ok());
}

TEST(ApplicationEnvironmentTest, SignalsDoNotMatter) {
  for (const char* call : {"open", "read"}) {
    for (const char* path : {kLaunchRecord, kEnviron, kStat}) {
      Machine machine;
      machine.SetInitial(kEnforce);
      if (path == kLaunchRecord) machine.SetRecord(Record(kEnforce));
      machine.Break(call, path, EINTR, 3);
      EXPECT_EQ(*machine.Verify(), Verification::kEnforce);
    }
  }
}

TEST(ApplicationEnvironmentTest, ASandboxWithoutARecordIsAnError) {
  Machine machine;
  machine.SetRecord(Record(kEnforce));
  machine.Remove(kLaunchRecord);
  EXPECT_THAT(machine.Read(), WhereIs(kLaunchRecord));
}

TEST(ApplicationEnvironmentTest, ADamagedRecordIsAnError) {
  for (const std::string& bytes :
       {std::string(), std::string("AIRLOCK_VERIFY=enforce"),
        std::string("AIRLOCK_APP_YAML=/app.yaml\0AIRLOCK_VERIFY\0", 42),
        std::string("\0", 1), std::string("AIRLOCK_VERIFY=off\0", 19)}) {
    Machine machine;
    machine.SetRecord(bytes);
    EXPECT_FALSE(machine.Read().ok()) << bytes;
  }
  const struct {
    uid_t owner;
    mode_t mode;
    bool good;
  } rows[] = {{0, 0444, true},      {kUser, 0444, true},  {7, 0444, false},
              {kUser, 0464, false}, {kUser, 0446, false}, {0, 0644, true}};
  for (const auto& row : rows) {
    Machine machine;
    machine.SetRecord(Record(kEnforce));
    machine.SetOwner(kLaunchRecord, row.owner, row.mode);
    EXPECT_EQ(machine.Read().ok(), row.good) << row.owner << " " << row.mode;
  }
}

TEST(ApplicationEnvironmentTest, AShortReadIsAnError) {
  Machine machine;
  machine.SetInitial(kEnforce);
  machine.SetBounds(1000);
  EXPECT_EQ(machine.Read().status().code(), absl::StatusCode::kDataLoss);
  machine.SetEnviron("");
  machine.SetBounds(22);
  EXPECT_EQ(machine.Read().status().code(), absl::StatusCode::kDataLoss);
  // Some kernels do not report the size; then whatever was read is accepted.
  machine.SetInitial(kEnforce);
  machine.SetBounds(static_cast<size_t>(-200));
  EXPECT_EQ(*machine.Verify(), Verification::kEnforce);
}

TEST(ApplicationEnvironmentTest, ATitleOverTheEnvironmentIsAnError) {
  for (const std::string& bytes :
       {std::string(22, '\0'), std::string("xxxxxxxx\0\0\0\0\0\0\0\0", 16),
        std::string("xxxxxxxx\0AIRLOCK_VERIFY=off\0", 28)}) {
    for (const EnvironmentMap& now : {kEnforce, kOff, EnvironmentMap()}) {
      Machine machine;
      machine.SetEnviron(bytes);
      machine.current = now;
      EXPECT_EQ(machine.Read().status().code(), absl::StatusCode::kDataLoss);
    }
  }
  // Even if the overwriting text looks like a variable.
  Machine machine;
  machine.SetInitial(kOff);
  machine.last_argument_byte = 'x';
  EXPECT_EQ(machine.Read().status().code(), absl::StatusCode::kDataLoss);
}

TEST(ApplicationEnvironmentTest, ReadsItsMemoryWithoutProc) {
  std::string block("python\0app.py\0AIRLOCK_VERIFY=enforce\0A=1\0", 42);
  char* argv[] = {block.data(), block.data() + 7, nullptr};
  Machine machine;
  machine.current = kOff;
  machine.Remove(kEnviron);
  machine.calls().argc = 2;
  machine.calls().argv = argv;
  machine.calls().environment_end = block.data() + block.size() - 1;
  EXPECT_EQ(*machine.Verify(), Verification::kEnforce);

  // A title over the arguments: the beginning of the environment is unknown.
  block[2] = '\0';
  EXPECT_FALSE(machine.Read().ok());
  block[2] = 't';
  block[6] = block[13] = 'x';
  EXPECT_FALSE(machine.Read().ok());
  machine.calls().argv = nullptr;
  EXPECT_FALSE(machine.Read().ok());
  machine.calls().argv = argv;
  machine.calls().argc = 0;
  EXPECT_FALSE(machine.Read().ok());
}

TEST(ApplicationEnvironmentTest, ASecureProcessObeysNoPath) {
  Machine machine;
  machine.SetInitial({{"AIRLOCK_CONFIG", "/own.yaml"}});
  EXPECT_TRUE(machine.Verify().ok());
  machine.calls().secure = true;
  EXPECT_THAT(machine.Verify(), WhereIs("AIRLOCK_CONFIG"));
}

// With the real system calls, in this test's process.
TEST(ApplicationEnvironmentTest, ReadsThisProcess) {
  const auto environment = ApplicationEnvironment();
  ASSERT_TRUE(environment.ok()) << environment.status();
  EXPECT_NE(environment->Find("PATH"), nullptr);
  EnvironmentCalls calls;
  calls.open = [&calls](const char* path, int flags) {
    if (absl::string_view(path) != kEnviron) {
      return EnvironmentCalls().open(path, flags);
    }
    errno = ENOENT;
    return -1;
  };
  calls.current = [] { return EnvironmentMap(); };
  ASSERT_EQ(setenv("AIRLOCK_VERIFY", "off", 1), 0);
  const auto from_memory = ApplicationEnvironment(calls);
  EXPECT_TRUE(from_memory.ok()) << from_memory.status();
  EXPECT_EQ(from_memory->Find("AIRLOCK_VERIFY"), nullptr);
}

}  // namespace
}  // namespace airlock::platform
