// SPDX-License-Identifier: GPL-3.0-or-later
// recoverable and undelete: what was expunged or deleted, and bringing it back (by IMAP the owner
// does the same below "Recoverable").
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <limits>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"
#include "server/admin/lookup.hpp"
#include "server/admin/verbs.hpp"
#include "store/mailbox/names.hpp"
#include "store/tools/history.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

using AccountPtr = std::shared_ptr<store::Account>;
constexpr std::size_t k_most_rows = 10'000;

Task<Result<AccountPtr>> open_account(const Desk& desk, std::string name) {
  KONTOR_CO_TRY(const auto found, find_account(desk.environment, name));
  if (!found.account) co_return fail(Errc::not_found, "no mailbox was made for this account yet");
  co_return co_await desk.environment.store.open(*found.account);
}

// The name that an administrator gives: with or without the root.
std::string full_name(const std::string& folder) {
  if (folder.empty() || store::is_recoverable_name(folder)) return folder;
  return std::string(store::k_recoverable_root) + '/' + store::inbox_in_capitals(folder);
}

Result<store::FolderInfo> find_folder(const store::AccountView& view, const std::string& folder) {
  if (auto found = view.find_recoverable(full_name(folder))) return *std::move(found);
  return fail(Errc::not_found, "nothing of a folder " + folder + " can be brought back");
}

std::string_view kind_of(const store::FolderInfo& folder) {
  return folder.recoverable == store::Recoverable::folder ? "deleted folder" : "expunged";
}

json::object folder_row(const store::FolderInfo& folder) {
  json::object row;
  row["folder"] = folder.name;
  row["what"] = kind_of(folder);
  row["messages"] = folder.exists;
  row["bytes"] = folder.bytes;
  return row;
}

// Messages of one folder, with what tells them apart: uid, dates, subject and Message-ID.
Task<Result<json::array>> message_rows(store::Account& account, store::FolderInfo info) {
  json::array rows;
  const auto view = account.view();
  const auto folder = view.open(info.id);
  const auto count = folder == nullptr ? 0 : folder->size();
  for (std::size_t i = count - std::min(count, k_most_rows); i < count; ++i) {
    const auto entry = folder->at(i);
    const auto item = view.item(entry.item);
    json::object row;
    row["folder"] = info.name;
    row["uid"] = entry.uid;
    row["deleted"] = store::show_moment(entry.save_date);
    row["date"] = store::show_moment(entry.internal_date);
    row["size"] = item ? item->size : 0;
    const auto size = item ? item->header_size : 0;
    const auto head = co_await account.read_range(entry.item, 0, size);
    const auto field = [&](std::string_view name) {
      const auto value = head ? mime::field_value(*head, name) : std::nullopt;
      return value ? std::string(trim(*value)) : std::string();
    };
    row["subject"] = to_valid_utf8(field("subject"));
    row["message_id"] = to_valid_utf8(field("message-id"));
    rows.emplace_back(std::move(row));
  }
  co_return rows;
}

// Which messages of the folder are meant by the options.
struct Wanted {
  std::vector<std::pair<store::Uid, store::Uid>> uids;
  std::optional<UtcSeconds> since;
  std::string message_id;
  bool all = false;
};

Result<Wanted> wanted_by(const Request& request, UtcSeconds now) {
  Wanted wanted;
  wanted.all = request.options.contains("--all");
  wanted.message_id = option(request, "--message-id");
  for (const auto part : split(option(request, "--uid"), ',')) {
    if (part.empty()) continue;
    const auto colon = std::min(part.find(':'), part.size());
    const auto first = parse_number<store::Uid>(part.substr(0, colon));
    const auto last =
        colon == part.size() ? first : parse_number<store::Uid>(part.substr(colon + 1));
    if (!first || !last || *first == 0 || *last < *first)
      return fail(Errc::bad_input, std::string(part) + " is not a UID or UID:UID");
    wanted.uids.emplace_back(*first, *last);
  }
  if (auto since = option(request, "--since"); !since.empty()) {
    const bool day_alone =
        since.find_first_of("T -", since.starts_with('-') ? 0 : 10) > since.size();
    if (day_alone) since += " 00:00";  // from its beginning
    KONTOR_TRY(wanted.since, store::parse_moment(since, now));
  }
  const int ways = static_cast<int>(wanted.all) + static_cast<int>(!wanted.message_id.empty()) +
                   static_cast<int>(!wanted.uids.empty()) + static_cast<int>(bool(wanted.since));
  if (ways != 1)
    return fail(Errc::bad_input, "say which: --uid, --since, --message-id or --all, one of them");
  return wanted;
}

