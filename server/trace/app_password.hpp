// SPDX-License-Identifier: GPL-3.0-or-later
// App passwords: what Kontor makes for one device of one person, so that no device holds the
// password of the directory (docs/security.md, "App passwords").
//
// A secret is 80 random bits as 16 symbols of Crockford's base 32, and 4 symbols computed from
// them, in groups of four: "7k3m-p9xq-2c4d-w8rt-h5fz". The last ones tell it from every password a
// person makes up (by chance one of a million of that length and alphabet), so that a revoked one
// is never sent to the directory, whose lockout it would trigger. Kept as HMAC-SHA-256 under a salt
// of its own: nobody can guess 80 random bits, so a slow hash would only make sign-ins slow. Pure
// but for the kernel's random source; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "directory/model/model.hpp"

namespace kontor::trace {

struct AppPassword {
  std::string id;  // 8 symbols, never used again
  directory::PrincipalId owner;
  std::string name;  // of the device, as its maker wrote it; one line of UTF-8
  UtcSeconds created{};
  std::optional<UtcSeconds> expires;   // nothing: never
  std::vector<std::string> protocols;  // of app_password_protocols(), sorted; empty: all
  bool by_administrator = false;       // else its owner made it
  std::string salt;                    // 16 bytes
  std::string hash;                    // 32 bytes

  bool operator==(const AppPassword&) const = default;
};

// When, by what and from where one was used last; the newest only.
struct AppPasswordUse {
  UtcSeconds at{};
  std::string protocol;  // of app_password_protocols()
  std::string address;   // numeric

  bool operator==(const AppPasswordUse&) const = default;
};

// "imap", "pop3", "smtp" (sending), "sieve", "http" and "ldap": what one can be limited to.
const std::vector<std::string>& app_password_protocols();
// The word for a service name of SignInContext ("pop" is pop3); any other as it stands.
std::string app_password_protocol(std::string_view service);
// "imap,smtp" in any order and case as a sorted list; "all": empty. bad_input names the strange
// word.
Result<std::vector<std::string>> parse_app_password_protocols(std::string_view text);
// A name that may stand in a list: 1 to 100 bytes of UTF-8 on one line, without blanks around it.
bool is_app_password_name(std::string_view name);
// As make_app_password_id() makes them.
bool is_app_password_id(std::string_view text);

std::string make_app_password_id();
// A new secret in its groups.
std::string make_app_password_secret();
// The 16 symbols of what somebody typed, with or without blanks and dashes, in any case, o for 0
// and i or l for 1; nothing: it has not the form of a secret.
std::optional<std::string> app_password_symbols(std::string_view typed);
std::string hash_app_password(std::string_view salt, std::string_view symbols);

}  // namespace kontor::trace
