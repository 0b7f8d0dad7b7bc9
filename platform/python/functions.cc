// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/functions.h"

#include <climits>
#include <string>

#include "config/environment.h"
#include "config/policy_report.h"
#include "platform/ca_bundle.h"
#include "platform/python/certificate_dict.h"
#include "platform/python/errors.h"
#include "platform/python/files.h"
#include "platform/python/negotiation.h"
#include "platform/python/tickets.h"
#include "ssl/object_id.h"
#include "ssl/random.h"

namespace airlock::python {
namespace {

PyObject* RandomBytes(PyObject* /*module*/, PyObject* args) {
  int size = 0;
  if (!PyArg_ParseTuple(args, "i:RAND_bytes", &size)) return nullptr;
  if (size < 0) {
    PyErr_SetString(PyExc_ValueError, "num must be positive");
    return nullptr;
  }
  PyRef bytes = PyRef::Steal(PyBytes_FromStringAndSize(nullptr, size));
  if (!bytes) return nullptr;
  ssl::FillRandom(absl::MakeSpan(PyBytes_AS_STRING(bytes.get()),
                                 static_cast<size_t>(size)));
  return bytes.release();
}

[[maybe_unused]] PyObject* RandomPseudoBytes(PyObject* module, PyObject* args) {
  if (PyErr_WarnEx(PyExc_DeprecationWarning,
                   "ssl.RAND_pseudo_bytes() is deprecated", 1) < 0) {
    return nullptr;
  }
  const PyRef bytes = PyRef::Steal(RandomBytes(module, args));
  return bytes ? PyTuple_Pack(2, bytes.get(), Py_True) : nullptr;
}

PyObject* RandomStatus(PyObject* /*module*/, PyObject* /*unused*/) {
  return PyBool_FromLong(1);
}

// BoringSSL takes its entropy from the kernel, and needs no more.
PyObject* RandomAdd(PyObject* /*module*/, PyObject* args) {
  BufferView view;
  double entropy = 0;
  if (!view.Took(
          PyArg_ParseTuple(args, "s*d:RAND_add", view.get(), &entropy))) {
    return nullptr;
  }
  return None();
}

// (nid, short name, long name, dotted numbers).
PyObject* ObjectTuple(const ssl::ObjectId& object) {
  return Py_BuildValue("isss", object.nid, object.short_name.c_str(),
                       object.long_name.c_str(), object.numbers.c_str());
}

PyObject* TextToObject(PyObject* /*module*/, PyObject* args, PyObject* kwargs) {
  static const char* const kNames[] = {"txt", "name", nullptr};
  const char* text = nullptr;
  PyObject* name = Py_False;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "s|O:txt2obj",
                                   Keywords(kNames), &text, &name)) {
    return nullptr;
  }
  const int names_too = PyObject_IsTrue(name);
  if (names_too < 0) return nullptr;
  const auto object = ssl::FindObject(text, names_too != 0);
  if (!object.has_value()) {
    PyErr_Format(PyExc_ValueError, "unknown object '%.100s'", text);
    return nullptr;
  }
  return ObjectTuple(*object);
}

PyObject* NidToObject(PyObject* /*module*/, PyObject* args) {
  int nid = 0;
  if (!PyArg_ParseTuple(args, "i:nid2obj", &nid)) return nullptr;
  if (nid < 0) {
    PyErr_SetString(PyExc_ValueError, "NID must be positive.");
    return nullptr;
  }
  const auto object = ssl::FindObject(nid);
  if (!object.has_value()) {
    PyErr_Format(PyExc_ValueError, "unknown NID %d", nid);
    return nullptr;
  }
  return ObjectTuple(*object);
}

