// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/ticket_keyring.h"

#include <utility>

#include "absl/types/span.h"
#include "ssl/error.h"
#include "ssl/internal/check_ticket_keys.h"
#include "ssl/internal/ticket_keyring_impl.h"
#include "ssl/random.h"

namespace airlock::ssl {

TicketKey TicketKey::Random(absl::Time seals_from, absl::Time seals_until) {
  TicketKey key;
  key.name.resize(kNameSize);
  FillRandom(absl::MakeSpan(key.name));
  std::string secret(kSecretSize, '\0');
  const ScopedWipe wipe(&secret);
  FillRandom(absl::MakeSpan(secret));
  key.secret = Secret(secret);
  key.seals_from = seals_from;
  key.seals_until = seals_until;
  return key;
}

TicketKey TicketKey::Clone() const {
  TicketKey key;
  key.name = name;
  key.secret = secret.Clone();
  key.seals_from = seals_from;
  key.seals_until = seals_until;
  return key;
}

TicketKeyring::TicketKeyring(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}
TicketKeyring::~TicketKeyring() = default;

absl::StatusOr<std::shared_ptr<TicketKeyring>> TicketKeyring::Create(
    TicketKeyringOptions options) {
  const absl::Status checked = internal::CheckTicketKeyringOptions(options);
  if (!checked.ok()) return checked;
  return std::shared_ptr<TicketKeyring>(
      new TicketKeyring(std::make_unique<Impl>(std::move(options))));
}

absl::StatusOr<std::shared_ptr<TicketKeyring>> TicketKeyring::CreateOwn(
    absl::Duration period, TicketKeyringOptions options, absl::Time now) {
  if (period <= absl::ZeroDuration() || (period > TicketKey::kMostSealing &&
                                         period != absl::InfiniteDuration())) {
    return MakeStatus(
        ErrorKind::kInvalidArgument,
        ErrorParts{"period", absl::FormatDuration(period),
                   "it must be above zero and at most seven days, or "
                   "infinite."});
  }
  auto made = Create(std::move(options));
  if (!made.ok()) return made;
  const absl::Status own = (*made)->impl().MakeOwn(period, now);
  if (!own.ok()) return own;
  return made;
}

absl::StatusOr<std::shared_ptr<TicketKeyring>> TicketKeyring::CreateRemote(
    std::shared_ptr<TicketKeeper> keeper, TicketKeyringOptions options) {
  if (keeper == nullptr) {
    return MakeStatus(
        ErrorKind::kInvalidArgument,
        ErrorParts{"keeper", "is null", "give what keeps the ticket keys."});
  }
  const absl::Status checked = internal::CheckTicketKeyringOptions(options);
  if (!checked.ok()) return checked;
  return std::shared_ptr<TicketKeyring>(new TicketKeyring(
      std::make_unique<Impl>(std::move(options), std::move(keeper))));
}

absl::Status TicketKeyring::Update(std::vector<TicketKey> keys,
                                   absl::Time now) {
  return impl_->Update(std::move(keys), now);
}

std::optional<TicketBlank> TicketKeyring::MakeBlank(absl::Time now) {
  return impl_->MakeBlank(now);
}

std::optional<Secret> TicketKeyring::Open(absl::Time now,
                                          absl::string_view server_name,
                                          absl::string_view ticket) {
  if (ticket.size() < Impl::kOverhead) return std::nullopt;
  std::string content(ticket.size() - Impl::kOverhead, '\0');
  const ScopedWipe wipe(&content);
  const absl::Span<const uint8_t> sealed(
      reinterpret_cast<const uint8_t*>(ticket.data()), ticket.size());
  if (!impl_->Open(now, server_name, sealed,
                   reinterpret_cast<uint8_t*>(&content[0]))) {
    return std::nullopt;
  }
  return Secret(content);
}

absl::Status TicketKeyring::Rotate(absl::Time now) {
  return impl_->Rotate(now);
}

TicketKeyringState TicketKeyring::state(absl::Time now) const {
  return impl_->State(now);
}

TicketKeyringCounts TicketKeyring::counts() const { return impl_->Counts(); }
absl::Duration TicketKeyring::lifetime() const {
  return impl_->options().lifetime;
}
absl::Duration TicketKeyring::clock_skew() const {
  return impl_->options().clock_skew;
}

}  // namespace airlock::ssl
