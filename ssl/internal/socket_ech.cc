// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A Socket's Encrypted Client Hello.

#include <openssl/ssl.h>

#include "absl/strings/str_cat.h"
#include "ssl/error.h"
#include "ssl/internal/engine_differences.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/socket_impl.h"

namespace airlock::ssl {

absl::Status Socket::Impl::SetEch(SSL* made) const {
  if (options.ech_configs == nullptr) {
    SSL_set_enable_ech_grease(made, options.ech_grease ? 1 : 0);
    return absl::OkStatus();
  }
  internal::RejectUnusableEch(made);
  const std::string& list = options.ech_configs->bytes();
  if (!SSL_set1_ech_config_list(
          made, reinterpret_cast<const uint8_t*>(list.data()), list.size())) {
    return internal::DrainToStatus(
        ErrorKind::kInvalidArgument,
        ErrorParts{ErrorText::Name("ech_configs"), "cannot be used.", "",
                   /*after_where=*/" "});
  }
  return absl::OkStatus();
}

EchStatus Socket::Impl::Ech() const {
  if (SSL_ech_accepted(ssl.get()) != 0) return EchStatus::kAccepted;
  if (offered_ech || options.ech_configs != nullptr) {
    return EchStatus::kRejected;
  }
  return options.ech_grease ? EchStatus::kGrease : EchStatus::kNotOffered;
}

absl::string_view Socket::Impl::EchPublicName() const {
  const char* name = nullptr;
  size_t size = 0;
  SSL_get0_ech_name_override(ssl.get(), &name, &size);
  return {name, size};
}

void Socket::Impl::DescribeEchRejection(Error* error) const {
  error->what = "The handshake failed";
  const std::string& public_name = options.ech_configs->public_name();
  if (!ech_rejection_verified_) {
    error->advice = absl::StrCat(
        "The server did not prove that it is ", public_name,
        ", so nothing that it says about Encrypted Client Hello counts.");
    return;
  }
  const uint8_t* configs = nullptr;
  size_t size = 0;
  SSL_get0_ech_retry_configs(ssl.get(), &configs, &size);
  error->ech_retry_configs.emplace(reinterpret_cast<const char*>(configs),
                                   size);
  const ErrorText advice = JoinText(
      "The server proved that it is ", public_name,
      size > 0 ? ", and sent newer configurations: connect again with these as "
               : ", and does not have Encrypted Client Hello any more. If "
                 "others may learn the host's name, connect again without ",
      ErrorText::Name("ech_configs"), ".");
  error->advice = advice.text();
  error->names.advice = advice.names();
}

}  // namespace airlock::ssl
