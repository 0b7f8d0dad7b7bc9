// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Gets a page with a client certificate, which is in no file if its source is
// an environment variable: --cert env:NAME.
#include <iostream>

#include "examples/cpp/https/program.h"
#include "platform/http/client.h"

namespace {

namespace http = airlock::http;

absl::Status Get(examples::Program& program) {
  if (program.tls->certificate.empty() || program.tls->private_key.empty()) {
    return absl::InvalidArgumentError("--cert and --key are required");
  }
  http::Client client(program.runtime.get());
  const absl::StatusOr<http::Response> page =
      client.Fetch(program.Get(program.arguments[0]));
  if (!page.ok()) return page.status();
  std::cout << page->body;
  return examples::Check(*page);
}

}  // namespace

int main(int argc, char** argv) {
  return examples::Run(argc, argv,
                       "client_cert [--ca FILE] --cert FILE --key FILE URL", 1,
                       1, Get);
}
