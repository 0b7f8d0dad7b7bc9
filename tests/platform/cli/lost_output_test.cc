// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What a command cannot write is never success, and input that it cannot read
// is never complete.

#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/platform/cli/process.h"
#include "tests/platform/http/test_server.h"
#include "tests/support/testdata.h"

namespace airlock::testing {
namespace {

using ::testing::HasSubstr;

constexpr const char* kLost[] = {"/dev/full", "&-"};

std::string MakeDirectory() {
  std::string path = absl::StrCat(::testing::TempDir(), "/lostXXXXXX");
  EXPECT_NE(mkdtemp(&path[0]), nullptr);
  return path;
}

class LostOutputTest : public ::testing::Test {
 protected:
  // Runs `script` in bash. "airlock" is the command, ECHO and SITE are the
  // addresses of servers, FOLDER is an empty folder. Returns the exit status,
  // and what was written and not lost.
  int Run(const std::string& script, std::string* shown) {
    const std::string command = absl::StrCat(
        "exec 2>&1 /bin/bash -o pipefail -c '",
        absl::StrReplaceAll(script, {{"airlock ", "platform/cli/airlock "},
                                     {"ECHO", echo_.address()},
                                     {"SITE", site_.address()},
                                     {"FOLDER", folder_}}),
        "'");
    FILE* const pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return -1;
    std::array<char, 4096> part;
    while (const size_t size = fread(part.data(), 1, part.size(), pipe)) {
      shown->append(part.data(), size);
    }
    const int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  const std::string folder_ = MakeDirectory();
  Server echo_{{"--self-signed"}};
  Server site_{{"--self-signed", "--root", folder_}};
};

TEST_F(LostOutputTest, IsAFailure) {
  for (const std::string command :
       {"airlock connect --no-io --insecure ECHO",
        "airlock connect --json --insecure ECHO",
        "echo sent | airlock connect --insecure ECHO",
        "airlock fetch --insecure https://SITE/",
        "airlock fetch --json --insecure https://SITE/",
        "airlock fetch --include --insecure https://SITE/", "airlock ca",
        "airlock ca --json", "airlock policy", "airlock policy --json",
        "airlock help run", "airlock --version"}) {
    std::string whole;
    const int usual = Run(command, &whole);
    for (const char* lost : kLost) {
      std::string shown;
      const int status = Run(absl::StrCat(command, " >", lost), &shown);
      EXPECT_EQ(status, usual == 0 ? 1 : usual) << command << " >" << lost;
      EXPECT_THAT(shown, HasSubstr("standard output")) << command;
    }
  }
}

// Only the exit status can tell of it.
TEST_F(LostOutputTest, OfStandardErrorIsAFailure) {
  for (const std::string command :
       {"echo sent | airlock connect --insecure ECHO",
        "airlock connect --no-io --trace --insecure ECHO",
        "airlock connect --no-io --trace --json --insecure ECHO",
        "airlock fetch --trace --insecure https://SITE/"}) {
    std::string whole;
    EXPECT_EQ(Run(command, &whole), 0) << whole;
    for (const char* lost : kLost) {
      std::string shown;
      EXPECT_EQ(Run(absl::StrCat(command, " 2>", lost), &shown), 1)
          << command << " 2>" << lost;
    }
    // Whoever closes a pipe does not want the rest.
    std::string shown;
    EXPECT_EQ(Run(absl::StrCat("{ ", command, "; } 2> >(true)"), &shown), 0)
        << command;
  }
}

// A limit of file sizes is to a file what a full disk is.
TEST_F(LostOutputTest, OfAKeyLogIsAFailure) {
  for (const std::string command :
       {"airlock connect --no-io --insecure --keylog FOLDER/keys ECHO",
        "airlock fetch --insecure --keylog FOLDER/keys https://SITE/"}) {
    std::string shown;
    EXPECT_EQ(
        Run(absl::StrCat("trap \"\" XFSZ; ulimit -f 0; ", command), &shown), 1)
        << command;
    EXPECT_THAT(shown, HasSubstr("--keylog: the file cannot be written"));
    shown.clear();
    EXPECT_EQ(Run(command, &shown), 0) << shown;
  }
}

TEST_F(LostOutputTest, OfADownloadIsAFailure) {
  std::string shown;
  EXPECT_EQ(Run("trap \"\" XFSZ; ulimit -f 0; airlock fetch --insecure "
                "--output FOLDER/page https://SITE/",
                &shown),
            1);
  EXPECT_THAT(shown, HasSubstr("cannot write "));
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

// The policy verifies although --insecure, which it audits.
TEST_F(LostOutputTest, OfTheAuditIsAFailure) {
  const std::string policy = absl::StrCat(folder_, "/policy.yaml");
  std::ofstream(policy) << "tls:\n  verification: enforce\n"
                           "  on_override: upgrade\n";
  ASSERT_EQ(chmod(policy.c_str(), 0600), 0);
  const auto path = [](absl::string_view name) {
    return TestdataPath(absl::StrCat("certs/", name));
  };
  const std::vector<std::string> own = {
      absl::StrCat("--cert=", path("server_rsa_chain.pem")),
      absl::StrCat("--key=", path("server_rsa.key"))};
  const Server echo(own);
  const Server site({own[0], own[1], "--root", folder_});
  const std::string client =
      absl::StrCat(" --insecure --ca ", path("ca.pem"), " --audit=AUDIT ");
  for (const std::string& command :
       {absl::StrCat("airlock connect --no-io", client, echo.address()),
        absl::StrCat("echo sent | airlock connect", client, echo.address()),
        absl::StrCat("airlock fetch", client, "https://", site.address(),
                     "/")}) {
    const auto audited = [&](absl::string_view before, absl::string_view target,
                             std::string* shown) {
      return Run(
          absl::StrCat("export AIRLOCK_CONFIG=", policy, "; ", before,
                       absl::StrReplaceAll(command, {{"AUDIT", target}})),
          shown);
    };
    std::string shown;
    EXPECT_EQ(audited("", "FOLDER/audit", &shown), 0) << shown;
    EXPECT_GT(std::filesystem::file_size(absl::StrCat(folder_, "/audit")), 0);
    EXPECT_EQ(audited("", "/dev/full", &shown), 1) << command;
    EXPECT_THAT(shown, HasSubstr("An audit line was lost"));
    shown.clear();
    EXPECT_EQ(audited("trap \"\" XFSZ; ulimit -f 0; ", "FOLDER/audit", &shown),
              1)
        << command;
    EXPECT_THAT(shown, HasSubstr("An audit line was lost"));
  }
}

// Reading a folder fails.
TEST_F(LostOutputTest, UnreadableInputIsAFailure) {
  for (const std::string command :
       {"airlock connect --insecure ECHO", "airlock connect --ca - ECHO",
        "airlock fetch --insecure --data @- https://SITE/"}) {
    std::string shown;
    EXPECT_GT(Run(absl::StrCat(command, " <FOLDER"), &shown), 0) << command;
    EXPECT_THAT(shown, HasSubstr("standard input cannot be read")) << command;
  }
}

// A server that has read some of an endless input, and closes.
TEST_F(LostOutputTest, InputThatIsReadAndNotSentIsAFailure) {
  const http::testing::TestServer server(
      [](http::testing::Peer& peer) { (void)peer.Read(1); });
  std::string shown;
  EXPECT_EQ(Run(absl::StrCat("airlock connect --insecure localhost:",
                             server.port(), " </dev/zero"),
                &shown),
            1);
  EXPECT_THAT(shown, HasSubstr("the server closed the connection before"));
}

}  // namespace
}  // namespace airlock::testing
