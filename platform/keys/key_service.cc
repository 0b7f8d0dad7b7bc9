// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/key_service.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "config/keys_file.h"
#include "platform/keys/handshake_input.h"
#include "platform/keys/internal/key_service_impl.h"
#include "ssl/secret.h"
#include "ssl/shown.h"
#include "ssl/sign.h"

namespace airlock::keys {
namespace {

// Reports of refusals: this many at once, then one a second.
constexpr double kMostReports = 20;

// How long an application may use a blank. Its ticket must open for the whole
// lifetime, and a keyring adds twice the skew of clocks, two minutes, to that.
constexpr uint16_t kBlankSeconds = 60;

bool IsTls13(Purpose purpose) {
  return purpose == Purpose::kTls13Server || purpose == Purpose::kTls13Client;
}

std::string SchemeText(uint16_t scheme) {
  const absl::string_view word = config::SignatureSchemeWord(scheme);
  return word.empty() ? absl::StrFormat("0x%04x", scheme) : std::string(word);
}

}  // namespace

KeyService::KeyService(std::vector<ServedKey> keys,
                       std::vector<Application> applications, Clock clock,
                       KeyEventSink sink)
    : keys_(std::move(keys)), clock_(std::move(clock)), sink_(std::move(sink)) {
  for (const ServedKey& key : keys_) {
    if (key.outside == nullptr) continue;
    queues_.push_back(std::make_unique<Queue>());
    queues_.back()->key = &key;
  }
  const absl::Time now = clock_();
  for (Application& application : applications) {
    User user;
    user.name = std::move(application.name);
    user.per_second = application.signatures_per_second;
    user.most_under_way = static_cast<size_t>(application.requests_under_way);
    user.signatures = {static_cast<double>(user.per_second), now};
    user.reports = {kMostReports, now};
    for (Grant& grant : application.grants) {
      const auto key = absl::c_find_if(keys_, [&grant](const ServedKey& each) {
        return each.name == grant.key;
      });
      Allowed allowed;
      allowed.key = &*key;
      allowed.purposes = std::move(grant.purposes);
      // Only what the key can, with the key's preference.
      const std::vector<uint16_t> able =
          key->tickets != nullptr   ? std::vector<uint16_t>()
          : key->outside != nullptr ? key->outside->schemes()
                                    : ssl::SignatureSchemes(*key->credentials);
      for (const uint16_t scheme : able) {
        if (grant.schemes.empty() ||
            absl::c_linear_search(grant.schemes, scheme)) {
          allowed.schemes.push_back(scheme);
        }
      }
      user.allowed.push_back(std::move(allowed));
    }
    users_.push_back(std::move(user));
  }
}

KeyService::~KeyService() = default;

size_t KeyService::application_count() const { return users_.size(); }

std::unique_ptr<KeyService::Channel> KeyService::OpenChannel(size_t application,
                                                             const Peer& peer) {
  return std::unique_ptr<Channel>(new Channel(this, application, peer));
}

Message KeyService::Refuse(const Channel& channel, const Message& request,
                           Refusal refusal, std::string reason) {
  ++refusals_[std::string(RefusalName(refusal))];
  User& user = users_[channel.application_];
  Message answer;
  answer.type = MessageType::kRefusal;
  answer.id = request.id;
  answer.refusal = refusal;
  answer.reason = std::move(reason);
  // The application itself asked for a cancellation.
  if (sink_ == nullptr || refusal == Refusal::kCancelled) return answer;
  const absl::Time now = clock_();
  if (!user.reports.Take(1, kMostReports, now)) {
    ++user.suppressed;
    return answer;
  }
  KeyEvent event;
  event.time = now;
  event.application = user.name;
  event.peer = channel.peer_;
  event.refusal = refusal;
  event.reason = answer.reason;
  event.suppressed = std::exchange(user.suppressed, 0);
  if (!request.key.empty()) {
    event.key = request.key;
    event.scheme = request.scheme;
    event.purpose = request.purpose;
  }
  sink_(event);
  return answer;
}

const KeyService::Allowed* KeyService::Check(const Channel& channel,
                                             const Message& request,
                                             Message* answer) {
  const User& user = users_[channel.application_];
  const auto refuse = [&](Refusal refusal,
                          std::string reason) -> const Allowed* {
    *answer = Refuse(channel, request, refusal, std::move(reason));
    return nullptr;
  };
  const auto allowed =
      absl::c_find_if(user.allowed, [&request](const Allowed& each) {
        return each.key->name == request.key;
      });
  if (allowed == user.allowed.end()) {
    // Says the same of a key that exists, and does not tell which do.
    return refuse(
        Refusal::kUnknownKey,
        absl::StrCat("the application ", user.name, " has no key named \"",
                     ssl::Shown(request.key), "\""));
  }
  auto [refusal, reason] = WhyNot(*allowed, request);
  return reason.empty() ? &*allowed : refuse(refusal, std::move(reason));
}

std::pair<Refusal, std::string> KeyService::WhyNot(
    const Allowed& allowed, const Message& request) const {
  const std::string name = absl::StrCat("the key ", request.key);
  // The message's type decides, and not only the purpose that it states.
  const bool tickets = request.type != MessageType::kSign;
  if (!absl::c_linear_search(allowed.purposes, request.purpose) ||
      IsForTickets(request.purpose) != tickets ||
      (allowed.key->tickets != nullptr) != tickets) {
    return {Refusal::kForbidden,
            absl::StrCat(name, " is not for ", PurposeName(request.purpose))};
  }
  if (tickets) return {};
  if (!absl::c_linear_search(allowed.schemes, request.scheme)) {
    return {Refusal::kForbidden, absl::StrCat(name, " does not sign with ",
                                              SchemeText(request.scheme))};
  }
  const ssl::Credentials& credentials = *allowed.key->credentials;
  // TLS 1.3 binds an ECDSA scheme to the key's curve (RFC 8446, section 4.2.3).
  if (IsTls13(request.purpose) &&
      credentials.key_type() == ssl::KeyType::kEcdsa &&
      request.scheme != ssl::SignatureSchemes(credentials).front()) {
    return {Refusal::kForbidden,
            absl::StrCat(name, " is on another curve than ",
                         SchemeText(request.scheme), " of TLS 1.3")};
  }
  const absl::Status form =
      CheckHandshakeInput(request.purpose, request.scheme, request.bytes);
  if (form.ok()) return {};
  return {Refusal::kNotHandshake,
          absl::StrCat("the input is not what a ", PurposeName(request.purpose),
                       " signs: ", form.message())};
}

bool KeyService::TakeToken(User* user) {
  const auto most = static_cast<double>(user->per_second);
  return user->signatures.Take(most, most, clock_());
}

KeyService::Channel::Channel(KeyService* service, size_t application,
                             const Peer& peer)
    : service_(service), application_(application), peer_(peer) {}

bool KeyService::Channel::Take(absl::string_view packet,
                               std::vector<std::string>* answers) {
  absl::StatusOr<Message> request = Decode(packet);
  const auto malformed = [&](absl::string_view why) {
    answers->push_back(Encode(service_->Refuse(
        *this, request.ok() ? *request : Message(), Refusal::kMalformed,
        absl::StrCat("the message is malformed: ", why))));
    return false;
  };
  if (!request.ok()) return malformed(request.status().message());
  User& user = service_->users_[application_];
  switch (request->type) {
    case MessageType::kList:
      AddKeys(request->id, answers);
      return true;
    case MessageType::kCancel:
      Cancel(*request, answers);
      return true;
    case MessageType::kSign:
    case MessageType::kSeal:
    case MessageType::kUnseal:
      break;
    default:
      return malformed("its type is not for a channel");
  }
  if (IsUnderWay(request->id)) {
    return malformed("its number is that of a request under way");
  }
  Message refusal;
  const Allowed* const allowed = service_->Check(*this, *request, &refusal);
  if (allowed == nullptr) {
    answers->push_back(Encode(refusal));
  } else if (user.under_way >= user.most_under_way) {
    answers->push_back(Encode(service_->Refuse(
        *this, *request, Refusal::kTooMany,
        absl::StrCat("the application ", user.name, " has ",
                     user.most_under_way, " requests under way"))));
  } else if (!service_->TakeToken(&user)) {
    answers->push_back(Encode(service_->Refuse(
        *this, *request, Refusal::kTooMany,
        absl::StrCat("the application ", user.name, " has had ",
                     user.per_second, " uses of its keys within a second"))));
  } else {
    ++user.under_way;
    if (allowed->key->outside == nullptr) {
      waiting_.push_back({*std::move(request), allowed});
      return true;
    }
    outside_.push_back({*std::move(request), allowed});
    Queue* const queue = service_->QueueOf(allowed->key);
    if (!absl::c_linear_search(queue->turns, this)) {
      queue->turns.push_back(this);
    }
    service_->BeginNext(queue);
  }
  return true;
}

std::string KeyService::Channel::Work() {
  --service_->users_[application_].under_way;
  if (!finished_.empty()) {
    std::string packet = std::move(finished_.front());
    finished_.pop_front();
    return packet;
  }
  const Waiting next = std::move(waiting_.front());
  waiting_.pop_front();
  Message answer;
  switch (next.request.type) {
    case MessageType::kSeal:
      answer = service_->Seal(*this, *next.allowed, next.request);
      break;
    case MessageType::kUnseal:
      answer = service_->Unseal(*this, *next.allowed, next.request);
      break;
    default:
      answer = service_->Sign(*this, *next.allowed, next.request);
      break;
  }
  answer.id = next.request.id;
  std::string packet = Encode(answer);
  WipeSecrets(&answer);
  return packet;
}

Message KeyService::Sign(const Channel& channel, const Allowed& allowed,
                         const Message& request) {
  return Signed(
      channel, request,
      ssl::Sign(*allowed.key->credentials, request.scheme, request.bytes));
}

Message KeyService::Signed(const Channel& channel, const Message& request,
                           absl::StatusOr<std::string> signature) {
  if (!signature.ok()) {
    return Refuse(channel, request, Refusal::kFailed,
                  std::string(signature.status().message()));
  }
  Count(channel, request, 1);
  Message answer;
  answer.type = MessageType::kSignature;
  answer.bytes = *std::move(signature);
  return answer;
}

Message KeyService::Seal(const Channel& channel, const Allowed& allowed,
                         const Message& request) {
  Message answer;
  answer.type = MessageType::kBlanks;
  answer.seconds = kBlankSeconds;
  answer.bytes.reserve(request.count * kBlankSize);
  for (int i = 0; i < request.count; ++i) {
    const std::optional<ssl::TicketBlank> blank =
        allowed.key->tickets->MakeBlank(clock_());
    if (!blank.has_value()) {
      return Refuse(channel, request, Refusal::kFailed,
                    absl::StrCat("the key ", request.key,
                                 " seals no tickets now: none of its keys is "
                                 "for this time"));
    }
    absl::StrAppend(&answer.bytes, blank->name, blank->nonce,
                    blank->key.view());
  }
  Count(channel, request, request.count);
  return answer;
}

Message KeyService::Unseal(const Channel& channel, const Allowed& allowed,
                           const Message& request) {
  Message answer;
  answer.type = MessageType::kUnsealed;
  const std::optional<ssl::Secret> content =
      allowed.key->tickets->Open(clock_(), request.server_name, request.bytes);
  if (content.has_value()) {
    answer.bytes = std::string(content->view());
    Count(channel, request, 1);
  }
  return answer;
}

void KeyService::Count(const Channel& channel, const Message& request,
                       int uses) {
  uses_[{users_[channel.application_].name, request.key, request.purpose}] +=
      static_cast<uint64_t>(uses);
}

void KeyService::Channel::AddKeys(uint32_t id,
                                  std::vector<std::string>* answers) const {
  for (const Allowed& allowed : service_->users_[application_].allowed) {
    Message key;
    key.type = MessageType::kKey;
    key.id = id;
    key.key = allowed.key->name;
    key.schemes = allowed.schemes;
    key.purposes = allowed.purposes;
    if (allowed.key->tickets == nullptr) {
      for (const auto& certificate : allowed.key->credentials->chain()) {
        key.chain.emplace_back(certificate.der());
      }
    }
    answers->push_back(Encode(key));
  }
  Message end;
  end.type = MessageType::kEnd;
  end.id = id;
  answers->push_back(Encode(end));
}

}  // namespace airlock::keys
