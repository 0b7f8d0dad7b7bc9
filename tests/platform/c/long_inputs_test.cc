// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Inputs of a megabyte: an error names the field, and quotes at most a part of
// the input.

#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {
namespace {

constexpr size_t kLong = 1'000'000;
// The maximum size of a message, which may quote a path with each byte escaped.
constexpr size_t kMostOfMessage = 3000;

std::string Repeated(absl::string_view piece, size_t size) {
  std::string text;
  text.reserve(size + piece.size());
  while (text.size() < size) text.append(piece.data(), piece.size());
  return text;
}

struct Input {
  const char* name;
  std::string (*make)();
};

const Input kInputs[] = {
    {"Letters", [] { return std::string(kLong, 'a'); }},
    {"Bytes", [] { return std::string(kLong, '\xff'); }},
    {"Nuls", [] { return std::string(kLong, '\0'); }},
    {"Lines", [] { return std::string(kLong, '\n'); }},
    {"Lists", [] { return Repeated("a:", kLong); }},
    {"Labels", [] { return Repeated("a.", kLong); }},
    {"Path", [] { return Repeated("/a", kLong); }},
    {"Yaml", [] { return Repeated("a: 1\n", kLong); }},
    {"Pem",
     [] {
       return "-----BEGIN CERTIFICATE-----\n" + std::string(kLong, 'A') +
              "\n-----END CERTIFICATE-----\n";
     }},
    {"PemLabel",
     [] { return "-----BEGIN " + std::string(kLong, 'A') + "-----\n"; }},
};

class CLongInputsTest : public ::testing::TestWithParam<Input> {
 protected:
  CLongInputsTest() : text_(GetParam().make()) {}

  airlock_bytes input() const { return B(text_); }

  // Checks the error of a call with the input as `field`.
  static void Expect(airlock_error* error, const char* field) {
    const Failure failure = Take(error);
    EXPECT_LT(failure.message.size(), kMostOfMessage)
        << field << ": " << failure.message.substr(0, kMostOfMessage);
    EXPECT_LT(failure.subject.size(), kMostOfMessage) << field;
  }

  void ExpectWrap(const airlock_wrap_options& options, const char* field) {
    Wire wire;
    const airlock_transport transport = wire.client();
    airlock_socket* socket = nullptr;
    airlock_error* error = nullptr;
    airlock_wrap_socket(runtime_.get(), &transport, &options, &socket, &error);
    Expect(error, field);
    if (socket != nullptr) {
      airlock_socket_handshake(socket, &error);
      Expect(error, field);
    }
    airlock_socket_free(socket);
  }

  void ExpectContext(const airlock_context_options& options,
                     const char* field) {
    airlock_context* context = nullptr;
    airlock_error* error = nullptr;
    airlock_context_new(runtime_.get(), &options, &context, &error);
    Expect(error, field);
    airlock_context_free(context);
  }

