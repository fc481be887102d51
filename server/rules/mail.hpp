// SPDX-License-Identifier: GPL-3.0-or-later
// What rules look at: a message, who sent it and for whom it is. Values only.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/core/time.hpp"
#include "directory/model/model.hpp"

namespace kontor::rules {

using Person = std::shared_ptr<const directory::Principal>;

struct MailRecipient {
  std::string address;         // local@domain
  bool is_here = false;        // in a mailbox or folder of this server
  std::vector<Person> people;  // whom the address stands for, those of the directory
};

struct Mail {
  std::string trace;
  std::string sender;             // reverse-path; empty: <>
  bool is_ours = false;           // of somebody who signed in, or from a network that is trusted
  Person person;                  // who sends it, where that is proven; null: unknown
  Person author;                  // in whose name: his attributes are for texts; null: nobody's
  bool is_authenticated = false;  // it is proven that its author wrote it
  bool is_junk = false;           // by the checks before
  std::optional<double> score;    // that a filter gave
  std::vector<MailRecipient> recipients;
  std::string added;    // fields of this server that stand before it
  std::string message;  // as it came, with CRLF
};

// The text of one attachment.
struct FileText {
  std::string name;
  std::string text;  // UTF-8
};

// What becomes of the recipients of a message.
enum class Fate : std::uint8_t { kept, dropped, replaced, held };

struct Target {
  std::string rule, address;
  bool is_copy = false;         // beside the recipients, and without a word to the sender
  bool must_be_here = false;    // a mailbox or folder of this server
  std::vector<std::size_t> of;  // the recipients it takes the place of, ascending
};
struct Notice {
  std::string rule, to, text;
};
struct Hold {
  std::string rule, reason;
  std::vector<std::size_t> of;  // recipients, ascending
};
// What one rule did, or in a rehearsal would have done.
struct Told {
  std::string rule;
  bool is_rehearsal = false;
  std::string words;
  std::vector<std::size_t> of;  // recipients it holds for, ascending
};
struct RefusedBy {
  std::string rule, text;
};

struct Outcome {
  std::string message;               // as it goes on
  std::string added;                 // fields to stand before those of Mail::added
  bool is_changed = false;           // message is another one
  std::optional<RefusedBy> refusal;  // of the whole message; then nothing else counts but `told`
  std::vector<Fate> fates;           // one a recipient
  std::vector<Target> targets;
  std::vector<Notice> notices;
  std::vector<Hold> holds;
  std::vector<Told> told;
};

}  // namespace kontor::rules
