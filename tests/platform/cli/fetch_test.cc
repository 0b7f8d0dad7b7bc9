// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock fetch`, against a server in this process.

#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/cli/fetch_output.h"
#include "tests/platform/cli/process.h"
#include "tests/platform/http/http2_peer.h"
#include "tests/platform/http/test_server.h"
#include "tests/support/testdata.h"

namespace airlock::testing {
namespace {

using http::testing::Always;
using http::testing::Peer;
using http::testing::SeenRequest;
using http::testing::TestProxy;
using http::testing::TestServer;
using http::testing::TestServerOptions;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string Path(const std::string& name) {
  return TestdataPath(absl::StrCat("certs/", name));
}

std::string Scratch(const std::string& name) {
  return absl::StrCat(::testing::TempDir(), "/", name);
}

std::string Content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// A new folder, without a slash at its end.
std::string MakeFolder() {
  std::string path = Scratch("folderXXXXXX");
  EXPECT_NE(mkdtemp(&path[0]), nullptr);
  return path;
}

// The files in `folder`, sorted.
std::vector<std::string> Names(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// Runs `airlock fetch` for `url`, trusting ca.pem, with `flags`.
Outcome Fetch(const std::string& url, std::vector<std::string> flags = {},
              const std::map<std::string, std::string>& environment = {},
              absl::string_view input = "") {
  flags.insert(flags.begin(),
               {"fetch", url, absl::StrCat("--ca=", Path("ca.pem"))});
  return RunAirlock(flags, environment, input);
}

// "/404" has that status; others show the request.
TestServer::Script Pages() {
  return Always([](Peer& peer, const SeenRequest& request) {
    if (request.target == "/404") {
      peer.Respond("404 Not Found", "", "no such page\n");
    } else if (request.target == "/503") {
      peer.Respond("503 Away", "", "");
    } else if (request.target == "/http") {
      peer.Respond("302 Found", "Location: http://localhost/\r\n", "");
    } else if (request.target == "/cut") {
      peer.Send(
          "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n"
          "Connection: close\r\n\r\nabc");
      (void)peer.socket().Shutdown();
    } else if (request.target == "/silence") {
      peer.WaitForEnd();
    } else if (request.method == "HEAD") {
      peer.Respond("200 OK", "X-A: \xe2\x80\xae\r\n", "");
    } else {
      peer.Respond(
          "200 OK", "X-A: b\r\n",
          absl::StrCat(request.method, " ", request.body, "|",
                       request.Header("Content-Type"), "|",
                       request.Header("X-1"), "|", request.Header("X-2"), "|",
                       request.Header("User-Agent")));
    }
  });
}

TEST(FetchTest, TheBodyIsAllOfStandardOutput) {
  const TestServer server(Pages());
  const Outcome outcome = Fetch(server.Url());
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, ::testing::StartsWith("GET ||||airlock/"));
  EXPECT_THAT(outcome.errors, IsEmpty());
}

TEST(FetchTest, FlagsMakeTheRequest) {
  const TestServer server(Pages());
  std::ofstream(Scratch("data")) << "from a file";
  EXPECT_THAT(Fetch(server.Url(), {"--data=a=b"}).output,
              HasSubstr("POST a=b|application/x-www-form-urlencoded|"));
  EXPECT_THAT(Fetch(server.Url(),
                    {absl::StrCat("--data=@", Scratch("data")), "--method=PUT",
                     "--header", "content-type: text/plain",
                     "--header=X-1:one: 1", "--header=X-2:  two  "})
                  .output,
              HasSubstr("PUT from a file|text/plain|one: 1|two|"));
  EXPECT_THAT(Fetch(server.Url(), {"--data=@-"}, {}, "from input").output,
              HasSubstr("POST from input|"));
  EXPECT_THAT(
      Fetch(server.Url(), {"--data=@env:BODY"}, {{"BODY", "from there"}})
          .output,
      HasSubstr("POST from there|"));
}

TEST(FetchTest, TheVersionIsChosenAndShown) {
  // The server speaks both; a page says which it was.
  const TestServer server(
      [](Peer& peer) {
        if (peer.socket().info()->alpn != "h2") return Pages()(peer);
        http::testing::AlwaysHttp2(
            [](http::testing::Http2Peer& http2,
               const http::testing::SeenStream& request) {
              http2.Respond(request.stream, "200", {{"x-a", "b"}}, "two");
            })(peer);
      },
      http::testing::Http2());
  EXPECT_THAT(Fetch(server.Url(), {"--include"}).output,
              ::testing::StrEq("HTTP/2 200\nx-a: b\n\ntwo"));
  EXPECT_THAT(Fetch(server.Url(), {"--http=1.1", "--include"}).output,
              ::testing::StartsWith("HTTP/1.1 200 OK\n"));
  EXPECT_THAT(Fetch(server.Url(), {"--http=2", "--json"}).output,
              HasSubstr("\"version\": \"HTTP/2\""));
  const Outcome wrong = Fetch(server.Url(), {"--http=3"});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_THAT(wrong.errors, HasSubstr("1.1 or 2"));
  const TestServer old(Pages());
  const Outcome none = Fetch(old.Url(), {"--http=2"});
  EXPECT_EQ(none.status, 6);
  EXPECT_THAT(none.errors, HasSubstr("does not speak HTTP/2"));
}

TEST(FetchTest, HeadersAreShownAndHarmless) {
  const TestServer server(Pages());
  const Outcome head = Fetch(server.Url(), {"--method=HEAD"});
  EXPECT_EQ(head.status, 0) << head.errors;
  EXPECT_THAT(head.output, HasSubstr("HTTP/1.1 200 OK\nX-A: \\u202e\n"));
  EXPECT_THAT(Fetch(server.Url(), {"--include"}).output,
              AllOf(HasSubstr("X-A: b\n"), HasSubstr("\n\nGET ")));
}

TEST(FetchTest, TheExitStatusSaysWhatFailed) {
  TestServerOptions other;
  other.certificate = "server_other";
  const TestServer server(Pages());
  const TestServer untrusted(Pages(), other);
  int closed = 0;
  {
    const TestServer gone(Pages());
    closed = gone.port();
  }
  struct Row {
    std::string url;
    std::vector<std::string> flags;
    int status;
    std::string error;
  };
  for (const Row& row : std::vector<Row>{
           {server.Url("/404"), {}, 8, "status 404"},
           {server.Url("/503"), {}, 9, "status 503"},
           {untrusted.Url(), {}, 4, "Verification: "},
           {absl::StrCat("https://127.0.0.1:", closed), {}, 3, "refused"},
           {"https://no-such-host.invalid/", {}, 3, "no-such-host.invalid"},
           {server.Url("/silence"), {"--timeout=300ms"}, 5, "300ms"},
           {server.Url("/cut"), {}, 6, "in the middle"},
           {server.Url("/http"), {}, 7, "redirect"},
           {"http://localhost/", {}, 2, "only https"},
           {"localhost", {}, 2, "no scheme"},
           {server.Url(), {"--header=x"}, 2, "no colon"},
           {server.Url(), {"--header=x: a\nb: c"}, 2, "line break"},
           {server.Url(), {"--header=x: a\rb"}, 2, "control character"},
           {server.Url(), {"--header=Host: other"}, 2, "Host"},
           {server.Url(), {"--method=A B"}, 2, "method"},
           {server.Url(), {"--max-redirects=6"}, 2, "max_redirects"},
           {server.Url(), {"--proxy=socks5://x"}, 2, "--proxy"},
           {server.Url(), {"--data=@/nowhere/data"}, 2, "--data"},
           {server.Url(), {"--output=/nowhere/x"}, 1, "--output"},
           {server.Url(), {"--key=x"}, 2, "--cert"},
       }) {
    const Outcome outcome = Fetch(row.url, row.flags);
    EXPECT_EQ(outcome.status, row.status) << row.url << outcome.errors;
    EXPECT_THAT(outcome.errors, HasSubstr(row.error)) << row.url;
  }
  EXPECT_THAT(Fetch(server.Url("/404")).output, "no such page\n");
}

TEST(FetchTest, FilesAppearWhenTheyAreComplete) {
  const TestServer server(Pages());
  const std::string folder = MakeFolder();
  const std::string path = absl::StrCat(folder, "/output");
  const std::string flag = absl::StrCat("--output=", path);
  Outcome outcome = Fetch(server.Url("/cut"), {flag});
  EXPECT_EQ(outcome.status, 6) << outcome.errors;
  EXPECT_THAT(Names(folder), IsEmpty());

  outcome = Fetch(server.Url(), {flag});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(Content(path), HasSubstr("GET |"));
  EXPECT_THAT(Names(folder), ElementsAre("output"));
  EXPECT_THAT(outcome.output, IsEmpty());
  // No progress: standard error is not a terminal.
  EXPECT_THAT(outcome.errors, IsEmpty());

  // The old one stays if the new one fails.
  EXPECT_EQ(Fetch(server.Url("/cut"), {flag}).status, 6);
  EXPECT_THAT(Content(path), HasSubstr("GET |"));

  // A device is not replaced by a file.
  EXPECT_EQ(Fetch(server.Url(), {"--output=/dev/null"}).status, 0);
  struct stat status = {};
  ASSERT_EQ(lstat("/dev/null", &status), 0);
  EXPECT_TRUE(S_ISCHR(status.st_mode));
}

TEST(FetchTest, OtherFilesStayAsTheyAre) {
  const TestServer server(Pages());
  const std::string folder = MakeFolder();
  const std::string path = absl::StrCat(folder, "/output");
  std::ofstream(path + ".part") << "the user's";
  const std::string flag = absl::StrCat("--output=", path);
  EXPECT_EQ(Fetch(server.Url("/cut"), {flag}).status, 6);
  EXPECT_EQ(Content(path + ".part"), "the user's");
  EXPECT_EQ(Fetch(server.Url(), {flag}).status, 0);
  EXPECT_EQ(Content(path + ".part"), "the user's");
  EXPECT_THAT(Names(folder), ElementsAre("output", "output.part"));
}

TEST(FetchOutputTest, TwoRunsDoNotMixTheirData) {
  const std::string path = absl::StrCat(MakeFolder(), "/output");
  const auto first = cli::FetchOutput::Open(path, /*progress=*/false);
  const auto second = cli::FetchOutput::Open(path, /*progress=*/false);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_TRUE((*first)->Write("the longer one").ok());
  EXPECT_TRUE((*second)->Write("short").ok());
  EXPECT_TRUE((*first)->Finish().ok());
  EXPECT_EQ(Content(path), "the longer one");
  EXPECT_TRUE((*second)->Finish().ok());
  EXPECT_EQ(Content(path), "short");
  const mode_t mask = umask(0);
  umask(mask);
  struct stat status = {};
  ASSERT_EQ(lstat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0666 & ~mask);
}

// script(1) gives it a terminal.
TEST(FetchTest, ProgressIsForTerminals) {
  const TestServer server(Pages());
  const std::string path = Scratch("progress");
  const std::string command = absl::StrCat(
      "/usr/bin/script -qec 'platform/cli/airlock fetch ", server.Url(),
      " --ca=", Path("ca.pem"), " --output=", path, "' /dev/null </dev/null");
  FILE* const pipe = popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::string shown;
  std::array<char, 4096> part;
  while (const size_t size = fread(part.data(), 1, part.size(), pipe)) {
    shown.append(part.data(), size);
  }
  EXPECT_EQ(pclose(pipe), 0) << shown;
  EXPECT_THAT(shown, HasSubstr("100% [##############################]"));
  EXPECT_THAT(Content(path), HasSubstr("GET |"));
}

TEST(FetchTest, OutputThatIsLostIsAFailure) {
  const TestServer server(Pages());
  for (const char* flag :
       {"--json", "--method=HEAD", "--include", "--http=1.1"}) {
    const std::string command = absl::StrCat(
        "platform/cli/airlock fetch ", server.Url(), " --ca=", Path("ca.pem"),
        " ", flag, " >/dev/full 2>/dev/null");
    const int status = std::system(command.c_str());
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 1) << flag;
  }
}

TEST(FetchTest, JsonHasTheFacts) {
  const TestServer server(Pages());
  Outcome outcome = Fetch(server.Url("/404"), {"--json"});
  EXPECT_EQ(outcome.status, 8);
  EXPECT_THAT(
      outcome.output,
      AllOf(HasSubstr("\"status\": 404"), HasSubstr("\"first_byte\": 0."),
            HasSubstr("\"protocol\": \"TLSv1.3\""),
            HasSubstr("\"verified\": true"), HasSubstr("CN=server_p256"),
            HasSubstr("\"error\": null"),
            HasSubstr("\"body\": \"no such page\\n\"")));
  const std::string path = Scratch("json_body");
  outcome = Fetch(server.Url(), {"--json", absl::StrCat("--output=", path)});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, Not(HasSubstr("\"body\"")));
  EXPECT_THAT(Content(path), HasSubstr("GET |"));

