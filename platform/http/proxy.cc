// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/proxy.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "platform/http/error.h"
#include "platform/http/internal/address_bytes.h"
#include "platform/http/url.h"
#include "ssl/shown.h"

namespace airlock::http {
namespace {

using internal::AddressBytes;

absl::Status Invalid(absl::string_view message) {
  return MakeFailure(Failure::kProxy, message);
}

bool SamePrefix(absl::string_view a, absl::string_view b, int bits) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; bits > 0; ++i, bits -= 8) {
    const int shift = std::max(0, 8 - bits);
    if ((static_cast<uint8_t>(a[i]) >> shift) !=
        (static_cast<uint8_t>(b[i]) >> shift)) {
      return false;
    }
  }
  return true;
}

// RFC 3986, section 2.1. Unset for an invalid escape.
std::optional<std::string> Unescape(absl::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    std::string byte(1, text[i]);
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      if (!absl::HexStringToBytes(text.substr(i + 1, 2), &byte)) {
        return std::nullopt;
      }
      i += 2;
    }
    plain += byte;
  }
  return plain;
}

// The value of Proxy-Authorization for "user:password" (RFC 7617).
absl::StatusOr<ssl::Secret> Authorization(absl::string_view user_info) {
  std::optional<std::string> plain = Unescape(user_info);
  if (!plain.has_value()) {
    return Invalid("the proxy's user name or password has an invalid % escape");
  }
  const ssl::ScopedWipe wipe(&*plain);
  if (!absl::StrContains(*plain, ':')) plain->push_back(':');
  std::string value = absl::StrCat("Basic ", absl::Base64Escape(*plain));
  const ssl::ScopedWipe wipe_value(&value);
  return ssl::Secret(value);
}

absl::StatusOr<Proxy> ParseProxy(absl::string_view text) {
  const size_t scheme_end = text.find("://");
  if (scheme_end != absl::string_view::npos) {
    const absl::string_view scheme = text.substr(0, scheme_end);
    if (!absl::EqualsIgnoreCase(scheme, "http")) {
      return Invalid(absl::StrCat("the proxy's scheme is ", ssl::Shown(scheme),
                                  "; only http is supported, which tunnels "
                                  "TLS by CONNECT"));
    }
    text.remove_prefix(scheme_end + 3);
  }
  absl::ConsumeSuffix(&text, "/");
  Proxy proxy;
  const size_t at = text.rfind('@');
  if (at != absl::string_view::npos) {
    absl::StatusOr<ssl::Secret> value = Authorization(text.substr(0, at));
    if (!value.ok()) return value.status();
    proxy.authorization = *std::move(value);
    text.remove_prefix(at + 1);
  }
  if (text.find_first_of("/?#") != absl::string_view::npos) {
    return Invalid("the proxy's URL has a path; write it as http://HOST:PORT");
  }
  // The same rules as for a server.
  const absl::StatusOr<Url> url = ParseUrl(absl::StrCat("https://", text, "/"));
  if (!url.ok()) {
    return Invalid(
        absl::StrCat("the proxy is invalid: ", url.status().message()));
  }
  proxy.host = url->host;
  const absl::string_view tail = text.substr(text.rfind(']') + 1);
  proxy.port = absl::StrContains(tail, ':') ? url->port : 80;
  return proxy;
}

const std::string* Find(const config::EnvironmentMap& variables,
                        const std::string& name, std::string* used) {
  for (const std::string& spelling : {absl::AsciiStrToLower(name), name}) {
    const auto found = variables.find(spelling);
    if (found == variables.end() || found->second.empty()) continue;
    *used = spelling;
    return &found->second;
  }
  return nullptr;
}

}  // namespace

std::string Proxy::host_and_port() const {
  return absl::StrContains(host, ':') ? absl::StrCat("[", host, "]:", port)
                                      : absl::StrCat(host, ":", port);
}

