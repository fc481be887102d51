// SPDX-License-Identifier: GPL-3.0-or-later
// URLFETCH (RFC 4467, 7; RFC 5524): the bytes of URLs that their owners have signed, and what they
// are. Whatever is wrong with one, its answer is NIL and nothing more.
#include "base/mime/imap_text.hpp"
#include "server/imap/handlers.hpp"
#include "server/imap/url_access.hpp"
#include "server/imap/url_part.hpp"
#include "server/imap/wire/urlauth_args.hpp"

namespace kontor::imap {
namespace {

Task<Result<UrlContent>> fetch(Session& session, wire::UrlToFetch wanted) {
  UrlReader reader{*session.identity, false};
  KONTOR_CO_TRY(auto found, co_await open_signed_url(session.env, std::move(reader), wanted.url));
  const auto limits = part_limits(session.env.settings);
  co_return co_await read_content(found.account, found.folder, std::move(found.url), wanted.what,
                                  limits);
}

void append_literal(std::string& out, const std::string& bytes) {
  out.append(bytes.contains('\0') ? "~{" : "{");  // RFC 9051, 4.3.1; RFC 5524, 3.1
  out.append(std::to_string(bytes.size())).append("}\r\n").append(bytes);
}

// RFC 5524, 5: url-metadata; without parameters as RFC 4467 has it.
void append_content(std::string& out, const wire::UrlToFetch& wanted, const UrlContent& content) {
  if (wanted.what == 0) {
    out.push_back(' ');
    append_literal(out, content.body);
    return;
  }
  if ((wanted.what & wire::url_item::structure) != 0)
    out.append(" (BODYPARTSTRUCTURE ").append(content.structure).append(")");
  if ((wanted.what & wire::url_item::binary) != 0) {
    out.append(" (BINARY ");
    if (content.binary)
      append_literal(out, *content.binary);
    else
      out.append("NIL");
    out.push_back(')');
  }
  if ((wanted.what & wire::url_item::body) != 0) {
    out.append(" (BODY ");
    append_literal(out, content.body);
    out.push_back(')');
  }
}

}  // namespace

Task<Result<Tagged>> cmd_urlfetch(Session& session, Request request) {
  const auto urls = wire::parse_urlfetch(request.arguments);
  if (!urls) co_return bad_syntax(urls.error());
  session.out.raw("* URLFETCH");
  for (const auto& wanted : *urls) {
    const auto content = co_await fetch(session, wanted);
    if (!content && content.error().code() == Errc::closed) co_return fail(content.error());
    std::string& out = session.out.buffer();
    out.push_back(' ');
    mime::append_imap_string(out, wanted.url);
    if (content)
      append_content(out, wanted, *content);
    else
      out.append(" NIL");
    KONTOR_CO_TRY(co_await session.out.flush_if_large());
  }
  session.out.raw("\r\n");
  co_return Tagged();
}

}  // namespace kontor::imap
