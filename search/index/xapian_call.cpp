// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/index/xapian_call.hpp"

#include <cerrno>
#include <cstring>

namespace kontor::search {

Error xapian_error(std::string_view what, const Xapian::Error& error) {
  std::string detail(what);
  detail.append(": ").append(error.get_type()).append(": ").append(error.get_msg());
  const char* system = error.get_error_string();  // of an errno, or nothing
  if (system == nullptr) return {Errc::corrupt, std::move(detail)};
  detail.append(": ").append(system);
  const std::string_view reason(system);
  const bool full = reason == std::strerror(ENOSPC) || reason == std::strerror(EDQUOT);
  return {full ? Errc::no_space : Errc::io_error, std::move(detail)};
}

}  // namespace kontor::search
