// SPDX-License-Identifier: GPL-3.0-or-later
// GENURLAUTH and RESETKEY (RFC 4467, 6 and 7): URLs that let others read a part of a message.
#include <algorithm>

#include "base/mime/imap_text.hpp"
#include "server/imap/handlers.hpp"
#include "server/imap/url_key.hpp"
#include "server/imap/url_part.hpp"
#include "server/imap/wire/urlauth_args.hpp"

namespace kontor::imap {
namespace {

constexpr std::string_view k_mechanism = "INTERNAL";

// The folder of a URL that may be signed, or the answer when it may not.
std::expected<store::FolderId, Tagged> folder_to_sign(const Session& session,
                                                      const wire::UrlToSign& wanted) {
  const auto refused = [](std::string text) {
    return std::unexpected(Tagged(Status::bad, "", std::move(text)));
  };
  if (wanted.mechanism != k_mechanism) return refused("the mechanism is INTERNAL");
  const auto url = wire::parse_imap_url(wanted.url);
  if (!url) return std::unexpected(bad_syntax(url.error()));
  // RFC 4467, 6: an absolute URL with an access identifier and without its authorization.
  if (!url->server || url->server->user.empty() || url->access == wire::UrlAccess::none ||
      !url->mechanism.empty())
    return refused("a URL to sign is absolute, names its user and ends with ;URLAUTH=access");
  auto folder = own_folder(session, *url);
  if (!folder) return std::unexpected(Tagged(Status::no, "", "the URL names no mailbox of yours"));
  return *folder;
}

std::vector<store::FolderInfo> folders_to_reset(const Session& session,
                                                const wire::ResetKey& wanted) {
  auto folders = session.account->view().folders();
  std::erase_if(folders, [&](const store::FolderInfo& folder) {
    return (wanted.mailbox && folder.name != *wanted.mailbox) ||
           !session.may(*session.account, folder, Right::insert);
  });
  return folders;
}

}  // namespace

Task<Result<Tagged>> cmd_genurlauth(Session& session, Request request) {
  const auto wanted = wire::parse_genurlauth(request.arguments);
  if (!wanted) co_return bad_syntax(wanted.error());
  std::string line = "* GENURLAUTH";
  for (const auto& one : *wanted) {
    const auto folder = folder_to_sign(session, one);
    if (!folder) co_return folder.error();
    KONTOR_CO_TRY(const auto key, co_await make_url_key(session.account, *folder));
    line.push_back(' ');
    mime::append_imap_string(line, one.url + ":internal:" + sign_url(key, one.url));
  }
  session.out.line(line);
  co_return Tagged();
}

Task<Result<Tagged>> cmd_resetkey(Session& session, Request request) {
  const auto wanted = wire::parse_resetkey(request.arguments, session.enabled.utf8);
  if (!wanted) co_return bad_syntax(wanted.error());
  if (std::ranges::any_of(wanted->mechanisms, [](const auto& m) { return m != k_mechanism; }))
    co_return Tagged(Status::no, "", "the mechanism is INTERNAL");
  if (wanted->mailbox) {
    KONTOR_CO_TRY(session.find_folder(*wanted->mailbox));
  }
  const auto view = session.account->view();
  for (const auto& folder : folders_to_reset(session, *wanted)) {
    if (!find_url_key(view, folder.id)) continue;
    KONTOR_CO_TRY(co_await drop_url_key(session.account, folder.id));
  }
  co_return Tagged(Status::ok, "URLMECH INTERNAL", "");  // RFC 4467, 8
}

}  // namespace kontor::imap
