// SPDX-License-Identifier: GPL-3.0-or-later
// The names by which a person knows folders of others (RFC 2342): "Other
// Users/anna@example.org/INBOX", "Shared/sales@example.org/INBOX", "Public/Handbook". Pure but for
// the session's directory copy.
//
// An account is called by the primary address of its owner: there is one of each in the whole
// organisation, people know it, and it is what mail goes to. Another address or a login name of his
// is understood too, so that a name goes on working when the address becomes a second one.
// Subscriptions are kept by {source, GUID} and shown by the name of today.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "server/imap/session.hpp"

namespace kontor::imap {

inline constexpr std::string_view k_others = "Other Users";
inline constexpr std::string_view k_shared = "Shared";
inline constexpr std::string_view k_public = "Public";

// "NAMESPACE ((personal)) ((others)) ((shared))" (RFC 9051, 7.3.4), with the names in the language
// of the session (RFC 5255, 3.4).
std::string namespace_line(const Session& session);

// A folder in somebody else's account.
struct ForeignName {
  store::Binding owner;
  std::string folder;  // its name there; empty: the level above all of them
};

// Does the name begin with a level that stands for accounts of others?
bool is_foreign(std::string_view name);
// Whose folder a name means; nothing: nobody's, or one's own. Whether it exists is not asked.
std::optional<ForeignName> foreign_name(const Session& session, std::string_view name);

// The level above all folders of an account: "Other Users/anna@example.org"; empty: one's own.
std::string root_of(const Session& session, const store::Binding& owner);
std::string shown_name(const Session& session,
                       const store::Binding& owner,
                       std::string_view folder);

// A name as subscriptions keep it, and as the person sees it; one's own are as they are.
std::string kept_subscription(const Session& session, const std::string& name);
std::string shown_subscription(const Session& session, const std::string& kept);

}  // namespace kontor::imap
