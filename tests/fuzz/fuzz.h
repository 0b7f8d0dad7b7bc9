// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What the fuzz targets share. A target is one LLVMFuzzerTestOneInput:
// libFuzzer calls it with --config=fuzz, and replay.cc calls it in all other
// builds.
#ifndef AIRLOCK_TESTS_FUZZ_FUZZ_H_
#define AIRLOCK_TESTS_FUZZ_FUZZ_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

// https://llvm.org/docs/LibFuzzer.html. Always returns 0.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace airlock::fuzz {

// Ends the program, which libFuzzer reports together with its input, unless
// `holds`. `rule` says what must always be true.
void Require(bool holds, absl::string_view rule);

// Makes BoringSSL's random numbers begin again, where the build has them
// (--config=fuzz): the same input then always does the same.
void ResetRandom();

// The whole input as text.
inline absl::string_view Text(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Takes choices off the front of an input. After its end, all are 0 or empty.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : rest_(Text(data, size)) {}

  bool empty() const { return rest_.empty(); }
  uint8_t Byte();
  bool Flag() { return (Byte() & 1) != 0; }
  // Two bytes, the most significant one first.
  uint16_t Word();
  // 0 to `choices` - 1; at most 256 choices.
  size_t Choice(size_t choices) { return Byte() % choices; }
  // As many bytes as the first one says.
  absl::string_view Bytes();
  // Everything up to `separator`, which is dropped, or the end.
  absl::string_view Until(char separator);
  absl::string_view Rest();

 private:
  absl::string_view Take(size_t size);

  absl::string_view rest_;
};

}  // namespace airlock::fuzz

#endif  // AIRLOCK_TESTS_FUZZ_FUZZ_H_
