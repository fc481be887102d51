// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/options.hpp"

#include <boost/program_options.hpp>
#include <sstream>

#include "base/config/load.hpp"
#include "base/core/text.hpp"

namespace kontor::app {
namespace {

namespace po = boost::program_options;

po::options_description description() {
  po::options_description all("kontord serves mail: IMAP, SMTP, submission and LMTP. Options");
  auto add = all.add_options();
  add("config", po::value<std::string>()->value_name("FILE"), "settings (TOML); default: none");
  add("check", "read the settings, say what is wrong with them, start nothing");
  add("dump-config", po::value<std::string>()->implicit_value("all")->value_name("all|changed"),
      "print the settings in force, or those that differ from the defaults");
  add("data", po::value<std::string>()->value_name("DIR"), "in place of server.data_folder");
  add("port-base", po::value<std::string>()->value_name("N"), "in place of server.port_base");
  add("help", "this text");
  add("version", "the version");
  return all;
}

Result<Options::Action> action_of(const po::variables_map& given) {
  if (given.contains("help")) return Options::Action::help;
  if (given.contains("version")) return Options::Action::version;
  if (given.contains("check") && given.contains("dump-config"))
    return fail(Errc::bad_input, "--check and --dump-config exclude each other");
  if (given.contains("check")) return Options::Action::check;
  if (!given.contains("dump-config")) return Options::Action::serve;
  const auto& which = given["dump-config"].as<std::string>();
  if (which == "all") return Options::Action::dump_all;
  if (which == "changed") return Options::Action::dump_changed;
  return fail(Errc::bad_input, "--dump-config takes all or changed, not " + which);
}

Result<Options> options_of(const po::variables_map& given) {
  Options options;
  KONTOR_TRY(options.action, action_of(given));
  if (given.contains("config")) options.config_file = given["config"].as<std::string>();
  if (given.contains("data")) options.data_folder = given["data"].as<std::string>();
  if (given.contains("port-base")) {
    options.port_base = parse_number<std::uint16_t>(given["port-base"].as<std::string>());
    if (!options.port_base) return fail(Errc::bad_input, "--port-base takes a number up to 64500");
  }
  return options;
}

}  // namespace

Result<Options> parse_options(const std::vector<std::string>& arguments) {
  try {
    const auto described = description();
    po::variables_map given;
    // Abbreviated options would change their meaning with every new option.
    const int style =
        po::command_line_style::default_style ^ po::command_line_style::allow_guessing;
    const po::positional_options_description none;
    po::store(
        po::command_line_parser(arguments).options(described).positional(none).style(style).run(),
        given);
    po::notify(given);
    return options_of(given);
  } catch (const po::error& error) {
    return fail(Errc::bad_input, error.what());
  }
}

std::string usage() {
  std::ostringstream out;
  out << "Usage: kontord [--config FILE] [--check | --dump-config[=changed]] [--data DIR] "
         "[--port-base N]\n"
      << description();
  return out.str();
}

Result<config::Settings> settings_for(const Options& options) {
  config::Settings settings;
  if (!options.config_file.empty()) {
    KONTOR_TRY(settings, config::load_settings(options.config_file));
  }
  if (options.data_folder) settings.server.data_folder = *options.data_folder;
  if (options.port_base) settings.server.port_base = *options.port_base;
  const auto mistakes = config::check_settings(settings);
  if (!mistakes.empty()) return fail(Errc::bad_input, join(mistakes, "\n"));
  return settings;
}

}  // namespace kontor::app
