// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/policy_file.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "config/host_pattern.h"
#include "config/internal/pin.h"
#include "config/internal/reader.h"
#include "config/internal/spiffe_settings.h"
#include "config/internal/text.h"
#include "config/internal/words.h"
#include "config/internal/yaml_document.h"

namespace airlock::config {
namespace {

using internal::YamlNode;

constexpr absl::string_view kFileKeys[] = {"tls"};
constexpr absl::string_view kTlsKeys[] = {
    "verification",    "on_override",   "hostname",
    "minimum_version", "ca_certs",      "key_log",
    "security_level",  "profile",       "verify_flags",
    "partial_chain",   "verify_depth",  "groups",
    "post_quantum",    "ech",           "psk",
    "application_cas", "trust_domains", "client_spiffe_ids",
    "expiry_warning",  "exceptions"};
constexpr absl::string_view kExceptionKeys[] = {"host",
                                                "ca_certs",
                                                "minimum_version",
                                                "security_level",
                                                "profile",
                                                "post_quantum",
                                                "ech",
                                                "pins",
                                                "server_spiffe_ids",
                                                "expires"};
constexpr int kMostLevel = 5;
constexpr int kMostWarningDays = 365;
constexpr int kMostDepth = 100;  // The core's default.

// A `read` for ReadSetting that accepts one of `words`.
template <typename Enum>
auto WordReader(absl::Span<const absl::string_view> words) {
  return [words](const YamlNode& node, absl::string_view key) {
    return internal::ReadWord<Enum>(node, key, words);
  };
}

absl::StatusOr<std::string> ReadPath(const YamlNode& node,
                                     absl::string_view key) {
  absl::StatusOr<std::string> path = internal::ReadText(node, key);
  if (!path.ok()) return path;
  if ((*path)[0] != '/') {
    return ErrorAt(node.position,
                   absl::StrCat(key, " is \"", internal::Shown(*path),
                                "\"; it must be an absolute path"));
  }
  if (absl::c_any_of(*path, [](char c) {
        return absl::ascii_iscntrl(static_cast<unsigned char>(c));
      })) {
    return ErrorAt(
        node.position,
        absl::StrCat(key, " is \"", internal::Shown(*path),
                     "\"; a path cannot contain control characters"));
  }
  return path;
}

absl::StatusOr<std::vector<Pin>> ReadPins(const YamlNode& node,
                                          absl::string_view key) {
  const absl::Status status =
      internal::Expect(node, key, YamlNode::Kind::kSequence);
  if (!status.ok()) return status;
  if (node.items.empty()) {
    return ErrorAt(node.position,
                   "an empty list of pins matches no host; "
                   "write a pin, or leave \"pins\" out");
  }
  std::vector<Pin> pins;
  for (const YamlNode& item : node.items) {
    const absl::StatusOr<std::string> text = internal::ReadText(item, "a pin");
    if (!text.ok()) return text.status();
    absl::StatusOr<Pin> pin = internal::ParsePin(*text);
    if (!pin.ok()) return ErrorAt(item.position, pin.status().message());
    if (absl::c_linear_search(pins, *pin)) {
      return ErrorAt(item.position, "this pin is already in the list");
    }
    pins.push_back(*std::move(pin));
  }
  return pins;
}

absl::StatusOr<absl::CivilDay> ReadDay(const YamlNode& node,
                                       absl::string_view key) {
  const absl::StatusOr<std::string> text = internal::ReadText(node, key);
  if (!text.ok()) return text.status();
  absl::CivilDay day;
  // Abseil's parser is lenient, so its result must format to the same text.
  if (!absl::ParseCivilTime(*text, &day) ||
      absl::FormatCivilTime(day) != *text || text->size() != 10) {
    return ErrorAt(node.position,
                   absl::StrCat(key, " is \"", internal::Shown(*text),
                                "\"; it must be a date, such as 2027-06-30"));
  }
  return day;
}

absl::StatusOr<std::optional<Days>> ReadDays(const YamlNode& node,
                                             absl::string_view key) {
  const absl::StatusOr<std::string> text = internal::ReadText(node, key);
  if (!text.ok()) return text.status();
  absl::string_view digits = *text;
  Days days;
  // SimpleAtoi accepts signs and spaces, too.
  if (!absl::ConsumeSuffix(&digits, "d") || digits.empty() ||
      !absl::c_all_of(digits, absl::ascii_isdigit) ||
      !absl::SimpleAtoi(digits, &days.count) || days.count < 1 ||
      days.count > kMostWarningDays) {
    return ErrorAt(node.position,
                   absl::StrCat(key, " is \"", internal::Shown(*text),
                                "\"; it must be a number of days from 1d to ",
                                kMostWarningDays, "d"));
  }
  return days;
}

// A `read` for ReadSetting that accepts an integer from 0 to `most`.
auto NumberReader(int most) {
  return [most](const YamlNode& node,
                absl::string_view key) -> absl::StatusOr<std::optional<int>> {
    const absl::StatusOr<std::string> text = internal::ReadText(node, key);
    if (!text.ok()) return text.status();
    int number = -1;
    // SimpleAtoi accepts signs and spaces, too.
    if (!absl::c_all_of(*text, absl::ascii_isdigit) ||
        !absl::SimpleAtoi(*text, &number) || number > most) {
      return ErrorAt(node.position,
                     absl::StrCat(key, " is \"", internal::Shown(*text),
                                  "\"; it must be a number from 0 to ", most));
    }
    return number;
  };
}

// The items of a list, each parsed by `read`; duplicates are errors.
template <typename T, typename Read>
absl::StatusOr<std::vector<T>> ReadList(const YamlNode& node,
                                        absl::string_view key,
                                        absl::string_view item_name,
                                        Read read) {
  const absl::Status status =
      internal::Expect(node, key, YamlNode::Kind::kSequence);
  if (!status.ok()) return status;
  if (node.items.empty()) {
    return ErrorAt(node.position,
                   absl::StrCat("the list is empty; add ", item_name,
                                ", or leave \"", key, "\" out"));
  }
  std::vector<T> list;
  for (const YamlNode& item : node.items) {
    absl::StatusOr<T> value = read(item, item_name);
    if (!value.ok()) return value.status();
    if (absl::c_linear_search(list, *value)) {
      return ErrorAt(item.position,
                     absl::StrCat(item_name, " is already in the list"));
    }
    list.push_back(*std::move(value));
  }
  return list;
}

absl::StatusOr<std::vector<VerifyFlag>> ReadFlags(const YamlNode& node,
                                                  absl::string_view key) {
  return ReadList<VerifyFlag>(node, key, "a flag",
                              WordReader<VerifyFlag>(kVerifyFlagWords));
}

absl::StatusOr<std::vector<std::string>> ReadGroups(const YamlNode& node,
                                                    absl::string_view key) {
  return ReadList<std::string>(
      node, key, "a group",
      [](const YamlNode& item,
         absl::string_view name) -> absl::StatusOr<std::string> {
        const absl::StatusOr<size_t> index =
            internal::ReadWord<size_t>(item, name, internal::kGroupWords);
        if (!index.ok()) return index.status();
        return std::string(internal::kGroupWords[*index]);
      });
}

bool RelaxesNothing(const PolicyException& exception,
                    const VerificationPolicy& policy) {
  const bool bundle =
      exception.settings.ca_certs.stated() &&
      exception.settings.ca_certs.value != policy.ca_certs.value;
  // If the file does not require a version, the environment still may.
  const bool version =
      exception.settings.minimum_version.stated() &&
      (!policy.minimum_version.stated() ||
       exception.settings.minimum_version.value < policy.minimum_version.value);
  const bool level =
      exception.settings.security_level.stated() &&
      (!policy.security_level.stated() ||
       exception.settings.security_level.value < policy.security_level.value);
  // "enforce" brings a profile that the file need not name.
  const bool profile =
      exception.settings.profile.stated() &&
      exception.settings.profile.value == Profile::kCompatible &&
      !(policy.profile.stated() &&
        policy.profile.value == Profile::kCompatible);
  const bool post_quantum =
      exception.settings.post_quantum.stated() &&
      exception.settings.post_quantum.value < policy.post_quantum.value;
  // It may also be stricter, as pins are.
  const bool ech = exception.settings.ech.stated() &&
                   exception.settings.ech.value != policy.ech.value;
  return !bundle && !version && !level && !profile && !post_quantum && !ech &&
         !exception.settings.pins.stated() &&
         !exception.settings.server_spiffe_ids.stated();
}

class PolicyReader {
 public:
  PolicyReader(absl::CivilDay today, PolicyFileRole role)
      : today_(today),
        source_(role == PolicyFileRole::kOperators
                    ? Origin::Source::kPolicyFile
                    : Origin::Source::kStricterFile) {}

