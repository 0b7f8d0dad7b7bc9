// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/trust_cache.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/fake_host.h"
#include "ssl/error.h"
#include "tests/support/error_matchers.h"
#include "tests/support/testdata.h"

namespace airlock::platform::internal {
namespace {

using airlock::testing::ReadTestdata;
using ssl::ErrorKind;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Pem(const std::string& name) {
  return ReadTestdata(absl::StrCat("certs/", name));
}

// An error of a trust store that says what was named, or what the host said.
auto Refuses(const std::string& text) {
  return AllOf(ErrorIs(ErrorKind::kTrustStore), Quotes(text));
}

class TrustCacheTest : public ::testing::Test {
 protected:
  // Creates a file, and advances the time until its identity is settled.
  void SetOldFile(const std::string& path, const std::string& bytes) {
    host_.SetFile(path, bytes);
    host_.AdvanceTime(absl::Hours(1));
  }

  TrustCache Make() { return TrustCache(&host_, host_.environment(), 8); }

  FakeHost host_;
};

TEST_F(TrustCacheTest, ReadsAFileOnce) {
  SetOldFile("/ca.pem", Pem("ca.pem"));
  TrustCache cache = Make();
  const auto store = cache.FromPath("/ca.pem");
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ((*store)->certificate_count(), 2);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(*cache.FromPath("/ca.pem"), *store);
  EXPECT_EQ(host_.reads("/ca.pem"), 1);
  EXPECT_EQ(host_.stats("/ca.pem"), 4);
}

TEST_F(TrustCacheTest, SharesByContent) {
  SetOldFile("/a.pem", Pem("ca.pem"));
  SetOldFile("/b.pem", Pem("ca.pem"));
  TrustCache cache = Make();
  const auto store = cache.FromPath("/a.pem");
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ(*cache.FromPath("/b.pem"), *store);
  EXPECT_EQ(*cache.FromBytes(Pem("ca.pem")), *store);
  EXPECT_NE(*cache.FromBytes(Pem("ca_all.pem")), *store);
  EXPECT_EQ((*cache.FromBytes(Pem("root_cert.der")))->certificate_count(), 1);
}

TEST_F(TrustCacheTest, MergesTheSameStoresOnce) {
  TrustCache cache = Make();
  const TrustStorePtr root = *cache.FromBytes(Pem("root.pem"));
  const TrustStorePtr other = *cache.FromBytes(Pem("other_root.pem"));
  EXPECT_EQ(*cache.Merge({root}), root);
  const auto both = cache.Merge({root, other});
  ASSERT_TRUE(both.ok()) << both.status();
  EXPECT_EQ((*both)->certificate_count(), 2);
  EXPECT_EQ(*cache.Merge({root, other}), *both);
  const auto reversed = cache.Merge({other, root});
  EXPECT_NE(*reversed, *both);
  EXPECT_EQ((*(*reversed)->Certificates())[1], (*(*both)->Certificates())[0]);
}

TEST_F(TrustCacheTest, NoticesAChangedFile) {
  SetOldFile("/ca.pem", Pem("ca.pem"));
  TrustCache cache = Make();
  const auto before = cache.FromPath("/ca.pem");
  SetOldFile("/ca.pem", Pem("ca_all.pem"));
  const auto after = cache.FromPath("/ca.pem");
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ((*before)->certificate_count(), 2);
  EXPECT_EQ((*after)->certificate_count(), 3);
  EXPECT_THAT(host_.log(), ElementsAre(HasSubstr("/ca.pem changed")));
  // Touched, but unchanged.
  SetOldFile("/ca.pem", Pem("ca_all.pem"));
  EXPECT_EQ(*cache.FromPath("/ca.pem"), *after);
  EXPECT_EQ(host_.log().size(), 1);
}

TEST_F(TrustCacheTest, NoticesAChangeThatTheFilesTimeIsTooCoarseFor) {
  struct Row {
    absl::Duration begin;   // Since a full second.
    absl::Duration unsure;  // How long a change may go unnoticed,
    absl::Duration sure;    // and when it no longer can.
  };
  for (const Row& row :
       {Row{absl::ZeroDuration(), absl::Seconds(2), absl::Milliseconds(2001)},
        Row{absl::Milliseconds(1), absl::Milliseconds(100),
            absl::Milliseconds(101)}}) {
    SCOPED_TRACE(absl::FormatDuration(row.begin));
    host_.AdvanceTime(row.begin);
    host_.SetFile("/ca.pem", Pem("ca.pem"));
    TrustCache cache = Make();
    EXPECT_EQ((*cache.FromPath("/ca.pem"))->certificate_count(), 2);
    host_.AdvanceTime(row.unsure);
    EXPECT_EQ((*cache.FromPath("/ca.pem"))->certificate_count(), 2);
    host_.SetFileUnnoticed("/ca.pem", Pem("ca_all.pem"));
    EXPECT_EQ((*cache.FromPath("/ca.pem"))->certificate_count(), 3);
    // After that moment, nothing is read again.
    host_.AdvanceTime(row.sure - row.unsure);
    EXPECT_EQ((*cache.FromPath("/ca.pem"))->certificate_count(), 3);
    const int reads = host_.reads("/ca.pem");
    EXPECT_EQ((*cache.FromPath("/ca.pem"))->certificate_count(), 3);
    EXPECT_EQ(host_.reads("/ca.pem"), reads);
  }
}

TEST_F(TrustCacheTest, ADamagedFileIsAnErrorUntilItIsRepaired) {
  SetOldFile("/ca.pem", Pem("ca.pem"));
  TrustCache cache = Make();
  const auto before = cache.FromPath("/ca.pem");
  ASSERT_TRUE(before.ok()) << before.status();
  SetOldFile("/ca.pem", Pem("ca_with_one_bad.pem"));
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(cache.FromPath("/ca.pem"),
                ErrorIs(ErrorKind::kTrustStore,
                        "CA bundle /ca.pem: block 2 (CERTIFICATE, line 20)"));
  }
  host_.RemoveFile("/ca.pem");
  EXPECT_THAT(cache.FromPath("/ca.pem"),
              ErrorIs(ErrorKind::kTrustStore, "/ca.pem"));
  SetOldFile("/ca.pem", Pem("ca.pem"));
  EXPECT_EQ(*cache.FromPath("/ca.pem"), *before);
}

TEST_F(TrustCacheTest, ChecksOwnersOnEachReadOfThePolicysBundle) {
  SetOldFile("/ca.pem", Pem("ca.pem"));
  TrustCache cache = Make();
  EXPECT_TRUE(cache.FromPath("/ca.pem", /*must_be_trusted=*/true).ok());
  host_.SetUntrusted("/ca.pem", absl::FailedPreconditionError("mode 0666"));
  EXPECT_TRUE(cache.FromPath("/ca.pem", true).ok());
  SetOldFile("/ca.pem", Pem("root.pem"));
  EXPECT_THAT(cache.FromPath("/ca.pem", true), Refuses("mode 0666"));
  // The owners of the application's own bundles do not matter.
  EXPECT_TRUE(cache.FromPath("/ca.pem").ok());
  EXPECT_THAT(cache.FromPath("/ca.pem", true), Refuses("mode 0666"));
  // In the sandbox of airlock run the owners are unknown.
  TrustCache sandboxed(&host_, config::Environment::OfSandbox({}), 8);
  EXPECT_TRUE(sandboxed.FromPath("/ca.pem", true).ok());
}

TEST_F(TrustCacheTest, ReadsHashedDirectories) {
  SetOldFile("/certs/0a1b2c3d.0", Pem("root.pem"));
  SetOldFile("/certs/0a1b2c3d.1", Pem("root_p256.pem"));
  SetOldFile("/certs/0a1b2c3d.r0", Pem("crl_root.pem"));
  for (const char* other : {"README", "root.pem", "0a1b2c3d.", "0a1b2c3d.x",
                            "0A1B2C3D.0", "0a1b2c3.0", "0a1b2c3d.r"}) {
    SetOldFile(absl::StrCat("/certs/", other), "nothing good");
  }
  TrustCache cache = Make();
  const auto store = cache.FromPath("/certs");
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ((*store)->certificate_count(), 2);
  EXPECT_EQ((*store)->crl_count(), 1);
  EXPECT_EQ(*cache.FromPath("/certs"), *store);
  EXPECT_EQ(*cache.FromPath("/certs/"), *store);
  EXPECT_EQ(host_.reads("/certs/0a1b2c3d.0"), 2);

  // A file in it was changed, added, removed.
  SetOldFile("/certs/0a1b2c3d.1", Pem("other_root.pem"));
  EXPECT_EQ((*(*cache.FromPath("/certs"))->Certificates())[1].subject(),
            "CN=Airlock Test Other Root,O=Airlock Test");
  SetOldFile("/certs/0a1b2c3d.2", Pem("root_p256.pem"));
  EXPECT_EQ((*cache.FromPath("/certs"))->certificate_count(), 3);
  host_.RemoveFile("/certs/0a1b2c3d.0");
  EXPECT_EQ((*cache.FromPath("/certs"))->certificate_count(), 2);
  SetOldFile("/certs/0a1b2c3d.2", "damaged");
  EXPECT_EQ((*cache.FromPath("/certs"))->certificate_count(), 1);
  SetOldFile("/certs/0a1b2c3d.r0", "damaged");
  EXPECT_THAT(cache.FromPath("/certs"),
              ErrorIs(ErrorKind::kTrustStore, "CA bundle /certs/0a1b2c3d.r0"));
}

TEST_F(TrustCacheTest, ADirectoryWithoutHashedNamesIsAnError) {
  SetOldFile("/certs/root.pem", Pem("root.pem"));
  EXPECT_THAT(Make().FromPath("/certs"),
              ErrorIs(ErrorKind::kTrustStore, "/certs"));
}

TEST_F(TrustCacheTest, ANamedBundleMustBeValid) {
  SetOldFile("/etc/ca-certificates.crt", Pem("ca.pem"));
  SetOldFile("/empty", "");
  host_.SetError("/denied", absl::PermissionDeniedError("no to /denied"));
  TrustCache cache = Make();
  for (const char* path : {"/missing", "/empty", "/denied"}) {
    EXPECT_THAT(cache.FromPath(path), Refuses(path));
    EXPECT_THAT(cache.FromPath(path, false, "my_bundle"), Quotes("my_bundle"));
  }
  for (const char* bytes : {"/etc/ca-certificates.crt", ""}) {
    EXPECT_THAT(cache.FromBytes(bytes),
                ErrorIs(ErrorKind::kTrustStore, "CA bundle ca_certs"));
    EXPECT_THAT(cache.FromBytes(bytes, "my_bundle"),
                ErrorIs(ErrorKind::kTrustStore, "CA bundle my_bundle"));
  }
}

TEST_F(TrustCacheTest, TheDefaultIsTheFirstPlaceThatExists) {
  SetOldFile("/etc/ssl/cert.pem", Pem("root.pem"));
  SetOldFile("/etc/ssl/certs/ca-certificates.crt", Pem("ca.pem"));
  TrustCache cache = Make();
  EXPECT_EQ((*cache.Default())->certificate_count(), 2);
  // App Engine's path takes precedence.
  SetOldFile("/etc/ca-certificates.crt", Pem("ca_all.pem"));
  EXPECT_EQ((*cache.Default())->certificate_count(), 3);
  // An invalid bundle must not make it fall back to others.
  SetOldFile("/etc/ca-certificates.crt", Pem("ca_truncated.pem"));
  EXPECT_THAT(cache.Default(),
              ErrorIs(ErrorKind::kTrustStore,
                      "CA bundle /etc/ca-certificates.crt: block 2 "
                      "(CERTIFICATE, line 20)"));
  host_.SetError("/etc/ca-certificates.crt",
                 absl::PermissionDeniedError("closed"));
  EXPECT_THAT(cache.Default(), Refuses("closed"));
}

TEST_F(TrustCacheTest, NoBundleIsAnErrorThatListsWhatWasTried) {
  const auto none = Make().Default();
  EXPECT_THAT(none, HasAdvice());
  for (const char* tried :
       {"SSL_CERT_FILE", "SSL_CERT_DIR", "/etc/ca-certificates.crt",
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem"}) {
    EXPECT_THAT(none, Refuses(tried));
  }
}

TEST_F(TrustCacheTest, VariablesGoBeforeTheDefault) {
  SetOldFile("/etc/ca-certificates.crt", Pem("ca_all.pem"));
  SetOldFile("/one.pem", Pem("root.pem"));
  SetOldFile("/a/0a1b2c3d.0", Pem("root_p256.pem"));
  SetOldFile("/b/0a1b2c3d.0", Pem("other_root.pem"));

  host_.SetVariable("SSL_CERT_FILE", "/one.pem");
  TrustCache file = Make();
  EXPECT_EQ((*file.Default())->certificate_count(), 1);
  host_.SetVariable("SSL_CERT_DIR", "/a:/b");
  EXPECT_EQ((*file.Default())->certificate_count(), 1) << "read once";
  EXPECT_EQ((*Make().Default())->certificate_count(), 3);
  host_.SetVariable("SSL_CERT_FILE", "");
  EXPECT_EQ((*Make().Default())->certificate_count(), 2);
  host_.SetVariable("SSL_CERT_DIR", "");
  EXPECT_EQ((*Make().Default())->certificate_count(), 3) << "the system's";
}

TEST_F(TrustCacheTest, ABundleThatAVariableNamesMustBeValid) {
  SetOldFile("/etc/ca-certificates.crt", Pem("ca.pem"));
  host_.SetVariable("SSL_CERT_FILE", "/missing");
  EXPECT_THAT(Make().Default(),
              AllOf(Refuses("SSL_CERT_FILE"), Quotes("/missing")));
  SetOldFile("/missing", Pem("ca.pem"));
  EXPECT_TRUE(Make().Default().ok());
  host_.SetVariable("SSL_CERT_FILE", "");
  host_.SetVariable("SSL_CERT_DIR", "/absent");
  EXPECT_THAT(Make().Default(),
              AllOf(Refuses("SSL_CERT_DIR"), Quotes("/absent")));
}

TEST_F(TrustCacheTest, ReadsAListOfDirectoriesAsOpensslDoes) {
  SetOldFile("/etc/ca-certificates.crt", Pem("ca_all.pem"));
  SetOldFile("/a/0a1b2c3d.0", Pem("root.pem"));
  SetOldFile("/b/0a1b2c3d.0", Pem("root_p256.pem"));
  SetOldFile("/empty/README", "no certificate");
  SetOldFile("/file", Pem("other_root.pem"));
  const struct {
    const char* list;
    size_t certificates;
  } kCases[] = {
      {"/a", 1},           {"/a:", 1},       {":/a", 1},
      {"::/a::/b:", 2},    {"/a:/a", 1},     {"/missing:/a", 1},
      {"/a:/missing", 1},  {"/empty:/b", 1}, {"/file:/a", 1},
      {"/a/:/missing", 1},
  };
  for (const auto& row : kCases) {
    host_.SetVariable("SSL_CERT_DIR", row.list);
    const auto store = Make().Default();
    ASSERT_TRUE(store.ok()) << row.list << ": " << store.status();
    EXPECT_EQ((*store)->certificate_count(), row.certificates) << row.list;
  }
  // OpenSSL 3 takes the whole value for a file, too, but no member of it.
  host_.SetVariable("SSL_CERT_DIR", "/file");
  const auto file = Make().Default();
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ((*file)->certificate_count(), 1);
  for (const char* list :
       {"/missing", "/empty", "/file:", "/file:/missing", "/missing:/empty"}) {
    host_.SetVariable("SSL_CERT_DIR", list);
    EXPECT_THAT(
        Make().Default(),
        AllOf(Refuses("SSL_CERT_DIR"), Quotes(std::string(list).substr(0, 5))));
  }
}

TEST_F(TrustCacheTest, ExaminesEachFileOfAListedDirectoryOnce) {
  SetOldFile("/a/0a1b2c3d.0", Pem("root.pem"));
  SetOldFile("/a/1a1b2c3d.0", Pem("root_p256.pem"));
  host_.SetVariable("SSL_CERT_DIR", "/a");
  TrustCache cache = Make();
  const auto first = cache.Default();
  ASSERT_TRUE(first.ok()) << first.status();
  const int stats = host_.stats("/a/1a1b2c3d.0");
  EXPECT_EQ(*cache.Default(), *first);
  EXPECT_EQ(host_.stats("/a/1a1b2c3d.0"), stats + 1);

  // A change of any file is noticed, and so is one that cannot be examined.
  SetOldFile("/a/1a1b2c3d.0", Pem("other_root.pem"));
  const auto changed = cache.Default();
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_NE(*changed, *first);
  host_.SetError("/a/1a1b2c3d.0", absl::PermissionDeniedError("denied"));
  EXPECT_THAT(cache.Default(), Refuses("denied"));
}

TEST_F(TrustCacheTest, ADanglingLinkIsLeftOut) {
  SetOldFile("/a/0a1b2c3d.0", Pem("root.pem"));
  SetOldFile("/a/01234567.0", "");
  host_.SetError("/a/01234567.0", absl::NotFoundError("no such file"));
  const auto store = Make().FromPath("/a");
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ((*store)->certificate_count(), 1);
}

TEST_F(TrustCacheTest, AMissingFileLeavesTheDirectories) {
  SetOldFile("/etc/ca-certificates.crt", Pem("ca_all.pem"));
  SetOldFile("/a/0a1b2c3d.0", Pem("root.pem"));
  host_.SetVariable("SSL_CERT_FILE", "/missing");
  host_.SetVariable("SSL_CERT_DIR", "/a");
  const auto store = Make().Default();
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ((*store)->certificate_count(), 1);
  host_.SetVariable("SSL_CERT_DIR", "/absent");
  for (const char* named :
       {"SSL_CERT_FILE", "/missing", "SSL_CERT_DIR", "/absent"}) {
    EXPECT_THAT(Make().Default(), Refuses(named));
  }
  // What cannot be looked at is not absent.
  host_.SetVariable("SSL_CERT_DIR", "/a");
  host_.SetError("/missing", absl::PermissionDeniedError("denied"));
  EXPECT_THAT(Make().Default(), Refuses("denied"));
}

TEST_F(TrustCacheTest, SkipsFilesOfADirectoryWithoutACertificate) {
  const std::string pem = Pem("root.pem");
  for (const std::string& content :
       {std::string(), std::string("junk"), Pem("root.key"),
        pem.substr(0, pem.size() / 2)}) {
    SetOldFile("/a/0a1b2c3d.0", pem);
    SetOldFile("/a/01234567.0", content);
    SetOldFile("/b/01234567.0", content);
    TrustCache cache = Make();
    const auto store = cache.FromPath("/a");
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_EQ((*store)->certificate_count(), 1);
    EXPECT_THAT(host_.log(), Contains(AllOf(HasSubstr("/a/01234567.0"),
                                            HasSubstr("it is skipped"))));
    // But not where it is all that there is,
    const auto none = cache.FromPath("/b");
    EXPECT_THAT(none, Refuses("/b/01234567.0"));
    EXPECT_THAT(none, ReasonIs(kNoCertificateReason));
    // nor where it is named,
    EXPECT_THAT(cache.FromPath("/a/01234567.0"), Refuses("/a/01234567.0"));
    // nor where it is a CRL, or cannot be read.
    SetOldFile("/a/01234567.r0", content);
    EXPECT_THAT(cache.FromPath("/a"), Refuses("/a/01234567.r0"));
    host_.RemoveFile("/a/01234567.r0");
    host_.SetError("/a/01234567.0", absl::PermissionDeniedError("denied"));
    EXPECT_THAT(cache.FromPath("/a"), Refuses("denied"));
    host_.RemoveFile("/a/01234567.0");
  }
}

TEST_F(TrustCacheTest, AnInaccessibleFileIsNotAbsent) {
  SetOldFile("/a/0a1b2c3d.0", Pem("root.pem"));
  SetOldFile("/b/0a1b2c3d.0", Pem("root.pem"));
  for (const char* path : {"/b", "/b/0a1b2c3d.0"}) {
    for (const absl::Status& error :
         {absl::PermissionDeniedError(absl::StrCat("denied: ", path)),
          absl::ResourceExhaustedError(
              absl::StrCat("no descriptor: ", path))}) {
      host_.SetError(path, error);
      for (const char* list : {"/b", "/a:/b", "/b:/a"}) {
        host_.SetVariable("SSL_CERT_DIR", list);
        EXPECT_THAT(Make().Default(), Refuses(path));
      }
      host_.RemoveFile("/b");
      host_.RemoveFile("/b/0a1b2c3d.0");
      SetOldFile("/b/0a1b2c3d.0", Pem("root.pem"));
    }
  }
}

TEST_F(TrustCacheTest, ThreadsShareOneReading) {
  SetOldFile("/ca.pem", Pem("ca.pem"));
  TrustCache cache = Make();
  std::vector<TrustStorePtr> stores(8);
  std::vector<std::thread> threads;
  for (TrustStorePtr& store : stores) {
    threads.emplace_back([&] { store = *cache.FromPath("/ca.pem"); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const TrustStorePtr& store : stores) EXPECT_EQ(store, stores[0]);
  EXPECT_EQ(host_.reads("/ca.pem"), 1);
  EXPECT_THAT(host_.log(), IsEmpty());
}

}  // namespace
}  // namespace airlock::platform::internal
