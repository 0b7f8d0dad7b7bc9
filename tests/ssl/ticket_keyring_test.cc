// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What a keyring accepts, and which key it uses when.
#include "ssl/ticket_keyring.h"

#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/internal/ticket_keyring_impl.h"

namespace airlock::ssl {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1767225600);
constexpr absl::Duration kPeriod = absl::Hours(1);

std::shared_ptr<TicketKeyring> Keyring(TicketKeyringOptions options = {}) {
  auto keyring = TicketKeyring::Create(std::move(options));
  EXPECT_TRUE(keyring.ok()) << keyring.status();
  return *keyring;
}

// A key of the period `n`; the first begins at kNow.
TicketKey KeyOf(int n) {
  return TicketKey::Random(kNow + n * kPeriod, kNow + (n + 1) * kPeriod);
}

std::vector<TicketKey> Keys(std::vector<const TicketKey*> keys) {
  std::vector<TicketKey> result;
  for (const TicketKey* key : keys) result.push_back(key->Clone());
  return result;
}

std::string Sealed(TicketKeyring* keyring, absl::Time now,
                   absl::string_view name = "a.example") {
  constexpr absl::string_view kSession = "session";
  std::string ticket(kSession.size() + TicketKeyring::Impl::kOverhead, '\0');
  const bool sealed = keyring->impl().Seal(
      now, name,
      {reinterpret_cast<const uint8_t*>(kSession.data()), kSession.size()},
      reinterpret_cast<uint8_t*>(&ticket[0]));
  return sealed ? ticket : "";
}

bool Opens(TicketKeyring* keyring, absl::Time now, const std::string& ticket,
           absl::string_view name = "a.example") {
  std::string out(ticket.size() + 1, '\0');
  const bool opened = keyring->impl().Open(
      now, name,
      {reinterpret_cast<const uint8_t*>(ticket.data()), ticket.size()},
      reinterpret_cast<uint8_t*>(&out[0]));
  return opened && absl::StartsWith(out, "session");
}

TEST(TicketKeyringTest, WithoutKeysMakesNoTickets) {
  const auto keyring = Keyring();
  EXPECT_FALSE(keyring->impl().CanSeal(kNow));
  EXPECT_EQ(Sealed(keyring.get(), kNow), "");
  EXPECT_EQ(keyring->state(kNow).keys, 0u);
  EXPECT_FALSE(keyring->state(kNow).seals);
}

TEST(TicketKeyringTest, RefusesOptionsOutOfRange) {
  for (const absl::Duration lifetime :
       {absl::ZeroDuration(), absl::Seconds(-1), absl::Hours(24 * 7 + 1),
        absl::InfiniteDuration()}) {
    TicketKeyringOptions options;
    options.lifetime = lifetime;
    EXPECT_EQ(GetErrorKind(TicketKeyring::Create(options).status()),
              ErrorKind::kInvalidArgument);
  }
  for (const absl::Duration skew : {absl::Seconds(-1), absl::Hours(2)}) {
    TicketKeyringOptions options;
    options.clock_skew = skew;
    EXPECT_EQ(GetErrorKind(TicketKeyring::Create(options).status()),
              ErrorKind::kInvalidArgument);
  }
  for (const absl::Duration period :
       {absl::ZeroDuration(), absl::Seconds(-1), absl::Hours(24 * 8)}) {
    EXPECT_EQ(GetErrorKind(TicketKeyring::CreateOwn(period, {}, kNow).status()),
              ErrorKind::kInvalidArgument);
  }
}

