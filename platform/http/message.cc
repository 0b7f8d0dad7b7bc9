// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/message.h"

#include "platform/http/error.h"

namespace airlock::http {

absl::Status BodyReader::Rewind() {
  return MakeFailure(Failure::kBody,
                     "the request must be sent again, but its body reader "
                     "cannot start again; give the body as a string, or "
                     "implement Rewind");
}

}  // namespace airlock::http
