// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/dirsync.hpp"

#include "base/core/ber.hpp"

namespace kontor::directory {
namespace {
constexpr std::int32_t k_max_bytes = 1'048'576;  // of one answer
constexpr std::size_t k_max_cookie = 1'048'576;
}  // namespace

std::string encode_dirsync(std::int32_t flags, std::string_view cookie) {
  std::string fields, out;
  ber::put_integer(fields, flags);
  ber::put_integer(fields, k_max_bytes);
  ber::put(fields, ber::octets, cookie);
  ber::put(out, ber::sequence, fields);
  return out;
}

Result<DirSyncAnswer> parse_dirsync(std::string_view value) {
  KONTOR_TRY(auto rest, ber::take(value, ber::sequence, "no SEQUENCE"));
  KONTOR_TRY(ber::end(value));
  DirSyncAnswer answer;
  KONTOR_TRY(const auto more, ber::take_integer(rest, "no MoreResults"));
  KONTOR_TRY(ber::take_integer(rest, "no second INTEGER"));  // unused
  KONTOR_TRY(const auto cookie, ber::take(rest, ber::octets, "no cookie"));
  KONTOR_TRY(ber::end(rest));
  if (cookie.size() > k_max_cookie) return ber::malformed("a cookie too long");
  answer.has_more = more != 0;
  answer.cookie = cookie;
  return answer;
}

}  // namespace kontor::directory
