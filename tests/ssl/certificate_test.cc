// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/certificate.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "tests/support/error_matchers.h"
#include "tests/support/testdata.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ReadTestdata;

Certificate Load(absl::string_view name) {
  absl::StatusOr<Certificate> certificate =
      Certificate::FromPem(ReadTestdata(absl::StrCat("certs/", name)));
  EXPECT_TRUE(certificate.ok()) << name << ": " << certificate.status();
  return *std::move(certificate);
}

// The following functions write a CertificateInfo like Python's json.dumps of
// getpeercert(), as in testdata/getpeercert.json.

// Python's json.dumps writes ASCII only.
std::string Json(absl::string_view utf8) {
  std::string out = "\"";
  for (size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i++]);
    unsigned int code = lead;
    int more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    if (more > 0) code = lead & (0x3F >> more);
    for (; more > 0 && i < utf8.size(); --more) {
      code = code << 6 | (static_cast<unsigned char>(utf8[i++]) & 0x3F);
    }
    if (code == '"' || code == '\\') {
      absl::StrAppend(&out, "\\", std::string(1, static_cast<char>(code)));
    } else if (code >= 0x20 && code < 0x7F) {
      out.push_back(static_cast<char>(code));
    } else if (code >= 0x10000) {
      absl::StrAppendFormat(&out, "\\u%04x\\u%04x",
                            0xD800 + ((code - 0x10000) >> 10),
                            0xDC00 + ((code - 0x10000) & 0x3FF));
    } else {
      absl::StrAppendFormat(&out, "\\u%04x", code);
    }
  }
  return out + "\"";
}

std::string Json(const NameAttribute& attribute) {
  return absl::StrCat("[", Json(attribute.first), ", ", Json(attribute.second),
                      "]");
}

std::string Json(const SubjectAltName& name);

template <typename T>
std::string Json(const std::vector<T>& items) {
  return absl::StrCat("[",
                      absl::StrJoin(items, ", ",
                                    [](std::string* out, const T& item) {
                                      out->append(Json(item));
                                    }),
                      "]");
}

std::string Json(const SubjectAltName& name) {
  return absl::StrCat(
      "[", Json(name.type), ", ",
      name.type == "DirName" ? Json(name.directory_name) : Json(name.value),
      "]");
}

std::string Json(absl::Time time) {
  return Json(
      absl::FormatTime("%b %e %H:%M:%S %Y GMT", time, absl::UTCTimeZone()));
}

std::string Json(absl::string_view file, const CertificateInfo& info) {
  std::vector<std::pair<std::string, std::string>> fields;
  if (!info.ocsp_urls.empty()) {
    fields.emplace_back("OCSP", Json(info.ocsp_urls));
  }
  if (!info.ca_issuers_urls.empty()) {
    fields.emplace_back("caIssuers", Json(info.ca_issuers_urls));
  }
  if (!info.crl_distribution_points.empty()) {
    fields.emplace_back("crlDistributionPoints",
                        Json(info.crl_distribution_points));
  }
  fields.emplace_back("issuer", Json(info.issuer));
  fields.emplace_back("notAfter", Json(info.not_after));
  fields.emplace_back("notBefore", Json(info.not_before));
  fields.emplace_back("serialNumber", Json(info.serial_number));
  fields.emplace_back("subject", Json(info.subject));
  if (!info.subject_alt_names.empty()) {
    fields.emplace_back("subjectAltName", Json(info.subject_alt_names));
  }
  fields.emplace_back("version", absl::StrCat(info.version));
  return absl::StrCat("  ", Json(file), ": {\n",
                      absl::StrJoin(fields, ",\n",
                                    [](std::string* out, const auto& field) {
                                      absl::StrAppend(out, "    ",
                                                      Json(field.first), ": ",
                                                      field.second);
                                    }),
                      "\n  }");
}

TEST(CertificateTest, DecodesAsCPythonDoes) {
  const std::string expected = ReadTestdata("getpeercert.json");
  std::vector<std::string> entries;
  for (absl::string_view line : absl::StrSplit(expected, '\n')) {
    if (!absl::EndsWith(line, ".pem\": {")) continue;
    const std::vector<absl::string_view> parts = absl::StrSplit(line, '"');
    const absl::StatusOr<CertificateInfo> info = Load(parts[1]).Decode();
    ASSERT_TRUE(info.ok()) << parts[1] << ": " << info.status();
    entries.push_back(Json(parts[1], *info));
  }
  EXPECT_GE(entries.size(), 20u);
  EXPECT_EQ(absl::StrCat("{\n", absl::StrJoin(entries, ",\n"), "\n}\n"),
            expected);
}

