// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/folder_mail.hpp"

#include <algorithm>

#include "server/sharing/rights.hpp"

namespace kontor::smtp {
namespace {

struct Poster {
  std::optional<directory::Identity> identity;  // nothing: nobody knows who it is
  bool claims_to_be_ours = false;               // his address is one of ours, and proves nothing
};

Poster poster_of(const Session& session) {
  Poster out;
  const auto& environment = session.environment();
  const auto& sender = session.transaction.mail->sender;
  if (session.identity) {
    out.identity = session.identity;
    return out;
  }
  if (sender.is_null) return out;
  const auto& domains = environment.routing.delivery().domains();
  const auto copy = environment.directory.current();
  const auto found = copy->find_address(domains.canonical(sender.mailbox.address()));
  if (!found || found->kind == directory::Kind::contact) return out;
  if (session.role() == Role::lmtp || !session.may_relay()) {
    out.claims_to_be_ours = true;
    return out;
  }
  directory::Identity who;
  who.id = found->id;
  who.sids = copy->effective_sids(found->id);
  out.identity = std::move(who);
  return out;
}

std::optional<wire::Reply> refusal_by_list(const Session& session,
                                           const Poster& poster,
                                           const store::AddressedFolder& folder,
                                           const store::AccountView& view) {
  const auto info = view.folder(folder.folder);
  const auto owner = view.binding();
  const auto& list = view.access(folder.folder);
  if (poster.identity) {
    const sharing::Access access{owner, *info, list};
    if (sharing::may(*poster.identity, session.environment().directory, access, store::Right::post))
      return std::nullopt;
    return wire::Reply(550, "5.7.1", "you may not post to this folder");
  }
  const auto addresses = store::folder_addresses(view.annotations(folder.folder));
  const bool is_inside = std::ranges::any_of(addresses, [&](const auto& one) {
    return one.address == folder.address.address && one.inside;
  });
  const auto rights = sharing::rights_of_strangers(list);
  if (!is_inside && store::has_right(rights, store::Right::post)) return std::nullopt;
  if (poster.claims_to_be_ours) return wire::Reply(550, "5.7.1", "sign in to post to this folder");
  return wire::Reply(550, "5.7.1", "this folder takes mail from people of the organisation only");
}

}  // namespace

Task<std::optional<wire::Reply>> folder_refusal(const Session& session,
                                                const delivery::Resolved& resolved) {
  // Behind a person or a group there may be folders too: then that one's rules were asked.
  if (resolved.folders.empty() || !resolved.objects.empty() || resolved.is_catch_all)
    co_return std::nullopt;
  const auto poster = poster_of(session);
  auto& delivery = session.environment().routing.delivery();
  for (const auto& folder : resolved.folders) {
    auto asked = folder;
    const auto view = co_await delivery.look_at(std::move(asked));
    if (!view && view.error().code() == Errc::not_found)
      co_return wire::Reply(550, "5.1.1", "no such mailbox here");
    if (!view) co_return wire::Reply(451, "4.3.0", "this folder cannot be opened now");
    if (const auto refused = refusal_by_list(session, poster, folder, *view)) co_return refused;
  }
  co_return std::nullopt;
}

}  // namespace kontor::smtp
