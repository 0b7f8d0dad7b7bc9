// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/internal/token_session.h"

#include <dlfcn.h>

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "ssl/shown.h"

namespace airlock::keys::internal {
namespace {

// The DER of a DigestInfo before the digest (RFC 8017, section 9.2, note 1).
constexpr absl::string_view kSha256Info(
    "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04"
    "\x20",
    19);
constexpr absl::string_view kSha384Info(
    "\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04"
    "\x30",
    19);
constexpr absl::string_view kSha512Info(
    "\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04"
    "\x40",
    19);

// How a token signs with a scheme.
struct Method {
  uint16_t scheme;
  CK_KEY_TYPE key;
  CK_MECHANISM_TYPE mechanism;
  absl::string_view prefix;  // Of the digest.
  // Of RSA-PSS.
  CK_MECHANISM_TYPE hash;
  unsigned long mask;
  unsigned long salt_size;
};

constexpr Method kMethods[] = {
    {0x0403, CKK_EC, CKM_ECDSA, "", 0, 0, 0},
    {0x0503, CKK_EC, CKM_ECDSA, "", 0, 0, 0},
    {0x0603, CKK_EC, CKM_ECDSA, "", 0, 0, 0},
    {0x0807, CKK_EC_EDWARDS, CKM_EDDSA, "", 0, 0, 0},
    {0x0804, CKK_RSA, CKM_RSA_PKCS_PSS, "", CKM_SHA256, CKG_MGF1_SHA256, 32},
    {0x0805, CKK_RSA, CKM_RSA_PKCS_PSS, "", CKM_SHA384, CKG_MGF1_SHA384, 48},
    {0x0806, CKK_RSA, CKM_RSA_PKCS_PSS, "", CKM_SHA512, CKG_MGF1_SHA512, 64},
    {0x0401, CKK_RSA, CKM_RSA_PKCS, kSha256Info, 0, 0, 0},
    {0x0501, CKK_RSA, CKM_RSA_PKCS, kSha384Info, 0, 0, 0},
    {0x0601, CKK_RSA, CKM_RSA_PKCS, kSha512Info, 0, 0, 0},
};

// More tokens or keys than that are not listed in an error.
constexpr size_t kMostListed = 8;
// The largest signature: RSA with 16384 bits.
constexpr size_t kMostSignature = 2048;

// The values of CK_RV that an operator may meet.
absl::string_view Word(CK_RV code) {
  switch (code) {
    case CKR_HOST_MEMORY:
      return "CKR_HOST_MEMORY";
    case CKR_GENERAL_ERROR:
      return "CKR_GENERAL_ERROR";
    case CKR_FUNCTION_FAILED:
      return "CKR_FUNCTION_FAILED";
    case CKR_DEVICE_ERROR:
      return "CKR_DEVICE_ERROR";
    case CKR_DEVICE_MEMORY:
      return "CKR_DEVICE_MEMORY";
    case CKR_DEVICE_REMOVED:
      return "CKR_DEVICE_REMOVED";
    case CKR_KEY_FUNCTION_NOT_PERMITTED:
      return "CKR_KEY_FUNCTION_NOT_PERMITTED";
    case CKR_KEY_HANDLE_INVALID:
      return "CKR_KEY_HANDLE_INVALID";
    case CKR_KEY_TYPE_INCONSISTENT:
      return "CKR_KEY_TYPE_INCONSISTENT";
    case CKR_MECHANISM_INVALID:
      return "CKR_MECHANISM_INVALID";
    case CKR_MECHANISM_PARAM_INVALID:
      return "CKR_MECHANISM_PARAM_INVALID";
    case CKR_PIN_EXPIRED:
      return "CKR_PIN_EXPIRED";
    case CKR_PIN_INCORRECT:
      return "CKR_PIN_INCORRECT";
    case CKR_PIN_LEN_RANGE:
      return "CKR_PIN_LEN_RANGE";
    case CKR_PIN_LOCKED:
      return "CKR_PIN_LOCKED";
    case CKR_SESSION_CLOSED:
      return "CKR_SESSION_CLOSED";
    case CKR_SESSION_COUNT:
      return "CKR_SESSION_COUNT";
    case CKR_SESSION_HANDLE_INVALID:
      return "CKR_SESSION_HANDLE_INVALID";
    case CKR_TOKEN_NOT_PRESENT:
      return "CKR_TOKEN_NOT_PRESENT";
    case CKR_USER_NOT_LOGGED_IN:
      return "CKR_USER_NOT_LOGGED_IN";
    case CKR_USER_PIN_NOT_INITIALIZED:
      return "CKR_USER_PIN_NOT_INITIALIZED";
    default:
      return "";
  }
}

// Whether a login was refused because of the PIN.
bool RefusesPin(CK_RV code) {
  return code == CKR_PIN_INCORRECT || code == CKR_PIN_LOCKED ||
         code == CKR_PIN_EXPIRED || code == CKR_PIN_LEN_RANGE ||
         code == CKR_PIN_INVALID || code == CKR_USER_PIN_NOT_INITIALIZED;
}

// A text field of a token, which blanks fill.
template <size_t kSize>
absl::string_view Field(const unsigned char (&field)[kSize]) {
  const absl::string_view whole(reinterpret_cast<const char*>(field), kSize);
  return whole.substr(0, whole.find_last_not_of(' ') + 1);
}

template <size_t kSize>
bool Is(const std::optional<std::string>& wanted,
        const unsigned char (&field)[kSize]) {
  return !wanted.has_value() || *wanted == Field(field);
}

CK_ATTRIBUTE Attribute(CK_ATTRIBUTE_TYPE type, const std::string& value) {
  return {type, const_cast<char*>(value.data()), value.size()};
}

}  // namespace

absl::StatusOr<TokenSession> TokenSession::Create(const std::string& module,
                                                  config::Pkcs11Uri uri,
                                                  absl::string_view pin) {
  // It stays loaded as long as the process.
  void* const library = dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    // The loader's text begins with the path.
    return absl::FailedPreconditionError(
        absl::StrCat("cannot load the PKCS #11 module: ", dlerror()));
  }
  const auto get = reinterpret_cast<CK_C_GetFunctionList>(
      dlsym(library, "C_GetFunctionList"));
  CK_FUNCTION_LIST* functions = nullptr;
  if (get == nullptr || get(&functions) != CKR_OK || functions == nullptr) {
    return absl::FailedPreconditionError(absl::StrCat(
        ssl::ShownPath(module),
        " is not a PKCS #11 module: it has no C_GetFunctionList that works"));
  }
  return TokenSession(functions, std::move(uri), pin);
}

