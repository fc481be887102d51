// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/notices.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "server/imap/folder_filter.hpp"
#include "server/imap/folder_list.hpp"
#include "server/imap/metadata.hpp"
#include "server/imap/namespaces.hpp"
#include "server/imap/wire/arguments.hpp"
#include "store/mailbox/names.hpp"

namespace kontor::imap {
namespace {

namespace e = wire::event;
namespace s = wire::status;

// The selected mailbox is told of in its own words.
bool watches(const Session& session,
             const wire::EventGroup& group,
             bool own,
             const store::FolderInfo& folder) {
  return !wire::is_selected(group.where.kind) && is_meant(session, own, folder, group.where);
}

// One comparison of two views, and the lines it comes to.
class Telling {
 public:
  Telling(const Session& session,
          const store::Account& account,
          const store::AccountView& before,
          store::AccountView after)
      : session_(session),
        account_(account),
        after_(std::move(after)),
        root_(root_of(session, after_.binding())),
        changes_(after_.changes_since(before)) {
    if (is_own()) return;
    for (auto& change : changes_.folders) {
      if (change.before) show(*change.before);
      if (change.after) show(*change.after);
    }
    // What the owner subscribes to is his.
    changes_.subscribed.clear();
    changes_.unsubscribed.clear();
    changes_.annotations.clear();
  }

  // `reported`: a commit of this session's own, whose changes it knows.
  std::vector<std::string> lines(std::vector<OwnChange> own, store::ModSeq reported) {
    own_ = std::move(own);
    for (const auto& change : changes_.folders) {
      const unsigned events = (change.after ? events_for(session_, account_, *change.after) : 0) |
                              (change.before ? events_for(session_, account_, *change.before) : 0);
      if ((events & e::mailbox_name) != 0) tell_name(change);
      if (change.after && (events & e::mailbox_metadata) != 0)
        tell_metadata(change.after->id, session_.wire_name(change.after->name), change.after->name,
                      change.annotations);
      if ((events & e::messages) != 0) tell_messages(change, events, reported);
    }
    for (const auto& name : changes_.subscribed) tell_subscription(name, true);
    for (const auto& name : changes_.unsubscribed) tell_subscription(name, false);
    if (!changes_.annotations.empty() && wants_server_metadata())
      tell_metadata(0, "\"\"", "", changes_.annotations);
    return std::move(lines_);
  }

 private:
  bool is_own() const { return root_.empty(); }

  // The folder under the name that the person knows.
  void show(store::FolderInfo& folder) const {
    if (is_own()) return;
    folder.name = root_ + '/' + folder.name;
    folder.subscribed = false;
  }

  // By the name that the person knows.
  std::optional<store::FolderInfo> find_after(std::string_view name) const {
    if (!is_own()) {
      if (!store::is_below(name, root_)) return std::nullopt;
      name.remove_prefix(root_.size() + 1);
    }
    auto found = after_.find_folder(name);
    if (found) show(*found);
    return found;
  }

  bool is_own(unsigned event, const std::string& name, bool exists) const {
    return std::ranges::any_of(own_, [&](const OwnChange& own) {
      return own.event == event && own.name == name && own.exists == exists;
    });
  }

  bool wants_server_metadata() const {
    return session_.enabled.metadata ||
           std::ranges::any_of(session_.notices->groups, [](const wire::EventGroup& group) {
             return (group.events & e::server_metadata) != 0;
           });
  }

  void tell_list(const store::FolderInfo& folder, bool exists, const std::string& old_name = {}) {
    ListAttributes attributes;
    attributes.exists = exists;
    attributes.subscribed = folder.subscribed;
    if (exists) attributes.children = parents().contains(folder.name);
    attributes.old_name = old_name;
    lines_.push_back(list_line(session_, folder, attributes));
  }

  // Names that have others below them.
  const std::set<std::string>& parents() {
    if (parents_) return *parents_;
    parents_.emplace();
    for (auto& folder : after_.folders()) {
      show(folder);
      for (auto& name : store::parents_of(folder.name)) parents_->insert(std::move(name));
    }
    return *parents_;
  }

  void tell_name(const store::FolderChange& change) {
    const bool renamed = change.before && change.after && change.before->name != change.after->name;
    if (change.before && change.after && !renamed) return;
    const auto& folder = change.after ? *change.after : *change.before;
    const bool exists = change.after.has_value();
    if (is_own(e::mailbox_name, folder.name, exists)) return;
    if (renamed) {
      // RFC 5465, 5.4: nothing is told of the children of what was renamed.
      if (!came_along(change)) tell_list(folder, true, change.before->name);
      return;
    }
    // Another folder may stand under the name of one that was deleted: that is told by itself.
    if (exists || !find_after(folder.name)) tell_list(folder, exists);
    const auto above = store::parents_of(folder.name);
    const auto parent = above.empty() ? std::nullopt : find_after(above.back());
    if (parent && (events_for(session_, account_, *parent) & e::mailbox_name) != 0)
      tell_list(*parent, true);
  }

