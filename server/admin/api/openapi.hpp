// SPDX-License-Identifier: GPL-3.0-or-later
// The description of the interface (OpenAPI 3.1), out of the table of operations and the table of
// verbs. Pure; the same at each call.
#pragma once
#include <boost/json/object.hpp>

namespace kontor::admin::api {

const boost::json::object& description();

}  // namespace kontor::admin::api
