// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/pem.h"

#include <openssl/base64.h>
#include <openssl/mem.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "ssl/error.h"
#include "ssl/input_form.h"
#include "ssl/internal/error_queue.h"
#include "ssl/shown.h"

namespace airlock::ssl::internal {
namespace {

constexpr absl::string_view kEnd = "-----END ";
constexpr absl::string_view kDashes = "-----";
constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Removes the next line from `rest`, and returns it without its line ending and
// surrounding white space.
absl::string_view TakeLine(absl::string_view* rest) {
  // Each byte of a bundle comes here twice; find_first_of is slower.
  const auto* const found =
      std::find_if(rest->begin(), rest->end(),
                   [](char c) { return c == '\n' || c == '\r'; });
  const auto end = static_cast<size_t>(found - rest->begin());
  const absl::string_view line = rest->substr(0, end);
  if (end == rest->size()) {
    rest->remove_prefix(end);
  } else {
    rest->remove_prefix(end +
                        (absl::StartsWith(rest->substr(end), "\r\n") ? 2 : 1));
  }
  return absl::StripAsciiWhitespace(line);
}

// The first line of a file may have a byte order mark; in concatenated files,
// any line may.
absl::string_view TakeOuterLine(absl::string_view* rest) {
  absl::string_view line = TakeLine(rest);
  if (absl::ConsumePrefix(&line, kByteOrderMark)) {
    line = absl::StripLeadingAsciiWhitespace(line);
  }
  return line;
}

// The label in a line of `prefix`, label and five dashes; otherwise empty.
absl::string_view LabelOf(absl::string_view line, absl::string_view prefix) {
  if (!absl::ConsumePrefix(&line, prefix) ||
      !absl::ConsumeSuffix(&line, kDashes) || absl::StrContains(line, "--")) {
    return "";
  }
  return line;
}

// `what` is a predicate about the block.
absl::Status Damage(absl::string_view what,
                    absl::string_view advice = "restore it") {
  Error error;
  error.kind = ErrorKind::kInvalidArgument;
  error.what = std::string(what);
  error.advice = std::string(advice);
  return MakeStatus(error);
}

// Whether `line` has a BEGIN line after other syntax: a quote, a YAML key, an
// XML tag.
bool EmbedsBegin(absl::string_view line) {
  const size_t begin = line.find(kPemBegin);
  if (begin == absl::string_view::npos || begin == 0) return false;
  const absl::string_view before =
      absl::StripTrailingAsciiWhitespace(line.substr(0, begin));
  return !before.empty() && absl::StrContains("\"'`=:>([{,", before.back());
}

absl::Status BadBeginLine(absl::string_view line) {
  if (absl::StrContains(line, "\\n")) {
    return Damage("has the two characters \\n where line breaks should be",
                  "replace them with line breaks");
  }
  if (absl::StrContains(line, kEnd)) {
    return Damage(
        "holds a whole PEM block",
        "put line breaks after its BEGIN line and before its END line");
  }
  if (EmbedsBegin(line)) {
    return Damage("has a quote or other text before -----BEGIN",
                  "provide the PEM text itself, with its BEGIN line at the "
                  "start of a line");
  }
  return Damage(
      "should be a PEM BEGIN line, such as -----BEGIN CERTIFICATE-----, with "
      "five dashes on each side and nothing after it");
}

bool IsBase64(char c) {
  return absl::ascii_isalnum(c) || c == '+' || c == '/' || c == '=';
}

// Whether `line` looks like a BEGIN line, with any number of dashes.
bool ResemblesBegin(absl::string_view line) {
  if (EmbedsBegin(line)) return true;
  const size_t dashes = std::min(line.find_first_not_of('-'), line.size());
  return dashes > 0 &&
         absl::StartsWith(
             absl::StripLeadingAsciiWhitespace(line.substr(dashes)), "BEGIN ");
}

// Whether a damaged BEGIN line still begins a block, because `rest` continues
// like one. Otherwise it is a comment, which OpenSSL skips, too.
bool BeginsABlock(absl::string_view begin_line, absl::string_view rest) {
  constexpr size_t kLeast = 16;  // Longer than most words.
  if (absl::StrContains(begin_line, "\\n") ||
      absl::StrContains(begin_line, kEnd)) {
    return true;
  }
  const bool last = rest.empty();
  const absl::string_view next = TakeLine(&rest);
  return (last && absl::StartsWith(begin_line, kPemBegin)) ||
         absl::StartsWith(next, "Proc-Type:") ||
         (next.size() >= kLeast &&
          std::all_of(next.begin(), next.end(), IsBase64));
}

// TakeBody for a block of the usual form: no "-" in its body, no CR, and an END
// line that is not indented. False, and nothing is removed, for another one.
bool TakeUsualBody(absl::string_view* rest, int* line_number, PemBlock* block) {
  const size_t size = rest->find('-');
  if (size == absl::string_view::npos || size == 0 ||
      (*rest)[size - 1] != '\n') {
    return false;
  }
  const absl::string_view body = rest->substr(0, size);
  absl::string_view after = rest->substr(size);
  if (absl::StrContains(body, '\r') || !absl::ConsumePrefix(&after, kEnd) ||
      !absl::ConsumePrefix(&after, block->label) ||
      !absl::ConsumePrefix(&after, kDashes) ||
      !(after.empty() || absl::ConsumePrefix(&after, "\n"))) {
    return false;
  }
  for (size_t end = body.find('\n'); end != absl::string_view::npos;
       end = body.find('\n', end + 1)) {
    ++*line_number;
  }
  ++*line_number;  // The END line.
  block->body = body;
  *rest = after;
  return true;
}

// Removes the lines of `block` after its BEGIN line from `rest`, including the
// END line, but not the BEGIN line of the next block.
void TakeBody(absl::string_view* rest, int* line_number, PemBlock* block) {
  if (TakeUsualBody(rest, line_number, block)) return;
  const absl::string_view body = *rest;
  while (!rest->empty()) {
    const absl::string_view before = *rest;
    const absl::string_view line = TakeLine(rest);
    if (absl::StartsWith(line, kPemBegin)) {
      *rest = before;
      block->status =
          Damage(absl::StrCat("has no END line before the next block, at "
                              "line ",
                              *line_number + 1));
      return;
    }
    ++*line_number;
    if (!absl::StartsWith(line, kEnd)) continue;
    if (LabelOf(line, kEnd) == block->label) {
      block->body = body.substr(0, body.size() - before.size());
    } else {
      block->status = Damage(
          absl::StrCat("should end with -----END ", Shown(block->label),
                       "----- and a line break, at line ", *line_number));
    }
    return;
  }
  block->status = Damage("has no END line: the end is missing");
}

// The values of base64's characters; kNoBase64 for all others.
constexpr uint32_t kNoBase64 = 0xff000000;

constexpr std::array<uint32_t, 256> MakeBase64Values(int shift) {
  constexpr char kAlphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<uint32_t, 256> values{};
  for (uint32_t& value : values) value = kNoBase64;
  for (uint32_t i = 0; i < 64; ++i) {
    values[static_cast<uint8_t>(kAlphabet[i])] = i << shift;
  }
  return values;
}

// By the place of a character in its group of four.
constexpr std::array<uint32_t, 256> kBase64Values[4] = {
    MakeBase64Values(18), MakeBase64Values(12), MakeBase64Values(6),
    MakeBase64Values(0)};

// The 24 bits of a group; has bits of kNoBase64 if a character is not base64.
uint32_t GroupOf(const char* group) {
  return kBase64Values[0][static_cast<uint8_t>(group[0])] |
         kBase64Values[1][static_cast<uint8_t>(group[1])] |
         kBase64Values[2][static_cast<uint8_t>(group[2])] |
         kBase64Values[3][static_cast<uint8_t>(group[3])];
}

// Decodes the last group, "xx==" or "xxx=", and adds its bytes to `out`. False
// if it is not one, or if the bits that it leaves over are not zero.
bool DecodePadded(absl::string_view group, std::string* out) {
  if (group.size() != 4 || group[3] != '=') return false;
  const bool is_short = group[2] == '=';
  const char filled[4] = {group[0], group[1], is_short ? 'A' : group[2], 'A'};
  const uint32_t bits = GroupOf(filled);
  if ((bits & (is_short ? kNoBase64 | 0xffff : kNoBase64 | 0xff)) != 0) {
    return false;
  }
  out->push_back(static_cast<char>(bits >> 16));
  if (!is_short) out->push_back(static_cast<char>(bits >> 8));
  return true;
}

bool LooksLikePath(absl::string_view text) {
  if (text.size() > 4096 ||
      text.find_first_of("{}[]<>\"'") != absl::string_view::npos ||
      std::any_of(text.begin(), text.end(), absl::ascii_iscntrl)) {
    return false;
  }
  for (absl::string_view suffix :
       {".pem", ".crt", ".cer", ".der", ".key", ".p12", ".pfx"}) {
    if (absl::EndsWithIgnoreCase(text, suffix)) return true;
  }
  return absl::StrContains(text, '/') || absl::StrContains(text, '\\');
}

}  // namespace

bool HasPemMarker(absl::string_view text) {
  while (!text.empty()) {
    if (absl::StartsWith(TakeOuterLine(&text), kPemBegin)) return true;
  }
  return false;
}

std::vector<PemBlock> SplitPem(absl::string_view text) {
  std::vector<PemBlock> blocks;
  int line_number = 0;
  while (!text.empty()) {
    const absl::string_view begin_line = TakeOuterLine(&text);
    ++line_number;
    // Text that ends inside a BEGIN line lacks a block.
    const bool cut_off = text.empty() && begin_line.size() > kDashes.size() &&
                         absl::StartsWith(kPemBegin, begin_line);
    if (!ResemblesBegin(begin_line) && !cut_off) continue;
    PemBlock block;
    block.label = LabelOf(begin_line, kPemBegin);
    block.number = static_cast<int>(blocks.size()) + 1;
    block.line = line_number;
    if (!block.label.empty()) {
      TakeBody(&text, &line_number, &block);
    } else if (cut_off || BeginsABlock(begin_line, text)) {
      block.status = BadBeginLine(begin_line);
    } else {
      continue;
    }
    blocks.push_back(std::move(block));
  }
  return blocks;
}

bool IsCertificateLabel(absl::string_view label) {
  return label == "CERTIFICATE" || label == "X509 CERTIFICATE" ||
         label == kTrustedCertificate;
}

bool HasPemHeaders(const PemBlock& block) {
  absl::string_view rest = block.body;
  return absl::StrContains(TakeLine(&rest), ':');
}

absl::StatusOr<Secret> DecodePem(const PemBlock& block) {
  // OPENSSL_free wipes.
  const size_t max_size = block.body.size() + 1;  // Never 0.
  const bssl::UniquePtr<uint8_t> base64(
      static_cast<uint8_t*>(OPENSSL_malloc(max_size)));
  const bssl::UniquePtr<uint8_t> bytes(
      static_cast<uint8_t*>(OPENSSL_malloc(max_size)));
  if (base64 == nullptr || bytes == nullptr) {
    const ErrorQueueScope scope;
    return OutOfMemoryError();
  }
  size_t base64_size = 0;
  absl::string_view rest = block.body;
  for (int line_number = block.line + 1; !rest.empty(); ++line_number) {
    const absl::string_view line = TakeLine(&rest);
    const auto* bad = std::find_if_not(line.begin(), line.end(), IsBase64);
    if (bad != line.end()) {
      return Damage(absl::StrCat("is damaged: line ", line_number,
                                 " holds a character that is not base64"));
    }
    std::memcpy(base64.get() + base64_size, line.data(), line.size());
    base64_size += line.size();
  }
  size_t size = 0;
  if (!EVP_DecodeBase64(bytes.get(), &size, max_size, base64.get(),
                        base64_size)) {
    return Damage("is damaged: its base64 is incomplete");
  }
  if (size == 0) return Damage("is empty");
  return Secret({reinterpret_cast<const char*>(bytes.get()), size});
}

bool DecodePublicPem(const PemBlock& block, std::string* out) {
  const char* from = block.body.data();
  const char* const end = from + block.body.size();
  out->resize(block.body.size() / 4 * 3);
  char* to = &(*out)[0];
  // Whole groups; a line break may only follow one.
  while (end - from >= 4) {
    const uint32_t bits = GroupOf(from);
    if ((bits & kNoBase64) == 0) {
      to[0] = static_cast<char>(bits >> 16);
      to[1] = static_cast<char>(bits >> 8);
      to[2] = static_cast<char>(bits);
      to += 3;
      from += 4;
    } else if (from[0] == '\n') {
      ++from;
    } else if (from[0] == '\r' && from[1] == '\n') {
      from += 2;
    } else {
      break;
    }
  }
  out->resize(static_cast<size_t>(to - out->data()));
  absl::string_view rest(from, static_cast<size_t>(end - from));
  if (rest.size() >= 4) {
    if (!DecodePadded(rest.substr(0, 4), out)) return false;
    rest.remove_prefix(4);
  }
  if (!rest.empty() && rest != "\n" && rest != "\r\n") return false;
  return !out->empty();
}

Secret NormalizePem(const PemBlock& block) {
  std::string text;
  const ScopedWipe wipe(&text);
  // Reserved so that it never reallocates, which would leave a copy behind.
  text.reserve(block.body.size() + 2 * block.label.size() + 64);
  absl::StrAppend(&text, kPemBegin, block.label, kDashes, "\n");
  for (absl::string_view rest = block.body; !rest.empty();) {
    absl::StrAppend(&text, TakeLine(&rest), "\n");
  }
  absl::StrAppend(&text, kEnd, block.label, kDashes, "\n");
  return Secret(text);
}

std::string DescribeUnknown(absl::string_view bytes) {
  std::string form = DescribeInputForm(bytes);
  if (!form.empty()) return form;
  if (LooksLikePath(absl::StripAsciiWhitespace(bytes))) {
    return "looks like a path; provide the content of the file, not its name";
  }
  return "contains no PEM block and is not DER";
}

}  // namespace airlock::ssl::internal
