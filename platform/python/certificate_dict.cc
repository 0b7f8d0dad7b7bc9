// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/certificate_dict.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "platform/python/errors.h"

namespace airlock::python {
namespace {

// A tuple of the results of `make` for each element.
template <typename T, typename Make>
PyObject* TupleOf(const std::vector<T>& elements, const Make& make) {
  PyRef tuple =
      PyRef::Steal(PyTuple_New(static_cast<Py_ssize_t>(elements.size())));
  if (!tuple) return nullptr;
  Py_ssize_t i = 0;
  for (const T& element : elements) {
    PyObject* made = make(element);
    if (made == nullptr) return nullptr;
    PyTuple_SET_ITEM(tuple.get(), i++, made);
  }
  return tuple.release();
}

PyObject* Pair(PyObject* first, PyObject* second) {
  const PyRef a = PyRef::Steal(first);
  const PyRef b = PyRef::Steal(second);
  return a && b ? PyTuple_Pack(2, a.get(), b.get()) : nullptr;
}

PyObject* NameTuple(const ssl::DistinguishedName& name) {
  return TupleOf(name, [](const std::vector<ssl::NameAttribute>& set) {
    return TupleOf(set, [](const ssl::NameAttribute& attribute) {
      return Pair(NativeString(attribute.first),
                  UnicodeString(attribute.second));
    });
  });
}

PyObject* AltName(const ssl::SubjectAltName& name) {
  if (name.type == "DirName") {
    return Pair(NativeString(name.type), NameTuple(name.directory_name));
  }
  std::string value = name.value;
#if PY_MAJOR_VERSION < 3
  // Python 2.7 shows a newline after IPv6 addresses; match_hostname drops it.
  if (name.type == "IP Address" && absl::StrContains(value, ':')) value += '\n';
#endif
  return Pair(NativeString(name.type), NativeString(value));
}

// "Jun  9 09:05:10 2027 GMT", which ssl.cert_time_to_seconds() reads.
PyObject* TimeString(absl::Time time) {
  return NativeString(
      absl::FormatTime("%b %e %H:%M:%S %Y GMT", time, absl::UTCTimeZone()));
}

// Takes over `value`.
bool Put(PyObject* dict, const char* key, PyObject* value) {
  const PyRef owned = PyRef::Steal(value);
  return owned && PyDict_SetItemString(dict, key, owned.get()) == 0;
}

bool PutStrings(PyObject* dict, const char* key,
                const std::vector<std::string>& strings) {
  if (strings.empty()) return true;
  return Put(dict, key, TupleOf(strings, [](const std::string& s) {
               return NativeString(s);
             }));
}

}  // namespace

PyObject* CertificateDict(const ModuleState& state,
                          const ssl::Certificate& certificate) {
  const absl::StatusOr<ssl::CertificateInfo> info = certificate.Decode();
  if (!info.ok()) return RaiseStatus(state, info.status(), __LINE__);
  PyRef dict = PyRef::Steal(PyDict_New());
  if (!dict || !Put(dict.get(), "subject", NameTuple(info->subject)) ||
      !Put(dict.get(), "issuer", NameTuple(info->issuer)) ||
      !Put(dict.get(), "version", Integer(info->version)) ||
      !Put(dict.get(), "serialNumber", NativeString(info->serial_number)) ||
      !Put(dict.get(), "notBefore", TimeString(info->not_before)) ||
      !Put(dict.get(), "notAfter", TimeString(info->not_after))) {
    return nullptr;
  }
  if (!info->subject_alt_names.empty() &&
      !Put(dict.get(), "subjectAltName",
           TupleOf(info->subject_alt_names, AltName))) {
    return nullptr;
  }
  if (!PutStrings(dict.get(), "OCSP", info->ocsp_urls) ||
      !PutStrings(dict.get(), "caIssuers", info->ca_issuers_urls) ||
      !PutStrings(dict.get(), "crlDistributionPoints",
                  info->crl_distribution_points)) {
    return nullptr;
  }
  return dict.release();
}

}  // namespace airlock::python
