// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/c/internal/given_credentials.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "config/environment.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/structs.h"
#include "ssl/error.h"
#include "ssl/later.h"
#include "ssl/secret.h"

namespace airlock::c::internal {
namespace {

using CredentialsPtr = std::shared_ptr<const ssl::Credentials>;

// The maximum length of a password (OpenSSL's PEM_BUFSIZE).
constexpr size_t kPasswordRoom = 1024;

// An RSA signature with 16384 bits, the longest.
constexpr size_t kSignatureRoom = 2048;

// Whether other threads may fork while a callback runs: not while this one
// holds a lock.
enum class Forks { kAllowed, kWait };

using SignFn = airlock_status (*)(void*, uint16_t, airlock_bytes, void*, size_t,
                                  size_t*);

absl::StatusOr<ssl::Secret> AskPassword(const airlock_credentials& given,
                                        void* user, Forks forks) {
  char room[kPasswordRoom];
  const Wiper wiper(room, sizeof(room));
  size_t size = sizeof(room) + 1;
  airlock_status status = AIRLOCK_ERROR;
  const auto ask = [&] {
    return given.ask_password(user, room, sizeof(room), &size);
  };
  if (forks == Forks::kAllowed) {
    status = Shielded(ask);
  } else {
    ShieldedUnderLock([&] { status = ask(); });
  }
  if (status != AIRLOCK_OK || size > sizeof(room)) {
    return ssl::MakeStatus(
        ssl::ErrorKind::kCredentials,
        "The key is encrypted, and ask_password returned no password for it.");
  }
  return ssl::Secret(absl::string_view(room, size));
}

absl::StatusOr<std::string> AskSignature(SignFn sign, void* user,
                                         uint16_t algorithm,
                                         absl::string_view input) {
  char room[kSignatureRoom];
  size_t size = sizeof(room) + 1;
  const airlock_status status = Shielded([&] {
    return sign(user, algorithm, Bytes(input), room, sizeof(room), &size);
  });
  if (status == AIRLOCK_WANT_CALLBACK) return ssl::Later();
  if (status != AIRLOCK_OK) {
    return absl::PermissionDeniedError(
        absl::StrCat("it returned ", status, "."));
  }
  if (size > sizeof(room)) {
    return Invalid(absl::StrCat("it set *size to ", size,
                                ", but the signature may have at most ",
                                sizeof(room), " bytes."));
  }
  return std::string(room, size);
}

// Null if there is no callback.
ssl::Signer SignerOf(const TakenCredentials& given) {
  if (given.known->sign == nullptr) return nullptr;
  return [sign = given.known->sign, user = given.user](
             uint16_t algorithm, absl::string_view input) {
    return AskSignature(sign, user->get(), algorithm, input);
  };
}

// Null if there is none.
absl::StatusOr<ssl::PasswordCallback> PasswordOf(const TakenCredentials& given,
                                                 Forks forks) {
  auto password = GivenSecret(given.known->password, "password");
  if (!password.ok()) return password.status();
  if (given.known->ask_password != nullptr) {
    if (password->has_value()) {
      return Invalid("Both password and ask_password are set; leave one out.");
    }
    return ssl::PasswordCallback(
        [known = *given.known, user = given.user, forks] {
          return AskPassword(known, user->get(), forks);
        });
  }
  if (!password->has_value()) return ssl::PasswordCallback();
  return ssl::PasswordCallback(
      [shared = std::make_shared<const ssl::Secret>(**std::move(password))] {
        return absl::StatusOr<ssl::Secret>(shared->Clone());
      });
}

// Checks the fields that do not depend on where certificate and key are. Sets
// *key to the name of the key of the key service, or to unset.
absl::Status CheckFields(const TakenCredentials& given,
                         const keys::KeyClient* client,
                         std::optional<std::string>* key, bool* later) {
  if (!given.known.ok()) return given.known.status();
  const airlock_credentials& known = *given.known;
  if (known.reserved != 0) return Invalid("credentials.reserved is not 0.");
  const absl::StatusOr<bool> sign_later = Flag(known.sign_later, "sign_later");
  if (!sign_later.ok()) return sign_later.status();
  *later = *sign_later;
  const auto text = Given(known.keyfile, "keyfile");
  if (!text.ok()) return text.status();
  *key = keys::KeyReference(text->value_or(""));
  if (!key->has_value()) {
    if (!*later) return absl::OkStatus();
    return Invalid("sign_later is for a keyfile of the key service.");
  }
  if (known.sign != nullptr || known.ask_password != nullptr ||
      known.password.data != nullptr) {
    return Invalid(
        "keyfile names a key of the key service; leave out sign, password and "
        "ask_password.");
  }
  if (client != nullptr) return absl::OkStatus();
  return ssl::MakeStatus(
      ssl::ErrorKind::kCredentials,
      absl::StrCat("keyfile names a key of the key service, and the runtime "
                   "has none: ",
                   config::kKeysVariable, " is not set in its environment."));
}

keys::Waiting WaitingOf(bool later) {
  return later ? keys::Waiting::kReturns : keys::Waiting::kBlocks;
}

absl::StatusOr<CredentialsPtr> CredentialsOfOne(const TakenCredentials& given,
                                                keys::KeyClient* client) {
  std::optional<std::string> key;
  bool later = false;
  const absl::Status good = CheckFields(given, client, &key, &later);
  if (!good.ok()) return good;
  auto certfile = GivenSecret(given.known->certfile, "certfile");
  if (!certfile.ok()) return certfile.status();
  if (key.has_value()) {
    return keys::RemoteCredentials(client, *key, WaitingOf(later),
                                   *std::move(certfile), "certfile");
  }
  ssl::CredentialsOptions options;
  options.signer = SignerOf(given);
  options.certfile = (*std::move(certfile)).value_or(ssl::Secret());
  auto keyfile = GivenSecret(given.known->keyfile, "keyfile");
  if (!keyfile.ok()) return keyfile.status();
  if (keyfile->has_value()) options.keyfile = **std::move(keyfile);
  auto password = PasswordOf(given, Forks::kAllowed);
  if (!password.ok()) return password.status();
  options.password = *std::move(password);
  return ssl::Credentials::Create(std::move(options));
}

absl::StatusOr<platform::CredentialPaths> PathsOfOne(
    const TakenCredentials& given,
    const std::shared_ptr<keys::KeyClient>& client) {
  std::optional<std::string> key;
  bool later = false;
  const absl::Status good = CheckFields(given, client.get(), &key, &later);
  if (!good.ok()) return good;
  const auto certfile = GivenPath(given.known->certfile, "certfile");
  if (!certfile.ok()) return certfile.status();
  if (certfile->value_or("").empty()) {
    return Invalid("certfile is not set; pass its path.");
  }
  platform::CredentialPaths paths;
  paths.certfile = **certfile;
  if (key.has_value()) {
    paths.make = [client, key = *std::move(key), waiting = WaitingOf(later)](
                     ssl::Secret chain, const std::string& name) {
      return keys::RemoteCredentials(client.get(), key, waiting,
                                     std::move(chain), name);
    };
    return paths;
  }
  const auto keyfile = GivenPath(given.known->keyfile, "keyfile");
  if (!keyfile.ok()) return keyfile.status();
  auto password = PasswordOf(given, Forks::kWait);
  if (!password.ok()) return password.status();
  if (ssl::Signer signer = SignerOf(given)) {
    if (keyfile->has_value()) {
      return Invalid("Both keyfile and sign are set; leave one out.");
    }
    paths.make = [signer = std::move(signer)](ssl::Secret chain,
                                              const std::string& name) {
      ssl::CredentialsOptions options;
      options.signer = signer;
      options.certfile = std::move(chain);
      options.certfile_name = name;
      return ssl::Credentials::Create(std::move(options));
    };
    return paths;
  }
  // One file with both may be named twice.
  if (keyfile->has_value() && **keyfile != paths.certfile) {
    paths.keyfile = **keyfile;
  }
  paths.password = *std::move(password);
  return paths;
}

}  // namespace

absl::StatusOr<std::vector<TakenCredentials>> TakeCredentials(
    const airlock_credentials* const* list, size_t count) {
  const absl::Status good = CheckList(list, count, "credentials");
  if (!good.ok()) return good;
  std::vector<TakenCredentials> all;
  for (size_t i = 0; i < count; ++i) {
    if (list[i] == nullptr) {
      all.push_back({IsNull("credentials[]"), nullptr});
      continue;
    }
    all.push_back({ReadStruct(list[i], "credentials[]"), nullptr});
    if (!all.back().known.ok()) continue;
    all.back().user =
        MakeUserData(all.back().known->user, all.back().known->release);
  }
  return all;
}

absl::StatusOr<std::vector<CredentialsPtr>> CredentialsOf(
    const std::vector<TakenCredentials>& given, keys::KeyClient* keys) {
  std::vector<CredentialsPtr> all;
  for (const TakenCredentials& one : given) {
    auto credentials = CredentialsOfOne(one, keys);
    if (!credentials.ok()) return credentials.status();
    all.push_back(*std::move(credentials));
  }
  return all;
}

absl::StatusOr<std::vector<platform::CredentialPaths>> CredentialPathsOf(
    const std::vector<TakenCredentials>& given,
    const std::shared_ptr<keys::KeyClient>& keys) {
  std::vector<platform::CredentialPaths> all;
  for (const TakenCredentials& one : given) {
    auto paths = PathsOfOne(one, keys);
    if (!paths.ok()) return paths.status();
    all.push_back(*std::move(paths));
  }
  return all;
}

}  // namespace airlock::c::internal
