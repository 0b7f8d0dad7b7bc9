// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/python_compat.h"

#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>

namespace airlock::python {

bool IgnoresEofByDefault() {
  // One module works with all releases of a version, so ask for the running
  // one.
  static const bool result = [] {
    int major = 0;
    int minor = 0;
    int micro = 0;
    if (std::sscanf(Py_GetVersion(), "%d.%d.%d", &major, &minor, &micro) != 3 ||
        major != 3) {
      return false;
    }
    return minor == 8 || minor == 9 || (minor == 10 && micro <= 10) ||
           (minor == 11 && micro <= 2);
  }();
  return result;
}

#if PY_MAJOR_VERSION < 3
namespace {

void Fill(const PyType_Slot& slot, PyTypeObject* type) {
  switch (slot.slot) {
    case Py_tp_new:
      type->tp_new = reinterpret_cast<newfunc>(slot.pfunc);
      break;
    case Py_tp_dealloc:
      type->tp_dealloc = reinterpret_cast<destructor>(slot.pfunc);
      break;
    case Py_tp_traverse:
      type->tp_traverse = reinterpret_cast<traverseproc>(slot.pfunc);
      break;
    case Py_tp_clear:
      type->tp_clear = reinterpret_cast<inquiry>(slot.pfunc);
      break;
    case Py_tp_methods:
      type->tp_methods = static_cast<PyMethodDef*>(slot.pfunc);
      break;
    case Py_tp_getset:
      type->tp_getset = static_cast<PyGetSetDef*>(slot.pfunc);
      break;
    case Py_tp_richcompare:
      type->tp_richcompare = reinterpret_cast<richcmpfunc>(slot.pfunc);
      break;
    case Py_tp_hash:
      type->tp_hash = reinterpret_cast<hashfunc>(slot.pfunc);
      break;
    case Py_tp_repr:
      type->tp_repr = reinterpret_cast<reprfunc>(slot.pfunc);
      break;
    case Py_tp_str:
      type->tp_str = reinterpret_cast<reprfunc>(slot.pfunc);
      break;
    case Py_tp_doc:
      type->tp_doc = static_cast<const char*>(slot.pfunc);
      break;
    default:
      break;
  }
}

}  // namespace

PyObject* MakeType(PyObject* /*module*/, const char* name, size_t basicsize,
                   PyType_Slot* slots, Instances instances,
                   bool garbage_collected, PyObject* bases) {
  // In Python 2, types of an extension live as long as the process.
  auto* type = static_cast<PyTypeObject*>(PyMem_Malloc(sizeof(PyTypeObject)));
  if (type == nullptr) return PyErr_NoMemory();
  std::memset(type, 0, sizeof(*type));
  Py_REFCNT(type) = 1;
  type->tp_name = name;
  type->tp_basicsize = static_cast<Py_ssize_t>(basicsize);
  type->tp_flags = Py_TPFLAGS_DEFAULT;
  if (instances == Instances::kSubclassesToo) {
    type->tp_flags |= Py_TPFLAGS_BASETYPE;
  }
  if (garbage_collected) type->tp_flags |= Py_TPFLAGS_HAVE_GC;
  if (bases != nullptr) {
    Py_INCREF(bases);
    type->tp_bases = bases;
    type->tp_base = reinterpret_cast<PyTypeObject*>(PyTuple_GET_ITEM(bases, 0));
  }
  for (; slots->slot != 0; ++slots) Fill(*slots, type);
  if (PyType_Ready(type) < 0) return nullptr;
  if (instances == Instances::kNobody) type->tp_new = nullptr;
  return reinterpret_cast<PyObject*>(type);
}
#else
PyObject* MakeType(PyObject* module, const char* name, size_t basicsize,
                   PyType_Slot* slots, Instances instances,
                   bool garbage_collected, PyObject* bases) {
  unsigned flags = Py_TPFLAGS_DEFAULT;
  if (instances == Instances::kSubclassesToo) flags |= Py_TPFLAGS_BASETYPE;
  if (garbage_collected) flags |= Py_TPFLAGS_HAVE_GC;
#if AIRLOCK_PYTHON_AT_LEAST(3, 10)
  flags |= Py_TPFLAGS_IMMUTABLETYPE;
  if (instances == Instances::kNobody) {
    flags |= Py_TPFLAGS_DISALLOW_INSTANTIATION;
  }
#endif
  PyType_Spec spec = {name, static_cast<int>(basicsize), 0, flags, slots};
#if AIRLOCK_PYTHON_AT_LEAST(3, 9)
  PyObject* type = PyType_FromModuleAndSpec(module, &spec, bases);
#else
  (void)module;
  PyObject* type = PyType_FromSpecWithBases(&spec, bases);
#endif
#if !AIRLOCK_PYTHON_AT_LEAST(3, 10)
  if (type != nullptr && instances == Instances::kNobody) {
    reinterpret_cast<PyTypeObject*>(type)->tp_new = nullptr;
  }
#endif
  return type;
}
#endif

namespace {

// What a daemon thread does during the interpreter's shutdown: CPython before
// 3.14 ends it with pthread_exit(), which runs destructors that need the GIL.
// Like 3.14, waits until the process ends.
[[noreturn]] void WaitForTheEnd() {
  while (true) pause();
}

}  // namespace

void TakeGil(PyThreadState* thread) {
  try {
    PyEval_RestoreThread(thread);
  } catch (const abi::__forced_unwind&) {
    WaitForTheEnd();
  }
}

#ifdef Py_GIL_DISABLED
ObjectLock::ObjectLock(PyObject* object) {
  try {
    PyCriticalSection_Begin(&section_, object);
  } catch (const abi::__forced_unwind&) {
    WaitForTheEnd();
  }
}

ObjectLock::~ObjectLock() {
  // Python code that was called from here has ended the thread.
  if (PyThreadState_GetUnchecked() == nullptr) WaitForTheEnd();
  try {
    PyCriticalSection_End(&section_);
  } catch (const abi::__forced_unwind&) {
    WaitForTheEnd();
  }
}
#endif

void RaiseCaught() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::length_error&) {
    PyErr_NoMemory();
  } catch (const std::exception& error) {
    PyErr_Format(PyExc_SystemError, "a defect of Airlock; report it: %.500s",
                 error.what());
  } catch (...) {
    PyErr_SetString(PyExc_SystemError, "a defect of Airlock; report it");
  }
}

