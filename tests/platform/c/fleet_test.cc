// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Sessions that any machine of a fleet can resume, and other session options of
// a context.

#include <cstdint>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/platform/c/c_resumption.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {
namespace {

class CFleetTest : public CResumptionTest {
 protected:
  Handle<airlock_context> Server(const airlock_bytes* keys, size_t count) {
    airlock_context_options options = ServerContext();
    options.ticket_keys = keys;
    options.ticket_keys_count = count;
    return Make(runtime_.get(), options);
  }

  airlock_session_statistics Statistics(airlock_context* context) {
    auto statistics = Sized<airlock_session_statistics>();
    EXPECT_EQ(airlock_context_session_statistics(context, &statistics, nullptr),
              AIRLOCK_OK);
    return statistics;
  }

  const std::string first_ = std::string(48, 'a');
  const std::string second_ = std::string(48, 'b');
};

TEST_F(CFleetTest, AnyMachineWithTheKeyResumes) {
  std::string shared = first_;
  airlock_bytes keys[] = {B(shared)};
  const auto one = Server(keys, 1);
  // The library has its own copy.
  shared.assign(shared.size(), 'x');
  keys[0] = B(first_);
  const auto two = Server(keys, 1);
  const auto session = SessionWith(one.get());
  EXPECT_TRUE(Resumes(two.get(), session));
  EXPECT_EQ(Statistics(two.get()).hits, 1U);
  const airlock_bytes others[] = {B(second_)};
  const auto three = Server(others, 1);
  EXPECT_FALSE(Resumes(three.get(), session));
  EXPECT_EQ(Statistics(three.get()).misses, 1U);
  EXPECT_EQ(Statistics(three.get()).accept, 1U);
  EXPECT_EQ(Statistics(three.get()).accept_good, 1U);
  EXPECT_EQ(Statistics(client_.get()).connect, 3U);
  EXPECT_EQ(Statistics(client_.get()).connect_good, 3U);
}

// Equal contexts are not one.
TEST_F(CFleetTest, AContextCountsItsOwnConnections) {
  const airlock_bytes keys[] = {B(first_)};
  const auto server = Server(keys, 1);
  const auto equal = Make(runtime_.get(), ClientContext());
  SessionWith(server.get());
  EXPECT_EQ(Statistics(client_.get()).connect, 1U);
  EXPECT_EQ(Statistics(equal.get()).connect, 0U);
}

TEST_F(CFleetTest, KeysAreRotated) {
  const airlock_bytes old_keys[] = {B(first_)};
  const auto before = Server(old_keys, 1);
  const auto session = SessionWith(before.get());
  const airlock_bytes both_keys[] = {B(second_), B(first_)};
  const auto during = Server(both_keys, 2);
  EXPECT_TRUE(Resumes(during.get(), session));
  const auto renewed = SessionWith(during.get());
  EXPECT_FALSE(Resumes(before.get(), renewed));
  const airlock_bytes new_keys[] = {B(second_)};
  const auto after = Server(new_keys, 1);
  EXPECT_FALSE(Resumes(after.get(), session));
  EXPECT_TRUE(Resumes(after.get(), renewed));
}

TEST_F(CFleetTest, TellsSessionsApartByTheirContext) {
  airlock_context_options options = ServerContext();
  const airlock_bytes keys[] = {B(first_)};
  options.ticket_keys = keys;
  options.ticket_keys_count = 1;
  options.session_id_context = B("one application");
  const auto one = Make(runtime_.get(), options);
  options.session_id_context = B("another");
  const auto another = Make(runtime_.get(), options);
  const auto session = SessionWith(one.get());
  EXPECT_FALSE(Resumes(another.get(), session));
  EXPECT_TRUE(Resumes(one.get(), session));
}

TEST_F(CFleetTest, SendsTheConfiguredNumberOfTickets) {
  airlock_context_options options = ServerContext();
  EXPECT_NE(SessionWith(Make(runtime_.get(), options).get()), nullptr);
  options.num_tickets = AIRLOCK_ZERO;
  EXPECT_EQ(SessionWith(Make(runtime_.get(), options).get()), nullptr);
  options.num_tickets = 16;
  EXPECT_NE(SessionWith(Make(runtime_.get(), options).get()), nullptr);
}

TEST_F(CFleetTest, CachesSessionsByDefault) {
  airlock_context_options options = ClientContext();
  options.maximum_version = AIRLOCK_TLS_1_2;
  client_ = Make(runtime_.get(), options);
  options = ServerContext();
  options.session_tickets = AIRLOCK_NO;
  options.session_timeout_s = 300;
  const auto caches = Make(runtime_.get(), options);
  const auto session = SessionWith(caches.get());
  ASSERT_NE(session, nullptr);
  auto info = Sized<airlock_session_info>();
  ASSERT_EQ(airlock_session_info_get(session.get(), &info, nullptr),
            AIRLOCK_OK);
  EXPECT_EQ(info.has_ticket, 0);
  EXPECT_EQ(info.ticket_lifetime_hint_s, 0);
  EXPECT_EQ(Statistics(caches.get()).number, 1U);
  EXPECT_TRUE(Resumes(caches.get(), session));
  options.session_cache_size = AIRLOCK_ZERO;
  const auto forgets = Make(runtime_.get(), options);
  const auto none = SessionWith(forgets.get());
  EXPECT_EQ(Statistics(forgets.get()).number, 0U);
  EXPECT_FALSE(Resumes(forgets.get(), none));
}

TEST_F(CFleetTest, ATicketLastsForTheSessionTimeout) {
  airlock_context_options options = ServerContext();
  options.session_timeout_s = 300;
  for (const uint16_t version : {AIRLOCK_TLS_1_2, AIRLOCK_TLS_1_3}) {
    options.maximum_version = version;
    const auto session = SessionWith(Make(runtime_.get(), options).get());
    ASSERT_NE(session, nullptr);
    auto info = Sized<airlock_session_info>();
    ASSERT_EQ(airlock_session_info_get(session.get(), &info, nullptr),
              AIRLOCK_OK);
    // In TLS 1.3 it is not a hint, but the lifetime.
    EXPECT_EQ(version == AIRLOCK_TLS_1_2 ? info.ticket_lifetime_hint_s
                                         : info.timeout_s,
              300);
  }
}

TEST_F(CFleetTest, ASocketIsGivenItsSessionLater) {
  const auto server = Make(runtime_.get(), ServerContext());
  const auto session = SessionWith(server.get());
  wire_.Clear();
  Ends ends;
  ends.client = Wrap(client_.get(), wire_.client(), "localhost");
  ends.server = Wrap(server.get(), wire_.server());
  EXPECT_EQ(
      airlock_socket_set_session(ends.server.get(), session.get(), nullptr),
      AIRLOCK_ERROR);
  ASSERT_EQ(
      airlock_socket_set_session(ends.client.get(), session.get(), nullptr),
      AIRLOCK_OK);
  ShakeHands(&ends);
  EXPECT_EQ(Info(ends.client).session_reused, 1);
  airlock_error* error = nullptr;
  EXPECT_EQ(
      airlock_socket_set_session(ends.client.get(), session.get(), &error),
      AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(airlock_socket_set_session(ends.client.get(), nullptr, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_socket_set_session(nullptr, session.get(), nullptr),
            AIRLOCK_ERROR);
}

TEST_F(CFleetTest, RefusesValuesOutOfRange) {
  const std::string key47(47, 'a');
  const std::string key49(49, 'a');
  for (const airlock_bytes bad :
       {B(key47), B(key49), B(""), airlock_bytes{nullptr, 0},
        airlock_bytes{nullptr, 48}}) {
    const airlock_bytes keys[] = {B(first_), bad};
    airlock_context_options options = ServerContext();
    options.ticket_keys = keys;
    options.ticket_keys_count = 2;
    EXPECT_EQ(Refusal(runtime_.get(), options).kind,
              AIRLOCK_KIND_INVALID_ARGUMENT);
  }
  for (void (*change)(airlock_context_options*) :
       {+[](airlock_context_options* o) { o->ticket_keys_count = 1; },
        +[](airlock_context_options* o) { o->session_tickets = 3; },
        +[](airlock_context_options* o) { o->num_tickets = 17; },
        +[](airlock_context_options* o) { o->num_tickets = -2; },
        +[](airlock_context_options* o) { o->session_cache_size = -2; },
        +[](airlock_context_options* o) { o->session_timeout_s = 604801; },
        +[](airlock_context_options* o) { o->session_timeout_s = INT64_MAX; },
        +[](airlock_context_options* o) { o->session_timeout_s = -1; },
        +[](airlock_context_options* o) { o->session_timeout_s = INT64_MIN; },
        +[](airlock_context_options* o) {
          o->session_id_context = B("thirty-three bytes, one too many.");
        }}) {
    airlock_context_options options = ServerContext();
    change(&options);
    EXPECT_EQ(Refusal(runtime_.get(), options).kind,
              AIRLOCK_KIND_INVALID_ARGUMENT);
  }
  auto statistics = Sized<airlock_session_statistics>();
  EXPECT_EQ(airlock_context_session_statistics(nullptr, &statistics, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_context_session_statistics(client_.get(), nullptr, nullptr),
            AIRLOCK_ERROR);
}

// A key that seals from `now` for an hour.
struct GivenKey {
  GivenKey(char seed, absl::Time now) {
    for (int i = 0; i < 48; ++i) bytes.push_back(static_cast<char>(seed + i));
    key = Sized<airlock_ticket_key>();
    key.name = {bytes.data(), 16};
    key.secret = {bytes.data() + 16, 32};
    key.seals_from_s = absl::ToUnixSeconds(now);
    key.seals_until_s = key.seals_from_s + 3600;
  }
  std::string bytes;
  airlock_ticket_key key;
};

class CTicketKeyringTest : public CFleetTest {
 protected:
  static Handle<airlock_ticket_keyring> Keyring() {
    airlock_ticket_keyring* keyring = nullptr;
    EXPECT_EQ(airlock_ticket_keyring_new(0, &keyring, nullptr), AIRLOCK_OK);
    return Handle<airlock_ticket_keyring>(keyring);
  }

  Handle<airlock_context> ServerOf(
      const Handle<airlock_ticket_keyring>& keyring) {
    airlock_context_options options = ServerContext();
    options.ticket_keyring = keyring.get();
    return Make(runtime_.get(), options);
  }

  // The kind of the error; -1: none.
  static int32_t Update(const Handle<airlock_ticket_keyring>& keyring,
                        const airlock_ticket_key* key) {
    airlock_error* error = nullptr;
    return airlock_ticket_keyring_update(keyring.get(), &key, 1, &error) ==
                   AIRLOCK_OK
               ? -1
               : Take(error).kind;
  }

  const absl::Time now_ = host_->Now();
};

TEST_F(CTicketKeyringTest, ChangesUnderContextsThatUseIt) {
  auto keyring = Keyring();
  auto elsewhere = Keyring();
  const auto one = ServerOf(keyring);
  const auto two = ServerOf(elsewhere);
  const GivenKey first('a', now_);
  const GivenKey second('A', now_);
  ASSERT_EQ(Update(keyring, &first.key), -1);
  ASSERT_EQ(Update(elsewhere, &second.key), -1);
  const auto session = SessionWith(one.get());
  EXPECT_TRUE(Resumes(one.get(), session));
  EXPECT_FALSE(Resumes(two.get(), session));
  ASSERT_EQ(Update(elsewhere, &first.key), -1);
  // The context keeps it.
  elsewhere.reset();
  EXPECT_TRUE(Resumes(two.get(), session));
}

TEST_F(CTicketKeyringTest, RefusesBadKeysAndArguments) {
  const auto keyring = Keyring();
  const GivenKey good('a', now_);
  GivenKey zero('a', now_);
  zero.bytes.assign(48, '\0');
  GivenKey brief('a', now_);
  brief.key.secret.size = 31;
  GivenKey endless('a', now_);
  endless.key.seals_until_s = INT64_MAX;
  GivenKey unsized('a', now_);
  unsized.key.struct_size = 3;
  const airlock_ticket_key* const bad[] = {nullptr, &zero.key, &brief.key,
                                           &endless.key, &unsized.key};
  for (const airlock_ticket_key* key : bad) {
    EXPECT_EQ(Update(keyring, key), AIRLOCK_KIND_INVALID_ARGUMENT);
  }
  EXPECT_EQ(Update(keyring, &good.key), -1);
  EXPECT_EQ(airlock_ticket_keyring_update(nullptr, nullptr, 0, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_ticket_keyring_update(keyring.get(), nullptr, 0, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_ticket_keyring_new(0, nullptr, nullptr), AIRLOCK_ERROR);
  airlock_ticket_keyring* made = nullptr;
  for (const int64_t lifetime : {int64_t{-1}, int64_t{604801}, INT64_MAX}) {
    EXPECT_EQ(airlock_ticket_keyring_new(lifetime, &made, nullptr),
              AIRLOCK_ERROR);
    EXPECT_EQ(made, nullptr);
  }
  airlock_ticket_keyring_free(nullptr);
}

}  // namespace
}  // namespace airlock::c
