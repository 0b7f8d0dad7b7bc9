// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/negotiation.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "platform/python/context.h"
#include "platform/python/core_access.h"
#include "platform/python/errors.h"
#include "platform/python/socket.h"
#include "ssl/engine.h"

namespace airlock::python {
namespace {

// The names of a group: BoringSSL's, OpenSSL's, and another of OpenSSL's; and
// the versions of TLS that define it (P-224: RFC 8446, section 4.2.7).
constexpr struct {
  absl::string_view engine;
  absl::string_view openssl;
  absl::string_view alias;
  int first;
  int last;
} kGroups[] = {
    {"X25519MLKEM768", "X25519MLKEM768", "", kTls1_3, kTls1_3},
    {"X25519", "x25519", "", kTls1_0, kTls1_3},
    {"P-256", "secp256r1", "prime256v1", kTls1_0, kTls1_3},
    {"P-384", "secp384r1", "", kTls1_0, kTls1_3},
    {"P-521", "secp521r1", "", kTls1_0, kTls1_3},
    {"P-224", "secp224r1", "", kTls1_0, kTls1_2},
};

// RFC 8446, section 4.2.3, and OpenSSL's older form of a name.
constexpr struct {
  uint16_t number;
  absl::string_view name;
  absl::string_view pair;
} kSigalgs[] = {
    {0x0403, "ecdsa_secp256r1_sha256", "ECDSA+SHA256"},
    {0x0503, "ecdsa_secp384r1_sha384", "ECDSA+SHA384"},
    {0x0603, "ecdsa_secp521r1_sha512", "ECDSA+SHA512"},
    {0x0807, "ed25519", ""},
    {0x0804, "rsa_pss_rsae_sha256", "RSA-PSS+SHA256"},
    {0x0805, "rsa_pss_rsae_sha384", "RSA-PSS+SHA384"},
    {0x0806, "rsa_pss_rsae_sha512", "RSA-PSS+SHA512"},
    {0x0401, "rsa_pkcs1_sha256", "RSA+SHA256"},
    {0x0501, "rsa_pkcs1_sha384", "RSA+SHA384"},
    {0x0601, "rsa_pkcs1_sha512", "RSA+SHA512"},
    {0x0904, "mldsa44", ""},
    {0x0905, "mldsa65", ""},
    {0x0906, "mldsa87", ""},
};

bool EngineHasSigalg(uint16_t number) {
  return (number >> 8) != 0x09 || ssl::HasMlDsa();
}

// What only security level 0 uses: seen, but never set.
constexpr struct {
  uint16_t number;
  absl::string_view name;
} kSha1[] = {
    {0x0201, "rsa_pkcs1_sha1"},
    {0x0203, "ecdsa_sha1"},
};

// BoringSSL always enables all of them.
constexpr absl::string_view kSuites[] = {
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
};

// Like the stock module: an SSLError with the number 0.
PyObject* RaiseList(PyObject* self, absl::string_view why, int line) {
  return RaiseSslError(ContextOf(self).state->ssl_error.get(), kErrorNone,
                       {"", "", std::string(why)}, line);
}

// The characters of a str. False with an exception set.
bool ListOf(PyObject* object, const char* method, std::string* list) {
  if (!IsNativeString(object) && !IsUnicode(object)) {
    PyErr_Format(PyExc_TypeError, "%s() argument must be str, not %.200s",
                 method, Py_TYPE(object)->tp_name);
    return false;
  }
  if (!TextOf(object, method, list)) return false;
  if (list->find('\0') == std::string::npos) return true;
  PyErr_SetString(PyExc_ValueError, "embedded null character");
  return false;
}

// Removes the marks before a name; true if an unknown name is to be ignored
// ("?"). "*" asks for a key share, which BoringSSL chooses itself.
bool StripMarks(absl::string_view* name) {
  bool optional = false;
  while (!name->empty() && (name->front() == '?' || name->front() == '*')) {
    optional = optional || name->front() == '?';
    name->remove_prefix(1);
  }
  return optional;
}

bool EngineHas(const ContextObject& context, absl::string_view group) {
  ssl::ContextOptions options = context.Basics();
  options.verification.groups = std::string(group);
  return ssl::Context::Create(std::move(options)).ok();
}

// BoringSSL's name of a group; empty if it is unknown.
std::string EngineGroup(const ContextObject& context, absl::string_view name) {
  for (const auto& row : kGroups) {
    if (absl::EqualsIgnoreCase(name, row.engine) ||
        absl::EqualsIgnoreCase(name, row.openssl) ||
        (!row.alias.empty() && absl::EqualsIgnoreCase(name, row.alias))) {
      return EngineHas(context, row.engine) ? std::string(row.engine) : "";
    }
  }
  return "";
}

bool AppendName(PyObject* list, absl::string_view name) {
  const PyRef text = PyRef::Steal(NativeString(name));
  return text && PyList_Append(list, text.get()) == 0;
}

// Null for an unknown name.
const uint16_t* FindSigalg(absl::string_view name) {
  // OpenSSL's short form of RSA-PSS.
  const std::string pss = absl::StartsWithIgnoreCase(name, "PSS+")
                              ? absl::StrCat("RSA-", name)
                              : std::string(name);
  for (const auto& row : kSigalgs) {
    if (absl::EqualsIgnoreCase(pss, row.name) ||
        (!row.pair.empty() && absl::EqualsIgnoreCase(pss, row.pair))) {
      return &row.number;
    }
  }
  return nullptr;
}

PyObject* SetSigalgs(PyObject* self, PyObject* argument, const char* method,
                     std::vector<uint16_t> ContextObject::*field) {
  std::string list;
  if (!ListOf(argument, method, &list)) return nullptr;
  std::vector<uint16_t> numbers;
  for (absl::string_view name : absl::StrSplit(list, ':')) {
    const bool optional = StripMarks(&name);
    const uint16_t* number = FindSigalg(name);
    const bool known = number != nullptr;
    if (known && !EngineHasSigalg(*number)) number = nullptr;
    if (number == nullptr && !optional) {
      return RaiseList(
          self,
          absl::StrCat("unrecognized signature algorithm \"",
                       name.substr(0, 60), "\": ",
                       known ? ssl::MlDsaNeed()
                             : "ssl.get_sigalgs() lists what there is"),
          __LINE__);
    }
    if (number != nullptr &&
        std::find(numbers.begin(), numbers.end(), *number) == numbers.end()) {
      numbers.push_back(*number);
    }
  }
  if (numbers.empty()) {
    return RaiseList(self, "unrecognized signature algorithm: none is left",
                     __LINE__);
  }
  ContextObject& context = ContextOf(self);
  context.*field = std::move(numbers);
  context.Changed();
  return None();
}

PyObject* SigalgName(uint16_t number) {
  for (const auto& row : kSigalgs) {
    if (row.number == number) return NativeString(row.name);
  }
  for (const auto& row : kSha1) {
    if (row.number == number) return NativeString(row.name);
  }
  return None();
}

// What `signer` signed the handshake with.
PyObject* Sigalg(PyObject* self, ssl::Side signer) {
  SocketObject& socket = SocketOf(self);
  const SocketLock lock(&socket);
  if (socket.core == nullptr) return None();
  const std::optional<ssl::ConnectionInfo> info = socket.core->info();
  // A resumed handshake is not signed, and before TLS 1.2 a signature does not
  // name its algorithm.
  if (!info.has_value() || info->session_reused ||
      info->version < ssl::TlsVersion::kTls1_2) {
    return None();
  }
  if (signer != SideOf(socket)) return SigalgName(info->peer_signing_algorithm);
  // With a PSK, a server's key exchange is not signed.
  return SigalgName(info->cipher.auth == "auth-psk" ? 0 : socket.signed_with);
}

}  // namespace

PyObject* SetGroups(PyObject* self, PyObject* argument) {
  std::string list;
  if (!ListOf(argument, "set_groups", &list)) return nullptr;
  ContextObject& context = ContextOf(self);
  std::vector<std::string> groups;
  const bool is_default =
      list.empty() || absl::EqualsIgnoreCase(list, "DEFAULT");
  if (!is_default) {
    for (absl::string_view name : absl::StrSplit(list, absl::ByAnyChar(":/"))) {
      const bool optional = StripMarks(&name);
      std::string group = EngineGroup(context, name);
      if (group.empty() && !optional) {
        return RaiseList(
            self,
            absl::StrCat("unrecognized group \"", name.substr(0, 60),
                         "\": get_groups() lists what there is"),
            __LINE__);
      }
      if (!group.empty() &&
          std::find(groups.begin(), groups.end(), group) == groups.end()) {
        groups.push_back(std::move(group));
      }
    }
    if (groups.empty()) {
      return RaiseList(self, "unrecognized group: none is left", __LINE__);
    }
  }
  context.groups = absl::StrJoin(groups, ":");
  context.Changed();
  return None();
}

PyObject* GetGroups(PyObject* self, PyObject* args, PyObject* kwargs) {
  static const char* const kNames[] = {"include_aliases", nullptr};
  PyObject* wanted = Py_False;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs,
                                   "|" AIRLOCK_KEYWORD_ONLY "O:get_groups",
                                   Keywords(kNames), &wanted)) {
    return nullptr;
  }
  const int aliases = PyObject_IsTrue(wanted);
  if (aliases < 0) return nullptr;
  const ContextObject& context = ContextOf(self);
  // Both can be a word for "any", which is a negative number.
  const int minimum = context.minimum_version;
  const int maximum =
      context.maximum_version < 0 ? kTls1_3 : context.maximum_version;
  PyRef list = PyRef::Steal(PyList_New(0));
  if (!list) return nullptr;
  for (const auto& row : kGroups) {
    if (row.last < minimum || row.first > maximum) continue;
    if (!EngineHas(context, row.engine)) continue;
    if (!AppendName(list.get(), row.openssl)) return nullptr;
    if (aliases == 0 || absl::EqualsIgnoreCase(row.engine, row.openssl)) {
      continue;
    }
    if (!AppendName(list.get(), row.engine)) return nullptr;
  }
  return list.release();
}

