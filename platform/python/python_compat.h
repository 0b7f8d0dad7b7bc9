// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// CPython's C API, 2.7 and 3.6 onwards, without the differences between
// versions. Only this file, python_compat.cc and the tables of names check the
// version. Include it before anything else.
#ifndef AIRLOCK_PLATFORM_PYTHON_PYTHON_COMPAT_H_
#define AIRLOCK_PLATFORM_PYTHON_PYTHON_COMPAT_H_

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <cxxabi.h>

#include <new>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/strings/string_view.h"

#define AIRLOCK_PYTHON_AT_LEAST(major, minor) \
  (PY_VERSION_HEX >= (((major) << 24) | ((minor) << 16)))

// A contiguous read-only buffer, in the formats of PyArg_Parse.
#if PY_MAJOR_VERSION >= 3
#define AIRLOCK_BUFFER "y*"
#else
#define AIRLOCK_BUFFER "s*"
#endif

#if PY_MAJOR_VERSION < 3
using Py_hash_t = long;

// Python 2 has no types from specs.
struct PyType_Slot {
  int slot;
  void* pfunc;
};
struct PyType_Spec {
  const char* name;
  int basicsize;
  int itemsize;
  unsigned int flags;
  PyType_Slot* slots;
};
enum {
  Py_tp_new = 1,
  Py_tp_dealloc,
  Py_tp_traverse,
  Py_tp_clear,
  Py_tp_methods,
  Py_tp_getset,
  Py_tp_richcompare,
  Py_tp_hash,
  Py_tp_repr,
  Py_tp_str,
  Py_tp_doc,
};
#endif

// What follows it in a format of PyArg_Parse can only be passed by keyword.
#if PY_MAJOR_VERSION >= 3
#define AIRLOCK_KEYWORD_ONLY "$"
#else
#define AIRLOCK_KEYWORD_ONLY ""
#endif

namespace airlock::python {

// "The GIL" means, in a free-threaded build, that the thread is attached to its
// interpreter: it may use Python's API, but it is not the only one.

// An owned reference, or null. Every change needs the GIL.
class PyRef {
 public:
  PyRef() = default;
  // Takes over a new reference.
  static PyRef Steal(PyObject* object) { return PyRef(object); }
  // Makes a new reference.
  static PyRef Borrow(PyObject* object) {
    Py_XINCREF(object);
    return PyRef(object);
  }
  PyRef(PyRef&& other) noexcept : object_(other.release()) {}
  PyRef& operator=(PyRef&& other) noexcept {
    // Releasing the old one may run any code, so it comes last.
    PyObject* old = object_;
    object_ = other.release();
    Py_XDECREF(old);
    return *this;
  }
  PyRef(const PyRef&) = delete;
  PyRef& operator=(const PyRef&) = delete;
  ~PyRef() { Py_XDECREF(object_); }

  PyObject* get() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }
  PyObject* release() { return std::exchange(object_, nullptr); }
  PyObject* NewReference() const {
    Py_XINCREF(object_);
    return object_;
  }
  void Reset() { *this = PyRef(); }

 private:
  explicit PyRef(PyObject* object) : object_(object) {}
  PyObject* object_ = nullptr;
};

// Whether the running Python's standard module has OP_IGNORE_UNEXPECTED_EOF
// among the options of a new context: 3.8, 3.9, 3.10 up to 3.10.10 and 3.11 up
// to 3.11.2. Programs for these toggle it.
bool IgnoresEofByDefault();

// Takes the GIL for a thread that released it. Does not return while the
// interpreter shuts down.
void TakeGil(PyThreadState* thread);

// Releases the GIL during its lifetime.
class GilRelease {
 public:
  GilRelease() : thread_(PyEval_SaveThread()) {}
  ~GilRelease() { TakeGil(thread_); }
  GilRelease(const GilRelease&) = delete;
  GilRelease& operator=(const GilRelease&) = delete;

  PyThreadState* thread() const { return thread_; }

 private:
  PyThreadState* const thread_;
};

// Keeps other threads out of the methods of `object` during its lifetime,
// except while this thread waits or runs Python code: what the GIL does, for
// one object in a free-threaded build. Inside another one, it may let go of
// that one's object meanwhile. Needs the GIL.
class ObjectLock {
 public:
#ifdef Py_GIL_DISABLED
  explicit ObjectLock(PyObject* object);
  ~ObjectLock();
#else
  explicit ObjectLock(PyObject* /*object*/) {}
  ~ObjectLock() {}  // Not trivial: the variable is used.
#endif
  ObjectLock(const ObjectLock&) = delete;
  ObjectLock& operator=(const ObjectLock&) = delete;

#ifdef Py_GIL_DISABLED

 private:
  PyCriticalSection section_;
#endif
};

