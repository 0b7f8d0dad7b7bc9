// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Each of BoringSSL's allocations fails in turn while a chain is judged: what
// could not be read is not treated as missing.

#include <openssl/nid.h>
#include <openssl/obj.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/certificate.h"
#include "ssl/error.h"
#include "ssl/internal/revocation_check.h"
#include "ssl/internal/revocation_verdicts.h"
#include "ssl/internal/verify.h"
#include "ssl/options.h"
#include "ssl/revocation.h"
#include "ssl/trust_store.h"
#include "ssl/verification.h"
#include "ssl/verify_code.h"
#include "tests/support/boringssl_memory.h"
#include "tests/support/handshake.h"
#include "tests/support/mint.h"

namespace airlock::ssl::internal {
namespace {

using ::airlock::testing::BoringSslCrash;
using ::airlock::testing::BoringSslMemoryFailed;
using ::airlock::testing::FailBoringSslMemory;
using ::airlock::testing::Mint;
using ::airlock::testing::MintKey;
using ::airlock::testing::MintOptions;
using ::airlock::testing::RestoreBoringSslMemory;
using ::airlock::testing::TestTime;
using ::testing::SizeIs;

class VerifyMemoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!BoringSslCrash().empty()) GTEST_SKIP() << BoringSslCrash();
  }
};

TEST_F(VerifyMemoryTest, NoForbiddenCommonNameIsOverlooked) {
  const auto ca_key = MintKey();
  const auto leaf_key = MintKey();
  MintOptions ca;
  ca.common_names = {"ca"};
  ca.issuer = "ca";
  ca.is_ca = true;
  ca.extensions = {{NID_name_constraints, "permitted;DNS:localhost"}};
  const Certificate root = Mint(ca, ca_key.get(), ca_key.get());
  const Certificate leaf =
      Mint("bank.example", leaf_key.get(), "ca", ca_key.get(), false);
  const Verification verification;
  absl::Status last;
  bool more = true;
  for (int i = 0; more; ++i) {
    // Parsed again: BoringSSL keeps with a certificate what it read of it.
    const auto store = TrustStore::Create(root.der(), "ca");
    const auto parsed = Certificate::FromDer(leaf.der());
    ASSERT_TRUE(store.ok() && parsed.ok());
    const std::vector<Certificate> presented = {*parsed};
    VerifyRequest request;
    request.presented = presented;
    request.trust_store = store->get();
    request.verification = &verification;
    request.now = TestTime();
    FailBoringSslMemory(i);
    last = VerifyPeer(request).status;
    RestoreBoringSslMemory();
    more = BoringSslMemoryFailed();
    EXPECT_FALSE(last.ok()) << "allocation " << i;
  }
  EXPECT_EQ(GetError(last).value_or(Error()).verify_code,
            verify_code::kPermittedViolation)
      << last;
}

TEST_F(VerifyMemoryTest, NoTimestampIsOverlooked) {
  const auto key = MintKey();
  // A list of one SCT, of version 0 and of the first millisecond of 1970.
  const std::string sct(32 + 1 + 8, '\0');
  const std::string list = absl::StrCat(std::string("\0\x2b\0\x29", 4), sct);
  MintOptions options;
  options.common_names = {"leaf"};
  options.issuer = "ca";
  options.extensions = {
      {OBJ_create("1.3.6.1.4.1.11129.2.4.2", "sct_list", "SCT list"),
       absl::StrCat("\x04\x2d", list), /*is_der=*/true}};
  const std::vector<Certificate> chain = {
      Mint(options, key.get(), key.get()),
      Mint("ca", key.get(), "ca", key.get(), true)};
  int asked = 0;
  ContextOptions context;
  context.revocation =
      [&asked](
          const RevocationQuery& query) -> absl::StatusOr<RevocationVerdict> {
    ++asked;
    EXPECT_THAT(query.timestamps, SizeIs(1));
    return RevocationVerdict{RevocationStatus::kGood};
  };
  bool more = true;
  for (int i = 0; more; ++i) {
    RevocationVerdicts verdicts(1);
    uint8_t alert = 0;
    FailBoringSslMemory(i);
    const absl::Status status =
        CheckRevocation(context, chain, "", TestTime(), &verdicts, &alert);
    RestoreBoringSslMemory();
    more = BoringSslMemoryFailed();
    EXPECT_TRUE(status.ok() || GetErrorKind(status) == ErrorKind::kInternal)
        << "allocation " << i << ": " << status;
  }
  EXPECT_GT(asked, 0);
}

}  // namespace
}  // namespace airlock::ssl::internal
