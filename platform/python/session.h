// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The type _ssl.SSLSession.
#ifndef AIRLOCK_PLATFORM_PYTHON_SESSION_H_
#define AIRLOCK_PLATFORM_PYTHON_SESSION_H_

#include <memory>

#include "platform/python/module_state.h"
#include "platform/python/python_compat.h"
#include "ssl/session.h"

namespace airlock::python {

struct SessionObject {
  StatePtr state;
  PyRef context;  // The SSLContext that it belongs to.
  std::shared_ptr<const ssl::Session> session;

  int Traverse(visitproc visit, void* arg) {
    Py_VISIT(context.get());
    return 0;
  }
  void Clear() { context.Reset(); }
};

int AddSessionType(PyObject* module, const StatePtr& state);

PyObject* NewSession(const StatePtr& state, PyObject* context,
                     std::shared_ptr<const ssl::Session> session);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_SESSION_H_
