// SPDX-License-Identifier: GPL-3.0-or-later
// CANCELUPDATE (RFC 5267, 4.3.5).
#include <algorithm>

#include "server/imap/handlers.hpp"
#include "server/imap/search_context.hpp"

namespace kontor::imap {

Task<Result<Tagged>> cmd_cancelupdate(Session& session, Request request) {
  const auto tags = wire::parse_cancel_update(request.arguments);
  if (!tags) co_return bad_syntax(tags.error());
  const auto named = [](const std::string& tag) {
    return [&tag](const auto& context) { return context->tag() == tag; };
  };
  for (const auto& tag : *tags)
    if (std::ranges::none_of(session.contexts, named(tag)))
      co_return Tagged(Status::bad, "", "no search of that tag is kept up to date");
  for (const auto& tag : *tags) std::erase_if(session.contexts, named(tag));
  co_return Tagged();
}

}  // namespace kontor::imap
