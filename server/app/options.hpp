// SPDX-License-Identifier: GPL-3.0-or-later
// The command line of kontord.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/result.hpp"

namespace kontor::app {

struct Options {
  enum class Action : std::uint8_t { serve, check, dump_all, dump_changed, help, version };
  Action action = Action::serve;
  std::string config_file;                 // empty: defaults
  std::optional<std::string> data_folder;  // in place of server.data_folder
  std::optional<std::uint16_t> port_base;  // in place of server.port_base
};

// `arguments` without the program's name. bad_input: wrong use, a sentence.
Result<Options> parse_options(const std::vector<std::string>& arguments);
std::string usage();
// The file's settings with the options' changes, checked: every mistake a line of the detail.
Result<config::Settings> settings_for(const Options& options);

}  // namespace kontor::app
