// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/json.h"

#include "nlohmann/json.hpp"

namespace airlock::config {
namespace {

// dump() throws only with a strict error handler for UTF-8.
std::string Dump(const Json& value, int indent) {
  return value.dump(indent, ' ', /*ensure_ascii=*/true,
                    Json::error_handler_t::replace);
}

}  // namespace

std::string JsonLines(const Json& value) { return Dump(value, 2); }

std::string JsonLine(const Json& value) { return Dump(value, -1); }

}  // namespace airlock::config