int SetTypeAttribute(PyObject* type, const char* name, PyObject* value) {
  auto* object = reinterpret_cast<PyTypeObject*>(type);
  if (PyDict_SetItemString(object->tp_dict, name, value) < 0) return -1;
  PyType_Modified(object);
  return 0;
}

PyObject* UnicodeString(absl::string_view text) {
#if PY_MAJOR_VERSION >= 3
  const char* const errors = "backslashreplace";
#else
  const char* const errors = "replace";
#endif
  return PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()),
                              errors);
}

PyObject* Bytes(absl::string_view bytes) {
  return PyBytes_FromStringAndSize(bytes.data(),
                                   static_cast<Py_ssize_t>(bytes.size()));
}

PyObject* NativeString(absl::string_view text) {
#if PY_MAJOR_VERSION >= 3
  return UnicodeString(text);
#else
  return Bytes(text);
#endif
}

PyObject* Integer(long value) {
#if PY_MAJOR_VERSION >= 3
  return PyLong_FromLong(value);
#else
  return PyInt_FromLong(value);
#endif
}

bool TextOf(PyObject* object, const char* what, std::string* out) {
  PyRef bytes;
  if (PyUnicode_Check(object)) {
    bytes = PyRef::Steal(PyUnicode_AsUTF8String(object));
  } else if (PyBytes_Check(object)) {
    bytes = PyRef::Borrow(object);
  } else {
    PyErr_Format(PyExc_TypeError, "%s must be a string, not %.200s", what,
                 Py_TYPE(object)->tp_name);
  }
  if (!bytes) return false;
  out->assign(PyBytes_AS_STRING(bytes.get()),
              static_cast<size_t>(PyBytes_GET_SIZE(bytes.get())));
  return true;
}

PyObject* ServerName(absl::string_view name) {
#if AIRLOCK_PYTHON_AT_LEAST(3, 7)
  return NativeString(name);
#else
  const PyRef bytes = PyRef::Steal(Bytes(name));
  if (!bytes) return nullptr;
  return PyUnicode_FromEncodedObject(bytes.get(), "idna", nullptr);
#endif
}

bool PathOf(PyObject* object, std::string* out) {
  PyRef bytes;
#if PY_MAJOR_VERSION >= 3
  PyObject* converted = nullptr;
  if (!PyUnicode_FSConverter(object, &converted)) return false;
  bytes = PyRef::Steal(converted);
#else
  if (PyUnicode_Check(object)) {
    const char* encoding = Py_FileSystemDefaultEncoding;
    bytes = PyRef::Steal(PyUnicode_AsEncodedString(
        object, encoding == nullptr ? "utf-8" : encoding, nullptr));
    if (!bytes) return false;
  } else if (PyBytes_Check(object)) {
    bytes = PyRef::Borrow(object);
  } else {
    PyErr_Format(PyExc_TypeError, "a path must be a string, not %.200s",
                 Py_TYPE(object)->tp_name);
    return false;
  }
#endif
  out->assign(PyBytes_AS_STRING(bytes.get()),
              static_cast<size_t>(PyBytes_GET_SIZE(bytes.get())));
  return true;
}

PyObject* RaiseSocketError(int error) {
  errno = error;
#if PY_MAJOR_VERSION >= 3
  return PyErr_SetFromErrno(PyExc_OSError);
#else
  const PyRef socket = PyRef::Steal(PyImport_ImportModule("_socket"));
  const PyRef type =
      socket ? PyRef::Steal(PyObject_GetAttrString(socket.get(), "error"))
             : PyRef();
  errno = error;
  return type ? PyErr_SetFromErrno(type.get()) : nullptr;
#endif
}

