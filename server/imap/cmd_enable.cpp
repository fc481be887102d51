// SPDX-License-Identifier: GPL-3.0-or-later
// ENABLE (RFC 5161; RFC 9051, 6.3.1; QRESYNC: RFC 7162, 3.2.3; UTF8=ACCEPT: RFC 6855;
// UIDONLY: RFC 9586).
#include <algorithm>

#include "server/imap/handlers.hpp"
#include "server/imap/notices.hpp"
#include "server/imap/wire/arguments.hpp"

namespace kontor::imap {

Task<Result<Tagged>> cmd_enable(Session& session, Request request) {
  const auto names = wire::parse_enable(request.arguments);
  if (!names) co_return bad_syntax(names.error());
  // RFC 6855, 3: in the authenticated state only.
  if (session.selected && std::ranges::find(*names, "UTF8=ACCEPT") != names->end())
    co_return Tagged(Status::bad, "", "UTF8=ACCEPT is enabled before a mailbox is selected");
  std::string enabled;
  // RFC 5161, 3.1: what is unknown, or needs no enabling, is passed over.
  const auto enable = [&](std::string_view name, bool& flag) {
    if (!flag) enabled.append(" ").append(name);
    flag = true;
  };
  for (const auto& name : *names) {
    if (name == "CONDSTORE") enable("CONDSTORE", session.enabled.condstore);
    if (name == "QRESYNC") {  // RFC 7162, 3.2.3: it includes CONDSTORE
      enable("QRESYNC", session.enabled.qresync);
      session.enabled.condstore = true;
    }
    if (name == "METADATA" || name == "METADATA-SERVER") {  // RFC 5464, 4.1
      enable(name, session.enabled.metadata);
      watch_metadata(session);
    }
    if (name == "IMAP4REV2") {
      enable("IMAP4rev2", session.enabled.rev2);
      session.enabled.utf8 = true;
    }
    if (name == "UIDONLY") enable("UIDONLY", session.enabled.uid_only);
    if (name == "UTF8=ACCEPT") {
      enable("UTF8=ACCEPT", session.enabled.utf8_accept);
      session.enabled.utf8 = true;
    }
  }
  session.out.line("* ENABLED", enabled);
  co_return Tagged();
}

}  // namespace kontor::imap
