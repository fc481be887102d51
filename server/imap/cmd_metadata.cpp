// SPDX-License-Identifier: GPL-3.0-or-later
// GETMETADATA and SETMETADATA (RFC 5464, 4.2 and 4.3).
#include <algorithm>

#include "server/imap/handlers.hpp"
#include "server/imap/mailbox.hpp"
#include "server/imap/metadata.hpp"
#include "server/imap/notices.hpp"
#include "server/imap/recoverable.hpp"

namespace kontor::imap {
namespace {

// The folder meant, whose annotations the person may see; id 0: the server.
Task<Result<Mailbox>> find_place(Session& session, std::string mailbox) {
  if (mailbox.empty()) co_return Mailbox{session.account, {}, ""};
  KONTOR_CO_TRY(auto found, co_await find_mailbox(session, std::move(mailbox)));
  if (!may_annotate(session, *found.account, found.folder))
    co_return fail(Errc::no_permission, "needs one of rswip");
  co_return found;
}

std::string mailbox_text(const Session& session, const std::string& mailbox) {
  return mailbox.empty() ? "\"\"" : session.wire_name(mailbox);
}

// Takes out what is larger than asked for; the size of the largest of that, or 0 (4.2.1).
std::uint64_t drop_long(std::vector<Annotation>& found, std::optional<std::uint64_t> most) {
  std::uint64_t longest = 0;
  if (!most) return longest;
  std::erase_if(found, [&](const Annotation& annotation) {
    if (!annotation.value || annotation.value->size() <= *most) return false;
    longest = std::max<std::uint64_t>(longest, annotation.value->size());
    return true;
  });
  return longest;
}

// Why these values cannot be set at all; nothing: they may be.
std::optional<Tagged> forbidden(const Session& session, const wire::SetMetadata& wanted) {
  const std::uint64_t most = session.env.settings.imap.max_metadata;
  for (const auto& [entry, value] : wanted.values) {
    // RFC 5464, 3.3 and 6.2.2: shared entries of the server are not a client's.
    if (wanted.mailbox.empty() && entry.starts_with("/shared/"))
      return Tagged(Status::no, "NOPERM", "shared entries of the server cannot be set");
    if (value && value->size() > most)
      return Tagged(Status::no, "METADATA MAXSIZE " + std::to_string(most), "too large a value");
  }
  return std::nullopt;
}

}  // namespace

Task<Result<Tagged>> cmd_getmetadata(Session& session, Request request) {
  const auto asked = wire::parse_get_metadata(request.arguments, session.enabled.utf8);
  if (!asked) co_return bad_syntax(asked.error());
  KONTOR_CO_TRY(const auto place, co_await find_place(session, asked->mailbox));
  auto found =
      annotations_of(session, *place.account, place.folder.id, asked->entries, asked->depth);
  const auto longest = drop_long(found, asked->max_size);
  if (!found.empty()) session.out.line(metadata_line(mailbox_text(session, asked->mailbox), found));
  if (longest == 0) co_return Tagged();
  co_return Tagged(Status::ok, "METADATA LONGENTRIES " + std::to_string(longest), "");
}

Task<Result<Tagged>> cmd_setmetadata(Session& session, Request request) {
  auto wanted = wire::parse_set_metadata(request.arguments, session.enabled.utf8);
  if (!wanted) co_return bad_syntax(wanted.error());
  if (auto refused = refuse_in_recoverable(wanted->mailbox)) co_return *std::move(refused);
  KONTOR_CO_TRY(const auto place, co_await find_place(session, wanted->mailbox));
  if (auto why = forbidden(session, *wanted)) co_return *std::move(why);
  std::vector<store::AnnotationChange> changes;
  for (auto& [entry, value] : wanted->values) {
    auto stored = stored_entry(session, *place.account, entry);
    OwnChange own;
    own.name = place.folder.name;
    own.entry = stored;
    own.value = value;
    note_own(session, std::move(own));
    changes.push_back({std::move(stored), std::move(value)});
  }
  const std::size_t most = session.env.settings.imap.max_metadata_entries;
  auto set = co_await place.account->set_annotations(place.folder.id, std::move(changes), most);
  if (!set && set.error().code() == Errc::limit)
    co_return Tagged(Status::no, "METADATA TOOMANY", "too many annotations");
  if (!set) co_return refusal(set.error());
  co_return Tagged();
}

}  // namespace kontor::imap
