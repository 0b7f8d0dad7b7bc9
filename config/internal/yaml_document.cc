// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/internal/yaml_document.h"

#include <algorithm>
#include <exception>
#include <map>
#include <sstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "config/internal/text.h"
#include "yaml-cpp/eventhandler.h"
#include "yaml-cpp/exceptions.h"
#include "yaml-cpp/parser.h"

namespace airlock::config::internal {
namespace {

constexpr char kSecondDocument[] =
    "the document ended before this line, and a file holds only one document; "
    "remove the rest, or check the indentation here";
constexpr char kAlias[] =
    "aliases (\"*\") are not allowed; repeat the value here";
constexpr char kTag[] = "tags (\"!\") are not allowed; remove it";

// Carries the Builder's error through yaml-cpp, which stops only on an
// exception. Never leaves this file.
struct Refusal {
  absl::Status status;
};

// Builds the tree from yaml-cpp's events, not from its nodes: only the events
// have anchors, aliases, tags and every position.
class Builder : public YAML::EventHandler {
 public:
  Builder(absl::string_view content, std::shared_ptr<const std::string> file)
      : content_(content), file_(std::move(file)) {}

  YamlNode Take() { return std::move(root_); }

  Position PositionOf(const YAML::Mark& mark) const {
    if (mark.is_null()) return {file_, 1, 1};
    const size_t offset = Offset(mark);
    // The text that we append at the end is not a line of the file.
    const int lines_before = offset < content_.size()
                                 ? mark.line
                                 : static_cast<int>(std::count(
                                       content_.begin(), content_.end(), '\n'));
    return {file_, 1 + lines_before, ColumnAt(offset)};
  }

  // Whether the content at `mark` begins with `c`.
  bool Begins(const YAML::Mark& mark, char c) const {
    const absl::string_view rest = content_.substr(Offset(mark));
    return !mark.is_null() && !rest.empty() && rest[0] == c;
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) Refuse(mark, kSecondDocument);
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    YamlNode node = Make(YamlNode::Kind::kNull, mark, "?");
    // For an empty value, the mark is that of the next token.
    const bool written =
        Begins(mark, '~') || Begins(mark, 'n') || Begins(mark, 'N');
    if (!written && !open_.empty()) {
      node.position = open_.back().key.kind == YamlNode::Kind::kScalar
                          ? open_.back().key.position
                          : open_.back().node.position;
    }
    Add(std::move(node), mark, false);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    YamlNode node = Make(YamlNode::Kind::kScalar, mark, tag);
    node.text = value;
    Add(std::move(node), mark, tag == "?");
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                       YAML::anchor_t, YAML::EmitterStyle::value) override {
    Open(Make(YamlNode::Kind::kSequence, mark, tag), mark);
  }
  void OnSequenceEnd() override { Close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag,
                  YAML::anchor_t, YAML::EmitterStyle::value) override {
    Open(Make(YamlNode::Kind::kMapping, mark, tag), mark);
  }
  void OnMapEnd() override { Close(); }

  void OnAnchor(const YAML::Mark& mark, const std::string&) override {
    Refuse(mark, "anchors (\"&\") are not allowed; remove it");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Refuse(mark, kAlias);
  }

 private:
  // A list or mapping that is being read.
  struct Collection {
    YamlNode node;
    // In a mapping, the key whose value comes next; otherwise of kind kNull.
    YamlNode key;
    std::map<std::string, Position> keys;
  };

  size_t Offset(const YAML::Mark& mark) const {
    return mark.pos < 0
               ? 0
               : std::min(static_cast<size_t>(mark.pos), content_.size());
  }

  // Continues counting from the last offset, since positions come in order:
  // otherwise a long line would be read again for each of its nodes.
  int ColumnAt(size_t offset) const {
    if (offset < counted_) {
      counted_ = 0;
      column_ = 1;
    }
    absl::string_view passed = content_.substr(counted_, offset - counted_);
    const size_t newline = passed.rfind('\n');
    if (newline != absl::string_view::npos) {
      passed.remove_prefix(newline + 1);
      column_ = 1;
    }
    column_ += CountCodePoints(passed);
    counted_ = offset;
    return column_;
  }

  [[noreturn]] void Refuse(const YAML::Mark& mark,
                           absl::string_view message) const {
    throw Refusal{ErrorAt(PositionOf(mark), message)};
  }

