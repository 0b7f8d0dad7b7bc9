// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Which sockets and callers of a Runtime get the same Context, and which must
// not.

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "platform/fake_host.h"
#include "platform/internal/key_writer.h"
#include "platform/internal/shared_contexts.h"
#include "platform/memory_transport.h"
#include "platform/runtime.h"
#include "ssl/context.h"
#include "ssl/credentials.h"
#include "ssl/error.h"
#include "ssl/insecure.h"
#include "ssl/options.h"
#include "ssl/revocation.h"
#include "ssl/secret.h"
#include "ssl/session.h"
#include "ssl/socket.h"
#include "ssl/trust_store.h"
#include "tests/support/testdata.h"

namespace airlock::platform {
namespace {

using airlock::testing::ReadTestdata;
using ssl::ContextOptions;
using ssl::ErrorKind;
using ssl::Secret;

using ContextPtr = std::shared_ptr<const ssl::Context>;

constexpr char kBundle[] = "/etc/ca-certificates.crt";

std::string Cert(absl::string_view name) {
  return ReadTestdata(absl::StrCat("certs/", name));
}

std::shared_ptr<const ssl::Credentials> SomeCredentials() {
  ssl::CredentialsOptions options;
  options.certfile = Secret(Cert("client_p256.pem"));
  options.keyfile = Secret(Cert("client_p256.key"));
  return *ssl::Credentials::Create(std::move(options));
}

class ContextSharingTest : public ::testing::Test {
 protected:
  ContextSharingTest() {
    host_->SetFile(kBundle, Cert("ca.pem"));
    host_->SetFile("/etc/same.pem", Cert("ca.pem"));
    host_->SetFile("/etc/other.pem", Cert("other_root.pem"));
    host_->AdvanceTime(absl::Hours(1));
  }

  std::unique_ptr<Runtime> Make(absl::string_view tls = "",
                                RuntimeOptions options = {}) {
    if (!tls.empty()) SetPolicy(tls);
    auto runtime =
        Runtime::Create(host_, host_->environment(), std::move(options));
    EXPECT_TRUE(runtime.ok()) << runtime.status();
    return *std::move(runtime);
  }

  void SetPolicy(absl::string_view tls) {
    host_->SetFile("/etc/airlock.yaml", absl::StrCat("tls: {", tls, "}"));
  }

  static ContextPtr ContextOf(Runtime& runtime,
                              const ContextRequest& request = {},
                              ContextOptions options = {}) {
    const absl::StatusOr<ContextPtr> made =
        runtime.CreateContext(request, std::move(options));
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? *made : nullptr;
  }

