// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The C interface as a client of `openssl s_server`, which renegotiates on a
// line "r", and on "R" with a wish for a certificate.

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/tcp.h"
#include "tests/interop/driver.h"
#include "tests/interop/peers.h"
#include "tests/platform/c/c_signing.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::interop {
namespace {

using c::B;
using c::Failure;
using c::Handle;

// Only a test that fails anyway ever waits so long.
constexpr int kTimeoutMs = 15000;

// What a client's callbacks get and give.
struct Host {
  absl::Mutex mutex;
  int finished = 0;  // Handshakes, by the server.
  int signatures_asked = 0;
  // Of `sign`: how often it says that its answer comes later.
  int late_answers = 0;
};

void SeeMessage(void* user, airlock_socket* /*socket*/,
                const airlock_message* message) {
  constexpr int kHandshake = 22;
  constexpr char kFinished = 20;
  auto* const host = static_cast<Host*>(user);
  absl::MutexLock lock(&host->mutex);
  if (message->sent == 0 && message->content_type == kHandshake &&
      message->bytes.data[0] == kFinished) {
    ++host->finished;
  }
}

airlock_status Sign(void* user, uint16_t algorithm, airlock_bytes input,
                    void* into, size_t room, size_t* size) {
  static EVP_PKEY* const key = c::LoadKey("client_p256").release();
  auto* const host = static_cast<Host*>(user);
  ++host->signatures_asked;
  if (host->late_answers-- > 0) return AIRLOCK_WANT_CALLBACK;
  return c::SignWith(key, algorithm, input, into, room, size);
}

class CRenegotiationTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(
        server_, StartOpensslServer(OpensslVersion(ssl::TlsVersion::kTls1_2) +
                                    OpensslIdentity("server_p256") +
                                    Arguments{"-CAfile", CertPath("ca.pem")}));
  }

  // A client that has shaken hands, and takes part so often.
  void Connect(int32_t max_renegotiations) {
    auto credentials = c::Sized<airlock_credentials>();
    credentials.certfile = c::Cert("client_p256.pem");
    credentials.sign = Sign;
    credentials.user = &host_;
    const airlock_credentials* const list[] = {&credentials};
    airlock_context_options options = c::ClientContext();
    options.maximum_version = AIRLOCK_TLS_1_2;
    options.credentials = list;
    options.credentials_count = 1;
    options.user = &host_;
    options.message = SeeMessage;
    options.max_renegotiations = max_renegotiations;
    const auto context = c::Make(runtime_.get(), options);
    ASSERT_OK_AND_ASSIGN(
        const auto dialled,
        platform::Dial("127.0.0.1", static_cast<uint16_t>(server_.port),
                       absl::Milliseconds(kTimeoutMs)));
    auto transport = c::Sized<airlock_transport>();
    transport.type = AIRLOCK_TRANSPORT_FD;
    transport.fd = dialled->Release();
    transport.fd_owned = AIRLOCK_YES;
    transport.timeout_ms = kTimeoutMs;
    client_ = c::Wrap(context.get(), transport, "localhost");
    ASSERT_EQ(airlock_socket_handshake(client_.get(), nullptr), AIRLOCK_OK);
  }

  // Reads until `text` is there; what came in its place.
  Failure ReadUntil(absl::string_view text) {
    std::string all;
    while (!absl::StrContains(all, text)) {
      char some[256];
      size_t done = 0;
      airlock_error* error = nullptr;
      const airlock_status status =
          airlock_socket_read(client_.get(), some, sizeof(some), &done, &error);
      if (status == AIRLOCK_WANT_CALLBACK) {
        ++waits_;
        continue;
      }
      if (status != AIRLOCK_OK) return c::Take(error);
      all.append(some, done);
    }
    return {};
  }

  absl::Status Renegotiate() {
    return server_.process->WriteInput(absl::StrCat(GetParam(), "\n"));
  }

  // Lets the server renegotiate, and reads a line after that.
  void ExpectRenegotiation() {
    const int before = Finished();
    ASSERT_OK(Renegotiate());
    Failure failure;
    std::thread reader([&] { failure = ReadUntil("a line\n"); });
    // BoringSSL takes no data between the server's request and the end of the
    // handshake.
    const auto done = [&] {
      host_.mutex.AssertHeld();
      return host_.finished > before;
    };
    host_.mutex.Lock();
    host_.mutex.AwaitWithTimeout(absl::Condition(&done),
                                 absl::Milliseconds(kTimeoutMs));
    host_.mutex.Unlock();
    const absl::Status written = server_.process->WriteInput("a line\n");
    reader.join();
    ASSERT_OK(written);
    EXPECT_EQ(failure.kind, -1) << failure.message;
    EXPECT_EQ(c::Info(client_).peer_verified, 1);
  }

  int Finished() {
    absl::MutexLock lock(&host_.mutex);
    return host_.finished;
  }

  Host host_;
  int waits_ = 0;
  Server server_;
  Handle<airlock_runtime> runtime_ = c::MakeRuntime(c::MakeHost());
  Handle<airlock_socket> client_;
};

INSTANTIATE_TEST_SUITE_P(All, CRenegotiationTest, ::testing::Values("r", "R"));

TEST_P(CRenegotiationTest, TakesPlaceAsOftenAsAllowed) {
  ASSERT_NO_FATAL_FAILURE(Connect(2));
  ExpectRenegotiation();
  ExpectRenegotiation();
  ASSERT_OK(Renegotiate());
  const Failure failure = ReadUntil("never");
  EXPECT_EQ(failure.kind, AIRLOCK_KIND_PROTOCOL);
  EXPECT_PRED2(static_cast<bool (*)(absl::string_view, absl::string_view)>(
                   absl::StrContains),
               failure.message, "max_renegotiations");
}

TEST_P(CRenegotiationTest, IsRefusedByDefault) {
  ASSERT_NO_FATAL_FAILURE(Connect(0));
  ASSERT_OK(Renegotiate());
  EXPECT_EQ(ReadUntil("never").kind, AIRLOCK_KIND_PROTOCOL);
}

TEST_P(CRenegotiationTest, AKeysAnswerMayComeLater) {
  ASSERT_NO_FATAL_FAILURE(Connect(1));
  host_.late_answers = 3;
  ExpectRenegotiation();
  const bool asked = absl::string_view(GetParam()) == "R";
  EXPECT_EQ(waits_, asked ? 3 : 0);
  EXPECT_EQ(host_.signatures_asked, asked ? 4 : 0);
}

}  // namespace
}  // namespace airlock::interop
