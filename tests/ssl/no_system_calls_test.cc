// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// //ssl makes no system call: it works in a process whose kernel refuses all of
// them, except those for memory, locks and the end of the process.

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <openssl/rand.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "platform/memory_transport.h"
#include "ssl/credentials.h"
#include "ssl/socket.h"
#include "ssl/trust_store.h"
#include "tests/support/handshake.h"
#include "tests/support/testdata.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::LocalhostOptions;
using ::airlock::testing::ReadTestdata;
using ::airlock::testing::TestTime;

// How the child ends.
constexpr int kFine = 0;
constexpr int kNoFilter = 2;
constexpr int kWrong = 3;

// From here on, any other system call kills this process with SIGSYS.
bool ForbidSystemCalls() {
  std::vector<sock_filter> filter = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  for (const long allowed :
       {SYS_brk, SYS_mmap, SYS_munmap, SYS_mremap, SYS_mprotect, SYS_madvise,
        SYS_futex, SYS_exit_group}) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
                              static_cast<uint32_t>(allowed), 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  }
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
  sock_fprog program = {static_cast<uint16_t>(filter.size()), filter.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

struct Files {
  std::string ca = ReadTestdata("certs/ca.pem");
  std::string certificate = ReadTestdata("certs/server_p256_chain.pem");
  std::string key = ReadTestdata("certs/server_p256.key");
};

bool Exchange(Socket* from, Socket* to) {
  const std::vector<uint8_t> data(20000, 'x');
  size_t sent = 0;
  size_t got = 0;
  std::vector<uint8_t> buffer(data.size());
  for (int i = 0; i < 10 && got < data.size(); ++i) {
    if (sent < data.size()) {
      const IoResult written =
          from->Write(absl::MakeConstSpan(data).subspan(sent));
      if (written.failed()) return false;
      if (written.done()) sent += written.bytes();
    }
    const IoResult read = to->Read(absl::MakeSpan(buffer));
    if (read.failed()) return false;
    if (read.done()) got += read.bytes();
  }
  return got == data.size();
}

// A whole life: contexts from strings, handshakes, data, resumption, the end.
bool Live(const Files& files, TlsVersion version) {
  const auto make_context = [&](bool is_server) {
    ContextOptions options;
    options.clock = TestTime;
    options.verification.maximum_version = version;
    if (is_server) {
      CredentialsOptions credentials;
      credentials.certfile = Secret(files.certificate);
      credentials.keyfile = Secret(files.key);
      auto made = Credentials::Create(std::move(credentials));
      if (made.ok()) options.credentials = {*std::move(made)};
      options.verification.mode = VerifyMode::kNone;
    } else {
      auto store = TrustStore::Create(files.ca, "ca.pem");
      if (store.ok()) options.trust_store = *std::move(store);
    }
    return Context::Create(std::move(options));
  };
  const auto client_context = make_context(false);
  const auto server_context = make_context(true);
  if (!client_context.ok() || !server_context.ok()) return false;

  std::shared_ptr<const Session> session;
  for (const bool resumed : {false, true}) {
    auto [client_end, server_end] = platform::MakeMemoryTransports();
    SocketOptions client_options = LocalhostOptions();
    client_options.session = session;
    SocketOptions server_options;
    server_options.side = Side::kServer;
    auto client = WrapSocket(*client_context, std::move(client_end),
                             std::move(client_options));
    auto server = WrapSocket(*server_context, std::move(server_end),
                             std::move(server_options));
    if (!client.ok() || !server.ok()) return false;
    for (int i = 0; i < 10; ++i) {
      if ((*client)->Handshake().failed()) return false;
      if ((*server)->Handshake().failed()) return false;
    }
    if (!(*client)->peer_verified() ||
        (*client)->info()->session_reused != resumed ||
        !Exchange(client->get(), server->get()) ||
        !Exchange(server->get(), client->get())) {
      return false;
    }
    session = (*client)->session();
    if ((*client)->Shutdown().failed() || (*server)->Shutdown().failed()) {
      return false;
    }
  }
  return true;
}

// How a child ends that runs `body` without system calls.
int StatusOf(const std::function<bool()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    // BoringSSL reads its first seed from the kernel, once for each process.
    uint8_t byte = 0;
    RAND_bytes(&byte, 1);
    if (!ForbidSystemCalls()) _exit(kNoFilter);
    _exit(body() ? kFine : kWrong);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

TEST(NoSystemCallsTest, TheFilterWorks) {
  const int status = StatusOf([] { return getppid() != 0; });
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNoFilter) {
    GTEST_SKIP() << "the kernel has no seccomp filters";
  }
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGSYS);
}

TEST(NoSystemCallsTest, ALifeOfConnectionsNeedsNone) {
  const Files files;
  for (const TlsVersion version : {TlsVersion::kTls1_2, TlsVersion::kTls1_3}) {
    const int status = StatusOf([&] { return Live(files, version); });
    if (WIFEXITED(status) && WEXITSTATUS(status) == kNoFilter) {
      GTEST_SKIP() << "the kernel has no seccomp filters";
    }
    ASSERT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
    EXPECT_EQ(WEXITSTATUS(status), kFine);
  }
}

}  // namespace
}  // namespace airlock::ssl
