// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_TRAILER_FIELDS_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_TRAILER_FIELDS_H_

#include <boost/beast/core/error.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/field.hpp>

namespace airlock::http::internal {

// A second base of a class that derives from Beast's basic_parser. Newer Beast,
// such as Boost 1.92's, calls this function of basic_parser for each field of
// trailers. Older Beast calls on_field_impl and has no such function. Because
// of this base, there is a function to override with each of them.
class TrailerFields {
 protected:
  TrailerFields() = default;
  ~TrailerFields() = default;

 private:
  virtual void on_trailer_field_impl(boost::beast::http::field name,
                                     boost::beast::string_view name_string,
                                     boost::beast::string_view value,
                                     boost::beast::error_code& error) = 0;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_TRAILER_FIELDS_H_