  YamlNode Make(YamlNode::Kind kind, const YAML::Mark& mark,
                absl::string_view tag) const {
    // "?" and "!" mean no tag, but "!" can also be written explicitly.
    if ((tag != "?" && tag != "!") || Begins(mark, '!')) Refuse(mark, kTag);
    YamlNode node;
    node.kind = kind;
    node.position = PositionOf(mark);
    return node;
  }

  void Open(YamlNode node, const YAML::Mark& mark) {
    if (open_.size() >= kMaxYamlDepth) {
      Refuse(mark, absl::StrCat("lists and mappings are nested more than ",
                                kMaxYamlDepth, " deep"));
    }
    open_.push_back({std::move(node), {}, {}});
  }

  void Close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    // Add uses the mark only in errors about keys.
    Add(std::move(node), YAML::Mark::null_mark(), false);
  }

  void Add(YamlNode node, const YAML::Mark& mark, bool plain) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Collection& parent = open_.back();
    if (parent.node.kind == YamlNode::Kind::kSequence) {
      parent.node.items.push_back(std::move(node));
    } else if (parent.key.kind == YamlNode::Kind::kScalar) {
      parent.node.entries.emplace_back(std::move(parent.key), std::move(node));
      parent.key = YamlNode();
    } else {
      AddKey(&parent, std::move(node), mark, plain);
    }
  }

  void AddKey(Collection* parent, YamlNode key, const YAML::Mark& mark,
              bool plain) const {
    if (key.kind != YamlNode::Kind::kScalar) {
      throw Refusal{ErrorAt(
          key.position,
          absl::StrCat("a key must be a string, not ", KindName(key.kind)))};
    }
    if (plain && key.text == "<<") {
      Refuse(mark,
             "merge keys (\"<<\") are not allowed; write the entries here");
    }
    const auto [first, is_new] = parent->keys.emplace(key.text, key.position);
    if (!is_new) {
      Refuse(mark,
             absl::StrCat("duplicate key \"", Shown(key.text),
                          "\"; the first is on line ", first->second.line));
    }
    parent->key = std::move(key);
  }

  const absl::string_view content_;
  const std::shared_ptr<const std::string> file_;
  std::vector<Collection> open_;
  YamlNode root_;
  int documents_ = 0;
  // The column of the byte at `counted_`.
  mutable size_t counted_ = 0;
  mutable int column_ = 1;
};

absl::StatusOr<YamlNode> Build(absl::string_view content,
                               const Position& begin) {
  Builder builder(content, begin.file);
  try {
    // yaml-cpp treats a quote that is open at the end of the file as closed,
    // but not if a comment follows; so append one.
    std::istringstream stream(absl::StrCat(content, "\n#"));
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Refusal& refusal) {
    return refusal.status;
  } catch (const YAML::Exception& e) {
    // yaml-cpp throws at an alias of an unknown anchor before it calls OnAlias.
    return ErrorAt(
        builder.PositionOf(e.mark),
        builder.Begins(e.mark, '*')
            ? kAlias
            : absl::StrCat("this is not valid YAML (", absl::CHexEscape(e.msg),
                           "); check the indentation, quotes, brackets and "
                           "colons here and above"));
  } catch (const std::exception& e) {
    return ErrorAt(begin, absl::StrCat("cannot be read as YAML: ", e.what()));
  }
  YamlNode root = builder.Take();
  if (root.position.file == nullptr) root.position = begin;
  return root;
}

}  // namespace

const YamlNode* YamlNode::Find(absl::string_view key) const {
  for (const auto& [name, value] : entries) {
    if (name.text == key) return &value;
  }
  return nullptr;
}

absl::string_view KindName(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::kNull:
      return "null";
    case YamlNode::Kind::kScalar:
      return "a single value";
    case YamlNode::Kind::kSequence:
      return "a list";
    case YamlNode::Kind::kMapping:
      return "a mapping";
  }
  return "null";
}

absl::StatusOr<YamlNode> ParseYaml(absl::string_view content,
                                   absl::string_view file) {
  const Position begin = {std::make_shared<const std::string>(file), 1, 1};
  content = absl::StripPrefix(content, "\xEF\xBB\xBF");
  const absl::Status status = CheckText(content, kMaxYamlSize, begin);
  if (!status.ok()) return status;
  return Build(content, begin);
}

}  // namespace airlock::config::internal
