// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What the walk accepts, BoringSSL parses: shown for certificates of many
// kinds, with each byte changed, removed and repeated, and each length cut
// short.
#include "ssl/internal/certificate_walk.h"

#include <openssl/nid.h>
#include <openssl/pool.h>
#include <openssl/x509.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "ssl/bundle.h"
#include "ssl/certificate.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/name_key.h"
#include "tests/support/mint.h"
#include "tests/support/testdata.h"

namespace airlock::ssl::internal {
namespace {

using ::airlock::testing::Mint;
using ::airlock::testing::MintKey;
using ::airlock::testing::MintOptions;

// What X509_parse_from_buffer makes of `der`; null if it refuses it.
bssl::UniquePtr<X509> Parse(absl::string_view der) {
  const ErrorQueueScope scope;
  const bssl::UniquePtr<CRYPTO_BUFFER> buffer(
      CRYPTO_BUFFER_new(reinterpret_cast<const uint8_t*>(der.data()),
                        der.size(), /*pool=*/nullptr));
  return bssl::UniquePtr<X509>(X509_parse_from_buffer(buffer.get()));
}

// How many of the certificates that it saw the walk took, and which of those
// were not as it said.
struct Tally {
  int taken = 0;
  int refused = 0;
  std::vector<std::string> wrong;

  void See(absl::string_view der, absl::string_view what) {
    const std::optional<uint32_t> key = WalkCertificate(der);
    if (!key.has_value()) {
      ++refused;
      return;
    }
    ++taken;
    const bssl::UniquePtr<X509> x509 = Parse(der);
    if (x509 == nullptr) {
      wrong.push_back(absl::StrCat(what, " is not parsed"));
    } else if (NameKey(X509_get_subject_name(x509.get())) != *key) {
      wrong.push_back(absl::StrCat(what, " has another key"));
    }
  }
};

std::vector<Certificate> CertificatesOf(absl::string_view file) {
  std::vector<Certificate> certificates;
  const std::string text =
      airlock::testing::ReadTestdata(absl::StrCat("certs/", file));
  for (BundlePart& part : ReadBundle(text).parts) {
    if (part.certificate.has_value()) {
      certificates.push_back(*std::move(part.certificate));
    }
  }
  return certificates;
}

// Of each form that the walk knows a branch for.
std::vector<Certificate> Samples() {
  std::vector<Certificate> samples;
  for (const char* file :
       {"ca.pem", "server_p256_chain.pem", "server_rsa_chain.pem"}) {
    for (Certificate& certificate : CertificatesOf(file)) {
      samples.push_back(std::move(certificate));
    }
  }
  const bssl::UniquePtr<EVP_PKEY> key = MintKey();
  MintOptions options;
  options.common_names = {"na\xc3\xafve \xe2\x82\xac", "second"};
  options.issuer = "issuer";
  options.is_ca = true;
  options.extensions = {{NID_subject_alt_name, "DNS:localhost"},
                        {NID_key_usage, "critical,keyCertSign"}};
  options.not_before = "200101000000Z";
  options.serial = "80ff";
  samples.push_back(Mint(options, key.get(), key.get()));
  return samples;
}

TEST(CertificateWalkTest, TakesUsualCertificates) {
  Tally tally;
  for (const Certificate& sample : Samples()) {
    EXPECT_TRUE(WalkCertificate(sample.der()).has_value()) << sample.subject();
    tally.See(sample.der(), sample.subject());
  }
  EXPECT_EQ(tally.wrong, std::vector<std::string>());
}

TEST(CertificateWalkTest, BoringSslParsesWhatIsTaken) {
  Tally tally;
  for (const Certificate& sample : Samples()) {
    const std::string der(sample.der());
    for (size_t i = 0; i < der.size(); ++i) {
      const std::string where = absl::StrCat(sample.subject(), ", byte ", i);
      for (const int change :
           {0x01, 0x02, 0x04, 0x10, 0x20, 0x40, 0x80, 0xff}) {
        std::string changed = der;
        changed[i] = static_cast<char>(changed[i] ^ change);
        tally.See(changed, absl::StrCat(where, " changed by ", change));
      }
      for (const char value : {'\x00', '\x05', '\x06', '\x0c', '\x16', '\x1e',
                               '\x30', '\x7f', '\x80', '\x81', '\xff'}) {
        std::string set = der;
        set[i] = value;
        tally.See(set, absl::StrCat(where, " set"));
      }
      tally.See(absl::StrCat(der.substr(0, i), der.substr(i + 1)),
                absl::StrCat(where, " removed"));
      tally.See(absl::StrCat(der.substr(0, i + 1), der.substr(i)),
                absl::StrCat(where, " repeated"));
      tally.See(der.substr(0, i), absl::StrCat(where, " and all after cut"));
    }
    tally.See(absl::StrCat(der, "x"), "trailing data");
  }
  EXPECT_EQ(tally.wrong, std::vector<std::string>());
  // Neither is rare, so both were tested.
  EXPECT_GT(tally.taken, 10000);
  EXPECT_GT(tally.refused, 10000);
}

// Changes a length together with all around it, so that the walk comes to the
// content: the content of each primitive element is emptied and replaced.
class Rebuilder {
 public:
  explicit Rebuilder(Tally* tally) : tally_(tally) {}

