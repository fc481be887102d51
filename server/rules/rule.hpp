// SPDX-License-Identifier: GPL-3.0-or-later
// Rules of the organisation: what an administrator wants done with mail that passes. Values only;
// as text they are JSON (server/rules/rule_text.hpp), docs/admin/organisation-rules.md has each
// word.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/time.hpp"
#include "server/rules/rewrite/add_text.hpp"

namespace kontor::rules {

enum class State : std::uint8_t {
  on,
  off,
  rehearsal,  // says in the message trace what it would have done
};

// What a condition looks at. In the order of the table in rule_text.cpp.
enum class About : std::uint8_t {
  direction,
  sender,
  sender_group,
  sender_unit,
  authenticated,
  recipient,
  recipient_group,
  recipient_unit,
  recipients,
  subject,
  body,
  text,  // subject, body and what the attachments say
  words,
  numbers,
  fingerprint,
  header,
  size,
  attachment,
  attachment_name,
  attachment_type,
  attachment_size,
  spam,
  spam_score,
  is_signed,
  is_encrypted,
};

enum class How : std::uint8_t { is, contains, begins, ends, matches };

struct Condition {
  About about = About::subject;
  bool is_not = false;
  How how = How::contains;
  std::vector<std::string> values;    // any of them
  std::string header;                 // name of the field
  std::optional<double> over, under;  // size, count, score, share
  std::uint32_t at_least = 1;         // words, numbers: different ones
  std::uint64_t letters = 0;          // fingerprint: so much of one text; 0: `over` alone counts

  bool operator==(const Condition&) const = default;
};

// In the order of the table in rule_text.cpp.
enum class Does : std::uint8_t {
  copy,
  move,
  redirect,
  drop,
  refuse,
  junk,
  hold,
  notify,
  add_header,
  set_header,
  remove_header,
  tag_subject,
  add_text,
  replace_text,
  remove_attachments,
  stop,
};

struct Action {
  Does what = Does::stop;
  std::vector<std::string> to;     // addresses
  std::string name;                // of a header field
  std::string value;               // its value; the text of a refusal, tag, notice, note
  std::string html;                // add_text
  bool at_start = false;           // add_text
  bool once = true;                // add_text
  std::vector<Picture> pictures;   // add_text
  std::vector<Condition> what_of;  // replace_text: body, words, numbers; remove_attachments: files

  // Pictures are compared by their bytes.
  bool operator==(const Action& other) const;
};

struct Rule {
  std::string name;  // unique, any case
  std::string description;
  State state = State::on;
  std::optional<UtcSeconds> from, until;  // of validity
  bool is_any = false;                    // one condition is enough; none: every message
  std::vector<Condition> when, except;
  std::vector<Action> actions;

  bool operator==(const Rule&) const = default;
};

inline constexpr std::size_t k_most_rules = 1'000, k_most_conditions = 100, k_most_values = 10'000,
                             k_most_actions = 50;
inline constexpr std::uint64_t k_longest_rule = 4U << 20U, k_longest_rules = 64U << 20U;

std::string_view name_of(State state) noexcept;
std::string_view name_of(About about) noexcept;
std::string_view name_of(Does does) noexcept;

}  // namespace kontor::rules
