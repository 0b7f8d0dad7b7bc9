// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Any file content quickly gives a value, or an error that can be shown.

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "config/app_yaml.h"
#include "config/effective_policy.h"
#include "config/policy_file.h"
#include "config/policy_report.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/error_matchers.h"
#include "tests/support/testdata.h"

namespace airlock::config {
namespace {

const absl::CivilDay kToday(2026, 6, 30);
constexpr absl::string_view kFile = "f.yaml";

void ExpectShowable(const absl::Status& status, absl::string_view content) {
  if (status.ok()) return;
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(PlaceOf(status), ::testing::MatchesRegex("f.yaml:[0-9]+:[0-9]+"));
  const absl::string_view message = status.message();
  EXPECT_LT(message.size(), 1000) << message;
  EXPECT_TRUE(std::all_of(message.begin(), message.end(),
                          [](char c) { return c >= ' ' && c <= '~'; }))
      << message << "\nfor: " << content;
}

void Feed(absl::string_view content) {
  const absl::StatusOr<VerificationPolicy> policy =
      ParsePolicyFile(content, kFile, kToday);
  ExpectShowable(policy.status(), content);
  if (policy.ok()) {
    // Never by accident "no policy".
    EXPECT_TRUE(absl::StrContains(content, "tls"));
    EXPECT_FALSE(PolicyTable(PolicyRows(*policy)).empty());
    for (const PolicyException& exception : policy->exceptions) {
      PolicyForHost(*policy, exception.host.text(), kToday);
    }
  }
  const absl::StatusOr<AppYaml> app = ParseAppYaml(content, kFile);
  ExpectShowable(app.status(), content);
  if (app.ok()) {
    ExpectShowable(ParseVariables(app->env_variables).status(), content);
  }
}

std::vector<std::string> Samples() {
  std::vector<std::string> samples;
  for (const char* name :
       {"policy.yaml", "policy_minimal.yaml", "policy_broken.yaml", "app.yaml",
        "app_python3.yaml", "app_deprecated.yaml"}) {
    samples.push_back(testing::ReadTestdata(absl::StrCat("config/", name)));
  }
  return samples;
}

// Text with a meaning in YAML, and text that YAML does not allow.
const std::vector<std::string>& Pieces() {
  static const auto* pieces = new std::vector<std::string>{"\n",
                                                           " ",
                                                           "  ",
                                                           "\t",
                                                           "\r",
                                                           "- ",
                                                           "? ",
                                                           ": ",
                                                           ":",
                                                           ",",
                                                           "[",
                                                           "]",
                                                           "{",
                                                           "}",
                                                           "#",
                                                           " # ",
                                                           "&a ",
                                                           "*a ",
                                                           "*a",
                                                           "!",
                                                           "!!str ",
                                                           "!<",
                                                           "!a!b",
                                                           "|",
                                                           "|2-",
                                                           ">+",
                                                           "'",
                                                           "\"",
                                                           "%TAG ",
                                                           "@",
                                                           "`",
                                                           "---",
                                                           "\n---\n",
                                                           "\n...\n",
                                                           "<<: ",
                                                           "~",
                                                           "null",
                                                           "\\",
                                                           "\\x",
                                                           "\\u12",
                                                           "\xEF\xBB\xBF",
                                                           "\xFF",
                                                           "\xC3",
                                                           "\xE2\x80\xA8",
                                                           "tls:",
                                                           "libraries:",
                                                           std::string(1, '\0'),
                                                           "\x04",
                                                           "\x7F",
                                                           "\xF0\x9F\x94\x92"};
  return *pieces;
}

class Mutator {
 public:
  explicit Mutator(std::string content) : content_(std::move(content)) {}

  std::string Mutate() {
    std::string text = content_;
    const size_t edits = 1 + Below(6);
    for (size_t i = 0; i < edits; ++i) Edit(&text);
    return text;
  }

 private:
  size_t Below(size_t bound) { return random_() % bound; }

  void Edit(std::string* text) {
    const size_t at = Below(text->size() + 1);
    const size_t size = std::min(1 + Below(20), text->size() - at);
    switch (Below(6)) {
      case 0:
        text->erase(at, size);
        return;
      case 1:
        text->insert(at, text->substr(Below(text->size() + 1), size));
        return;
      case 2:
        text->resize(at);
        return;
      case 3:
        if (size > 0) (*text)[at] = static_cast<char>(random_());
        return;
      default:
        text->insert(at, Pieces()[Below(Pieces().size())]);
        return;
    }
  }

  const std::string content_;
  // One seed, so that every run is the same.
  std::mt19937 random_{20260630};
};

TEST(HostileInputTest, MutatedSamplesGiveValuesOrErrors) {
  for (const std::string& sample : Samples()) {
    Mutator mutator(sample);
    for (int i = 0; i < 3000; ++i) Feed(mutator.Mutate());
  }
}

TEST(HostileInputTest, CutSamplesGiveValuesOrErrors) {
  for (const std::string& sample : Samples()) {
    for (size_t size = 0; size <= sample.size(); ++size) {
      Feed(absl::string_view(sample).substr(0, size));
    }
  }
}

TEST(HostileInputTest, MixedPiecesGiveValuesOrErrors) {
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::string content;
    const size_t pieces = random() % 12;
    for (size_t j = 0; j < pieces; ++j) {
      content += Pieces()[random() % Pieces().size()];
    }
    Feed(content);
  }
}

// Repeats `piece` after `head`, up to the maximum size of a file.
void ExpectSoon(absl::string_view head, absl::string_view piece) {
  std::string content(head);
  while (content.size() + piece.size() <= 256 << 10) {
    absl::StrAppend(&content, piece);
  }
  content.back() = head.back() == '[' ? ']' : content.back();
  const absl::Time start = absl::Now();
  Feed(content);
  // Even with sanitizers, on a busy machine.
  EXPECT_LT(absl::Now() - start, absl::Seconds(20)) << piece;
}

TEST(HostileInputTest, LongRunsOfOnePieceEndSoon) {
  for (const std::string& piece : Pieces()) ExpectSoon("tls:\n  ", piece);
}

TEST(HostileInputTest, LongLinesEndSoon) {
  for (const char* piece : {"a,", "\xC3\xA9,", "\"\",", "[],", "{a: b},",
                            "a: b,", "? a : b,", ": ,", "~,", "!"}) {
    ExpectSoon("tls: [", piece);
  }
}

}  // namespace
}  // namespace airlock::config