PyObject* SetCiphersuites(PyObject* self, PyObject* argument) {
  std::string list;
  if (!ListOf(argument, "set_ciphersuites", &list)) return nullptr;
  size_t named = 0;
  const std::vector<absl::string_view> names = absl::StrSplit(list, ':');
  for (const absl::string_view suite : kSuites) {
    if (std::find(names.begin(), names.end(), suite) != names.end()) ++named;
  }
  // Never "allow less" without an effect.
  if (named == std::size(kSuites)) return None();
  return RaiseList(
      self,
      absl::StrCat("No cipher suite can be selected. ",
                   named == 0 && !list.empty()
                       ? "The list names no suite of TLS 1.3"
                       : "BoringSSL cannot leave out a suite of TLS 1.3",
                   "; name all of ", absl::StrJoin(kSuites, ":"),
                   ", or set maximum_version to TLSv1_2 and use set_ciphers()"),
      __LINE__);
}

PyObject* SetClientSigalgs(PyObject* self, PyObject* list) {
  return SetSigalgs(self, list, "set_client_sigalgs",
                    &ContextObject::client_sigalgs);
}

PyObject* SetServerSigalgs(PyObject* self, PyObject* list) {
  return SetSigalgs(self, list, "set_server_sigalgs",
                    &ContextObject::server_sigalgs);
}

