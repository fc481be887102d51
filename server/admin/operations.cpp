// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/operations.hpp"

#include <algorithm>
#include <array>

#include "base/core/contains.hpp"
#include "base/core/percent.hpp"
#include "base/core/text.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, k_rights> k_right_names{"look", "audit",  "contents",
                                                               "help", "people", "server"};

// clang-format off
constexpr std::array k_operations{
    Operation{"GET", "/addresses", "addresses list", Right::look},
    Operation{"POST", "/addresses", "addresses add", Right::people},
    Operation{"DELETE", "/addresses/{address}", "addresses remove", Right::people},
    Operation{"GET", "/audit", "audit list", Right::audit},
    Operation{"GET", "/blocks", "blocks", Right::look, "-list"},
    Operation{"PUT", "/blocks/{address}", "blocks add", Right::help},
    Operation{"DELETE", "/blocks/{address}", "blocks remove", Right::help},
    Operation{"GET", "/calendars", "calendars", Right::look, "-list"},
    Operation{"POST", "/calendars/holidays", "calendars holidays", Right::server, "file=calendar"},
    Operation{"GET", "/calendars/links", "calendars links", Right::look},
    Operation{"POST", "/calendars/links", "calendars publish", Right::people},
    Operation{"DELETE", "/calendars/links/{link}", "calendars revoke", Right::people},
    Operation{"DELETE", "/calendars/{name}", "calendars remove", Right::server},
    Operation{"GET", "/certificates", "certificates", Right::look},
    Operation{"GET", "/collectors", "collector list", Right::look},
    Operation{"GET", "/collectors/{name}", "collector show", Right::look},
    Operation{"POST", "/collectors/{name}", "collector add", Right::server, "file=password"},
    Operation{"PUT", "/collectors/{name}", "collector set", Right::server, "file=password"},
    Operation{"DELETE", "/collectors/{name}", "collector remove", Right::server},
    Operation{"POST", "/collectors/{name}/check", "collector check", Right::server},
    Operation{"POST", "/collectors/{name}/pause", "collector pause", Right::server},
    Operation{"POST", "/collectors/{name}/resume", "collector resume", Right::server},
    Operation{"POST", "/collectors/{name}/run", "collector run", Right::server},
    Operation{"GET", "/directory", "directory status", Right::look},
    Operation{"POST", "/directory/accept", "directory accept", Right::server},
    Operation{"POST", "/directory/reconcile", "directory reconcile", Right::server},
    Operation{"GET", "/dkim", "dkim list", Right::look},
    Operation{"GET", "/dkim/{domain}", "dkim show", Right::look},
    Operation{"POST", "/dkim/{domain}", "dkim add", Right::server},
    Operation{"GET", "/dkim/{domain}/check", "dkim check", Right::look},
    Operation{"DELETE", "/dkim/{domain}/keys/{selector}", "dkim remove", Right::server},
    Operation{"POST", "/dkim/{domain}/keys/{selector}/retire", "dkim retire", Right::server},
    Operation{"POST", "/dkim/{domain}/rotate", "dkim rotate", Right::server},
    Operation{"GET", "/dmarc", "dmarc", Right::look},
    Operation{"GET", "/dmarc/received", "dmarc received", Right::look},
    Operation{"GET", "/dmarc/reports", "dmarc reports", Right::look},
    Operation{"POST", "/dmarc/send", "dmarc send", Right::server},
    Operation{"POST", "/doctor", "doctor", Right::look, "job reads"},
    Operation{"GET", "/domains", "domains", Right::look, "-list"},
    Operation{"GET", "/domains/{domain}", "domains show", Right::look},
    Operation{"PUT", "/domains/{domain}", "domains add", Right::server},
    Operation{"DELETE", "/domains/{domain}", "domains remove", Right::server},
    Operation{"GET", "/domains/{domain}/mailboxes", "domains mailboxes", Right::look},
    Operation{"GET", "/fingerprints", "fingerprints list", Right::look},
    Operation{"PUT", "/fingerprints/{name}", "fingerprints add", Right::server, "file=document"},
    Operation{"DELETE", "/fingerprints/{name}", "fingerprints remove", Right::server},
    Operation{"GET", "/gal", "gal", Right::look, "-status"},
    Operation{"GET", "/gal/entries/{entry}", "gal show", Right::look},
    Operation{"GET", "/gal/search", "gal search", Right::look},
    Operation{"GET", "/groups", "groups list", Right::look, "rows=address"},
    Operation{"GET", "/groups/{group}", "groups show", Right::look},
    Operation{"GET", "/learning", "learning", Right::look},
    Operation{"GET", "/local-accounts", "local list", Right::look},
    Operation{"POST", "/local-accounts", "local add", Right::server, "file=password"},
    Operation{"DELETE", "/local-accounts/{person}", "local remove", Right::server},
    Operation{"PUT", "/local-accounts/{person}/password", "local passwd", Right::server, "file=password"},
    Operation{"GET", "/log", "log", Right::audit},
    Operation{"GET", "/mailboxes", "accounts list", Right::look, "rows=address"},
    Operation{"GET", "/mailboxes/{account}", "accounts show", Right::look},
    Operation{"DELETE", "/mailboxes/{account}", "accounts remove", Right::server},
    Operation{"POST", "/mailboxes/{account}/attach", "accounts attach", Right::server},
    Operation{"GET", "/mailboxes/{account}/folders", "folders", Right::look},
    Operation{"GET", "/mailboxes/{account}/index", "search status", Right::look},
    Operation{"POST", "/mailboxes/{account}/index/rebuild", "search rebuild", Right::help, "job"},
    Operation{"PUT", "/mailboxes/{account}/lock", "accounts lock", Right::people},
    Operation{"DELETE", "/mailboxes/{account}/lock", "accounts unlock", Right::people},
    Operation{"GET", "/mailboxes/{account}/out-of-office", "out-of-office show", Right::look},
    Operation{"PUT", "/mailboxes/{account}/out-of-office", "out-of-office set", Right::help},
    Operation{"DELETE", "/mailboxes/{account}/out-of-office", "out-of-office clear", Right::help},
    Operation{"GET", "/mailboxes/{account}/quota", "quota show", Right::look},
    Operation{"PUT", "/mailboxes/{account}/quota", "quota set", Right::help},
    Operation{"GET", "/mailboxes/{account}/recoverable", "recoverable", Right::help},
    Operation{"POST", "/mailboxes/{account}/replace", "accounts replace", Right::server},
    Operation{"GET", "/mailboxes/{account}/scripts", "sieve list", Right::look},
    Operation{"POST", "/mailboxes/{account}/scripts/activate", "sieve activate", Right::people},
    Operation{"POST", "/mailboxes/{account}/scripts/rehearse", "sieve rehearse", Right::help, "reads"},
    Operation{"POST", "/mailboxes/{account}/scripts/test", "sieve test", Right::help, "file=message reads"},
    Operation{"GET", "/mailboxes/{account}/scripts/{script}", "sieve show", Right::help},
    Operation{"PUT", "/mailboxes/{account}/scripts/{script}", "sieve put", Right::people, "file=text"},
    Operation{"DELETE", "/mailboxes/{account}/scripts/{script}", "sieve remove", Right::people},
    Operation{"GET", "/mailboxes/{account}/sender-lists", "lists", Right::look},
    Operation{"DELETE", "/mailboxes/{account}/sender-lists", "lists remove", Right::help},
    Operation{"POST", "/mailboxes/{account}/sender-lists/allow", "lists allow", Right::help},
    Operation{"POST", "/mailboxes/{account}/sender-lists/block", "lists block", Right::help},
    Operation{"POST", "/mailboxes/{account}/undelete", "undelete", Right::help},
    Operation{"POST", "/mailboxes/{account}/upkeep", "upkeep", Right::help},
    Operation{"POST", "/mailboxes/{address}/messages", "deliver", Right::server, "file=message"},
    Operation{"GET", "/mailboxes/{mailbox}/reader-flags", "shares flags", Right::look, "-which"},
    Operation{"PUT", "/mailboxes/{mailbox}/reader-flags", "shares flags", Right::people},
    Operation{"GET", "/mailboxes/{mailbox}/rights", "shares list", Right::look},
    Operation{"POST", "/mailboxes/{mailbox}/rights", "shares add", Right::people},
    Operation{"DELETE", "/mailboxes/{mailbox}/rights", "shares remove", Right::people},
    Operation{"GET", "/mailboxes/{mailbox}/sent-copies", "shares sent", Right::look, "-which"},
    Operation{"PUT", "/mailboxes/{mailbox}/sent-copies", "shares sent", Right::people},
    Operation{"POST", "/migrations", "accounts migrate", Right::server, "file=list"},
    Operation{"GET", "/moderation", "moderation list", Right::look},
    Operation{"GET", "/moderation/{id}", "moderation show", Right::look},
    Operation{"POST", "/moderation/{id}/approve", "moderation approve", Right::help},
    Operation{"POST", "/moderation/{id}/reject", "moderation reject", Right::help},
    Operation{"GET", "/overview", "overview", Right::look},
    Operation{"GET", "/people/{person}/app-passwords", "app-password list", Right::look},
    Operation{"POST", "/people/{person}/app-passwords", "app-password add", Right::people},
    Operation{"DELETE", "/people/{person}/app-passwords", "app-password revoke", Right::help},
    Operation{"GET", "/people/{person}/policy", "policy explain", Right::look},
    Operation{"GET", "/policies", "policy list", Right::look},
    Operation{"PUT", "/policies/{who}", "policy set", Right::server},
    Operation{"DELETE", "/policies/{who}", "policy remove", Right::server},
    Operation{"GET", "/quarantine", "quarantine", Right::look, "-list -as"},
    Operation{"GET", "/quarantine/exceptions", "quarantine except", Right::look, "-whom -remove"},
    Operation{"PUT", "/quarantine/exceptions/{whom}", "quarantine except", Right::help, "-remove"},
    Operation{"DELETE", "/quarantine/exceptions/{whom}", "quarantine except", Right::help, "-remove +remove"},
    Operation{"GET", "/quarantine/messages/{id}", "quarantine show", Right::look, "-as"},
    Operation{"DELETE", "/quarantine/messages/{id}", "quarantine delete", Right::help, "-as"},
    Operation{"POST", "/quarantine/messages/{id}/release", "quarantine release", Right::help, "-as"},
    Operation{"GET", "/quarantine/messages/{id}/source", "quarantine read", Right::contents, "-as"},
    Operation{"GET", "/queue", "queue", Right::look},
    Operation{"POST", "/queue/clear", "queue clear", Right::server},
    Operation{"GET", "/queue/messages/{id}", "queue show", Right::look},
    Operation{"DELETE", "/queue/messages/{id}", "queue delete", Right::help},
    Operation{"POST", "/queue/messages/{id}/bounce", "queue bounce", Right::help},
    Operation{"POST", "/queue/messages/{id}/retry", "queue retry", Right::help},
    Operation{"GET", "/queue/paused", "queue pause", Right::look, "-domain"},
    Operation{"PUT", "/queue/paused/{domain}", "queue pause", Right::server},
    Operation{"DELETE", "/queue/paused/{domain}", "queue resume", Right::server},
    Operation{"POST", "/queue/release", "queue release", Right::server},
    Operation{"POST", "/queue/retry", "queue retry", Right::help, "-id"},
    Operation{"GET", "/retention", "retention", Right::look},
    Operation{"GET", "/roles", "roles list", Right::look},
    Operation{"PUT", "/roles/{who}/{role}", "roles grant", Right::server},
    Operation{"DELETE", "/roles/{who}/{role}", "roles revoke", Right::server},
    Operation{"GET", "/rooms", "rooms", Right::look},
    Operation{"GET", "/rules", "rules list", Right::look},
    Operation{"POST", "/rules", "rules add", Right::server, "file=rules"},
    Operation{"POST", "/rules/test", "rules test", Right::server, "-message reads"},
    Operation{"GET", "/rules/{name}", "rules show", Right::look},
    Operation{"PUT", "/rules/{name}", "rules change", Right::server, "file=rules"},
    Operation{"DELETE", "/rules/{name}", "rules remove", Right::server},
    Operation{"POST", "/rules/{name}/disable", "rules disable", Right::server},
    Operation{"POST", "/rules/{name}/enable", "rules enable", Right::server},
    Operation{"POST", "/rules/{name}/move", "rules move", Right::server},
    Operation{"POST", "/rules/{name}/rehearse", "rules rehearse", Right::server},
    Operation{"POST", "/scripts/check", "sieve check", Right::look, "file=text reads"},
    Operation{"GET", "/search-indexes", "search status", Right::look, "-account"},
    Operation{"GET", "/services", "services", Right::look, "-list"},
    Operation{"POST", "/services/{service}/pause", "services pause", Right::server},
    Operation{"POST", "/services/{service}/start", "services start", Right::server},
    Operation{"POST", "/services/{service}/stop", "services stop", Right::server},
    Operation{"GET", "/sessions", "sessions list", Right::look, "rows=user"},
    Operation{"DELETE", "/sessions/{account}", "sessions end", Right::help},
    Operation{"GET", "/settings", "config dump", Right::look},
    Operation{"GET", "/shares", "shares report", Right::look},
    Operation{"GET", "/spam-base", "spam-base", Right::look},
    Operation{"POST", "/spam-base/import", "spam-base import", Right::server, "file=list"},
    Operation{"PUT", "/spam-base/{address}", "spam-base add", Right::server},
    Operation{"DELETE", "/spam-base/{address}", "spam-base remove", Right::server},
    Operation{"GET", "/statistics", "statistics", Right::look, "-csv"},
    Operation{"GET", "/status", "status", Right::look},
    Operation{"GET", "/tlsrpt", "tlsrpt", Right::look},
    Operation{"GET", "/tlsrpt/received", "tlsrpt received", Right::look},
    Operation{"GET", "/tlsrpt/results", "tlsrpt results", Right::look},
    Operation{"POST", "/tlsrpt/send", "tlsrpt send", Right::server},
    Operation{"GET", "/trace", "trace", Right::look, "-as"},
    Operation{"GET", "/trace/messages/{id}", "trace show", Right::look, "-as"},
    Operation{"GET", "/trace/status", "trace status", Right::look},
};
// clang-format on