TEST(TicketKeyringTest, RefusesKeysThatAreNotSafe) {
  const TicketKey known = KeyOf(0);
  const std::vector<std::pair<std::string, std::function<void(TicketKey*)>>>
      faults = {
          {"empty name", [](TicketKey* key) { key->name.clear(); }},
          {"short name", [](TicketKey* key) { key->name.pop_back(); }},
          {"long name", [](TicketKey* key) { key->name += "x"; }},
          {"name of zeros", [](TicketKey* key) { key->name.assign(16, '\0'); }},
          {"no secret", [](TicketKey* key) { key->secret = Secret(); }},
          {"short secret",
           [](TicketKey* key) {
             key->secret = Secret(key->secret.view().substr(1));
           }},
          {"secret of zeros",
           [](TicketKey* key) { key->secret = Secret(std::string(32, '\0')); }},
          {"secret of one byte",
           [](TicketKey* key) { key->secret = Secret(std::string(32, 'k')); }},
          {"ends before it begins",
           [](TicketKey* key) { key->seals_until = key->seals_from; }},
          {"for more than a week",
           [](TicketKey* key) {
             key->seals_until = key->seals_from + absl::Hours(24 * 7 + 1);
           }},
          {"for ever",
           [](TicketKey* key) { key->seals_until = absl::InfiniteFuture(); }},
          {"since ever",
           [](TicketKey* key) { key->seals_from = absl::InfinitePast(); }},
          {"secret of the known key",
           [&](TicketKey* key) { key->secret = known.secret.Clone(); }},
          {"name of the known key",
           [&](TicketKey* key) { key->name = known.name; }},
      };
  for (const auto& [what, spoil] : faults) {
    const auto keyring = Keyring();
    ASSERT_TRUE(keyring->Update(Keys({&known}), kNow).ok());
    const std::string ticket = Sealed(keyring.get(), kNow);
    TicketKey bad = KeyOf(1);
    spoil(&bad);
    // Beside the known key, and in its place.
    for (const auto& keys : {Keys({&known, &bad}), Keys({&bad})}) {
      std::vector<TicketKey> given;
      for (const TicketKey& key : keys) given.push_back(key.Clone());
      EXPECT_EQ(GetErrorKind(keyring->Update(std::move(given), kNow)),
                ErrorKind::kInvalidArgument)
          << what;
      EXPECT_TRUE(Opens(keyring.get(), kNow, ticket)) << what;
    }
  }
}

TEST(TicketKeyringTest, RefusesNoKeysTooManyAndTheSameTwice) {
  const auto keyring = Keyring();
  EXPECT_EQ(GetErrorKind(keyring->Update({}, kNow)),
            ErrorKind::kInvalidArgument);
  const TicketKey key = KeyOf(0);
  EXPECT_EQ(GetErrorKind(keyring->Update(Keys({&key, &key}), kNow)),
            ErrorKind::kInvalidArgument);
  std::vector<TicketKey> many;
  while (many.size() <= TicketKeyring::kMostKeys) many.push_back(KeyOf(0));
  EXPECT_EQ(GetErrorKind(keyring->Update(std::move(many), kNow)),
            ErrorKind::kInvalidArgument);
}

TEST(TicketKeyringTest, OpensWithAKeyBeforeItSealsAndUntilTicketsEnd) {
  const auto keyring = Keyring();
  const auto other = Keyring();
  const TicketKey first = KeyOf(0);
  const TicketKey second = KeyOf(1);
  ASSERT_TRUE(keyring->Update(Keys({&first, &second}), kNow).ok());
  ASSERT_TRUE(other->Update(Keys({&second}), kNow + kPeriod).ok());
  const std::string early = Sealed(other.get(), kNow + kPeriod);
  EXPECT_TRUE(Opens(keyring.get(), kNow, early));
  const std::string ticket = Sealed(keyring.get(), kNow + kPeriod / 2);
  const absl::Time end = kNow + kPeriod + absl::Hours(2) + 2 * absl::Minutes(1);
  EXPECT_TRUE(Opens(keyring.get(), end, ticket));
  EXPECT_FALSE(Opens(keyring.get(), end + absl::Seconds(1), ticket));
  EXPECT_EQ(keyring->state(end + absl::Seconds(1)).keys, 1u);
  EXPECT_EQ(keyring->counts().opened, 2u);
  EXPECT_EQ(keyring->counts().unknown, 1u);
}

TEST(TicketKeyringTest, SealsWithTheNewestKeyWhoseTimeHasCome) {
  const auto keyring = Keyring();
  const TicketKey first = KeyOf(0);
  const TicketKey second = KeyOf(1);
  // In any order.
  ASSERT_TRUE(keyring->Update(Keys({&second, &first}), kNow).ok());
  EXPECT_EQ(keyring->state(kNow).sealing, first.name);
  EXPECT_TRUE(keyring->state(kNow).next_known);
  EXPECT_EQ(Sealed(keyring.get(), kNow).substr(0, 16), first.name);
  EXPECT_EQ(Sealed(keyring.get(), kNow + kPeriod).substr(0, 16), second.name);
  EXPECT_FALSE(keyring->state(kNow + kPeriod).next_known);
  EXPECT_EQ(keyring->state(kNow).seals_until, kNow + 2 * kPeriod);
}

