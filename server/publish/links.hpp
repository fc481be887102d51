// SPDX-License-Identifier: GPL-3.0-or-later
// Published links of calendars: whoever has one reads the calendar without signing in, until it is
// revoked.
//
// A link's token is the account's id and 160 random bits; the account keeps the SHA-256 of those
// alone, as annotations of the calendar's folder (docs/formats/frames.md): so links go with backup,
// restore and a move of the account, and end with their calendar. Any thread.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "store/mailbox/account.hpp"

namespace kontor::publish {

enum class Detail : unsigned char { full, free_busy };
std::string_view word_of(Detail detail) noexcept;        // "full", "free-busy"
std::optional<Detail> detail_of(std::string_view word);  // nothing: another word

struct Link {
  std::string id;  // 16 digits, in base 16; the first 8 are those of its account
  store::FolderId folder = 0;
  Detail detail = Detail::full;
  UtcSeconds made{};
  std::optional<UtcSeconds> used;  // the last time, to the hour
  std::string hash;                // of the secret: 32 bytes

  bool operator==(const Link&) const = default;
};

// A link's path: "/published/TOKEN.ics".
inline constexpr std::string_view k_published = "/published/", k_ending = ".ics";

// A calendar or a list of tasks; the inbox and the outbox of scheduling are none.
bool is_calendar(const store::FolderInfo& folder);

inline constexpr std::size_t k_most_links = 100;  // of one calendar

struct NewLink {
  Link link;
  std::string token;  // told once
};
// limit: the calendar has as many as it may have. not_found: there is no such folder.
Task<Result<NewLink>> make_link(store::Account& account,
                                store::FolderId folder,
                                Detail detail,
                                UtcSeconds now);
// By folder and time.
std::vector<Link> links_of(const store::AccountView& view);
// not_found: the account has none of that id.
Task<Result<Link>> revoke_link(store::Account& account, std::string id);
// Might this account have the link of that id? Memory only.
bool may_have(const store::AccountId& account, std::string_view id);

// What a token says; nothing: it is none.
struct Token {
  store::AccountId account;
  std::string secret;
};
std::optional<Token> parse_token(std::string_view text);
// The link that a secret opens.
std::optional<Link> find_link(const store::AccountView& view, std::string_view secret);
// Keeps that it was used, once an hour. What cannot be kept is forgotten.
Task<void> note_use(std::shared_ptr<store::Account> account, Link link, UtcSeconds now);

}  // namespace kontor::publish
