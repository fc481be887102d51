// SPDX-License-Identifier: GPL-3.0-or-later
// Judge: for which recipients of a message a rule holds.
//
// A condition of the message holds for all of them or for none; one of recipients for those whom it
// fits. All conditions: those for whom each holds; any: those for whom one does; an exception takes
// out those for whom it holds.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "server/rules/facts.hpp"
#include "server/rules/ruleset.hpp"

namespace kontor::rules {

// How much of a kept document a text holds.
struct Likeness {
  std::string name;
  double share = 0;           // of the document
  std::uint64_t letters = 0;  // of the document, about
};

// What a judge asks besides the message.
struct Sources {
  const directory::DirectoryCopy* copy = nullptr;  // null: nobody is known
  // The documents that a text is like; unset: none are kept.
  std::function<std::vector<Likeness>(std::string_view utf8)> likeness = {};
};

class Judge {
 public:
  using Those = std::vector<bool>;  // one a recipient

  Judge(Facts& facts, const Sources& sources) : facts_(facts), sources_(sources) {}

  Those holds(const ReadyRule& rule);
  bool fits_file(const ReadyCondition& condition, const AttachedFile& file) const;

 private:
  Those holds(const ReadyCondition& condition);
  bool is_true(const ReadyCondition& condition);  // of the message
  bool fits_recipient(const ReadyCondition& condition, const MailRecipient& recipient) const;
  bool fits_text(const ReadyCondition& condition,
                 std::string_view text,
                 const std::string* folded = nullptr) const;
  bool fits_any(const ReadyCondition& condition, const std::vector<std::string>& texts) const;
  bool is_in_group(const ReadyCondition& condition, const directory::Principal& person) const;
  bool is_in_unit(const ReadyCondition& condition, const directory::Principal& person) const;
  bool has_words(const ReadyCondition& condition);
  bool has_numbers(const ReadyCondition& condition);
  bool is_like(const ReadyCondition& condition);

  Facts& facts_;
  const Sources& sources_;
  std::optional<std::vector<Likeness>> likeness_;
};

// Where the words, numbers and expressions of conditions are in a text, ascending.
std::vector<mime::Range> places_of(const std::vector<ReadyCondition>& conditions,
                                   std::string_view utf8);

}  // namespace kontor::rules
