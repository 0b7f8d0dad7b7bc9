// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Verifies a TLS server, of any protocol, and shows its chain.
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "examples/cpp/https/program.h"
#include "platform/tcp.h"
#include "platform/wrap_options.h"
#include "ssl/socket.h"

namespace {

namespace platform = airlock::platform;
namespace ssl = airlock::ssl;

absl::Status Verify(examples::Program& program) {
  const std::pair<std::string, std::string> place =
      absl::StrSplit(program.arguments[0], absl::MaxSplits(':', 1));
  uint32_t port = 0;
  if (!absl::SimpleAtoi(place.second, &port) || port > UINT16_MAX) {
    return absl::InvalidArgumentError("HOST:PORT has no port");
  }
  auto tcp = platform::Dial(place.first, static_cast<uint16_t>(port),
                            absl::Seconds(30));
  if (!tcp.ok()) return tcp.status();
  (*tcp)->set_timeout(absl::Seconds(30));
  platform::WrapOptions options;
  options.ca_certs = program.tls->ca_certs;
  // Which name the certificate must be for.
  options.server_hostname =
      program.arguments.size() == 1 ? place.first : program.arguments[1];
  const absl::StatusOr<std::unique_ptr<ssl::Socket>> socket =
      program.runtime->WrapSocket(*std::move(tcp), std::move(options));
  if (!socket.ok()) return socket.status();
  const auto info = (*socket)->info();
  std::cout << ssl::TlsVersionName(info->version) << ", " << info->cipher.name
            << "\n";
  for (const ssl::Certificate& certificate : (*socket)->verified_chain()) {
    std::cout << certificate.subject() << "\n";
  }
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  return examples::Run(argc, argv, "verify_server [--ca FILE] HOST:PORT [NAME]",
                       1, 2, Verify);
}
