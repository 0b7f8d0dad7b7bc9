// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The methods of _ssl._SSLSocket that read, write and shake hands.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "platform/python/context.h"
#include "platform/python/core_access.h"
#include "platform/python/socket.h"
#include "platform/python/socket_run.h"
#include "ssl/certificate.h"
#include "ssl/error.h"

namespace airlock::python {
namespace {

constexpr size_t kMaxRecord = 16384;

// Reads once. If TLS 1.0 delivers the first byte alone, also reads the
// rest: a peer that splits records against BEAST sends it this way, and
// programs expect a short message in one piece. The transport does not wait.
ssl::IoResult ReadJoined(ssl::Socket* core, absl::Span<uint8_t> into) {
  const ssl::IoResult first = core->Read(into);
  if (!first.done() || first.bytes() != 1 || into.size() == 1 ||
      core->version() != ssl::TlsVersion::kTls1_0) {
    return first;
  }
  // The next call returns any other result again.
  const ssl::IoResult rest = core->Read(into.subspan(1));
  return rest.done() ? ssl::IoResult::Done(1 + rest.bytes()) : first;
}

bool ReadSome(PyObject* self, void* into, size_t size, size_t* count) {
  SocketObject& socket = SocketOf(self);
  const auto span = absl::MakeSpan(static_cast<uint8_t*>(into), size);
  bool shutdown_begun = false;
  const auto work = [&](ssl::Socket& core, bool /*whole*/) {
    shutdown_begun = socket.shutdown_begun;
    return ReadJoined(&core, span);
  };
  const std::optional<ssl::IoResult> result =
      Run(self, {"read", /*writes=*/false, /*brief=*/true}, work);
  if (!result.has_value()) return false;
  // The end of the data, or of the whole connection.
  if (result->closed() && shutdown_begun) {
    RaiseClosed(socket);
    return false;
  }
  *count = result->done() ? result->bytes() : 0;
  return true;
}

// The caller does not repeat its last write, of which a part is done.
absl::Status BadLength(size_t size, size_t least) {
  ssl::Error error;
  error.kind = ssl::ErrorKind::kInvalidArgument;
  error.library = "SSL";
  error.reason = "BAD_LENGTH";
  error.detail = "bad length";
  error.message = absl::StrCat(
      "the last write was not done, and this one, which continues "
      "it, has ",
      size, " bytes, not the ", least,
      " or more that it needs; call it again with the data of "
      "that one");
  return ssl::MakeStatus(error);
}

// Whether a DNS name has a wildcard right below the top: "*", "*.com", "w*".
bool IsTooWide(absl::string_view name) {
  return absl::StrContains(name, '*') &&
         std::count(name.begin(), name.end(), '.') < 2;
}

bool HasTooWideName(const ssl::Certificate& certificate) {
  const absl::StatusOr<ssl::CertificateInfo> info = certificate.Decode();
  if (!info.ok()) return true;
  bool wide = false;
  for (const ssl::SubjectAltName& name : info->subject_alt_names) {
    wide = wide || (name.type == "DNS" && IsTooWide(name.value));
  }
  for (const auto& part : info->subject) {
    for (const ssl::NameAttribute& attribute : part) {
      wide = wide ||
             (attribute.first == "commonName" && IsTooWide(attribute.second));
    }
  }
  return wide;
}

// Whether ssl.py compares the name after the handshake, unless the policy does:
// before Python 3.7. It takes "*" for any label.
bool NameIsComparedLater(const SocketObject& socket) {
  return !AIRLOCK_PYTHON_AT_LEAST(3, 7) && !socket.server_side &&
         !socket.hostname.empty() &&
         ContextOf(socket.context.get()).check_hostname;
}

// Refuses what only a name that is too wide lets through. For all other names,
// the exception comes from ssl.py.
absl::Status CheckWideNames(const ssl::Socket& core, absl::string_view host) {
  const std::optional<ssl::Certificate> certificate = core.peer_certificate();
  return certificate.has_value() && HasTooWideName(*certificate)
             ? core.MatchHostname(host)
             : absl::OkStatus();
}

}  // namespace

PyObject* DoHandshake(PyObject* self, PyObject* /*unused*/) {
  const bool compares = NameIsComparedLater(SocketOf(self));
  const std::string& host = SocketOf(self).hostname;
  const auto work = [&](ssl::Socket& core, bool /*whole*/) -> ssl::IoResult {
    ssl::IoResult result = core.Handshake();
    if (!compares || !result.done()) return result;
    const absl::Status names = CheckWideNames(core, host);
    if (!names.ok()) return names;
    return result;
  };
  const std::optional<ssl::IoResult> result = Run(self, {"handshake"}, work);
  if (!result.has_value()) return nullptr;
  if (!result->done()) return RaiseClosed(SocketOf(self));
  SocketObject& socket = SocketOf(self);
  std::vector<ssl::Certificate> chain;
  {
    const SocketLock lock(&socket);
    chain = socket.core->verified_chain();
  }
  const PyRef context = PyRef::Borrow(socket.context.get());
  const ObjectLock lock(context.get());
  ContextOf(context.get()).trusted.NoteVerified(chain);
  return None();
}

PyObject* Read(PyObject* self, const Arguments& args) {
  Py_ssize_t wanted = 0;
  BufferView into;
  const bool quick =
      (args.size == 1 || args.size == 2) && QuickSize(args.items[0], &wanted) &&
      (args.size == 1 || into.TakeQuickly(args.items[1], /*writable=*/true));
  if (!quick) {
    const PyRef tuple = args.Tuple();
    if (!tuple || !into.Took(PyArg_ParseTuple(tuple.get(), "n|w*:read", &wanted,
                                              into.get()))) {
      return nullptr;
    }
  }
  if (into.filled()) {
    size_t size = into.size();
    if (wanted > 0) size = std::min(size, static_cast<size_t>(wanted));
    size_t count = 0;
    if (size != 0 && !ReadSome(self, into.data(), size, &count)) return nullptr;
    return PyLong_FromSize_t(count);
  }
  if (wanted < 0) {
    PyErr_SetString(PyExc_ValueError, "size should not be negative");
    return nullptr;
  }
  if (wanted == 0) return Bytes("");
  // A read returns at most one record.
  const size_t size = std::min(static_cast<size_t>(wanted), kMaxRecord);
  PyRef bytes = PyRef::Steal(
      PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(size)));
  size_t count = 0;
  if (!bytes || !ReadSome(self, PyBytes_AS_STRING(bytes.get()), size, &count)) {
    return nullptr;
  }
  PyObject* result = bytes.release();
  _PyBytes_Resize(&result, static_cast<Py_ssize_t>(count));
  return result;
}

