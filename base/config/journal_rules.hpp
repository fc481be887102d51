// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of journal.rules, read. Pure. bad_input says what is wrong in a sentence for the
// administrator.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::config {

// Of a mailbox's mail: what it gets, what its owner sends, or both.
enum class JournalDirection : std::uint8_t { both, in, out };

// A report has the envelope and the message attached; a copy is the message alone.
enum class JournalForm : std::uint8_t { report, copy };

// "board@example.test: to=archive@example.test direction=in form=copy"
struct JournalRule {
  // Whose mail: "everybody", "@domain", or the address of a person, room or group (its members);
  // lower case.
  std::string who;
  std::string target;  // a mailbox here or an address elsewhere
  JournalDirection direction = JournalDirection::both;
  JournalForm form = JournalForm::report;

  bool operator==(const JournalRule&) const = default;
};
Result<JournalRule> parse_journal_rule(std::string_view row);

}  // namespace kontor::config