// Whether the GIL keeps other threads from running Python code.
#ifdef Py_GIL_DISABLED
constexpr bool kHasGil = false;
#else
constexpr bool kHasGil = true;
#endif

// The arguments of a method without keywords.
struct Arguments {
  PyObject* const* items;
  Py_ssize_t size;

  // A tuple of them, for PyArg_ParseTuple; null with an exception set.
  PyRef Tuple() const;
};

// For PyMethodDef: a function that gets Arguments, and its flags. From Python
// 3.7 onwards, a call needs no tuple.
#if AIRLOCK_PYTHON_AT_LEAST(3, 7)
constexpr int kPositional = METH_FASTCALL;
template <PyObject* (*F)(PyObject*, const Arguments&)>
PyObject* CallPositional(PyObject* self, PyObject* const* items,
                         Py_ssize_t size) {
  return F(self, Arguments{items, size});
}
#else
constexpr int kPositional = METH_VARARGS;
template <PyObject* (*F)(PyObject*, const Arguments&)>
PyObject* CallPositional(PyObject* self, PyObject* args) {
  return F(self,
           Arguments{PySequence_Fast_ITEMS(args), PyTuple_GET_SIZE(args)});
}
#endif

// The value of an int, if it is one that fits; otherwise false without an
// exception, and PyArg_Parse must decide.
bool QuickSize(PyObject* object, Py_ssize_t* size);

// A buffer that PyArg_Parse fills; released by the destructor.
class BufferView {
 public:
  BufferView() = default;
  ~BufferView() { PyBuffer_Release(&view_); }
  BufferView(const BufferView&) = delete;
  BufferView& operator=(const BufferView&) = delete;

  // For PyArg_Parse, whose result must go through Took().
  Py_buffer* get() { return &view_; }
  bool Took(int parsed) {
    // In Python 2.7, a memoryview that fails leaves a view that is not ours.
    if (parsed == 0) view_ = {};
    return parsed != 0;
  }
  // Fills it without PyArg_Parse, if `object` is of a usual type; otherwise
  // false without an exception, and PyArg_Parse must decide.
  bool TakeQuickly(PyObject* object, bool writable);
  bool filled() const { return view_.obj != nullptr; }
  void* data() const { return view_.buf; }
  size_t size() const { return static_cast<size_t>(view_.len); }
  absl::string_view bytes() const {
    return {static_cast<const char*>(view_.buf), size()};
  }

 private:
  Py_buffer view_ = {};
};

// A new reference to None.
inline PyObject* None() { return PyRef::Borrow(Py_None).release(); }

// The Python object that holds a T.
template <typename T>
struct Boxed {
  PyObject_HEAD T value;
};

template <typename T>
T& Unbox(PyObject* self) {
  return reinterpret_cast<Boxed<T>*>(self)->value;
}

// A new instance of `type`, or null with an exception set. If `type` is null,
// an exception must already be set.
template <typename T, typename... Args>
PyObject* NewBoxed(PyTypeObject* type, Args&&... args) {
  PyObject* self = type == nullptr ? nullptr : type->tp_alloc(type, 0);
  if (self == nullptr) return nullptr;
  try {
    new (&Unbox<T>(self)) T{std::forward<Args>(args)...};
  } catch (...) {
    // The deallocator would destroy a T that does not exist.
    if (PyType_IS_GC(type)) PyObject_GC_UnTrack(self);
    type->tp_free(self);
    if ((type->tp_flags & Py_TPFLAGS_HEAPTYPE) != 0) Py_DECREF(type);
    throw;
  }
  return self;
}

template <typename T>
void DeallocBoxed(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  if (PyType_IS_GC(type)) PyObject_GC_UnTrack(self);
  Unbox<T>(self).~T();
  type->tp_free(self);
  // Before 3.8, the deallocator of a Python subclass does this itself.
  if ((type->tp_flags & Py_TPFLAGS_HEAPTYPE) != 0 &&
      (AIRLOCK_PYTHON_AT_LEAST(3, 8) || type->tp_dealloc == DeallocBoxed<T>)) {
    Py_DECREF(type);
  }
}

// T has int Traverse(visitproc, void*) and void Clear().
template <typename T>
int TraverseBoxed(PyObject* self, visitproc visit, void* arg) {
#if AIRLOCK_PYTHON_AT_LEAST(3, 9)
  Py_VISIT(Py_TYPE(self));
#endif
  return Unbox<T>(self).Traverse(visit, arg);
}

template <typename T>
int ClearBoxed(PyObject* self) {
  Unbox<T>(self).Clear();
  return 0;
}

// For PyType_Slot.
template <typename F>
void* Slot(F* function) {
  return reinterpret_cast<void*>(function);
}
inline void* Slot(const char* doc) { return const_cast<char*>(doc); }

// Raises the caught exception: std::bad_alloc as MemoryError. Call it from a
// catch block, with the GIL.
void RaiseCaught();

