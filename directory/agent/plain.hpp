// SPDX-License-Identifier: GPL-3.0-or-later
// The SASL mechanisms that carry a password: PLAIN (RFC 4616) and LOGIN
// (draft-murchison-sasl-login-00). Only inside TLS.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "directory/agent/passwords.hpp"

namespace kontor::directory {

struct PlainMessage {
  std::string authorization_id, login, password;
};
// RFC 4616, 2: [authzid] NUL authcid NUL passwd; bad_input for anything else.
Result<PlainMessage> parse_plain(std::string_view message);

// `desk` outlives the mechanism. `name` is PLAIN or LOGIN.
std::shared_ptr<Mechanism> make_plain(PasswordDesk& desk);
std::shared_ptr<Mechanism> make_login(PasswordDesk& desk);

}  // namespace kontor::directory
