// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// SPIFFE IDs that a program allows through the C interface.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/platform/c/c_testing.h"
#include "tests/support/svid.h"

namespace airlock::c {
namespace {

using airlock::testing::SpiffeCa;
using airlock::testing::Svid;
using ::testing::HasSubstr;

constexpr char kServerId[] = "spiffe://example.org/server";
constexpr char kClientId[] = "spiffe://example.org/client";

// What the spiffe_ fields point to.
class Peers {
 public:
  Peers& Bundle(std::string domain, std::string content) {
    domains_.push_back(std::move(domain));
    contents_.push_back(std::move(content));
    return *this;
  }
  Peers& Id(std::string id) {
    ids_.push_back(std::move(id));
    return *this;
  }

  template <typename Options>
  Options In(Options options) {
    for (size_t i = 0; i < domains_.size(); ++i) {
      bundles_.push_back({B(domains_[i]), B(contents_[i])});
    }
    for (const std::string& id : ids_) id_bytes_.push_back(B(id));
    options.spiffe_bundles = bundles_.data();
    options.spiffe_bundles_count = bundles_.size();
    options.spiffe_ids = id_bytes_.data();
    options.spiffe_ids_count = id_bytes_.size();
    return options;
  }

 private:
  std::vector<std::string> domains_;
  std::vector<std::string> contents_;
  std::vector<std::string> ids_;
  std::vector<airlock_spiffe_bundle> bundles_;
  std::vector<airlock_bytes> id_bytes_;
};

class CSpiffeTest : public ::testing::Test {
 protected:
  static std::string Pem(const SpiffeCa& ca) {
    return ca.certificate().ToPem();
  }
  static std::string Jwks(const SpiffeCa& ca) {
    return absl::StrCat(
        R"({"keys": [{"use": "x509-svid", "kty": "EC", "x5c": [")",
        absl::Base64Escape(ca.certificate().der()), R"("]}]})");
  }

  static airlock_credentials Pair(const Svid& svid) {
    auto credentials = Sized<airlock_credentials>();
    credentials.certfile = B(svid.chain_pem);
    credentials.keyfile = B(svid.key_pem);
    return credentials;
  }

  // A client with `client` and a server with `server` as its options.
  Ends Meet(const airlock_context_options& client,
            const airlock_context_options& server) {
    const auto made = Make(runtime_.get(), client);
    const auto other = Make(runtime_.get(), server);
    return Connect(&wire_, made.get(), other.get());
  }
  Failure MeetServer(Peers peers, const Svid& svid) {
    const airlock_credentials pair = Pair(svid);
    const airlock_credentials* const list[] = {&pair};
    auto server = Sized<airlock_context_options>();
    server.server_side = AIRLOCK_YES;
    server.credentials = list;
    server.credentials_count = 1;
    return Meet(peers.In(Sized<airlock_context_options>()), server)
        .client_failure;
  }
  Failure Refused(Peers peers) {
    return Refusal(runtime_.get(), peers.In(Sized<airlock_context_options>()));
  }

  const SpiffeCa here_{"here"};
  const SpiffeCa there_{"there"};
  const Handle<airlock_runtime> runtime_ = MakeRuntime(MakeHost());
  Wire wire_;
};

TEST_F(CSpiffeTest, ClientVerifiesTheIdInPlaceOfTheName) {
  // For "localhost", which is not in the certificate.
  const Svid server = here_.Issue(kServerId);
  for (const std::string& bundle : {Pem(here_), Jwks(here_)}) {
    EXPECT_EQ(
        MeetServer(Peers().Bundle("example.org", bundle).Id(kServerId), server)
            .kind,
        -1);
  }
  const Failure other = MeetServer(
      Peers().Bundle("example.org", Pem(here_)).Id(kClientId), server);
  EXPECT_EQ(other.kind, AIRLOCK_KIND_HOSTNAME);
  EXPECT_THAT(other.message, HasSubstr(kServerId));
}