  absl::StatusOr<VerificationPolicy> Read(const YamlNode& root) {
    absl::Status status = internal::ExpectKeys(root, "the policy", kFileKeys);
    if (!status.ok()) return status;
    const YamlNode* tls = root.Find("tls");
    if (tls == nullptr) {
      return ErrorAt(root.position, "the policy has no \"tls\"");
    }
    status = internal::ExpectKeys(*tls, "\"tls\"", kTlsKeys);
    if (!status.ok()) return status;
    if (tls->entries.empty()) {
      return ErrorAt(tls->position,
                     absl::StrCat("\"tls\" is empty; it may contain ",
                                  internal::JoinWords(kTlsKeys)));
    }
    status = ReadSettings(*tls);
    if (status.ok()) status = ReadExceptions(*tls);
    if (!status.ok()) return status;
    return std::move(policy_);
  }

 private:
  Origin OriginOf(const YamlNode& node) const {
    return Origin::At(source_, node.position);
  }

  // Sets `setting` to the result of `read` for `parent`'s value of `key`, if
  // there is one.
  template <typename T, typename Read>
  absl::Status ReadSetting(const YamlNode& parent, absl::string_view key,
                           Read read, Setting<T>* setting) const {
    const YamlNode* node = parent.Find(key);
    if (node == nullptr) return absl::OkStatus();
    auto value = read(*node, key);
    if (!value.ok()) return value.status();
    *setting = {*std::move(value), OriginOf(*node)};
    return absl::OkStatus();
  }

