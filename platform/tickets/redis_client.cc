// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/tickets/redis_client.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "ssl/shown.h"

namespace airlock::platform {
namespace {

constexpr size_t kMostLine = 4096;

absl::Status NotRedis(absl::string_view why) {
  return absl::DataLossError(
      absl::StrCat("the server does not speak Redis's protocol: ", why));
}

}  // namespace

RedisClient::RedisClient(std::unique_ptr<RedisStream> stream)
    : stream_(std::move(stream)) {}
RedisClient::~RedisClient() = default;

absl::Status RedisClient::Send(absl::string_view bytes) {
  auto rest = absl::MakeConstSpan(
      reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  while (!rest.empty()) {
    const ssl::IoResult result = stream_->Write(rest);
    if (!result.done()) return result.status();
    rest.remove_prefix(result.bytes());
  }
  return absl::OkStatus();
}

absl::Status RedisClient::Fill() {
  if (used_ > 0) {
    buffer_.erase(0, used_);
    used_ = 0;
  }
  std::array<uint8_t, 4096> bytes;
  const size_t most = std::min(bytes.size(), kMostBytes - received_);
  if (most == 0) return NotRedis("its reply is too long");
  const ssl::IoResult result = stream_->Read(absl::MakeSpan(bytes).first(most));
  if (result.closed()) {
    return absl::UnavailableError("the server closed the connection");
  }
  if (!result.done()) return result.status();
  received_ += result.bytes();
  buffer_.append(reinterpret_cast<const char*>(bytes.data()), result.bytes());
  return absl::OkStatus();
}

absl::StatusOr<std::string> RedisClient::Line() {
  size_t end = 0;
  while ((end = buffer_.find("\r\n", used_)) == std::string::npos) {
    if (buffer_.size() - used_ > kMostLine)
      return NotRedis("a line is too long");
    const absl::Status status = Fill();
    if (!status.ok()) return status;
  }
  std::string line = buffer_.substr(used_, end - used_);
  used_ = end + 2;
  return line;
}

absl::StatusOr<std::string> RedisClient::Bytes(size_t size) {
  while (buffer_.size() - used_ < size + 2) {
    const absl::Status status = Fill();
    if (!status.ok()) return status;
  }
  std::string bytes = buffer_.substr(used_, size);
  if (buffer_.compare(used_ + size, 2, "\r\n") != 0) {
    return NotRedis("a string is longer than it says");
  }
  used_ += size + 2;
  return bytes;
}

absl::StatusOr<RedisReply> RedisClient::Read(int level) {
  absl::StatusOr<std::string> line = Line();
  if (!line.ok()) return line.status();
  if (line->empty()) return NotRedis("a reply is empty");
  RedisReply reply;
  const char type = line->front();
  reply.text = line->substr(1);
  int64_t number = 0;
  switch (type) {
    case '+':
      reply.type = RedisReply::Type::kStatus;
      return reply;
    case '-':
      return absl::FailedPreconditionError(
          absl::StrCat("the server said: ", ssl::Shown(reply.text)));
    case ':':
      if (!absl::SimpleAtoi(reply.text, &number)) {
        return NotRedis("a number is not one");
      }
      reply.type = RedisReply::Type::kInteger;
      return reply;
    case '$':
    case '*':
      break;
    default:
      return NotRedis("a reply has an unknown type");
  }
  const int64_t most =
      static_cast<int64_t>(type == '$' ? kMostBytes : kMostItems);
  if (!absl::SimpleAtoi(reply.text, &number) || number < -1 || number > most) {
    return NotRedis("a length is invalid");
  }
  reply.text.clear();
  if (number == -1) return reply;
  if (type == '$') {
    absl::StatusOr<std::string> bytes = Bytes(static_cast<size_t>(number));
    if (!bytes.ok()) return bytes.status();
    reply.type = RedisReply::Type::kString;
    reply.text = *std::move(bytes);
    return reply;
  }
  if (level == kMostLevels) return NotRedis("its arrays are too deep");
  items_ += static_cast<size_t>(number);
  if (items_ > kMostItems) return NotRedis("its arrays have too many items");
  reply.type = RedisReply::Type::kArray;
  for (int64_t i = 0; i < number; ++i) {
    absl::StatusOr<RedisReply> item = Read(level + 1);
    if (!item.ok()) return item.status();
    reply.items.push_back(*std::move(item));
  }
  return reply;
}

absl::StatusOr<RedisReply> RedisClient::Call(
    const std::vector<absl::string_view>& command) {
  std::string bytes = absl::StrCat("*", command.size(), "\r\n");
  for (const absl::string_view word : command) {
    absl::StrAppend(&bytes, "$", word.size(), "\r\n", word, "\r\n");
  }
  stream_->StartAnswer();
  received_ = 0;
  items_ = 0;
  const absl::Status sent = Send(bytes);
  if (!sent.ok()) return sent;
  return Read(0);
}

}  // namespace airlock::platform
