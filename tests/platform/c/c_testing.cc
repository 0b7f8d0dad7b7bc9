// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/platform/c/c_testing.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/c/internal/handles.h"
#include "tests/support/testdata.h"

namespace airlock::c {

airlock_bytes Cert(absl::string_view name) {
  static auto* const files = new std::map<std::string, std::string>();
  const auto [file, is_new] = files->try_emplace(std::string(name));
  if (is_new) {
    file->second = airlock::testing::ReadTestdata(absl::StrCat("certs/", name));
  }
  return B(file->second);
}

std::shared_ptr<platform::FakeHost> MakeHost(absl::string_view verify) {
  auto host = std::make_shared<platform::FakeHost>();
  host->SetFile("/etc/ca-certificates.crt", Str(Cert("ca.pem")));
  if (!verify.empty()) {
    host->SetVariable("AIRLOCK_VERIFY", std::string(verify));
  }
  return host;
}

Handle<airlock_runtime> MakeRuntime(
    const std::shared_ptr<platform::FakeHost>& host,
    platform::RuntimeOptions options) {
  auto made =
      internal::MakeRuntime(host, host->environment(), std::move(options));
  EXPECT_TRUE(made.ok()) << made.status();
  return Handle<airlock_runtime>(made->release());
}

namespace {

// Names in C++ and Python that C has under another name, or does not have.
constexpr absl::string_view kForeign[] = {
    "CERT_NONE",       "CERT_OPTIONAL",
    "CERT_REQUIRED",   "Handshake",
    "OP_NO_*",         "PROTOCOL_SSLv23",
    "SSLContext",      "SSLSocket",
    "Shutdown",        "Unwrap",
    "WrapOptions",     "WrapSocket",
    "cafile",          "capath",
    "insecure.h",      "is false",
    "is true",         "keylog_filename",
    "load_cert_chain", "load_verify_locations",
    "set_ciphers",     "to false",
    "to true",         "wrap_socket",
};

bool IsOfWord(char c) { return absl::ascii_isalnum(c) || c == '_'; }

// Errors of the C interface do not use names of other languages.
void ExpectWordsOfC(absl::string_view message) {
  for (const absl::string_view word : kForeign) {
    for (size_t at = message.find(word); at != absl::string_view::npos;
         at = message.find(word, at + 1)) {
      const size_t end = at + word.size();
      EXPECT_TRUE((at > 0 && IsOfWord(message[at - 1])) ||
                  (end < message.size() && IsOfWord(message[end])))
          << word << " in: " << message;
    }
  }
}

}  // namespace

Failure Take(airlock_error* error) {
  const Handle<airlock_error> owned(error);
  Failure failure;
  if (error == nullptr) return failure;
  auto info = Sized<airlock_error_info>();
  EXPECT_EQ(airlock_error_get(error, &info), AIRLOCK_OK);
  failure.kind = info.kind;
  failure.code = info.code;
  failure.alert = info.alert;
  failure.verify_code = info.verify_code;
  failure.depth = info.depth;
  failure.kind_name = Str(info.kind_name);
  failure.message = Str(info.message);
  failure.reason = Str(info.reason);
  failure.subject = Str(info.subject);
  ExpectWordsOfC(failure.message);
  return failure;
}

airlock_transport Wire::Transport(End* end) {
  auto transport = Sized<airlock_transport>();
  transport.type = AIRLOCK_TRANSPORT_CALLBACKS;
  transport.read = Read;
  transport.write = Write;
  transport.release = Release;
  transport.user = end;
  return transport;
}

airlock_status Wire::Read(void* user, void* into, size_t size, size_t* done) {
  auto* const end = static_cast<End*>(user);
  if (end->fail == AIRLOCK_NONE) throw std::runtime_error("a host's own");
  if (end->fail != AIRLOCK_OK) return end->fail;
  std::string& in = end->peer->out;
  if (in.empty()) return end->peer->ended ? AIRLOCK_CLOSED : AIRLOCK_WANT_READ;
  *done = std::min(size, in.size());
  std::memcpy(into, in.data(), *done);
  in.erase(0, *done);
  return AIRLOCK_OK;
}

airlock_status Wire::Write(void* user, const void* from, size_t size,
                           size_t* done) {
  auto* const end = static_cast<End*>(user);
  if (end->fail == AIRLOCK_NONE) throw std::runtime_error("a host's own");
  if (end->fail != AIRLOCK_OK) return end->fail;
  end->out.append(static_cast<const char*>(from), size);
  *done = size;
  return AIRLOCK_OK;
}

void Wire::Release(void* user) { ++static_cast<End*>(user)->wire->releases_; }

airlock_wrap_options ServerWrap(absl::string_view name) {
  auto options = Sized<airlock_wrap_options>();
  options.server_side = 1;
  options.do_handshake_on_connect = AIRLOCK_NO;
  options.keyfile = Cert(absl::StrCat(name, ".key"));
  options.certfile =
      Cert(absl::StrCat(name, name == "server_p256" ? "_chain.pem" : ".pem"));
  return options;
}

airlock_wrap_options ClientWrap(absl::string_view host) {
  auto options = Sized<airlock_wrap_options>();
  options.do_handshake_on_connect = AIRLOCK_NO;
  options.server_hostname = B(host);
  return options;
}

Handle<airlock_socket> Wrap(airlock_runtime* runtime,
                            const airlock_transport& transport,
                            airlock_wrap_options options) {
  airlock_socket* socket = nullptr;
  airlock_error* error = nullptr;
  const airlock_status status =
      airlock_wrap_socket(runtime, &transport, &options, &socket, &error);
  EXPECT_EQ(status, AIRLOCK_OK) << Take(error).message;
  return Handle<airlock_socket>(socket);
}

Handle<airlock_socket> Wrap(airlock_context* context,
                            const airlock_transport& transport,
                            absl::string_view server_hostname) {
  auto options = Sized<airlock_socket_options>();
  if (!server_hostname.empty()) options.server_hostname = B(server_hostname);
  airlock_socket* socket = nullptr;
  airlock_error* error = nullptr;
  const airlock_status status = airlock_context_wrap_socket(
      context, &transport, &options, &socket, &error);
  EXPECT_EQ(status, AIRLOCK_OK) << Take(error).message;
  return Handle<airlock_socket>(socket);
}

airlock_context_options ServerContext() {
  static const airlock_credentials kCredentials = [] {
    auto made = Sized<airlock_credentials>();
    made.keyfile = Cert("server_p256.key");
    made.certfile = Cert("server_p256_chain.pem");
    return made;
  }();
  static const airlock_credentials* const kList[] = {&kCredentials};
  auto options = Sized<airlock_context_options>();
  options.server_side = 1;
  options.credentials = kList;
  options.credentials_count = 1;
  return options;
}

airlock_context_options ClientContext() {
  return Sized<airlock_context_options>();
}

Handle<airlock_context> Make(airlock_runtime* runtime,
                             const airlock_context_options& options) {
  airlock_context* context = nullptr;
  airlock_error* error = nullptr;
  const airlock_status status =
      airlock_context_new(runtime, &options, &context, &error);
  EXPECT_EQ(status, AIRLOCK_OK) << Take(error).message;
  return Handle<airlock_context>(context);
}

Failure Refusal(airlock_runtime* runtime,
                const airlock_context_options& options) {
  airlock_context* context = nullptr;
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_context_new(runtime, &options, &context, &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(context, nullptr);
  return Take(error);
}

void ShakeHands(Ends* ends) {
  bool client_done = false;
  bool server_done = false;
  const auto step = [](airlock_socket* socket, bool* done, Failure* failure) {
    if (*done) return;
    airlock_error* error = nullptr;
    const airlock_status status = airlock_socket_handshake(socket, &error);
    *done = status == AIRLOCK_OK || status == AIRLOCK_ERROR;
    if (status == AIRLOCK_ERROR) *failure = Take(error);
  };
  for (int i = 0; i < 10 && !(client_done && server_done); ++i) {
    step(ends->client.get(), &client_done, &ends->client_failure);
    step(ends->server.get(), &server_done, &ends->server_failure);
  }
  EXPECT_TRUE(client_done && server_done);
}

Ends Connect(airlock_runtime* runtime, Wire* wire,
             const airlock_wrap_options& client,
             const airlock_wrap_options& server) {
  Ends ends;
  ends.client = Wrap(runtime, wire->client(), client);
  ends.server = Wrap(runtime, wire->server(), server);
  ShakeHands(&ends);
  return ends;
}

Ends Connect(Wire* wire, airlock_context* client, airlock_context* server,
             const airlock_session* session) {
  wire->Clear();
  Ends ends;
  auto options = Sized<airlock_socket_options>();
  options.server_hostname = B("localhost");
  options.session = session;
  const airlock_transport transport = wire->client();
  airlock_socket* socket = nullptr;
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_context_wrap_socket(client, &transport, &options, &socket,
                                        &error),
            AIRLOCK_OK)
      << Take(error).message;
  ends.client.reset(socket);
  ends.server = Wrap(server, wire->server());
  ShakeHands(&ends);
  return ends;
}

airlock_connection_info Info(const Handle<airlock_socket>& socket) {
  auto info = Sized<airlock_connection_info>();
  EXPECT_EQ(airlock_socket_info(socket.get(), &info, nullptr), AIRLOCK_OK);
  return info;
}

void ExpectSent(airlock_socket* from, airlock_socket* to,
                absl::string_view text) {
  size_t written = 0;
  ASSERT_EQ(
      airlock_socket_write(from, text.data(), text.size(), &written, nullptr),
      AIRLOCK_OK);
  ASSERT_EQ(written, text.size());
  std::string got(text.size() + 1, '\0');
  size_t read = 0;
  ASSERT_EQ(airlock_socket_read(to, &got[0], got.size(), &read, nullptr),
            AIRLOCK_OK);
  got.resize(read);
  EXPECT_EQ(got, text);
}

}  // namespace airlock::c
