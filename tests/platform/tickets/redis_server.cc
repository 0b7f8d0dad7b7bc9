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

constexpr char kValkey[] = "valkey-server";

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

absl::StatusOr<std::string> Find(const std::string& program) {
  const char* const path = std::getenv("AIRLOCK_VALKEY_SERVER");
  if (program == kValkey && path != nullptr) return std::string(path);
  return FindProgram(program, program);
}

absl::StatusOr<RedisServer> StartOn(uint16_t port,
                                    const RedisServerOptions& given) {
  const auto program = Find(given.program);
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
  add("--port", given.tls ? "0" : absl::StrCat(port));
  if (given.tls) {
    add("--tls-port", absl::StrCat(port));
    add("--tls-cert-file", Absolute("testdata/certs/server_p256_chain.pem"));
    add("--tls-key-file", Absolute("testdata/certs/server_p256.key"));
    add("--tls-auth-clients", "no");
  }
  if (!given.password.empty()) add("--requirepass", given.password);
  RedisServer server;
  server.url.host = given.tls ? "localhost" : "127.0.0.1";
  server.url.port = port;
  server.url.tls = given.tls;
  server.url.password = given.password;
  auto process = Process::Start(options);
  if (!process.ok()) return process.status();
  server.process = *std::move(process);
  const absl::Status ready =
      server.process->WaitForText("Ready to accept connections");
  if (!ready.ok()) return ready;
  return server;
}

}  // namespace

std::vector<std::string> RedisPrograms() { return {"redis-server", kValkey}; }

std::string MissingRedis(const std::string& program) {
  if (program != kValkey) return "";
  return std::string(Find(program).status().message());
}

absl::StatusOr<RedisServer> StartRedis(const RedisServerOptions& options) {
  if (options.port != 0) return StartOn(options.port, options);
  absl::StatusOr<RedisServer> server = absl::InternalError("not tried");
  // Another program may take the port in between.
  for (int i = 0; i < 5 && !server.ok(); ++i) {
    const auto free = FreePort();
    if (!free.ok()) return free.status();
    server = StartOn(*free, options);
  }
  return server;
}

}  // namespace airlock::testing