  bool came_along(const store::FolderChange& child) const {
    return std::ranges::any_of(changes_.folders, [&](const store::FolderChange& other) {
      return other.before && other.after &&
             store::is_below(child.before->name, other.before->name) &&
             child.after->name ==
                 other.after->name + child.before->name.substr(other.before->name.size());
    });
  }

  void tell_subscription(const std::string& name, bool subscribed) {
    if (is_own(e::subscription_change, name, subscribed)) return;
    if (is_foreign(name) && !after_.find_folder(name)) return;  // one of somebody else
    auto folder = after_.find_folder(name);
    const bool exists = folder.has_value();
    if (!folder) folder.emplace().name = name;
    folder->subscribed = true;  // before or after: SUBSCRIBED covers it
    const auto events = events_for(session_, account_, *folder);
    folder->subscribed = subscribed;
    if ((events & e::subscription_change) != 0) tell_list(*folder, exists);
  }

  void tell_metadata(store::FolderId id,
                     const std::string& mailbox,
                     const std::string& name,
                     const std::vector<std::string>& changed) {
    const auto& now = after_.annotations(id);
    const auto is_own_value = [&](const std::string& stored) {
      const auto found = now.find(stored);
      return std::ranges::any_of(own_, [&](const OwnChange& own) {
        return own.entry == stored && own.name == name &&
               (found == now.end() ? !own.value : own.value == found->second);
      });
    };
    std::vector<std::string> names;
    for (const auto& stored : changed)
      if (auto entry = shown_entry(session_, account_, stored); entry && !is_own_value(stored))
        names.push_back(*std::move(entry));
    if (!names.empty()) lines_.push_back(metadata_names_line(mailbox, names));
  }

  // Did only this session's own commit change the messages?
  bool only_reported(const store::FolderChange& change, store::ModSeq reported) const {
    if (reported == 0 || !change.before || change.after->highest_modseq != reported) return false;
    const auto folder = after_.open(change.after->id);
    const auto since = change.before->highest_modseq;
    const auto gone = folder->vanished_since(since);
    return gone && gone->empty() &&
           std::ranges::all_of(folder->changed_since(since),
                               [&](const store::Entry& entry) { return entry.modseq == reported; });
  }

  // RFC 5465, 5.1 to 5.3: mailboxes that are not selected tell by STATUS.
  void tell_messages(const store::FolderChange& change, unsigned events, store::ModSeq reported) {
    if (!change.after ||
        (session_.selected && session_.selected->account()->id() == account_.id() &&
         session_.selected->id() == change.after->id))
      return;
    const auto& after = *change.after;
    const auto before = change.before.value_or(store::FolderInfo());
    const bool counted =
        after.exists != before.exists || (change.before && after.uid_next != before.uid_next);
    const bool other = change.before && after.uid_validity != before.uid_validity;
    const bool flags = (events & e::flag_change) != 0;
    unsigned items = 0;
    if (counted || other) {
      items = status_items_for(session_, events);
    } else if (change.before && flags && after.highest_modseq != before.highest_modseq) {
      if (session_.enabled.condstore) items = s::uidvalidity | s::highestmodseq;
      if (after.unseen != before.unseen) items |= s::uidvalidity | s::unseen;
    }
    if (items == 0 || only_reported(change, reported)) return;
    lines_.push_back(status_line(session_, account_, after, items));
  }

