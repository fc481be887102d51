// SPDX-License-Identifier: GPL-3.0-or-later
// A verb is a row of a table; its switches begin with "/" or "--", in any case of letters, and
// "/user:NAME" is "--user=NAME".
#include "server/admin/winpop.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <ostream>
#include <sstream>

#include "base/config/load.hpp"
#include "base/config/values.hpp"
#include "base/core/mail_domain.hpp"
#include "base/core/roff.hpp"
#include "base/core/text.hpp"
#include "server/admin/ask_password.hpp"
#include "server/admin/client.hpp"
#include "server/admin/render.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr int k_done = 0, k_refused = 1, k_wrong_use = 2;
constexpr std::uint16_t k_pop3 = 110;
constexpr std::string_view k_restart = " in kontor.toml, and restart the server";

struct Order {
  std::string data_folder = config::Server().data_folder;
  std::vector<std::string> words;               // without the verb
  std::map<std::string, std::string> switches;  // "createuser" -> its value
};

using Said = Result<std::string>;  // what is shown

struct Row {
  std::string_view verb;  // as it is shown; found in any case of letters
  std::string_view form;
  std::string_view switches;  // those it has, with a blank between; "user:" takes a value
  std::size_t least, most;    // words
  std::string_view help;
  Said (*run)(const Order& order);
};

Answer ask(const Order& order,
           std::string verb,
           std::vector<std::string> arguments,
           std::map<std::string, std::string> options = {},
           std::string payload = {}) {
  NamedRequest named;
  named.verb = std::move(verb);
  named.request.arguments = std::move(arguments);
  named.request.options = std::move(options);
  named.request.payload = std::move(payload);
  return ask_server(order.data_folder, named);
}

std::string text_of(const json::value& row, std::string_view name) {
  const auto* value = row.as_object().if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return plain_lines({value->as_string().data(), value->as_string().size()});
}

std::uint64_t number_of(const json::value& row, std::string_view name) {
  const auto* value = row.as_object().if_contains(name);
  return value == nullptr ? 0 : value->to_number<std::uint64_t>();
}

bool is_locked(const json::value& row) { return row.as_object().at("locked").as_bool(); }
std::string_view state_of(const json::value& row) { return is_locked(row) ? "locked" : "unlocked"; }

bool is_mailbox(const std::string& word) { return word.contains('@'); }

Said mailbox_of(const std::string& word) {
  if (is_mailbox(word) && !word.starts_with('@') && !word.ends_with('@')) return word;
  return fail(Errc::bad_input, word + " is not a mailbox; write user@domain");
}

Said password_of(const std::string& word, const std::string& whose) {
  if (word != "-") return word;
  return new_password({}, whose);
}

bool is_of_embedded(const json::value& account) {
  return text_of(account, "principal").starts_with("local:");
}

// The local domains, or one of them.
Answer local_domains(const Order& order) {
  KONTOR_TRY(const auto all, ask(order, "domains", {}));
  json::array out;
  for (const auto& row : all.as_array())
    if (text_of(row, "kind") == "local") out.push_back(row);
  return json::value(std::move(out));
}

Answer local_domain(const Order& order, const std::string& name) {
  KONTOR_TRY(const auto all, local_domains(order));
  for (const auto& row : all.as_array())
    if (iequals(text_of(row, "name"), name)) return row;
  return fail(Errc::not_found, "there is no mail domain " + name);
}

// --- domains and mailboxes ----------------------------------------------------------------------
Said create_account(const Order& order, const std::string& address) {
  if (order.words.size() < 2)
    return fail(Errc::bad_input, "/createuser wants a password; with - it is asked for");
  KONTOR_TRY(local_domain(order, mail_domain(address)));
  KONTOR_TRY(auto password, password_of(order.words[1], address));
  // A full address is the name too: two domains may have an anna.
  std::map<std::string, std::string> options{{"--login", address.substr(0, address.rfind('@'))}};
  auto made = ask(order, "local add", {address}, options, password);
  if (!made && made.error().code() == Errc::exists) {
    options["--login"] = address;
    made = ask(order, "local add", {address}, std::move(options), std::move(password));
  }
  if (!made) return fail(std::move(made).error());
  return fmt::format("The account and the mailbox {} were created.\n", address);
}

