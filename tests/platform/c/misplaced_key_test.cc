// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A private key in the wrong form or the wrong field: the error names the field
// and what it got, and does not show the key.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {
namespace {

std::string Body(const std::string& pem) {
  const size_t begin = pem.find('\n');
  return absl::StrReplaceAll(pem.substr(begin, pem.find("-----END") - begin),
                             {{"\n", ""}});
}

struct Form {
  std::string text;
  // The error for keyfile.
  std::string said;
};

// The forms of a key in configuration files and environment variables.
std::vector<Form> Forms(const std::string& pem) {
  const std::string body = Body(pem);
  std::string der;
  EXPECT_TRUE(absl::Base64Unescape(body, &der));
  const std::string escaped = absl::StrReplaceAll(pem, {{"\n", "\\n"}});
  const std::string quoted_lines =
      absl::StrCat("> ", absl::StrReplaceAll(pem, {{"\n", "\n> "}}));
  return {
      {absl::StrCat("{\"key\": \"", escaped, "\"}"), "JSON that contains PEM"},
      {absl::StrCat("\"", pem, "\""), "within quotes"},
      {quoted_lines, "within quotes"},
      {absl::StrCat("KEY='", pem, "'"), "within quotes"},
      {escaped, "should be"},
      {absl::StrReplaceAll(pem, {{"\n", " "}}), "line 1 holds a whole PEM"},
      {absl::StrReplaceAll(pem, {{"-----", "----"}}), "five dashes"},
      {absl::Base64Escape(pem), "base64-encoded PEM text"},
      {absl::StrCat("'", absl::Base64Escape(pem), "'"),
       "base64-encoded PEM text"},
      {body, "base64 without BEGIN"},
      {absl::WebSafeBase64Escape(der), "base64 without BEGIN"},
      {absl::BytesToHexString(der), "DER in hexadecimal"},
      {absl::BytesToHexString(pem), "PEM text in hexadecimal"},
      {pem.substr(pem.find('\n') + 1), "no BEGIN line"},
      {pem.substr(0, pem.find("-----END")), "no END line"},
  };
}

class CMisplacedKeyTest : public ::testing::TestWithParam<const char*> {
 protected:
  CMisplacedKeyTest() : pem_(Str(Cert(GetParam()))) {}

  // Checks that `message` shows no secret part of it.
  void ExpectNothingShown(const std::string& message,
                          const std::string& text) const {
    constexpr size_t kPiece = 12;
    for (size_t i = 0; i + kPiece <= text.size(); ++i) {
      const std::string piece = text.substr(i, kPiece);
      // The words of PEM's frame are not secret.
      if (absl::StrContains(piece, "-") || absl::StrContains(piece, "KEY") ||
          absl::StrContains(piece, " ")) {
        continue;
      }
      ASSERT_FALSE(absl::StrContains(message, piece)) << message;
      ASSERT_FALSE(absl::StrContains(message, absl::CHexEscape(piece)))
          << message;
    }
  }

  Failure WrapFailure(const airlock_wrap_options& options) {
    Wire wire;
    const airlock_transport transport = wire.client();
    airlock_socket* socket = nullptr;
    airlock_error* error = nullptr;
    EXPECT_EQ(airlock_wrap_socket(runtime_.get(), &transport, &options, &socket,
                                  &error),
              AIRLOCK_ERROR);
    return Take(error);
  }

