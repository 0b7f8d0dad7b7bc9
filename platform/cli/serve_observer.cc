// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/serve_observer.h"

#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "platform/cli/flag_words.h"
#include "platform/cli/text.h"
#include "ssl/error.h"

namespace airlock::cli {
namespace {

std::string KindAndMessage(const absl::Status& status) {
  return absl::StrCat(ssl::ErrorKindName(ssl::GetErrorKind(status)), ": ",
                      MessageWithFlags("serve", status));
}

}  // namespace

void ServeLog(absl::string_view peer, absl::string_view text) {
  std::cerr << absl::StrCat(peer, " ", ForTerminal(text), "\n") << std::flush;
}

void ServeObserver::OnResponse(absl::string_view peer, absl::string_view method,
                               absl::string_view target, int status) {
  if (quiet_) return;
  ServeLog(peer, method.empty()
                     ? absl::StrCat("(no request) ", status)
                     : absl::StrCat(method, " ", target, " ", status));
}

void ServeObserver::OnFailure(absl::string_view peer, const absl::Status& why) {
  ServeLog(peer, KindAndMessage(why));
}

void ServeObserver::OnEnd(absl::string_view peer, End why) {
  ServeLog(peer, why == End::kStopping
                     ? "ended: the server stops"
                     : "ended: it was idle while others waited");
}

void ServeObserver::OnShortage(const absl::Status& why) {
  ServeLog("airlock serve:",
           absl::StrCat(why.message(),
                        ". Connections wait until others have ended; raise the "
                        "limit (ulimit -n) or lower --max-connections. Further "
                        "failures are not reported."));
}

void ServeObserver::OnReloadFailure(const absl::Status& why) {
  ServeLog("airlock serve:", absl::StrCat("The old settings stay in force. ",
                                          KindAndMessage(why)));
}

}  // namespace airlock::cli