Said add(const Order& order) {
  const auto& name = order.words[0];
  if (!is_mailbox(name)) {
    if (!order.switches.empty() || order.words.size() > 1)
      return fail(Errc::bad_input, "/createuser is for mailboxes");
    const auto added = ask(order, "domains add", {name});
    if (!added) return fail(std::move(added).error());
    return fmt::format("The domain {} was added.\n", text_of(*added, "domain"));
  }
  KONTOR_TRY(const auto address, mailbox_of(name));
  if (order.switches.contains("createuser")) return create_account(order, address);
  if (order.words.size() > 1) return fail(Errc::bad_input, "a password comes after /createuser");
  const auto account = ask(order, "accounts show", {address});
  if (!account && account.error().code() == Errc::not_found)
    return fail(Errc::not_found, address +
                                     " has no account: make one with /createuser PASSWORD, or "
                                     "give an account of Active Directory this mail address");
  if (!account) return fail(std::move(account).error());
  if (!text_of(*account, "account").empty())
    return fail(Errc::exists, "the mailbox " + address + " is there already");
  if (const auto made = ask(order, "quota show", {address}); !made)
    return fail(std::move(made).error());
  return fmt::format("The mailbox {} was created.\n", address);
}

Said remove(const Order& order) {
  const auto& name = order.words[0];
  if (!is_mailbox(name)) {
    if (!order.switches.empty()) return fail(Errc::bad_input, "/deleteuser is for mailboxes");
    const auto removed = ask(order, "domains remove", {name}, {{"--mailboxes", ""}});
    if (!removed) return fail(std::move(removed).error());
    return fmt::format("The domain {} and its mailboxes ({}) were deleted.\n",
                       text_of(*removed, "removed"), number_of(*removed, "mailboxes"));
  }
  KONTOR_TRY(const auto address, mailbox_of(name));
  const auto account = ask(order, "accounts show", {address});
  if (!account) return fail(std::move(account).error());
  if (!is_of_embedded(*account))
    return fail(Errc::no_permission,
                address +
                    " belongs to an account of another directory, where this server changes "
                    "nothing: take its mail address away or delete it there, or lock it here");
  const auto gone = ask(order, "local remove", {address});
  if (!gone) return fail(std::move(gone).error());
  return fmt::format("The mailbox {} and its account were deleted.\n", address);
}

Said list(const Order& order) {
  std::string out;
  if (order.words.empty()) {
    KONTOR_TRY(const auto rows, local_domains(order));
    out = fmt::format("{:<40} {:>10}  {}\n", "Domain", "Mailboxes", "State");
    for (const auto& row : rows.as_array())
      out += fmt::format("{:<40} {:>10}  {}\n", text_of(row, "name"), number_of(row, "mailboxes"),
                         state_of(row));
    return out + fmt::format("{} domains\n", rows.as_array().size());
  }
  const auto domain = ask(order, "domains mailboxes", {order.words[0]});
  if (!domain) return fail(std::move(domain).error());
  const auto& rows = domain->as_array();
  out = fmt::format("{:<52} {}\n", "Mailbox", "State");
  for (const auto& row : rows)
    out += fmt::format("{:<52} {}\n", text_of(row, "address"), state_of(row));
  return out + fmt::format("{} mailboxes\n", rows.size());
}

Said set_lock(const Order& order, bool locks) {
  const auto& name = order.words[0];
  const auto done = ask(order, locks ? "accounts lock" : "accounts unlock",
                        {is_mailbox(name) ? name : "@" + name});
  if (!done) return fail(std::move(done).error());
  return fmt::format("The {} {} was {}.\n", is_mailbox(name) ? "mailbox" : "domain", name,
                     locks ? "locked" : "unlocked");
}
Said lock(const Order& order) { return set_lock(order, true); }
Said unlock(const Order& order) { return set_lock(order, false); }

std::string stat_line(std::string_view name,
                      const std::string& mailboxes,
                      std::uint64_t bytes,
                      std::uint64_t messages,
                      std::string_view state) {
  return fmt::format("{:<40} {:>10} {:>14} {:>10}  {}\n", name, mailboxes, bytes, messages, state);
}

