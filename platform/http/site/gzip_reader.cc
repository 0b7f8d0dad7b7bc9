// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/gzip_reader.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "absl/status/status.h"

namespace airlock::http {
namespace {

constexpr int kLevel = 4;                // Cheap, and nearly as good as 6.
constexpr int kWindowAndGzip = 14 + 16;  // 16 KiB, in gzip's format.
constexpr int kMemoryLevel = 7;
constexpr size_t kMostAtOnce = 256 << 10;

}  // namespace

struct GzipReader::State {
  ~State() { deflateEnd(&stream); }

  std::unique_ptr<BodyReader> source;
  z_stream stream = {};
  std::array<char, 16 << 10> input;
  bool at_end = false;    // Of the source.
  bool finished = false;  // The trailer was returned.
};

GzipReader::GzipReader(std::unique_ptr<State> state)
    : state_(std::move(state)) {}

GzipReader::~GzipReader() = default;

absl::StatusOr<std::unique_ptr<GzipReader>> GzipReader::Create(
    std::unique_ptr<BodyReader> source) {
  auto state = std::make_unique<State>();
  state->source = std::move(source);
  if (deflateInit2(&state->stream, kLevel, Z_DEFLATED, kWindowAndGzip,
                   kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
    return absl::ResourceExhaustedError("out of memory, to compress a file");
  }
  // Not make_unique: the constructor is private.
  return std::unique_ptr<GzipReader>(new GzipReader(std::move(state)));
}

absl::StatusOr<size_t> GzipReader::Read(absl::Span<char> into) {
  State& state = *state_;
  z_stream& stream = state.stream;
  into = into.subspan(0, std::numeric_limits<uInt>::max());
  stream.next_out = reinterpret_cast<Bytef*>(into.data());
  stream.avail_out = static_cast<uInt>(into.size());
  size_t taken = 0;
  while (stream.avail_out == into.size() && !state.finished) {
    if (stream.avail_in == 0 && !state.at_end) {
      const absl::StatusOr<size_t> size =
          state.source->Read(absl::MakeSpan(state.input));
      if (!size.ok()) return size.status();
      stream.next_in = reinterpret_cast<Bytef*>(state.input.data());
      stream.avail_in = static_cast<uInt>(*size);
      state.at_end = *size == 0;
      taken += *size;
    }
    // A flush makes output of what was taken so far.
    const int flush = state.at_end           ? Z_FINISH
                      : taken >= kMostAtOnce ? Z_SYNC_FLUSH
                                             : Z_NO_FLUSH;
    const int result = deflate(&stream, flush);
    if (result == Z_STREAM_END) {
      state.finished = true;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      return absl::InternalError("the file cannot be compressed");
    }
  }
  return into.size() - stream.avail_out;
}

size_t GzipReader::memory() const { return state_->source->memory(); }

}  // namespace airlock::http