  std::shared_ptr<FakeHost> host_ = std::make_shared<FakeHost>();
};

TEST_F(ContextSharingTest, EqualRequestsShareAContext) {
  const auto runtime = Make();
  const ContextPtr one = ContextOf(*runtime);
  EXPECT_EQ(ContextOf(*runtime), one);
  ContextRequest request;
  request.ca_certs = CaPath{"/etc/same.pem"};
  EXPECT_EQ(ContextOf(*runtime, request), one);
  request.ca_certs = CaBytes{Cert("ca.pem")};
  request.call_site = "main.py:7";
  EXPECT_EQ(ContextOf(*runtime, request), one);
}

TEST_F(ContextSharingTest, OnlyTheLastUnusedContextsAreKept) {
  const auto runtime = Make();
  const auto make = [&](size_t name) {
    ContextOptions options;
    options.session_id_context = absl::StrCat(name);
    return ContextOf(*runtime, {}, std::move(options));
  };
  const std::weak_ptr<const ssl::Context> unused = make(0);
  for (size_t i = 1; i < internal::SharedContexts::kKept; ++i) make(i);
  ASSERT_FALSE(unused.expired());
  EXPECT_EQ(make(0), unused.lock());
  // The others fall out first now.
  for (size_t i = 1; i < internal::SharedContexts::kKept; ++i) make(100 + i);
  EXPECT_FALSE(unused.expired());
  make(200);
  EXPECT_TRUE(unused.expired());
  EXPECT_NE(make(0), nullptr);
}

TEST_F(ContextSharingTest, ClearedCachesKeepNone) {
  const auto runtime = Make();
  const std::weak_ptr<const ssl::Context> unused = ContextOf(*runtime);
  EXPECT_FALSE(unused.expired());
  runtime->ClearCaches();
  EXPECT_TRUE(unused.expired());
}

TEST_F(ContextSharingTest, TheCallSiteIsLookedForOnlyIfItIsAudited) {
  std::vector<std::string> sites;
  RuntimeOptions runtime_options;
  runtime_options.audit = [&](const AuditEvent& event) {
    sites.push_back(event.call_site);
    return absl::OkStatus();
  };
  const auto runtime = Make("", std::move(runtime_options));
  int searches = 0;
  ContextRequest request;
  request.call_site = "not this one";
  request.find_call_site = [&] {
    ++searches;
    return std::string("main.py:7");
  };
  ContextOf(*runtime, request);
  EXPECT_EQ(searches, 0);
  request.unset_is_cert_none = true;
  ContextOf(*runtime, request);
  EXPECT_GE(searches, 1);
  EXPECT_EQ(sites, std::vector<std::string>{"main.py:7"});
}

TEST_F(ContextSharingTest, RuntimesShareNothing) {
  const auto runtime = Make();
  const auto other = Make();
  const ContextPtr one = ContextOf(*runtime);
  EXPECT_NE(ContextOf(*other), one);
}

TEST_F(ContextSharingTest, AServersContextIsItsOwn) {
  const auto runtime = Make();
  ContextRequest request;
  request.side = ssl::Side::kServer;
  ContextOptions options;
  options.credentials = {SomeCredentials()};
  const ContextPtr one = ContextOf(*runtime, request, options);
  EXPECT_NE(ContextOf(*runtime, request, options), one);
  // A server can use this one, too, whatever the request says.
  request.side = ssl::Side::kClient;
  const ContextPtr client = ContextOf(*runtime, request, options);
  EXPECT_NE(ContextOf(*runtime, request, options), client);
  // And a server's without credentials is not a client's.
  const ContextPtr plain = ContextOf(*runtime);
  request.side = ssl::Side::kServer;
  EXPECT_NE(ContextOf(*runtime, request), plain);
}

TEST_F(ContextSharingTest, AServerCannotUseASharedContext) {
  const auto runtime = Make();
  ssl::SocketOptions options;
  options.side = ssl::Side::kServer;
  EXPECT_EQ(ssl::GetErrorKind(ssl::WrapSocket(ContextOf(*runtime),
                                              MakeMemoryTransports().first,
                                              std::move(options))
                                  .status()),
            ErrorKind::kCredentials);
}

TEST_F(ContextSharingTest, ANewOneIsMadeOnRequest) {
  const auto runtime = Make();
  const ContextPtr one = ContextOf(*runtime);
  ContextRequest request;
  request.always_new = true;
  const ContextPtr own = ContextOf(*runtime, request);
  EXPECT_NE(own, one);
  EXPECT_NE(ContextOf(*runtime, request), own);
  EXPECT_EQ(ContextOf(*runtime), one);
}

TEST_F(ContextSharingTest, WhatTheRequestAsksForIsNotShared) {
  const auto runtime = Make();
  std::set<ContextPtr> contexts = {ContextOf(*runtime)};
  std::vector<ContextRequest> requests(4);
  requests[0].cert_reqs = ssl::VerifyMode::kNone;
  requests[1].check_hostname = false;
  requests[2].ca_certs = CaPath{"/etc/other.pem"};
  requests[3].cert_reqs = ssl::VerifyMode::kRequired;
  for (const ContextRequest& request : requests) {
    const size_t before = contexts.size();
    contexts.insert(ContextOf(*runtime, request));
    EXPECT_EQ(contexts.size(), before + 1) << before;
  }
}

TEST_F(ContextSharingTest, AChangedBundleIsNotShared) {
  const auto runtime = Make();
  const ContextPtr one = ContextOf(*runtime);
  host_->SetFile(kBundle, Cert("other_root.pem"));
  const ContextPtr two = ContextOf(*runtime);
  EXPECT_NE(two, one);
  EXPECT_NE(two->options().trust_store->content_hash(),
            one->options().trust_store->content_hash());
  host_->SetFile(kBundle, "damaged");
  EXPECT_EQ(ssl::GetErrorKind(runtime->CreateContext({}, {}).status()),
            ErrorKind::kTrustStore);
}

TEST_F(ContextSharingTest, NothingIsSharedAcrossPolicies) {
  const auto runtime = Make("verification: off");
  std::set<ContextPtr> contexts = {ContextOf(*runtime)};
  for (const char* policy : {
           "minimum_version: TLSv1.3",
           "security_level: 3",
           "verify_depth: 3",
           "groups: [P-256]",
           "ca_certs: /etc/other.pem",
           "verify_flags: [x509_strict]",
           "verification: enforce",
       }) {
    SetPolicy(policy);
    ASSERT_TRUE(runtime->ReloadPolicy().ok()) << policy;
    const size_t before = contexts.size();
    contexts.insert(ContextOf(*runtime));
    EXPECT_EQ(contexts.size(), before + 1) << policy;
  }
}

// The rule for hosts belongs to the policy, and the audit gets the call site.
TEST_F(ContextSharingTest, ExceptionsAndRequiredNamesAreNotShared) {
  const auto runtime =
      Make("exceptions: [{host: localhost, ca_certs: /etc/other.pem}]");
  const ContextPtr one = ContextOf(*runtime);
  EXPECT_NE(ContextOf(*runtime), one);

  SetPolicy("verification: enforce");
  ASSERT_TRUE(runtime->ReloadPolicy().ok());
  const ContextPtr nameless = ContextOf(*runtime);
  EXPECT_NE(ContextOf(*runtime), nameless);
  ContextRequest request;
  request.server_hostname = "localhost";
  const ContextPtr named = ContextOf(*runtime, request);
  EXPECT_NE(named, nameless);
  EXPECT_EQ(ContextOf(*runtime, request), named);
}

TEST_F(ContextSharingTest, AContextWithAKeyLogIsNotShared) {
  RuntimeOptions options;
  options.keylog = [](const ssl::Socket&, absl::string_view) {};
  const auto runtime = Make("", std::move(options));
  const ContextPtr one = ContextOf(*runtime);
  EXPECT_NE(one->options().keylog, nullptr);
  EXPECT_NE(ContextOf(*runtime), one);
}

TEST_F(ContextSharingTest, ClearedCachesShareNothingOld) {
  const auto runtime = Make();
  const ContextPtr one = ContextOf(*runtime);
  runtime->ClearCaches();
  EXPECT_NE(ContextOf(*runtime), one);
}

// Each audit event of a request is recorded, though its Context is shared.
TEST_F(ContextSharingTest, ASharedContextIsStillAudited) {
  const auto runtime =
      Make("verification: enforce, on_override: upgrade, hostname: optional");
  ContextRequest request;
  request.server_hostname = "localhost";
  request.cert_reqs = ssl::VerifyMode::kNone;
  const ContextPtr one = ContextOf(*runtime, request);
  EXPECT_EQ(runtime->counters().upgrades, 1u);
  EXPECT_EQ(ContextOf(*runtime, request), one);
  EXPECT_EQ(runtime->counters().upgrades, 2u);
}

// WriteSharingKey

std::optional<std::string> KeyOf(const ContextOptions& options) {
  internal::KeyWriter key;
  if (!internal::WriteSharingKey(options, &key)) return std::nullopt;
  return std::string(key.key());
}

TEST(SharingKeyTest, EachFieldIsInTheKey) {
  const std::vector<std::function<void(ContextOptions*)>> changes = {
      [](ContextOptions*) {},
      [](ContextOptions* o) { o->verification.depth = 3; },
      [](ContextOptions* o) {
        o->trust_store = *ssl::TrustStore::Create(Cert("ca.pem"), "a");
      },
      [](ContextOptions* o) {
        o->trust_store = *ssl::TrustStore::Create(Cert("other_root.pem"), "b");
      },
      [](ContextOptions* o) { o->ciphers = "ECDHE+AESGCM"; },
      [](ContextOptions* o) { o->signing_algorithms = {0x0403}; },
      [](ContextOptions* o) { o->peer_signing_algorithms = {0x0403}; },
      [](ContextOptions* o) { o->accept_unknown_revocation = true; },
      [](ContextOptions* o) {
        o->unverified_clients = ssl::InsecureAllowUnverifiedClients();
      },
      [](ContextOptions* o) { o->alpn_protocols = {"h2"}; },
      [](ContextOptions* o) {
        o->alpn_protocols = {"h", "2"};
      },
      [](ContextOptions* o) { o->npn_protocols = {"h2"}; },
      [](ContextOptions* o) { o->alpn_required = true; },
      [](ContextOptions* o) { o->ocsp_response = "x"; },
      [](ContextOptions* o) { o->sct_list = "x"; },
      [](ContextOptions* o) { o->request_ocsp = true; },
      [](ContextOptions* o) { o->accept_compressed_certificates = true; },
      [](ContextOptions* o) { o->request_sct = true; },
      [](ContextOptions* o) { o->session_cache_size = 7; },
      [](ContextOptions* o) { o->session_timeout = absl::Seconds(7); },
      [](ContextOptions* o) { o->session_tickets = false; },
      [](ContextOptions* o) { o->num_tickets = 1; },
      [](ContextOptions* o) { o->session_id_context = "x"; },
      [](ContextOptions* o) { o->max_renegotiations = 1; },
      [](ContextOptions* o) { o->cipher_server_preference = false; },
      [](ContextOptions* o) { o->psk_identity_hint = "x"; },
  };
  std::set<std::string> keys;
  for (size_t i = 0; i < changes.size(); ++i) {
    ContextOptions options;
    changes[i](&options);
    const std::optional<std::string> key = KeyOf(options);
    ASSERT_TRUE(key.has_value()) << i;
    EXPECT_TRUE(keys.insert(*key).second) << i;
    EXPECT_EQ(KeyOf(options), key) << i;
  }
}

TEST(SharingKeyTest, AMessageFunctionIsInTheKey) {
  const auto key_of = [](auto message) {
    ContextOptions options;
    options.message = message;
    return KeyOf(options);
  };
  using Function = absl::Status (*)(const ssl::Socket&, const ssl::TlsMessage&);
  const Function one = [](const ssl::Socket&, const ssl::TlsMessage&) {
    return absl::OkStatus();
  };
  const Function other = [](const ssl::Socket&, const ssl::TlsMessage&) {
    return absl::CancelledError();
  };
  ASSERT_TRUE(key_of(one).has_value());
  EXPECT_EQ(key_of(one), key_of(one));
  EXPECT_NE(key_of(one), key_of(other));
  EXPECT_NE(key_of(one), key_of(nullptr));
}

TEST(SharingKeyTest, CallbacksAndCredentialsAreNotShared) {
  const auto psk = [](absl::string_view) {
    return std::optional<ssl::PskIdentity>();
  };
  const auto key = [](absl::string_view) { return std::optional<Secret>(); };
  const auto ok = [] { return absl::OkStatus(); };
  const std::vector<std::function<void(ContextOptions*)>> changes = {
      [](ContextOptions* o) { o->credentials = {SomeCredentials()}; },
      [](ContextOptions* o) {
        o->ticket_keys = {std::make_shared<const Secret>("x")};
      },
      [&](ContextOptions* o) { o->hostname_missing = ok; },
      [&](ContextOptions* o) {
        o->hostname_allowed = [ok](absl::string_view) { return ok(); };
      },
      [](ContextOptions* o) {
        o->revocation = [](const ssl::RevocationQuery&) {
          return ssl::RevocationVerdict();
        };
      },
      [&](ContextOptions* o) {
        o->verify = [ok](const ssl::Socket&, const ssl::VerifiedPeer&) {
          return ok();
        };
      },
      [](ContextOptions* o) {
        o->client_credentials = [](const ssl::Socket&,
                                   const ssl::CertificateRequest&) {
          return SomeCredentials();
        };
      },
      [](ContextOptions* o) { o->clock = [] { return absl::Now(); }; },
      [](ContextOptions* o) {
        o->stopwatch = [] { return absl::ZeroDuration(); };
      },
      [](ContextOptions* o) {
        o->alpn = [](ssl::Socket&, absl::Span<const absl::string_view>) {
          return std::optional<size_t>();
        };
      },
      [](ContextOptions* o) {
        o->sni = [](ssl::Socket&, const std::optional<std::string>&) {
          return ssl::SniDecision();
        };
      },
      [](ContextOptions* o) {
        o->new_session = [](const ssl::Socket&,
                            std::shared_ptr<const ssl::Session>) {};
      },
      [](ContextOptions* o) {
        o->keylog = [](const ssl::Socket&, absl::string_view) {};
      },
      [&](ContextOptions* o) {
        o->message = [ok](const ssl::Socket&, const ssl::TlsMessage&) {
          return ok();
        };
      },
      [](ContextOptions* o) {
        o->handshake_ended = [](const ssl::Socket&, const absl::Status&) {};
      },
      [&](ContextOptions* o) { o->psk_client = psk; },
      [&](ContextOptions* o) { o->psk_server = key; },
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    ContextOptions options;
    changes[i](&options);
    EXPECT_FALSE(KeyOf(options).has_value()) << i;
  }
}

TEST(SharedContextsTest, UnusedOnesMakeRoom) {
  constexpr size_t kKept = internal::SharedContexts::kKept;
  internal::SharedContexts contexts(kKept + 2);
  const auto make = [] {
    ContextOptions options;
    options.trust_store = *ssl::TrustStore::Create(Cert("ca.pem"), "ca.pem");
    options.clock = [] { return absl::Now(); };
    return *ssl::Context::Create(std::move(options));
  };
  const ContextPtr used = make();
  contexts.Add("used", used);
  for (size_t i = 0; i < 3 * kKept; ++i) contexts.Add(absl::StrCat(i), make());
  EXPECT_EQ(contexts.Find("used"), used);
  EXPECT_EQ(contexts.Find("0"), nullptr);
  EXPECT_LE(contexts.size(), kKept + 2);
}

TEST(SharedContextsTest, RemembersFew) {
  internal::SharedContexts contexts(2);
  const auto make = [] {
    ContextOptions options;
    options.trust_store = *ssl::TrustStore::Create(Cert("ca.pem"), "ca.pem");
    options.clock = [] { return absl::Now(); };
    return *ssl::Context::Create(std::move(options));
  };
  const ContextPtr a = make();
  const ContextPtr b = make();
  EXPECT_EQ(contexts.Find("a"), nullptr);
  EXPECT_EQ(contexts.Add("a", a), a);
  EXPECT_EQ(contexts.Add("b", b), b);
  EXPECT_EQ(contexts.Find("a"), a);
  EXPECT_EQ(contexts.Find("b"), b);
  // Of two threads that make one at once, the first one's is used.
  EXPECT_EQ(contexts.Add("a", make()), a);
  const ContextPtr c = make();
  EXPECT_EQ(contexts.Add("c", c), c);
  EXPECT_LE(contexts.size(), 2);
  EXPECT_EQ(contexts.Find("c"), c);
  contexts.Clear();
  EXPECT_EQ(contexts.Find("c"), nullptr);
}

// WrapSocket

class CredentialsReuseTest : public ContextSharingTest {
 protected:
  static absl::StatusOr<ContextPtr> Server(Runtime& runtime,
                                           const std::string& chain,
                                           const char* key,
                                           const char* password = nullptr) {
    WrapOptions options;
    options.server_side = true;
    options.do_handshake_on_connect = false;
    options.certfile = Secret(chain);
    if (key != nullptr) options.keyfile = Secret(key);
    if (password != nullptr) options.password = Secret(password);
    const auto socket =
        runtime.WrapSocket(MakeMemoryTransports().first, std::move(options));
    if (!socket.ok()) return socket.status();
    return (*socket)->context();
  }