const std::string& stat_head() {
  static const auto head = fmt::format("{:<40} {:>10} {:>14} {:>10}  {}\n", "Domain", "Mailboxes",
                                       "Bytes", "Messages", "State");
  return head;
}

Said stat_of_domain(const Order& order) {
  KONTOR_TRY(const auto about, local_domain(order, order.words[0]));
  const auto domain = ask(order, "domains mailboxes", {order.words[0]});
  if (!domain) return fail(std::move(domain).error());
  auto out = fmt::format("{:<51} {:>14} {:>10}  {}\n", "Mailbox", "Bytes", "Messages", "State");
  std::uint64_t bytes = 0, messages = 0;
  const auto& rows = domain->as_array();
  for (const auto& row : rows) {
    bytes += number_of(row, "bytes");
    messages += number_of(row, "messages");
    out += fmt::format("{:<51} {:>14} {:>10}  {}\n", text_of(row, "address"),
                       number_of(row, "bytes"), number_of(row, "messages"), state_of(row));
  }
  return out + "\n" + stat_head() +
         stat_line(text_of(about, "name"), std::to_string(rows.size()), bytes, messages,
                   state_of(about));
}

Said stat(const Order& order) {
  if (!order.words.empty()) return stat_of_domain(order);
  KONTOR_TRY(const auto domains, local_domains(order));
  std::string out = stat_head();
  std::uint64_t all_bytes = 0, all_messages = 0, mailboxes = 0;
  for (const auto& one : domains.as_array()) {
    const auto name = text_of(one, "name");
    const auto shown = ask(order, "domains mailboxes", {name});
    if (!shown) return fail(std::move(shown).error());
    std::uint64_t bytes = 0, messages = 0;
    const auto& rows = shown->as_array();
    for (const auto& row : rows) {
      bytes += number_of(row, "bytes");
      messages += number_of(row, "messages");
    }
    out += stat_line(name, std::to_string(rows.size()), bytes, messages, state_of(one));
    all_bytes += bytes;
    all_messages += messages;
    mailboxes += rows.size();
  }
  return out + stat_line("Total", std::to_string(mailboxes), all_bytes, all_messages, "");
}

// --- accounts -----------------------------------------------------------------------------------
Said changepwd(const Order& order) {
  KONTOR_TRY(const auto address, mailbox_of(order.words[0]));
  const auto account = ask(order, "accounts show", {address});
  if (!account) return fail(std::move(account).error());
  if (!is_of_embedded(*account))
    return fail(Errc::no_permission,
                address + " has its password in another directory: change it there");
  KONTOR_TRY(auto password, password_of(order.words[1], address));
  const auto changed = ask(order, "local passwd", {address}, {}, std::move(password));
  if (!changed) return fail(std::move(changed).error());
  return fmt::format("The password of {} was changed.\n", address);
}

std::string limit_text(const json::value& row, std::string_view name, bool is_size) {
  if (row.as_object().at(name).is_string()) return "no limit";
  return is_size ? config::show_size(number_of(row, name)) : std::to_string(number_of(row, name));
}

// What counts against the owner here is the mailbox itself; there is no file to be made. What can
// be wrong is said: no such mailbox, or another owner.
Said createquotafile(const Order& order) {
  KONTOR_TRY(const auto address, mailbox_of(order.words[0]));
  const auto account = ask(order, "accounts show", {address});
  if (!account) return fail(std::move(account).error());
  if (const auto given = order.switches.find("user"); given != order.switches.end()) {
    const auto owner = ask(order, "accounts show", {given->second});
    if (!owner) return fail(std::move(owner).error());
    if (text_of(*owner, "principal") != text_of(*account, "principal"))
      return fail(Errc::conflict,
                  fmt::format("the mailbox {} is not the one of {}, and mail counts "
                              "against the owner of its mailbox",
                              address, given->second));
  }
  const auto quota = ask(order, "quota show", {address});
  if (!quota) return fail(std::move(quota).error());
  return fmt::format(
      "The mailbox {} counts against its owner: {} bytes of {}, {} messages of {}.\n", address,
      number_of(*quota, "bytes"), limit_text(*quota, "bytes_limit", true),
      number_of(*quota, "messages"), limit_text(*quota, "messages_limit", false));
}

