// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/fuzz/tampering_wire.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "ssl/io_result.h"

namespace airlock::fuzz {
namespace {

constexpr size_t kHeader = 5;  // Type, version, length (RFC 8446, 5.1).

size_t LengthIn(absl::string_view record) {
  return static_cast<size_t>(static_cast<uint8_t>(record[3])) << 8 |
         static_cast<uint8_t>(record[4]);
}

// `content` under the header of `record`.
std::string WithContent(absl::string_view record, absl::string_view content) {
  const size_t size = std::min(content.size(), size_t{0xffff});
  return absl::StrCat(
      record.substr(0, 3), std::string(1, static_cast<char>(size >> 8)),
      std::string(1, static_cast<char>(size & 0xff)), content.substr(0, size));
}

}  // namespace

// What one end reads and writes.
class TamperingWire::End final : public ssl::Transport {
 public:
  End(Pipe* in, Pipe* out) : in_(in), out_(out) {}

  ssl::IoResult Read(absl::Span<uint8_t> into) override {
    const size_t size = std::min(into.size(), in_->readable.size());
    if (size == 0) {
      return in_->ended ? ssl::IoResult::Closed() : ssl::IoResult::WantRead();
    }
    std::memcpy(into.data(), in_->readable.data(), size);
    in_->readable.erase(0, size);
    return ssl::IoResult::Done(size);
  }

  ssl::IoResult Write(absl::Span<const uint8_t> from) override {
    out_->written.append(reinterpret_cast<const char*>(from.data()),
                         from.size());
    return ssl::IoResult::Done(from.size());
  }

 private:
  Pipe* const in_;
  Pipe* const out_;
};

TamperingWire::TamperingWire(Input* input) {
  constexpr size_t kMostChanges = 8;
  constexpr size_t kKinds = static_cast<size_t>(Kind::kJoin) + 1;
  while (!input->empty() && changes_.size() < kMostChanges) {
    Change change;
    const uint8_t first = input->Byte();
    change.from = (first & 1) != 0 ? kServer : kClient;
    change.kind = static_cast<Kind>((first >> 1) % kKinds);
    change.record = input->Choice(16);
    change.offset = input->Word();
    change.value = input->Byte();
    changes_.push_back(change);
  }
}

std::unique_ptr<ssl::Transport> TamperingWire::MakeEnd(WireEnd end) {
  return std::make_unique<End>(&pipes_[end == kClient ? kServer : kClient],
                               &pipes_[end]);
}

void TamperingWire::Deliver() {
  for (const WireEnd from : {kClient, kServer}) {
    std::string& written = pipes_[from].written;
    while (written.size() >= kHeader &&
           written.size() >= kHeader + LengthIn(written)) {
      const size_t size = kHeader + LengthIn(written);
      DeliverRecord(from, written.substr(0, size));
      written.erase(0, size);
    }
  }
}

void TamperingWire::DeliverRecord(WireEnd from, std::string record) {
  Pipe& pipe = pipes_[from];
  const size_t number = pipe.records++;
  const std::string held = std::exchange(pipe.held, "");
  for (const Change& change : changes_) {
    if (change.from != from || change.record != number || record.empty()) {
      continue;
    }
    record = Apply(change, std::move(record), &pipe);
  }
  if (pipe.ended) return;
  if (!record.empty()) pipe.last = record;
  absl::StrAppend(&pipe.readable, record, held);
}

std::string TamperingWire::Apply(const Change& change, std::string record,
                                 Pipe* pipe) {
  const size_t offset = change.offset % record.size();
  std::string content = record.size() > kHeader ? record.substr(kHeader) : "";
  const size_t inside = content.empty() ? 0 : change.offset % content.size();
  const char value = static_cast<char>(change.value);
  switch (change.kind) {
    case Kind::kFlip:
      record[offset] = static_cast<char>(record[offset] ^ (value | 1));
      return record;
    case Kind::kTruncate:
      return WithContent(record, content.substr(0, inside));
    case Kind::kDrop:
      return "";
    case Kind::kRepeat:
      return record + record;
    case Kind::kInsert: {
      std::string other = WithContent(record, std::string(offset % 8, value));
      // Alert, handshake, data, change_cipher_spec or a byte of the input.
      constexpr std::array<char, 5> kTypes = {21, 22, 23, 20, 0};
      const char type = kTypes[change.offset % kTypes.size()];
      other[0] = type == 0 ? value : type;
      return other + record;
    }
    case Kind::kSwap:
      pipe->held = std::move(record);
      return "";
    case Kind::kEnd:
      pipe->readable += record.substr(0, offset);
      pipe->ended = true;
      return "";
    case Kind::kSplit:
      return WithContent(record, content.substr(0, inside)) +
             WithContent(record, content.substr(inside));
    case Kind::kRemoveByte:
      content.erase(inside, 1);
      return WithContent(record, content);
    case Kind::kInsertByte:
      content.insert(inside, 1, value);
      return WithContent(record, content);
    case Kind::kJoin:
      return WithContent(record, pipe->last + content);
  }
  return record;
}

}  // namespace airlock::fuzz
