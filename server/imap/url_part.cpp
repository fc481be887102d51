// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/url_part.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/imap_structure.hpp"
#include "server/imap/fetch_section.hpp"
#include "server/imap/wire/urlauth_args.hpp"

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

mime::Limits part_limits(const config::Settings& settings) {
  mime::Limits limits;
  limits.max_depth = settings.mime.max_depth;
  limits.max_parts = settings.mime.max_parts;
  return limits;
}

namespace {

Result<store::Item> item_of(const store::Account& account,
                            store::FolderId folder,
                            const wire::ImapUrl& url) {
  const store::AccountView view = account.view();
  const auto open = view.open(folder);
  if (!open) return not_there();
  if (url.uid_validity != 0 && url.uid_validity != open->info().uid_validity) return not_there();
  const auto index = open->index_of(url.uid);
  if (!index) return not_there();
  auto item = view.item(open->at(*index).item);
  if (!item) return not_there();
  return *std::move(item);
}

std::string cut_bytes(std::string bytes, const std::optional<wire::Partial>& partial) {
  if (!partial) return bytes;
  const auto part = cut({0, bytes.size()}, partial);
  return bytes.substr(part.offset, part.size);
}

// Of the part that the section lies in; decoded: with the identity encoding (RFC 5524, 3.2).
std::string structure_of(std::string_view raw,
                         const mime::Message& message,
                         const wire::Section& section,
                         const std::optional<std::string>& decoded) {
  const auto* part = mime::find_part(message, section.path);
  if (part == nullptr) return "NIL";
  mime::Part shown = *part;
  if (decoded && part->children.empty()) {
    shown.encoding = "binary";
    shown.body.size = decoded->size();
    shown.lines = static_cast<std::uint64_t>(std::ranges::count(*decoded, '\n'));
  }
  return mime::imap_part_structure(raw, message, shown);
}

}  // namespace

Task<Result<UrlContent>> read_content(std::shared_ptr<store::Account> account,
                                      store::FolderId folder,
                                      wire::ImapUrl url,
                                      unsigned what,
                                      mime::Limits limits) {
  UrlContent out;
  if (what == 0 || what == wire::url_item::body) {
    KONTOR_CO_TRY(out.body, co_await read_part(account, folder, std::move(url), limits));
    co_return std::move(out);
  }
  KONTOR_CO_TRY(const auto item, item_of(*account, folder, url));
  KONTOR_CO_TRY(auto raw, co_await account->read_message(item.id));
  SectionSource source(std::move(raw), limits);
  KONTOR_CO_TRY(auto body, source.bytes(url.part));
  if (!body) co_return not_there();
  if ((what & wire::url_item::binary) != 0) {
    wire::BodyItem decoded = url.part;
    if (decoded.section.part == wire::SectionPart::all) decoded.kind = wire::BodyKind::binary;
    if (auto bytes = source.bytes(decoded)) out.binary = *std::move(bytes);
  }
  if ((what & wire::url_item::structure) != 0) {
    const auto message = mime::parse(source.raw(), limits);
    out.structure = structure_of(source.raw(), message, url.part.section, out.binary);
  }
  if (out.binary) out.binary = cut_bytes(*std::move(out.binary), url.part.partial);
  out.body = cut_bytes(*std::move(body), url.part.partial);
  co_return std::move(out);
}

Task<Result<std::string>> read_part(std::shared_ptr<store::Account> account,
                                    store::FolderId folder,
                                    wire::ImapUrl url,
                                    mime::Limits limits) {
  KONTOR_CO_TRY(const auto item, item_of(*account, folder, url));
  if (const auto stretch = known_stretch(url.part, item.header_size, item.size)) {
    const auto part = cut(*stretch, url.part.partial);
    co_return co_await account->read_range(item.id, part.offset, part.size);
  }
  KONTOR_CO_TRY(auto raw, co_await account->read_message(item.id));
  SectionSource source(std::move(raw), limits);
  KONTOR_CO_TRY(auto bytes, source.bytes(url.part));
  if (!bytes) co_return not_there();
  co_return cut_bytes(*std::move(bytes), url.part.partial);
}

Task<Result<std::string>> read_url_part(Session& session, std::string url) {
  KONTOR_CO_TRY(auto parsed, wire::parse_imap_url(url));
  // One's own mailbox on another server is none of ours.
  if (parsed.server && !iequals(parsed.server->host, session.env.settings.server.name))
    co_return not_there();
  KONTOR_CO_TRY(const auto folder, own_folder(session, parsed));
  co_return co_await read_part(session.account, folder, std::move(parsed),
                               part_limits(session.env.settings));
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
