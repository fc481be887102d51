// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/namespaces.hpp"
#include "server/sharing/identifier.hpp"
#include "server/sharing/rights.hpp"

#include "directory/model/shared_mailbox.hpp"
#include "store/mailbox/names.hpp"

namespace kontor::imap {
namespace {

using directory::PrincipalId;

bool is_own(const Session& session, const store::Binding& owner) {
  return session.identity && sharing::is_same(session.identity->id, owner);
}

std::string identity_text(const store::Binding& owner) {
  return PrincipalId{owner.source, owner.guid}.text();
}

// What stands before the folder's own name, and that name.
std::pair<std::string_view, std::string_view> split(std::string_view name) {
  const auto slash = name.find('/');
  if (slash == std::string_view::npos) return {name, {}};
  return {name.substr(0, slash), name.substr(slash + 1)};
}

std::string below(std::string_view root, std::string_view folder) {
  std::string name(root);
  if (!folder.empty()) name.append("/").append(folder);
  return name;
}

}  // namespace

std::string namespace_line(const Session& session) {
  const auto space = [&](std::string_view name) {
    std::string out = "(\"" + std::string(name) + "/\" \"/\"";
    if (const auto translated = session.say(name); translated != name)
      out += " \"TRANSLATION\" (" + session.wire_name(translated + "/") + ")";
    return out + ")";
  };
  return "* NAMESPACE ((\"\" \"/\")) (" + space(k_others) + ") (" + space(k_shared) +
         space(k_public) + ")";
}

bool is_foreign(std::string_view name) {
  const auto first = split(name).first;
  return first == k_others || first == k_shared || first == k_public;
}

std::optional<ForeignName> foreign_name(const Session& session, std::string_view name) {
  const auto [space, rest] = split(name);
  if (space == k_public)
    return ForeignName{directory::public_folders_owner<store::Binding>(), std::string(rest)};
  if ((space != k_others && space != k_shared) || rest.empty()) return std::nullopt;
  const auto [who, folder] = split(rest);
  const auto& settings = session.env.settings.directory;
  auto owner = sharing::find_principal(*session.env.directory.current(), settings.default_domain,
                                       std::string(who));
  if (!owner || owner->source.empty() || is_own(session, *owner)) return std::nullopt;
  return ForeignName{*std::move(owner), store::inbox_in_capitals(folder)};
}

std::string root_of(const Session& session, const store::Binding& owner) {
  if (is_own(session, owner)) return {};
  if (owner == directory::public_folders_owner<store::Binding>()) return std::string(k_public);
  const auto person = session.env.directory.current()->find({owner.source, owner.guid});
  if (!person) return below(k_others, identity_text(owner));
  const auto space = directory::is_shared_mailbox(*person) ? k_shared : k_others;
  // An address may have a "/", which no level of a name has.
  const bool has_name = !person->mail.empty() && !person->mail.contains('/');
  return below(space, has_name ? person->mail : identity_text(owner));
}

std::string shown_name(const Session& session,
                       const store::Binding& owner,
                       std::string_view folder) {
  const auto root = root_of(session, owner);
  return root.empty() ? std::string(folder) : below(root, folder);
}

std::string kept_subscription(const Session& session, const std::string& name) {
  const auto foreign = foreign_name(session, name);
  if (!foreign || name.starts_with(k_public)) return name;
  return below(below(k_others, identity_text(foreign->owner)), foreign->folder);
}

std::string shown_subscription(const Session& session, const std::string& kept) {
  const auto foreign = foreign_name(session, kept);
  if (!foreign || kept.starts_with(k_public)) return kept;
  return shown_name(session, foreign->owner, foreign->folder);
}

}  // namespace kontor::imap