TEST(TicketKeyringTest, StopsSealingWithoutAFreshKeyAndSaysSo) {
  std::vector<bool> told;
  TicketKeyringOptions options;
  options.changed = [&told](const TicketKeyringState& state) {
    told.push_back(state.seals);
  };
  const auto keyring = Keyring(std::move(options));
  const TicketKey first = KeyOf(0);
  ASSERT_TRUE(keyring->Update(Keys({&first}), kNow).ok());
  EXPECT_EQ(told, std::vector<bool>({true}));
  const std::string ticket = Sealed(keyring.get(), kNow);
  const absl::Time last = kNow + kPeriod + absl::Seconds(59);
  EXPECT_TRUE(keyring->impl().CanSeal(last));
  EXPECT_FALSE(keyring->impl().CanSeal(last + absl::Seconds(1)));
  EXPECT_FALSE(keyring->impl().CanSeal(last + absl::Seconds(2)));
  EXPECT_EQ(told, std::vector<bool>({true, false}));
  EXPECT_TRUE(Opens(keyring.get(), last + absl::Seconds(1), ticket));
  const TicketKey second = KeyOf(1);
  ASSERT_TRUE(
      keyring
          ->Update(Keys({&first, &second}), kNow + kPeriod + absl::Minutes(5))
          .ok());
  EXPECT_EQ(told, std::vector<bool>({true, false, true}));
}

TEST(TicketKeyringTest, ClocksThatDifferByAMinuteChangeNothing) {
  const TicketKey first = KeyOf(0);
  const TicketKey second = KeyOf(1);
  const TicketKey third = KeyOf(2);
  for (const auto& [sealing, opening] :
       {std::make_pair(absl::Minutes(-1), absl::Minutes(1)),
        std::make_pair(absl::Minutes(1), absl::Minutes(-1))}) {
    const auto one = Keyring();
    const auto other = Keyring();
    for (absl::Duration at; at < 2 * kPeriod; at += absl::Seconds(30)) {
      // As of the true time, a key is known a period before it seals.
      const auto keys =
          at < kPeriod ? Keys({&first, &second}) : Keys({&second, &third});
      for (const auto& [keyring, skew] :
           {std::make_pair(one, sealing), std::make_pair(other, opening)}) {
        std::vector<TicketKey> given;
        for (const TicketKey& key : keys) given.push_back(key.Clone());
        if (at >= kPeriod) given.push_back(first.Clone());
        ASSERT_TRUE(keyring->Update(std::move(given), kNow + at + skew).ok());
      }
      const std::string ticket = Sealed(one.get(), kNow + at + sealing);
      ASSERT_NE(ticket, "") << at;
      // For as long as it is valid.
      EXPECT_TRUE(Opens(other.get(), kNow + at + opening, ticket)) << at;
      EXPECT_TRUE(
          Opens(other.get(), kNow + at + opening + absl::Minutes(59), ticket))
          << at;
    }
  }
}

TEST(TicketKeyringTest, ATicketOpensOnlyForItsServerName) {
  const auto keyring = Keyring();
  const TicketKey key = KeyOf(0);
  ASSERT_TRUE(keyring->Update(Keys({&key}), kNow).ok());
  const std::string ticket = Sealed(keyring.get(), kNow, "a.example");
  EXPECT_TRUE(Opens(keyring.get(), kNow, ticket, "A.example"));
  for (const char* name : {"b.example", "", "a.example.", "a.exampl"}) {
    EXPECT_FALSE(Opens(keyring.get(), kNow, ticket, name)) << name;
  }
  const std::string without = Sealed(keyring.get(), kNow, "");
  EXPECT_TRUE(Opens(keyring.get(), kNow, without, ""));
  EXPECT_FALSE(Opens(keyring.get(), kNow, without, "a.example"));
  EXPECT_EQ(keyring->counts().invalid, 5u);
}