  TestServerOptions other;
  other.certificate = "server_other";
  const TestServer untrusted(Pages(), other);
  outcome = Fetch(untrusted.Url(), {"--json"});
  EXPECT_EQ(outcome.status, 4);
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("\"failure\": \"Tls\""),
                                    HasSubstr("\"kind\": \"Verification\""),
                                    HasSubstr("\"verify_code\": 20")));
}

TEST(FetchTest, ThePolicyDecides) {
  TestServerOptions other;
  other.certificate = "server_other";
  const TestServer untrusted(Pages(), other);
  EXPECT_EQ(Fetch(untrusted.Url(), {"--insecure"}).status, 0);
  const Outcome refused =
      Fetch(untrusted.Url(), {"--insecure"}, {{"AIRLOCK_VERIFY", "enforce"}});
  EXPECT_EQ(refused.status, 4);
  EXPECT_THAT(refused.errors, HasSubstr("Policy: "));
  EXPECT_EQ(untrusted.connections(), 1);
}

TEST(FetchTest, ClientCertificatesComeFromTheEnvironment) {
  TestServerOptions options;
  options.client_certificate = true;
  const TestServer server(Pages(), options);
  EXPECT_EQ(Fetch(server.Url(), {"--cert=env:CERT", "--key=env:KEY"},
                  {{"CERT", ReadTestdata("certs/client_rsa.pem")},
                   {"KEY", ReadTestdata("certs/client_rsa.key")}})
                .status,
            0);
  EXPECT_EQ(Fetch(server.Url()).status, 4);
}

