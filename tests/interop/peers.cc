// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/interop/peers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <ostream>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/support/testdata.h"

namespace airlock::interop {
namespace {

using ssl::TlsVersion;
using testing::Process;

bool HasChain(absl::string_view name) {
  return std::ifstream(CertPath(absl::StrCat(name, "_chain.pem"))).good();
}

// How OpenSSL prints names by default depends on its version.
Arguments NameStyle() { return {"-nameopt", "RFC2253"}; }

std::string Word(TlsVersion version) {
  return absl::StrReplaceAll(ssl::TlsVersionName(version), {{".", "_"}});
}

}  // namespace

Arguments operator+(Arguments a, const Arguments& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::string CertPath(absl::string_view name) {
  return testing::TestdataPath(absl::StrCat("certs/", name));
}

std::string ChainPath(absl::string_view name) {
  return CertPath(absl::StrCat(name, HasChain(name) ? "_chain.pem" : ".pem"));
}

std::string ScratchPath(absl::string_view name) {
  const ::testing::TestInfo* test =
      ::testing::UnitTest::GetInstance()->current_test_info();
  const std::string directory =
      absl::StrCat(::testing::TempDir(), "/",
                   absl::StrReplaceAll(
                       absl::StrCat(test->test_suite_name(), "_", test->name()),
                       {{"/", "_"}}));
  mkdir(directory.c_str(), 0700);
  return absl::StrCat(directory, "/", name);
}

absl::StatusOr<std::string> ScratchFile(absl::string_view name,
                                        absl::string_view content) {
  const std::string path = ScratchPath(name);
  std::ofstream file(path, std::ios::binary);
  file << content;
  file.close();
  if (!file) return absl::InternalError(absl::StrCat("cannot write ", path));
  return path;
}

std::string FileContent(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::vector<std::string> SortedLines(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line[0] != '#') lines.push_back(line);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

absl::StatusOr<std::unique_ptr<ReservedPort>> ReservedPort::Create() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return absl::ErrnoToStatus(errno, "socket");
  std::unique_ptr<ReservedPort> reserved(new ReservedPort(fd));
  const int on = 1;
  sockaddr_in address = {};
  socklen_t size = sizeof(address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* any_address = reinterpret_cast<sockaddr*>(&address);
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
      bind(fd, any_address, sizeof(address)) != 0 ||
      getsockname(fd, any_address, &size) != 0) {
    return absl::ErrnoToStatus(errno, "cannot reserve a port");
  }
  reserved->port_ = ntohs(address.sin_port);
  return reserved;
}

ReservedPort::~ReservedPort() { close(fd_); }

absl::StatusOr<std::unique_ptr<Process>> StartProgram(
    absl::string_view name, absl::string_view package,
    const Arguments& arguments, const std::string& directory) {
  absl::StatusOr<std::string> program = testing::FindProgram(name, package);
  if (!program.ok()) return program.status();
  testing::ProcessOptions options;
  options.arguments = Arguments{*program} + arguments;
  options.directory = directory;
  return Process::Start(options);
}

Arguments OpensslVersion(TlsVersion version) {
  switch (version) {
    case TlsVersion::kTls1_0:
      return {"-tls1", "-cipher", "ALL:@SECLEVEL=0"};
    case TlsVersion::kTls1_1:
      return {"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"};
    case TlsVersion::kTls1_2:
      return {"-tls1_2"};
    case TlsVersion::kTls1_3:
      return {"-tls1_3"};
  }
  return {};
}

Arguments OpensslIdentity(absl::string_view name) {
  Arguments arguments = {"-cert", CertPath(absl::StrCat(name, ".pem")), "-key",
                         CertPath(absl::StrCat(name, ".key"))};
  if (!HasChain(name)) return arguments;
  return arguments + Arguments{"-cert_chain", CertPath("intermediate.pem")};
}

absl::StatusOr<Server> StartOpensslServer(const Arguments& arguments,
                                          const std::string& directory) {
  absl::StatusOr<std::unique_ptr<Process>> process = StartProgram(
      "openssl", "openssl",
      Arguments{"s_server", "-accept", "127.0.0.1:0"} + NameStyle() + arguments,
      directory);
  if (!process.ok()) return process.status();
  const absl::StatusOr<std::string> port =
      (*process)->WaitForLine("ACCEPT 127.0.0.1:");
  if (!port.ok()) return port.status();
  Server server;
  server.process = *std::move(process);
  if (!absl::SimpleAtoi(*port, &server.port)) {
    return absl::InternalError(absl::StrCat("no port: ", *port));
  }
  return server;
}

absl::StatusOr<std::unique_ptr<Process>> StartOpensslClient(
    int port, const Arguments& arguments) {
  return StartProgram(
      "openssl", "openssl",
      Arguments{"s_client", "-connect", absl::StrCat("127.0.0.1:", port),
                "-servername", "localhost"} +
          NameStyle() + arguments);
}

Arguments GnutlsVersion(TlsVersion version) {
  std::string name(ssl::TlsVersionName(version));
  if (version == TlsVersion::kTls1_0) name = "TLSv1.0";
  return {"--priority",
          absl::StrCat("NORMAL:-VERS-ALL:+VERS-TLS", name.substr(4))};
}

Arguments GnutlsIdentity(absl::string_view name) {
  return {"--x509certfile", ChainPath(name), "--x509keyfile",
          CertPath(absl::StrCat(name, ".key"))};
}

absl::StatusOr<Server> StartGnutlsServer(const Arguments& arguments) {
  Server server;
  absl::StatusOr<std::unique_ptr<ReservedPort>> reserved =
      ReservedPort::Create();
  if (!reserved.ok()) return reserved.status();
  server.reserved = *std::move(reserved);
  server.port = server.reserved->port();
  absl::StatusOr<std::unique_ptr<Process>> process = StartProgram(
      "gnutls-serv", "gnutls-bin",
      Arguments{"--echo", "--port", absl::StrCat(server.port)} + arguments);
  if (!process.ok()) return process.status();
  server.process = *std::move(process);
  const absl::Status listening = server.process->WaitForText(
      absl::StrCat("IPv4 0.0.0.0 port ", server.port, "...done"));
  if (!listening.ok()) return listening;
  return server;
}

absl::StatusOr<std::unique_ptr<Process>> StartGnutlsClient(
    int port, const Arguments& arguments) {
  return StartProgram(
      "gnutls-cli", "gnutls-bin",
      Arguments{"--port", absl::StrCat(port), "--sni-hostname", "localhost",
                "--verify-hostname", "localhost", "127.0.0.1"} +
          arguments);
}

std::vector<Cell> Matrix() {
  std::vector<Cell> cells;
  for (const TlsVersion version : {TlsVersion::kTls1_0, TlsVersion::kTls1_1,
                                   TlsVersion::kTls1_2, TlsVersion::kTls1_3}) {
    for (const char* server :
         {"server_rsa", "server_p256", "server_p384", "server_ed25519"}) {
      for (const char* client :
           {"", "client_rsa", "client_p256", "client_ed25519"}) {
        const Cell cell = {version, server, client};
        const bool ed25519 =
            cell.server == "server_ed25519" || cell.client == "client_ed25519";
        if (ed25519 && version < TlsVersion::kTls1_2) continue;
        cells.push_back(cell);
      }
    }
  }
  return cells;
}

std::string CellName(const ::testing::TestParamInfo<Cell>& cell) {
  return absl::StrCat(
      Word(cell.param.version), "_", cell.param.server, "_",
      cell.param.client.empty() ? "no_client" : cell.param.client);
}

std::vector<std::string> CommonCiphers() {
  return {"ECDHE-ECDSA-AES128-GCM-SHA256",
          "ECDHE-RSA-AES256-GCM-SHA384",
          "ECDHE-RSA-CHACHA20-POLY1305",
          "ECDHE-RSA-AES128-SHA",
          "ECDHE-ECDSA-AES256-SHA",
          "AES128-GCM-SHA256",
          "AES256-GCM-SHA384",
          "AES128-SHA",
          "AES256-SHA",
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256"};
}

std::string VersionName(
    const ::testing::TestParamInfo<ssl::TlsVersion>& version) {
  return Word(version.param);
}

void PrintTo(const Cell& cell, std::ostream* out) {
  *out << Word(cell.version) << " " << cell.server << " " << cell.client;
}

}  // namespace airlock::interop