TokenSession::TokenSession(CK_FUNCTION_LIST* functions, config::Pkcs11Uri uri,
                           absl::string_view pin)
    : functions_(functions), uri_(std::move(uri)), pin_(pin) {}

absl::Status TokenSession::Error(absl::string_view what) const {
  return absl::UnavailableError(
      absl::StrCat(ssl::Shown(uri_.text), ": ", what));
}

absl::Status TokenSession::Error(absl::string_view what, CK_RV code) const {
  const absl::string_view word = Word(code);
  return Error(absl::StrCat(
      what, ": ",
      word.empty() ? absl::StrFormat("CK_RV 0x%x", code) : std::string(word)));
}

bool TokenSession::Matches(const CK_TOKEN_INFO& info, CK_SLOT_ID slot) const {
  return Is(uri_.token, info.label) &&
         Is(uri_.manufacturer, info.manufacturerID) &&
         Is(uri_.model, info.model) && Is(uri_.serial, info.serialNumber) &&
         uri_.slot_id.value_or(slot) == slot;
}

absl::Status TokenSession::FindSlot() {
  CK_ULONG count = 0;
  CK_RV code = functions_->C_GetSlotList(CK_TRUE, nullptr, &count);
  std::vector<CK_SLOT_ID> slots(count);
  if (code == CKR_OK && count > 0) {
    code = functions_->C_GetSlotList(CK_TRUE, slots.data(), &count);
  }
  if (code != CKR_OK) return Error("the module lists no tokens", code);
  slots.resize(count);
  size_t found = 0;
  std::vector<std::string> labels;
  for (const CK_SLOT_ID slot : slots) {
    CK_TOKEN_INFO info = {};
    if (functions_->C_GetTokenInfo(slot, &info) != CKR_OK) continue;
    if ((info.flags & CKF_TOKEN_INITIALIZED) == 0) continue;
    if (labels.size() < kMostListed) {
      labels.push_back(absl::StrCat("\"", ssl::Shown(Field(info.label)), "\""));
    }
    if (!Matches(info, slot)) continue;
    ++found;
    slot_ = slot;
    token_flags_ = info.flags;
  }
  if (found == 1) return absl::OkStatus();
  if (found > 1) {
    return Error(absl::StrCat("it matches ", found,
                              " tokens; name one of them by its serial"));
  }
  return Error(absl::StrCat(
      "the token is not there; ",
      labels.empty()
          ? "the module has no token"
          : absl::StrCat("the module has ", absl::StrJoin(labels, ", "))));
}

