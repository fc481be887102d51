// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/wire/urlauth_args.hpp"

#include "base/core/text.hpp"

namespace kontor::imap::wire {

Result<std::vector<UrlToSign>> parse_genurlauth(std::string_view text) {
  Lexer lexer(text);
  std::vector<UrlToSign> out;
  do {
    if (out.size() >= k_max_urls) return syntax("too many URLs");
    UrlToSign one;
    KONTOR_TRY(one.url, lexer.astring());
    KONTOR_TRY(lexer.space());
    KONTOR_TRY(const auto mechanism, lexer.atom());
    one.mechanism = to_upper(mechanism);
    out.push_back(std::move(one));
  } while (lexer.accept(' '));
  KONTOR_TRY(lexer.end());
  return out;
}

namespace {

// "(url BINARY BODYPARTSTRUCTURE)"
Result<UrlToFetch> parse_extended(Lexer& lexer) {
  UrlToFetch out;
  KONTOR_TRY(out.url, lexer.astring());
  while (lexer.accept(' ')) {
    KONTOR_TRY(const auto name, lexer.atom());
    const unsigned item = iequals(name, "BODY")                ? url_item::body
                          : iequals(name, "BINARY")            ? url_item::binary
                          : iequals(name, "BODYPARTSTRUCTURE") ? url_item::structure
                                                               : 0U;
    if (item == 0) return syntax("an unknown parameter");
    if ((out.what & item) != 0) return syntax("a parameter is given twice");
    out.what |= item;
  }
  constexpr unsigned k_both = url_item::body | url_item::binary;
  if ((out.what & k_both) == k_both) return syntax("BODY and BINARY exclude each other");
  KONTOR_TRY(lexer.expect(')'));
  return out;
}

}  // namespace

Result<std::vector<UrlToFetch>> parse_urlfetch(std::string_view text) {
  Lexer lexer(text);
  std::vector<UrlToFetch> out;
  do {
    if (out.size() >= k_max_urls) return syntax("too many URLs");
    if (lexer.accept('(')) {
      KONTOR_TRY(auto url, parse_extended(lexer));
      out.push_back(std::move(url));
      continue;
    }
    KONTOR_TRY(auto url, lexer.astring());
    out.push_back({.url = std::move(url)});
  } while (lexer.accept(' '));
  KONTOR_TRY(lexer.end());
  return out;
}

Result<ResetKey> parse_resetkey(std::string_view text, bool utf8) {
  ResetKey out;
  if (text.empty()) return out;
  Lexer lexer(text, utf8);
  KONTOR_TRY(out.mailbox, lexer.mailbox());
  while (lexer.accept(' ')) {
    if (out.mechanisms.size() >= k_max_urls) return syntax("too many mechanisms");
    KONTOR_TRY(const auto mechanism, lexer.atom());
    out.mechanisms.push_back(to_upper(mechanism));
  }
  KONTOR_TRY(lexer.end());
  return out;
}

}  // namespace kontor::imap::wire