// Into the account of Active Directory that has the same address, or else the same name.
Said migrate_to_ad(const Order& order) {
  KONTOR_TRY(const auto address, mailbox_of(order.words[0]));
  std::ostringstream unseen;
  const Client client{order.data_folder, unseen};
  Request request{{"local:" + address, "ad:" + address}, {}, {{"--dry-run", ""}}};
  const auto plan = accounts_migrate_here(client, request);
  if (!plan) return fail(plan.error());
  if (!plan->good) request.arguments[1] = "ad:" + address.substr(0, address.rfind('@'));
  request.options.clear();
  const auto done = accounts_migrate_here(client, std::move(request));
  if (!done) return fail(done.error());
  const auto& row = done->value.as_array().at(0);
  if (const auto problem = text_of(row, "problem"); !done->good || !problem.empty())
    return fail(Errc::not_found, problem +
                                     " (Active Directory needs an account with this address "
                                     "or name before)");
  return fmt::format("{} is {} of Active Directory now; the mailbox was {}.\n", address,
                     text_of(row, "to_name"), text_of(row, "mailbox"));
}

// --- the service --------------------------------------------------------------------------------
struct Property {
  std::string_view name;
  std::string (*value)(const config::Settings& settings);
  std::string_view setting;  // what stands for it in kontor.toml
};

std::string authentication(const config::Settings& settings) {
  const auto& source = settings.directory.source;
  if (source == "ad") return "2 (Active Directory integrated)";
  if (source == "local") return "3 (encrypted password file)";
  return "- (" + source + ")";
}

constexpr std::array<Property, 7> k_properties{{
    {"authentication", authentication, "directory.source"},
    {"logging",
     [](const config::Settings& s) {
       return std::string(s.log.level == "debug"     ? "3 (maximum)"
                          : s.log.level == "info"    ? "2 (medium)"
                          : s.log.level == "warning" ? "1 (minimum)"
                                                     : "0 (errors alone)");
     },
     "log.level"},
    {"mailroot", [](const config::Settings& s) { return s.server.data_folder + "/accounts"; },
     "server.data_folder"},
    {"port", [](const config::Settings& s) { return std::to_string(s.server.port_base + k_pop3); },
     "server.port_base"},
    {"socketmax",
     [](const config::Settings& s) { return std::to_string(s.server.max_connections); },
     "server.max_connections"},
    {"sparequired",
     [](const config::Settings&) {
       return std::string("1 (in the clear nobody signs in with a password)");
     },
     ""},
    {"threadcount",
     [](const config::Settings& s) {
       return s.server.threads == 0 ? std::string("0 (one a core)")
                                    : std::to_string(s.server.threads);
     },
     "server.threads"},
}};

Result<const Property*> property_of(const std::string& word) {
  const auto name = iequals(word, "auth") ? std::string("authentication") : to_lower(word);
  const auto* found = std::ranges::find(k_properties, name, &Property::name);
  if (found != k_properties.end()) return found;
  std::string names;
  for (const auto& one : k_properties) names.append(names.empty() ? "" : ", ").append(one.name);
  return fail(Errc::not_found, word + " is none of " + names);
}

Said get(const Order& order) {
  const Property* only = nullptr;
  if (!order.words.empty()) {
    KONTOR_TRY(only, property_of(order.words[0]));
  }
  const auto dumped = ask(order, "config dump", {});
  if (!dumped) return fail(std::move(dumped).error());
  const auto& text = dumped->as_object().at("settings").as_string();
  KONTOR_TRY(const auto settings, config::parse_settings({text.data(), text.size()}, "settings"));
  if (only != nullptr) return only->value(settings) + "\n";
  std::string out;
  for (const auto& one : k_properties)
    out += fmt::format("{:<16}{}\n", one.name, one.value(settings));
  return out;
}

Said set(const Order& order) {
  KONTOR_TRY(const auto* property, property_of(order.words[0]));
  if (property->setting.empty())
    return fail(Errc::unsupported, "a password in the clear is never asked for; nothing sets this");
  return fail(Errc::unsupported,
              fmt::format("{} is set by {}{}", property->name, property->setting, k_restart));
}