  void Run(absl::string_view der) { Visit("", der, ""); }

 private:
  static std::string Header(uint8_t tag, size_t size) {
    std::string header(1, static_cast<char>(tag));
    if (size < 0x80) {
      header.push_back(static_cast<char>(size));
    } else if (size < 0x100) {
      header.push_back('\x81');
      header.push_back(static_cast<char>(size));
    } else {
      header.push_back('\x82');
      header.push_back(static_cast<char>(size >> 8));
      header.push_back(static_cast<char>(size));
    }
    return header;
  }

  // The path of tags from the outside, with what comes before and after.
  struct Frame {
    uint8_t tag;
    std::string before;
    std::string after;
  };

  std::string Whole(std::string inner) const {
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
      inner = absl::StrCat(frame->before, inner, frame->after);
      inner = absl::StrCat(Header(frame->tag, inner.size()), inner);
    }
    return inner;
  }

  void Visit(const std::string& before, absl::string_view in,
             const std::string& after) {
    const bool is_outermost = frames_.empty();
    for (size_t i = 0; i < in.size();) {
      const auto tag = static_cast<uint8_t>(in[i]);
      const auto first = static_cast<uint8_t>(in[i + 1]);
      const size_t more = first < 0x80 ? 0 : first & 0x7f;
      size_t size = first;
      if (more > 0) {
        size = 0;
        for (size_t k = 0; k < more; ++k) {
          size = size << 8 | static_cast<uint8_t>(in[i + 2 + k]);
        }
      }
      const size_t end = i + 2 + more + size;
      const absl::string_view content = in.substr(end - size, size);
      const std::string left = absl::StrCat(before, in.substr(0, i));
      const std::string right = absl::StrCat(in.substr(end), after);
      if (!is_outermost) {
        frames_.back().before = left;
        frames_.back().after = right;
        See("");  // Left out.
        See(absl::StrCat(in.substr(i, end - i), in.substr(i, end - i)));
      }
      frames_.push_back({tag, "", ""});
      const std::string contents[] = {"",
                                      std::string(1, '\0'),
                                      std::string(2, '\0'),
                                      "\xff",
                                      "\xff\x80",
                                      "\x80\x01",
                                      "\x00\x7f",
                                      "\x08\x00",
                                      "\x01\x01",
                                      "\xed\xa0\x80",
                                      "\xef\xbf\xbe",
                                      "\xc0\x80",
                                      "\xe0\x80\x80",
                                      "\xf4\x90\x80\x80",
                                      "250101000000Z",
                                      "20500101000000Z",
                                      "500101000000Z",
                                      "250230000000Z",
                                      "250101000000+0100"};
      for (const std::string& value : contents) See(value);
      // Not into what BoringSSL leaves encoded.
      if ((tag & 0x20) != 0) Visit("", content, "");
      frames_.pop_back();
      i = end;
    }
  }

  void See(const std::string& inner) {
    tally_->See(Whole(inner), absl::StrCat("rebuilt with ", inner.size()));
  }

  Tally* const tally_;
  std::vector<Frame> frames_;
};

TEST(CertificateWalkTest, BoringSslParsesRebuiltOnesThatAreTaken) {
  Tally tally;
  for (const Certificate& sample : Samples())
    Rebuilder(&tally).Run(sample.der());
  EXPECT_EQ(tally.wrong, std::vector<std::string>());
  EXPECT_GT(tally.taken, 1000);
  EXPECT_GT(tally.refused, 1000);
}

}  // namespace
}  // namespace airlock::ssl::internal
