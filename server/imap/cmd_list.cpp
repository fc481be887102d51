// SPDX-License-Identifier: GPL-3.0-or-later
// LIST with its extensions (RFC 9051, 6.3.9; RFC 5258; RFC 5819; RFC 6154; RFC 8440; RFC 9590) and
// LSUB (RFC 3501, 6.3.9). One pass over the folders, which come sorted; what lies below a name is
// counted before.
#include <algorithm>
#include <map>
#include <unordered_set>

#include "base/core/text.hpp"
#include "server/imap/folder_list.hpp"
#include "server/imap/handlers.hpp"
#include "server/imap/metadata.hpp"
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
  bool only_parent = false;  // a level of the tree of what was deleted
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

// What was deleted, behind the living folders; levels that are no folder themselves come first
// (RFC 9051, 6.3.9.5: \NonExistent). Never subscribed: who lists what he subscribed to is spared.
void add_recoverable(const Session& session,
                     const store::AccountView& view,
                     std::unordered_set<std::string>& names,
                     std::vector<Candidate>& all) {
  if (session.account->policy().undelete_days == 0) return;
  auto folders = view.recoverable();
  std::erase_if(folders, [&](const auto& f) { return !session.may(f, Right::lookup); });
  for (const auto& folder : folders) names.insert(folder.name);
  for (auto& folder : folders) {
    for (auto& parent : store::parents_of(folder.name)) {
      if (!names.insert(parent).second) continue;
      Candidate level;
      level.exists = false;
      level.only_parent = true;
      level.folder.name = std::move(parent);
      all.push_back(std::move(level));
    }
    all.push_back({std::move(folder), true, false, false, false});
  }
}

std::vector<Candidate> candidates(const Session& session, const wire::ListArguments& arguments) {
  const auto view = session.account->view();
  std::vector<Candidate> all;
  std::unordered_set<std::string> names;
  for (auto& folder : view.folders()) {
    if (!session.may(folder, Right::lookup)) continue;
    names.insert(folder.name);
    const bool subscribed = folder.subscribed;
    all.push_back({std::move(folder), true, subscribed, false, false});
  }
  // RFC 9051, 6.3.9.1: SUBSCRIBED also lists names that do not exist any more.
  if (arguments.select_subscribed) {
    for (auto& name : view.subscriptions()) {
      if (names.contains(name)) continue;
      Candidate gone;
      gone.exists = false;
      gone.subscribed = true;
      gone.folder.name = std::move(name);
      all.push_back(std::move(gone));
    }
  }
  add_recoverable(session, view, names, all);
  for (auto& candidate : all) candidate.matches = matches_any(arguments, candidate.folder.name);
  return all;
}

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

// RFC 8440, 3 and RFC 9590, 3: what more the client wants to know of each mailbox.
void tell_extra(Session& session,
                const store::FolderInfo& folder,
                const wire::ListArguments& arguments) {
  if (arguments.return_my_rights)
    session.out.line("* MYRIGHTS ", session.wire_name(folder.name), " ",
                     rights_text(session.rights(folder)));
  if (arguments.metadata_entries.empty() || !may_annotate(session, folder)) return;
  const auto found =
      annotations_of(session, folder.id, arguments.metadata_entries, wire::Depth::zero);
  session.out.line(metadata_line(session.wire_name(folder.name), found));
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
  const auto all = candidates(session, *arguments);
  const auto below = below_each(all);
  for (const auto& candidate : all) {
    const auto found = below.find(candidate.folder.name);
    const auto attributes =
        attributes_of(candidate, found == below.end() ? Below() : found->second, *arguments);
    if (!attributes) continue;
    session.out.line(list_line(session, candidate.folder, *attributes));
    if (candidate.exists && is_selected(candidate, *arguments))
      tell_extra(session, candidate.folder, *arguments);
    // RFC 5819, 2: a STATUS response for each mailbox that can be selected.
    if (arguments->status_items != 0 && candidate.exists && is_selected(candidate, *arguments))
      session.out.line(status_line(session, candidate.folder, arguments->status_items));
    KONTOR_CO_TRY(co_await session.out.flush_if_large());
  }
  co_return Tagged();
}

Task<Result<Tagged>> cmd_lsub(Session& session, Request request) {
  const auto arguments = wire::parse_lsub(request.arguments, session.enabled.utf8);
  if (!arguments) co_return bad_syntax(arguments.error());
  std::map<std::string, bool> lines;  // name, and whether it is only a parent of one
  for (const auto& name : session.account->view().subscriptions()) {
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
