// SPDX-License-Identifier: GPL-3.0-or-later
// URLFETCH (RFC 4467, 7): the bytes of URLs that their owners have signed. Whatever is wrong with
// one, its answer is NIL and nothing more.
#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "base/mime/imap_text.hpp"
#include "server/imap/fetch_columns.hpp"
#include "server/imap/handlers.hpp"
#include "server/imap/url_key.hpp"
#include "server/imap/url_part.hpp"
#include "server/imap/wire/urlauth_args.hpp"

namespace kontor::imap {
namespace {

std::unexpected<Error> refused(std::string why) {
  return fail(Errc::no_permission, std::move(why));
}

// RFC 4467, 3: who may use the URL.
bool may_use(const Session& session, const wire::ImapUrl& url) {
  switch (url.access) {
    case wire::UrlAccess::anonymous:
    case wire::UrlAccess::authuser:
      return true;
    case wire::UrlAccess::user: {
      const auto& directory = session.env.settings.directory;
      const auto found =
          session.env.directory.current()->find_login(url.access_user, directory.default_domain);
      return found && found->id == session.identity->id;
    }
    case wire::UrlAccess::submit:  // for submission servers, not for people
    case wire::UrlAccess::none:
      return false;
  }
  return false;
}

Task<Result<std::shared_ptr<store::Account>>> account_of(Session& session, std::string user) {
  const auto& domain = session.env.settings.directory.default_domain;
  const auto owner = session.env.directory.current()->find_login(user, domain);
  if (!owner || !owner->has_mailbox()) co_return refused("no such user");
  if (owner->id == session.identity->id) co_return session.account;
  store::Binding binding{owner->id.source, owner->id.guid};
  co_return co_await session.env.store.open_for(std::move(binding));
}

Task<Result<std::string>> fetch(Session& session, std::string text) {
  KONTOR_CO_TRY(auto url, wire::parse_imap_url(text));
  // The host is whatever the client called this server: the signature says where it was made.
  if (!url.server) co_return refused("not absolute");
  if (url.mechanism != "INTERNAL" || !may_use(session, url)) co_return refused("not for you");
  if (url.expires && *url.expires <= session.env.clock.now()) co_return refused("expired");
  KONTOR_CO_TRY(const auto account, co_await account_of(session, url.server->user));
  const auto view = account->view();
  const auto folder = view.find_folder(url.mailbox);
  const auto key = folder ? find_url_key(view, folder->id) : std::nullopt;
  if (!key) co_return refused("no key");
  const auto right = sign_url(*key, std::string_view(text).substr(0, url.rump));
  if (!crypto::equal_in_constant_time(to_lower(url.authentication), right))
    co_return refused("wrongly signed");
  const auto limits = part_limits(session);
  co_return co_await read_part(account, folder->id, std::move(url), limits);
}

}  // namespace

Task<Result<Tagged>> cmd_urlfetch(Session& session, Request request) {
  const auto urls = wire::parse_urlfetch(request.arguments);
  if (!urls) co_return bad_syntax(urls.error());
  session.out.raw("* URLFETCH");
  for (const auto& url : *urls) {
    const auto bytes = co_await fetch(session, url);
    if (!bytes && bytes.error().code() == Errc::closed) co_return fail(bytes.error());
    std::string& out = session.out.buffer();
    out.push_back(' ');
    mime::append_imap_string(out, url);
    if (!bytes) {
      out.append(" NIL");
    } else {
      out.append(bytes->contains('\0') ? " ~{" : " {");  // RFC 9051, 4.3.1
      append_number(out, bytes->size());
      out.append("}\r\n").append(*bytes);
    }
    KONTOR_CO_TRY(co_await session.out.flush_if_large());
  }
  session.out.raw("\r\n");
  co_return Tagged();
}

}  // namespace kontor::imap