  const std::string chain_ = Cert("server_p256_chain.pem");
  const std::string key_ = Cert("server_p256.key");
};

TEST_F(CredentialsReuseTest, EqualCredentialsAreReused) {
  const auto runtime = Make();
  const auto one = Server(*runtime, chain_, key_.c_str());
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(*Server(*runtime, chain_, key_.c_str()), *one);
  const auto together = Server(*runtime, chain_ + key_, nullptr);
  ASSERT_TRUE(together.ok()) << together.status();
  EXPECT_EQ(*Server(*runtime, chain_ + key_, nullptr), *together);
}

TEST_F(CredentialsReuseTest, OthersAreNot) {
  const auto runtime = Make();
  std::set<ContextPtr> contexts;
  const auto add = [&](absl::StatusOr<ContextPtr> context) {
    ASSERT_TRUE(context.ok()) << context.status();
    EXPECT_TRUE(contexts.insert(*context).second) << contexts.size();
  };
  add(Server(*runtime, chain_, key_.c_str()));
  add(Server(*runtime, chain_, key_.c_str(), "unneeded"));
  add(Server(*runtime, chain_, key_.c_str(), "another"));
  add(Server(*runtime, chain_ + "\n", key_.c_str()));
  add(Server(*runtime, chain_, (key_ + "\n").c_str()));
  add(Server(*runtime, chain_ + key_, nullptr));
  add(Server(*runtime, Cert("server_p256.pem"), key_.c_str()));
  add(Server(*runtime, Cert("server_rsa_chain.pem"),
             Cert("server_rsa.key").c_str()));
}

// A key that does not belong to the chain is refused, though both are known.
TEST_F(CredentialsReuseTest, NoKeyIsTakenForAnother) {
  const auto runtime = Make();
  const std::string rsa_chain = Cert("server_rsa_chain.pem");
  const std::string rsa_key = Cert("server_rsa.key");
  ASSERT_TRUE(Server(*runtime, chain_, key_.c_str()).ok());
  ASSERT_TRUE(Server(*runtime, rsa_chain, rsa_key.c_str()).ok());
  std::string damaged = key_;
  damaged[damaged.size() / 2] ^= 1;
  for (const auto& result :
       {Server(*runtime, chain_, rsa_key.c_str()),
        Server(*runtime, rsa_chain, key_.c_str()),
        Server(*runtime, key_, chain_.c_str()),
        Server(*runtime, chain_, damaged.c_str()), Server(*runtime, chain_, ""),
        Server(*runtime, chain_, nullptr),
        Server(*runtime, "", key_.c_str())}) {
    EXPECT_EQ(ssl::GetErrorKind(result.status()), ErrorKind::kCredentials);
  }
}

}  // namespace
}  // namespace airlock::platform