  absl::Status ReadSettings(const YamlNode& tls) {
    absl::Status status =
        ReadSetting(tls, "verification",
                    WordReader<Verification>(internal::kVerificationWords),
                    &policy_.verification);
    status.Update(ReadSetting(
        tls, "on_override", WordReader<OnOverride>(internal::kOnOverrideWords),
        &policy_.on_override));
    status.Update(ReadSetting(tls, "hostname",
                              WordReader<Hostname>(internal::kHostnameWords),
                              &policy_.hostname));
    status.Update(
        ReadSetting(tls, "minimum_version",
                    WordReader<TlsVersion>(internal::kTlsVersionWords),
                    &policy_.minimum_version));
    status.Update(ReadSetting(tls, "ca_certs", ReadPath, &policy_.ca_certs));
    status.Update(ReadSetting(tls, "key_log",
                              WordReader<KeyLog>(internal::kKeyLogWords),
                              &policy_.key_log));
    status.Update(ReadFloors(tls));
    status.Update(ReadSetting(tls, "trust_domains", internal::ReadTrustDomains,
                              &policy_.trust_domains));
    status.Update(ReadSetting(tls, "client_spiffe_ids", internal::ReadSpiffeIds,
                              &policy_.client_spiffe_ids));
    status.Update(
        ReadSetting(tls, "expiry_warning", ReadDays, &policy_.expiry_warning));
    if (policy_.verification.value == Verification::kEnforce &&
        !policy_.minimum_version.stated()) {
      policy_.minimum_version = {TlsVersion::kTls1_2,
                                 policy_.verification.origin};
    }
    return status;
  }