absl::Status TokenSession::LogIn() {
  if ((token_flags_ & CKF_LOGIN_REQUIRED) == 0) return absl::OkStatus();
  if (pin_.empty()) {
    return Error("the token wants a PIN; give \"pin\" with the key");
  }
  const CK_RV code = functions_->C_Login(
      session_, CKU_USER,
      reinterpret_cast<unsigned char*>(const_cast<char*>(pin_.data())),
      pin_.size());
  if (code == CKR_OK || code == CKR_USER_ALREADY_LOGGED_IN) {
    return absl::OkStatus();
  }
  pin_refused_ = RefusesPin(code);
  return Error("the token does not accept the PIN", code);
}

absl::Status TokenSession::FindKey() {
  CK_OBJECT_CLASS wanted_class = CKO_PRIVATE_KEY;
  std::vector<CK_ATTRIBUTE> wanted = {
      {CKA_CLASS, &wanted_class, sizeof(wanted_class)}};
  if (uri_.object.has_value()) {
    wanted.push_back(Attribute(CKA_LABEL, *uri_.object));
  }
  if (uri_.id.has_value()) wanted.push_back(Attribute(CKA_ID, *uri_.id));
  CK_RV code =
      functions_->C_FindObjectsInit(session_, wanted.data(), wanted.size());
  if (code != CKR_OK) return Error("the token finds no keys", code);
  std::array<CK_OBJECT_HANDLE, 2> keys = {};
  CK_ULONG count = 0;
  code = functions_->C_FindObjects(session_, keys.data(), keys.size(), &count);
  functions_->C_FindObjectsFinal(session_);
  if (code != CKR_OK) return Error("the token finds no keys", code);
  if (count != 1) {
    return Error(count == 0 ? "the token has no such private key"
                            : "the token has several such private keys; name "
                              "one of them by its id");
  }
  key_ = keys[0];
  CK_ATTRIBUTE type = {CKA_KEY_TYPE, &type_, sizeof(type_)};
  code = functions_->C_GetAttributeValue(session_, key_, &type, 1);
  if (code != CKR_OK) return Error("the key has no type", code);
  CK_BBOOL always = CK_FALSE;
  CK_ATTRIBUTE authenticate = {CKA_ALWAYS_AUTHENTICATE, &always,
                               sizeof(always)};
  // Older modules do not know the attribute.
  code = functions_->C_GetAttributeValue(session_, key_, &authenticate, 1);
  always_authenticate_ = code == CKR_OK && always == CK_TRUE;
  return absl::OkStatus();
}