PyObject* Group(PyObject* self, PyObject* /*unused*/) {
  SocketObject& socket = SocketOf(self);
  const SocketLock lock(&socket);
  if (socket.core == nullptr) return None();
  const std::optional<ssl::ConnectionInfo> info = socket.core->info();
  if (!info.has_value() || info->group.empty()) return None();
  for (const auto& row : kGroups) {
    if (info->group == row.engine) return NativeString(row.openssl);
  }
  return NativeString(info->group);
}

PyObject* CertificateCompression(PyObject* self, PyObject* /*unused*/) {
  SocketObject& socket = SocketOf(self);
  const SocketLock lock(&socket);
  if (socket.core == nullptr) return None();
  const std::optional<ssl::ConnectionInfo> info = socket.core->info();
  if (!info.has_value() || info->certificate_compression.empty()) return None();
  return NativeString(info->certificate_compression);
}

PyObject* ClientSigalg(PyObject* self, PyObject* /*unused*/) {
  return Sigalg(self, ssl::Side::kClient);
}

PyObject* ServerSigalg(PyObject* self, PyObject* /*unused*/) {
  return Sigalg(self, ssl::Side::kServer);
}

PyObject* GetSigalgs(PyObject* /*module*/, PyObject* /*unused*/) {
  PyRef list = PyRef::Steal(PyList_New(0));
  if (!list) return nullptr;
  for (const auto& row : kSigalgs) {
    if (!EngineHasSigalg(row.number)) continue;
    if (!AppendName(list.get(), row.name)) return nullptr;
  }
  return list.release();
}

}  // namespace airlock::python
