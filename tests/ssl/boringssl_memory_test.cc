// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Each of BoringSSL's allocations fails in turn: every call returns an error or
// its right result, nothing leaks, and no unverified connection is open.

#include "tests/support/boringssl_memory.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/memory_transport.h"
#include "ssl/certificate.h"
#include "ssl/credentials.h"
#include "ssl/error.h"
#include "ssl/socket.h"
#include "ssl/spiffe_peers.h"
#include "ssl/trust_store.h"
#include "tests/support/handshake.h"
#include "tests/support/svid.h"
#include "tests/support/testdata.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::BoringSslCrash;
using ::airlock::testing::BoringSslMemoryFailed;
using ::airlock::testing::FailBoringSslMemory;
using ::airlock::testing::FailureOf;
using ::airlock::testing::LivingBoringSslAllocations;
using ::airlock::testing::LocalhostOptions;
using ::airlock::testing::MemoryFailure;
using ::airlock::testing::ReadTestdata;
using ::airlock::testing::RestoreBoringSslMemory;
using ::airlock::testing::SpiffeCa;
using ::airlock::testing::TestTime;
using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr absl::string_view kData = "data";

// The files of the test, read before anything fails.
struct Files {
  std::string ca = ReadTestdata("certs/ca.pem");
  std::string server = ReadTestdata("certs/server_p256_chain.pem");
  std::string server_key = ReadTestdata("certs/server_p256.key");
  std::string client = ReadTestdata("certs/client_p256.pem");
  std::string client_key = ReadTestdata("certs/client_p256.key");
};

absl::StatusOr<std::shared_ptr<const Credentials>> MakeCredentials(
    absl::string_view certificate, absl::string_view key) {
  CredentialsOptions options;
  options.certfile = Secret(certificate);
  options.keyfile = Secret(key);
  return Credentials::Create(std::move(options));
}

absl::StatusOr<std::shared_ptr<const Context>> MakeContext(
    const Files& files, TlsVersion version, absl::string_view certificate,
    absl::string_view key) {
  ContextOptions options;
  options.clock = TestTime;
  options.verification.maximum_version = version;
  options.alpn_protocols = {"h2", "http/1.1"};
  auto store = TrustStore::Create(files.ca, "ca.pem");
  if (!store.ok()) return store.status();
  options.trust_store = *std::move(store);
  auto credentials = MakeCredentials(certificate, key);
  if (!credentials.ok()) return credentials.status();
  options.credentials = {*std::move(credentials)};
  return Context::Create(std::move(options));
}

absl::Status Send(Socket* from, Socket* to) {
  const IoResult written = from->Write(
      {reinterpret_cast<const uint8_t*>(kData.data()), kData.size()});
  if (!written.done()) return written.status();
  std::string got;
  // TLS 1.0 sends two records.
  for (int i = 0; i < 4 && got.size() < kData.size(); ++i) {
    uint8_t buffer[100];
    const IoResult read = to->Read(absl::MakeSpan(buffer));
    if (read.failed()) return read.status();
    if (read.done()) got.append(buffer, buffer + read.bytes());
  }
  EXPECT_EQ(got, kData);
  return absl::OkStatus();
}

// A connection between the two; `session` is resumed, and becomes the client's.
absl::Status Talk(const std::shared_ptr<const Context>& client_context,
                  const std::shared_ptr<const Context>& server_context,
                  std::shared_ptr<const Session>* session) {
  auto [client_end, server_end] = platform::MakeMemoryTransports();
  SocketOptions client_options = LocalhostOptions();
  client_options.session = *session;
  SocketOptions server_options;
  server_options.side = Side::kServer;
  auto client = WrapSocket(client_context, std::move(client_end),
                           std::move(client_options));
  if (!client.ok()) return client.status();
  auto server = WrapSocket(server_context, std::move(server_end),
                           std::move(server_options));
  if (!server.ok()) return server.status();
  for (int i = 0; i < 10; ++i) {
    for (Socket* const socket : {client->get(), server->get()}) {
      if (socket->handshake_done()) continue;
      const absl::Status failure = FailureOf(socket->Handshake());
      if (!failure.ok()) return failure;
    }
  }
  EXPECT_TRUE((*client)->handshake_done() && (*server)->handshake_done());
  EXPECT_TRUE((*client)->peer_verified());
  EXPECT_TRUE((*server)->peer_verified());
  absl::Status status = Send(client->get(), server->get());
  if (status.ok()) status = Send(server->get(), client->get());
  if (!status.ok()) return status;
  const auto kept = (*client)->session();
  if (kept != nullptr) *session = kept;
  for (Socket* const socket : {client->get(), server->get()}) {
    const IoResult result = socket->Shutdown();
    if (result.failed()) return result.status();
  }
  return absl::OkStatus();
}

