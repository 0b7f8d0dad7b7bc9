// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock serve --root`, queried with `airlock connect`.

#include <signal.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/platform/cli/process.h"
#include "tests/support/testdata.h"

namespace airlock::testing {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

namespace fs = std::filesystem;

std::string Path(const std::string& name) {
  return TestdataPath(absl::StrCat("certs/", name));
}

void WriteFile(const fs::path& path, absl::string_view content) {
  std::ofstream(path, std::ios::binary) << content;
}

// A directory with a site in it, and a secret next to the site.
class ServeTest : public ::testing::Test {
 protected:
  ServeTest()
      : root_(MakeSite()),
        server_({absl::StrCat("--cert=", Path("server_rsa_direct.pem")),
                 absl::StrCat("--key=", Path("server_rsa_direct.key")),
                 absl::StrCat("--root=", root_.string())}) {}

  static fs::path MakeSite() {
    const ::testing::TestInfo* const test =
        ::testing::UnitTest::GetInstance()->current_test_info();
    const fs::path base = fs::path(::testing::TempDir()) / test->name();
    const fs::path root = base / "site";
    fs::create_directories(root / "docs" / "empty");
    fs::create_directories(root / "app");
    WriteFile(base / "secret.txt", "SECRET");
    WriteFile(root / "a.txt", "hello\n");
    WriteFile(root / "sp ace & <b>\".html", "<p>\n");
    WriteFile(root / "docs" / "n.json", "{}\n");
    WriteFile(root / "app" / "index.html", "<h1>app</h1>\n");
    fs::create_symlink("../secret.txt", root / "link.txt");
    fs::create_directory_symlink("..", root / "up");
    return root;
  }

  // Sends `bytes` and returns the whole response.
  std::string Send(absl::string_view bytes) {
    const Outcome outcome = RunAirlock(
        {"connect", server_.address(), absl::StrCat("--ca=", Path("ca.pem"))},
        {}, bytes);
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    return outcome.output;
  }

  std::string Ask(absl::string_view method, absl::string_view target) {
    return Send(absl::StrCat(method, " ", target,
                             " HTTP/1.1\r\nHost: localhost\r\n"
                             "Connection: close\r\n\r\n"));
  }
  std::string Get(absl::string_view target) { return Ask("GET", target); }

  const fs::path root_;
  Server server_;
};

TEST_F(ServeTest, GivesFiles) {
  EXPECT_THAT(Get("/a.txt"),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"),
                    HasSubstr("Content-Type: text/plain; charset=utf-8\r\n"),
                    HasSubstr("Content-Length: 6\r\n"),
                    HasSubstr("X-Content-Type-Options: nosniff\r\n"),
                    HasSubstr("Strict-Transport-Security: max-age="),
                    EndsWith("\r\n\r\nhello\n")));
  EXPECT_THAT(Get("/docs/n.json?query"),
              AllOf(HasSubstr("application/json"), EndsWith("{}\n")));
  EXPECT_THAT(Get("//docs///n.json"), EndsWith("{}\n"));
  EXPECT_THAT(Get("/%61.txt"), EndsWith("hello\n"));
}

TEST_F(ServeTest, GivesALargeFileWhole) {
  std::string large;
  for (int i = 0; large.size() < (5 << 20); ++i) absl::StrAppend(&large, i);
  WriteFile(root_ / "large", large);
  const std::string answer = Get("/large");
  const size_t body = answer.find("\r\n\r\n") + 4;
  EXPECT_TRUE(answer.substr(body) == large);
}

TEST_F(ServeTest, HeadHasNoBody) {
  EXPECT_THAT(Ask("HEAD", "/a.txt"),
              AllOf(HasSubstr("Content-Length: 6\r\n"), EndsWith("\r\n\r\n")));
  EXPECT_THAT(Ask("HEAD", "/"), EndsWith("\r\n\r\n"));
}

TEST_F(ServeTest, ListsDirectoriesEscaped) {
  EXPECT_THAT(
      Get("/"),
      AllOf(HasSubstr("text/html"), HasSubstr("<a href=\"./docs/\">docs/</a>"),
            HasSubstr("<a href=\"./sp%20ace%20%26%20%3Cb%3E%22.html\">"
                      "sp ace &amp; &lt;b&gt;&quot;.html</a>"),
            Not(HasSubstr("<b>")), Not(HasSubstr("link.txt")),
            Not(HasSubstr("../"))));
  EXPECT_THAT(Get("/docs/"), HasSubstr("<a href=\"../\">"));
  EXPECT_THAT(Get("/sp%20ace%20%26%20%3Cb%3E%22.html"), EndsWith("<p>\n"));
}