std::vector<std::string_view> segments_of(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  return split(path, '/');
}

// "{account}" -> "account"; empty: it stands for itself.
std::string_view placeholder(std::string_view segment) {
  return segment.starts_with('{') ? segment.substr(1, segment.size() - 2) : std::string_view();
}

// Do path and segments agree? What stands for the names goes into `values`.
bool fits(std::string_view path, const std::vector<std::string_view>& sent, PathValues& values) {
  const auto wanted = segments_of(path);
  if (wanted.size() != sent.size()) return false;
  values.clear();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto name = placeholder(wanted[i]);
    if (name.empty()) {
      if (wanted[i] != sent[i]) return false;
      continue;
    }
    const auto value = percent_decode(sent[i]);
    if (!value || value->empty() || to_valid_utf8(*value) != *value) return false;
    values.insert_or_assign(std::string(name), *value);
  }
  return true;
}

std::string_view bare(std::string_view word) {
  if (word.starts_with('[')) word = word.substr(1, word.size() - 2);
  if (word.ends_with("...")) word.remove_suffix(3);
  return word;
}

std::string name_of_word(std::string_view word) {
  const auto plain = bare(word);
  return plain.contains('=') ? "values" : to_lower(plain);
}

Parameter::Place place_of(const Operation& operation) {
  const bool is_in_query = operation.method == "GET" || operation.method == "DELETE";
  return is_in_query ? Parameter::Place::query : Parameter::Place::body;
}

