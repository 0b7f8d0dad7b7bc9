// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/certificate.h"

#include <string>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "platform/python/certificate_dict.h"
#include "platform/python/constants.h"

namespace airlock::python {
namespace {

struct CertificateObject {
  StatePtr state;
  ssl::Certificate certificate;
};

const ssl::Certificate& CertificateOf(PyObject* self) {
  return Unbox<CertificateObject>(self).certificate;
}

PyObject* PublicBytes(PyObject* self, PyObject* args, PyObject* kwargs) {
  static const char* const kNames[] = {"format", nullptr};
  int format = kEncodingPem;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|i:public_bytes",
                                   Keywords(kNames), &format)) {
    return nullptr;
  }
  switch (format) {
    case kEncodingPem:
      return NativeString(CertificateOf(self).ToPem());
    case kEncodingDer:
      return Bytes(CertificateOf(self).der());
    default:
      PyErr_SetString(PyExc_ValueError,
                      "Unsupported format: use ENCODING_PEM or ENCODING_DER");
      return nullptr;
  }
}

PyObject* GetInfo(PyObject* self, PyObject* /*unused*/) {
  return CertificateDict(*Unbox<CertificateObject>(self).state,
                         CertificateOf(self));
}

PyObject* CertificateRepr(PyObject* self) {
  return NativeString(absl::StrCat("<", Py_TYPE(self)->tp_name, " '",
                                   CertificateOf(self).subject(), "'>"));
}

Py_hash_t HashCertificate(PyObject* self) {
  const auto hash = static_cast<Py_hash_t>(
      absl::Hash<absl::string_view>()(CertificateOf(self).der()));
  return hash == -1 ? -2 : hash;
}

PyObject* CompareCertificates(PyObject* self, PyObject* other, int op) {
  if (Py_TYPE(self) != Py_TYPE(other) || (op != Py_EQ && op != Py_NE)) {
    return PyRef::Borrow(Py_NotImplemented).release();
  }
  const bool equal = CertificateOf(self) == CertificateOf(other);
  return PyBool_FromLong(equal == (op == Py_EQ));
}

}  // namespace

int AddCertificateType(PyObject* module, const StatePtr& state) {
  static PyMethodDef methods[] = {
      {"public_bytes", Method<PublicBytes>(), METH_VARARGS | METH_KEYWORDS,
       "The certificate as PEM text, or as DER with ENCODING_DER."},
      {"get_info", Method<GetInfo>(), METH_NOARGS,
       "The certificate as getpeercert() shows it."},
      {nullptr, nullptr, 0, nullptr},
  };
  static PyType_Slot slots[] = {
      {Py_tp_dealloc, Slot(DeallocBoxed<CertificateObject>)},
      {Py_tp_methods, methods},
      {Py_tp_repr, Slot(Guard<CertificateRepr>)},
      {Py_tp_hash, Slot(Guard<HashCertificate>)},
      {Py_tp_richcompare, Slot(Guard<CompareCertificates>)},
      {0, nullptr},
  };
  state->certificate_type = PyRef::Steal(
      MakeType(module, "_ssl.Certificate", sizeof(Boxed<CertificateObject>),
               slots, Instances::kNobody, /*garbage_collected=*/false));
  if (!state->certificate_type ||
      AttachState(state->certificate_type.get(), state) < 0) {
    return -1;
  }
  return PyObject_SetAttrString(module, "Certificate",
                                state->certificate_type.get());
}

PyObject* CertificateList(const StatePtr& state,
                          const std::vector<ssl::Certificate>& chain) {
  if (chain.empty()) return None();
  PyRef list = PyRef::Steal(PyList_New(0));
  if (!list) return nullptr;
  for (const ssl::Certificate& certificate : chain) {
    const PyRef object = PyRef::Steal(NewBoxed<CertificateObject>(
        Type(state->certificate_type), state, certificate));
    if (!object || PyList_Append(list.get(), object.get()) < 0) return nullptr;
  }
  return list.release();
}

}  // namespace airlock::python
