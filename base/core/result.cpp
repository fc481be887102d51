// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/core/result.hpp"

#include <array>
#include <cerrno>
#include <system_error>

namespace kontor {

std::string_view name_of(Errc code) noexcept {
  static constexpr std::array<std::string_view, 18> k_names{
      "not_found", "exists",    "no_permission", "auth_failed", "over_quota",  "limit",
      "conflict",  "busy",      "corrupt",       "bad_input",   "unsupported", "unavailable",
      "timed_out", "cancelled", "no_space",      "io_error",    "closed",      "internal"};
  static_assert(k_names.size() == static_cast<std::size_t>(Errc::internal) + 1);
  return k_names[static_cast<std::size_t>(code)];
}

Error Error::while_doing(std::string_view what) && {
  std::string detail(what);
  if (!detail_.empty()) detail.append(": ").append(detail_);
  return Error(code_, std::move(detail));
}

std::string Error::text() const {
  std::string text(name_of(code_));
  if (!detail_.empty()) text.append(": ").append(detail_);
  return text;
}

Error errno_error(std::string_view what, int error_number) {
  Errc code = Errc::io_error;
  switch (error_number) {
    case ENOENT:
      code = Errc::not_found;
      break;
    case EEXIST:
      code = Errc::exists;
      break;
    case EACCES:
    case EPERM:
      code = Errc::no_permission;
      break;
    case ENOSPC:
    case EDQUOT:
      code = Errc::no_space;
      break;
    case ETIMEDOUT:
      code = Errc::timed_out;
      break;
    case ECONNREFUSED:
    case ENETUNREACH:
    case EHOSTUNREACH:
      code = Errc::unavailable;
      break;
    case EPIPE:
    case ECONNRESET:
      code = Errc::closed;
      break;
    default:
      break;
  }
  std::string detail(what);
  detail.append(": ").append(std::generic_category().message(error_number));
  return Error(code, std::move(detail));
}

}  // namespace kontor