Parameter argument_parameter(const Operation& operation, std::string_view word) {
  Parameter out;
  out.word = bare(word);
  out.name = name_of_word(word);
  out.values = out.word;
  const bool is_in_path = operation.path.contains("{" + out.name + "}");
  const bool is_literal = to_lower(out.word) == out.word;
  out.place = is_in_path ? Parameter::Place::path : place_of(operation);
  out.kind = is_literal              ? Parameter::Kind::flag
             : word.ends_with("...") ? Parameter::Kind::list
             : word.contains("...]") ? Parameter::Kind::list
                                     : Parameter::Kind::text;
  out.is_required = !word.starts_with('[') || is_in_path;
  return out;
}

Result<std::string> text_of(const json::object& values, const Parameter& parameter) {
  const auto* found = values.if_contains(parameter.name);
  if (found == nullptr || found->is_null()) return std::string();
  if (found->is_string()) return std::string(found->as_string());
  if (found->is_int64()) return std::to_string(found->as_int64());
  if (found->is_uint64()) return std::to_string(found->as_uint64());
  return fail(Errc::bad_input, "\"" + parameter.name + "\" is a text");
}

Result<bool> flag_of(const json::object& values, const Parameter& parameter) {
  const auto* found = values.if_contains(parameter.name);
  if (found == nullptr || found->is_null()) return false;
  if (found->is_bool()) return found->as_bool();
  if (found->is_string() && (found->as_string() == "true" || found->as_string().empty()))
    return true;
  if (found->is_string() && found->as_string() == "false") return false;
  return fail(Errc::bad_input, "\"" + parameter.name + "\" is true or false");
}