TEST(TicketKeyringTest, IgnoresTicketsOfAnySize) {
  const auto keyring = Keyring();
  const TicketKey key = KeyOf(0);
  ASSERT_TRUE(keyring->Update(Keys({&key}), kNow).ok());
  const std::string ticket = Sealed(keyring.get(), kNow);
  for (size_t size = 0; size < ticket.size(); ++size) {
    EXPECT_FALSE(Opens(keyring.get(), kNow, ticket.substr(0, size))) << size;
  }
}

TEST(TicketKeyringTest, AKeyThatIsTakenBackOpensNothing) {
  const auto keyring = Keyring();
  const TicketKey first = KeyOf(0);
  const TicketKey second = KeyOf(0);
  ASSERT_TRUE(keyring->Update(Keys({&first}), kNow).ok());
  const std::string ticket = Sealed(keyring.get(), kNow);
  ASSERT_TRUE(keyring->Update(Keys({&second}), kNow).ok());
  EXPECT_FALSE(Opens(keyring.get(), kNow, ticket));
}

TEST(OwnTicketKeysTest, AreReplacedAndNeverUsedTwice) {
  const auto keyring = TicketKeyring::CreateOwn(kPeriod, {}, kNow);
  ASSERT_TRUE(keyring.ok());
  std::set<std::string> names;
  std::string ticket;
  constexpr int kPeriods = 100;
  for (int i = 0; i < kPeriods; ++i) {
    const absl::Time now = kNow + i * kPeriod;
    EXPECT_TRUE(i == 0 || Opens(keyring->get(), now, ticket)) << i;
    ticket = Sealed(keyring->get(), now);
    names.insert(ticket.substr(0, 16));
    EXPECT_LE((*keyring)->state(now).keys, 5u);
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(kPeriods));
}

TEST(OwnTicketKeysTest, SurviveAnyClock) {
  const auto keyring = TicketKeyring::CreateOwn(kPeriod, {}, kNow);
  ASSERT_TRUE(keyring.ok());
  const std::string first = Sealed(keyring->get(), kNow);
  for (const absl::Time now : {kNow - absl::Hours(1000), absl::InfinitePast(),
                               kNow + 1000 * kPeriod}) {
    const std::string ticket = Sealed(keyring->get(), now);
    ASSERT_NE(ticket, "");
    EXPECT_TRUE(Opens(keyring->get(), now, ticket));
  }
  EXPECT_NE(Sealed(keyring->get(), absl::InfiniteFuture()), "");
  EXPECT_FALSE(Opens(keyring->get(), kNow, first));
  EXPECT_NE(Sealed(keyring->get(), absl::InfinitePast()), "");
  // It still rotates, and no old key stays.
  std::set<std::string> names;
  for (int i = 0; i < 10; ++i) {
    const absl::Time now = kNow + i * kPeriod;
    names.insert(Sealed(keyring->get(), now).substr(0, 16));
    EXPECT_LE((*keyring)->state(now).seals_until, now + kPeriod);
  }
  EXPECT_EQ(names.size(), 10u);
  EXPECT_LE((*keyring)->state(kNow + 9 * kPeriod).keys, 5u);
}

TEST(OwnTicketKeysTest, GoOnWhenAClockThatWasAheadIsSetRight) {
  const auto keyring = TicketKeyring::CreateOwn(kPeriod, {}, kNow);
  ASSERT_TRUE(keyring.ok());
  const absl::Time ahead = kNow + absl::Hours(24 * 365);
  const std::string early = Sealed(keyring->get(), ahead);
  const absl::Time now = kNow + absl::Minutes(10);
  const std::string ticket = Sealed(keyring->get(), now);
  EXPECT_NE(ticket.substr(0, 16), early.substr(0, 16));
  EXPECT_TRUE(Opens(keyring->get(), now, early));
  // As before the clock was ahead.
  EXPECT_EQ((*keyring)->state(now).seals_until, kNow + kPeriod);
  const absl::Time end = now + absl::Hours(2) + 2 * absl::Minutes(1);
  EXPECT_FALSE(Opens(keyring->get(), end + absl::Seconds(1), early));
  EXPECT_LE((*keyring)->state(end + absl::Seconds(1)).keys, 5u);
}

