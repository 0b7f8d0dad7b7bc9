// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/crl.h"

#include <cstdint>

#include "ssl/error.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/crl_impl.h"
#include "ssl/internal/error_queue.h"

namespace airlock::ssl {

absl::StatusOr<Crl> Crl::FromDer(absl::string_view der) {
  const internal::ErrorQueueScope scope;
  const auto* in = reinterpret_cast<const uint8_t*>(der.data());
  const uint8_t* const end = in + der.size();
  auto impl = std::make_shared<Impl>();
  impl->crl.reset(
      d2i_X509_CRL(/*crl=*/nullptr, &in, static_cast<long>(der.size())));
  if (impl->crl == nullptr || in != end) {
    return internal::DrainToStatus(ErrorKind::kInvalidArgument,
                                   "the bytes are not a single DER CRL");
  }
  return Crl(std::move(impl));
}

std::string Crl::issuer() const {
  return internal::NameToString(X509_CRL_get_issuer(impl_->crl.get()));
}

}  // namespace airlock::ssl
