// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/engine.h"

#include <openssl/base.h>

#include "absl/strings/str_cat.h"
#include "ssl/internal/engine_differences.h"

namespace airlock::ssl {

int BoringSslApiVersion() { return BORINGSSL_API_VERSION; }

std::string EngineName() {
  return absl::StrCat("BoringSSL API ", BoringSslApiVersion());
}

bool HasPostQuantumGroup() { return internal::kHasPostQuantum; }

std::string PostQuantumNeed() { return internal::PostQuantumNeed(); }

bool HasEch() { return internal::kHasEch; }

std::string EchNeed() { return internal::EchNeed(); }

bool HasMlDsa() { return internal::kHasMlDsa; }

std::string MlDsaNeed() { return internal::MlDsaNeed(); }

}  // namespace airlock::ssl
