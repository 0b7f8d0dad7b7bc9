// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A Node-API addon with one class, Connection, for airlock.js. ../README.md has
// the command that compiles it.

#include <airlock.h>
#include <node_api.h>

#include <iterator>
#include <memory>
#include <string>

#include "connection.h"
#include "values.h"

namespace {

constexpr napi_type_tag kConnection = {0x8a7c0de1a1710c4b, 0x9e3d5b6f2c1408a7};

// new Connection(options); see Options().
napi_value New(napi_env env, napi_callback_info call) {
  napi_value options = nullptr, self = nullptr;
  size_t count = 1;
  napi_get_cb_info(env, call, &count, &options, &self, nullptr);
  auto connection = std::make_unique<Connection>();
  airlock_error* error = nullptr;
  airlock_runtime* runtime = nullptr;
  airlock_status status = GetRuntime(&runtime, &error);
  if (status == AIRLOCK_OK)
    status = connection->Wrap(runtime, Options(env, options), &error);
  if (status == AIRLOCK_OK &&
      napi_type_tag_object(env, self, &kConnection) == napi_ok) {
    const auto drop = [](napi_env, void* data, void*) {
      delete static_cast<Connection*>(data);
    };
    napi_wrap(env, self, connection.release(), drop, nullptr, nullptr);
  }
  return Result(env, status, error, self);
}

// The object that a method is called on, and the method's one argument.
Connection* This(napi_env env, napi_callback_info call, napi_value* argument) {
  napi_value self = nullptr;
  size_t count = 1;
  void* connection = nullptr;
  bool ours = false;
  napi_get_cb_info(env, call, &count, argument, &self, nullptr);
  napi_check_object_type_tag(env, self, &kConnection, &ours);
  if (!ours || napi_unwrap(env, self, &connection) != napi_ok)
    napi_throw_type_error(env, nullptr, "this is not a Connection");
  return static_cast<Connection*>(connection);
}

template <auto kMethod>
napi_value Method(napi_env env, napi_callback_info call) {
  napi_value argument = nullptr, result = nullptr;
  size_t done = 0;
  airlock_error* error = nullptr;
  Connection* const self = This(env, call, &argument);
  if (self == nullptr) return nullptr;
  const auto status = (self->*kMethod)(Bytes(env, argument), &done, &error);
  napi_create_double(env, static_cast<double>(done), &result);
  return Result(env, status, error, result);
}

napi_value TakeOutput(napi_env env, napi_callback_info call) {
  napi_value result = nullptr;
  Connection* const self = This(env, call, &result);
  if (self == nullptr) return nullptr;
  const std::string output = self->TakeOutput();
  napi_create_buffer_copy(env, output.size(), output.data(), nullptr, &result);
  return result;
}

}  // namespace

NAPI_MODULE_INIT() {
  const napi_property_descriptor methods[] = {
      Named("handshake", Method<&Connection::Handshake>),
      Named("read", Method<&Connection::Read>),
      Named("write", Method<&Connection::Write>),
      Named("shutdown", Method<&Connection::Shutdown>),
      Named("close", Method<&Connection::Close>),
      Named("feed", Method<&Connection::Feed>),
      Named("takeOutput", TakeOutput),
  };
  napi_value type = nullptr;
  napi_define_class(env, "Connection", NAPI_AUTO_LENGTH, New, nullptr,
                    std::size(methods), methods, &type);
  napi_set_named_property(env, exports, "Connection", type);
  return exports;
}
