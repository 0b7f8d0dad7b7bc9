// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/resolver.h"

#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <system_error>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "platform/http/error.h"
#include "platform/http/internal/address_bytes.h"
#include "platform/internal/address_lookup.h"
#include "ssl/guarded.h"
#include "ssl/shown.h"

namespace airlock::http {
namespace {

using platform::internal::AddressList;
using Endpoints = absl::StatusOr<std::vector<Endpoint>>;

Endpoints Lookup(const std::string& host, uint16_t port, int flags) {
  const absl::StatusOr<AddressList> list =
      platform::internal::LookUpAddresses(host, port, flags);
  if (!list.ok()) {
    return WithFailure(absl::Status(list.status().code(),
                                    absl::StrCat("cannot find the address of ",
                                                 ssl::Shown(host), ": ",
                                                 list.status().message())),
                       Failure::kResolve);
  }
  std::vector<Endpoint> endpoints;
  for (const addrinfo* a = list->get(); a != nullptr; a = a->ai_next) {
    if (a->ai_addrlen > sizeof(sockaddr_storage)) continue;
    Endpoint endpoint;
    std::memcpy(&endpoint.address, a->ai_addr, a->ai_addrlen);
    endpoint.size = a->ai_addrlen;
    endpoints.push_back(endpoint);
  }
  if (endpoints.empty()) {
    return MakeFailure(Failure::kResolve,
                       absl::StrCat(ssl::Shown(host), " has no address"));
  }
  return endpoints;
}

}  // namespace

std::string Endpoint::ToString() const {
  std::array<char, NI_MAXHOST> host = {};
  std::array<char, NI_MAXSERV> service = {};
  if (getnameinfo(reinterpret_cast<const sockaddr*>(&address), size,
                  host.data(), host.size(), service.data(), service.size(),
                  NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "(an address of unknown kind)";
  }
  const bool ipv6 = address.ss_family == AF_INET6;
  return absl::StrCat(ipv6 ? "[" : "", host.data(), ipv6 ? "]" : "", ":",
                      service.data());
}

Endpoints ResolveWithSystem(const std::string& host, uint16_t port) {
  return Lookup(host, port, 0);
}

std::vector<Endpoint> Interleave(std::vector<Endpoint> endpoints) {
  if (endpoints.empty()) return endpoints;
  const sa_family_t first = endpoints.front().address.ss_family;
  std::deque<Endpoint> preferred;
  std::deque<Endpoint> others;
  for (const Endpoint& endpoint : endpoints) {
    (endpoint.address.ss_family == first ? preferred : others)
        .push_back(endpoint);
  }
  endpoints.clear();
  while (!preferred.empty() || !others.empty()) {
    for (std::deque<Endpoint>* list : {&preferred, &others}) {
      if (list->empty()) continue;
      endpoints.push_back(list->front());
      list->pop_front();
    }
  }
  return endpoints;
}

Resolver::Resolver(ResolveFunction resolve)
    : lookups_(std::make_shared<Lookups>()) {
  lookups_->resolve = resolve == nullptr ? ResolveFunction(ResolveWithSystem)
                                         : std::move(resolve);
}

void Resolver::Start(const std::string& host, uint16_t port,
                     std::shared_ptr<EventLoop::Mailbox> mailbox, Done done) {
  const auto answer = [](const Waiter& waiter, const Endpoints& endpoints) {
    waiter.mailbox->Post([done = waiter.done, endpoints] { done(endpoints); });
  };
  const Waiter waiter = {std::move(mailbox), std::move(done)};
  if (!internal::AddressBytes(host).empty()) {
    answer(waiter, Lookup(host, port, AI_NUMERICHOST));
    return;
  }
  const std::pair<std::string, uint16_t> name(host, port);
  const absl::MutexLock lock(&lookups_->mutex);
  const auto running = lookups_->waiting.find(name);
  if (running != lookups_->waiting.end()) {
    running->second.push_back(waiter);
    return;
  }
  if (lookups_->waiting.size() >= kMaxLookups) {
    answer(waiter,
           MakeFailure(Failure::kResolve,
                       absl::StrCat("cannot find the address of ",
                                    ssl::Shown(host), ": ", kMaxLookups,
                                    " other names are being looked up")));
    return;
  }
  const auto run = [lookups = lookups_, name, answer] {
    const Endpoints endpoints = ssl::Guarded(
        "resolver", [&] { return lookups->resolve(name.first, name.second); });
    std::vector<Waiter> waiters;
    {
      const absl::MutexLock inner(&lookups->mutex);
      const auto found = lookups->waiting.find(name);
      waiters = std::move(found->second);
      lookups->waiting.erase(found);
    }
    for (const Waiter& one : waiters) answer(one, endpoints);
  };
  lookups_->waiting[name] = {waiter};
  try {
    std::thread(run).detach();
  } catch (const std::system_error& error) {
    lookups_->waiting.erase(name);
    answer(waiter,
           MakeFailure(Failure::kOther,
                       absl::StrCat("cannot start a thread to look up ",
                                    ssl::Shown(host), ": ", error.what())));
  }
}

}  // namespace airlock::http
