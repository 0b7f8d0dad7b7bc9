// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Our own certificates that are too weak are refused before a peer connects.

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "ssl/context.h"
#include "ssl/error.h"
#include "tests/support/handshake.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::ServerOptions;

TEST(WeakCredentialsTest, AreRefusedByLevelWithOpensslsReason) {
  struct Row {
    const char* name;
    int from_level;
    const char* reason;
  };
  for (const Row& row : {Row{"weak_rsa512", 1, "EE_KEY_TOO_SMALL"},
                         Row{"weak_rsa1024", 2, "EE_KEY_TOO_SMALL"},
                         Row{"sha1_signed", 1, "CA_MD_TOO_WEAK"},
                         Row{"server_rsa", 3, "EE_KEY_TOO_SMALL"},
                         Row{"root_p256", 0, "KEY_USAGE_BIT_INCORRECT"}}) {
    // From 4 on the keys of testdata are too small besides.
    for (int level = 0; level <= 3; ++level) {
      ContextOptions options = ServerOptions(row.name);
      options.verification.security_level = level;
      const auto context = Context::Create(std::move(options));
      EXPECT_EQ(context.ok(), level < row.from_level) << row.name << level;
      if (context.ok()) continue;
      const Error error = GetError(context.status()).value_or(Error());
      EXPECT_EQ(error.kind, ErrorKind::kCredentials);
      EXPECT_EQ(error.library, "SSL");
      EXPECT_EQ(error.reason, row.reason) << row.name << level;
      EXPECT_FALSE(error.subject.empty());
    }
  }
}

// The advice itself is strong enough.
TEST(WeakCredentialsTest, AdviceIsOfTheLevel) {
  struct Row {
    int level;
    const char* key;
  };
  for (const Row& row :
       {Row{2, "RSA key of 2048 bits or an ECDSA key on P-256"},
        Row{3, "RSA key of 3072 bits or an ECDSA key on P-256"},
        Row{4, "RSA key of 7680 bits or an ECDSA key on P-384"},
        Row{5, "RSA key of 15360 bits or an ECDSA key on P-521"}}) {
    ContextOptions own = ServerOptions("weak_rsa1024");
    own.verification.security_level = row.level;
    const absl::Status refused = Context::Create(std::move(own)).status();
    ContextOptions client = ClientOptions();
    client.verification.security_level = row.level;
    ContextOptions server = ServerOptions("weak_rsa1024");
    server.verification.security_level = 0;
    const Connection c = Connect(std::move(client), std::move(server));
    for (const absl::Status& status : {refused, c.client_status}) {
      EXPECT_TRUE(absl::StrContains(status.message(), row.key)) << status;
      // No other advice is given.
      EXPECT_EQ(absl::StrContains(status.message(), "2048 bits or"),
                row.level == 2)
          << status;
    }
  }
}

// At level 0 they work, or both sides get an error.
TEST(WeakCredentialsTest, NeverEndAConnectionWithoutAnAlert) {
  for (const char* name : {"weak_rsa512", "weak_rsa1024"}) {
    for (const TlsVersion version :
         {TlsVersion::kTls1_0, TlsVersion::kTls1_1, TlsVersion::kTls1_2,
          TlsVersion::kTls1_3}) {
      ContextOptions client = ClientOptions();
      client.verification.security_level = 0;
      client.verification.minimum_version = version;
      client.verification.maximum_version = version;
      ContextOptions server = ServerOptions(name);
      server.verification.security_level = 0;
      const Connection c = Connect(std::move(client), std::move(server));
      if (c.ok()) continue;
      SCOPED_TRACE(name + std::to_string(static_cast<int>(version)));
      const Error client_error = GetError(c.client_status).value_or(Error());
      EXPECT_EQ(client_error.kind, ErrorKind::kPeerAlert) << c.client_status;
      EXPECT_TRUE(client_error.alert.has_value());
      const Error server_error = GetError(c.server_status).value_or(Error());
      EXPECT_TRUE(server_error.alert.has_value()) << c.server_status;
    }
  }
}

}  // namespace
}  // namespace airlock::ssl
