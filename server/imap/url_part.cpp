// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/url_part.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "server/imap/fetch_section.hpp"

namespace kontor::imap {
namespace {

std::unexpected<Error> not_there() { return fail(Errc::not_found, "the URL names nothing"); }

// An absolute URL names the one who is signed in.
bool is_of(const Session& session, const wire::UrlServer& server) {
  const auto& settings = session.env.settings;
  if (server.user.empty() || iequals(server.user, session.identity->login)) return true;
  const auto found =
      session.env.directory.current()->find_login(server.user, settings.directory.default_domain);
  return found && found->id == session.identity->id;
}

}  // namespace

Result<store::FolderId> own_folder(const Session& session, const wire::ImapUrl& url) {
  if (url.server && !is_of(session, *url.server)) return not_there();
  if (url.mailbox.empty()) {
    if (!session.selected || session.selected->account() != session.account) return not_there();
    return session.selected->id();
  }
  KONTOR_TRY(const auto folder, session.find_folder(url.mailbox));
  if (!session.may(*session.account, folder, Right::read)) return not_there();
  return folder.id;
}

mime::Limits part_limits(const Session& session) {
  const auto& settings = session.env.settings.mime;
  mime::Limits limits;
  limits.max_depth = settings.max_depth;
  limits.max_parts = settings.max_parts;
  return limits;
}

Task<Result<std::string>> read_part(std::shared_ptr<store::Account> account,
                                    store::FolderId folder,
                                    wire::ImapUrl url,
                                    mime::Limits limits) {
  const store::AccountView view = account->view();
  const auto open = view.open(folder);
  if (!open) co_return not_there();
  if (url.uid_validity != 0 && url.uid_validity != open->info().uid_validity) co_return not_there();
  const auto index = open->index_of(url.uid);
  if (!index) co_return not_there();
  const auto item = view.item(open->at(*index).item);
  if (!item) co_return not_there();
  if (const auto stretch = known_stretch(url.part, item->header_size, item->size)) {
    const auto part = cut(*stretch, url.part.partial);
    co_return co_await account->read_range(item->id, part.offset, part.size);
  }
  KONTOR_CO_TRY(auto raw, co_await account->read_message(item->id));
  SectionSource source(std::move(raw), limits);
  KONTOR_CO_TRY(auto bytes, source.bytes(url.part));
  if (!bytes) co_return not_there();
  const auto part = cut({0, bytes->size()}, url.part.partial);
  co_return bytes->substr(part.offset, part.size);
}

Task<Result<std::string>> read_url_part(Session& session, std::string url) {
  KONTOR_CO_TRY(auto parsed, wire::parse_imap_url(url));
  // One's own mailbox on another server is none of ours.
  if (parsed.server && !iequals(parsed.server->host, session.env.settings.server.name))
    co_return not_there();
  KONTOR_CO_TRY(const auto folder, own_folder(session, parsed));
  co_return co_await read_part(session.account, folder, std::move(parsed), part_limits(session));
}

Tagged bad_url(std::string_view url) {
  // In a response code stands no "]" and no quote (RFC 9051, 9: resp-text-code).
  std::string shown(url.substr(0, 1'000));
  std::ranges::replace_if(
      shown, [](char c) { return c < 0x20 || c == 0x7F || c == ']' || c == '"' || c == '\\'; },
      '?');
  return {Status::no, "BADURL \"" + shown + "\"", "the URL names no message of yours"};
}

}  // namespace kontor::imap