  const std::string pem_;
  Handle<airlock_runtime> runtime_ = MakeRuntime(MakeHost());
};

INSTANTIATE_TEST_SUITE_P(All, CMisplacedKeyTest,
                         ::testing::Values("server_rsa.key", "server_p256.key",
                                           "server_ed25519.key"));

TEST_P(CMisplacedKeyTest, IsNamedInKeyfile) {
  for (const Form& form : Forms(pem_)) {
    auto credentials = Sized<airlock_credentials>();
    credentials.certfile = Cert("server_rsa.pem");
    credentials.keyfile = B(form.text);
    const airlock_credentials* const list[] = {&credentials};
    airlock_context_options context = ServerContext();
    context.credentials = list;
    airlock_wrap_options wrap = ServerWrap();
    wrap.keyfile = B(form.text);
    for (const Failure& failure :
         {Refusal(runtime_.get(), context), WrapFailure(wrap)}) {
      EXPECT_EQ(failure.kind, AIRLOCK_KIND_CREDENTIALS);
      EXPECT_TRUE(absl::StrContains(failure.message, "keyfile"))
          << failure.message;
      EXPECT_TRUE(absl::StrContains(failure.message, form.said))
          << form.said << ": " << failure.message;
      ExpectNothingShown(failure.message, form.text);
    }
  }
}

TEST_P(CMisplacedKeyTest, IsNotShownByOtherFieldsThatTakeContent) {
  for (const Form& form : Forms(pem_)) {
    airlock_wrap_options wrap = ServerWrap();
    wrap.certfile = B(form.text);
    wrap.keyfile = {nullptr, 0};
    Failure failure = WrapFailure(wrap);
    EXPECT_TRUE(absl::StrContains(failure.message, "certfile"))
        << failure.message;
    ExpectNothingShown(failure.message, form.text);
    wrap = ClientWrap();
    wrap.cadata = B(form.text);
    failure = WrapFailure(wrap);
    EXPECT_TRUE(absl::StrContains(failure.message, "cadata"))
        << failure.message;
    EXPECT_FALSE(absl::StrContains(failure.message, "ca_certs"))
        << failure.message;
    ExpectNothingShown(failure.message, form.text);
  }
}

// Keys are given by content, a bundle by its path: easy to confuse.
TEST_P(CMisplacedKeyTest, IsNotShownWhereAPathBelongs) {
  std::vector<Form> forms = Forms(pem_);
  forms.push_back({pem_, ""});
  for (const Form& form : forms) {
    airlock_wrap_options wrap = ClientWrap();
    wrap.ca_certs = B(form.text);
    airlock_context_options context = ClientContext();
    context.ca_certs = B(form.text);
    for (const Failure& failure :
         {WrapFailure(wrap), Refusal(runtime_.get(), context)}) {
      EXPECT_EQ(failure.kind, AIRLOCK_KIND_TRUST_STORE);
      EXPECT_TRUE(absl::StrContains(failure.message, "ca_certs takes a path"))
          << failure.message;
      ExpectNothingShown(failure.message, form.text);
    }
    auto options = Sized<airlock_runtime_options>();
    options.app_yaml = B(form.text);
    airlock_runtime* runtime = nullptr;
    airlock_error* error = nullptr;
    EXPECT_EQ(airlock_runtime_new(&options, &runtime, &error), AIRLOCK_ERROR);
    ExpectNothingShown(Take(error).message, form.text);
  }
}

// Whoever mixes up arguments passes what a key is given as: PEM or DER.
TEST_P(CMisplacedKeyTest, IsNotShownWhereOtherTextBelongs) {
  const std::string chain = absl::StrCat(Str(Cert("server_rsa.pem")), pem_);
  std::string der;
  ASSERT_TRUE(absl::Base64Unescape(Body(pem_), &der));
  for (const std::string& text :
       {pem_, absl::StrReplaceAll(pem_, {{"\n", "\\n"}}),
        absl::StrReplaceAll(pem_, {{"\n", " "}}),
        absl::StrReplaceAll(pem_, {{"-----", "----"}}), chain, der}) {
    const std::string& secret = text == der ? der : pem_;
    for (airlock_bytes airlock_wrap_options::*const field :
         {&airlock_wrap_options::ciphers, &airlock_wrap_options::groups,
          &airlock_wrap_options::server_hostname,
          &airlock_wrap_options::ech_configs}) {
      airlock_wrap_options wrap = ClientWrap();
      wrap.*field = B(text);
      ExpectNothingShown(WrapFailure(wrap).message, secret);
    }
    airlock_wrap_options wrap = ServerWrap();
    wrap.ech_keys = B(text);
    ExpectNothingShown(WrapFailure(wrap).message, secret);
    // A short key could be a protocol's name, or a ticket key.
    std::string too_long;
    while (too_long.size() < 256) too_long += text;
    const airlock_bytes long_list[] = {B(too_long)};
    wrap = ClientWrap();
    wrap.alpn_protocols = long_list;
    wrap.alpn_protocols_count = 1;
    ExpectNothingShown(WrapFailure(wrap).message, secret);
    const airlock_bytes list[] = {B(text)};
    wrap = ClientWrap();
    wrap.spiffe_ids = list;
    wrap.spiffe_ids_count = 1;
    ExpectNothingShown(WrapFailure(wrap).message, secret);
    airlock_context_options context = ClientContext();
    context.pins = list;
    context.pins_count = 1;
    ExpectNothingShown(Refusal(runtime_.get(), context).message, secret);
    context = ServerContext();
    context.ticket_keys = long_list;
    context.ticket_keys_count = 1;
    ExpectNothingShown(Refusal(runtime_.get(), context).message, secret);
    auto options = Sized<airlock_runtime_options>();
    options.policy = B(text);
    airlock_runtime* runtime = nullptr;
    airlock_error* error = nullptr;
    EXPECT_EQ(airlock_runtime_new(&options, &runtime, &error), AIRLOCK_ERROR);
    ExpectNothingShown(Take(error).message, secret);
  }
}

TEST_P(CMisplacedKeyTest, IsNotShownOfAnEnvironment) {
  const std::string nul = absl::StrCat("KEY=", pem_, std::string(1, '\0'));
  const std::string no_name = absl::StrCat("=", pem_);
  for (const std::string& entry : {nul, no_name, std::string(pem_)}) {
    const airlock_bytes entries[] = {B("HOME=/"), B(entry)};
    auto options = Sized<airlock_runtime_options>();
    options.environment = entries;
    options.environment_count = 2;
    airlock_runtime* runtime = nullptr;
    airlock_error* error = nullptr;
    airlock_runtime_new(&options, &runtime, &error);
    airlock_runtime_free(runtime);
    const Failure failure = Take(error);
    if (failure.kind == -1) continue;  // Padding makes it NAME=VALUE.
    EXPECT_TRUE(absl::StrContains(failure.message, "environment[1]"))
        << failure.message;
    ExpectNothingShown(failure.message, entry);
  }
}

}  // namespace
}  // namespace airlock::c
