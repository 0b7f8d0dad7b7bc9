// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The type _ssl.MemoryBIO, and the transport over two of them.
#ifndef AIRLOCK_PLATFORM_PYTHON_MEMORY_BIO_H_
#define AIRLOCK_PLATFORM_PYTHON_MEMORY_BIO_H_

#include <memory>

#include "platform/python/breakable_transport.h"
#include "platform/python/module_state.h"
#include "platform/python/python_compat.h"

namespace airlock::python {

int AddMemoryBioType(PyObject* module, const StatePtr& state);

// Reads from one MemoryBIO and writes to another, and never waits.
std::unique_ptr<BreakableTransport> NewMemoryBioTransport(PyObject* incoming,
                                                          PyObject* outgoing);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_MEMORY_BIO_H_