TEST(OwnTicketKeysTest, StayWhenTheClockIsCorrected) {
  const auto keyring = TicketKeyring::CreateOwn(kPeriod, {}, kNow);
  ASSERT_TRUE(keyring.ok());
  const std::string ticket = Sealed(keyring->get(), kNow + kPeriod);
  for (const absl::Duration back : {absl::Milliseconds(1), absl::Minutes(1)}) {
    EXPECT_EQ(Sealed(keyring->get(), kNow + kPeriod - back).substr(0, 16),
              ticket.substr(0, 16))
        << back;
  }
}

TEST(OwnTicketKeysTest, StayWhenTheClockFails) {
  const auto keyring = TicketKeyring::CreateOwn(kPeriod, {}, kNow);
  ASSERT_TRUE(keyring.ok());
  const std::string ticket = Sealed(keyring->get(), kNow);
  for (const absl::Time failed : {absl::UnixEpoch(), absl::InfinitePast()}) {
    EXPECT_EQ(Sealed(keyring->get(), failed).substr(0, 16),
              ticket.substr(0, 16));
    EXPECT_TRUE(Opens(keyring->get(), kNow, ticket));
  }
}

TEST(OwnTicketKeysTest, ANewKeySealsAlsoIfTheClockWasSetBack) {
  const auto keyring = TicketKeyring::CreateOwn(kPeriod, {}, kNow);
  ASSERT_TRUE(keyring.ok());
  const std::string first = Sealed(keyring->get(), kNow);
  const absl::Time now = kNow - absl::Seconds(30);
  ASSERT_TRUE((*keyring)->Rotate(now).ok());
  EXPECT_NE(Sealed(keyring->get(), now).substr(0, 16), first.substr(0, 16));
}

TEST(OwnTicketKeysTest, KeepTheKeyBeforeARotation) {
  const auto keyring =
      TicketKeyring::CreateOwn(absl::InfiniteDuration(), {}, kNow);
  ASSERT_TRUE(keyring.ok());
  const std::string first = Sealed(keyring->get(), kNow);
  ASSERT_TRUE((*keyring)->Rotate(kNow).ok());
  const std::string second = Sealed(keyring->get(), kNow);
  EXPECT_NE(first.substr(0, 16), second.substr(0, 16));
  EXPECT_TRUE(Opens(keyring->get(), kNow, first));
  ASSERT_TRUE((*keyring)->Rotate(kNow).ok());
  EXPECT_FALSE(Opens(keyring->get(), kNow, first));
  EXPECT_TRUE(Opens(keyring->get(), kNow, second));
  EXPECT_FALSE(Opens(keyring->get(), kNow + absl::Hours(3), second));
}

TEST(OwnTicketKeysTest, AndKeysFromElsewhereDoNotMix) {
  const auto own = TicketKeyring::CreateOwn(kPeriod, {}, kNow);
  ASSERT_TRUE(own.ok());
  const TicketKey key = KeyOf(0);
  EXPECT_EQ(GetErrorKind((*own)->Update(Keys({&key}), kNow)),
            ErrorKind::kInvalidArgument);
  EXPECT_EQ(GetErrorKind(Keyring()->Rotate(kNow)), ErrorKind::kInvalidArgument);
}

TEST(OwnTicketKeysTest, ProcessesThatForkHaveTheSameKeys) {
  const auto keyring = TicketKeyring::CreateOwn(kPeriod, {}, kNow);
  ASSERT_TRUE(keyring.ok());
  // The parent goes on step by step, the child at once.
  const absl::Time later = kNow + 3 * kPeriod;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const std::string ticket = Sealed(keyring->get(), later);
    const bool written = write(ends[1], ticket.data(), ticket.size()) ==
                         static_cast<ssize_t>(ticket.size());
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  for (absl::Time at = kNow; at <= later; at += kPeriod / 2) {
    EXPECT_NE(Sealed(keyring->get(), at), "");
  }
  std::string ticket(1000, '\0');
  const ssize_t size = read(ends[0], &ticket[0], ticket.size());
  close(ends[0]);
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  ASSERT_GT(size, 0);
  EXPECT_TRUE(Opens(keyring->get(), later,
                    ticket.substr(0, static_cast<size_t>(size))));
}

}  // namespace
}  // namespace airlock::ssl