Result<std::vector<std::string>> list_of(const json::object& values, const Parameter& parameter) {
  std::vector<std::string> out;
  const auto* found = values.if_contains(parameter.name);
  if (found == nullptr || found->is_null()) return out;
  if (found->is_string()) {
    for (const auto word : split(std::string_view(found->as_string()), ' '))
      if (!word.empty()) out.emplace_back(word);
    return out;
  }
  if (!found->is_array())
    return fail(Errc::bad_input, "\"" + parameter.name + "\" is a list of texts");
  for (const auto& one : found->as_array()) {
    if (!one.is_string())
      return fail(Errc::bad_input, "\"" + parameter.name + "\" is a list of texts");
    out.emplace_back(one.as_string());
  }
  return out;
}

Result<void> take_argument(const json::object& values,
                           const Parameter& parameter,
                           bool& has_gap,
                           Request& out) {
  std::vector<std::string> words;
  if (parameter.kind == Parameter::Kind::flag) {
    KONTOR_TRY(const bool is_set, flag_of(values, parameter));
    if (is_set) words.push_back(parameter.word);
  } else if (parameter.kind == Parameter::Kind::list) {
    KONTOR_TRY(words, list_of(values, parameter));
  } else {
    KONTOR_TRY(auto text, text_of(values, parameter));
    if (!text.empty()) words.push_back(std::move(text));
  }
  if (words.empty() && parameter.is_required)
    return fail(Errc::bad_input, "\"" + parameter.name + "\" is missing");
  if (words.empty()) has_gap = true;
  if (!words.empty() && has_gap)
    return fail(Errc::bad_input, "\"" + parameter.name + "\" needs what comes before it, too");
  for (auto& word : words) out.arguments.push_back(std::move(word));
  return {};
}

