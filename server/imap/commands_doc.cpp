// SPDX-License-Identifier: GPL-3.0-or-later
// docs/generated/commands.md from the table.
#include "server/imap/command.hpp"

namespace kontor::imap {
namespace {

struct Word {
  unsigned bit;
  std::string_view text;
};

std::string words(unsigned bits, std::span<const Word> table) {
  std::string out;
  for (const auto& word : table) {
    if ((bits & word.bit) == 0) continue;
    if (!out.empty()) out.append(", ");
    out.append(word.text);
  }
  return out;
}

constexpr Word k_states[] = {{k_not_authenticated, "before sign-in"},
                             {k_authenticated, "signed in"},
                             {k_selected, "mailbox selected"}};
constexpr Word k_effects[] = {
    {effect::uses_seqs, "names messages by sequence number"},
    {effect::withholds_expunge, "no EXPUNGE before its end"},
    {effect::needs_write, "not in a mailbox opened by EXAMINE"},
    {effect::no_sync, "tells no changes of the mailbox"},
    {effect::takes_literals, "reads its literals itself"},
    {effect::plain_password, "only inside TLS"},
};

}  // namespace

std::string commands_markdown() {
  std::string out =
      "# IMAP commands\n\n"
      "Made from the table in `server/imap/commands.cpp`. Each row has a wire script of its name "
      "in\n"
      "`tests/scripts/imap`.\n\n"
      "| command | allowed | capability | RFC and section | effects |\n|---|---|---|---|---|\n";
  for (const auto& row : commands()) {
    const bool always = row.states == k_any;
    out.append("| `").append(row.name).append("` | ");
    out.append(always ? "always" : words(row.states, k_states)).append(" | ");
    out.append(row.capability).append(" | ").append(row.rfc).append(" | ");
    out.append(words(row.effects, k_effects)).append(" |\n");
  }
  return out;
}

}  // namespace kontor::imap
