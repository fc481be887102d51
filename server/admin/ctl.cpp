// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/ctl.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <iterator>
#include <map>
#include <ostream>

#include "base/config/settings.hpp"
#include "base/core/text.hpp"
#include "server/admin/ask_password.hpp"
#include "server/admin/client.hpp"
#include "server/admin/render.hpp"

namespace kontor::admin {
namespace {

constexpr int k_done = 0, k_refused = 1, k_wrong_use = 2;

struct CommandLine {
  std::string data_folder = config::Server().data_folder;  // or the address of a server elsewhere
  RemoteAccess remote = {};
  bool json = false;
  bool help = false;
  std::map<std::string, std::string> options = {};
  std::vector<std::string> words;  // verb, arguments and the verb's options
};

// An option of kontorctl itself that stands at words[i], with its value; nothing: it is none.
Result<bool> take_own_option(const std::vector<std::string>& words,
                             std::size_t& i,
                             CommandLine& line) {
  struct Row {
    std::string_view name;
    std::string* value;
  };
  for (const auto& row :
       {Row{"--data", &line.data_folder}, Row{"--server", &line.data_folder},
        Row{"--user", &line.remote.user}, Row{"--ca-file", &line.remote.ca_file}}) {
    const bool is_remote_option = row.name != "--data";
    // Verbs have options of these names, too.
    if (is_remote_option && !line.words.empty()) continue;
    if (words[i].starts_with(std::string(row.name) + '=')) {
      *row.value = words[i].substr(row.name.size() + 1);
      return true;
    }
    if (words[i] != row.name) continue;
    if (++i == words.size()) return fail(Errc::bad_input, std::string(row.name) + " wants a value");
    *row.value = words[i];
    return true;
  }
  return false;
}

Result<CommandLine> parse(const std::vector<std::string>& words) {
  CommandLine line;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    if (word == "--json") {
      line.json = true;
      continue;
    }
    if (word == "--help" || word == "-h" || (word == "help" && line.words.empty())) {
      line.help = true;
      continue;
    }
    KONTOR_TRY(const bool is_taken, take_own_option(words, i, line));
    if (!is_taken) line.words.push_back(word);
  }
  return line;
}

std::string form_of(const Verb& verb) {
  auto text = std::string(verb.name);
  for (const auto part : {verb.arguments, verb.options})
    if (!part.empty()) text.append(" ").append(part);
  return text;
}

std::string usage() {
  std::string out =
      "kontorctl [--data DIR | --server https://HOST [--user NAME] [--ca-file FILE]] [--json] VERB "
      "[ARGUMENT...]\n\n";
  std::size_t width = 0;
  for (const auto& verb : verbs()) width = std::max(width, form_of(verb).size());
  for (const auto& verb : verbs()) {
    auto left = form_of(verb);
    left.resize(width + 2, ' ');
    out.append("  ").append(left).append(verb.help).append("\n");
  }
  out.append("\n--data names the server by its data folder (");
  out.append(config::Server().data_folder).append(" when absent).\n");
  out.append(
      "--server is a server elsewhere, asked over its administration interface with a Kerberos "
      "ticket, or\n");
  out.append(
      "with --user by a password, which is asked for; these options stand before the verb.\n");
  out.append("Exit status: 0 done, 1 refused or found wrong, 2 wrong use.\n");
  return out;
}

// The verb at the start of the words, two words before one; the words left are its arguments.
const Verb* take_verb(std::vector<std::string>& words) {
  if (words.front() == "account") words.front() = "accounts";  // either word will do
  for (const std::size_t length : {std::size_t{2}, std::size_t{1}}) {
    if (words.size() < length) continue;
    const auto end = words.begin() + static_cast<std::ptrdiff_t>(length);
    const auto* verb = find_verb(join({words.begin(), end}, " "));
    if (verb == nullptr) continue;
    words.erase(words.begin(), end);
    return verb;
  }
  return nullptr;
}

// Takes the options of `verb` ("[--into FOLDER] [--dry-run]") out of the words. bad_input: one that
// it has not.
Result<std::map<std::string, std::string>> take_options(const Verb& verb,
                                                        std::vector<std::string>& words) {
  std::map<std::string, std::string> known;  // with the name of its value, if it takes one
  for (auto part : split(verb.options, '[')) {
    part = trim(part);
    if (part.empty()) continue;
    part.remove_suffix(1);
    const auto blank = part.find(' ');
    known.emplace(part.substr(0, blank),
                  blank == std::string_view::npos ? "" : part.substr(blank + 1));
  }
  std::map<std::string, std::string> options;
  std::vector<std::string> rest;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with("--")) {
      rest.push_back(std::move(words[i]));
      continue;
    }
    const auto equals = words[i].find('=');
    const auto name = words[i].substr(0, equals);
    const auto found = known.find(name);
    if (found == known.end()) return fail(Errc::bad_input, "unknown option " + name);
    const bool wants_value = !found->second.empty();
    std::string value;
    if (equals != std::string::npos && wants_value) {
      value = words[i].substr(equals + 1);
    } else if (equals != std::string::npos) {
      return fail(Errc::bad_input, name + " takes no value");
    } else if (wants_value) {
      if (++i == words.size()) return fail(Errc::bad_input, name + " wants a " + found->second);
      value = words[i];
    }
    options[name] = std::move(value);
  }
  words = std::move(rest);
  return options;
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return errno_error(path, errno);
  std::string content((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file.bad()) return errno_error(path, errno);
  return content;
}