absl::StatusOr<ProxyRules::Exception> ProxyRules::ParseException(
    absl::string_view text) {
  const absl::Status invalid = Invalid(absl::StrCat(
      "the list of hosts without proxy has \"", ssl::Shown(text),
      "\"; it takes names, addresses, networks such as 10.0.0.0/8, and *"));
  Exception exception;
  // A port, unless the colons are those of an IPv6 address.
  const size_t colon = text.rfind(':');
  const bool bracketed = absl::StartsWith(text, "[");
  if (colon != absl::string_view::npos &&
      (text.find(':') == colon || (bracketed && text[colon - 1] == ']'))) {
    uint32_t port = 0;
    if (!absl::SimpleAtoi(text.substr(colon + 1), &port) || port < 1 ||
        port > 65535) {
      return invalid;
    }
    exception.port = static_cast<uint16_t>(port);
    text = text.substr(0, colon);
  }
  if (bracketed &&
      !(absl::ConsumePrefix(&text, "[") && absl::ConsumeSuffix(&text, "]"))) {
    return invalid;
  }
  const size_t slash = text.find('/');
  exception.network = AddressBytes(text.substr(0, slash));
  exception.prefix = static_cast<int>(8 * exception.network.size());
  if (slash != absl::string_view::npos) {
    int prefix = 0;
    if (exception.network.empty() ||
        !absl::SimpleAtoi(text.substr(slash + 1), &prefix) || prefix < 0 ||
        prefix > exception.prefix) {
      return invalid;
    }
    exception.prefix = prefix;
  }
  if (!exception.network.empty()) return exception;
  absl::ConsumePrefix(&text, "*");
  absl::ConsumePrefix(&text, ".");
  absl::ConsumeSuffix(&text, ".");
  if (text.empty() || absl::StrContains(text, '*')) return invalid;
  exception.name = absl::AsciiStrToLower(text);
  return exception;
}

absl::StatusOr<ProxyRules> ProxyRules::Create(absl::string_view proxy,
                                              absl::string_view no_proxy) {
  ProxyRules rules;
  if (!proxy.empty()) {
    absl::StatusOr<Proxy> parsed = ParseProxy(proxy);
    if (!parsed.ok()) return parsed.status();
    rules.proxy_ = std::make_shared<const Proxy>(*std::move(parsed));
  }
  for (const absl::string_view part :
       absl::StrSplit(no_proxy, absl::ByAnyChar(", \t"), absl::SkipEmpty())) {
    if (part == "*") {
      rules.never_ = true;
      continue;
    }
    absl::StatusOr<Exception> exception = ParseException(part);
    if (!exception.ok()) return exception.status();
    rules.exceptions_.push_back(*std::move(exception));
  }
  return rules;
}

absl::StatusOr<ProxyRules> ProxyRules::FromEnvironment(
    const config::EnvironmentMap& variables) {
  std::string proxy_name;
  std::string list_name;
  const std::string* const proxy = Find(variables, "HTTPS_PROXY", &proxy_name);
  if (proxy == nullptr) return ProxyRules();
  const std::string* const list = Find(variables, "NO_PROXY", &list_name);
  absl::StatusOr<ProxyRules> rules = Create(*proxy, "");
  absl::string_view wrong = proxy_name;
  if (rules.ok() && list != nullptr) {
    rules = Create(*proxy, *list);
    wrong = list_name;
  }
  if (rules.ok()) return rules;
  return Invalid(absl::StrCat(wrong, ": ", rules.status().message()));
}

bool ProxyRules::Matches(const Exception& exception, absl::string_view host,
                         uint16_t port) {
  if (exception.port != 0 && exception.port != port) return false;
  if (!exception.network.empty()) {
    return SamePrefix(exception.network, AddressBytes(host), exception.prefix);
  }
  absl::ConsumeSuffix(&host, ".");
  return host == exception.name ||
         absl::EndsWith(host, absl::StrCat(".", exception.name));
}

std::shared_ptr<const Proxy> ProxyRules::For(absl::string_view host,
                                             uint16_t port) const {
  if (proxy_ == nullptr || never_) return nullptr;
  for (const Exception& exception : exceptions_) {
    if (Matches(exception, host, port)) return nullptr;
  }
  return proxy_;
}

}  // namespace airlock::http
