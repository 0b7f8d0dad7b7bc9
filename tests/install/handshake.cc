// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A C++ program over an installed Airlock: a handshake in memory.
//   usage: handshake CA CHAIN KEY

#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "platform/memory_transport.h"
#include "platform/posix_host.h"
#include "platform/process_environment.h"
#include "platform/runtime.h"
#include "ssl/error.h"
#include "ssl/socket.h"

namespace {

namespace platform = airlock::platform;
namespace ssl = airlock::ssl;

std::string Read(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

int Fail(const absl::Status& status) {
  std::cerr << status << "\n";
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  auto runtime = platform::Runtime::Create(
      std::make_shared<platform::PosixHost>(), platform::ProcessEnvironment());
  if (!runtime.ok()) return Fail(runtime.status());
  platform::WrapOptions client;
  client.cert_reqs = ssl::VerifyMode::kRequired;
  client.ca_certs = platform::CaBytes{Read(argv[1])};
  client.server_hostname = "localhost";
  client.do_handshake_on_connect = false;
  platform::WrapOptions server;
  server.server_side = true;
  server.certfile = ssl::Secret(Read(argv[2]));
  server.keyfile = ssl::Secret(Read(argv[3]));
  server.do_handshake_on_connect = false;
  auto [near_end, far_end] = platform::MakeMemoryTransports();
  auto ours = (*runtime)->WrapSocket(std::move(near_end), std::move(client));
  if (!ours.ok()) return Fail(ours.status());
  auto theirs = (*runtime)->WrapSocket(std::move(far_end), std::move(server));
  if (!theirs.ok()) return Fail(theirs.status());
  while (!(*ours)->handshake_done() || !(*theirs)->handshake_done()) {
    for (ssl::Socket* socket : {ours->get(), theirs->get()}) {
      const auto result = socket->Handshake();
      if (result.failed()) return Fail(result.status());
    }
  }
  if (!(*ours)->peer_verified()) return 1;
  // An error of the library's is understood by the program's own Abseil.
  const absl::Status wrong = (*ours)->MatchHostname("example.test");
  if (ssl::GetErrorKind(wrong) != ssl::ErrorKind::kHostname) return Fail(wrong);
  std::cout << "PASSED\n";
}
