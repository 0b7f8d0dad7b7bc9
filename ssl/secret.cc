// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/secret.h"

#include <openssl/mem.h>

#include <cstring>
#include <utility>

namespace airlock::ssl {

Secret::Secret(absl::string_view bytes)
    : data_(bytes.empty() ? nullptr : new char[bytes.size()]),
      size_(bytes.size()) {
  if (!bytes.empty()) std::memcpy(data_.get(), bytes.data(), bytes.size());
}

Secret::~Secret() { Wipe(); }

Secret::Secret(Secret&& other) noexcept
    : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    Wipe();
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

void Secret::Wipe() {
  if (data_ != nullptr) OPENSSL_cleanse(data_.get(), size_);
  data_.reset();
  size_ = 0;
}

void Wipe(void* data, size_t size) { OPENSSL_cleanse(data, size); }

void Wipe(std::string* bytes) {
  bytes->resize(bytes->capacity());
  Wipe(&(*bytes)[0], bytes->size());
  bytes->clear();
}

}  // namespace airlock::ssl