// Every function that Python calls is called through this, so that no C++
// exception reaches the interpreter, whose frames do not expect one.
template <auto F, typename T = decltype(F)>
struct Guarded;
template <auto F, typename R, typename... Args>
struct Guarded<F, R (*)(Args...)> {
  static R Call(Args... args) {
    try {
      return F(args...);
    } catch (const abi::__forced_unwind&) {
      throw;  // The end of a thread, which must go on.
    } catch (...) {
      RaiseCaught();
    }
    if constexpr (std::is_pointer_v<R>) {
      return nullptr;
    } else {
      return static_cast<R>(-1);
    }
  }
};
template <auto F>
constexpr auto Guard = &Guarded<F>::Call;

// F, a method or property, with an ObjectLock on its object.
template <auto F, typename T = decltype(F)>
struct OneByOne;
template <auto F, typename R, typename... Args>
struct OneByOne<F, R (*)(PyObject*, Args...)> {
  static R Call(PyObject* self, Args... args) {
    const ObjectLock lock(self);
    return F(self, args...);
  }
};
template <auto F>
constexpr auto Locked = &OneByOne<F>::Call;

// For PyMethodDef, for a function with any arguments.
template <auto F>
PyCFunction Method() {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(Guard<F>));
}

// The declaration of PyArg_ParseTupleAndKeywords lacks a const.
inline char** Keywords(const char* const* names) {
  return const_cast<char**>(names);
}

// Who may make instances of a type.
enum class Instances { kNobody, kAnybody, kSubclassesToo };

// Makes a type of `module`; null with an exception set. `basicsize` is that of
// Boxed<T>. `slots` ends with {0, nullptr}.
PyObject* MakeType(PyObject* module, const char* name, size_t basicsize,
                   PyType_Slot* slots, Instances instances,
                   bool garbage_collected, PyObject* bases = nullptr);

// Sets attribute `name` of `type`, although the type is immutable.
int SetTypeAttribute(PyObject* type, const char* name, PyObject* value);

// A number of bytes: an int, which differs from a long in Python 2.
inline PyObject* IntOf(size_t value) {
#if PY_MAJOR_VERSION >= 3
  return PyLong_FromSize_t(value);
#else
  return PyInt_FromSize_t(value);
#endif
}

// `str` of this version. The bytes are UTF-8 in Python 3; invalid ones become
// backslash escapes.
PyObject* NativeString(absl::string_view text);
// `unicode`, in either version; backslashes as above.
PyObject* UnicodeString(absl::string_view text);
PyObject* Bytes(absl::string_view bytes);
PyObject* Integer(long value);

// The characters of a str or unicode as UTF-8; false with a TypeError that
// names `what`.
bool TextOf(PyObject* object, const char* what, std::string* out);

// Whether it is text (unicode; in 2.7 not str, which is bytes).
inline bool IsUnicode(PyObject* object) { return PyUnicode_Check(object) != 0; }

// Whether it is a str of this version.
inline bool IsNativeString(PyObject* object) {
#if PY_MAJOR_VERSION >= 3
  return PyUnicode_Check(object) != 0;
#else
  return PyString_Check(object) != 0;
#endif
}

// An A-label in the form that an application's sni callback expects: text;
// decoded before 3.7.
PyObject* ServerName(absl::string_view name);

// os.fsencode of a path: str, bytes or PathLike. False with TypeError.
bool PathOf(PyObject* object, std::string* out);

// Raises a socket's exception for `error`, an errno; returns null.
PyObject* RaiseSocketError(int error);

// Whether this thread has the only reference to `object`.
bool HasOnlyReference(PyObject* object);

// The target of a weak reference; null if it is gone.
PyRef Dereference(const PyRef& weak);

// Reads the descriptor and the timeout in seconds (negative: none) of a
// _socket.socket from its memory, as the stock module does. False in versions
// of Python whose layout is not known. A release could have another layout than
// its version: compare the values with those of the methods once.
bool ReadSocketFields(PyObject* socket, int* fd, double* timeout);

// The exception of a blocking operation that timed out.
PyObject* TimeoutException(PyObject* ssl_error);

// False, with an exception set, if an attribute is being deleted (null).
bool NotDeleted(PyObject* value);

// Whether deleting an attribute is always an AttributeError, before all else.
constexpr bool kDeletesNothing = AIRLOCK_PYTHON_AT_LEAST(3, 14);

// Warns about a feature that `ssl` of 3.10 and later deprecates; -1 if that is
// an error.
int WarnDeprecated(const char* text);

// A class with several bases, like PyErr_NewExceptionWithDoc.
PyObject* NewException(const char* name, const char* doc, PyObject* bases);

// PyErr_WriteUnraisable, if `where` raised the exception.
inline void ReportUnraisable(PyObject* where) { PyErr_WriteUnraisable(where); }

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_PYTHON_COMPAT_H_
