// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/internal/yaml_document.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace airlock::config::internal {
namespace {

// The tree with its positions, on one line: "{1:1 a@1:1: 'b'@1:4}".
std::string Dump(const YamlNode& node) {
  const std::string at =
      absl::StrCat("@", node.position.line, ":", node.position.column);
  std::string inner;
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return absl::StrCat("null", at);
    case YamlNode::Kind::kScalar:
      return absl::StrCat("'", node.text, "'", at);
    case YamlNode::Kind::kSequence:
      for (const YamlNode& item : node.items) {
        absl::StrAppend(&inner, inner.empty() ? "" : ", ", Dump(item));
      }
      return absl::StrCat("[", inner, "]", at);
    case YamlNode::Kind::kMapping:
      for (const auto& [key, value] : node.entries) {
        absl::StrAppend(&inner, inner.empty() ? "" : ", ", Dump(key), ": ",
                        Dump(value));
      }
      return absl::StrCat("{", inner, "}", at);
  }
  return "";
}

std::string Repeat(absl::string_view text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) absl::StrAppend(&repeated, text);
  return repeated;
}

// The ends of 23 lists that begin at 1:4.
std::string DeepEnds() {
  std::string ends;
  for (int column = 26; column > 3; --column) {
    absl::StrAppend(&ends, "]@1:", column);
  }
  return ends;
}

struct Good {
  std::string name;
  std::string content;
  std::string tree;
};

class GoodYamlTest : public ::testing::TestWithParam<Good> {};

TEST_P(GoodYamlTest, IsThisTree) {
  const absl::StatusOr<YamlNode> root = ParseYaml(GetParam().content, "x.yaml");
  ASSERT_TRUE(root.ok()) << root.status();
  EXPECT_EQ(Dump(*root), GetParam().tree);
  EXPECT_EQ(
      root->position.ToString(),
      absl::StrCat("x.yaml:", root->position.line, ":", root->position.column));
}

INSTANTIATE_TEST_SUITE_P(
    Table, GoodYamlTest,
    ::testing::ValuesIn(std::vector<Good>{
        {"Empty", "", "null@1:1"},
        {"Comment", "# nothing\n", "null@1:1"},
        {"Marked", "---\na: b\n...\n", "{'a'@2:1: 'b'@2:4}@2:1"},
        {"Mapping", "a: b\nc:  \"d\"\n",
         "{'a'@1:1: 'b'@1:4, 'c'@2:1: 'd'@2:5}@1:1"},
        {"Nested", "a:\n  - b: c\n    d: e\n  - f\n",
         "{'a'@1:1: [{'b'@2:5: 'c'@2:8, 'd'@3:5: 'e'@3:8}@2:5, 'f'@4:5]@2:3}"
         "@1:1"},
        {"Flow", "a: [b, {c: d}, 'e']\n",
         "{'a'@1:1: ['b'@1:5, {'c'@1:9: 'd'@1:12}@1:8, 'e'@1:16]@1:4}@1:1"},
        {"AsWritten", "a: 2.70\nb: 0x1F\nc: yes\nd: 1_000\ne: 2027-06-30\n",
         "{'a'@1:1: '2.70'@1:4, 'b'@2:1: '0x1F'@2:4, 'c'@3:1: 'yes'@3:4, "
         "'d'@4:1: '1_000'@4:4, 'e'@5:1: '2027-06-30'@5:4}@1:1"},
        {"Nulls", "a:\nb: ~\nc: null\nd: \"\"\ne: 'null'\n",
         "{'a'@1:1: null@1:1, 'b'@2:1: null@2:4, 'c'@3:1: null@3:4, "
         "'d'@4:1: ''@4:4, 'e'@5:1: 'null'@5:4}@1:1"},
        {"NullItem", "a:\n  -\n  - b\n",
         "{'a'@1:1: [null@2:3, 'b'@3:5]@2:3}@1:1"},
        {"CrLf", "a: b\r\nc: d\r\n",
         "{'a'@1:1: 'b'@1:4, 'c'@2:1: 'd'@2:4}@1:1"},
        {"Bom",
         "\xEF\xBB\xBF"
         "a: b",
         "{'a'@1:1: 'b'@1:4}@1:1"},
        {"Utf8", "\xC3\xA9\xF0\x9F\x94\x92: b\n",
         "{'\xC3\xA9\xF0\x9F\x94\x92'@1:1: 'b'@1:5}@1:1"},
        {"TabAfterText", "a:\tb\t# c\n", "{'a'@1:1: 'b'@1:4}@1:1"},
        {"Escapes", "a: \"\\t\\x41\\u00e9\"\n",
         "{'a'@1:1: '\tA\xC3\xA9'@1:4}@1:1"},
        {"Block", "a: |\n  b\n  c\n", "{'a'@1:1: 'b\nc\n'@1:4}@1:1"},
        {"QuotedMerge", "\"<<\": b\n", "{'<<'@1:1: 'b'@1:7}@1:1"},
        {"Quoted", "a: '*b &c !d'\n", "{'a'@1:1: '*b &c !d'@1:4}@1:1"},
        {"LastLine", "a: |+\n  b\n\n\nc: 'd'",
         "{'a'@1:1: 'b\n\n\n'@1:4, 'c'@5:1: 'd'@5:4}@1:1"},
        {"Deep", "a: " + Repeat("[", 23) + Repeat("]", 23),
         "{'a'@1:1: " + Repeat("[", 23) + DeepEnds() + "}@1:1"},
        {"Scalar", "a\n", "'a'@1:1"},
    }),
    [](const auto& row) { return row.param.name; });

