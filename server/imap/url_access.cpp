// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/url_access.hpp"

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "server/imap/url_key.hpp"
#include "server/imap/url_part.hpp"

namespace kontor::imap {
namespace {

std::unexpected<Error> refused(std::string why) {
  return fail(Errc::no_permission, std::move(why));
}

// RFC 4467, 3: who may use the URL.
bool may_use(const Environment& env, const UrlReader& reader, const wire::ImapUrl& url) {
  switch (url.access) {
    case wire::UrlAccess::anonymous:
    case wire::UrlAccess::authuser:
      return true;
    case wire::UrlAccess::submit:  // for submission servers, not for people
      if (!reader.by_submission) return false;
      [[fallthrough]];
    case wire::UrlAccess::user: {
      const auto& domain = env.settings.directory.default_domain;
      const auto found = env.directory.current()->find_login(url.access_user, domain);
      return found && found->id == reader.who.id;
    }
    case wire::UrlAccess::none:
      return false;
  }
  return false;
}

Task<Result<std::shared_ptr<store::Account>>> account_of(const Environment& env, std::string user) {
  const auto& domain = env.settings.directory.default_domain;
  const auto owner = env.directory.current()->find_login(user, domain);
  if (!owner || !owner->has_mailbox()) co_return refused("no such user");
  store::Binding binding{owner->id.source, owner->id.guid};
  co_return co_await env.store.open_for(std::move(binding));
}

}  // namespace

Task<Result<SignedUrl>> open_signed_url(const Environment& env,
                                        UrlReader reader,
                                        std::string text) {
  SignedUrl found;
  KONTOR_CO_TRY(found.url, wire::parse_imap_url(text));
  const auto& url = found.url;
  // The host is whatever the client called this server: the signature says where it was made.
  if (!url.server) co_return refused("not absolute");
  if (url.mechanism != "INTERNAL" || !may_use(env, reader, url)) co_return refused("not for you");
  if (url.expires && *url.expires <= env.clock.now()) co_return refused("expired");
  KONTOR_CO_TRY(found.account, co_await account_of(env, url.server->user));
  const auto view = found.account->view();
  const auto folder = view.find_folder(url.mailbox);
  const auto key = folder ? find_url_key(view, folder->id) : std::nullopt;
  if (!key) co_return refused("no key");
  const auto right = sign_url(*key, std::string_view(text).substr(0, url.rump));
  if (!crypto::equal_in_constant_time(to_lower(url.authentication), right))
    co_return refused("wrongly signed");
  found.folder = folder->id;
  co_return std::move(found);
}

Task<Result<std::string>> read_for_submission(const Environment& env,
                                              directory::Identity who,
                                              std::string url) {
  UrlReader reader{std::move(who), true};
  KONTOR_CO_TRY(auto found, co_await open_signed_url(env, std::move(reader), std::move(url)));
  const auto limits = part_limits(env.settings);
  co_return co_await read_part(found.account, found.folder, std::move(found.url), limits);
}

}  // namespace kontor::imap
