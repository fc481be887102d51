// SPDX-License-Identifier: GPL-3.0-or-later
// What is written from the table: the dump, the reference in Markdown, the manual page.
#include <fmt/format.h>

#include "base/config/load.hpp"
#include "base/config/table.hpp"
#include "base/config/values.hpp"
#include "base/core/roff.hpp"

namespace kontor::config {
namespace {

// The rows read fields through one accessor; nothing here writes.
std::string value_in(const Row& row, Settings& settings) { return show_value(row.field(settings)); }

}  // namespace

std::string dump_settings(const Settings& settings, bool changed_only) {
  Settings current = settings;
  Settings defaults;
  std::string out;
  std::string_view section;
  for (const Row& row : table()) {
    const auto value = value_in(row, current);
    if (changed_only && value == value_in(row, defaults)) continue;
    if (row.section() != section) {
      section = row.section();
      out += fmt::format("{}[{}]\n", out.empty() ? "" : "\n", section);
    }
    if (row.secret)
      out += fmt::format("# {} is secret\n", row.name());
    else
      out += fmt::format("{} = {}\n", row.name(), value);
  }
  return out;
}

std::string settings_markdown() {
  Settings defaults;
  std::string out =
      "# Settings\n\n"
      "Every setting of `kontor.toml`, with its default. Made from the table in\n"
      "`base/config/table.cpp`; `kontord --dump-config` shows what is in force.\n"
      "Durations are written like `30s`, `10m`, `1h 30m`, `2d`; sizes like `64 KB`, `50 MB` (1 KB "
      "is "
      "1,024 bytes).\n";
  std::string_view section;
  for (const Row& row : table()) {
    const Field field = row.field(defaults);
    if (row.section() != section) {
      section = row.section();
      out += fmt::format("\n## [{}]\n", section);
    }
    const auto range = show_range(row, field);
    out += fmt::format("\n### {}\n\n{}\n\n{}\n\n", row.key, row.help, row.paragraph);
    out += fmt::format("- {}{}\n", kind_of(field), range.empty() ? "" : ": " + range);
    out += fmt::format("- default: `{}`\n", show_value(field));
    out += fmt::format("- in force: {}; since {}\n",
                       row.applies == Applies::at_once ? "at once" : "after a restart", row.since);
  }
  return out;
}

std::string settings_manual() {
  Settings defaults;
  std::string out =
      ".TH KONTOR.TOML 5 \"\" \"Kontor\" \"Kontor\"\n.SH NAME\nkontor.toml \\- settings of the "
      "Kontor "
      "groupware server\n.SH DESCRIPTION\nThe file is TOML. Every setting has a default. An "
      "unknown "
      "setting is an error that names the nearest one.\nDurations are written like 30s, 10m, 1h "
      "30m, "
      "2d; sizes like 64 KB, 50 MB (1 KB is 1,024 bytes).\n";
  std::string_view section;
  for (const Row& row : table()) {
    const Field field = row.field(defaults);
    if (row.section() != section) {
      section = row.section();
      out += fmt::format(".SH [{}]\n", section);
    }
    const auto range = show_range(row, field);
    out += fmt::format(".TP\n.B {} = {}\n{}\n{}\n", roff(row.name()), roff(show_value(field)),
                       roff(row.help), roff(row.paragraph));
    out += roff(fmt::format("({}{}; since {})", kind_of(field), range.empty() ? "" : ": " + range,
                            row.since)) +
           "\n";
  }
  return out + ".SH SEE ALSO\n.BR kontord (8),\n.BR kontorctl (8)\n";
}

}  // namespace kontor::config
