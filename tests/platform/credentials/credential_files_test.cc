// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/credentials/credential_files.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/fake_host.h"
#include "platform/posix_host.h"
#include "ssl/credentials.h"
#include "ssl/error.h"
#include "ssl/secret.h"
#include "tests/support/error_matchers.h"
#include "tests/support/testdata.h"

namespace airlock::platform {
namespace {

using ::airlock::testing::ReadTestdata;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kCert[] = "/tls/server.pem";
constexpr char kKey[] = "/tls/server.key";

std::string Chain(const std::string& name) {
  return ReadTestdata(absl::StrCat("certs/", name, "_chain.pem"));
}
std::string Key(const std::string& name) {
  return ReadTestdata(absl::StrCat("certs/", name, ".key"));
}

// A fake host whose files change when the test says, also while they are read.
class ChangingHost final : public Host {
 public:
  FakeHost files;
  // Runs after each ReadFile, with how many there were.
  std::function<void(int)> after_read;

  absl::StatusOr<FileContent> ReadFile(const std::string& path) override {
    auto content = files.ReadFile(path);
    ++reads;
    if (after_read != nullptr) after_read(reads);
    return content;
  }
  absl::StatusOr<FileStatus> Stat(const std::string& path) override {
    ++stats;
    return files.Stat(path);
  }
  absl::StatusOr<std::vector<std::string>> ListDirectory(
      const std::string& path) override {
    return files.ListDirectory(path);
  }
  absl::Time Now() const override { return files.Now(); }
  void Log(absl::LogSeverity severity, absl::string_view message) override {
    files.Log(severity, message);
  }

  int reads = 0;
  int stats = 0;
};

class CredentialFilesTest : public ::testing::Test {
 protected:
  CredentialFilesTest() {
    // Not whole seconds, as of a file system with coarse timestamps.
    host_->files.AdvanceTime(absl::Milliseconds(123));
    SetPair("server_p256");
    host_->files.AdvanceTime(absl::Minutes(1));
  }

  void SetPair(const std::string& name) {
    host_->files.SetFile(kCert, Chain(name));
    host_->files.SetFile(kKey, Key(name));
  }

  void Make(CredentialFilesOptions options = {}) {
    if (options.pairs.empty()) options.pairs.push_back({kCert, kKey, {}, {}});
    auto made = CredentialFiles::Create(host_, std::move(options));
    ASSERT_TRUE(made.ok()) << made.status();
    files_ = *std::move(made);
  }

  // A second later, what a handshake gets.
  std::string Next() {
    host_->files.AdvanceTime(absl::Seconds(1));
    return Now();
  }
  std::string Now() {
    const auto set = files_->source()->Take();
    const std::string subject = set->front()->chain().front().subject();
    return subject.substr(3, subject.find(',') - 3);
  }
  ssl::CredentialSourceState state() const { return files_->source()->state(); }

