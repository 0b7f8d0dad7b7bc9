// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/fleet_key.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "ssl/error.h"

namespace airlock::ssl {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1767225600);

std::string Bytes(char seed) {
  std::string bytes;
  for (int i = 0; i < 32; ++i) bytes.push_back(static_cast<char>(seed + i));
  return bytes;
}

FleetKey Fleet(char seed = 'f') {
  return *FleetKey::Create(Secret(Bytes(seed)));
}

TEST(FleetKeyTest, TakesBytesOrDigitsAndNothingElse) {
  const std::string digits = absl::BytesToHexString(Bytes('f'));
  EXPECT_EQ(FleetKey::Create(Secret(absl::StrCat(" ", digits, "\n")))->id(),
            Fleet().id());
  EXPECT_NE(Fleet('g').id(), Fleet('f').id());
  EXPECT_EQ(Fleet().id().size(), 16u);
  EXPECT_FALSE(absl::StrContains(digits, Fleet().id()));
  for (const std::string& bad :
       {std::string(), std::string("short"), Bytes('f').substr(1),
        Bytes('f') + "x", digits.substr(2), digits + "00",
        "zz" + digits.substr(2), std::string(32, '\0'), std::string(64, '0')}) {
    EXPECT_EQ(GetErrorKind(FleetKey::Create(Secret(bad)).status()),
              ErrorKind::kInvalidArgument)
        << bad.size();
  }
}

TEST(FleetKeyTest, UnwrapsOnlyWhatItWrapped) {
  const TicketKey key = TicketKey::Random(kNow, kNow + absl::Hours(12));
  const FleetKey fleet = Fleet();
  const std::string line = fleet.Wrap(key);
  const auto same = fleet.Unwrap(line);
  ASSERT_TRUE(same.ok()) << same.status();
  EXPECT_EQ(same->name, key.name);
  EXPECT_EQ(same->secret.view(), key.secret.view());
  EXPECT_EQ(same->seals_from, key.seals_from);
  EXPECT_EQ(same->seals_until, key.seals_until);
  EXPECT_NE(fleet.Wrap(key), line);  // Another nonce.
  EXPECT_FALSE(Fleet('g').Unwrap(line).ok());
  for (size_t i = 0; i < line.size(); ++i) {
    std::string changed = line;
    changed[i] = changed[i] == '1' ? '2' : '1';
    EXPECT_EQ(GetErrorKind(fleet.Unwrap(changed).status()),
              ErrorKind::kInvalidArgument)
        << i;
    EXPECT_FALSE(fleet.Unwrap(line.substr(0, i)).ok()) << i;
  }
}

}  // namespace
}  // namespace airlock::ssl