  absl::Status ReadFloors(const YamlNode& tls) {
    const auto permission = WordReader<Permission>(internal::kPermissionWords);
    absl::Status status = ReadLevel(tls, &policy_.security_level);
    status.Update(ReadSetting(tls, "profile",
                              WordReader<Profile>(internal::kProfileWords),
                              &policy_.profile));
    status.Update(
        ReadSetting(tls, "verify_flags", ReadFlags, &policy_.verify_flags));
    status.Update(
        ReadSetting(tls, "partial_chain", permission, &policy_.partial_chain));
    status.Update(ReadSetting(tls, "verify_depth", NumberReader(kMostDepth),
                              &policy_.verify_depth));
    status.Update(ReadSetting(tls, "groups", ReadGroups, &policy_.groups));
    status.Update(ReadPostQuantum(tls));
    status.Update(ReadSetting(tls, "ech", WordReader<Ech>(internal::kEchWords),
                              &policy_.ech));
    status.Update(ReadSetting(tls, "psk", permission, &policy_.psk));
    status.Update(
        ReadSetting(tls, "application_cas",
                    WordReader<ApplicationCas>(internal::kApplicationCasWords),
                    &policy_.application_cas));
    return status;
  }

  absl::Status ReadPostQuantum(const YamlNode& tls) {
    const absl::Status status =
        ReadSetting(tls, "post_quantum",
                    WordReader<PostQuantum>(internal::kPostQuantumWords),
                    &policy_.post_quantum);
    if (!status.ok() || policy_.post_quantum.value == PostQuantum::kAllow ||
        policy_.groups.value.empty() ||
        absl::c_linear_search(policy_.groups.value,
                              internal::kPostQuantumGroup)) {
      return status;
    }
    return ErrorAt(tls.Find("post_quantum")->position,
                   absl::StrCat("post_quantum is \"",
                                PostQuantumName(policy_.post_quantum.value),
                                "\", but the list \"groups\" lacks ",
                                internal::kPostQuantumGroup,
                                "; add it, or leave one of the two out"));
  }

  absl::Status ReadLevel(const YamlNode& node,
                         Setting<std::optional<int>>* level) const {
    const absl::Status status =
        ReadSetting(node, "security_level", NumberReader(kMostLevel), level);
    if (!status.ok() || !level->stated() ||
        level->value >= kLeastEnforcedLevel ||
        policy_.verification.value != Verification::kEnforce) {
      return status;
    }
    return ErrorAt(
        node.Find("security_level")->position,
        absl::StrCat("security_level is ", *level->value,
                     "; where verification is enforced, it must be at least ",
                     kLeastEnforcedLevel));
  }

  absl::Status ReadExceptions(const YamlNode& tls) {
    const YamlNode* exceptions = tls.Find("exceptions");
    if (exceptions == nullptr) return absl::OkStatus();
    absl::Status status = internal::Expect(*exceptions, "\"exceptions\"",
                                           YamlNode::Kind::kSequence);
    for (const YamlNode& node : exceptions->items) {
      status.Update(ReadException(node));
      if (!status.ok()) break;
    }
    return status;
  }

