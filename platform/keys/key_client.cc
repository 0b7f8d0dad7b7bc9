// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/key_client.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "platform/fork_guard.h"
#include "platform/internal/fd_wait.h"
#include "platform/keys/handshake_input.h"
#include "platform/keys/internal/key_connection.h"
#include "platform/keys/internal/remote_tickets.h"
#include "platform/keys/protocol.h"
#include "ssl/certificate.h"
#include "ssl/error.h"
#include "ssl/later.h"
#include "ssl/shown.h"

namespace airlock::keys {
namespace {

using internal::KeyConnection;
using platform::internal::Earlier;
using platform::internal::Until;
using platform::internal::UntilAfter;

constexpr absl::string_view kReference = "airlock-key:";

thread_local const KeyWaitScope* current_scope = nullptr;

// When a wait that begins now ends: as this thread's scope says, or after
// `otherwise` where it says nothing.
Until UntilOr(absl::Duration otherwise) {
  const Until own = current_scope == nullptr ? Until() : current_scope->until();
  return own.has_value() ? own : UntilAfter(otherwise);
}

// The code that tells a caller what to do: a key that is missing or does not
// fit is not the connection's fault.
absl::Status Refused(absl::string_view key, const Message& answer) {
  return absl::PermissionDeniedError(
      absl::StrCat("the key service refused to sign with the key ", key, ": ",
                   ssl::Shown(answer.reason, 500)));
}

absl::StatusOr<std::string> SignatureOf(absl::string_view key,
                                        const std::vector<Message>& answers) {
  const Message& answer = answers.back();
  if (answer.type == MessageType::kSignature) return answer.bytes;
  if (answer.type == MessageType::kRefusal) return Refused(key, answer);
  return absl::InternalError(
      "the key service answered a request to sign with something else");
}

}  // namespace

KeyClient::KeyClient(KeyClientOptions options)
    : options_(std::move(options)),
      connection_(std::make_unique<KeyConnection>(options_.place)) {}

KeyClient::~KeyClient() = default;

absl::StatusOr<std::shared_ptr<KeyClient>> KeyClient::Create(
    KeyClientOptions options) {
  const absl::Status good = KeyConnection::CheckPlace(options.place);
  if (!good.ok()) return good;
  return std::shared_ptr<KeyClient>(new KeyClient(std::move(options)));
}

absl::StatusOr<std::vector<RemoteKey>> KeyClient::List() {
  const platform::ForkGuard guard;
  Message request;
  request.type = MessageType::kList;
  const auto answers = connection_->Ask(request, UntilOr(options_.timeout),
                                        /*interruptible=*/false);
  if (!answers.ok()) return answers.status();
  std::vector<RemoteKey> keys;
  for (const Message& answer : *answers) {
    if (answer.type == MessageType::kRefusal) return Refused("*", answer);
    if (answer.type != MessageType::kKey) continue;
    const bool tickets =
        absl::c_linear_search(answer.purposes, Purpose::kTicketSeal) &&
        absl::c_linear_search(answer.purposes, Purpose::kTicketUnseal);
    keys.push_back({answer.key, answer.schemes, tickets, answer.chain});
  }
  return keys;
}

ssl::Signer KeyClient::SignerFor(std::string key, Waiting waiting) {
  return [self = shared_from_this(), key = std::move(key), waiting](
             uint16_t scheme, absl::string_view input) {
    return self->Sign(key, waiting, scheme, input);
  };
}

absl::StatusOr<std::string> KeyClient::Sign(const std::string& key,
                                            Waiting waiting, uint16_t scheme,
                                            absl::string_view input) {
  const platform::ForkGuard guard;
  if (input.size() > kMaxInput) {
    return absl::InvalidArgumentError(
        absl::StrCat("the handshake to sign has ", input.size(),
                     " bytes; the key service takes at most ", kMaxInput,
                     ". Send fewer certificates, or use TLS 1.3."));
  }
  const std::optional<Purpose> purpose = PurposeOfInput(scheme, input);
  if (!purpose.has_value()) {
    return absl::InvalidArgumentError(
        "the key service signs handshakes of TLS 1.2 and 1.3 only, and this is "
        "none; TLS 1.1 and older versions need the key itself");
  }
  Message request;
  request.type = MessageType::kSign;
  request.key = key;
  request.scheme = scheme;
  request.purpose = *purpose;
  request.bytes = std::string(input);
  std::chrono::steady_clock::time_point began;
  const auto answers =
      Ask(std::move(request), waiting,
          waiting == Waiting::kBlocks ? UntilOr(options_.timeout)
                                      : UntilAfter(options_.timeout),
          &began);
  absl::StatusOr<std::string> signature =
      answers.ok() ? SignatureOf(key, *answers)
                   : absl::StatusOr<std::string>(answers.status());
  if (ssl::IsLater(signature.status())) return signature;
  const bool server =
      *purpose == Purpose::kTls13Server || *purpose == Purpose::kTls12Server;
  signing_.Add(server ? ssl::Side::kServer : ssl::Side::kClient,
               signature.status(),
               absl::FromChrono(std::chrono::steady_clock::now() - began));
  return signature;
}

absl::StatusOr<std::vector<Message>> KeyClient::Ask(
    Message request, Waiting waiting, Until until,
    std::chrono::steady_clock::time_point* began) {
  if (waiting == Waiting::kReturns) {
    return connection_->Poll(std::move(request), until, began);
  }
  const KeyWaitScope* const scope = current_scope;
  if (scope != nullptr) until = Earlier(until, scope->until());
  return connection_->Ask(std::move(request), until,
                          scope != nullptr && scope->interruptible(), began);
}

std::shared_ptr<ssl::TicketKeeper> KeyClient::TicketsFor(std::string key,
                                                         Waiting waiting) {
  return std::make_shared<internal::RemoteTickets>(
      shared_from_this(), std::move(key), waiting, options_.ticket_timeout,
      options_.ticket_pause);
}

absl::StatusOr<int> KeyClient::wakeup_fd() {
  const platform::ForkGuard guard;
  return connection_->wakeup_fd();
}

void KeyClient::Dispatch() {
  const platform::ForkGuard guard;
  connection_->Dispatch();
}

std::optional<std::string> KeyReference(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, kReference)) return std::nullopt;
  return std::string(text);
}

