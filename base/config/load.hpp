// SPDX-License-Identifier: GPL-3.0-or-later
// Settings from a TOML file, and back.
//
// Every mistake of a file is found at once: bad_input, its detail one sentence a line, each with
// file and line: "kontor.toml:7: unknown setting imap.idle_timout; did you mean imap.idle_timeout?"
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/result.hpp"

namespace kontor::config {

// `name` is what the sentences call the text.
Result<Settings> parse_settings(std::string_view text, const std::string& name);
// Also not_found, no_permission, io_error.
Result<Settings> load_settings(const std::string& path);

// What does not fit together, as sentences (ranges of single values are the loader's).
std::vector<std::string> check_settings(const Settings& settings);

// The settings as a TOML file that gives them again; all of them, or those that differ from the
// defaults. Secrets are left out.
std::string dump_settings(const Settings& settings, bool changed_only);

// Documents from the table: Markdown (docs/generated/settings.md) and the manual page
// (docs/generated/kontor.toml.5).
std::string settings_markdown();
std::string settings_manual();

}  // namespace kontor::config