struct Bad {
  std::string name;
  std::string content;
  // The beginning of the error, which is our own and not yaml-cpp's.
  std::string error;
};

class BadYamlTest : public ::testing::TestWithParam<Bad> {};

TEST_P(BadYamlTest, IsRefused) {
  const absl::Status status = ParseYaml(GetParam().content, "x.yaml").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StartsWith(status.message(), GetParam().error))
      << status.message();
  EXPECT_LT(status.message().size(), 300);
  EXPECT_FALSE(absl::StrContains(status.message(), "\n"));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadYamlTest,
    ::testing::ValuesIn(std::vector<Bad>{
        {"Anchor", "a: &b c\n", "x.yaml:1:4: anchors (\"&\") are not allowed"},
        {"AnchoredKey", "&b a: c\n", "x.yaml:1:1: anchors (\"&\")"},
        {"AnchoredMapping", "a: &b\n  c: d\n", "x.yaml:1:4: anchors (\"&\")"},
        {"AnchoredNothing", "a: &b\n", "x.yaml:1:4: anchors (\"&\")"},
        {"Alias", "a: *b\n", "x.yaml:1:4: aliases (\"*\") are not allowed"},
        {"AliasKey", "*b : c\n", "x.yaml:1:1: aliases (\"*\") are not allowed"},
        {"Merge", "a: b\n<<: {c: d}\n",
         "x.yaml:2:1: merge keys (\"<<\") are not allowed"},
        {"Tag", "a: !!str b\n", "x.yaml:1:4: tags (\"!\") are not allowed"},
        {"OwnTag", "a: !b c\n", "x.yaml:1:4: tags (\"!\")"},
        {"BareTag", "a: ! c\n", "x.yaml:1:4: tags (\"!\")"},
        {"VerbatimTag", "a: !<?> c\n", "x.yaml:1:4: tags (\"!\")"},
        {"TaggedList", "a: !!set [b]\n", "x.yaml:1:4: tags (\"!\")"},
        {"TaggedKey", "!!str a: b\n", "x.yaml:1:1: tags (\"!\")"},
        {"TaggedNothing", "a: !!null\n", "x.yaml:1:4: tags (\"!\")"},
        {"YamlDirective", "%YAML 1.2\n---\na: b\n",
         "x.yaml:1:1: YAML directives (lines that begin with"},
        {"TagDirective", "a: b\n...\n%TAG ! x\n---\n",
         "x.yaml:3:1: YAML directives (lines that begin with"},
        {"Duplicate", "a: b\nc: d\na: b\n",
         "x.yaml:3:1: duplicate key \"a\"; the first is on line 1"},
        {"DuplicateQuoted", "c:\n  a: b\n  \"a\": b\n",
         "x.yaml:3:3: duplicate key \"a\"; the first is on line 2"},
        {"DuplicateInFlow", "c: {a: b, a: d}\n",
         "x.yaml:1:11: duplicate key \"a\""},
        {"ListAsKey", "[a]: b\n",
         "x.yaml:1:1: a key must be a string, not a li"},
        {"MappingAsKey", "? {a: b}\n: c\n",
         "x.yaml:1:3: a key must be a string, not a mapping"},
        {"NullAsKey", "~: b\n", "x.yaml:1:1: a key must be a string, not null"},
        {"NoKey", ": b\n", "x.yaml:1:1: a key must be a string, not null"},
        {"SecondDocument", "a: b\n---\nc: d\n",
         "x.yaml:2:1: the document ended before this line"},
        {"EmptySecondDocument", "a: b\n---\n",
         "x.yaml:2:1: the document ended before this line"},
        {"TextAfterDocument", "a\n...\nb\n",
         "x.yaml:3:1: the document ended before this line"},
        {"Tab", "a:\n\tb: c\n", "x.yaml:2:1: a tab in the indentation"},
        {"TabAfterSpaces", "a:\n  \tb: c\n", "x.yaml:2:3: a tab in the ind"},
        {"Nul", std::string("a: b\0c\n", 7),
         "x.yaml:1:5: the control character U+0000 is not allowed"},
        // yaml-cpp treats it as the end of its input.
        {"Eot", "a: b\n\x04\nc: d\n",
         "x.yaml:2:1: the control character U+0004 is not allowed"},
        {"LoneCr", "a: b\rc: d\n",
         "x.yaml:1:5: the control character U+000D is not allowed"},
        {"C1", "\xC3\xA9: \xC2\x85\n",
         "x.yaml:1:4: the control character U+0085 is not allowed"},
        {"NoUtf8", "a: \xC3\xA9\xFF\n", "x.yaml:1:5: this is not UTF-8"},
        {"CutUtf8", "a: \xE2\x82", "x.yaml:1:4: this is not UTF-8"},
        {"OverlongUtf8", "a: \xC0\xAF\n", "x.yaml:1:4: this is not UTF-8"},
        {"Surrogate", "a: \xED\xA0\x80\n", "x.yaml:1:4: this is not UTF-8"},
        {"TooHighUtf8", "a: \xF4\x90\x80\x80\n", "x.yaml:1:4: this is not UT"},
        {"Utf16",
         std::string("\xFF\xFE"
                     "a\0:\0",
                     6),
         "x.yaml:1:1: this is not UTF-8"},
        {"SecondBom",
         "\xEF\xBB\xBF\xEF\xBB\xBF"
         "a\n: b: c",
         "x.yaml:2:2: this is not valid YAML"},
        {"Unclosed", "a: [b\n", "x.yaml:2:1: this is not valid YAML"},
        {"UnclosedQuote", "a: 'b\n", "x.yaml:2:1: this is not valid YAML"},
        {"UnclosedAtEnd", "a: \"b", "x.yaml:1:6: this is not valid YAML"},
        {"UnclosedBeforeSpaces", "a: 'b\n  ",
         "x.yaml:2:3: this is not valid YAML"},
        {"WrongIndentation", "a:\n  b: c\n d: e\n",
         "x.yaml:3:2: this is not valid YAML"},
        {"TwoColons", "a: b: c\n", "x.yaml:1:5: this is not valid YAML"},
        {"ListInMapping", "a: b\n- c\n", "x.yaml:2:1: this is not valid YAML"},
        {"DeepLists", "a: " + Repeat("[", 24) + "b" + Repeat("]", 24),
         "x.yaml:1:27: lists and mappings are nested more than 24 deep"},
        {"Deep", Repeat("[", 25), "x.yaml:1:13: lists and mappings are nested"},
        {"DeepBlocks", Repeat("- ", 100000),
         "x.yaml:1:49: lists and mappings are nested more than 24 deep"},
        {"DeepKeys", Repeat("? ", 1000), "x.yaml:1:49: lists and mappings ar"},
        {"VeryDeep", Repeat("{a: ", 60000), "x.yaml:1:93: lists and mappings"},
        {"Large", Repeat("#", (256 << 10) + 1),
         "x.yaml:1:1: the file has 262145 bytes; at most 262144"},
    }),
    [](const auto& row) { return row.param.name; });

TEST(YamlDocumentTest, FindsKeys) {
  const absl::StatusOr<YamlNode> root = ParseYaml("a: b\nc: d\n", "x.yaml");
  ASSERT_TRUE(root.ok()) << root.status();
  ASSERT_NE(root->Find("c"), nullptr);
  EXPECT_EQ(root->Find("c")->text, "d");
  EXPECT_EQ(root->Find("d"), nullptr);
}

TEST(YamlDocumentTest, EscapesTheNameOfTheFile) {
  EXPECT_EQ(ParseYaml("[", "a\nb\x1b.yaml").status().message().substr(0, 18),
            "a\\nb\\x1b.yaml:1:2:");
}

}  // namespace
}  // namespace airlock::config::internal