  absl::Status ReadException(const YamlNode& node) {
    absl::Status status =
        internal::ExpectKeys(node, "an exception", kExceptionKeys);
    if (!status.ok()) return status;
    absl::StatusOr<PolicyException> exception = ReadHost(node);
    if (!exception.ok()) return exception.status();
    status.Update(
        ReadSetting(node, "ca_certs", ReadPath, &exception->settings.ca_certs));
    status.Update(
        ReadSetting(node, "minimum_version",
                    WordReader<TlsVersion>(internal::kTlsVersionWords),
                    &exception->settings.minimum_version));
    status.Update(ReadLevel(node, &exception->settings.security_level));
    status.Update(ReadSetting(node, "profile",
                              WordReader<Profile>(internal::kProfileWords),
                              &exception->settings.profile));
    status.Update(
        ReadSetting(node, "post_quantum",
                    WordReader<PostQuantum>(internal::kPostQuantumWords),
                    &exception->settings.post_quantum));
    status.Update(ReadSetting(node, "ech", WordReader<Ech>(internal::kEchWords),
                              &exception->settings.ech));
    status.Update(
        ReadSetting(node, "pins", ReadPins, &exception->settings.pins));
    status.Update(ReadSetting(node, "server_spiffe_ids",
                              internal::ReadSpiffeIds,
                              &exception->settings.server_spiffe_ids));
    status.Update(ReadSetting(node, "expires", ReadDay, &exception->expires));
    status.Update(Check(node, *exception));
    if (status.ok()) policy_.exceptions.push_back(*std::move(exception));
    return status;
  }

  absl::StatusOr<PolicyException> ReadHost(const YamlNode& exception) const {
    const YamlNode* node = exception.Find("host");
    if (node == nullptr) {
      return ErrorAt(exception.position, "an exception must name its \"host\"");
    }
    const absl::StatusOr<std::string> text = internal::ReadText(*node, "host");
    if (!text.ok()) return text.status();
    absl::StatusOr<HostPattern> host = HostPattern::Parse(*text);
    if (!host.ok()) return ErrorAt(node->position, host.status().message());
    for (const PolicyException& other : policy_.exceptions) {
      if (other.host.text() == host->text()) {
        return ErrorAt(
            node->position,
            absl::StrCat("a second exception for \"", host->text(),
                         "\"; the first is on line ", other.origin.line));
      }
    }
    return PolicyException{*std::move(host), OriginOf(*node), {}, {}};
  }

  absl::Status Check(const YamlNode& node,
                     const PolicyException& exception) const {
    if (exception.expires.value < today_ && exception.expires.stated()) {
      return ErrorAt(
          node.Find("expires")->position,
          absl::StrCat("this exception expired on ",
                       absl::FormatCivilTime(*exception.expires.value),
                       ", and today is ", absl::FormatCivilTime(today_),
                       "; remove it, or give it a new date"));
    }
    const PolicySettings& settings = exception.settings;
    if (settings.server_spiffe_ids.stated() &&
        (settings.ca_certs.stated() || settings.pins.stated())) {
      return ErrorAt(
          node.Find("server_spiffe_ids")->position,
          absl::StrCat(
              settings.ca_certs.stated() ? "ca_certs" : "pins",
              " has no effect together with server_spiffe_ids, where the "
              "bundles in \"trust_domains\" decide; remove one of the two"));
    }
    if (RelaxesNothing(exception, policy_)) {
      return ErrorAt(
          node.position,
          absl::StrCat(
              "the exception for \"", exception.host.text(),
              "\" relaxes nothing; remove it, or give it another ca_certs or "
              "ech, a lower minimum_version, security_level or post_quantum, "
              "the profile \"compatible\", pins or server_spiffe_ids"));
    }
    return absl::OkStatus();
  }

  const absl::CivilDay today_;
  const Origin::Source source_;
  VerificationPolicy policy_;
};

}  // namespace

absl::StatusOr<VerificationPolicy> ParsePolicyFile(absl::string_view content,
                                                   absl::string_view file,
                                                   absl::CivilDay today,
                                                   PolicyFileRole role) {
  const absl::StatusOr<YamlNode> root = internal::ParseYaml(content, file);
  if (!root.ok()) return root.status();
  if (root->kind == YamlNode::Kind::kNull) {
    return ErrorAt(root->position,
                   "the policy is empty; to have no policy, remove the file");
  }
  return PolicyReader(today, role).Read(*root);
}

}  // namespace airlock::config