TEST(CertificateTest, FingerprintsAreThoseOfOpenssl) {
  int count = 0;
  for (absl::string_view line :
       absl::StrSplit(ReadTestdata("certs/fingerprints.txt"), '\n')) {
    const std::vector<absl::string_view> parts = absl::StrSplit(line, ' ');
    if (parts.size() != 3) continue;
    const Certificate certificate = Load(parts[0]);
    EXPECT_EQ(absl::BytesToHexString(parts[1] == "sha1"
                                         ? certificate.Sha1Fingerprint()
                                         : certificate.Sha256Fingerprint()),
              parts[2])
        << line;
    ++count;
  }
  EXPECT_GE(count, 40);
}

// For keys of every type, including those that BoringSSL lacks.
TEST(CertificateTest, PinsAreThoseOfOpenssl) {
  int count = 0;
  for (absl::string_view line :
       absl::StrSplit(ReadTestdata("certs/pins.txt"), '\n')) {
    const std::vector<absl::string_view> parts = absl::StrSplit(line, ' ');
    if (parts.size() != 2) continue;
    EXPECT_EQ(absl::Base64Escape(Load(parts[0]).SpkiSha256()), parts[1])
        << line;
    ++count;
  }
  EXPECT_GE(count, 20);
}

TEST(CertificateTest, DerAndPemAreTheSameCertificate) {
  const std::string der = ReadTestdata("certs/server_rsa_cert.der");
  const std::string pem = ReadTestdata("certs/server_rsa.pem");
  const absl::StatusOr<Certificate> certificate = Certificate::FromDer(der);
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  EXPECT_EQ(certificate->der(), der);
  EXPECT_EQ(certificate->ToPem(), pem);
  EXPECT_EQ(*certificate, Load("server_rsa.pem"));
  EXPECT_NE(*certificate, Load("server_p256.pem"));
}

TEST(CertificateTest, FromPemTakesTheFirstCertificate) {
  EXPECT_EQ(Load("server_rsa_chain.pem"), Load("server_rsa.pem"));
  EXPECT_EQ(Load("server_rsa_key_first.pem"), Load("server_rsa.pem"));
  EXPECT_EQ(Load("server_rsa_text.pem"), Load("server_rsa.pem"));
  EXPECT_EQ(Load("ca_trusted_label.pem"), Load("root.pem"));
}

TEST(CertificateTest, CopiesShare) {
  const Certificate certificate = Load("root.pem");
  const std::vector<Certificate> copies(2, certificate);
  EXPECT_EQ(copies[0].der().data(), certificate.der().data());
  EXPECT_EQ(copies[1].der().data(), certificate.der().data());
}

TEST(CertificateTest, NamesAreWrittenAsInRfc4514) {
  EXPECT_EQ(Load("server_rsa.pem").subject(), "CN=server_rsa,O=Airlock Test");
  EXPECT_EQ(Load("server_rsa.pem").issuer(), "CN=intermediate,O=Airlock Test");
  EXPECT_EQ(Load("empty_subject.pem").subject(), "");
  EXPECT_EQ(Load("multi_rdn.pem").subject(),
            "CN=\\#日本語\\ ,UID=two+OU=one,"
            "O=Müller / Söhne\\, \\\"Test\\\" \\+ \\<x\\>\\;#= \\\\\\ ,C=DE");
  // A NUL must not truncate the name, nor reach a terminal.
  EXPECT_EQ(Load("null_in_cn.pem").subject(),
            "CN=good.test\\00.evil.test,O=Airlock Test");
}

TEST(CertificateTest, Validity) {
  const Certificate certificate = Load("root.pem");
  EXPECT_EQ(certificate.not_before(),
            absl::FromCivil(absl::CivilDay(2020, 1, 1), absl::UTCTimeZone()));
  EXPECT_EQ(certificate.not_after(),
            absl::FromCivil(absl::CivilDay(2120, 1, 1), absl::UTCTimeZone()));
}

