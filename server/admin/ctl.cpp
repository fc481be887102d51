// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/ctl.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <iterator>
#include <ostream>

#include "base/config/settings.hpp"
#include "base/core/text.hpp"
#include "server/admin/client.hpp"
#include "server/admin/render.hpp"

namespace kontor::admin {
namespace {

constexpr int k_done = 0, k_refused = 1, k_wrong_use = 2;

struct CommandLine {
  std::string data_folder = config::Server().data_folder;
  bool json = false;
  bool help = false;
  std::vector<std::string> words;  // verb and arguments
};

Result<CommandLine> parse(const std::vector<std::string>& words) {
  CommandLine line;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    if (word == "--json") {
      line.json = true;
    } else if (word == "--help" || word == "-h" || (word == "help" && line.words.empty())) {
      line.help = true;
    } else if (word == "--data") {
      if (++i == words.size()) return fail(Errc::bad_input, "--data wants a folder");
      line.data_folder = words[i];
    } else if (word.starts_with("--data=")) {
      line.data_folder = word.substr(7);
    } else if (word.starts_with("--")) {
      return fail(Errc::bad_input, "unknown option " + word);
    } else {
      line.words.push_back(word);
    }
  }
  return line;
}

std::string usage() {
  std::string out = "kontorctl [--data DIR] [--json] VERB [ARGUMENT...]\n\n";
  std::size_t width = 0;
  const auto form = [](const Verb& verb) {
    return std::string(verb.name) + (verb.arguments.empty() ? "" : " ") +
           std::string(verb.arguments);
  };
  for (const auto& verb : verbs()) width = std::max(width, form(verb).size());
  for (const auto& verb : verbs()) {
    auto left = form(verb);
    left.resize(width + 2, ' ');
    out.append("  ").append(left).append(verb.help).append("\n");
  }
  out.append("\n--data names the server by its data folder (");
  out.append(config::Server().data_folder).append(" when absent).\n");
  out.append("Exit status: 0 done, 1 refused or found wrong, 2 wrong use.\n");
  return out;
}

// The verb at the start of the words, two words before one; the words left are its arguments.
const Verb* take_verb(std::vector<std::string>& words) {
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

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return errno_error(path, errno);
  std::string content((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file.bad()) return errno_error(path, errno);
  return content;
}

Result<Finding> run_verb(const Verb& verb, const CommandLine& line) {
  Request request{line.words, {}};
  if (verb.here != nullptr) return verb.here(std::move(request));
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
  if (json) {
    out << boost::json::serialize(found->value) << '\n';
  } else {
    out << (found->text.empty() ? render(found->value) : found->text);
  }
  return found->good ? k_done : k_refused;
}

}  // namespace

int run_ctl(const std::vector<std::string>& words, std::ostream& out, std::ostream& err) {
  auto line = parse(words);
  if (!line) {
    err << "kontorctl: " << line.error().detail() << '\n';
    return k_wrong_use;
  }
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
    err << "kontorctl: unknown verb " << join(line->words, " ") << "; did you mean "
        << nearest_verb(line->words) << "?\n";
    return k_wrong_use;
  }
  if (line->words.size() < verb->least_arguments() || line->words.size() > verb->most_arguments()) {
    err << "kontorctl: use: " << verb->name << ' ' << verb->arguments << '\n';
    return k_wrong_use;
  }
  return show(run_verb(*verb, *line), line->json, out, err);
}

}  // namespace kontor::admin