Said init(const Order&) {
  return fail(Errc::unsupported,
              "there is nothing to be made: the server makes what it needs at its first start");
}

// The service POP3 of the running server; other words of the command line name it and count
// nothing.
Said net(const Order& order) {
  auto word = to_lower(order.words[0]);
  if (word == "continue" || word == "resume") word = "start";
  if (word == "status") {
    const auto status = ask(order, "services", {});
    if (!status) return fail(std::move(status).error());
    return render(*status);
  }
  if (word != "start" && word != "stop" && word != "pause")
    return fail(Errc::unsupported, "net has start, stop, pause, continue and status");
  const auto done = ask(order, "services " + word, {"pop3"});
  if (!done) return fail(std::move(done).error());
  return fmt::format("The service pop3: {}.\n", word);
}

Said help(const Order& order);

constexpr std::array<Row, 14> k_rows{{
    {"add", "{DOMAIN | USER@DOMAIN [/createuser PASSWORD]}", "createuser", 1, 2,
     "Adds a domain or a mailbox; /createuser makes the account too, in the server's own encrypted "
     "password file. With - for the password it is asked for.",
     add},
    {"delete", "{DOMAIN | USER@DOMAIN [/deleteuser]}", "deleteuser", 1, 1,
     "Deletes a domain with all its mailboxes, or a mailbox. In the password file account and "
     "mailbox are one, with and without /deleteuser; the mail is kept for "
     "store.deleted_account_days.",
     remove},
    {"list", "[DOMAIN]", "", 0, 1, "Lists the domains, or the mailboxes of one.", list},
    {"lock", "{DOMAIN | USER@DOMAIN}", "", 1, 1,
     "Nobody signs in to the mailbox, or to any of the domain; mail still comes.", lock},
    {"unlock", "{DOMAIN | USER@DOMAIN}", "", 1, 1, "Takes that lock away.", unlock},
    {"stat", "[DOMAIN]", "", 0, 1,
     "Mailboxes, their size and messages and which are locked: of each domain, or of each mailbox "
     "of one.",
     stat},
    {"changepwd", "USER@DOMAIN NEWPASSWORD", "", 2, 2,
     "Sets the password of an account of the password file; with - it is asked for.", changepwd},
    {"createquotafile", "USER@DOMAIN [/user:USERNAME]", "user:", 1, 1,
     "Says what counts against the owner of a mailbox and how much he may have; no file is needed "
     "for it (kontorctl quota set).",
     createquotafile},
    {"migrateToAD", "USER@DOMAIN", "", 1, 1,
     "Makes an account of the password file the account of Active Directory that has the same "
     "address or name: mailbox, rights and app passwords go there, the password is the domain's.",
     migrate_to_ad},
    {"get", "[PROPERTY]", "", 0, 1, "Shows a property of the service, or all.", get},
    {"set", "PROPERTY VALUE", "", 2, 5, "Says which setting of kontor.toml stands for a property.",
     set},
    {"init", "", "", 0, 5, "Nothing: the server makes what it needs.", init},
    {"net", "{start | stop | pause | continue | status}", "", 1, 2,
     "Starts, stops or pauses the service POP3 of the running server; status shows all services.",
     net},
    {"help", "", "", 0, 1, "Shows this.", help},
}};

Said help(const Order&) {
  std::string out = "winpop [--data DIR] VERB ...\n\n";
  for (const auto& row : k_rows)
    out += fmt::format("  winpop {}{}{}\n      {}\n", row.verb, row.form.empty() ? "" : " ",
                       row.form, row.help);
  return out +
         "\nSwitches may be written /switch or --switch. Exit status: 0 done, 1 refused, 2 "
         "wrong use.\n";
}

// --- the command line ---------------------------------------------------------------------------
// Takes a switch out of a word; false: it is none that this verb has.
bool take_switch(const Row& row, std::string_view word, Order& order) {
  const auto body = word.starts_with("--") ? word.substr(2) : word.substr(1);
  const auto end = body.find_first_of(":=");
  const auto name = to_lower(body.substr(0, end));
  const bool has_value = end != std::string_view::npos;
  for (const auto known : split(row.switches, ' ')) {
    const bool wants_value = known.ends_with(':');
    if (known.empty() || name != known.substr(0, known.size() - (wants_value ? 1 : 0))) continue;
    if (wants_value != has_value) return false;
    order.switches[name] = has_value ? std::string(body.substr(end + 1)) : std::string();
    return true;
  }
  return false;
}