// From strings to the end of a connection that was resumed.
absl::Status Scenario(const Files& files, TlsVersion version) {
  auto client = MakeContext(files, version, files.client, files.client_key);
  if (!client.ok()) return client.status();
  auto server = MakeContext(files, version, files.server, files.server_key);
  if (!server.ok()) return server.status();
  std::shared_ptr<const Session> session;
  absl::Status status = Talk(*client, *server, &session);
  if (status.ok()) status = Talk(*client, *server, &session);
  return status;
}

class BoringSslMemoryTest : public ::testing::TestWithParam<TlsVersion> {
 protected:
  void SetUp() override {
    if (!BoringSslCrash().empty()) GTEST_SKIP() << BoringSslCrash();
  }

  void FailEach(MemoryFailure kind) {
    // What BoringSSL keeps for each thread is made once.
    ASSERT_TRUE(Scenario(files_, GetParam()).ok());
    const int once = LivingBoringSslAllocations();
    ASSERT_TRUE(Scenario(files_, GetParam()).ok());
    ASSERT_EQ(LivingBoringSslAllocations(), once);

    int failures = 0;
    int errors = 0;
    for (bool more = true; more && !HasFailure(); ++failures) {
      SCOPED_TRACE(failures);
      const int before = LivingBoringSslAllocations();
      FailBoringSslMemory(failures, kind);
      const absl::Status status = Scenario(files_, GetParam());
      RestoreBoringSslMemory();
      more = BoringSslMemoryFailed();
      EXPECT_TRUE(more || status.ok()) << status;
      // BoringSSL frees the ex_data of an SSL (two blocks, at each end) only if
      // it can allocate.
      EXPECT_THAT(LivingBoringSslAllocations() - before, AnyOf(0, 2, 4))
          << status;
      if (!status.ok()) ++errors;
    }
    EXPECT_GT(failures, 1000) << "these are not BoringSSL's allocations";
    // Few are dispensable, such as those of a cache.
    EXPECT_GT(errors, failures * 8 / 10);
    RecordProperty("allocations", failures);
    RecordProperty("errors", errors);
  }

  const Files files_;
};

INSTANTIATE_TEST_SUITE_P(All, BoringSslMemoryTest,
                         ::testing::Values(TlsVersion::kTls1_2,
                                           TlsVersion::kTls1_3),
                         [](const auto& param) {
                           return param.param == TlsVersion::kTls1_2 ? "Tls12"
                                                                     : "Tls13";
                         });

TEST_P(BoringSslMemoryTest, OneAllocationFails) {
  FailEach(MemoryFailure::kOne);
}

TEST_P(BoringSslMemoryTest, AllAllocationsFailFromOneOn) {
  FailEach(MemoryFailure::kAllFromThen);
}

// ---- What is read from bytes: the error blames memory, not the input.

struct Input {
  const char* name;
  std::function<absl::Status()> read;
};

absl::Status ReadBundleFile(const std::string& bytes) {
  return TrustStore::Create(bytes, "bundle").status();
}

CredentialsOptions WithPassword(const std::string& certificate,
                                const std::string& key) {
  CredentialsOptions options;
  options.certfile = Secret(certificate);
  if (!key.empty()) options.keyfile = Secret(key);
  options.password = [] { return Secret("airlock"); };
  return options;
}

