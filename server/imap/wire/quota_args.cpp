// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/quota_args.hpp"

#include "base/core/text.hpp"

namespace kontor::imap::wire {
namespace {

Result<std::string> root(Lexer& lexer) {
  KONTOR_TRY(auto name, lexer.astring());
  if (name.size() > k_max_quota_root) return syntax("the name of a quota root is too long");
  return name;
}

}  // namespace

Result<std::string> parse_get_quota(std::string_view text) {
  Lexer lexer(text);
  KONTOR_TRY(auto name, root(lexer));
  KONTOR_TRY(lexer.end());
  return name;
}

Result<SetQuota> parse_set_quota(std::string_view text) {
  Lexer lexer(text);
  SetQuota out;
  KONTOR_TRY(out.root, root(lexer));
  KONTOR_TRY(lexer.space());
  KONTOR_TRY(lexer.expect('('));
  while (!lexer.accept(')')) {
    if (out.limits.size() >= k_max_quota_resources) return syntax("too many resources");
    if (!out.limits.empty()) {
      KONTOR_TRY(lexer.space());
    }
    SetQuota::Limit limit;
    KONTOR_TRY(const auto name, lexer.atom());
    limit.resource = to_upper(name);
    KONTOR_TRY(lexer.space());
    KONTOR_TRY(limit.limit, lexer.number64());
    out.limits.push_back(std::move(limit));
  }
  KONTOR_TRY(lexer.end());
  return out;
}

}  // namespace kontor::imap::wire