TEST_F(ServeTest, PrefersAnIndex) {
  EXPECT_THAT(Get("/app/"),
              AllOf(HasSubstr("text/html"), EndsWith("<h1>app</h1>\n")));
}

TEST_F(ServeTest, SendsDirectoriesToTheirSlash) {
  EXPECT_THAT(Get("/docs"), AllOf(StartsWith("HTTP/1.1 301 "),
                                  HasSubstr("Location: /docs/\r\n")));
  // Never to another host.
  EXPECT_THAT(Get("//docs"), HasSubstr("Location: /docs/\r\n"));
}

TEST_F(ServeTest, NoPathLeadsOut) {
  for (const char* target :
       {"/../secret.txt", "/docs/../../secret.txt", "/%2e%2e/secret.txt",
        "/.%2e/secret.txt", "/..%2fsecret.txt", "/docs/..%2f..%2fsecret.txt",
        "/..\\secret.txt", "/%00/../secret.txt", "/link.txt", "/up/secret.txt",
        "/up/", "/up", "../secret.txt", "/%252e%252e/secret.txt",
        "/a.txt%00.html", "/a.txt/", "/./a.txt/..", "//../secret.txt"}) {
    const std::string answer = Get(target);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 4")) << target;
    EXPECT_THAT(answer, Not(HasSubstr("SECRET"))) << target;
  }
}

TEST_F(ServeTest, RefusesWhatItDoesNotServe) {
  EXPECT_THAT(Get("/missing"), StartsWith("HTTP/1.1 404 "));
  for (const char* target :
       {"/%zz", "/a.txt%", "/a.txt%4", "/%", "/docs%/", "/docs/%2", "/%%2e"}) {
    EXPECT_THAT(Get(target), StartsWith("HTTP/1.1 400 ")) << target;
  }
  EXPECT_THAT(Ask("POST", "/"),
              AllOf(StartsWith("HTTP/1.1 405 "),
                    HasSubstr("Allow: GET, HEAD, OPTIONS\r\n")));
  EXPECT_THAT(Ask("DELETE", "/a.txt"), StartsWith("HTTP/1.1 405 "));
  EXPECT_TRUE(fs::exists(root_ / "a.txt"));
  EXPECT_THAT(Send("GET / HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Send("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Send("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Send(absl::StrCat("GET / HTTP/1.1\r\nHost: a\r\nX: ",
                                std::string(20000, 'x'), "\r\n\r\n")),
              StartsWith("HTTP/1.1 431 "));
}

TEST_F(ServeTest, AnswersSeveralRequestsOnOneConnection) {
  const std::string answers = Send(
      "GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n"
      "HEAD /a.txt HTTP/1.1\r\nHost: a\r\n\r\n"
      "GET /docs/n.json HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
      "GET /never HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answers, AllOf(HasSubstr("hello\nHTTP/1.1 200 OK"),
                             HasSubstr("\r\n\r\nHTTP/1.1 200 OK"),
                             EndsWith("{}\n"), Not(HasSubstr("404"))));
}

TEST_F(ServeTest, SpeaksHttp10) {
  EXPECT_THAT(Send("GET /a.txt HTTP/1.0\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.0 200 OK"), EndsWith("hello\n")));
}

TEST_F(ServeTest, LogsWithoutControlCharacters) {
  Get("/a.txt");
  Get("/%1b[2J");
  server_.process().Signal(SIGTERM);
  EXPECT_EQ(server_.process().Wait(), 0);
  EXPECT_THAT(server_.process().errors(),
              AllOf(HasSubstr("127.0.0.1:"), HasSubstr(" GET /a.txt 200\n")));
}

TEST(ServeQuietTest, LogsOnlyFailures) {
  Server server({"--self-signed", absl::StrCat("--root=", ::testing::TempDir()),
                 "--quiet"});
  const std::string request = "GET / HTTP/1.0\r\n\r\n";
  EXPECT_THAT(
      RunAirlock({"connect", server.address(), "--insecure"}, {}, request)
          .output,
      StartsWith("HTTP/1.0 200 OK"));
  EXPECT_NE(RunAirlock({"connect", server.address()}).status, 0);
  server.process().Signal(SIGTERM);
  EXPECT_EQ(server.process().Wait(), 0);
  EXPECT_THAT(server.process().errors(),
              AllOf(HasSubstr("127.0.0.1:"), Not(HasSubstr("GET"))));
}

