// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Certificates, errors, and the library itself.

#include "ssl/certificate.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/platform/c/c_testing.h"
#include "tests/support/testdata.h"

namespace airlock::c {
namespace {

Handle<airlock_certificate> Parse(airlock_bytes bytes) {
  airlock_certificate* certificate = nullptr;
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_certificate_new(bytes, &certificate, &error), AIRLOCK_OK)
      << Take(error).message;
  return Handle<airlock_certificate>(certificate);
}

TEST(CCertificateTest, GoesBetweenPemAndDer) {
  const auto from_pem = Parse(Cert("server_p256.pem"));
  airlock_bytes der = {nullptr, 0};
  ASSERT_EQ(airlock_certificate_der(from_pem.get(), &der, nullptr), AIRLOCK_OK);
  EXPECT_EQ(Str(der), Str(Cert("server_p256_cert.der")));
  const auto from_der = Parse(der);
  airlock_buffer pem = {nullptr, 0};
  ASSERT_EQ(airlock_certificate_pem(from_der.get(), &pem, nullptr), AIRLOCK_OK);
  const auto again = Parse({pem.data, pem.size});
  airlock_buffer_free(&pem);
  airlock_bytes same = {nullptr, 0};
  ASSERT_EQ(airlock_certificate_der(again.get(), &same, nullptr), AIRLOCK_OK);
  EXPECT_EQ(Str(der), Str(same));

  const auto expected = ssl::Certificate::FromDer(Str(der));
  uint8_t digest[32];
  ASSERT_EQ(airlock_certificate_sha256(from_pem.get(), digest, nullptr),
            AIRLOCK_OK);
  EXPECT_EQ(std::string(digest, digest + 32), expected->Sha256Fingerprint());
  ASSERT_EQ(airlock_certificate_spki_sha256(from_pem.get(), digest, nullptr),
            AIRLOCK_OK);
  EXPECT_EQ(std::string(digest, digest + 32), expected->SpkiSha256());
}

TEST(CCertificateTest, SaysWhatCPythonSays) {
  const auto expected =
      nlohmann::json::parse(airlock::testing::ReadTestdata("getpeercert.json"));
  ASSERT_GT(expected.size(), 10U);
  for (const auto& [name, value] : expected.items()) {
    const auto certificate = Parse(Cert(name));
    airlock_buffer json = {nullptr, 0};
    airlock_error* error = nullptr;
    ASSERT_EQ(airlock_certificate_json(certificate.get(), &json, &error),
              AIRLOCK_OK)
        << name << ": " << Take(error).message;
    EXPECT_EQ(nlohmann::json::parse(std::string(json.data, json.size)), value)
        << name;
    airlock_buffer_free(&json);
  }
  EXPECT_EQ(airlock_certificate_json(nullptr, nullptr, nullptr), AIRLOCK_ERROR);
}

TEST(CCertificateTest, MatchesNames) {
  const auto certificate = Parse(Cert("server_p256.pem"));
  const auto kind = [&certificate](absl::string_view host) {
    airlock_error* error = nullptr;
    airlock_certificate_match_hostname(certificate.get(), B(host), &error);
    return Take(error).kind;
  };
  EXPECT_EQ(kind("localhost"), -1);
  EXPECT_EQ(kind("127.0.0.1"), -1);
  EXPECT_EQ(kind("a.wild.test"), -1);
  EXPECT_EQ(kind("example.test"), AIRLOCK_KIND_HOSTNAME);
  EXPECT_EQ(kind(""), AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(kind(absl::string_view("localhost\0.evil", 15)),
            AIRLOCK_KIND_INVALID_ARGUMENT);
}

TEST(CCertificateTest, ThePeersComesWithItsChain) {
  const auto runtime = MakeRuntime(MakeHost());
  Wire wire;
  const Ends ends = Connect(runtime.get(), &wire, ClientWrap(), ServerWrap());
  const auto count = [&ends](int32_t chain) {
    size_t i = 0;
    airlock_certificate* certificate = nullptr;
    while (airlock_socket_chain_certificate(ends.client.get(), chain, i,
                                            &certificate,
                                            nullptr) == AIRLOCK_OK) {
      airlock_certificate_free(certificate);
      ++i;
    }
    EXPECT_EQ(certificate, nullptr);
    return i;
  };
  EXPECT_EQ(count(AIRLOCK_CHAIN_PRESENTED), 2U);
  EXPECT_EQ(count(AIRLOCK_CHAIN_VERIFIED), 3U);
  airlock_certificate* certificate = nullptr;
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_socket_chain_certificate(ends.client.get(), 3, 0,
                                             &certificate, &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  // The server did not request one.
  EXPECT_EQ(
      airlock_socket_peer_certificate(ends.server.get(), &certificate, &error),
      AIRLOCK_NONE);
  EXPECT_EQ(error, nullptr);
  EXPECT_EQ(
      airlock_socket_match_hostname(ends.client.get(), B("localhost"), nullptr),
      AIRLOCK_OK);
  EXPECT_EQ(airlock_socket_match_hostname(ends.client.get(), B("example.test"),
                                          &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_HOSTNAME);
}

TEST(CCertificateTest, SaysWhatPeopleRead) {
  const auto certificate = Parse(Cert("server_p256.pem"));
  airlock_buffer text = {nullptr, 0};
  ASSERT_EQ(airlock_certificate_text(certificate.get(), &text, nullptr),
            AIRLOCK_OK);
  EXPECT_NE(std::string(text.data, text.size).find("DNS:localhost"),
            std::string::npos);
  airlock_buffer_free(&text);
  EXPECT_EQ(airlock_certificate_text(nullptr, &text, nullptr), AIRLOCK_ERROR);
  EXPECT_EQ(airlock_certificate_text(certificate.get(), nullptr, nullptr),
            AIRLOCK_ERROR);
}

TEST(CCertificateTest, AContextTellsWhomItTrusts) {
  const auto runtime = MakeRuntime(MakeHost());
  airlock_context_options options = ClientContext();
  options.cadata = Cert("ca.pem");
  const auto context = Make(runtime.get(), options);
  airlock_certificate* ca = nullptr;
  ASSERT_EQ(airlock_context_ca_certificate(context.get(), 0, &ca, nullptr),
            AIRLOCK_OK);
  const Handle<airlock_certificate> owned(ca);
  airlock_bytes trusted = {nullptr, 0};
  airlock_bytes expected = {nullptr, 0};
  ASSERT_EQ(airlock_certificate_der(ca, &trusted, nullptr), AIRLOCK_OK);
  const auto file = Parse(Cert("ca.pem"));
  ASSERT_EQ(airlock_certificate_der(file.get(), &expected, nullptr),
            AIRLOCK_OK);
  EXPECT_EQ(Str(trusted), Str(expected));
  // The file has two.
  for (const size_t past : {size_t{2}, SIZE_MAX}) {
    EXPECT_EQ(airlock_context_ca_certificate(context.get(), past, &ca, nullptr),
              AIRLOCK_NONE);
    EXPECT_EQ(ca, nullptr);
  }
  const auto server = Make(runtime.get(), ServerContext());
  EXPECT_EQ(airlock_context_ca_certificate(server.get(), 0, &ca, nullptr),
            AIRLOCK_NONE);
  EXPECT_EQ(airlock_context_ca_certificate(nullptr, 0, &ca, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_context_ca_certificate(server.get(), 0, nullptr, nullptr),
            AIRLOCK_ERROR);
}

TEST(CCertificateTest, RefusesInvalidCertificates) {
  for (const airlock_bytes bytes :
       {B("no certificate"), B(""), airlock_bytes{nullptr, 0},
        airlock_bytes{nullptr, 1}, B("\x30\x03\x02\x01\x00"),
        Cert("server_p256.key")}) {
    airlock_certificate* certificate = nullptr;
    airlock_error* error = nullptr;
    EXPECT_EQ(airlock_certificate_new(bytes, &certificate, &error),
              AIRLOCK_ERROR);
    EXPECT_EQ(certificate, nullptr);
    EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  }
  const auto good = Parse(Cert("server_p256.pem"));
  EXPECT_EQ(airlock_certificate_new(Cert("server_p256.pem"), nullptr, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_certificate_der(good.get(), nullptr, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_certificate_pem(nullptr, nullptr, nullptr), AIRLOCK_ERROR);
  EXPECT_EQ(airlock_certificate_sha256(good.get(), nullptr, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_certificate_match_hostname(nullptr, B("a"), nullptr),
            AIRLOCK_ERROR);
}

TEST(CErrorTest, TellsAllOfIt) {
  airlock_certificate* certificate = nullptr;
  airlock_error* error = nullptr;
  ASSERT_EQ(airlock_certificate_new(B(""), &certificate, &error),
            AIRLOCK_ERROR);
  ASSERT_NE(error, nullptr);
  auto info = Sized<airlock_error_info>();
  ASSERT_EQ(airlock_error_get(error, &info), AIRLOCK_OK);
  EXPECT_EQ(info.kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(info.code, 3);
  EXPECT_EQ(info.alert, -1);
  EXPECT_EQ(info.verify_code, 0);
  EXPECT_EQ(info.depth, -1);
  EXPECT_EQ(Str(info.kind_name), "InvalidArgument");
  EXPECT_NE(info.message.size, 0U);
  // An older caller gets the older fields.
  auto older = Sized<airlock_error_info>();
  older.struct_size = offsetof(airlock_error_info, alert);
  older.alert = 7;
  ASSERT_EQ(airlock_error_get(error, &older), AIRLOCK_OK);
  EXPECT_EQ(older.kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(older.alert, 7);
  EXPECT_EQ(airlock_error_get(error, nullptr), AIRLOCK_ERROR);
  EXPECT_EQ(airlock_error_get(nullptr, &info), AIRLOCK_ERROR);
  info.struct_size = 0;
  EXPECT_EQ(airlock_error_get(error, &info), AIRLOCK_ERROR);
  airlock_error_free(error);
  airlock_error_free(nullptr);
  // The old value is not mistaken for a new one.
  const auto good = Parse(Cert("server_p256.pem"));
  EXPECT_EQ(
      airlock_certificate_match_hostname(good.get(), B("localhost"), &error),
      AIRLOCK_OK);
  EXPECT_EQ(error, nullptr);
}

TEST(CLibraryTest, SaysWhatItIsAndCan) {
  auto info = Sized<airlock_library_info>();
  ASSERT_EQ(airlock_library_info_get(&info, nullptr), AIRLOCK_OK);
  EXPECT_EQ(Str(info.version),
            absl::StrCat(AIRLOCK_VERSION_MAJOR, ".", AIRLOCK_VERSION_MINOR, ".",
                         AIRLOCK_VERSION_PATCH));
  EXPECT_EQ(info.major, AIRLOCK_VERSION_MAJOR);
  EXPECT_GE(info.boringssl_api, 19);
  EXPECT_EQ(airlock_library_info_get(nullptr, nullptr), AIRLOCK_ERROR);
  for (const char* feature :
       {"sni_callback", "ciphers", "handshake_ended", "npn", "ocsp",
        "password_callback", "pins", "policy_reload", "psk", "sct", "explain",
        "ca_certificates", "release_transport", "session_statistics",
        "ticket_keys", "verify_callback"}) {
    EXPECT_EQ(airlock_has_feature(B(feature), nullptr), AIRLOCK_OK) << feature;
  }
  EXPECT_EQ(airlock_has_feature(B("sslv3"), nullptr), AIRLOCK_NONE);
  EXPECT_EQ(airlock_has_feature({nullptr, 0}, nullptr), AIRLOCK_NONE);
  EXPECT_EQ(airlock_has_feature({nullptr, 1}, nullptr), AIRLOCK_ERROR);
}

}  // namespace
}  // namespace airlock::c
