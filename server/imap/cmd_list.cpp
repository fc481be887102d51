// SPDX-License-Identifier: GPL-3.0-or-later
// LIST with its extensions (RFC 9051, 6.3.9; RFC 5258; RFC 5819; RFC 6154; RFC 8440; RFC 9590) and
// LSUB (RFC 3501, 6.3.9). One pass over the folders, which come sorted; what lies below a name is
// counted before.
#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

#include "base/core/text.hpp"
#include "server/imap/folder_list.hpp"
#include "server/imap/handlers.hpp"
#include "server/imap/mailbox.hpp"
#include "server/imap/metadata.hpp"
#include "server/imap/namespaces.hpp"
#include "server/imap/wire/list_args.hpp"
#include "store/mailbox/names.hpp"

namespace kontor::imap {
namespace {

// A name that may be listed: a folder, or a subscription to one that is not there.
struct Candidate {
  store::FolderInfo folder;
  bool exists = true;
  bool subscribed = false;
  bool matches = false;
  bool only_parent = false;  // a level of the tree of what was deleted, or of accounts of others
  std::optional<store::RightBits> given;  // by others; nothing: it is one's own
};

// What lies below a name, at any depth.
struct Below {
  bool folders = false;
  bool subscribed = false;  // and not itself an answer of this LIST
  bool special = false;
  bool subscribed_any = false;
  bool special_any = false;
};

bool matches_any(const wire::ListArguments& arguments, std::string_view name) {
  return std::ranges::any_of(arguments.patterns, [&](const std::string& pattern) {
    return wire::matches_pattern(name, arguments.reference + pattern);
  });
}

class Candidates {
 public:
  Candidates(const Session& session, const wire::ListArguments& arguments)
      : session_(session), arguments_(arguments), view_(session.account->view()) {}

  std::vector<Candidate> take() {
    for (auto& folder : view_.folders()) {
      if (!session_.may(*session_.account, folder, Right::lookup)) continue;
      names_.insert(folder.name);
      const bool subscribed = folder.subscribed;
      all_.push_back({std::move(folder), true, subscribed, false, false, {}});
    }
    add_given();
    if (arguments_.select_subscribed) add_gone();
    add_recoverable();
    for (auto& candidate : all_) candidate.matches = matches_any(arguments_, candidate.folder.name);
    return std::move(all_);
  }

 private:
  // Levels that are no folder themselves come first (RFC 9051, 6.3.9.5: \NonExistent).
  void add_below_levels(Candidate candidate) {
    for (auto& parent : store::parents_of(candidate.folder.name)) {
      if (!names_.insert(parent).second) continue;
      Candidate level;
      level.exists = false;
      level.only_parent = true;
      level.folder.name = std::move(parent);
      all_.push_back(std::move(level));
    }
    all_.push_back(std::move(candidate));
  }

  // Whose name one's own folder has is not told.
  void add_given() {
    auto given = given_folders(session_);
    std::erase_if(given, [&](const auto& one) { return names_.contains(one.folder.name); });
    for (const auto& one : given) names_.insert(one.folder.name);
    for (auto& one : given) {
      const bool subscribed = one.folder.subscribed;
      add_below_levels({std::move(one.folder), true, subscribed, false, false, one.rights});
    }
  }

  // RFC 9051, 6.3.9.1: SUBSCRIBED also lists names that do not exist any more.
  void add_gone() {
    for (const auto& kept : view_.subscriptions()) {
      auto name = shown_subscription(session_, kept);
      if (!names_.insert(name).second) continue;
      Candidate gone;
      gone.exists = false;
      gone.subscribed = true;
      gone.folder.name = std::move(name);
      all_.push_back(std::move(gone));
    }
  }

  // What was deleted, behind the living folders. Never subscribed: who lists what he subscribed to
  // is spared.
  void add_recoverable() {
    if (session_.account->policy().undelete_days == 0) return;
    auto folders = view_.recoverable();
    std::erase_if(folders, [&](const auto& folder) {
      return !session_.may(*session_.account, folder, Right::lookup);
    });
    for (const auto& folder : folders) names_.insert(folder.name);
    for (auto& folder : folders)
      add_below_levels({std::move(folder), true, false, false, false, {}});
  }