PyObject* DefaultVerifyPaths(PyObject* module, PyObject* /*unused*/) {
  constexpr char kDirectory[] = "/etc/ssl/certs";
  constexpr char kFile[] = "/etc/ssl/certs/ca-certificates.crt";
  const StatePtr state = StateOfModule(module);
  if (state == nullptr) return nullptr;
  const absl::StatusOr<platform::CaBundlePlaces> places =
      platform::FindSystemCaBundle(&state->runtime->host(),
                                   /*environment=*/{});
  const bool found = places.ok() && !places->paths.empty();
  return Py_BuildValue("ssss", config::kCertFileVariable,
                       found ? places->paths[0].c_str() : kFile,
                       config::kCertDirVariable, kDirectory);
}

PyObject* TestDecodeCert(PyObject* module, PyObject* argument) {
  const StatePtr state = StateOfModule(module);
  if (state == nullptr) return nullptr;
  std::string path;
  ssl::Secret bytes;
  if (!PathOf(argument, &path) ||
      !ReadPath(&state->runtime->host(), path, &bytes))
    return nullptr;
  const auto certificate = ssl::Certificate::FromPem(bytes.view());
  if (!certificate.ok()) {
    return RaisePemStatus(*state, certificate.status(), __LINE__);
  }
  return CertificateDict(*state, *certificate);
}

// [(setting, value or None, origin, ((value, origin), ...)), ...]
PyObject* PolicyInForce(PyObject* module, PyObject* /*unused*/) {
  const StatePtr state = StateOfModule(module);
  if (state == nullptr) return nullptr;
  const PyRef rows = PyRef::Steal(PyList_New(0));
  if (!rows) return nullptr;
  for (const config::PolicyRow& row :
       config::PolicyRows(state->runtime->policy())) {
    const PyRef overrode = PyRef::Steal(PyList_New(0));
    if (!overrode) return nullptr;
    for (const config::PolicyRow::Overrode& other : row.overrode) {
      const PyRef pair = PyRef::Steal(Py_BuildValue(
          "ss", other.value.c_str(), other.origin.ToString().c_str()));
      if (!pair || PyList_Append(overrode.get(), pair.get()) < 0) {
        return nullptr;
      }
    }
    const PyRef tuple = PyRef::Steal(Py_BuildValue(
        "szsO", row.setting.c_str(), row.is_set ? row.value.c_str() : nullptr,
        row.origin.ToString().c_str(), overrode.get()));
    if (!tuple || PyList_Append(rows.get(), tuple.get()) < 0) return nullptr;
  }
  return PyRef::Borrow(rows.get()).release();
}

}  // namespace

PyMethodDef* ModuleFunctions() {
  static PyMethodDef functions[] = {
    {"_test_decode_cert", Method<TestDecodeCert>(), METH_O, nullptr},
    {"RAND_add", Method<RandomAdd>(), METH_VARARGS, nullptr},
    {"RAND_bytes", Method<RandomBytes>(), METH_VARARGS, nullptr},
#if !AIRLOCK_PYTHON_AT_LEAST(3, 12)
    {"RAND_pseudo_bytes", Method<RandomPseudoBytes>(), METH_VARARGS, nullptr},
#endif
    {"RAND_status", Method<RandomStatus>(), METH_NOARGS, nullptr},
    // For the package `airlock`.
    {"airlock_policy", Method<PolicyInForce>(), METH_NOARGS, nullptr},
    {"_ticket_keyring", Method<NewTickets>(), METH_VARARGS, nullptr},
    {"_ticket_keyring_state", Method<TicketsState>(), METH_O, nullptr},
    {"_ticket_keyring_rotate", Method<RotateTickets>(), METH_O, nullptr},
    {AIRLOCK_SINCE_3_15("get_sigalgs"), Method<GetSigalgs>(), METH_NOARGS,
     nullptr},
    {"get_default_verify_paths", Method<DefaultVerifyPaths>(), METH_NOARGS,
     nullptr},
    {"txt2obj", Method<TextToObject>(), METH_VARARGS | METH_KEYWORDS, nullptr},
    {"nid2obj", Method<NidToObject>(), METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
  };
  return functions;
}

}  // namespace airlock::python
