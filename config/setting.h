// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Values with their origin.
#ifndef AIRLOCK_CONFIG_SETTING_H_
#define AIRLOCK_CONFIG_SETTING_H_

#include <string>
#include <utility>
#include <vector>

#include "config/position.h"

namespace airlock::config {

// Where a setting came from.
struct Origin {
  enum class Source {
    kBuiltIn,       // The default: not set.
    kEnvironment,   // The variable `name` with the value `value`.
    kPolicyFile,    // The operator's file `name`, at `line` and `column`.
    kStricterFile,  // Another policy file, likewise, that cannot relax
                    // anything.
    kAppYaml,       // The app.yaml `name`, likewise; `value` is the variable
                    // that its env_variables set, as "AIRLOCK_VERIFY=off".
  };
  Source source = Source::kBuiltIn;
  std::string name;
  std::string value;
  // Both start at 1; columns are code points.
  int line = 0;
  int column = 0;

  // A position in a file.
  static Origin At(Source source, const Position& position);

  // For people: "AIRLOCK_VERIFY=enforce", "/etc/airlock.yaml:2:17",
  // "app.yaml:7:19 (AIRLOCK_VERIFY=off)", "built in". Control characters and
  // non-ASCII are escaped, and long values are cut.
  std::string ToString() const;

  // Whether it is the operator's file: only that may be laxer than the
  // defaults.
  bool may_relax() const { return source == Source::kPolicyFile; }

  friend bool operator==(const Origin& a, const Origin& b) {
    return a.source == b.source && a.name == b.name && a.value == b.value &&
           a.line == b.line && a.column == b.column;
  }
};

template <typename T>
struct Setting {
  T value{};
  Origin origin;
  // Less strict values, or values of lower precedence, from other sources, in
  // order of precedence. Their own `overrode` is empty.
  std::vector<Setting> overrode{};

  // Whether any source set it.
  bool stated() const { return origin.source != Origin::Source::kBuiltIn; }
};

// `winner`, which now overrode `loser` and everything that `loser` overrode.
template <typename T>
Setting<T> Override(Setting<T> winner, Setting<T> loser) {
  std::vector<Setting<T>> overrode = std::move(loser.overrode);
  loser.overrode.clear();
  // An equal value was not overridden.
  if (loser.stated() && !(loser.value == winner.value)) {
    winner.overrode.push_back(std::move(loser));
  }
  for (Setting<T>& other : overrode) {
    if (!(other.value == winner.value)) {
      winner.overrode.push_back(std::move(other));
    }
  }
  return winner;
}

// The stricter of the two; `first` if they are equal or neither is set. The
// greater value of T is the stricter one. Only the operator can relax a default
// of `first`.
template <typename T>
Setting<T> Stricter(Setting<T> first, Setting<T> second) {
  const bool laxer = second.value < first.value;
  const bool second_wins =
      second.stated() && (first.stated() ? first.value < second.value
                                         : !laxer || second.origin.may_relax());
  return second_wins ? Override(std::move(second), std::move(first))
                     : Override(std::move(first), std::move(second));
}

}  // namespace airlock::config

#endif  // AIRLOCK_CONFIG_SETTING_H_