Result<void> take_option(const json::object& values, const Parameter& parameter, Request& out) {
  if (parameter.kind == Parameter::Kind::flag) {
    KONTOR_TRY(const bool is_set, flag_of(values, parameter));
    if (is_set) out.options[parameter.word] = "";
    return {};
  }
  KONTOR_TRY(auto text, text_of(values, parameter));
  if (!text.empty()) out.options[parameter.word] = std::move(text);
  return {};
}

// Are these words no more than the operation takes?
bool can_say(const Operation& operation, const Request& request) {
  const auto known = parameters_of(operation);
  const auto arguments = std::ranges::count_if(known, [](const Parameter& one) {
    return !one.word.starts_with("--") && one.kind != Parameter::Kind::file;
  });
  if (request.arguments.size() > static_cast<std::size_t>(arguments)) return false;
  return std::ranges::all_of(request.options, [&](const auto& option) {
    return contains(known, option.first, &Parameter::word);
  });
}

// A name that the operation does not have is a mistake somebody should hear of.
Result<void> check_names(const std::vector<Parameter>& known, const json::object& values) {
  for (const auto& [name, value] : values)
    if (std::ranges::find(known, name, &Parameter::name) == known.end())
      return fail(Errc::bad_input, "there is no \"" + std::string(name) + "\" here");
  return {};
}

}  // namespace

std::string_view name_of(Right right) noexcept {
  return k_right_names[static_cast<std::size_t>(right)];
}

bool Operation::has_hint(std::string_view hint) const {
  const auto words = split(hints, ' ');
  return contains(words, hint);
}

std::string_view Operation::hint(std::string_view name) const {
  for (const auto word : split(hints, ' ')) {
    const auto equals = word.find('=');
    if (equals != std::string_view::npos && word.substr(0, equals) == name)
      return word.substr(equals + 1);
  }
  return {};
}

std::span<const Operation> operations() { return k_operations; }

const Operation* operation_of(std::string_view verb, const Request& request) {
  const Operation* change = nullptr;
  for (const auto& one : k_operations) {
    if (one.verb != verb) continue;
    if (!one.changes() && can_say(one, request)) return &one;
    if (change == nullptr || (!can_say(*change, request) && can_say(one, request))) change = &one;
  }
  return change;
}

const Operation* find_change(std::string_view verb, const Request& request) {
  const auto* found = operation_of(verb, request);
  return found == nullptr || found->changes() ? found : nullptr;
}