  const std::shared_ptr<ChangingHost> host_ = std::make_shared<ChangingHost>();
  std::unique_ptr<CredentialFiles> files_;
};

TEST_F(CredentialFilesTest, AHandshakeGetsWhatIsThere) {
  Make();
  EXPECT_EQ(Now(), "server_p256");
  SetPair("server_rsa");
  host_->files.AdvanceTime(absl::Milliseconds(500));
  EXPECT_EQ(Now(), "server_p256");  // Not looked at again yet.
  EXPECT_EQ(Next(), "server_rsa");
  EXPECT_EQ(state().generation, 2u);
  EXPECT_THAT(host_->files.log(),
              ElementsAre(::testing::AllOf(HasSubstr(kCert),
                                           HasSubstr("generation 2"))));
}

TEST_F(CredentialFilesTest, UnchangedFilesCostOnlyStats) {
  Make();
  Next();
  const int reads = host_->reads;
  const int stats = host_->stats;
  for (int i = 0; i < 10; ++i) Next();
  EXPECT_EQ(host_->reads, reads);
  EXPECT_EQ(host_->stats, stats + 20);
  // Handshakes within the interval cost nothing.
  for (int i = 0; i < 10; ++i) Now();
  EXPECT_EQ(host_->stats, stats + 20);
}

TEST_F(CredentialFilesTest, AClockThatGoesBackDoesNotStopIt) {
  Make();
  Next();
  host_->files.AdvanceTime(absl::Hours(-1));
  SetPair("server_rsa");
  Now();
  EXPECT_EQ(Next(), "server_rsa");
}

TEST_F(CredentialFilesTest, APairThatDoesNotMatchYetIsNotTaken) {
  Make();
  host_->files.SetFile(kCert, Chain("server_rsa"));
  EXPECT_EQ(Next(), "server_p256");
  EXPECT_THAT(state().error, KindIs(ssl::ErrorKind::kCredentials));
  EXPECT_EQ(state().generation, 1u);
  EXPECT_EQ(Next(), "server_p256");
  host_->files.SetFile(kKey, Key("server_rsa"));
  EXPECT_EQ(Next(), "server_rsa");
  EXPECT_TRUE(state().error.ok());
  // Logged once, although it failed at each look.
  EXPECT_GE(state().failures, 2u);
  EXPECT_THAT(host_->files.log(), ElementsAre(HasSubstr("The old certificate"),
                                              HasSubstr("generation 2")));
}

TEST_F(CredentialFilesTest, HalfOfAFileIsNotTaken) {
  Make();
  const std::string chain = Chain("server_rsa");
  host_->files.SetFile(kKey, Key("server_rsa"));
  for (const size_t part : {size_t{0}, size_t{10}, chain.size() / 4,
                            chain.size() - 40, chain.size() - 10}) {
    host_->files.SetFile(kCert, chain.substr(0, part));
    EXPECT_EQ(Next(), "server_p256") << part;
    EXPECT_FALSE(state().error.ok()) << part;
  }
  host_->files.SetFile(kCert, chain);
  EXPECT_EQ(Next(), "server_rsa");
}

// A file that ends between two certificates looks complete.
TEST_F(CredentialFilesTest, AFileThatIsBeingWrittenIsNotTakenYet) {
  Make();
  Next();
  host_->files.AdvanceTime(absl::Seconds(1));
  const std::string chain = Chain("server_rsa");
  const std::string leaf = ReadTestdata("certs/server_rsa.pem");
  host_->files.SetFile(kKey, Key("server_rsa"));
  host_->files.SetFile(kCert, leaf);
  EXPECT_EQ(Now(), "server_p256");
  EXPECT_TRUE(state().error.ok());
  host_->files.SetFile(kCert, leaf + chain.substr(leaf.size()));
  EXPECT_EQ(Next(), "server_rsa");
  EXPECT_GE(files_->source()->current()->front()->chain().size(), 2u);
  // But not for ever: a file that is always new is taken at the second look.
  SetPair("server_p256");
  host_->files.AdvanceTime(absl::Seconds(1));
  SetPair("server_p256");
  EXPECT_EQ(Now(), "server_rsa");
  host_->files.AdvanceTime(absl::Seconds(1));
  SetPair("server_p256");
  EXPECT_EQ(Now(), "server_p256");
}

TEST_F(CredentialFilesTest, FilesThatChangeWhileTheyAreReadAreReadAgain) {
  Make();
  SetPair("server_rsa");
  host_->files.AdvanceTime(absl::Minutes(1));
  host_->reads = 0;
  // The certificate is the old one, the key is the new one.
  host_->after_read = [this](int reads) {
    if (reads == 1) SetPair("server_ed25519");
  };
  EXPECT_EQ(Next(), "server_ed25519");
  EXPECT_TRUE(state().error.ok());
  EXPECT_EQ(state().failures, 0u);
  // Without an end, it is an error, and the old ones stay.
  host_->after_read = [this](int) {
    host_->files.SetFile(kKey, Key("server_rsa"));
    host_->files.SetFile(kCert, Chain("server_rsa"));
  };
  host_->files.SetFile(kCert, Chain("server_rsa"));
  EXPECT_THAT(files_->Refresh(), KindIs(ssl::ErrorKind::kCredentials));
  EXPECT_EQ(Now(), "server_ed25519");
  host_->after_read = nullptr;
  EXPECT_TRUE(files_->Refresh().ok());
  EXPECT_EQ(Now(), "server_rsa");
}

TEST_F(CredentialFilesTest, FilesThatCannotBeReadAreToldAndTriedAgain) {
  for (const char* const path : {kCert, kKey}) {
    Make();
    host_->files.SetError(path, absl::PermissionDeniedError("may not read"));
    EXPECT_EQ(Next(), "server_p256");
    EXPECT_EQ(state().error.message(), "may not read");
    host_->files.RemoveFile(path);
    EXPECT_EQ(Next(), "server_p256");
    EXPECT_EQ(state().error.code(), absl::StatusCode::kNotFound);
    SetPair("server_rsa");
    EXPECT_EQ(Next(), "server_rsa");
    EXPECT_TRUE(state().error.ok());
    SetPair("server_p256");
    host_->files.AdvanceTime(absl::Minutes(1));
  }
}

TEST_F(CredentialFilesTest, TheOldPairThatComesBackEndsTheFailure) {
  Make();
  host_->files.SetFile(kCert, "nothing");
  Next();
  EXPECT_FALSE(state().error.ok());
  SetPair("server_p256");
  EXPECT_EQ(Next(), "server_p256");
  EXPECT_TRUE(state().error.ok());
}

TEST_F(CredentialFilesTest, FilesThatWereOnlyTouchedAreNoNewGeneration) {
  Make();
  SetPair("server_p256");
  Next();
  EXPECT_EQ(state().generation, 1u);
  EXPECT_TRUE(host_->files.log().empty());
}

TEST_F(CredentialFilesTest, AnExpiredPairIsNotTaken) {
  Make();
  host_->files.SetFile(kCert, ReadTestdata("certs/expired.pem"));
  host_->files.SetFile(kKey, Key("expired"));
  EXPECT_EQ(Next(), "server_p256");
  EXPECT_THAT(state().error, KindIs(ssl::ErrorKind::kCredentials));
}

TEST_F(CredentialFilesTest, RefreshTakesAtOnce) {
  CredentialFilesOptions options;
  options.check_interval = absl::InfiniteDuration();
  Make(std::move(options));
  SetPair("server_rsa");
  host_->files.AdvanceTime(absl::Hours(1));
  EXPECT_EQ(Now(), "server_p256");
  SetPair("server_rsa");  // Just now.
  EXPECT_TRUE(files_->Refresh().ok());
  EXPECT_EQ(Now(), "server_rsa");
  host_->files.SetFile(kKey, "nothing");
  EXPECT_FALSE(files_->Refresh().ok());
  EXPECT_EQ(Now(), "server_rsa");
}

// As a key of the key service does.
TEST_F(CredentialFilesTest, AChildOfAForkWhileAKeyIsWaitedForGoesOn) {
  const pid_t parent = getpid();
  absl::Notification waits;
  absl::Notification comes;
  bool first = true;
  CredentialFilesOptions options;
  options.pairs.push_back(
      {kCert, "", {}, [&](ssl::Secret certfile, const std::string& name) {
         if (!std::exchange(first, false) && getpid() == parent) {
           waits.Notify();
           comes.WaitForNotification();
         }
         ssl::CredentialsOptions pair;
         pair.certfile = std::move(certfile);
         pair.certfile_name = name;
         pair.keyfile = ssl::Secret(host_->files.ReadFile(kKey)->bytes);
         return ssl::Credentials::Create(std::move(pair));
       }});
  Make(std::move(options));
  SetPair("server_rsa");
  host_->files.AdvanceTime(absl::Seconds(5));
  std::thread waiting([&] { EXPECT_TRUE(files_->Refresh().ok()); });
  waits.WaitForNotification();
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    _exit(files_->Refresh().ok() && Now() == "server_rsa" ? 0 : 1);
  }
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_EQ(Now(), "server_p256");
  comes.Notify();
  waiting.join();
  EXPECT_EQ(Now(), "server_rsa");
}

TEST_F(CredentialFilesTest, TheSourceLooksAtTheFilesAfterItsOwnerIsGone) {
  Make();
  const auto source = files_->source();
  files_.reset();
  SetPair("server_rsa");
  host_->files.AdvanceTime(absl::Seconds(1));
  EXPECT_EQ(source->Take()->front()->key_type(), ssl::KeyType::kRsa);
}

TEST_F(CredentialFilesTest, SeveralPairsAreTakenTogether) {
  const std::string rsa = "/tls/rsa.pem";
  host_->files.SetFile(rsa, Chain("server_rsa") + Key("server_rsa"));
  host_->files.AdvanceTime(absl::Minutes(1));
  CredentialFilesOptions options;
  options.pairs.push_back({kCert, kKey, {}, {}});
  options.pairs.push_back({rsa, "", {}, {}});
  Make(std::move(options));
  EXPECT_EQ(files_->source()->current()->size(), 2u);
  SetPair("server_p384");
  host_->files.SetFile(rsa, "nothing");
  EXPECT_EQ(Next(), "server_p256");
  host_->files.SetFile(rsa, Chain("server_rsa") + Key("server_rsa"));
  EXPECT_EQ(Next(), "server_p384");
}

TEST_F(CredentialFilesTest, ADirectoryHasThePair) {
  for (const auto& [certfile, keyfile] :
       std::vector<std::pair<std::string, std::string>>{
           {"cert.pem", "key.pem"},
           {"fullchain.pem", "privkey.pem"},
           {"tls.crt", "tls.key"}}) {
    host_->files.SetFile("/d/" + certfile, Chain("server_rsa"));
    host_->files.SetFile("/d/" + keyfile, Key("server_rsa"));
    CredentialFilesOptions options;
    options.pairs.push_back({"/d", "", {}, {}});
    Make(std::move(options));
    EXPECT_EQ(Now(), "server_rsa") << certfile;
    host_->files.SetFile("/d/" + certfile, "nothing");
  }
  host_->files.SetFile("/empty/README", "");
  CredentialFilesOptions options;
  options.pairs.push_back({"/empty", "", {}, {}});
  EXPECT_THAT(CredentialFiles::Create(host_, options).status(), HasAdvice());
}

TEST_F(CredentialFilesTest, AKeyMayBeElsewhere) {
  CredentialFilesOptions options;
  std::string got;
  options.pairs.push_back(
      {kCert, "", {}, [&got](ssl::Secret certfile, const std::string& name) {
         got = name;
         ssl::CredentialsOptions made;
         made.certfile = std::move(certfile);
         made.signer = [](uint16_t, absl::string_view) {
           return absl::StatusOr<std::string>("signature");
         };
         return ssl::Credentials::Create(std::move(made));
       }});
  Make(std::move(options));
  EXPECT_EQ(got, kCert);
  EXPECT_EQ(Now(), "server_p256");
  host_->files.SetFile(kCert, Chain("server_rsa"));
  EXPECT_EQ(Next(), "server_rsa");
}

TEST_F(CredentialFilesTest, TheStartFailsClosed) {
  CredentialFilesOptions options;
  EXPECT_THAT(CredentialFiles::Create(host_, options).status(),
              KindIs(ssl::ErrorKind::kInvalidArgument));
  options.pairs.push_back(
      {kCert, kKey, {}, [](ssl::Secret, const std::string&) {
         return absl::InternalError("unused");
       }});
  EXPECT_THAT(CredentialFiles::Create(host_, options).status(),
              KindIs(ssl::ErrorKind::kInvalidArgument));
  options.pairs = {{kCert, kKey, {}, {}}};
  options.check_interval = absl::Seconds(-1);
  EXPECT_THAT(CredentialFiles::Create(host_, options).status(),
              KindIs(ssl::ErrorKind::kInvalidArgument));
  options.check_interval = absl::Seconds(1);
  host_->files.SetFile(kKey, Key("server_rsa"));
  EXPECT_THAT(CredentialFiles::Create(host_, options).status(),
              KindIs(ssl::ErrorKind::kCredentials));
  host_->files.RemoveFile(kKey);
  EXPECT_EQ(CredentialFiles::Create(host_, options).status().code(),
            absl::StatusCode::kNotFound);
}

// With a real file system.
class CredentialDirectoryTest : public ::testing::Test {
 protected:
  CredentialDirectoryTest() {
    directory_ = absl::StrCat(::testing::TempDir(), "/live.XXXXXX");
    EXPECT_NE(mkdtemp(&directory_[0]), nullptr);
  }