// "/" begins no address, domain or property; a password may begin with one, and stands last.
bool is_switch(const Row& row, std::string_view word, const Order& order) {
  const bool is_password =
      (row.verb == "add" && order.switches.contains("createuser") && order.words.size() == 1) ||
      (row.verb == "changepwd" && order.words.size() == 1);
  return !is_password && word.size() > 1 && (word.starts_with('/') || word.starts_with("--"));
}

Result<const Row*> read(const std::vector<std::string>& words, Order& order) {
  std::size_t at = 0;
  while (at < words.size() && words[at].starts_with("--data")) {
    if (words[at].starts_with("--data=")) {
      order.data_folder = words[at++].substr(7);
    } else if (words[at] == "--data" && at + 1 < words.size()) {
      order.data_folder = words[at + 1];
      at += 2;
    } else {
      return fail(Errc::bad_input, "--data wants a folder");
    }
  }
  if (at == words.size()) return fail(Errc::bad_input, "say what is to be done: winpop help");
  auto verb = words[at++];
  if (verb == "/?" || verb == "-?" || verb == "-h" || verb == "--help") verb = "help";
  const auto* row =
      std::ranges::find_if(k_rows, [&](const Row& one) { return iequals(one.verb, verb); });
  if (row == k_rows.end()) return fail(Errc::bad_input, verb + " is no verb: winpop help");
  for (; at < words.size(); ++at) {
    if (!is_switch(*row, words[at], order)) {
      order.words.push_back(words[at]);
    } else if (!take_switch(*row, words[at], order)) {
      return fail(Errc::bad_input,
                  fmt::format("{} is no switch of winpop {}", words[at], row->verb));
    }
  }
  if (order.words.size() < row->least || order.words.size() > row->most)
    return fail(Errc::bad_input, fmt::format("use: winpop {} {}", row->verb, row->form));
  return row;
}

}  // namespace

int run_winpop(const std::vector<std::string>& words, std::ostream& out, std::ostream& err) {
  Order order;
  const auto row = read(words, order);
  if (!row) {
    err << "winpop: " << row.error().detail() << '\n';
    return k_wrong_use;
  }
  const auto said = (*row)->run(order);
  if (said) {
    out << *said;
    return k_done;
  }
  err << "winpop: " << said.error().text() << '\n';
  return k_refused;
}

std::vector<WinpopVerb> winpop_verbs() {
  std::vector<WinpopVerb> out;
  for (const auto& row : k_rows) {
    WinpopVerb verb{std::string(row.verb), {}};
    for (const auto one : split(row.switches, ' '))
      if (const std::string word(one); !word.empty())
        verb.switches += (verb.switches.empty() ? "/" : " /") + word + " --" + word;
    out.push_back(std::move(verb));
  }
  return out;
}

std::string winpop_manual() {
  std::string out =
      ".TH WINPOP 8 \"\" \"Kontor\" \"Kontor\"\n.SH NAME\n"
      "winpop \\- mail domains and mailboxes with the words of the POP3 service of Windows\n"
      ".SH SYNOPSIS\n.B winpop\n[\\fB\\-\\-data\\fR \\fIDIR\\fR] \\fIVERB\\fR ...\n"
      ".SH DESCRIPTION\nFor scripts and habits of Windows Server 2003; what it does,\n"
      ".BR kontorctl (8)\ndoes too, and more. It asks the running server over its socket.\n"
      "A switch is written /switch or \\-\\-switch.\n.SH VERBS\n";
  for (const auto& row : k_rows) {
    out += ".TP\n\\fB" + roff(row.verb) + "\\fR";
    if (!row.form.empty()) out += ' ' + roff(row.form);
    out += '\n' + roff(row.help) + '\n';
  }
  return out +
         ".SH EXIT STATUS\n0: done. 1: refused, or no server answers. 2: wrong use.\n"
         ".SH SEE ALSO\n.BR kontorctl (8)\n";
}

}  // namespace kontor::admin
