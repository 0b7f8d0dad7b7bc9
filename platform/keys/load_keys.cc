// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/load_keys.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "config/position.h"
#include "platform/keys/read_key_source.h"
#include "platform/tickets/file_ticket_source.h"
#include "ssl/credentials.h"
#include "ssl/local_ca.h"
#include "ssl/secret.h"
#include "ssl/sign.h"
#include "ssl/ticket_keyring.h"

namespace airlock::keys {
namespace {

constexpr absl::Duration kValidity = absl::Hours(90 * 24);

using CredentialsOr = absl::StatusOr<std::shared_ptr<const ssl::Credentials>>;

CredentialsOr Make(const config::Position& position,
                   ssl::CredentialsOptions options) {
  CredentialsOr made = ssl::Credentials::Create(std::move(options));
  if (made.ok()) return made;
  return config::ErrorAt(position, made.status().message());
}

// Whether `text` can be an IP address and not a DNS name.
bool IsAddress(absl::string_view text) {
  return text.find_first_not_of("0123456789.") == absl::string_view::npos ||
         text.find(':') != absl::string_view::npos;
}

CredentialsOr Generate(const config::KeyEntry& entry, platform::Host* host) {
  ssl::LeafOptions leaf;
  leaf.common_name = entry.generate.front();
  for (const std::string& name : entry.generate) {
    (IsAddress(name) ? leaf.ip_addresses : leaf.dns_names).push_back(name);
  }
  const absl::Time now = host->Now();
  leaf.not_before = now - absl::Hours(1);
  leaf.not_after = now + kValidity;
  absl::StatusOr<ssl::Leaf> made = ssl::MakeSelfSigned(leaf);
  if (!made.ok()) {
    return config::ErrorAt(entry.position, made.status().message());
  }
  ssl::CredentialsOptions options;
  options.certfile = ssl::Secret(made->certificate);
  options.keyfile = std::move(made->key);
  return Make(entry.position, std::move(options));
}

// The keys of session tickets.
absl::StatusOr<std::shared_ptr<ssl::TicketKeyring>> LoadTickets(
    const config::KeyEntry& entry, const std::string& credentials,
    platform::Host* host) {
  ssl::TicketKeyringOptions options;
  options.lifetime = entry.lifetime;
  if (!entry.tickets.has_value()) {
    return ssl::TicketKeyring::CreateOwn(entry.rotation, std::move(options),
                                         host->Now());
  }
  const absl::StatusOr<ssl::Secret> text =
      ReadKeySource(*entry.tickets, credentials, host);
  if (!text.ok()) return text.status();
  auto keys = platform::ParseTicketKeys(text->view());
  absl::Status status = keys.status();
  auto keyring = ssl::TicketKeyring::Create(std::move(options));
  if (status.ok()) status = keyring.status();
  if (status.ok()) {
    status = (*keyring)->Update(*std::move(keys), host->Now());
  }
  if (status.ok()) return keyring;
  return config::ErrorAt(
      entry.tickets->position,
      absl::StrCat(entry.tickets->name, ": ", status.message()));
}

CredentialsOr Load(const config::KeyEntry& entry,
                   const std::string& credentials, platform::Host* host) {
  if (!entry.certificate.has_value()) return Generate(entry, host);
  ssl::CredentialsOptions options;
  absl::StatusOr<ssl::Secret> bytes =
      ReadKeySource(*entry.certificate, credentials, host);
  if (!bytes.ok()) return bytes.status();
  options.certfile = *std::move(bytes);
  options.certfile_name = entry.certificate->name;
  const config::KeySource& key = entry.key.value_or(*entry.certificate);
  if (entry.key.has_value()) {
    bytes = ReadKeySource(*entry.key, credentials, host);
    if (!bytes.ok()) return bytes.status();
    options.keyfile = *std::move(bytes);
    options.keyfile_name = entry.key->name;
  }
  return Make(key.position, std::move(options));
}

// The chain of a token's key, which must belong to it.
CredentialsOr LoadToken(const config::KeyEntry& entry,
                        const std::string& credentials, platform::Host* host,
                        TokenKey* key) {
  ssl::CredentialsOptions options;
  absl::StatusOr<ssl::Secret> bytes =
      ReadKeySource(*entry.certificate, credentials, host);
  if (!bytes.ok()) return bytes.status();
  options.certfile = *std::move(bytes);
  options.certfile_name = entry.certificate->name;
  // The service signs with the token itself.
  options.signer = [](uint16_t, absl::string_view) {
    return absl::UnimplementedError("the key is in a token");
  };
  CredentialsOr made = Make(entry.certificate->position, std::move(options));
  if (!made.ok()) return made;
  const absl::Status opened = key->Open(*made);
  if (opened.ok()) return made;
  return config::ErrorAt(entry.token->position, opened.message());
}

absl::StatusOr<Grant> LoadGrant(const config::KeyGrant& given,
                                const std::vector<ServedKey>& keys) {
  Grant grant;
  grant.key = given.key;
  for (const Purpose purpose : kPurposes) {
    if (absl::c_linear_search(given.purposes, PurposeName(purpose))) {
      grant.purposes.push_back(purpose);
    }
  }
  grant.schemes = given.schemes;
  const auto key = absl::c_find_if(
      keys, [&given](const ServedKey& each) { return each.name == given.key; });
  if (key->tickets != nullptr) return grant;
  const std::vector<uint16_t> able =
      key->outside != nullptr ? key->outside->schemes()
                              : ssl::SignatureSchemes(*key->credentials);
  for (const uint16_t scheme : given.schemes) {
    if (absl::c_linear_search(able, scheme)) continue;
    return config::ErrorAt(
        given.position,
        absl::StrCat("the key ", given.key, " cannot sign with ",
                     config::SignatureSchemeWord(scheme),
                     key->outside != nullptr
                         ? ", which the token has no mechanism for, or which "
                           "is for another type of key"
                         : ", which is for another type of key"));
  }
  return grant;
}

}  // namespace

absl::StatusOr<LoadedKeys> LoadKeys(const config::KeysFile& file,
                                    const std::string& credentials,
                                    platform::Host* host, TokenKeys tokens) {
  LoadedKeys loaded;
  for (const config::KeyEntry& entry : file.keys) {
    if (entry.for_tickets) {
      auto tickets = LoadTickets(entry, credentials, host);
      if (!tickets.ok()) return tickets.status();
      loaded.keys.push_back({entry.name, nullptr, *std::move(tickets)});
      continue;
    }
    if (entry.token.has_value()) {
      std::unique_ptr<TokenKey>& key = tokens[entry.name];
      CredentialsOr chain = LoadToken(entry, credentials, host, key.get());
      if (!chain.ok()) return chain.status();
      loaded.keys.push_back(
          {entry.name, *std::move(chain), nullptr, std::move(key)});
      continue;
    }
    CredentialsOr made = Load(entry, credentials, host);
    if (!made.ok()) return made.status();
    loaded.keys.push_back({entry.name, *std::move(made)});
  }
  for (const config::KeyUser& user : file.applications) {
    Application application;
    application.name = user.name;
    application.signatures_per_second = user.signatures_per_second;
    application.requests_under_way = user.requests_under_way;
    for (const config::KeyGrant& given : user.grants) {
      absl::StatusOr<Grant> grant = LoadGrant(given, loaded.keys);
      if (!grant.ok()) return grant.status();
      application.grants.push_back(*std::move(grant));
    }
    if (user.uid.has_value()) {
      loaded.users[*user.uid] = loaded.applications.size();
    }
    loaded.applications.push_back(std::move(application));
    loaded.channels.push_back(user.channels);
  }
  return loaded;
}

}  // namespace airlock::keys
