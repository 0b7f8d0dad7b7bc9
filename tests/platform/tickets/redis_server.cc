// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/platform/tickets/redis_server.h"

#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "platform/tcp.h"

namespace airlock::testing {
namespace {

// Redis changes its directory.
std::string Absolute(const std::string& path) {
  char directory[PATH_MAX];
  const char* current = getcwd(directory, sizeof(directory));
  return absl::StrCat(current == nullptr ? "" : current, "/", path);
}

// A port that was free a moment ago.
absl::StatusOr<uint16_t> FreePort() {
  const auto listener = platform::TcpListener::Listen("127.0.0.1", 0);
  if (!listener.ok()) return listener.status();
  return listener->port();
}

absl::StatusOr<RedisServer> StartOn(uint16_t port, const std::string& password,
                                    bool tls) {
  const auto program = FindProgram("redis-server", "redis-server");
  if (!program.ok()) return program.status();
  const char* scratch = std::getenv("TEST_TMPDIR");
  ProcessOptions options;
  options.arguments = {*program,
                       "--bind",
                       "127.0.0.1",
                       "--save",
                       "",
                       "--appendonly",
                       "no",
                       "--daemonize",
                       "no",
                       "--dir",
                       scratch == nullptr ? "/tmp" : scratch};
  const auto add = [&](const std::string& name, const std::string& value) {
    options.arguments.push_back(name);
    options.arguments.push_back(value);
  };
  add("--port", tls ? "0" : absl::StrCat(port));
  if (tls) {
    add("--tls-port", absl::StrCat(port));
    add("--tls-cert-file", Absolute("testdata/certs/server_p256_chain.pem"));
    add("--tls-key-file", Absolute("testdata/certs/server_p256.key"));
    add("--tls-auth-clients", "no");
  }
  if (!password.empty()) add("--requirepass", password);
  RedisServer server;
  server.url.host = tls ? "localhost" : "127.0.0.1";
  server.url.port = port;
  server.url.tls = tls;
  server.url.password = password;
  auto process = Process::Start(options);
  if (!process.ok()) return process.status();
  server.process = *std::move(process);
  const absl::Status ready =
      server.process->WaitForText("Ready to accept connections");
  if (!ready.ok()) return ready;
  return server;
}

}  // namespace

absl::StatusOr<RedisServer> StartRedis(uint16_t port,
                                       const std::string& password, bool tls) {
  if (port != 0) return StartOn(port, password, tls);
  absl::StatusOr<RedisServer> server = absl::InternalError("not tried");
  // Another program may take the port in between.
  for (int i = 0; i < 5 && !server.ok(); ++i) {
    const auto free = FreePort();
    if (!free.ok()) return free.status();
    server = StartOn(*free, password, tls);
  }
  return server;
}

}  // namespace airlock::testing
