// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/sent_copy.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/events/smtp.hpp"
#include "base/mime/header.hpp"
#include "server/delivery/special_folder.hpp"
#include "server/sharing/rights.hpp"
#include "server/sharing/sent_copy.hpp"
#include "server/smtp/trace_fields.hpp"

namespace kontor::smtp {
namespace {

using log::Keys;
using AccountPtr = std::shared_ptr<store::Account>;

// A program that stores its copy before it sends does so shortly before.
constexpr std::size_t k_newest = 50;
constexpr std::chrono::seconds k_shortly = std::chrono::minutes(10);

store::PreparedMessage prepare(const config::Mime& limits, std::string bytes) {
  return store::prepare_message(std::move(bytes), limits.max_depth, limits.max_parts);
}

// RFC 6047, 2.4: a part text/calendar with a method. By the finished structure.
bool is_about_meeting(std::string_view bodystructure) {
  const auto at = bodystructure.find("(\"text\" \"calendar\" (");
  if (at == std::string_view::npos) return false;
  const auto rest = bodystructure.substr(at);
  return to_lower(rest.substr(0, rest.find(')'))).contains("\"method\"");
}

// Has a program stored this message here already? By the ENVELOPE of what came lately.
Task<bool> has_copy_of_program(AccountPtr account,
                               store::FolderId folder,
                               std::string message_id,
                               UtcSeconds now) {
  const auto view = account->view();
  const auto rows = view.open(folder);
  std::vector<store::ItemId> items;
  for (auto i = rows ? rows->size() : 0; i > 0 && items.size() < k_newest; --i) {
    const auto entry = rows->at(i - 1);
    if (entry.save_date + k_shortly >= now) items.push_back(entry.item);
  }
  if (items.empty() || message_id.empty()) co_return false;
  const auto read = co_await account->read_fragments(std::move(items));
  co_return read&& std::ranges::any_of(
      *read, [&](const store::Fragments& one) { return one.envelope().contains(message_id); });
}

// Its list is that of INBOX, as of every folder that is made at the top.
Task<std::optional<store::FolderId>> make_sent(AccountPtr account) {
  const auto made = co_await delivery::special_folder(*account, store::SpecialUse::sent);
  const auto view = account->view();
  if (!made || !view.access(*made).empty()) co_return made;
  for (const auto& entry : view.access(store::k_inbox)) {
    store::AccessChange change;
    change.principal = entry.principal;
    change.negative = entry.negative;
    change.rights = entry.rights;
    if (!co_await account->set_access(*made, std::move(change))) break;
  }
  co_return made;
}

bool may_insert(const Session& session, const store::AccountView& view, store::FolderId folder) {
  const auto info = view.folder(folder);
  if (!info) return false;
  const auto owner = view.binding();
  const sharing::Access access{owner, *info, view.access(folder)};
  return sharing::may(*session.identity, session.environment().directory, access,
                      store::Right::insert);
}

// Where the copy goes; no_permission: the sender has no right to put it there.
Task<Result<store::FolderId>> sent_folder(const Session& session, AccountPtr account) {
  const auto view = account->view();
  const auto found = view.find_special(store::SpecialUse::sent);
  if (!may_insert(session, view, found ? found->id : store::k_inbox))
    co_return fail(Errc::no_permission, "no right i in the Sent folder");
  if (found) co_return found->id;
  const auto made = co_await make_sent(account);
  if (!made) co_return fail(Errc::not_found, "there is no Sent folder, and none can be made");
  if (!may_insert(session, account->view(), *made))
    co_return fail(Errc::no_permission, "no right i in the Sent folder");
  co_return *made;
}

Task<Result<void>> store_copy(const Session& session,
                              const SharedAuthor& author,
                              store::PreparedMessage message,
                              std::string trace) {
  auto& delivery = session.environment().routing.delivery();
  KONTOR_CO_TRY(const auto account, co_await delivery.open_mailbox(author.mailbox->id));
  const auto wanted = sharing::sent_copies_of(account->view());
  if (wanted == sharing::SentCopies::none ||
      (wanted == sharing::SentCopies::send_as && author.right != Right::own))
    co_return Result<void>();
  KONTOR_CO_TRY(const auto folder, co_await sent_folder(session, account));
  const auto header = std::string_view(message.raw).substr(0, message.header_size);
  auto id = std::string(trim(mime::field_value(header, "Message-ID").value_or("")));
  const auto guid = sharing::sent_copy_guid(account->id(), id);
  const auto now = session.environment().clock.now();
  if (guid != Uuid() && account->view().has_guid(guid)) co_return Result<void>();
  if (co_await has_copy_of_program(account, folder, std::move(id), now)) co_return Result<void>();
  store::NewMessage copy;
  copy.message = std::move(message);
  copy.flags = store::k_seen;
  copy.internal_date = now;
  copy.guid = guid;
  std::vector<store::NewMessage> messages(1, std::move(copy));
  KONTOR_CO_TRY(const auto stored, co_await account->append(folder, std::move(messages)));
  session.log().emit(log::events::k_smtp_sent_copy_stored,
                     {{Keys::trace, trace},
                      {Keys::address, author.mailbox->mail},
                      {Keys::account, account->id().text()},
                      {Keys::uid, stored.uids.empty() ? store::Uid{0} : stored.uids.front()}});
  co_return Result<void>();
}

}  // namespace

Task<void> store_sent_copies(const Session& session, SentMessage sent) {
  if (sent.authors.empty() || !session.identity) co_return;
  const auto& environment = session.environment();
  const bool is_large = sent.bytes.size() > delivery::k_large_message;
  auto work = [limits = environment.settings.mime, bytes = std::move(sent.bytes)]() mutable {
    return prepare(limits, std::move(bytes));
  };
  const auto message =
      is_large ? co_await io::on_pool(environment.routing.workers(), std::move(work)) : work();
  if (is_about_meeting(message.bodystructure)) co_return;
  for (const auto& author : sent.authors) {
    const auto stored = co_await store_copy(session, author, message, sent.trace);
    if (!stored)
      session.log().emit(log::events::k_smtp_sent_copy_missing, stored.error(),
                         {{Keys::trace, sent.trace}, {Keys::address, author.mailbox->mail}});
  }
}

}  // namespace kontor::smtp