  void Write(const std::string& path, const std::string& bytes) const {
    std::ofstream(absl::StrCat(directory_, "/", path)) << bytes;
  }
  void Rename(const std::string& from, const std::string& to) const {
    EXPECT_EQ(std::rename(absl::StrCat(directory_, "/", from).c_str(),
                          absl::StrCat(directory_, "/", to).c_str()),
              0);
  }
  void Link(const std::string& to, const std::string& name) const {
    EXPECT_EQ(symlink(to.c_str(), absl::StrCat(directory_, "/", name).c_str()),
              0);
  }
  void WriteVersion(const std::string& version, const std::string& name) const {
    EXPECT_EQ(mkdir(absl::StrCat(directory_, "/", version).c_str(), 0700), 0);
    Write(absl::StrCat(version, "/tls.crt"), Chain(name));
    Write(absl::StrCat(version, "/tls.key"), Key(name));
  }

  std::unique_ptr<CredentialFiles> Watch(CredentialPaths paths) const {
    CredentialFilesOptions options;
    options.pairs.push_back(std::move(paths));
    options.log = [](absl::LogSeverity, absl::string_view) {};
    auto made = CredentialFiles::Create(std::make_shared<PosixHost>(),
                                        std::move(options));
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? *std::move(made) : nullptr;
  }