TEST_F(CSpiffeTest, EachTrustDomainHasItsOwnCas) {
  const auto both = [this] {
    return Peers()
        .Bundle("example.org", Pem(here_))
        .Bundle("other.org", Pem(there_))
        .Id("spiffe://example.org/**")
        .Id("spiffe://other.org/**");
  };
  EXPECT_EQ(MeetServer(both(), here_.Issue(kServerId)).kind, -1);
  EXPECT_EQ(MeetServer(both(), there_.Issue("spiffe://other.org/a")).kind, -1);
  EXPECT_EQ(MeetServer(both(), there_.Issue(kServerId)).kind,
            AIRLOCK_KIND_VERIFICATION);
}

TEST_F(CSpiffeTest, ServerAdmitsOnlyTheIds) {
  const Svid own = here_.Issue(kServerId);
  const airlock_credentials server_pair = Pair(own);
  const airlock_credentials* const server_list[] = {&server_pair};
  const auto admit = [&](const Svid& svid) {
    const airlock_credentials pair = Pair(svid);
    const airlock_credentials* const list[] = {&pair};
    Peers of_server = Peers().Bundle("example.org", Pem(here_)).Id(kClientId);
    auto server = of_server.In(Sized<airlock_context_options>());
    server.server_side = AIRLOCK_YES;
    server.credentials = server_list;
    server.credentials_count = 1;
    Peers of_client = Peers().Bundle("example.org", Pem(here_)).Id(kServerId);
    auto client = of_client.In(Sized<airlock_context_options>());
    client.credentials = list;
    client.credentials_count = 1;
    return Meet(client, server).server_failure.kind;
  };
  EXPECT_EQ(admit(here_.Issue(kClientId)), -1);
  EXPECT_EQ(admit(here_.Issue(kServerId)), AIRLOCK_KIND_HOSTNAME);
  EXPECT_EQ(admit(there_.Issue(kClientId)), AIRLOCK_KIND_VERIFICATION);
}

TEST_F(CSpiffeTest, WrapSocketTakesThem) {
  const Svid svid = here_.Issue(kServerId);
  auto server = ServerWrap();
  server.certfile = B(svid.chain_pem);
  server.keyfile = B(svid.key_pem);
  Peers good = Peers().Bundle("example.org", Pem(here_)).Id(kServerId);
  EXPECT_EQ(Connect(runtime_.get(), &wire_, good.In(ClientWrap()), server)
                .client_failure.kind,
            -1);
  wire_.Clear();
  Peers other = Peers().Bundle("example.org", Pem(here_)).Id(kClientId);
  EXPECT_EQ(Connect(runtime_.get(), &wire_, other.In(ClientWrap()), server)
                .client_failure.kind,
            AIRLOCK_KIND_HOSTNAME);
}

TEST_F(CSpiffeTest, RefusesWhatIsNotWhole) {
  const auto kind = [this](Peers peers) {
    return Refused(std::move(peers)).kind;
  };
  const std::string pem = Pem(here_);
  EXPECT_EQ(kind(Peers().Bundle("example.org", pem)),
            AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(kind(Peers().Id(kServerId)), AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(kind(Peers().Bundle("other.org", pem).Id(kServerId)),
            AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(kind(Peers().Bundle("Example.org", pem).Id(kServerId)),
            AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(kind(Peers()
                     .Bundle("example.org", pem)
                     .Bundle("other.org", pem)
                     .Id(kServerId)),
            AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(kind(Peers().Bundle("example.org", "").Id(kServerId)),
            AIRLOCK_KIND_TRUST_STORE);
  const Failure damaged =
      Refused(Peers().Bundle("example.org", "{}").Id(kServerId));
  EXPECT_EQ(damaged.kind, AIRLOCK_KIND_TRUST_STORE);
  EXPECT_THAT(damaged.message, HasSubstr("spiffe_bundles[0].bundle"));
  Peers good = Peers().Bundle("example.org", pem).Id(kServerId);
  auto options = good.In(Sized<airlock_context_options>());
  options.check_hostname = AIRLOCK_YES;
  EXPECT_EQ(Refusal(runtime_.get(), options).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
  options.check_hostname = AIRLOCK_UNSET;
  options.cert_reqs = AIRLOCK_CERT_NONE;
  EXPECT_EQ(Refusal(runtime_.get(), options).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
  options.cert_reqs = AIRLOCK_UNSET;
  options.spiffe_ids = nullptr;
  EXPECT_EQ(Refusal(runtime_.get(), options).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace airlock::c
