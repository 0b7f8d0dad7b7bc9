// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/inflater.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "platform/http/error.h"

namespace airlock::http::internal {

// The largest window, and gzip's header and trailer only.
constexpr int kGzipOnly = 15 + 16;

struct Inflater::State {
  ~State() { inflateEnd(&stream); }

  z_stream stream = {};
  bool in_member = false;
};

Inflater::Inflater(std::unique_ptr<State> state) : state_(std::move(state)) {}
Inflater::~Inflater() = default;

absl::StatusOr<std::unique_ptr<Inflater>> Inflater::Create() {
  auto state = std::make_unique<State>();
  if (inflateInit2(&state->stream, kGzipOnly) != Z_OK) {
    return absl::ResourceExhaustedError("out of memory, to decode gzip");
  }
  // Not make_unique: the constructor is private.
  return std::unique_ptr<Inflater>(new Inflater(std::move(state)));
}

absl::StatusOr<bool> Inflater::Put(absl::string_view data, Output output) {
  std::array<char, 32 << 10> decoded;
  z_stream& stream = state_->stream;
  while (!data.empty()) {
    const size_t part =
        std::min<size_t>(data.size(), std::numeric_limits<uInt>::max());
    // zlib does not write to it.
    stream.next_in =
        reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));  // NOLINT
    stream.avail_in = static_cast<uInt>(part);
    int result = Z_OK;
    do {
      state_->in_member = true;
      stream.next_out = reinterpret_cast<Bytef*>(decoded.data());
      stream.avail_out = decoded.size();
      result = inflate(&stream, Z_NO_FLUSH);
      if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
        return MakeFailure(
            Failure::kProtocol,
            absl::StrCat(
                "the response's body is not valid gzip: ",
                stream.msg == nullptr ? "zlib has no details" : stream.msg));
      }
      const size_t size = decoded.size() - stream.avail_out;
      if (size > 0) {
        const absl::StatusOr<bool> more =
            output(absl::string_view(decoded.data(), size));
        if (!more.ok() || !*more) return more;
      }
      if (result == Z_STREAM_END) {
        state_->in_member = false;
        inflateReset(&stream);
      }
      // A full buffer may mean that more output is pending.
    } while (stream.avail_in > 0 || (result == Z_OK && stream.avail_out == 0));
    data.remove_prefix(part);
  }
  return true;
}

absl::Status Inflater::Finish() const {
  if (!state_->in_member) return absl::OkStatus();
  return MakeFailure(Failure::kTruncated,
                     "the response's body ends in the middle of its gzip data");
}

}  // namespace airlock::http::internal