  const Session& session_;
  const wire::ListArguments& arguments_;
  store::AccountView view_;
  std::vector<Candidate> all_;
  std::unordered_set<std::string> names_;
};

std::map<std::string, Below, std::less<>> below_each(const std::vector<Candidate>& all) {
  std::map<std::string, Below, std::less<>> result;
  for (const auto& candidate : all) {
    const std::string& name = candidate.folder.name;
    const bool special = candidate.folder.special_use != store::SpecialUse::none;
    for (auto slash = name.rfind('/'); slash != std::string::npos && slash > 0;
         slash = name.rfind('/', slash - 1)) {
      Below& below = result[name.substr(0, slash)];
      below.folders |= candidate.exists;
      below.subscribed_any |= candidate.subscribed;
      below.special_any |= special;
      below.subscribed |= candidate.subscribed && !candidate.matches;
      below.special |= special && !candidate.matches;
    }
  }
  return result;
}

bool is_selected(const Candidate& candidate, const wire::ListArguments& arguments) {
  if (arguments.select_subscribed && !candidate.subscribed) return false;
  return !arguments.select_special_use || candidate.folder.special_use != store::SpecialUse::none;
}

// How the candidate is answered; nothing: not at all.
std::optional<ListAttributes> attributes_of(const Candidate& candidate,
                                            const Below& below,
                                            const wire::ListArguments& arguments) {
  if (!candidate.matches) return std::nullopt;
  ListAttributes out;
  out.exists = candidate.exists;
  if (arguments.select_subscribed || arguments.return_subscribed)
    out.subscribed = candidate.subscribed;
  out.only_parent = candidate.only_parent;
  if (candidate.exists || candidate.only_parent) out.children = below.folders;
  const bool selected = is_selected(candidate, arguments);
  if (arguments.recursive_match) {
    // RFC 5258, 3.5: CHILDINFO for a name that is listed only for what lies below it names what
    // this answer does not list by itself.
    const bool subscribed = selected ? below.subscribed_any : below.subscribed;
    const bool special = selected ? below.special_any : below.special;
    out.subscribed_below = arguments.select_subscribed && subscribed;
    out.special_below = arguments.select_special_use && special;
  }
  if (!selected && !out.subscribed_below && !out.special_below) return std::nullopt;
  return out;
}

// RFC 8440, 3, RFC 9590, 3 and RFC 5819, 2: what more the client wants to know of each mailbox. The
// account of somebody else is loaded for what only it knows.
Task<Result<void>> tell_extra(Session& session,
                              const Candidate& candidate,
                              const wire::ListArguments& arguments) {
  const auto name = session.wire_name(candidate.folder.name);
  if (arguments.return_my_rights) {
    const auto rights =
        candidate.given ? *candidate.given : session.rights(*session.account, candidate.folder);
    session.out.line("* MYRIGHTS ", name, " ", rights_text(rights));
  }
  if (arguments.metadata_entries.empty() && arguments.status_items == 0) co_return Result<void>();
  Mailbox mailbox{session.account, candidate.folder, candidate.folder.name};
  if (candidate.given) {
    auto found = co_await find_mailbox(session, candidate.folder.name);
    if (!found) co_return Result<void>();  // meanwhile it is not given any more
    mailbox = *std::move(found);
  }
  const auto& account = *mailbox.account;
  if (!arguments.metadata_entries.empty() && may_annotate(session, account, mailbox.folder)) {
    const auto found = annotations_of(session, account, mailbox.folder.id,
                                      arguments.metadata_entries, wire::Depth::zero);
    session.out.line(metadata_line(name, found));
  }
  if (arguments.status_items != 0 && session.may(account, mailbox.folder, Right::read))
    session.out.line(status_line(session, account, mailbox.folder, arguments.status_items));
  co_return Result<void>();
}

// RFC 3501, 6.3.8: LIST with an empty pattern asks for the separator.
bool asks_for_separator(const wire::ListArguments& arguments) {
  return !arguments.extended && arguments.patterns.front().empty();
}

// The levels of `name` above it that match, outermost first: LSUB lists them for "%" when only a
// name below is subscribed.
std::vector<std::string> matching_parents(const wire::ListArguments& arguments,
                                          const std::string& name) {
  std::vector<std::string> parents;
  for (auto slash = name.find('/'); slash != std::string::npos; slash = name.find('/', slash + 1)) {
    auto parent = name.substr(0, slash);
    if (matches_any(arguments, parent)) parents.push_back(std::move(parent));
  }
  return parents;
}

// As the person knows them, with those of others that are subscribed to by themselves.
std::set<std::string> subscribed_names(const Session& session) {
  std::set<std::string> names;
  for (const auto& kept : session.account->view().subscriptions())
    names.insert(shown_subscription(session, kept));
  for (auto& given : given_folders(session))
    if (given.folder.subscribed) names.insert(std::move(given.folder.name));
  return names;
}

}  // namespace

Task<Result<Tagged>> cmd_list(Session& session, Request request) {
  const auto arguments = wire::parse_list(request.arguments, session.enabled.utf8);
  if (!arguments) co_return bad_syntax(arguments.error());
  if (asks_for_separator(*arguments)) {
    session.out.line("* LIST (\\Noselect) \"/\" \"\"");
    co_return Tagged();
  }
  if ((arguments->status_items & wire::status::highestmodseq) != 0)
    session.enabled.condstore = true;
  const auto all = Candidates(session, *arguments).take();
  const auto below = below_each(all);
  for (const auto& candidate : all) {
    const auto found = below.find(candidate.folder.name);
    const auto attributes =
        attributes_of(candidate, found == below.end() ? Below() : found->second, *arguments);
    if (!attributes) continue;
    session.out.line(list_line(session, candidate.folder, *attributes));
    if (candidate.exists && is_selected(candidate, *arguments)) {
      KONTOR_CO_TRY(co_await tell_extra(session, candidate, *arguments));
    }
    KONTOR_CO_TRY(co_await session.out.flush_if_large());
  }
  co_return Tagged();
}

Task<Result<Tagged>> cmd_lsub(Session& session, Request request) {
  const auto arguments = wire::parse_lsub(request.arguments, session.enabled.utf8);
  if (!arguments) co_return bad_syntax(arguments.error());
  std::map<std::string, bool> lines;  // name, and whether it is only a parent of one
  for (const auto& name : subscribed_names(session)) {
    if (matches_any(*arguments, name)) {
      lines[name] = false;
      continue;
    }
    for (auto& parent : matching_parents(*arguments, name)) lines.try_emplace(parent, true);
  }
  for (const auto& [name, only_parent] : lines) {
    session.out.line("* LSUB (", only_parent ? "\\Noselect" : "", ") \"/\" ",
                     session.wire_name(name));
    KONTOR_CO_TRY(co_await session.out.flush_if_large());
  }
  co_return Tagged();
}

}  // namespace kontor::imap
