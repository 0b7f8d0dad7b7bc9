// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef AIRLOCK_EXAMPLES_NODE_VALUES_H_
#define AIRLOCK_EXAMPLES_NODE_VALUES_H_

#include <airlock.h>
#include <node_api.h>

#include <mutex>

// One per process: the threads share it.
inline airlock_status GetRuntime(airlock_runtime** out, airlock_error** error) {
  static std::mutex mutex;
  static airlock_runtime* runtime = nullptr;
  const std::lock_guard<std::mutex> lock(mutex);
  const airlock_status status =
      runtime ? AIRLOCK_OK : airlock_runtime_new(nullptr, &runtime, error);
  *out = runtime;
  return status;
}

// A Buffer's bytes; empty for anything else.
inline airlock_bytes Bytes(napi_env env, napi_value buffer) {
  void* data = nullptr;
  size_t size = 0;
  bool is_buffer = false;  // Without this check, Node 18 aborts.
  napi_is_buffer(env, buffer, &is_buffer);
  if (!is_buffer) return {};
  napi_get_buffer_info(env, buffer, &data, &size);
  return {size == 0 ? "" : static_cast<char*>(data), size};
}

// From an object: wrap_socket's parameters, texts as Buffers.
inline airlock_wrap_options Options(napi_env env, napi_value object) {
  const auto get = [&](const char* name) {
    napi_value value = nullptr;
    napi_get_named_property(env, object, name, &value);
    return value;
  };
  airlock_wrap_options options = {};
  options.struct_size = sizeof(options);
  options.keyfile = Bytes(env, get("keyfile"));
  options.certfile = Bytes(env, get("certfile"));
  options.cadata = Bytes(env, get("cadata"));
  options.server_hostname = Bytes(env, get("server_hostname"));
  napi_get_value_int32(env, get("cert_reqs"), &options.cert_reqs);
  napi_get_value_int32(env, get("server_side"), &options.server_side);
  return options;
}

inline napi_property_descriptor Named(const char* name, napi_callback method) {
  napi_property_descriptor descriptor = {};
  descriptor.utf8name = name;
  descriptor.method = method;
  return descriptor;
}

// The result of a call: `done`; null if it has to wait; undefined at the end.
// On failure throws an Error with the full message, whose code is the kind.
inline napi_value Result(napi_env env, airlock_status status,
                         airlock_error* error, napi_value done) {
  if (status == AIRLOCK_OK) return done;
  if (status == AIRLOCK_CLOSED) return nullptr;
  napi_value value = nullptr;
  if (status != AIRLOCK_ERROR) {
    napi_get_null(env, &value);
    return value;
  }
  napi_value kind = nullptr, message = nullptr;
  airlock_error_info info = {};
  info.struct_size = sizeof(info);
  airlock_error_get(error, &info);
  napi_create_string_utf8(env, info.kind_name.data, info.kind_name.size, &kind);
  napi_create_string_utf8(env, info.message.data, info.message.size, &message);
  airlock_error_free(error);
  napi_create_error(env, kind, message, &value);
  napi_throw(env, value);
  return nullptr;
}

#endif  // AIRLOCK_EXAMPLES_NODE_VALUES_H_
