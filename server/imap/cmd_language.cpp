// SPDX-License-Identifier: GPL-3.0-or-later
// LANGUAGE (RFC 5255, 3): in which language the texts of responses are.
#include "server/imap/handlers.hpp"
#include "server/imap/namespaces.hpp"
#include "server/imap/wire/arguments.hpp"

namespace kontor::imap {
namespace {

// What "default" stands for: the first language that notices are written in.
Language preferred(const Session& session) {
  const auto& notices = session.env.settings.queue.notice_languages;
  return find_language(notices, Language::i_default).value_or(Language::i_default);
}

}  // namespace

Task<Result<Tagged>> cmd_language(Session& session, Request request) {
  const auto ranges = wire::parse_language(request.arguments);
  if (!ranges) co_return bad_syntax(ranges.error());
  if (ranges->empty()) {
    std::string all;
    for (const auto tag : language_tags()) all.append(all.empty() ? "" : " ").append(tag);
    session.out.line("* LANGUAGE (", all, ")");
    co_return Tagged();
  }
  const auto found = find_language(*ranges, preferred(session));
  if (!found) co_return Tagged(Status::no, "", "the language is not known here");
  session.language = *found;
  session.out.line("* LANGUAGE (", tag_of(*found), ")");
  if (session.identity) session.out.line(namespace_line(session));
  co_return Tagged();
}

}  // namespace kontor::imap