Task<Result<std::vector<store::Uid>>> choose(store::Account& account,
                                             store::FolderId id,
                                             Wanted wanted) {
  std::vector<store::Uid> uids;
  const auto view = account.view();
  const auto folder = view.open(id);
  for (std::size_t i = 0; folder != nullptr && i < folder->size(); ++i) {
    const auto entry = folder->at(i);
    bool fits = wanted.all || (wanted.since && entry.save_date >= *wanted.since);
    for (const auto& [first, last] : wanted.uids)
      fits = fits || (entry.uid >= first && entry.uid <= last);
    if (!wanted.message_id.empty()) {
      const auto item = view.item(entry.item);
      const auto head = co_await account.read_range(entry.item, 0, item ? item->header_size : 0);
      const auto found = head ? mime::field_value(*head, "message-id") : std::nullopt;
      fits = found && trim(*found) == wanted.message_id;
    }
    if (fits) uids.push_back(entry.uid);
  }
  co_return uids;
}

Task<Answer> bring_back_folder(store::Account& account, store::FolderInfo folder, std::string to) {
  auto name = folder.name.substr(store::k_recoverable_root.size() + 1);
  if (!to.empty()) name = std::move(to);
  KONTOR_CO_TRY(const auto id, co_await account.restore_folder(folder.id, name));
  const auto info = account.view().folder(id);
  json::object row;
  row["folder"] = name;
  row["messages"] = info ? info->exists : 0;
  co_return json::value(std::move(row));
}

}  // namespace

Task<Answer> recoverable(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto account, co_await open_account(desk, request.arguments[0]));
  const auto view = account->view();
  json::array rows;
  if (const auto name = option(request, "--folder"); !name.empty()) {
    KONTOR_CO_TRY(auto folder, find_folder(view, name));
    KONTOR_CO_TRY(rows, co_await message_rows(*account, std::move(folder)));
  } else {
    for (const auto& folder : view.recoverable()) rows.emplace_back(folder_row(folder));
  }
  co_return json::value(std::move(rows));
}

Task<Answer> undelete(const Desk& desk, Request request) {
  KONTOR_CO_TRY(const auto account, co_await open_account(desk, request.arguments[0]));
  const auto name = option(request, "--folder");
  if (name.empty()) co_return fail(Errc::bad_input, "--folder says of which folder");
  KONTOR_CO_TRY(auto folder, find_folder(account->view(), name));
  const auto into = option(request, "--into");
  const bool names_messages = std::ranges::any_of(
      request.options, [](const auto& o) { return o.first != "--folder" && o.first != "--into"; });
  if (folder.recoverable == store::Recoverable::folder && !names_messages)
    co_return co_await bring_back_folder(*account, std::move(folder), into);
  KONTOR_CO_TRY(auto wanted, wanted_by(request, desk.environment.clock.now()));
  KONTOR_CO_TRY(auto uids, co_await choose(*account, folder.id, std::move(wanted)));
  if (uids.empty()) co_return fail(Errc::not_found, "no such message can be brought back");
  store::Copied copied;
  if (into.empty() && folder.recoverable == store::Recoverable::messages) {
    KONTOR_CO_TRY(copied, co_await account->restore(folder.id, std::move(uids)));
  } else {
    const auto to = account->view().find_folder(into.empty() ? "INBOX" : into);
    if (!to) co_return fail(Errc::not_found, "no folder " + into);
    KONTOR_CO_TRY(copied, co_await account->move(folder.id, std::move(uids), to->id));
  }
  json::object row;
  row["folder"] = into.empty() ? folder.name.substr(store::k_recoverable_root.size() + 1) : into;
  row["messages"] = copied.to.size();
  co_return json::value(std::move(row));
}

}  // namespace kontor::admin
