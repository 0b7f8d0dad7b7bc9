// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock keyd` with keys in a PKCS #11 token: SoftHSM's, in this test's
// folder.

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/keys/key_client.h"
#include "ssl/credentials.h"
#include "ssl/options.h"
#include "ssl/sign.h"
#include "tests/platform/cli/process.h"
#include "tests/platform/http/server/server_fixture.h"
#include "tests/support/handshake.h"
#include "tests/support/testdata.h"

namespace airlock::testing {
namespace {

using http::testing::ClientContext;
using http::testing::RawClient;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

namespace fs = std::filesystem;

constexpr absl::string_view kGet = "GET /_tls HTTP/1.0\r\n\r\n";
constexpr absl::string_view kPin = "271828";
constexpr absl::string_view kModule = "/usr/lib/softhsm/libsofthsm2.so";

std::string ReadAll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class TokenKeysTest : public ::testing::Test {
 protected:
  // The path of a socket is short.
  TokenKeysTest() {
    char folder[] = "/tmp/token_keys_XXXXXX";
    EXPECT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
    fs::create_directories(folder_ / "site");
    fs::create_directories(folder_ / "tokens");
    std::ofstream(folder_ / "softhsm2.conf")
        << "directories.tokendir = " << File("tokens")
        << "\nobjectstore.backend = file\nlog.level = ERROR\n";
    std::ofstream(folder_ / "pin") << kPin << "\n";
    setenv("SOFTHSM2_CONF", File("softhsm2.conf").c_str(), 1);
    Tool(absl::StrCat("--init-token --free --label web --so-pin 314159 --pin ",
                      kPin));
  }
  ~TokenKeysTest() override {
    server_.reset();
    keyd_.reset();
    fs::remove_all(folder_);
  }

  std::string File(const std::string& name) const {
    return (folder_ / name).string();
  }
  std::string socket() const { return File("socket"); }

  void Tool(const std::string& arguments) const {
    const std::string log = File("tool.log");
    ASSERT_EQ(std::system(absl::StrCat("/usr/bin/softhsm2-util ", arguments,
                                       " >", log, " 2>&1")
                              .c_str()),
              0)
        << ReadAll(log);
  }

  // Puts the key of a test certificate into the token, under its name.
  void Import(const std::string& name) {
    std::ofstream(folder_ / "key.pem", std::ios::binary)
        << ReadTestdata(absl::StrCat("certs/", name, ".key"));
    Tool(absl::StrCat("--import ", File("key.pem"), " --token web --label ",
                      name, " --id 0", ++imported_, " --pin ", kPin));
    fs::remove(folder_ / "key.pem");
  }

  // The lines of a key in the token, with the certificate of `chain`.
  std::string Entry(const std::string& name, const std::string& chain,
                    const std::string& more = "") {
    const std::string file = absl::StrCat(chain, "_chain.pem");
    std::ofstream(folder_ / file, std::ios::binary)
        << ReadTestdata(absl::StrCat("certs/", file));
    return absl::StrCat("  ", name, ":\n    certificate: ", File(file),
                        "\n    key: pkcs11:token=web;object=", name,
                        "\n    module: ", kModule, "\n    pin: ", File("pin"),
                        "\n    environment:\n      SOFTHSM2_CONF: ",
                        File("softhsm2.conf"), "\n", more);
  }

  void WriteConfig(const std::string& entries, const std::string& names) const {
    std::ofstream(folder_ / "keyd.yaml")
        << "listen: " << socket() << "\nkeys:\n"
        << entries << "applications:\n  site:\n    user: " << getuid()
        << "\n    keys:\n"
        << names;
  }

  Outcome Check() const {
    return RunAirlock(
        {"keyd", absl::StrCat("--config=", File("keyd.yaml")), "--check"});
  }

  // Its messages are audit lines.
  void StartKeyd() {
    keyd_ = std::make_unique<Process>(std::vector<std::string>{
        "keyd", absl::StrCat("--config=", File("keyd.yaml"))});
    keys::KeyClientOptions options;
    options.place = socket();
    const auto client = keys::KeyClient::Create(options).value();
    while (!client->List().ok()) std::this_thread::yield();
  }

  void Serve(const std::string& key) {
    server_ = std::make_unique<Server>(
        std::vector<std::string>{absl::StrCat("--key=airlock-key:", key),
                                 "--session-cache=0",
                                 absl::StrCat("--root=", File("site"))},
        std::map<std::string, std::string>{{"AIRLOCK_KEYS", socket()}});
  }

  // Whether a handshake succeeds.
  bool Connects(ssl::TlsVersion version) const {
    int port = 0;
    EXPECT_TRUE(absl::SimpleAtoi(
        server_->address().substr(server_->address().find(':') + 1), &port));
    RawClient visitor(port, ClientContext([version](ssl::ContextOptions* o) {
                        o->verification.maximum_version = version;
                      }));
    return visitor.Send(kGet) && absl::StrContains(visitor.ReadAll(), "200");
  }

  static std::vector<pid_t> ChildrenOf(pid_t pid) {
    std::vector<pid_t> children;
    const std::string text =
        ReadAll(absl::StrCat("/proc/", pid, "/task/", pid, "/children"));
    for (const absl::string_view one :
         absl::StrSplit(text, ' ', absl::SkipWhitespace())) {
      int child = 0;
      if (absl::SimpleAtoi(one, &child)) children.push_back(child);
    }
    return children;
  }

  // The process that has the module of the only key.
  pid_t ModuleProcess() const {
    const std::vector<pid_t> first = ChildrenOf(keyd_->pid());
    if (first.size() != 1) return -1;
    const std::vector<pid_t> second = ChildrenOf(first.front());
    return second.size() == 1 ? second.front() : -1;
  }

  fs::path folder_;
  int imported_ = 0;
  std::unique_ptr<Process> keyd_;
  std::unique_ptr<Server> server_;
};

TEST_F(TokenKeysTest, HandshakesWithEachTypeOfKey) {
  std::string entries;
  std::string names;
  const std::vector<std::string> all = {"server_p256", "server_p384",
                                        "server_rsa", "server_ed25519"};
  for (const std::string& name : all) {
    Import(name);
    entries += Entry(name, name);
    absl::StrAppend(&names, "      ", name, ":\n");
  }
  WriteConfig(entries, names);
  StartKeyd();
  for (const std::string& name : all) {
    Serve(name);
    EXPECT_TRUE(Connects(ssl::TlsVersion::kTls1_2)) << name;
    EXPECT_TRUE(Connects(ssl::TlsVersion::kTls1_3)) << name;
  }
  keyd_->Signal(SIGUSR1);
  EXPECT_TRUE(keyd_->WaitForErrors("keys used")) << keyd_->errors();
}

TEST_F(TokenKeysTest, SignsWithEachScheme) {
  Import("server_rsa");
  Import("server_p256");
  WriteConfig(absl::StrCat(Entry("server_rsa", "server_rsa"),
                           Entry("server_p256", "server_p256")),
              "      server_rsa:\n      server_p256:\n");
  StartKeyd();
  keys::KeyClientOptions options;
  options.place = socket();
  const auto client = keys::KeyClient::Create(options).value();
  // What a server signs in TLS 1.2, where any hash goes with any key.
  const std::string input = absl::StrCat(
      std::string(64, 'r'), absl::string_view("\x03\x00\x1d\x20", 4),
      std::string(32, 'p'));
  const std::vector<keys::RemoteKey> all = client->List().value();
  for (const keys::RemoteKey& key : all) {
    const auto certificate = TestCredentials(key.name);
    EXPECT_EQ(key.schemes, ssl::SignatureSchemes(*certificate));
    const ssl::Signer sign =
        client->SignerFor(key.name, keys::Waiting::kBlocks);
    for (const uint16_t scheme : key.schemes) {
      const auto signature = sign(scheme, input);
      ASSERT_TRUE(signature.ok()) << signature.status();
      EXPECT_TRUE(
          ssl::CheckSignature(*certificate, scheme, input, *signature).ok())
          << key.name << " " << scheme;
    }
  }
}

TEST_F(TokenKeysTest, TokenThatGoesAwayComesBack) {
  Import("server_p256");
  WriteConfig(Entry("server_p256", "server_p256"), "      server_p256:\n");
  StartKeyd();
  Serve("server_p256");
  EXPECT_TRUE(Connects(ssl::TlsVersion::kTls1_3));
  fs::rename(folder_ / "tokens", folder_ / "away");
  fs::create_directories(folder_ / "tokens");
  EXPECT_FALSE(Connects(ssl::TlsVersion::kTls1_3));
  EXPECT_TRUE(keyd_->WaitForErrors("the token is not there"));
  EXPECT_FALSE(Connects(ssl::TlsVersion::kTls1_3));
  fs::remove(folder_ / "tokens");
  fs::rename(folder_ / "away", folder_ / "tokens");
  EXPECT_TRUE(Connects(ssl::TlsVersion::kTls1_3));
}

TEST_F(TokenKeysTest, ModuleThatCrashesIsStartedAgain) {
  Import("server_p256");
  WriteConfig(Entry("server_p256", "server_p256"), "      server_p256:\n");
  StartKeyd();
  Serve("server_p256");
  EXPECT_TRUE(Connects(ssl::TlsVersion::kTls1_3));
  const pid_t module = ModuleProcess();
  ASSERT_GT(module, 0);
  kill(module, SIGSEGV);
  EXPECT_TRUE(Connects(ssl::TlsVersion::kTls1_3));
  EXPECT_NE(ModuleProcess(), module);
  // What it has not begun waits for its successor.
  const pid_t second = ModuleProcess();
  kill(second, SIGSTOP);
  std::thread visitor(
      [this] { EXPECT_TRUE(Connects(ssl::TlsVersion::kTls1_3)); });
  kill(second, SIGKILL);
  visitor.join();
}

TEST_F(TokenKeysTest, ModuleHasAProcessWithFewCallsAndDescriptors) {
  Import("server_p256");
  WriteConfig(Entry("server_p256", "server_p256"), "      server_p256:\n");
  StartKeyd();
  const pid_t module = ModuleProcess();
  ASSERT_GT(module, 0);
  const std::string status = ReadAll(absl::StrCat("/proc/", module, "/status"));
  EXPECT_THAT(status, HasSubstr("NoNewPrivs:\t1"));
  EXPECT_THAT(status, HasSubstr("Seccomp:\t2"));
  EXPECT_THAT(status, HasSubstr("CapEff:\t0000000000000000"));
  // Neither the service nor the other process has loaded the module.
  for (const pid_t pid : {keyd_->pid(), ChildrenOf(keyd_->pid()).front()}) {
    EXPECT_THAT(ReadAll(absl::StrCat("/proc/", pid, "/maps")),
                Not(HasSubstr("softhsm")));
  }
  // It has the service's socket, and those for messages, and no other.
  size_t sockets = 0;
  for (const auto& entry :
       fs::directory_iterator(absl::StrCat("/proc/", module, "/fd"))) {
    std::error_code error;
    const std::string target = fs::read_symlink(entry.path(), error).string();
    if (absl::StartsWith(target, "socket:")) ++sockets;
  }
  EXPECT_EQ(sockets, 1u);
}

TEST_F(TokenKeysTest, ModuleEndsWithTheService) {
  Import("server_p256");
  WriteConfig(Entry("server_p256", "server_p256"), "      server_p256:\n");
  StartKeyd();
  const pid_t module = ModuleProcess();
  ASSERT_GT(module, 0);
  keyd_->Signal(SIGKILL);
  keyd_->Wait();
  // It has ended, or another process has its number.
  while (absl::StrContains(ReadAll(absl::StrCat("/proc/", module, "/cmdline")),
                           "keyd")) {
    std::this_thread::yield();
  }
}

TEST_F(TokenKeysTest, OtherKeyThanTheCertificatesEndsTheStart) {
  Import("server_p256");
  const std::string entry = Entry("server_p256", "server_p256");
  const auto refused = [&](const std::string& lines, const std::string& text) {
    WriteConfig(lines, "      server_p256:\n");
    const Outcome outcome = Check();
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.errors, AllOf(HasSubstr(text), HasSubstr("keyd.yaml:"),
                                      Not(HasSubstr(kPin))));
  };
  std::ofstream(folder_ / "other_chain.pem", std::ios::binary)
      << ReadTestdata("certs/client_p256.pem");
  const auto with = [&entry](const std::string& old, const std::string& text) {
    std::string changed = entry;
    return changed.replace(changed.find(old), old.size(), text);
  };
  refused(with(File("server_p256_chain.pem"), File("other_chain.pem")),
          "a signature of the key does not fit the certificate's public key");
  refused(with(File("server_p256_chain.pem"), File("other_chain.pem")),
          "OU=client_p256");
  refused(with(File("server_p256_chain.pem"), File("other_chain.pem")),
          "pkcs11:token=web;object=server_p256");
  refused(Entry("server_p256", "server_rsa"), "of different types");
  refused(with("object=server_p256", "object=other"), "no such private key");
  refused(with("token=web", "token=other"), "the module has \"web\"");
  refused(with(std::string(kModule), "/no/module.so"), "/no/module.so");
  std::ofstream(folder_ / "pin") << "000000";
  refused(entry, "CKR_PIN_INCORRECT");
  std::ofstream(folder_ / "pin") << "\n";
  refused(entry, "is empty");
  std::ofstream(folder_ / "pin") << kPin;
  WriteConfig(entry, "      server_p256:\n");
  const Outcome good = Check();
  EXPECT_EQ(good.status, 0) << good.errors;
}

}  // namespace
}  // namespace airlock::testing
