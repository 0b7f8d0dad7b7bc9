// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A CA bundle that is replaced, cut short, rewritten and removed while
// connections are made: each uses the whole old or the whole new one, or fails
// before it sends a byte.

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "platform/memory_transport.h"
#include "platform/posix_host.h"
#include "platform/process_environment.h"
#include "platform/runtime.h"
#include "ssl/context.h"
#include "ssl/error.h"
#include "ssl/socket.h"
#include "tests/support/testdata.h"

namespace airlock::platform {
namespace {

using ::airlock::testing::ReadTestdata;
using ssl::ErrorKind;
using ssl::Secret;

namespace fs = std::filesystem;

constexpr size_t kOld = 2;  // Certificates.
constexpr size_t kNew = 3;

class BundleChangesTest : public ::testing::Test {
 protected:
  BundleChangesTest()
      : path_(absl::StrCat(::testing::TempDir(), "/bundle.pem")),
        old_(ReadTestdata("certs/ca.pem")),
        new_(ReadTestdata("certs/ca_all.pem")) {
    auto runtime =
        Runtime::Create(std::make_shared<PosixHost>(), ProcessEnvironment());
    EXPECT_TRUE(runtime.ok()) << runtime.status();
    runtime_ = *std::move(runtime);
  }

  // Another file takes its place.
  void Replace(absl::string_view content) const {
    const std::string other = absl::StrCat(path_, ".new");
    std::ofstream(other, std::ios::binary) << content;
    fs::rename(other, path_);
  }
  // In two steps, of which the first ends inside a certificate.
  void Rewrite(absl::string_view content) const {
    std::ofstream file(path_, std::ios::binary | std::ios::trunc);
    file << content.substr(0, 300) << std::flush;
    file << content.substr(300);
  }
  // Leaves the end of the last certificate out.
  void Truncate() const {
    std::error_code gone;
    const auto size = fs::file_size(path_, gone);
    if (!gone && size > 200) fs::resize_file(path_, size - 200, gone);
  }
  void Remove() const { fs::remove(path_); }

  // How many certificates the bundle of a new connection has; 0 for an error.
  // The connection must then have sent nothing, or else complete.
  size_t Connect() {
    auto [client_end, server_end] = MakeMemoryTransports();
    const MemoryTransport& sent = *server_end;
    WrapOptions options;
    options.server_hostname = "localhost";
    options.ca_certs = CaPath{path_};
    options.do_handshake_on_connect = false;
    auto client =
        runtime_->WrapSocket(std::move(client_end), std::move(options));
    if (!client.ok()) {
      EXPECT_EQ(ssl::GetErrorKind(client.status()), ErrorKind::kTrustStore)
          << client.status();
      EXPECT_EQ(sent.readable(), 0u);
      return 0;
    }
    WrapOptions server_options;
    server_options.server_side = true;
    server_options.certfile =
        Secret(ReadTestdata("certs/server_p256_chain.pem"));
    server_options.keyfile = Secret(ReadTestdata("certs/server_p256.key"));
    server_options.do_handshake_on_connect = false;
    auto server =
        runtime_->WrapSocket(std::move(server_end), std::move(server_options));
    EXPECT_TRUE(server.ok()) << server.status();
    if (!server.ok()) return 0;
    for (int i = 0; i < 3; ++i) {
      const ssl::IoResult ours = (*client)->Handshake();
      EXPECT_FALSE(ours.failed()) << ours.status();
      const ssl::IoResult theirs = (*server)->Handshake();
      EXPECT_FALSE(theirs.failed()) << theirs.status();
    }
    EXPECT_TRUE((*client)->peer_verified());
    return (*client)->context()->options().trust_store->certificate_count();
  }

  const std::string path_;
  const std::string old_;
  const std::string new_;
  std::unique_ptr<Runtime> runtime_;
};

TEST_F(BundleChangesTest, EachStateIsSeen) {
  for (int i = 0; i < 3; ++i) {
    Replace(old_);
    EXPECT_EQ(Connect(), kOld);
    Replace(new_);
    EXPECT_EQ(Connect(), kNew);
    Truncate();
    EXPECT_EQ(Connect(), 0u);
    Rewrite(old_);
    EXPECT_EQ(Connect(), kOld);
    Remove();
    EXPECT_EQ(Connect(), 0u);
    Rewrite(new_);
    EXPECT_EQ(Connect(), kNew);
  }
}

TEST_F(BundleChangesTest, NoConnectionSeesHalf) {
  Replace(old_);
  std::atomic<bool> done = false;
  std::thread changes([&] {
    for (int i = 0; !done; ++i) {
      const std::string& content = i % 2 == 0 ? new_ : old_;
      Replace(content);
      Truncate();
      Rewrite(content);
      Remove();
    }
  });
  std::map<size_t, int> seen;
  for (int i = 0; i < 1000; ++i) ++seen[Connect()];
  done = true;
  changes.join();
  for (const auto& [certificates, times] : seen) {
    EXPECT_TRUE(certificates == 0 || certificates == kOld ||
                certificates == kNew)
        << certificates << " certificates, " << times << " times";
  }
  // It works again afterwards.
  Replace(new_);
  EXPECT_EQ(Connect(), kNew);
}

}  // namespace
}  // namespace airlock::platform
