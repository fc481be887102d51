// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/metadata.hpp"

#include <algorithm>

namespace kontor::imap {
namespace {

constexpr std::string_view k_private = "/private/";
constexpr std::string_view k_shared = "/shared/";
constexpr std::size_t k_max_quoted = 1'024;

bool is_owner(const Session& session, const store::Account& account) {
  const auto owner = account.view().binding();
  return session.identity->id.source == owner.source && session.identity->id.guid == owner.guid;
}

// Where the private entries of the person stand.
std::string private_place(const Session& session, const store::Account& account) {
  if (is_owner(session, account)) return std::string(k_private);
  return "/person/" + session.identity->id.text() + "/";
}

// RFC 5464, 6.2.2: a URI by which the administrator is reached.
std::string admin_uri(const Session& session) {
  const auto& mail = session.identity->mail;
  const auto at = mail.rfind('@');
  return "mailto:postmaster@" +
         (at == std::string::npos ? session.env.settings.server.name : mail.substr(at + 1));
}

void append_value(std::string& out, const std::optional<std::string>& value) {
  if (!value) {
    out.append("NIL");
    return;
  }
  const auto is_plain = [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7F;
  };
  if (value->size() <= k_max_quoted && std::ranges::all_of(*value, is_plain)) {
    out.push_back('"');
    for (const char c : *value) {
      if (c == '"' || c == '\\') out.push_back('\\');
      out.push_back(c);
    }
    out.push_back('"');
    return;
  }
  // RFC 5464, 5: value = nstring / literal8, which alone carries NUL.
  out.append(value->contains('\0') ? "~{" : "{");
  out.append(std::to_string(value->size())).append("}\r\n").append(*value);
}

}  // namespace

std::string stored_entry(const Session& session,
                         const store::Account& account,
                         std::string_view entry) {
  if (!entry.starts_with(k_private)) return std::string(entry);
  return private_place(session, account).append(entry.substr(k_private.size()));
}

std::optional<std::string> shown_entry(const Session& session,
                                       const store::Account& account,
                                       std::string_view stored) {
  if (stored.starts_with(k_shared)) return std::string(stored);
  const auto place = private_place(session, account);
  if (!stored.starts_with(place)) return std::nullopt;
  return std::string(k_private).append(stored.substr(place.size()));
}

bool may_annotate(const Session& session,
                  const store::Account& account,
                  const store::FolderInfo& folder) {
  const auto rights = session.rights(account, folder);
  return store::has_right(rights, Right::lookup) && (rights & *store::rights_of("rswip")) != 0;
}

std::vector<Annotation> annotations_of(const Session& session,
                                       const store::Account& account,
                                       store::FolderId folder,
                                       const std::vector<std::string>& entries,
                                       wire::Depth depth) {
  const auto view = account.view();
  std::map<std::string, std::string> shown;
  for (const auto& [stored, value] : view.annotations(folder))
    if (auto entry = shown_entry(session, account, stored)) shown.emplace(*std::move(entry), value);
  if (folder == 0) shown["/shared/admin"] = admin_uri(session);
  std::vector<Annotation> out;
  const auto add = [&](const std::string& entry, std::optional<std::string> value) {
    if (std::ranges::find(out, entry, &Annotation::entry) == out.end())
      out.push_back({entry, std::move(value)});
  };
  for (const auto& asked : entries) {
    if (depth == wire::Depth::zero) {
      const auto found = shown.find(asked);
      add(asked, found == shown.end() ? std::nullopt : std::optional(found->second));
      continue;
    }
    for (const auto& [entry, value] : shown)
      if (wire::covers(asked, depth, entry)) add(entry, value);
  }
  return out;
}

std::string metadata_line(const std::string& mailbox, const std::vector<Annotation>& annotations) {
  std::string out = "* METADATA " + mailbox + " (";
  for (const auto& [entry, value] : annotations) {
    if (out.back() != '(') out.push_back(' ');
    out.append(wire_text(entry)).append(" ");
    append_value(out, value);
  }
  return out + ")";
}

std::string metadata_names_line(const std::string& mailbox, const std::vector<std::string>& names) {
  std::string out = "* METADATA " + mailbox;
  for (const auto& name : names) out.append(" ").append(wire_text(name));
  return out;
}

}  // namespace kontor::imap
