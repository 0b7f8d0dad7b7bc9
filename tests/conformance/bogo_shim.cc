// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Airlock as BoringSSL's test runner (BoGo) wants to see a TLS library: a
// program that connects to the runner's port and does what its flags say. Exits
// with 0 if all went as expected, with 89 if Airlock cannot do it, and else
// with 1 and BoringSSL's name of the error between colons on standard error.

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "ssl/error.h"
#include "ssl/session.h"
#include "tests/conformance/bogo_config.h"
#include "tests/conformance/bogo_connection.h"
#include "tests/conformance/bogo_endpoint.h"

namespace airlock::bogo {
namespace {

constexpr int kUnimplemented = 89;

// What the runner looks for is the reason between colons.
std::string Describe(const absl::Status& status) {
  const std::optional<ssl::Error> error = ssl::GetError(status);
  if (!error.has_value()) return std::string(status.message());
  std::string reason = error->reason;
  if (reason.empty() && error->kind == ssl::ErrorKind::kVerification) {
    reason = "CERTIFICATE_VERIFY_FAILED";
  }
  // For these, BoringSSL also queues another error, and the runner wants that.
  for (const auto& [first, second] :
       {std::make_pair("ERROR_PARSING_EXTENSION", "PARSE_TLSEXT"),
        std::make_pair("BAD_PACKET_LENGTH",
                       "DECRYPTION_FAILED_OR_BAD_RECORD_MAC"),
        std::make_pair("SSLV3_ALERT_HANDSHAKE_FAILURE",
                       "HANDSHAKE_FAILURE_ON_CLIENT_HELLO")}) {
    if (reason == first) absl::StrAppend(&reason, ":", second);
  }
  return absl::StrCat(ssl::ErrorKindName(error->kind), ": :", reason, ": ",
                      error->message);
}

absl::Status RunConnections(const Configs& configs) {
  if (configs.resume.verify_fail && !configs.initial.verify_fail &&
      !configs.resume.reverify_on_resume) {
    return absl::UnimplementedError("a resumed peer is always verified again");
  }
  Endpoint endpoint;
  for (int i = 0; i <= configs.initial.resume_count; ++i) {
    const Config& config = i == 0 ? configs.initial : configs.resume;
    std::shared_ptr<const ssl::Session> session;
    if (i > 0 && !config.server) {
      session = endpoint.seen().new_session;
      if (session == nullptr) {
        return absl::InternalError("there is no session to resume");
      }
    }
    Connection connection(config, i > 0, &endpoint);
    const absl::Status status = connection.Run(std::move(session));
    if (!status.ok()) return status;
    endpoint.Advance(absl::Seconds(config.resumption_delay));
  }
  return absl::OkStatus();
}

int Main(absl::Span<const char* const> arguments) {
  if (!arguments.empty() &&
      absl::string_view(arguments.back()) == "-is-handshaker-supported") {
    std::puts("No");
    return 0;
  }
  const absl::StatusOr<Configs> configs = ParseFlags(arguments);
  const absl::Status status =
      configs.ok() ? RunConnections(*configs) : configs.status();
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", Describe(status).c_str());
  return absl::IsUnimplemented(status) ? kUnimplemented : 1;
}

}  // namespace
}  // namespace airlock::bogo

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const int status =
      airlock::bogo::Main(absl::MakeConstSpan(argv, argc).subspan(1));
  // The runner takes what follows as a sanitizer's report.
  std::fputs("--- DONE ---\n", stderr);
  return status;
}