absl::StatusOr<std::shared_ptr<const ssl::Credentials>> RemoteCredentials(
    KeyClient* client, const std::string& key, Waiting waiting,
    std::optional<ssl::Secret> certfile, const std::string& certfile_name) {
  const std::string reference = absl::StrCat(kReference, ssl::Shown(key));
  const auto failed = [&reference](absl::string_view why) {
    return ssl::MakeStatus(ssl::ErrorKind::kCredentials,
                           absl::StrCat(reference, ": ", why));
  };
  const absl::StatusOr<std::vector<RemoteKey>> keys = client->List();
  if (!keys.ok()) return failed(keys.status().message());
  const auto found = absl::c_find_if(
      *keys, [&key](const RemoteKey& each) { return each.name == key; });
  if (found == keys->end()) {
    return failed("the key service has no such key for this application");
  }
  if (found->schemes.empty()) {
    return failed("it is for session tickets, and signs nothing");
  }
  if (found->chain.empty()) {
    return failed("the key service sent no certificate for it");
  }
  ssl::CredentialsOptions options;
  options.signer = client->SignerFor(key, waiting);
  options.certfile_name = certfile_name;
  const auto own = ssl::Certificate::FromDer(found->chain.front());
  if (!own.ok()) return failed(own.status().message());
  if (certfile.has_value()) {
    options.certfile = *std::move(certfile);
  } else {
    options.certfile = ssl::Secret(absl::StrJoin(found->chain, ""));
    options.certfile_name = reference;
  }
  auto made = ssl::Credentials::Create(std::move(options));
  if (!made.ok()) return made;
  if ((*made)->chain().front().SpkiSha256() != own->SpkiSha256()) {
    return ssl::MakeStatus(
        ssl::ErrorKind::kCredentials,
        absl::StrCat("the first certificate in ", certfile_name,
                     " is for another key than ", reference));
  }
  return made;
}

KeyWaitScope::KeyWaitScope(Until until, bool interruptible,
                           absl::Duration timeout)
    : until_(until),
      timeout_(timeout),
      interruptible_(interruptible),
      outer_(std::exchange(current_scope, this)) {}

Until KeyWaitScope::until() const {
  return Earlier(until_, UntilAfter(timeout_));
}

KeyWaitScope::~KeyWaitScope() { current_scope = outer_; }

}  // namespace airlock::keys