std::vector<Input> Inputs() {
  const auto file = [](absl::string_view name) {
    return ReadTestdata(absl::StrCat("certs/", name));
  };
  std::vector<Input> inputs;
  for (const char* name :
       {"ca.pem", "ca_trusted_label.pem", "crl_all.pem", "root_cert.der"}) {
    std::string bytes = file(name);
    if (absl::StartsWith(name, "crl")) bytes += file("ca.pem");
    inputs.push_back({name, [bytes] { return ReadBundleFile(bytes); }});
  }
  const std::string chain = file("server_p256_chain.pem");
  const std::string rsa_chain = file("server_rsa_chain.pem");
  for (const char* name :
       {"server_p256.key", "server_p256_key.der", "server_p256_encrypted.key",
        "server_p256_traditional.key", "server_p256_traditional_aes128.key",
        "server_p256_traditional_key.der", "server_p256_encrypted_key.der",
        "server_rsa_traditional_key.der", "server_rsa_traditional.key"}) {
    const std::string key = file(name);
    const std::string& its =
        absl::StartsWith(name, "server_rsa") ? rsa_chain : chain;
    inputs.push_back(
        {name, [its, key] {
           return Credentials::Create(WithPassword(its, key)).status();
         }});
  }
  for (const char* name : {"server_p256.p12", "server_p256_key_first.pem"}) {
    const std::string both = file(name);
    inputs.push_back(
        {name, [both] {
           return Credentials::Create(WithPassword(both, "")).status();
         }});
  }
  inputs.push_back({"a signer", [chain] {
                      CredentialsOptions options;
                      options.certfile = Secret(chain);
                      options.signer = [](uint16_t, absl::string_view) {
                        return std::string();
                      };
                      return Credentials::Create(std::move(options)).status();
                    }});
  const std::string pem = file("server_p256.pem");
  inputs.push_back({"a certificate in PEM",
                    [pem] { return Certificate::FromPem(pem).status(); }});
  const std::string trusted = file("ca_trusted_label.pem");
  inputs.push_back({"a trusted certificate in PEM", [trusted] {
                      return Certificate::FromPem(trusted).status();
                    }});
  return inputs;
}

TEST(InputMemoryTest, TheInputIsNotAtFault) {
  if (!BoringSslCrash().empty()) GTEST_SKIP() << BoringSslCrash();
  int errors = 0;
  int forgotten = 0;
  for (const Input& input : Inputs()) {
    ASSERT_TRUE(input.read().ok()) << input.name << ": " << input.read();
    bool more = true;
    for (int i = 0; more; ++i) {
      FailBoringSslMemory(i);
      const absl::Status status = input.read();
      RestoreBoringSslMemory();
      more = BoringSslMemoryFailed();
      if (status.ok()) continue;
      ++errors;
      // BoringSSL clears its queue when it tries another format for a decrypted
      // key.
      if (input.name ==
              absl::string_view("server_p256_traditional_aes128.key") &&
          GetErrorKind(status) == ErrorKind::kCredentials) {
        ++forgotten;
        continue;
      }
      EXPECT_EQ(GetErrorKind(status), ErrorKind::kInternal)
          << input.name << ", allocation " << i << ": " << status;
      EXPECT_THAT(std::string(status.message()), HasSubstr("memory"))
          << input.name << ", allocation " << i;
    }
  }
  EXPECT_LT(forgotten, 20);
  EXPECT_GT(errors, 100) << "these are not BoringSSL's allocations";
}

// ---- No trusted certificate is left out.

TEST(TrustStoreMemoryTest, AllCertificatesOrNone) {
  if (!BoringSslCrash().empty()) GTEST_SKIP() << BoringSslCrash();
  const std::string bytes = ReadTestdata("certs/ca.pem");
  int errors = 0;
  bool more = true;
  for (int i = 0; more; ++i) {
    const auto store = TrustStore::Create(bytes, "ca.pem");
    ASSERT_TRUE(store.ok()) << store.status();
    FailBoringSslMemory(i);
    const auto all = (*store)->Certificates();
    RestoreBoringSslMemory();
    more = BoringSslMemoryFailed();
    if (all.ok()) {
      EXPECT_EQ(all->size(), (*store)->certificate_count()) << i;
    } else {
      EXPECT_EQ(GetErrorKind(all.status()), ErrorKind::kInternal) << i;
      ++errors;
    }
  }
  EXPECT_GT(errors, 1) << "these are not BoringSSL's allocations";
}

TEST(TrustStoreMemoryTest, ACaOfTwoTrustDomainsIsNotOverlooked) {
  if (!BoringSslCrash().empty()) GTEST_SKIP() << BoringSslCrash();
  const SpiffeCa ca("here");
  bool more = true;
  for (int i = 0; more; ++i) {
    const std::vector<SpiffeBundle> bundles = {{"example.org", ca.bundle()},
                                               {"other.org", ca.bundle()}};
    FailBoringSslMemory(i);
    const bool ok =
        SpiffePeers::Create(bundles, {"spiffe://example.org/**"}).ok();
    RestoreBoringSslMemory();
    more = BoringSslMemoryFailed();
    EXPECT_FALSE(ok) << "allocation " << i;
  }
}

}  // namespace
}  // namespace airlock::ssl
