// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A compressed certificate (RFC 8879) as a server sends it. Input: the size
// that it declares (two bytes), and the compressed bytes.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_compression.h"
#include "tests/fuzz/fuzz.h"

namespace airlock::fuzz {
namespace {

absl::Span<const uint8_t> Bytes(absl::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// Decompresses to a buffer of just this size, so that AddressSanitizer sees a
// byte too many.
absl::Status Decompress(absl::string_view compressed, size_t size,
                        std::string* message) {
  message->assign(size, '\0');
  message->shrink_to_fit();
  return ssl::internal::DecompressMessage(
      Bytes(compressed), {reinterpret_cast<uint8_t*>(&(*message)[0]), size});
}

void RequireSame(absl::string_view message) {
  const auto compressed = ssl::internal::CompressMessage(Bytes(message));
  Require(compressed != nullptr, "any message can be compressed");
  std::string again;
  Require(
      Decompress(*compressed, message.size(), &again).ok() && again == message,
      "what was compressed is what is decompressed");
}

}  // namespace
}  // namespace airlock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace airlock;  // NOLINT(google-build-using-namespace)
  fuzz::Input input(data, size);
  const size_t declared = input.Word();
  const std::string compressed(input.Rest());
  std::string message;
  const absl::Status status = fuzz::Decompress(compressed, declared, &message);
  if (!status.ok()) {
    fuzz::Require(ssl::GetErrorKind(status) == ssl::ErrorKind::kProtocol &&
                      !status.message().empty(),
                  "an error says why");
  } else {
    fuzz::Require(!message.empty(), "a message has bytes");
    fuzz::RequireSame(message);
    std::string other;
    for (const size_t wrong : {declared - 1, declared + 1}) {
      fuzz::Require(!fuzz::Decompress(compressed, wrong, &other).ok(),
                    "only the right size is accepted");
    }
    fuzz::Require(!fuzz::Decompress(compressed + "x", declared, &other).ok(),
                  "nothing may follow");
  }
  if (!compressed.empty()) fuzz::RequireSame(compressed);
  return 0;
}