  static ssl::KeyType TypeOf(const CredentialFiles& files) {
    return files.source()->current()->front()->key_type();
  }

  std::string directory_;
};

TEST_F(CredentialDirectoryTest, FilesThatAreRenamedOverTheOldOnes) {
  Write("server.pem", Chain("server_p256") + Key("server_p256"));
  const auto files = Watch({directory_ + "/server.pem", "", {}, {}});
  ASSERT_NE(files, nullptr);
  Write("new.pem", Chain("server_rsa") + Key("server_rsa"));
  Rename("new.pem", "server.pem");
  EXPECT_TRUE(files->Refresh().ok());
  EXPECT_EQ(TypeOf(*files), ssl::KeyType::kRsa);
}

// As Kubernetes replaces the files of a secret.
TEST_F(CredentialDirectoryTest, ALinkOnThePathThatIsReplaced) {
  WriteVersion("..1", "server_p256");
  WriteVersion("..2", "server_rsa");
  Link("..1", "..data");
  Link("..data/tls.crt", "tls.crt");
  Link("..data/tls.key", "tls.key");
  const auto files = Watch({directory_, "", {}, {}});
  ASSERT_NE(files, nullptr);
  EXPECT_EQ(TypeOf(*files), ssl::KeyType::kEcdsa);
  Link("..2", "..data_tmp");
  Rename("..data_tmp", "..data");
  EXPECT_TRUE(files->Refresh().ok());
  EXPECT_EQ(TypeOf(*files), ssl::KeyType::kRsa);
}

}  // namespace
}  // namespace airlock::platform