TEST(FetchTest, ProxiesComeFromFlagOrEnvironment) {
  const TestServer server(Pages());
  const std::string url = absl::StrCat("https://server.test:", server.port());
  const TestProxy proxy;
  const std::string address = absl::StrCat("http://127.0.0.1:", proxy.port());
  EXPECT_EQ(Fetch(url, {absl::StrCat("--proxy=", address)}).status, 0);
  EXPECT_THAT(proxy.requests(), SizeIs(1));
  EXPECT_EQ(Fetch(url, {}, {{"HTTPS_PROXY", address}}).status, 0);
  EXPECT_THAT(proxy.requests(), SizeIs(2));
  EXPECT_EQ(
      Fetch(server.Url(), {"--proxy=none"}, {{"HTTPS_PROXY", address}}).status,
      0);
  EXPECT_EQ(Fetch(server.Url(), {},
                  {{"HTTPS_PROXY", address}, {"NO_PROXY", "localhost"}})
                .status,
            0);
  EXPECT_THAT(proxy.requests(), SizeIs(2));
  const TestProxy refusing("403 Forbidden");
  const Outcome refused = Fetch(
      url, {absl::StrCat("--proxy=u:secret@127.0.0.1:", refusing.port())});
  EXPECT_EQ(refused.status, 3);
  EXPECT_THAT(refused.errors,
              AllOf(HasSubstr("403"), Not(HasSubstr("secret"))));
}

TEST(FetchTest, HelpListsTheExitStatuses) {
  const Outcome outcome = RunAirlock({"help", "fetch"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.output,
              AllOf(HasSubstr("--header=HEADER"), HasSubstr("5 timeout"),
                    HasSubstr("--max-redirects=NUMBER")));
}

TEST(ProgressTest, ALineTellsHowFarItIs) {
  EXPECT_EQ(cli::ProgressLine(512, 1024, absl::Seconds(2)),
            " 50% [###############               ] 512 B of 1.0 KiB, 256 B/s");
  EXPECT_EQ(cli::ProgressLine(0, 0, absl::ZeroDuration()),
            "100% [##############################] 0 B of 0 B, 0 B/s");
  EXPECT_EQ(cli::ProgressLine(3 << 20, std::nullopt, absl::Seconds(1)),
            "3.0 MiB, 3.0 MiB/s");
  // A server that sends more than it said.
  EXPECT_THAT(cli::ProgressLine(2000, 1000, absl::Seconds(1)),
              HasSubstr("100% ["));
}

}  // namespace
}  // namespace airlock::testing