std::expected<Matched, std::vector<std::string_view>> match(std::string_view method,
                                                            std::string_view raw_path) {
  const auto sent = segments_of(raw_path);
  std::vector<std::string_view> methods;
  std::string_view path;
  Matched out;
  for (const auto& one : k_operations) {
    // The first path that fits is meant, with all its methods.
    if (!path.empty() && one.path != path) continue;
    if (!fits(one.path, sent, out.values)) continue;
    path = one.path;
    methods.push_back(one.method);
    if (one.method != method) continue;
    out.operation = &one;
    return out;
  }
  return std::unexpected(std::move(methods));
}

const Operation* shown_by(const Operation& change) {
  auto path = change.path;
  while (path.contains('{')) {
    const auto found = std::ranges::find_if(k_operations, [&](const Operation& one) {
      return one.path == path && one.method == "GET" && one.right != Right::contents;
    });
    if (found != k_operations.end()) return &*found;
    path = path.substr(0, path.rfind('/'));
  }
  return nullptr;
}

std::vector<Option> options_of(std::string_view shown) {
  std::vector<Option> out;
  while (!shown.empty()) {
    const auto begin = shown.find('[');
    const auto end = shown.find(']', begin);
    if (begin == std::string_view::npos || end == std::string_view::npos) break;
    const auto one = shown.substr(begin + 1, end - begin - 1);
    const auto blank = std::min(one.find(' '), one.size());
    out.push_back({one.substr(0, blank), trim(one.substr(blank))});
    shown.remove_prefix(end + 1);
  }
  return out;
}

std::vector<Parameter> parameters_of(const Operation& operation) {
  std::vector<Parameter> out;
  const auto* verb = find_verb(operation.verb);
  if (verb == nullptr) return out;
  for (const auto word : split(verb->arguments, ' ')) {
    if (word.empty() || bare(word) == "FILE") continue;
    out.push_back(argument_parameter(operation, word));
  }
  for (const auto& option : options_of(verb->options)) {
    if (option.values == "FILE") continue;  // of the machine where kontorctl runs
    Parameter one;
    one.word = option.name;
    one.name = option.name.substr(2);
    one.values = option.values;
    one.place = place_of(operation);
    one.kind = option.values.empty() ? Parameter::Kind::flag : Parameter::Kind::text;
    out.push_back(std::move(one));
  }
  std::erase_if(out, [&](const Parameter& one) {
    return operation.has_hint("-" + one.name) || operation.has_hint("+" + one.name);
  });
  if (const auto file = operation.hint("file"); !file.empty()) {
    Parameter one;
    one.name = one.values = file;
    one.place = Parameter::Place::body;
    one.kind = Parameter::Kind::file;
    one.is_required = verb->sends_file();
    out.push_back(std::move(one));
  }
  return out;
}

PathValues path_values_of(const Operation& operation, const Request& request) {
  PathValues out;
  std::size_t at = 0;
  for (const auto& one : parameters_of(operation)) {
    if (one.word.starts_with("--") || one.kind == Parameter::Kind::file) continue;
    if (at == request.arguments.size()) break;
    if (one.place == Parameter::Place::path) out[one.name] = request.arguments[at];
    ++at;
  }
  return out;
}

Result<Request> request_of(const Operation& operation, const json::object& values) {
  const auto known = parameters_of(operation);
  KONTOR_TRY(check_names(known, values));
  Request out;
  bool has_gap = false;
  for (const auto& one : known) {
    if (one.kind == Parameter::Kind::file) {
      KONTOR_TRY(out.payload, text_of(values, one));
      if (out.payload.empty() && one.is_required)
        return fail(Errc::bad_input, "\"" + one.name + "\" is missing");
    } else if (one.word.starts_with("--")) {
      KONTOR_TRY(take_option(values, one, out));
    } else {
      KONTOR_TRY(take_argument(values, one, has_gap, out));
    }
  }
  for (const auto word : split(operation.hints, ' '))
    if (word.starts_with('+')) out.options["--" + std::string(word.substr(1))] = "";
  const auto* verb = find_verb(operation.verb);
  if (verb->fits != nullptr && !verb->fits(out))
    return fail(Errc::bad_input,
                "these do not go together: see the help of " + std::string(operation.verb));
  return out;
}

}  // namespace kontor::admin
