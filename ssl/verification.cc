// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/verification.h"

#include "absl/strings/str_cat.h"
#include "ssl/spiffe_peers.h"

namespace airlock::ssl {
namespace {

// Writes each value so that its end is unambiguous.
class CanonicalWriter {
 public:
  explicit CanonicalWriter(size_t usual_size) { bytes_.reserve(usual_size); }

  template <typename Field>
  void operator()(absl::string_view /*name*/, const Field& field) {
    Write(field);
  }
  std::string Take() { return std::move(bytes_); }

 private:
  // Nearly all numbers have one digit, and this is on the way of each
  // connection.
  void Write(int64_t number) {
    if (number >= 0 && number <= 9) {
      bytes_.push_back(static_cast<char>('0' + number));
    } else {
      absl::StrAppend(&bytes_, number);
    }
    bytes_.push_back(',');
  }
  void Write(VerifyMode mode) { Write(static_cast<int64_t>(mode)); }
  void Write(EchUse ech) { Write(static_cast<int64_t>(ech)); }
  void Write(Protocol protocol) { Write(static_cast<int64_t>(protocol)); }
  void Write(TlsVersion version) { Write(static_cast<int64_t>(version)); }
  void Write(const std::string& text) {
    if (text.empty()) {
      bytes_.append("0:", 2);
    } else {
      absl::StrAppend(&bytes_, text.size(), ":", text);
    }
  }
  void Write(const std::shared_ptr<const SpiffePeers>& peers) {
    if (peers == nullptr) {
      bytes_.append("0:", 2);
    } else {
      Write(peers->fingerprint());
    }
  }
  template <typename T>
  void Write(const std::optional<T>& value) {
    Write(int64_t{value.has_value()});
    if (value.has_value()) Write(*value);
  }
  template <typename T>
  void Write(const std::vector<T>& values) {
    Write(static_cast<int64_t>(values.size()));
    for (const T& value : values) Write(value);
  }

  std::string bytes_;
};

}  // namespace

absl::string_view VerifyModeName(VerifyMode mode) {
  switch (mode) {
    case VerifyMode::kNone:
      return "CERT_NONE";
    case VerifyMode::kOptional:
      return "CERT_OPTIONAL";
    case VerifyMode::kRequired:
      break;
  }
  return "CERT_REQUIRED";
}

uint32_t FlagBits(const VerifyFlags& flags) {
  uint32_t bits = 0;
  VisitFlags(flags,
             [&bits](absl::string_view /*name*/, uint32_t bit, bool flag) {
               if (flag) bits |= bit;
             });
  return bits;
}

VerifyFlags FlagsFromBits(uint32_t bits) {
  VerifyFlags flags;
  VisitFlags(flags, [bits](absl::string_view /*name*/, uint32_t bit,
                           bool& flag) { flag = (bits & bit) != 0; });
  return flags;
}

std::string CanonicalBytes(const Verification& verification) {
  CanonicalWriter writer(128);
  VisitFields(verification,
              [&writer](absl::string_view name, const auto& field) {
                writer(name, field);
              });
  return writer.Take();
}

}  // namespace airlock::ssl
