// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/serve_keys.h"

#include <chrono>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "ssl/shown.h"

namespace airlock::cli {
namespace {

// How long a start or a reload waits for the service.
constexpr std::chrono::seconds kPatience(2);

keys::KeyWaitScope Patience() {
  return {std::chrono::steady_clock::now() + kPatience,
          /*interruptible=*/false};
}

absl::Status NoService(absl::string_view flag, absl::string_view name) {
  return absl::InvalidArgumentError(absl::StrCat(
      flag, ": airlock-key:", ssl::Shown(name), " needs the key service, but ",
      config::kKeysVariable,
      " is not set; it says where the service is. `airlock run --keys` sets "
      "it."));
}

}  // namespace

absl::StatusOr<ServeKeys> ServeKeys::FromEnvironment(
    const config::Environment& environment) {
  const std::string* const place = environment.Find(config::kKeysVariable);
  if (place == nullptr) return ServeKeys(nullptr);
  keys::KeyClientOptions options;
  options.place = *place;
  auto client = keys::KeyClient::Create(std::move(options));
  if (client.ok()) return ServeKeys(*std::move(client));
  return absl::InvalidArgumentError(
      absl::StrCat(config::kKeysVariable, ": ", client.status().message()));
}

absl::StatusOr<std::shared_ptr<const ssl::Credentials>> ServeKeys::Credentials(
    const std::string& name, std::optional<ssl::Secret> certfile) const {
  if (client_ == nullptr) return NoService("--key", name);
  const keys::KeyWaitScope patience = Patience();
  return keys::RemoteCredentials(client_.get(), name, keys::Waiting::kReturns,
                                 std::move(certfile), "--cert");
}

absl::StatusOr<std::shared_ptr<ssl::TicketKeeper>> ServeKeys::Tickets(
    const std::string& name,
    const std::function<void(absl::string_view)>& log) const {
  if (client_ == nullptr) return NoService("--tickets", name);
  const keys::KeyWaitScope patience = Patience();
  const absl::StatusOr<std::vector<keys::RemoteKey>> all = client_->List();
  if (!all.ok()) {
    log(absl::StrCat("Session tickets wait for the key service: ",
                     all.status().message()));
    return client_->TicketsFor(name, keys::Waiting::kReturns);
  }
  const auto found = absl::c_find_if(
      *all, [&name](const keys::RemoteKey& each) { return each.name == name; });
  if (found != all->end() && found->for_tickets) {
    return client_->TicketsFor(name, keys::Waiting::kReturns);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "--tickets: ",
      found == all->end()
          ? "the key service has no such key for this application: "
          : "the key signs, and is not for tickets (\"tickets\" in the key "
            "service's configuration): ",
      ssl::Shown(name)));
}

std::function<keys::SigningCounts()> ServeKeys::Signing() const {
  if (client_ == nullptr) return nullptr;
  return [client = client_] { return client->signing(); };
}

absl::StatusOr<http::LateAnswers> ServeKeys::Late() const {
  http::LateAnswers late;
  if (client_ == nullptr) return late;
  const absl::StatusOr<int> fd = client_->wakeup_fd();
  if (!fd.ok()) return fd.status();
  late.fd = *fd;
  late.dispatch = [client = client_] { client->Dispatch(); };
  return late;
}

}  // namespace airlock::cli
