// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/core/answers.hpp"

#include <array>

namespace kontor {
namespace {

using enum LogLevel;
constexpr std::array<Answer, 18> k_answers{{
    // clang-format off
    {Errc::not_found,     false, "NONEXISTENT",          550, "5.1.1", "",             404, info,    false, "no such object"},
    {Errc::exists,        false, "ALREADYEXISTS",        550, "5.7.0", "",             409, info,    false, "it exists already"},
    {Errc::no_permission, false, "NOPERM",               550, "5.7.1", "",             403, info,    false, "not permitted"},
    {Errc::auth_failed,   false, "AUTHENTICATIONFAILED", 535, "5.7.8", "AUTH",         401, info,    false, "authentication failed"},
    {Errc::over_quota,    false, "OVERQUOTA",            452, "4.2.2", "",             507, info,    true,  "over quota"},
    {Errc::limit,         false, "LIMIT",                552, "5.3.4", "",             413, info,    false, "a limit is exceeded"},
    {Errc::conflict,      false, "",                     451, "4.3.0", "",             412, info,    true,  "changed meanwhile"},
    {Errc::busy,          false, "INUSE",                451, "4.3.2", "IN-USE",       503, info,    true,  "busy, try again"},
    {Errc::corrupt,       false, "CORRUPTION",           451, "4.3.0", "SYS/PERM",     500, error,   true, "stored data is damaged; the administrator has been told"},
    {Errc::bad_input,     true,  "",                     501, "5.5.2", "",             400, info,    false, "syntax error"},
    {Errc::unsupported,   false, "CANNOT",               504, "5.5.1", "",             501, info,    false, "not supported"},
    {Errc::unavailable,   false, "UNAVAILABLE",          454, "4.7.0", "SYS/TEMP",     503, warning, true,  "temporarily unavailable, try again later"},
    {Errc::timed_out,     false, "UNAVAILABLE",          451, "4.4.1", "SYS/TEMP",     504, warning, true,  "timed out"},
    {Errc::cancelled,     false, "UNAVAILABLE",          421, "4.3.2", "SYS/TEMP",     503, info,    true,  "the server is going down"},
    {Errc::no_space,      false, "UNAVAILABLE",          452, "4.3.1", "SYS/TEMP",     507, error,   true,  "insufficient storage"},
    {Errc::io_error,      false, "SERVERBUG",            451, "4.3.0", "SYS/TEMP",     500, error,   true,  "the server cannot reach its storage"},
    {Errc::closed,        false, "",                     421, "4.4.2", "",             500, info,    true,  "connection closed"},
    {Errc::internal,      false, "SERVERBUG",            451, "4.3.0", "SYS/TEMP",     500, error,   true,  "internal error"},
    // clang-format on
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < k_answers.size(); ++i)
    if (k_answers[i].code != static_cast<Errc>(i)) return false;
  return true;
}
static_assert(in_order(), "one row for each Errc, in its order");

}  // namespace

const Answer& answer_for(Errc code) noexcept { return k_answers[static_cast<std::size_t>(code)]; }

}  // namespace kontor