bool HasOnlyReference(PyObject* object) {
#if AIRLOCK_PYTHON_AT_LEAST(3, 14)
  return PyUnstable_Object_IsUniquelyReferenced(object) != 0;
#elif defined(Py_GIL_DISABLED)
  return _Py_IsOwnedByCurrentThread(object) != 0 &&
         _Py_atomic_load_uint32_relaxed(&object->ob_ref_local) == 1 &&
         _Py_atomic_load_ssize_relaxed(&object->ob_ref_shared) == 0;
#else
  return Py_REFCNT(object) == 1;
#endif
}

PyRef Dereference(const PyRef& weak) {
  if (!weak) return PyRef();
#if AIRLOCK_PYTHON_AT_LEAST(3, 13)
  PyObject* object = nullptr;
  PyWeakref_GetRef(weak.get(), &object);
  return PyRef::Steal(object);
#else
  PyObject* object = PyWeakref_GetObject(weak.get());
  return object == Py_None ? PyRef() : PyRef::Borrow(object);
#endif
}

namespace {

// The beginning of socketmodule.h's PySocketSockObject.
struct SocketFields {
  PyObject_HEAD int fd;
  int family;
  int type;
  int protocol;
  PyObject* (*error_handler)();
#if PY_MAJOR_VERSION >= 3
  int64_t timeout;  // In nanoseconds.
#else
  double timeout;
#endif
};

}  // namespace

bool ReadSocketFields(PyObject* socket, int* fd, double* timeout) {
#if AIRLOCK_PYTHON_AT_LEAST(3, 14) || defined(Py_GIL_DISABLED)
  (void)socket;
  (void)fd;
  (void)timeout;
  return false;
#else
  const auto* const fields = reinterpret_cast<const SocketFields*>(socket);
  *fd = fields->fd;
  *timeout = static_cast<double>(fields->timeout);
#if PY_MAJOR_VERSION >= 3
  *timeout /= 1e9;
#endif
  return true;
#endif
}

PyRef Arguments::Tuple() const {
  PyRef tuple = PyRef::Steal(PyTuple_New(size));
  if (!tuple) return PyRef();
  for (Py_ssize_t i = 0; i < size; ++i) {
    PyTuple_SET_ITEM(tuple.get(), i, PyRef::Borrow(items[i]).release());
  }
  return tuple;
}

bool QuickSize(PyObject* object, Py_ssize_t* size) {
#if PY_MAJOR_VERSION >= 3
  if (!PyLong_CheckExact(object)) return false;
  *size = PyLong_AsSsize_t(object);
  if (*size != -1) return true;
  PyErr_Clear();
  return false;
#else
  if (!PyInt_CheckExact(object)) return false;
  *size = PyInt_AS_LONG(object);
  return true;
#endif
}

bool BufferView::TakeQuickly(PyObject* object, bool writable) {
  const bool usual = PyMemoryView_Check(object) ||
                     PyByteArray_CheckExact(object) ||
                     (!writable && PyBytes_CheckExact(object));
  if (!usual) return false;
  const int flags = writable ? PyBUF_WRITABLE : PyBUF_SIMPLE;
  if (PyObject_GetBuffer(object, &view_, flags) < 0) {
    PyErr_Clear();
    view_ = {};  // See Took().
    return false;
  }
  if (PyBuffer_IsContiguous(&view_, 'C')) return true;
  PyBuffer_Release(&view_);
  view_ = {};
  return false;
}

PyObject* TimeoutException(PyObject* ssl_error) {
#if AIRLOCK_PYTHON_AT_LEAST(3, 10)
  (void)ssl_error;
  return PyRef::Borrow(PyExc_TimeoutError).release();
#elif PY_MAJOR_VERSION >= 3
  (void)ssl_error;
  const PyRef socket = PyRef::Steal(PyImport_ImportModule("_socket"));
  return socket ? PyObject_GetAttrString(socket.get(), "timeout") : nullptr;
#else
  return PyRef::Borrow(ssl_error).release();
#endif
}

bool NotDeleted(PyObject* value) {
  if (value != nullptr) return true;
#if AIRLOCK_PYTHON_AT_LEAST(3, 14)
  PyErr_SetString(PyExc_AttributeError, "the attribute cannot be deleted");
#else
  PyErr_SetString(PyExc_TypeError, "cannot delete attribute");
#endif
  return false;
}

int WarnDeprecated(const char* text) {
#if AIRLOCK_PYTHON_AT_LEAST(3, 10)
  return PyErr_WarnEx(PyExc_DeprecationWarning, text, 2);
#else
  (void)text;
  return 0;
#endif
}

PyObject* NewException(const char* name, const char* doc, PyObject* bases) {
#if PY_MAJOR_VERSION >= 3
  return PyErr_NewExceptionWithDoc(name, doc, bases, nullptr);
#else
  return PyErr_NewExceptionWithDoc(const_cast<char*>(name),
                                   const_cast<char*>(doc), bases, nullptr);
#endif
}

}  // namespace airlock::python