  const Session& session_;
  const store::Account& account_;
  store::AccountView after_;
  std::string root_;  // of names; empty: the person's own account
  store::ViewChanges changes_;
  std::vector<OwnChange> own_;
  std::vector<std::string> lines_;
  std::optional<std::set<std::string>> parents_;
};

Task<Result<void>> tell_notices(Session& session, Reported reported) {
  if (!session.notices || !session.notices->told) co_return Result<void>();
  auto& notices = *session.notices;
  const auto own = std::exchange(notices.own, {});
  std::vector<std::string> lines;
  const auto compare = [&](const store::Account& account, store::AccountView& told) {
    auto after = account.view();
    Telling telling(session, account, told, after);
    for (auto& line : telling.lines(own, reported.in(account))) lines.push_back(std::move(line));
    told = std::move(after);
  };
  compare(*session.account, *notices.told);
  for (auto& other : notices.others) compare(*other.account, other.told);
  if (lines.size() > k_most_notices) {
    tell_overflow(session);
    co_return Result<void>();
  }
  for (const auto& line : lines) {
    session.out.line(line);
    KONTOR_CO_TRY(co_await session.out.flush_if_large());
  }
  co_return Result<void>();
}

}  // namespace

unsigned events_for(const Session& session,
                    const store::Account& account,
                    const store::FolderInfo& folder) {
  const bool own = &account == session.account.get();
  unsigned events = session.enabled.metadata && own ? e::mailbox_metadata : 0;
  if (session.notices)
    for (const auto& group : session.notices->groups)
      if (watches(session, group, own, folder)) events |= group.events;
  // RFC 5465, 5: all of them need l and r.
  return events != 0 && session.may(account, folder, Right::lookup) &&
                 session.may(account, folder, Right::read)
             ? events
             : 0;
}

unsigned status_items_for(const Session& session, unsigned events) {
  unsigned items = 0;
  if ((events & (e::message_new | e::message_expunge)) != 0)
    items |= s::messages | s::uidnext | s::uidvalidity;
  if ((events & e::flag_change) != 0) items |= s::uidvalidity | s::unseen;
  if (items != 0 && session.enabled.condstore) items |= s::highestmodseq;
  return items;
}

SelectedEvents selected_events(const Session& session) {
  SelectedEvents out;
  if (!session.notices || !session.notices->given) return out;
  out.events = 0;
  for (const auto& group : session.notices->groups) {
    if (!wire::is_selected(group.where.kind)) continue;
    out.events = group.events;
    out.delayed = group.where.kind == wire::FilterKind::selected_delayed;
    if (group.fetch) out.fetch = &*group.fetch;
  }
  return out;
}

void set_notices(Session& session, std::vector<wire::EventGroup> groups) {
  if (!session.notices) session.notices = std::make_shared<Notices>();
  auto& notices = *session.notices;
  notices.given = true;
  notices.groups = std::move(groups);
  notices.own.clear();
  notices.watch = {};
  notices.others.clear();
  notices.told.reset();
  if (!notices.groups.empty())
    notices.watch = session.account->watch([end = session.end] { end->wake.raise(); });
  if (!notices.groups.empty() || session.enabled.metadata) notices.told = session.account->view();
}

Task<void> watch_others(Session& session) {
  std::map<store::AccountId, std::string> wanted;  // and the name of a folder in it
  for (const auto& given : given_folders(session)) {
    const auto is_asked = [&](const wire::EventGroup& group) {
      return watches(session, group, false, given.folder);
    };
    if (store::has_right(given.rights, Right::read) &&
        std::ranges::any_of(session.notices->groups, is_asked))
      wanted.try_emplace(given.account, given.folder.name);
  }
  if (wanted.size() > k_most_watched) {
    tell_overflow(session);
    co_return;
  }
  for (const auto& [id, name] : wanted) {
    auto found = co_await find_mailbox(session, name);
    if (!found) continue;
    auto watch = found->account->watch([end = session.end] { end->wake.raise(); });
    auto view = found->account->view();
    session.notices->others.push_back({found->account, std::move(view), std::move(watch)});
  }
}

std::vector<store::FolderInfo> folders_as_shown(const Session& session,
                                                const store::AccountView& view) {
  auto folders = view.folders();
  const auto root = root_of(session, view.binding());
  for (auto& folder : folders) {
    folder.name = root + '/' + folder.name;
    folder.subscribed = false;
  }
  return folders;
}

void watch_metadata(Session& session) {
  if (!session.notices) session.notices = std::make_shared<Notices>();
  if (!session.notices->told) session.notices->told = session.account->view();
}

void note_own(Session& session, OwnChange change) {
  if (session.notices && session.notices->told) session.notices->own.push_back(std::move(change));
}

void note_own(Session& session, unsigned event, std::string name, bool exists) {
  OwnChange change;
  change.event = event;
  change.name = std::move(name);
  change.exists = exists;
  note_own(session, std::move(change));
}

bool tells_between(const Session& session) {
  return session.notices && !session.notices->groups.empty();
}

void tell_overflow(Session& session) {
  session.out.line("* OK [NOTIFICATIONOVERFLOW] ",
                   session.say("Too much at once: look yourself and ask again"));
  set_notices(session, {});
}

Task<Result<void>> tell_changes(Session& session, SyncRules rules, Moment moment) {
  const auto events = selected_events(session);
  // RFC 5465, 4: during IDLE and between commands exactly what was asked for. A command's end also
  // tells what its own numbers stand on: EXISTS and EXPUNGE.
  const bool wanted = (events.events & e::message_new) != 0;
  if (moment == Moment::between && events.delayed) rules.expunges = false;
  if (wanted || moment == Moment::command_end) {
    KONTOR_CO_TRY(co_await sync(session, rules));
  }
  co_return co_await tell_notices(session, rules.reported);
}

}  // namespace kontor::imap
