// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/keys_file.h"

#include <array>
#include <cstddef>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "config/internal/key_source.h"
#include "config/internal/reader.h"
#include "config/internal/text.h"
#include "config/internal/words.h"
#include "config/internal/yaml_document.h"

namespace airlock::config {
namespace {

using internal::YamlNode;

constexpr absl::string_view kFileKeys[] = {"keys", "applications", "listen"};
constexpr absl::string_view kKeyKeys[] = {
    "certificate", "key",    "generate", "tickets",     "rotation",
    "lifetime",    "module", "pin",      "environment", "network"};
constexpr absl::string_view kUserKeys[] = {"user", "keys", "limits"};
constexpr absl::string_view kGrantKeys[] = {"purposes", "schemes"};
constexpr absl::string_view kLimitKeys[] = {"signatures_per_second",
                                            "requests_under_way", "channels"};
constexpr int kMostLimit = 1'000'000;
constexpr int64_t kMostUser = 0xfffffffe;

constexpr std::array<absl::string_view, 6> kPurposes = {
    "tls1.3-server", "tls1.3-client", "tls1.2-server",
    "tls1.2-client", "ticket-seal",   "ticket-unseal"};
// What a grant without purposes allows: those of a server.
constexpr absl::string_view kServerPurposes[] = {kPurposes[0], kPurposes[2]};
constexpr absl::string_view kTicketPurposes[] = {kPurposes[4], kPurposes[5]};

constexpr absl::string_view kGenerate = "generate";
constexpr absl::Duration kWeek = absl::Hours(24 * 7);

constexpr std::array<absl::string_view, 13> kSchemeWords = {
    "ecdsa_secp256r1_sha256",
    "ecdsa_secp384r1_sha384",
    "ecdsa_secp521r1_sha512",
    "ed25519",
    "rsa_pss_rsae_sha256",
    "rsa_pss_rsae_sha384",
    "rsa_pss_rsae_sha512",
    "rsa_pkcs1_sha256",
    "rsa_pkcs1_sha384",
    "rsa_pkcs1_sha512",
    "mldsa44",
    "mldsa65",
    "mldsa87"};
constexpr std::array<uint16_t, 13> kSchemes = {
    0x0403, 0x0503, 0x0603, 0x0807, 0x0804, 0x0805, 0x0806,
    0x0401, 0x0501, 0x0601, 0x0904, 0x0905, 0x0906};

absl::StatusOr<int64_t> ReadNumber(const YamlNode& node, absl::string_view name,
                                   int64_t least, int64_t most) {
  const absl::StatusOr<std::string> text = internal::ReadText(node, name);
  if (!text.ok()) return text.status();
  int64_t number = -1;
  // SimpleAtoi accepts signs and spaces, too.
  if (absl::c_all_of(*text, absl::ascii_isdigit) &&
      absl::SimpleAtoi(*text, &number) && number >= least && number <= most) {
    return number;
  }
  return ErrorAt(
      node.position,
      absl::StrCat(name, " is \"", internal::Shown(*text),
                   "\"; it must be a number from ", least, " to ", most));
}

// A list that is not empty and has no item twice; `read` takes each.
template <typename Read>
absl::Status ReadList(const YamlNode& node, absl::string_view name, Read read) {
  const absl::Status status =
      internal::Expect(node, name, YamlNode::Kind::kSequence);
  if (!status.ok()) return status;
  if (node.items.empty()) {
    return ErrorAt(node.position,
                   absl::StrCat(name,
                                " is an empty list; leave it out, or "
                                "write what is allowed"));
  }
  std::vector<std::string> seen;
  for (const YamlNode& item : node.items) {
    const absl::StatusOr<std::string> text = internal::ReadText(item, name);
    if (!text.ok()) return text.status();
    if (absl::c_linear_search(seen, *text)) {
      return ErrorAt(item.position, absl::StrCat("\"", internal::Shown(*text),
                                                 "\" is in the list twice"));
    }
    seen.push_back(*text);
    const absl::Status taken = read(item, *text);
    if (!taken.ok()) return taken;
  }
  return absl::OkStatus();
}

absl::Status ReadDuration(const YamlNode& entry, absl::string_view name,
                          absl::Duration* duration) {
  const YamlNode* const node = entry.Find(name);
  if (node == nullptr) return absl::OkStatus();
  const absl::StatusOr<std::string> text = internal::ReadText(*node, name);
  if (!text.ok()) return text.status();
  if (absl::ParseDuration(*text, duration) && *duration >= absl::Seconds(1) &&
      *duration <= kWeek) {
    return absl::OkStatus();
  }
  return ErrorAt(node->position,
                 absl::StrCat(name, " is \"", internal::Shown(*text),
                              "\"; it must be a time from 1s to 168h, which is "
                              "a week, as in 12h"));
}

absl::Status ReadTickets(const YamlNode& entry, const YamlNode& tickets,
                         KeyEntry* key) {
  key->for_tickets = true;
  const absl::StatusOr<std::string> text =
      internal::ReadText(tickets, "tickets");
  if (!text.ok()) return text.status();
  if (*text != kGenerate) {
    absl::StatusOr<KeySource> source = internal::ReadSource(tickets, "tickets");
    if (!source.ok()) return source.status();
    key->tickets = *std::move(source);
    if (const YamlNode* const rotation = entry.Find("rotation")) {
      return ErrorAt(rotation->position,
                     "rotation is for \"tickets: generate\"; keys from a file "
                     "have their own times");
    }
  }
  absl::Status status = ReadDuration(entry, "rotation", &key->rotation);
  if (status.ok()) status = ReadDuration(entry, "lifetime", &key->lifetime);
  return status;
}

absl::StatusOr<KeyEntry> ReadKey(const YamlNode& name, const YamlNode& node) {
  KeyEntry entry;
  entry.name = name.text;
  entry.position = name.position;
  absl::Status status = internal::CheckName(name, name.text, "a key");
  if (status.ok()) status = internal::ExpectKeys(node, "a key", kKeyKeys);
  if (!status.ok()) return status;
  const YamlNode* const certificate = node.Find("certificate");
  const YamlNode* const key = node.Find("key");
  const YamlNode* const generate = node.Find("generate");
  const YamlNode* const tickets = node.Find("tickets");
  const int forms = (certificate != nullptr ? 1 : 0) +
                    (generate != nullptr ? 1 : 0) +
                    (tickets != nullptr ? 1 : 0);
  if (forms != 1 || (certificate == nullptr && key != nullptr)) {
    return ErrorAt(name.position,
                   absl::StrCat("the key ", name.text,
                                " needs either \"certificate\", with or "
                                "without \"key\", or \"generate\", or "
                                "\"tickets\""));
  }
  status = internal::CheckTokenKeys(node, key);
  if (!status.ok()) return status;
  if (tickets != nullptr) {
    status = ReadTickets(node, *tickets, &entry);
    if (!status.ok()) return status;
    return entry;
  }
  for (const absl::string_view word : {"rotation", "lifetime"}) {
    if (const YamlNode* const given = node.Find(word)) {
      return ErrorAt(given->position,
                     absl::StrCat(word, " is for a key with \"tickets\", and ",
                                  name.text, " signs"));
    }
  }
  if (generate != nullptr) {
    status = ReadList(*generate, "generate",
                      [&entry](const YamlNode&, const std::string& text) {
                        entry.generate.push_back(text);
                        return absl::OkStatus();
                      });
    if (!status.ok()) return status;
    return entry;
  }
  absl::StatusOr<KeySource> source =
      internal::ReadSource(*certificate, "certificate");
  if (!source.ok()) return source.status();
  entry.certificate = *std::move(source);
  if (key == nullptr) return entry;
  const absl::StatusOr<std::string> text = internal::ReadText(*key, "key");
  if (!text.ok()) return text.status();
  if (IsPkcs11Uri(*text)) {
    absl::StatusOr<TokenKeyEntry> token = internal::ReadTokenKey(node, *key);
    if (!token.ok()) return token.status();
    entry.token = *std::move(token);
    return entry;
  }
  source = internal::ReadSource(*key, "key");
  if (!source.ok()) return source.status();
  entry.key = *std::move(source);
  return entry;
}

absl::Status CheckPurpose(const YamlNode& node, absl::string_view purpose,
                          const KeyEntry& key) {
  if (absl::c_linear_search(kTicketPurposes, purpose) == key.for_tickets) {
    return absl::OkStatus();
  }
  return ErrorAt(
      node.position,
      absl::StrCat(
          "\"", purpose, "\" does not fit the key ", key.name,
          key.for_tickets ? ", which is for tickets" : ", which signs"));
}

absl::StatusOr<KeyGrant> ReadGrant(const YamlNode& name, const YamlNode& node,
                                   const std::vector<KeyEntry>& keys) {
  KeyGrant grant;
  grant.key = name.text;
  grant.position = name.position;
  const auto key = absl::c_find_if(
      keys, [&name](const KeyEntry& each) { return each.name == name.text; });
  if (key == keys.end()) {
    return ErrorAt(name.position, absl::StrCat("\"", internal::Shown(name.text),
                                               "\" is not a key of this file"));
  }
  const auto& usual = key->for_tickets ? kTicketPurposes : kServerPurposes;
  grant.purposes.assign(std::begin(usual), std::end(usual));
  if (node.kind == YamlNode::Kind::kNull) return grant;
  absl::Status status = internal::ExpectKeys(node, "a grant", kGrantKeys);
  if (!status.ok()) return status;
  if (const YamlNode* const purposes = node.Find("purposes")) {
    grant.purposes.clear();
    status =
        ReadList(*purposes, "purposes",
                 [&](const YamlNode& item, const std::string& text) {
                   const absl::StatusOr<size_t> word =
                       internal::ReadWord<size_t>(item, "a purpose", kPurposes);
                   if (!word.ok()) return word.status();
                   grant.purposes.push_back(text);
                   return CheckPurpose(item, text, *key);
                 });
    if (!status.ok()) return status;
  }
  if (const YamlNode* const schemes = node.Find("schemes")) {
    if (key->for_tickets) {
      return ErrorAt(schemes->position,
                     absl::StrCat("the key ", key->name,
                                  " is for tickets, and signs nothing"));
    }
    status = ReadList(*schemes, "schemes",
                      [&grant](const YamlNode& item, const std::string&) {
                        const absl::StatusOr<size_t> word =
                            internal::ReadWord<size_t>(item, "a scheme",
                                                       kSchemeWords);
                        if (word.ok()) {
                          grant.schemes.push_back(kSchemes[*word]);
                        }
                        return word.status();
                      });
    if (!status.ok()) return status;
  }
  return grant;
}

absl::Status ReadLimits(const YamlNode& node, KeyUser* user) {
  const absl::Status status = internal::ExpectKeys(node, "limits", kLimitKeys);
  if (!status.ok()) return status;
  int* const limits[] = {&user->signatures_per_second,
                         &user->requests_under_way, &user->channels};
  for (size_t i = 0; i < std::size(kLimitKeys); ++i) {
    const YamlNode* const limit = node.Find(kLimitKeys[i]);
    if (limit == nullptr) continue;
    const absl::StatusOr<int64_t> number =
        ReadNumber(*limit, kLimitKeys[i], 1, kMostLimit);
    if (!number.ok()) return number.status();
    *limits[i] = static_cast<int>(*number);
  }
  return absl::OkStatus();
}

absl::StatusOr<KeyUser> ReadUser(const YamlNode& name, const YamlNode& node,
                                 const std::vector<KeyEntry>& keys) {
  KeyUser user;
  user.name = name.text;
  user.position = name.position;
  absl::Status status = internal::CheckName(name, name.text, "an application");
  if (status.ok()) {
    status = internal::ExpectKeys(node, "an application", kUserKeys);
  }
  if (!status.ok()) return status;
  if (const YamlNode* const uid = node.Find("user")) {
    const absl::StatusOr<int64_t> number =
        ReadNumber(*uid, "user", 0, kMostUser);
    if (!number.ok()) return number.status();
    user.uid = static_cast<uint32_t>(*number);
  }
  const YamlNode* const grants = node.Find("keys");
  if (grants == nullptr) {
    return ErrorAt(name.position, absl::StrCat("the application ", name.text,
                                               " has no \"keys\""));
  }
  status = internal::Expect(*grants, "keys", YamlNode::Kind::kMapping);
  if (!status.ok()) return status;
  for (const auto& [key, grant] : grants->entries) {
    absl::StatusOr<KeyGrant> read = ReadGrant(key, grant, keys);
    if (!read.ok()) return read.status();
    user.grants.push_back(*std::move(read));
  }
  if (const YamlNode* const limits = node.Find("limits")) {
    status = ReadLimits(*limits, &user);
    if (!status.ok()) return status;
  }
  return user;
}

// A mapping of the file that must have entries.
absl::StatusOr<const YamlNode*> FindEntries(const YamlNode& root,
                                            absl::string_view name) {
  const YamlNode* const node = root.Find(name);
  if (node == nullptr) {
    return ErrorAt(root.position,
                   absl::StrCat("the file has no \"", name, "\""));
  }
  const absl::Status status =
      internal::Expect(*node, name, YamlNode::Kind::kMapping);
  if (!status.ok()) return status;
  if (node->entries.empty()) {
    return ErrorAt(node->position, absl::StrCat("\"", name, "\" is empty"));
  }
  return node;
}

absl::Status CheckUsers(const KeysFile& file) {
  for (size_t i = 0; i < file.applications.size(); ++i) {
    const KeyUser& user = file.applications[i];
    if (!user.uid.has_value()) continue;
    if (file.listen.empty()) {
      return ErrorAt(user.position,
                     absl::StrCat("the application ", user.name,
                                  " has a \"user\", but the file has no "
                                  "\"listen\" where that user could connect"));
    }
    for (size_t j = 0; j < i; ++j) {
      if (file.applications[j].uid != user.uid) continue;
      return ErrorAt(
          user.position,
          absl::StrCat("the applications ", file.applications[j].name, " and ",
                       user.name, " have the same user, ", *user.uid,
                       ", so a connection does not tell which it is"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Span<const absl::string_view> KeyPurposeWords() { return kPurposes; }

absl::string_view SignatureSchemeWord(uint16_t scheme) {
  for (size_t i = 0; i < kSchemes.size(); ++i) {
    if (kSchemes[i] == scheme) return kSchemeWords[i];
  }
  return absl::string_view();
}

absl::StatusOr<KeysFile> ParseKeysFile(absl::string_view content,
                                       absl::string_view file) {
  const absl::StatusOr<YamlNode> root = internal::ParseYaml(content, file);
  if (!root.ok()) return root.status();
  absl::Status status = internal::ExpectKeys(*root, "the file", kFileKeys);
  if (!status.ok()) return status;
  KeysFile result;
  if (const YamlNode* const listen = root->Find("listen")) {
    absl::StatusOr<std::string> path = internal::ReadPath(*listen, "listen");
    if (!path.ok()) return path.status();
    result.listen = *std::move(path);
  }
  const absl::StatusOr<const YamlNode*> keys = FindEntries(*root, "keys");
  if (!keys.ok()) return keys.status();
  for (const auto& [name, node] : (*keys)->entries) {
    absl::StatusOr<KeyEntry> entry = ReadKey(name, node);
    if (!entry.ok()) return entry.status();
    result.keys.push_back(*std::move(entry));
  }
  const absl::StatusOr<const YamlNode*> users =
      FindEntries(*root, "applications");
  if (!users.ok()) return users.status();
  for (const auto& [name, node] : (*users)->entries) {
    absl::StatusOr<KeyUser> user = ReadUser(name, node, result.keys);
    if (!user.ok()) return user.status();
    result.applications.push_back(*std::move(user));
  }
  status = CheckUsers(result);
  if (!status.ok()) return status;
  return result;
}

}  // namespace airlock::config
