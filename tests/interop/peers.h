// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The programs that Airlock talks to, and the matrix of what they agree on.
#ifndef AIRLOCK_TESTS_INTEROP_PEERS_H_
#define AIRLOCK_TESTS_INTEROP_PEERS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "ssl/options.h"
#include "tests/support/process.h"

namespace airlock::interop {

using Arguments = std::vector<std::string>;

// The one after the other.
Arguments operator+(Arguments a, const Arguments& b);

// testdata/certs/`name`.
std::string CertPath(absl::string_view name);
// testdata/certs/NAME_chain.pem, or NAME.pem where it has no intermediate.
std::string ChainPath(absl::string_view name);

// A path in the test's scratch directory, another one for each test. Nothing is
// made there.
std::string ScratchPath(absl::string_view name);
// The same, with a file of this content.
absl::StatusOr<std::string> ScratchFile(absl::string_view name,
                                        absl::string_view content);
// The content of a file; empty if it does not exist.
std::string FileContent(const std::string& path);
// The lines of a file, sorted, without comments; none if it does not exist.
std::vector<std::string> SortedLines(const std::string& path);

// A port of 127.0.0.1 that no one else gets while this lives, for a program
// that cannot say which port the kernel chose. (The kernel lets two sockets
// share a port where both set SO_REUSEADDR and one does not listen.)
class ReservedPort {
 public:
  static absl::StatusOr<std::unique_ptr<ReservedPort>> Create();
  ~ReservedPort();
  ReservedPort(const ReservedPort&) = delete;
  ReservedPort& operator=(const ReservedPort&) = delete;

  int port() const { return port_; }

 private:
  explicit ReservedPort(int fd) : fd_(fd) {}

  const int fd_;
  int port_ = 0;
};

// A server that runs, and the port where it listens.
struct Server {
  std::unique_ptr<ReservedPort> reserved;  // Where the program needs one.
  std::unique_ptr<testing::Process> process;
  int port = 0;
};

// Runs a program of a Debian package that ./setup installs.
absl::StatusOr<std::unique_ptr<testing::Process>> StartProgram(
    absl::string_view name, absl::string_view package,
    const Arguments& arguments, const std::string& directory = "");

// openssl s_server and s_client: options for a version (with a security level
// that allows it), for a certificate with key and chain.
Arguments OpensslVersion(ssl::TlsVersion version);
Arguments OpensslIdentity(absl::string_view name);
absl::StatusOr<Server> StartOpensslServer(const Arguments& arguments,
                                          const std::string& directory = "");
// Reaches for "localhost" at 127.0.0.1.
absl::StatusOr<std::unique_ptr<testing::Process>> StartOpensslClient(
    int port, const Arguments& arguments);

// The same for gnutls-serv, which sends back what it gets, and gnutls-cli. The
// former listens at every address there is: see block-network in BUILD.
Arguments GnutlsVersion(ssl::TlsVersion version);
Arguments GnutlsIdentity(absl::string_view name);
absl::StatusOr<Server> StartGnutlsServer(const Arguments& arguments);
absl::StatusOr<std::unique_ptr<testing::Process>> StartGnutlsClient(
    int port, const Arguments& arguments);

// One cell of the matrix. `client` is empty where the client has no
// certificate.
struct Cell {
  ssl::TlsVersion version;
  std::string server;
  std::string client;
};
// Every version by every key type on either side, but Ed25519 before TLS 1.2,
// which cannot name it.
std::vector<Cell> Matrix();
std::string CellName(const ::testing::TestParamInfo<Cell>& cell);
// Suites that both BoringSSL and OpenSSL have, by OpenSSL's names; those of TLS
// 1.3 begin with "TLS_".
std::vector<std::string> CommonCiphers();
// "TLSv1_3", for names of tests.
std::string VersionName(
    const ::testing::TestParamInfo<ssl::TlsVersion>& version);
void PrintTo(const Cell& cell, std::ostream* out);

}  // namespace airlock::interop

#endif  // AIRLOCK_TESTS_INTEROP_PEERS_H_