PyObject* Write(PyObject* self, const Arguments& args) {
  BufferView from;
  if (args.size != 1 || !from.TakeQuickly(args.items[0], /*writable=*/false)) {
    const PyRef tuple = args.Tuple();
    if (!tuple || !from.Took(PyArg_ParseTuple(
                      tuple.get(), AIRLOCK_BUFFER ":write", from.get()))) {
      return nullptr;
    }
  }
  const auto all = absl::MakeConstSpan(static_cast<const uint8_t*>(from.data()),
                                       from.size());
  size_t& written = SocketOf(self).written;
  size_t& least = SocketOf(self).least_to_write;
  size_t count = 0;
  const auto work = [all, &written, &least, &count](
                        ssl::Socket& core, bool whole) -> ssl::IoResult {
    if (all.size() < least) return BadLength(all.size(), least);
    while (true) {
      ssl::IoResult some = core.Write(all.subspan(written));
      if (some.failed()) written = least = 0;  // It fails for good.
      if (some.want_write()) {
        // A record of this may be on its way.
        least = written + std::min(all.size() - written, kMaxRecord);
      }
      if (!some.done()) return some;
      written += some.bytes();
      // If a signal ends it here, something was left to write.
      least = written + 1;
      if (written < all.size() && whole) continue;
      least = 0;
      count = std::exchange(written, 0);
      return some;
    }
  };
  const std::optional<ssl::IoResult> result =
      Run(self, {"write", /*writes=*/true, /*brief=*/all.size() <= kMaxRecord},
          work);
  if (!result.has_value()) return nullptr;
  // With "0 bytes" a caller in a loop would not notice that writing has ended.
  if (!result->done()) return RaiseClosed(SocketOf(self));
  return IntOf(count);
}

PyObject* Pending(PyObject* self, PyObject* /*unused*/) {
  SocketObject& socket = SocketOf(self);
  const SocketLock lock(&socket);
  return IntOf(socket.core == nullptr ? 0 : socket.core->pending());
}

PyObject* Shutdown(PyObject* self, PyObject* /*unused*/) {
  const auto work = [self](ssl::Socket& core, bool /*whole*/) -> ssl::IoResult {
    if (!core.handshake_done()) {
      ssl::Error error;
      error.kind = ssl::ErrorKind::kInvalidArgument;
      error.library = "SSL";
      error.reason = "SHUTDOWN_WHILE_IN_INIT";
      error.detail = "shutdown while in init";
      error.message =
          "shutdown while in init: unwrap() comes after the handshake";
      return ssl::MakeStatus(error);
    }
    SocketOf(self).shutdown_begun = true;
    return core.Unwrap();
  };
  if (!Run(self, {"shutdown"}, work).has_value()) return nullptr;
  const SocketObject& socket = SocketOf(self);
  if (!socket.sock) return None();
  PyRef sock = Dereference(socket.sock);
  return sock ? sock.release() : None();
}

}  // namespace airlock::python