TEST(ServeEndTest, ASignalEndsItEvenWithConnections) {
  Server server({"--self-signed"});
  Process client({"connect", server.address(), "--insecure"});
  client.Write("x\n");
  EXPECT_TRUE(client.WaitForOutput("x\n"));
  server.process().Signal(SIGINT);
  EXPECT_EQ(server.process().Wait(), 0);
  // It was reported, and the client is not at fault.
  EXPECT_EQ(client.Wait(), 0) << client.errors();
  EXPECT_THAT(server.process().errors(),
              AllOf(HasSubstr("the server stops"), Not(HasSubstr("Eof")),
                    Not(HasSubstr("Timeout"))));
}

TEST(ServeSelfSignedTest, PrintsWhatClientsTrust) {
  Server server({"--self-signed"});
  ASSERT_TRUE(server.process().WaitForOutput("-----END CERTIFICATE-----\n"));
  const std::string output = server.process().output();
  const std::string pem = output.substr(output.find("-----BEGIN"));
  EXPECT_THAT(output, HasSubstr("sha256 "));
  for (const char* policy : {"off", "enforce"}) {
    const Outcome outcome =
        RunAirlock({"connect", server.address(), "--ca=env:CA"},
                   {{"CA", pem}, {"AIRLOCK_VERIFY", policy}}, "hello\n");
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_EQ(outcome.output, "hello\n");
  }
}

// On SIGHUP, or automatically; an invalid policy changes nothing.
TEST(ServePolicyTest, IsReloaded) {
  const std::string path =
      absl::StrCat(::testing::TempDir(), "/policy_of_serve.yaml");
  const auto write = [&path](absl::string_view tls) {
    WriteFile(path + ".new", absl::StrCat("tls: {", tls, "}\n"));
    fs::rename(path + ".new", path);
  };
  write("minimum_version: TLSv1.2");
  Server server({"--self-signed"}, {{"AIRLOCK_CONFIG", path}});
  const auto connect = [&server] {
    return RunAirlock({"connect", server.address(), "--insecure", "--no-io",
                       "--tls=TLSv1_2"})
        .status;
  };
  EXPECT_EQ(connect(), 0);

  write("minimum_version: TLSv1.3");
  server.process().Signal(SIGHUP);
  EXPECT_TRUE(server.process().WaitForErrors("The policy was reloaded."));
  // The context for it is made after the message.
  while (connect() != 1) {
  }

  write("minimum_version: never");
  server.process().Signal(SIGHUP);
  EXPECT_TRUE(server.process().WaitForErrors("policy_of_serve.yaml:1:24"));
  EXPECT_EQ(connect(), 1);

  // Noticed within a second.
  write("minimum_version: TLSv1.1");
  while (connect() != 0) {
  }
  server.process().Signal(SIGTERM);
  EXPECT_EQ(server.process().Wait(), 0);
}

TEST(ServeLimitTest, FurtherConnectionsWaitTheirTurn) {
  Server server({"--self-signed", "--max-connections=1"});
  Process first({"connect", server.address(), "--insecure"});
  first.Write("one\n");
  ASSERT_TRUE(first.WaitForOutput("one\n"));
  Process second({"connect", server.address(), "--insecure"});
  second.Write("two\n");
  EXPECT_EQ(first.Wait(), 0);
  EXPECT_TRUE(second.WaitForOutput("two\n"));
  EXPECT_EQ(second.Wait(), 0);
}

TEST(ServeLimitTest, ASilentClientIsLetGo) {
  Server server({"--self-signed", "--timeout=50ms"});
  Process client({"connect", server.address(), "--insecure"});
  // It closes its side without unnecessary output.
  client.WaitForOutput("never");
  server.process().Signal(SIGTERM);
  EXPECT_EQ(server.process().Wait(), 0);
  EXPECT_THAT(server.process().errors(), HasSubstr("Timeout"));
}

TEST(ServeErrorTest, SaysWhatIsMissing) {
  const Outcome root = RunAirlock(
      {"serve", "--self-signed", "--port=0", "--root=/nowhere/at/all"});
  EXPECT_EQ(root.status, 1);
  EXPECT_THAT(root.errors, HasSubstr("/nowhere/at/all"));
  const Outcome cert =
      RunAirlock({"serve", "--port=0", "--cert=/nowhere/server.pem"});
  EXPECT_EQ(cert.status, 1);
  EXPECT_THAT(cert.errors, HasSubstr("/nowhere/server.pem"));
  const Server server({"--self-signed"});
  const std::string port =
      server.address().substr(server.address().find(':') + 1);
  const Outcome taken = RunAirlock({"serve", "--self-signed", "--port", port});
  EXPECT_EQ(taken.status, 1);
  EXPECT_THAT(taken.errors, HasSubstr(port));
}

}  // namespace
}  // namespace airlock::testing