absl::Status TokenSession::Open() {
  if (pin_refused_) {
    return Error(
        "the token refused the PIN, and it is not tried again, since that may "
        "lock the token; correct it and restart the service");
  }
  CK_C_INITIALIZE_ARGS arguments = {};
  arguments.flags = CKF_OS_LOCKING_OK;
  CK_RV code = functions_->C_Initialize(&arguments);
  if (code != CKR_OK && code != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
    return Error("the module does not start", code);
  }
  open_ = true;
  absl::Status status = FindSlot();
  if (status.ok()) {
    code = functions_->C_OpenSession(slot_, CKF_SERIAL_SESSION, nullptr,
                                     nullptr, &session_);
    if (code != CKR_OK) status = Error("the token opens no session", code);
  }
  if (status.ok()) status = LogIn();
  if (status.ok()) status = FindKey();
  if (!status.ok()) Close();
  return status;
}

// The module looks for its tokens again when it starts again.
void TokenSession::Close() {
  functions_->C_Finalize(nullptr);
  open_ = false;
}

absl::StatusOr<std::vector<uint16_t>> TokenSession::Schemes() {
  if (!open_) {
    absl::Status opened = Open();
    if (!opened.ok()) return opened;
  }
  std::vector<uint16_t> schemes;
  for (const Method& method : kMethods) {
    CK_MECHANISM_INFO info = {};
    if (method.key == type_ &&
        functions_->C_GetMechanismInfo(slot_, method.mechanism, &info) ==
            CKR_OK &&
        (info.flags & CKF_SIGN) != 0) {
      schemes.push_back(method.scheme);
    }
  }
  if (!schemes.empty()) return schemes;
  return Error("the token has no mechanism that signs TLS handshakes with it");
}

absl::StatusOr<std::string> TokenSession::Sign(uint16_t scheme,
                                               absl::string_view digest) {
  const bool fresh = !open_;
  absl::StatusOr<std::string> signature = SignOnce(scheme, digest);
  if (signature.ok()) return signature;
  if (open_) Close();
  if (fresh) return signature;
  signature = SignOnce(scheme, digest);
  if (!signature.ok() && open_) Close();
  return signature;
}

absl::StatusOr<std::string> TokenSession::SignOnce(uint16_t scheme,
                                                   absl::string_view digest) {
  if (!open_) {
    absl::Status opened = Open();
    if (!opened.ok()) return opened;
  }
  const Method* method = nullptr;
  for (const Method& each : kMethods) {
    if (each.scheme == scheme && each.key == type_) method = &each;
  }
  if (method == nullptr) return Error("the key is of another type");
  CK_RSA_PKCS_PSS_PARAMS pss = {method->hash, method->mask, method->salt_size};
  CK_MECHANISM mechanism = {method->mechanism, nullptr, 0};
  if (method->mechanism == CKM_RSA_PKCS_PSS) {
    mechanism.pParameter = &pss;
    mechanism.ulParameterLen = sizeof(pss);
  }
  CK_RV code = functions_->C_SignInit(session_, &mechanism, key_);
  if (code != CKR_OK) return Error("the token does not sign", code);
  if (always_authenticate_) {
    code = functions_->C_Login(
        session_, CKU_CONTEXT_SPECIFIC,
        reinterpret_cast<unsigned char*>(const_cast<char*>(pin_.data())),
        pin_.size());
    if (code != CKR_OK) {
      pin_refused_ = RefusesPin(code);
      return Error("the token does not accept the PIN", code);
    }
  }
  std::string input = absl::StrCat(method->prefix, digest);
  std::string signature(kMostSignature, '\0');
  CK_ULONG size = signature.size();
  code = functions_->C_Sign(
      session_, reinterpret_cast<unsigned char*>(&input[0]), input.size(),
      reinterpret_cast<unsigned char*>(&signature[0]), &size);
  if (code != CKR_OK) return Error("the token does not sign", code);
  if (size == 0 || size > signature.size()) {
    return Error("the token made an empty signature");
  }
  signature.resize(size);
  return signature;
}

}  // namespace airlock::keys::internal
