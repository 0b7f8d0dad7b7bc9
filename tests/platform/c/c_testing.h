// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Helpers for the tests of the C interface.
#ifndef AIRLOCK_TESTS_PLATFORM_C_C_TESTING_H_
#define AIRLOCK_TESTS_PLATFORM_C_C_TESTING_H_

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "platform/c/airlock.h"
#include "platform/fake_host.h"
#include "platform/runtime.h"

namespace airlock::c {

struct Freer {
  void operator()(airlock_error* p) const { airlock_error_free(p); }
  void operator()(airlock_runtime* p) const { airlock_runtime_free(p); }
  void operator()(airlock_context* p) const { airlock_context_free(p); }
  void operator()(airlock_socket* p) const { airlock_socket_free(p); }
  void operator()(airlock_session* p) const { airlock_session_free(p); }
  void operator()(airlock_ticket_keyring* p) const {
    airlock_ticket_keyring_free(p);
  }
  void operator()(airlock_credential_source* p) const {
    airlock_credential_source_free(p);
  }
  void operator()(airlock_certificate* p) const { airlock_certificate_free(p); }
};
template <typename T>
using Handle = std::unique_ptr<T, Freer>;

// An options struct, all defaults.
template <typename T>
T Sized() {
  T value;
  std::memset(&value, 0, sizeof(value));
  value.struct_size = sizeof(value);
  return value;
}

inline airlock_bytes B(absl::string_view text) {
  return {text.data(), text.size()};
}
inline std::string Str(airlock_bytes bytes) {
  return bytes.data == nullptr ? "" : std::string(bytes.data, bytes.size);
}

// testdata/certs/NAME; never freed.
airlock_bytes Cert(absl::string_view name);

// A fake host whose system bundle is testdata's ca.pem, at a time when
// testdata's certificates are valid, and a runtime on it.
std::shared_ptr<platform::FakeHost> MakeHost(
    absl::string_view airlock_verify = "");
Handle<airlock_runtime> MakeRuntime(
    const std::shared_ptr<platform::FakeHost>& host,
    platform::RuntimeOptions options = {});

// The error's fields; frees the error. The kind is -1 without an error.
struct Failure {
  int kind = -1;
  int code = 0;
  int alert = -1;
  int verify_code = 0;
  int depth = -1;
  std::string kind_name;
  std::string message;
  std::string reason;
  std::string subject;
};
Failure Take(airlock_error* error);

// One direction of bytes per end, in memory. Counts `release`s.
class Wire {
 public:
  Wire() = default;
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  airlock_transport client() { return Transport(&client_); }
  airlock_transport server() { return Transport(&server_); }

  int releases() const { return releases_; }
  // How much the client has sent that is not read yet.
  size_t client_sent() const { return client_.out.size(); }

  // From now on both of the client's callbacks return this. AIRLOCK_NONE: they
  // throw.
  void FailClient(airlock_status status) { client_.fail = status; }
  // Discards data in transit, for another connection.
  void Clear() {
    client_.out.clear();
    server_.out.clear();
  }
  // Ends the server's side.
  void EndServer() { server_.ended = true; }

 private:
  struct End {
    Wire* wire;
    End* peer;
    std::string out;
    airlock_status fail = AIRLOCK_OK;
    bool ended = false;
  };

  static airlock_transport Transport(End* end);
  static airlock_status Read(void* user, void* into, size_t size, size_t* done);
  static airlock_status Write(void* user, const void* from, size_t size,
                              size_t* done);
  static void Release(void* user);

  End client_{this, &server_, "", AIRLOCK_OK, false};
  End server_{this, &client_, "", AIRLOCK_OK, false};
  int releases_ = 0;
};

// Both ends of a connection, and the result of each handshake.
struct Ends {
  Handle<airlock_socket> client;
  Handle<airlock_socket> server;
  Failure client_failure;
  Failure server_failure;
};

// Options of a server with the chain and key of `name`, and of a client for
// "localhost" with all other defaults.
airlock_wrap_options ServerWrap(absl::string_view name = "server_p256");
airlock_wrap_options ClientWrap(absl::string_view host = "localhost");

// airlock_wrap_socket, without handshake.
Handle<airlock_socket> Wrap(airlock_runtime* runtime,
                            const airlock_transport& transport,
                            airlock_wrap_options options);
// airlock_context_wrap_socket.
Handle<airlock_socket> Wrap(airlock_context* context,
                            const airlock_transport& transport,
                            absl::string_view server_hostname = "");

// Options of a server with the chain and key of "server_p256", and of a client
// with defaults; and contexts of options.
airlock_context_options ServerContext();
airlock_context_options ClientContext();
Handle<airlock_context> Make(airlock_runtime* runtime,
                             const airlock_context_options& options);
// The error of a context that must be refused.
Failure Refusal(airlock_runtime* runtime,
                const airlock_context_options& options);

// Alternates the handshakes until each is done or has failed.
void ShakeHands(Ends* ends);
Ends Connect(airlock_runtime* runtime, Wire* wire,
             const airlock_wrap_options& client,
             const airlock_wrap_options& server);

// The same with contexts, for "localhost". Clears `wire` first.
Ends Connect(Wire* wire, airlock_context* client, airlock_context* server,
             const airlock_session* session = nullptr);

airlock_connection_info Info(const Handle<airlock_socket>& socket);

// Writes all of `text`, which must not wait, and reads it at the other end.
void ExpectSent(airlock_socket* from, airlock_socket* to,
                absl::string_view text);

}  // namespace airlock::c

#endif  // AIRLOCK_TESTS_PLATFORM_C_C_TESTING_H_