  Handle<airlock_runtime> runtime_ = MakeRuntime(MakeHost());
  const std::string text_;
};

TEST_P(CLongInputsTest, InEachFieldOfASocketsOptions) {
  using Options = airlock_wrap_options;
  const struct {
    const char* name;
    airlock_bytes Options::*field;
    bool server;
  } fields[] = {
      {"keyfile", &Options::keyfile, true},
      {"certfile", &Options::certfile, true},
      {"password", &Options::password, true},
      {"ca_certs", &Options::ca_certs, false},
      {"cadata", &Options::cadata, false},
      {"ciphers", &Options::ciphers, false},
      {"server_hostname", &Options::server_hostname, false},
      {"call_site", &Options::call_site, false},
      {"groups", &Options::groups, false},
  };
  for (const auto& one : fields) {
    Options options = one.server ? ServerWrap() : ClientWrap();
    if (one.field == &Options::password) {
      options.certfile = Cert("server_rsa.pem");
      options.keyfile = Cert("server_rsa_encrypted.key");
    }
    options.*one.field = input();
    ExpectWrap(options, one.name);
  }
  Options options = ClientWrap();
  const airlock_bytes list[] = {input()};
  options.alpn_protocols = list;
  options.alpn_protocols_count = 1;
  ExpectWrap(options, "alpn_protocols");
}

TEST_P(CLongInputsTest, InEachFieldOfAContextsOptions) {
  using Options = airlock_context_options;
  const struct {
    const char* name;
    airlock_bytes Options::*field;
    bool server;
  } fields[] = {
      {"ca_certs", &Options::ca_certs, false},
      {"cadata", &Options::cadata, false},
      {"ciphers", &Options::ciphers, false},
      {"groups", &Options::groups, false},
      {"server_hostname", &Options::server_hostname, false},
      {"call_site", &Options::call_site, false},
      {"ocsp_response", &Options::ocsp_response, true},
      {"sct_list", &Options::sct_list, true},
      {"session_id_context", &Options::session_id_context, true},
      {"psk_identity_hint", &Options::psk_identity_hint, true},
  };
  for (const auto& one : fields) {
    Options options = one.server ? ServerContext() : ClientContext();
    options.*one.field = input();
    ExpectContext(options, one.name);
  }
  const struct {
    const char* name;
    const airlock_bytes* Options::*list;
    size_t Options::*count;
    bool server;
  } lists[] = {
      {"alpn_protocols", &Options::alpn_protocols,
       &Options::alpn_protocols_count, false},
      {"npn_protocols", &Options::npn_protocols, &Options::npn_protocols_count,
       false},
      {"pins", &Options::pins, &Options::pins_count, false},
      {"ticket_keys", &Options::ticket_keys, &Options::ticket_keys_count, true},
  };
  const airlock_bytes list[] = {input()};
  for (const auto& one : lists) {
    Options options = one.server ? ServerContext() : ClientContext();
    options.*one.list = list;
    options.*one.count = 1;
    ExpectContext(options, one.name);
  }
}

TEST_P(CLongInputsTest, InEachFieldOfCredentials) {
  for (const auto field :
       {&airlock_credentials::keyfile, &airlock_credentials::certfile,
        &airlock_credentials::password}) {
    auto credentials = Sized<airlock_credentials>();
    credentials.certfile = Cert("server_rsa.pem");
    credentials.keyfile = Cert("server_rsa_encrypted.key");
    credentials.password = B("secret");
    credentials.*field = input();
    const airlock_credentials* list[] = {&credentials};
    airlock_context_options options = ServerContext();
    options.credentials = list;
    ExpectContext(options, "credentials");
  }
}

TEST_P(CLongInputsTest, InASocketOfAContext) {
  const auto context = Make(runtime_.get(), ClientContext());
  auto host_options = ClientContext();
  host_options.server_hostname = B("localhost");
  const auto one_host = Make(runtime_.get(), host_options);
  for (airlock_context* const client : {context.get(), one_host.get()}) {
    Wire wire;
    const airlock_transport transport = wire.client();
    auto options = Sized<airlock_socket_options>();
    options.server_hostname = input();
    airlock_socket* socket = nullptr;
    airlock_error* error = nullptr;
    airlock_context_wrap_socket(client, &transport, &options, &socket, &error);
    Expect(error, "server_hostname");
    airlock_socket_free(socket);
  }
}

TEST_P(CLongInputsTest, InARuntimesOptions) {
  const airlock_bytes entry[] = {input()};
  const std::string variable = "AIRLOCK_VERIFY=" + text_;
  const std::string config = "AIRLOCK_CONFIG=" + text_;
  const std::string bundle = "SSL_CERT_FILE=" + text_;
  const airlock_bytes entries[] = {B(variable), B(config), B(bundle)};
  std::vector<airlock_runtime_options> all(6, Sized<airlock_runtime_options>());
  all[0].app_yaml = input();
  all[1].policy = input();
  all[2].environment = entry;
  all[3].environment = &entries[0];
  all[4].environment = &entries[1];
  all[5].environment = &entries[2];
  for (airlock_runtime_options& options : all) {
    if (options.environment != nullptr) options.environment_count = 1;
    airlock_runtime* runtime = nullptr;
    airlock_error* error = nullptr;
    airlock_runtime_new(&options, &runtime, &error);
    Expect(error, "runtime options");
    const Handle<airlock_runtime> made(runtime);
    if (runtime == nullptr) continue;
    // File names are only checked when files are opened.
    Wire wire;
    const airlock_transport transport = wire.client();
    const airlock_wrap_options client = ClientWrap();
    airlock_socket* socket = nullptr;
    airlock_wrap_socket(runtime, &transport, &client, &socket, &error);
    Expect(error, "environment");
    airlock_socket_free(socket);
  }
}

TEST_P(CLongInputsTest, InThePeerOfATransport) {
  Wire wire;
  airlock_transport transport = wire.client();
  transport.peer = input();
  const auto client = Wrap(runtime_.get(), transport, ClientWrap());
  for (const airlock_status status : {+AIRLOCK_TIMEOUT, +AIRLOCK_ERROR}) {
    wire.FailClient(status);
    airlock_error* error = nullptr;
    EXPECT_EQ(airlock_socket_handshake(client.get(), &error), AIRLOCK_ERROR);
    Expect(error, "peer");
  }
  int fds[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  close(fds[1]);
  auto over_fd = Sized<airlock_transport>();
  over_fd.type = AIRLOCK_TRANSPORT_FD;
  over_fd.fd = fds[0];
  over_fd.fd_owned = AIRLOCK_YES;
  over_fd.peer = input();
  const auto cut_off = Wrap(runtime_.get(), over_fd, ClientWrap());
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_socket_handshake(cut_off.get(), &error), AIRLOCK_ERROR);
  Expect(error, "peer");
}

TEST_P(CLongInputsTest, InWhatHasNoOptions) {
  airlock_error* error = nullptr;
  airlock_certificate* certificate = nullptr;
  airlock_certificate_new(input(), &certificate, &error);
  Expect(error, "der_or_pem");
  airlock_certificate_free(certificate);
  airlock_session* session = nullptr;
  airlock_session_new(input(), &session, &error);
  Expect(error, "serialized");
  airlock_session_free(session);
  airlock_has_feature(input(), &error);
  Expect(error, "name");

  Wire wire;
  const Ends ends = Connect(runtime_.get(), &wire, ClientWrap(), ServerWrap());
  airlock_socket_match_hostname(ends.client.get(), input(), &error);
  Expect(error, "host");
  airlock_buffer bytes = {nullptr, 0};
  airlock_socket_export_keying_material(ends.client.get(), input(),
                                        {nullptr, 0}, 32, &bytes, &error);
  Expect(error, "label");
  airlock_buffer_free(&bytes);
  airlock_socket_export_keying_material(ends.client.get(), B("label"), input(),
                                        32, &bytes, &error);
  Expect(error, "context");
  airlock_buffer_free(&bytes);
}

INSTANTIATE_TEST_SUITE_P(All, CLongInputsTest, ::testing::ValuesIn(kInputs),
                         [](const ::testing::TestParamInfo<Input>& tested) {
                           return std::string(tested.param.name);
                         });

}  // namespace
}  // namespace airlock::c
