// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/error_queue.h"

#include <openssl/err.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "ssl/internal/memory_watch.h"

namespace airlock::ssl::internal {

namespace {

// ERR_clear_error visits every slot of the queue, which is nearly always empty.
void ClearErrors() {
  if (ERR_peek_error() == 0) return;
  while (const uint32_t code = ERR_get_error()) {
    if (IsOutOfMemory(code)) MemoryWatch::Note();
  }
  ERR_clear_error();
}

}  // namespace

ErrorQueueScope::ErrorQueueScope() { ClearErrors(); }
ErrorQueueScope::~ErrorQueueScope() { ClearErrors(); }
ErrorQueueExit::~ErrorQueueExit() { ClearErrors(); }

uint32_t DrainErrorQueue() {
  const uint32_t first = ERR_get_error();
  // A lack of memory explains whatever failed with it.
  uint32_t code = first;
  while (code != 0 && !IsOutOfMemory(code)) code = ERR_get_error();
  ClearErrors();
  if (code == 0) return first;
  MemoryWatch::Note();
  return code;
}

uint32_t DrainErrorQueueForTls() {
  const uint32_t first = ERR_get_error();
  uint32_t tls = 0;
  uint32_t code = first;
  for (; code != 0 && !IsOutOfMemory(code); code = ERR_get_error()) {
    if (tls == 0 && ERR_GET_LIB(code) == ERR_LIB_SSL) tls = code;
  }
  ClearErrors();
  if (code == 0) return tls == 0 ? first : tls;
  MemoryWatch::Note();
  return code;
}

bool IsOutOfMemory(uint32_t code) {
  return ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
}

absl::Status OutOfMemoryError() {
  Error error;
  DescribeCode(ERR_PACK(ERR_LIB_CRYPTO, ERR_R_MALLOC_FAILURE), &error);
  error.kind = ErrorKind::kInternal;
  error.message = "Not enough memory is available.";
  return MakeStatus(error);
}

void DescribeCode(uint32_t code, Error* error) {
  if (code == 0) return;
  // BoringSSL has no short library names; these are OpenSSL's.
  switch (ERR_GET_LIB(code)) {
    case ERR_LIB_SSL:
      error->library = "SSL";
      break;
    case ERR_LIB_X509:
      error->library = "X509";
      break;
    case ERR_LIB_X509V3:
      error->library = "X509V3";
      break;
    case ERR_LIB_PEM:
      error->library = "PEM";
      break;
    case ERR_LIB_ASN1:
      error->library = "ASN1";
      break;
    case ERR_LIB_EVP:
      error->library = "EVP";
      break;
    case ERR_LIB_SYS:
      error->library = "SYS";
      break;
    default:
      if (const char* name = ERR_lib_error_string(code)) error->library = name;
  }
  if (const char* reason = ERR_reason_error_string(code)) {
    error->reason = reason;
    error->detail =
        absl::AsciiStrToLower(absl::StrReplaceAll(error->reason, {{"_", " "}}));
  }
}

absl::Status DrainToStatus(ErrorKind kind, absl::string_view message) {
  return DrainToStatus(kind, ErrorParts{"", message});
}

absl::Status DrainToStatus(ErrorKind kind, const ErrorParts& parts) {
  const uint32_t code = DrainErrorQueue();
  if (IsOutOfMemory(code)) return OutOfMemoryError();
  Error error;
  error.kind = kind;
  SetParts(parts, &error);
  DescribeCode(code, &error);
  if (!error.detail.empty()) {
    absl::StrAppend(&error.message, " (", error.library, ": ", error.detail,
                    ")");
  }
  return MakeStatus(error);
}

}  // namespace airlock::ssl::internal