// By the rules of OpenSSL's X509_check_ca.
TEST(CertificateTest, IsACa) {
  for (const char* name :
       {"root.pem", "intermediate.pem", "strict_root_v1.pem",
        "strict_root_key_usage.pem", "ca_key_usage_only.pem"}) {
    EXPECT_TRUE(Load(name).is_ca()) << name;
  }
  for (const char* name :
       {"server_rsa.pem", "not_ca.pem", "ca_without_basic_constraints.pem",
        "key_usage_no_sign.pem", "v1_cert.pem", "self_signed.pem"}) {
    EXPECT_FALSE(Load(name).is_ca()) << name;
  }
}

TEST(CertificateTest, TextShowsNamesAndExtensions) {
  const std::string text = Load("server_rsa.pem").ToText();
  EXPECT_THAT(text, ::testing::HasSubstr("server_rsa"));
  EXPECT_THAT(text, ::testing::HasSubstr("DNS:server.test"));
}

TEST(CertificateTest, RefusesInvalidCertificates) {
  const std::string der = ReadTestdata("certs/root_cert.der");
  for (const std::string& bytes :
       {std::string(), std::string("0"), std::string("garbage"),
        der + std::string(1, '\0'), der + der, der.substr(0, der.size() - 1),
        ReadTestdata("certs/server_rsa_key.der")}) {
    const absl::StatusOr<Certificate> certificate = Certificate::FromDer(bytes);
    ASSERT_FALSE(certificate.ok()) << absl::BytesToHexString(bytes);
    EXPECT_EQ(GetErrorKind(certificate.status()), ErrorKind::kInvalidArgument);
  }
  for (absl::string_view name :
       {"root.key", "ca_no_certs.pem", "ca_with_garbage_der.pem"}) {
    // The first certificate of ca_with_garbage_der is valid.
    const std::string pem = ReadTestdata(absl::StrCat("certs/", name));
    const absl::StatusOr<Certificate> certificate =
        Certificate::FromPem(pem.substr(pem.find("-----END CERT") + 1));
    ASSERT_FALSE(certificate.ok()) << name;
    EXPECT_EQ(GetErrorKind(certificate.status()), ErrorKind::kInvalidArgument);
  }
}

// A malformed or unusual extension gives an error or a value, never a crash.
TEST(CertificateTest, SurvivesEveryChangedByte) {
  for (absl::string_view name : {"many_sans.pem", "aia.pem", "multi_rdn.pem"}) {
    const std::string good(Load(name).der());
    int parsed = 0;
    int decoded = 0;
    for (size_t i = 0; i < good.size(); ++i) {
      for (int change : {0x01, 0x80, 0xFF}) {
        std::string der = good;
        der[i] = static_cast<char>(der[i] ^ change);
        const absl::StatusOr<Certificate> certificate =
            Certificate::FromDer(der);
        if (!certificate.ok()) continue;
        ++parsed;
        const absl::StatusOr<CertificateInfo> info = certificate->Decode();
        if (info.ok()) {
          ++decoded;
        } else {
          EXPECT_EQ(GetErrorKind(info.status()), ErrorKind::kInvalidArgument);
        }
        certificate->ToText();
        certificate->subject();
        certificate->SpkiSha256();
      }
    }
    EXPECT_GT(parsed, decoded) << "no change made an extension malformed";
  }
}

TEST(CertificateTest, AnErrorNamesTheMalformedExtension) {
  // Change the SEQUENCE in the extension's value to a SET.
  std::string der(Load("wildcard.pem").der());
  const size_t san = der.find("*.example.test");
  ASSERT_NE(san, std::string::npos);
  ASSERT_EQ(der[san - 4], '\x30');
  der[san - 4] = '\x31';
  const absl::StatusOr<Certificate> certificate = Certificate::FromDer(der);
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  const absl::StatusOr<CertificateInfo> info = certificate->Decode();
  ASSERT_FALSE(info.ok());
  EXPECT_THAT(info,
              ErrorIs(ErrorKind::kInvalidArgument,
                      "the certificate's subject alternative name extension"));
}

}  // namespace
}  // namespace airlock::ssl