Result<Finding> run_verb(const Verb& verb, const CommandLine& line, const Client& client) {
  Request request{line.words, {}, line.options};
  if (verb.here != nullptr) return verb.here(std::move(request));
  if (verb.with_server != nullptr) return verb.with_server(client, std::move(request));
  if (verb.sends_file()) {
    KONTOR_TRY(request.payload, read_file(request.arguments.back()));
    request.arguments.pop_back();
  }
  const NamedRequest named{std::string(verb.name), std::move(request)};
  KONTOR_TRY(auto value, ask_server(line.data_folder, named));
  return Finding{std::move(value), {}, true};
}

int show(const Result<Finding>& found, bool json, std::ostream& out, std::ostream& err) {
  if (!found) {
    if (json) {
      out << print_answer(fail(found.error())) << '\n';
    } else {
      err << "kontorctl: " << found.error().text() << '\n';
    }
    return k_refused;
  }
  auto& sink = found->beside_output ? err : out;
  if (json) {
    sink << boost::json::serialize(found->value) << '\n';
  } else {
    sink << (found->text.empty() ? render(found->value) : found->text);
  }
  return found->good ? k_done : k_refused;
}

}  // namespace

int run_ctl(const std::vector<std::string>& words,
            std::ostream& out,
            std::ostream& err,
            bool is_terminal,
            directory::DomainTools* domain) {
  auto line = parse(words);
  const auto wrong_use = [&err](const std::string& why) {
    err << "kontorctl: " << why << '\n';
    return k_wrong_use;
  };
  if (!line) return wrong_use(line.error().detail());
  if (line->help) {
    out << usage();
    return k_done;
  }
  if (line->words.empty()) {
    err << usage();
    return k_wrong_use;
  }
  const auto* verb = take_verb(line->words);
  if (verb == nullptr) {
    return wrong_use("unknown verb " + join(line->words, " ") + "; did you mean " +
                     std::string(nearest_verb(line->words)) + "?");
  }
  auto options = take_options(*verb, line->words);
  if (!options) return wrong_use(options.error().detail());
  line->options = *std::move(options);
  if (line->words.size() < verb->least_arguments() || line->words.size() > verb->most_arguments()) {
    return wrong_use("use: " + form_of(*verb));
  }
  if (verb->fits != nullptr && !verb->fits({line->words, {}, line->options}))
    return wrong_use("these do not go together; use: " + form_of(*verb));
  if (is_remote(line->data_folder)) {
    if (!line->remote.user.empty()) line->remote.password = hidden_line("Password: ");
    set_remote_access(line->remote);
  }
  const Client client{line->data_folder, err, is_terminal, domain};
  return show(run_verb(*verb, *line, client), line->json, out, err);
}

}  // namespace kontor::admin
