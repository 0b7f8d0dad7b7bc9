// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/memory_bio.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "platform/python/errors.h"

namespace airlock::python {
namespace {

// Bytes that one side writes and the other reads. Thread-safe, since a Socket
// uses it without the GIL.
class Buffer {
 public:
  void Write(absl::string_view bytes) {
    const absl::MutexLock lock(&mutex_);
    if (start_ == data_.size()) {
      data_.clear();
      start_ = 0;
    }
    data_.append(bytes.data(), bytes.size());
  }

  // Passes up to `size` of the oldest bytes to `take`, which copies them.
  template <typename Take>
  size_t Read(size_t size, const Take& take) {
    const absl::MutexLock lock(&mutex_);
    const size_t count = std::min(size, data_.size() - start_);
    take(absl::string_view(data_).substr(start_, count));
    start_ += count;
    // Moves data only when half of the buffer is free, so moves are rare.
    if (start_ > data_.size() / 2) {
      data_.erase(0, start_);
      start_ = 0;
    }
    return count;
  }

  size_t pending() const {
    const absl::MutexLock lock(&mutex_);
    return data_.size() - start_;
  }

  void WriteEof() {
    const absl::MutexLock lock(&mutex_);
    ended_ = true;
  }
  bool ended() const {
    const absl::MutexLock lock(&mutex_);
    return ended_;
  }

 private:
  mutable absl::Mutex mutex_;
  std::string data_ ABSL_GUARDED_BY(mutex_);
  size_t start_ ABSL_GUARDED_BY(mutex_) = 0;  // Bytes before it were read.
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

struct MemoryBio {
  StatePtr state;
  std::shared_ptr<Buffer> buffer;
};

Buffer& BufferOf(PyObject* self) { return *Unbox<MemoryBio>(self).buffer; }

class BioTransport final : public BreakableTransport {
 public:
  BioTransport(std::shared_ptr<Buffer> incoming,
               std::shared_ptr<Buffer> outgoing)
      : incoming_(std::move(incoming)), outgoing_(std::move(outgoing)) {}

  ssl::IoResult Read(absl::Span<uint8_t> into) override {
    const absl::Status usable = Usable();
    if (!usable.ok()) return usable;
    // Check first: data that was written before the end is read before the end.
    const bool ended = incoming_->ended();
    const size_t count =
        incoming_->Read(into.size(), [&into](absl::string_view bytes) {
          if (!bytes.empty()) {
            std::memcpy(into.data(), bytes.data(), bytes.size());
          }
        });
    if (count > 0) return ssl::IoResult::Done(count);
    return ended ? ssl::IoResult::Closed() : ssl::IoResult::WantRead();
  }

  ssl::IoResult Write(absl::Span<const uint8_t> from) override {
    const absl::Status usable = Usable();
    if (!usable.ok()) return usable;
    // BoringSSL, the caller, does not expect exceptions.
    try {
      outgoing_->Write(absl::string_view(
          reinterpret_cast<const char*>(from.data()), from.size()));
    } catch (const std::exception&) {
      return OutOfMemory();
    }
    return ssl::IoResult::Done(from.size());
  }

 private:
  const std::shared_ptr<Buffer> incoming_;
  const std::shared_ptr<Buffer> outgoing_;
};

PyObject* NewMemoryBio(PyTypeObject* type, PyObject* args, PyObject* kwargs) {
  static const char* const kNames[] = {nullptr};
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, ":MemoryBIO",
                                   Keywords(kNames))) {
    return nullptr;
  }
  StatePtr state = StateOf(type);
  if (state == nullptr) return nullptr;
  return NewBoxed<MemoryBio>(type, std::move(state),
                             std::make_shared<Buffer>());
}

PyObject* ReadBio(PyObject* self, PyObject* args) {
  int size = -1;
  if (!PyArg_ParseTuple(args, "|i:read", &size)) return nullptr;
  Buffer& buffer = BufferOf(self);
  size_t count = buffer.pending();
  if (size >= 0) count = std::min(count, static_cast<size_t>(size));
  PyRef bytes = PyRef::Steal(
      PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(count)));
  if (!bytes) return nullptr;
  char* const into = PyBytes_AS_STRING(bytes.get());
  // The Socket may have read some of them meanwhile, without the GIL.
  const size_t moved = buffer.Read(count, [into](absl::string_view oldest) {
    if (!oldest.empty()) std::memcpy(into, oldest.data(), oldest.size());
  });
  if (moved == count) return bytes.release();
  PyObject* result = bytes.release();
  _PyBytes_Resize(&result, static_cast<Py_ssize_t>(moved));
  return result;
}

PyObject* WriteBio(PyObject* self, PyObject* args) {
  BufferView view;
  if (!view.Took(PyArg_ParseTuple(args, AIRLOCK_BUFFER ":write", view.get()))) {
    return nullptr;
  }
  if (BufferOf(self).ended()) {
    // Like the stock module: without a number.
    PyErr_SetString(Unbox<MemoryBio>(self).state->ssl_error.get(),
                    "cannot write() after write_eof()");
    return nullptr;
  }
  BufferOf(self).Write(view.bytes());
  return PyLong_FromSize_t(view.size());
}

PyObject* WriteBioEof(PyObject* self, PyObject* /*unused*/) {
  BufferOf(self).WriteEof();
  return None();
}

PyObject* BioPending(PyObject* self, void* /*closure*/) {
  return PyLong_FromSize_t(BufferOf(self).pending());
}

PyObject* BioEof(PyObject* self, void* /*closure*/) {
  const Buffer& buffer = BufferOf(self);
  return PyBool_FromLong(buffer.ended() && buffer.pending() == 0);
}

}  // namespace

int AddMemoryBioType(PyObject* module, const StatePtr& state) {
  static PyMethodDef methods[] = {
      {"read", Method<ReadBio>(), METH_VARARGS,
       "Read up to size bytes, or all if size is not given."},
      {"write", Method<WriteBio>(), METH_VARARGS,
       "Write the bytes, and return their number."},
      {"write_eof", Method<WriteBioEof>(), METH_NOARGS,
       "Signal that no more bytes follow."},
      {nullptr, nullptr, 0, nullptr},
  };
  static PyGetSetDef getset[] = {
      {"pending", Guard<BioPending>, nullptr,
       "The number of bytes that can be read.", nullptr},
      {"eof", Guard<BioEof>, nullptr,
       "Whether all bytes were read and no more can follow.", nullptr},
      {nullptr, nullptr, nullptr, nullptr, nullptr},
  };
  static PyType_Slot slots[] = {
      {Py_tp_new, Slot(Guard<NewMemoryBio>)},
      {Py_tp_dealloc, Slot(DeallocBoxed<MemoryBio>)},
      {Py_tp_methods, methods},
      {Py_tp_getset, getset},
      {0, nullptr},
  };
  state->memory_bio_type = PyRef::Steal(
      MakeType(module, "_ssl.MemoryBIO", sizeof(Boxed<MemoryBio>), slots,
               Instances::kAnybody, /*garbage_collected=*/false));
  if (!state->memory_bio_type ||
      AttachState(state->memory_bio_type.get(), state) < 0) {
    return -1;
  }
  return PyObject_SetAttrString(module, "MemoryBIO",
                                state->memory_bio_type.get());
}

std::unique_ptr<BreakableTransport> NewMemoryBioTransport(PyObject* incoming,
                                                          PyObject* outgoing) {
  return std::make_unique<BioTransport>(Unbox<MemoryBio>(incoming).buffer,
                                        Unbox<MemoryBio>(outgoing).buffer);
}

}  // namespace airlock::python
