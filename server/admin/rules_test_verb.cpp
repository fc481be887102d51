// SPDX-License-Identifier: GPL-3.0-or-later
// rules test: what rules would do with one message, or would have done with the mail of a period
// that lies in the mailboxes. Changes nothing.
//
// Of a stored message is known what its header says: the sender by Return-Path, whether it was
// written here by our own Received field, the way it came; its recipients are the owners of the
// mailboxes in which copies of it lie (our Received field has the message's id), and of what lies
// in a Sent folder those that its header names.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "base/core/text.hpp"
#include "base/mime/fields.hpp"
#include "base/mime/header.hpp"
#include "server/admin/client.hpp"
#include "server/admin/render.hpp"
#include "server/admin/verbs.hpp"
#include "server/delivery/special_folder.hpp"
#include "server/filter/outbound.hpp"
#include "server/filter/read_results.hpp"
#include "server/rules/engine.hpp"
#include "server/rules/rule_text.hpp"
#include "server/rules/score.hpp"
#include "store/tools/history.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using rules::Mail;
using RulesetPointer = std::shared_ptr<const rules::Ruleset>;

constexpr std::size_t k_most_examples = 5;
constexpr std::uint64_t k_most_messages = 100'000;
constexpr std::chrono::seconds k_longest{90};  // kontorctl waits two minutes

std::string bare(std::string_view address) {
  address = trim(address);
  if (address.starts_with('<') && address.ends_with('>'))
    address = address.substr(1, address.size() - 2);
  return std::string(address);
}

// What our own Received field says: "with ESMTPSA id TRACE".
struct Passage {
  std::string trace;
  bool is_signed_in = false;
};

Passage passage_of(std::string_view header, std::string_view server_name) {
  Passage out;
  mime::HeaderField field;
  for (mime::FieldCursor cursor(header); cursor.next(field);) {
    if (!iequals(field.name, "Received")) continue;
    auto text = mime::unfold(field.value);
    std::ranges::replace(text, '\t', ' ');
    if (!text.contains("by " + std::string(server_name))) continue;
    const auto words = split(text, ' ');
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      if (words[i] == "id" && out.trace.empty())
        out.trace = std::string(trim(words[i + 1].substr(0, words[i + 1].find(';'))));
      if (words[i] == "with") out.is_signed_in = trim(words[i + 1]).ends_with('A');
    }
    return out;
  }
  return out;
}

std::vector<std::string> named_in(std::string_view header) {
  std::vector<std::string> out;
  mime::HeaderField field;
  for (mime::FieldCursor cursor(header); cursor.next(field);) {
    if (!iequals(field.name, "To") && !iequals(field.name, "Cc") && !iequals(field.name, "Bcc"))
      continue;
    for (const auto& address : mime::parse_addresses(field.value)) {
      if (!address.is_group && !address.mailbox.domain.empty())
        out.push_back(address.mailbox.address());
      for (const auto& member : address.members)
        if (!member.domain.empty()) out.push_back(member.address());
    }
  }
  return out;
}

rules::MailRecipient recipient_of(const Desk& desk, const std::string& address) {
  rules::MailRecipient out;
  out.address = address;
  const auto resolved = desk.environment.delivery.resolve(address);
  out.is_here = resolved.verdict == delivery::Verdict::deliver &&
                (!resolved.mailboxes.empty() || !resolved.folders.empty());
  if (auto object = desk.environment.directory.current()->find_address(address))
    out.people.push_back(std::move(object));
  for (const auto& person : resolved.mailboxes)
    if (out.people.empty() || out.people.front()->id != person->id) out.people.push_back(person);
  return out;
}

// A message of the past as rules look at it; `is_sent`: it lies in a Sent folder.
Mail mail_of(const Desk& desk,
             std::string message,
             bool is_sent,
             const rules::Person& owner,
             const std::vector<std::string>& to) {
  const auto& settings = desk.environment.settings;
  const auto header = std::string_view(message).substr(0, message.find("\r\n\r\n") + 2);
  const auto passage = passage_of(header, settings.server.name);
  const auto copy = desk.environment.directory.current();
  Mail mail;
  mail.trace = passage.trace;
  mail.sender = bare(mime::field_value(header, "Return-Path").value_or(""));
  mail.is_ours = is_sent || passage.is_signed_in;
  if (is_sent && owner != nullptr && mail.sender.empty()) mail.sender = owner->mail;
  if (is_sent)
    mail.person = owner;
  else if (mail.is_ours)
    mail.person = copy->find_address(mail.sender);
  mail.author = mail.person;
  const auto domain = filter::signing_domain(header);
  mail.is_authenticated = mail.is_ours || filter::proof_of_author(header, settings.server.name,
                                                                  domain) == filter::Proof::proven;
  mail.is_junk = delivery::marked_folder(header) == store::SpecialUse::junk;
  mail.score = rules::spam_score(header, settings.sieve.spam_header);
  for (const auto& address : to) mail.recipients.push_back(recipient_of(desk, address));
  mail.message = std::move(message);
  return mail;
}

struct Counted {
  std::string name;
  std::uint64_t messages = 0, recipients = 0;
  std::map<std::string, std::uint64_t> acts;  // what, how often
  json::array examples;
};

// "2 places replaced" and "1 places replaced" are the same act.
std::string kind_of_act(std::string_view words) {
  const auto begin = words.find_first_not_of("0123456789 ");
  words.remove_prefix(std::min(begin, words.size()));
  return std::string(words.substr(0, words.find(':')));
}

void count(Counted& row, const rules::Outcome& outcome, const Mail& mail) {
  for (const auto& told : outcome.told) {
    ++row.messages;
    row.recipients += told.of.size();
    for (std::string_view rest = told.words; !rest.empty();) {
      const auto end = std::min(rest.find("; "), rest.size());
      ++row.acts[kind_of_act(rest.substr(0, end))];
      rest.remove_prefix(std::min(end + 2, rest.size()));
    }
    if (row.examples.size() >= k_most_examples) continue;
    json::object example;
    const auto header = std::string_view(mail.message).substr(0, mail.message.find("\r\n\r\n"));
    example["date"] = mime::field_value(header, "Date").value_or("");
    example["from"] = mail.sender;
    std::vector<std::string> to;
    for (const auto index : told.of)
      if (to.size() < 3) to.push_back(mail.recipients[index].address);
    example["to"] = join(to, ", ");
    example["subject"] = mime::decode_words(mime::field_value(header, "Subject").value_or(""));
    example["would"] = told.words;
    row.examples.emplace_back(std::move(example));
  }
}

json::object shown(const std::vector<Counted>& rows,
                   std::uint64_t looked_at,
                   const std::string& left) {
  json::object out;
  out["messages"] = looked_at;
  json::array all;
  for (const auto& row : rows) {
    json::object one;
    one["rule"] = row.name;
    one["messages"] = row.messages;
    one["recipients"] = row.recipients;
    json::array acts;
    for (const auto& [what, times] : row.acts) {
      json::object act;
      act["what"] = what;
      act["times"] = times;
      acts.emplace_back(std::move(act));
    }
    one["would"] = std::move(acts);
    one["examples"] = row.examples;
    all.emplace_back(std::move(one));
  }
  out["rules"] = std::move(all);
  if (!left.empty()) out["not_looked_at"] = left;
  return out;
}

// One message of the past and where copies of it lie.
struct Past {
  store::AccountId account;
  store::ItemId item{};
  bool is_sent = false;
  rules::Person owner;
  std::vector<std::string> to;
};

class Rehearsal {
 public:
  Rehearsal(const Desk& desk, std::vector<RulesetPointer> rules, UtcSeconds since, UtcSeconds until)
      : desk_(desk),
        rules_(std::move(rules)),
        since_(since),
        until_(until),
        deadline_(desk.environment.clock.steady() + k_longest) {
    for (const auto& one : rules_) rows_.push_back({one->rules().front().rule.name, 0, 0, {}, {}});
  }

  Task<Answer> run() {
    for (const auto& info : desk_.environment.store.list()) co_await gather(info);
    std::uint64_t looked_at = 0;
    for (auto& [trace, past] : found_) {
      if (is_late()) break;
      co_await rehearse(std::move(past), looked_at);
    }
    std::string left;
    if (is_cut_ || looked_at < found_.size() - gone_)
      left = fmt::format("{} messages and more: name a shorter period", found_.size() - looked_at);
    co_return json::value(shown(rows_, looked_at, left));
  }

 private:
  bool is_late() const { return desk_.environment.clock.steady() >= deadline_; }

  Task<void> gather(const store::AccountInfo& info) {
    const directory::PrincipalId id{info.binding.source, info.binding.guid};
    const auto owner = desk_.environment.directory.current()->find(id);
    if (owner == nullptr || owner->mail.empty()) co_return;
    const auto account = co_await desk_.environment.store.open(info.id);
    if (!account) co_return;
    const auto view = (*account)->view();
    for (const auto& folder : view.folders()) {
      if (folder.folder_class != store::FolderClass::mail) continue;
      if (folder.special_use == store::SpecialUse::drafts) continue;
      const auto open = view.open(folder.id);
      if (open == nullptr) continue;
      std::vector<store::ItemId> items;
      open->for_each(0, open->size(), [&](std::size_t, const store::Entry& entry) {
        if (entry.internal_date >= since_ && entry.internal_date <= until_)
          items.push_back(entry.item);
      });
      const bool is_sent = folder.special_use == store::SpecialUse::sent;
      for (const auto item : items) {
        if (found_.size() >= k_most_messages || is_late()) {
          is_cut_ = true;
          co_return;
        }
        co_await note(**account, info.id, item, is_sent, owner);
      }
    }
  }

  Task<void> note(store::Account& account,
                  store::AccountId id,
                  store::ItemId item,
                  bool is_sent,
                  const rules::Person& owner) {
    const auto message = co_await account.read_message(item);
    if (!message) co_return;  // purged meanwhile
    const auto header = std::string_view(*message).substr(0, message->find("\r\n\r\n") + 2);
    const auto passage = passage_of(header, desk_.environment.settings.server.name);
    auto key = passage.trace;
    if (is_sent || key.empty())
      key = (is_sent ? "sent " : "") +
            mime::field_value(header, "Message-ID").value_or(id.text() + std::to_string(item));
    auto& past = found_[key];
    if (past.to.empty()) {
      past.account = id;
      past.item = item;
      past.is_sent = is_sent;
      past.owner = owner;
    }
    if (!is_sent)
      past.to.push_back(owner->mail);
    else if (past.to.empty())
      past.to = outside_of(named_in(header));
  }

  // Copies for people of this server lie in their own mailboxes.
  std::vector<std::string> outside_of(std::vector<std::string> addresses) const {
    std::erase_if(addresses, [&](const std::string& address) {
      return desk_.environment.delivery.resolve(address).verdict == delivery::Verdict::deliver;
    });
    return addresses;
  }

  Task<void> rehearse(Past past, std::uint64_t& looked_at) {
    if (past.to.empty()) {
      ++gone_;
      co_return;
    }
    std::ranges::sort(past.to);
    past.to.erase(std::ranges::unique(past.to).begin(), past.to.end());
    const auto account = co_await desk_.environment.store.open(past.account);
    auto message = account ? co_await (*account)->read_message(past.item)
                           : Result<std::string>(fail(account.error()));
    if (!message) {
      ++gone_;
      co_return;
    }
    ++looked_at;
    const auto mail = mail_of(desk_, *std::move(message), past.is_sent, past.owner, past.to);
    const auto outcomes = co_await desk_.environment.rules->rehearse(rules_, mail);
    for (std::size_t i = 0; i < outcomes.size(); ++i) count(rows_[i], outcomes[i], mail);
  }

  const Desk& desk_;
  std::vector<RulesetPointer> rules_;
  UtcSeconds since_, until_;
  SteadyTime deadline_;
  std::map<std::string, Past> found_;
  std::vector<Counted> rows_;
  std::size_t gone_ = 0;
  bool is_cut_ = false;
};

// Each rule by itself: of a file, of that name, or all that are kept.
Result<std::vector<RulesetPointer>> rules_for(const Desk& desk, const Request& request) {
  std::vector<rules::Rule> wanted;
  const auto text = option(request, "--rules");
  if (!text.empty()) {
    KONTOR_TRY(wanted, rules::parse_rules(text));
  } else if (!request.arguments.empty()) {
    KONTOR_TRY(auto one, desk.environment.rules->rules().find(request.arguments[0]));
    wanted.push_back(std::move(one));
  } else {
    wanted = desk.environment.rules->rules().list();
  }
  if (wanted.empty()) return fail(Errc::not_found, "there are no rules");
  std::vector<RulesetPointer> out;
  for (auto& rule : wanted) {
    KONTOR_TRY(auto ready, rules::Ruleset::make({rule}));
    out.push_back(std::move(ready));
  }
  return out;
}

std::string with_crlf(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out.push_back('\r');
    out.push_back(text[i]);
  }
  return out;
}

Task<Answer> test_message(const Desk& desk,
                          const Request& request,
                          std::vector<RulesetPointer> rules) {
  const auto message = with_crlf(request.payload);
  const auto header = std::string_view(message).substr(0, message.find("\r\n\r\n") + 2);
  std::vector<std::string> to;
  for (const auto one : split(option(request, "--to"), ','))
    if (!trim(one).empty()) to.emplace_back(trim(one));
  if (to.empty()) to = named_in(header);
  if (to.empty()) co_return fail(Errc::bad_input, "for whom is it? --to ADDRESS,ADDRESS");
  auto mail = mail_of(desk, message, false, nullptr, to);
  if (const auto from = option(request, "--from"); !from.empty()) mail.sender = from;
  if (request.options.contains("--ours")) {
    mail.is_ours = mail.is_authenticated = true;
    const auto authors = mime::parse_addresses(mime::field_value(header, "From").value_or(""));
    const auto address =
        !mail.sender.empty() || authors.empty() ? mail.sender : authors.front().mailbox.address();
    mail.person = mail.author = desk.environment.directory.current()->find_address(address);
  }
  const auto outcomes = co_await desk.environment.rules->rehearse(rules, mail);
  std::vector<Counted> rows;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    rows.push_back({rules[i]->rules().front().rule.name, 0, 0, {}, {}});
    count(rows.back(), outcomes[i], mail);
  }
  co_return json::value(shown(rows, 1, {}));
}

Result<std::string> read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return errno_error(path, errno);
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

// "yesterday" is the day before this one, from its first second on.
Result<UtcSeconds> moment_of(const std::string& text, UtcSeconds now) {
  const auto today = std::chrono::floor<std::chrono::days>(now);
  if (text == "today") return UtcSeconds(today);
  if (text == "yesterday") return UtcSeconds(today - std::chrono::days(1));
  // Of a day alone its first second, not its last.
  if (text.size() == 10) return store::parse_moment(text + " 00:00", now);
  return store::parse_moment(text, now);
}

}  // namespace

Task<Answer> rules_test(const Desk& desk, Request request) {
  if (desk.environment.rules == nullptr)
    co_return fail(Errc::unsupported, "this server has no rules");
  KONTOR_CO_TRY(auto rules, rules_for(desk, request));
  if (!request.payload.empty()) co_return co_await test_message(desk, request, std::move(rules));
  const auto now = desk.environment.clock.now();
  const auto given = option(request, "--since");
  KONTOR_CO_TRY(const auto since, moment_of(given.empty() ? "yesterday" : given, now));
  auto until = now;
  if (const auto text = option(request, "--until"); !text.empty()) {
    KONTOR_CO_TRY(until, store::parse_moment(text, now));
  }
  Rehearsal rehearsal(desk, std::move(rules), since, until);
  co_return co_await rehearsal.run();
}

bool rules_test_fits(const Request& request) {
  const bool is_message = request.options.contains("--message");
  const auto has = [&](const char* name) { return request.options.contains(name); };
  return is_message ? !has("--since") && !has("--until")
                    : !has("--from") && !has("--to") && !has("--ours");
}

Result<Finding> rules_test_here(const Client& client, Request request) {
  if (!request.arguments.empty() && std::filesystem::is_regular_file(request.arguments[0])) {
    KONTOR_TRY(request.options["--rules"], read_text(request.arguments[0]));
    request.arguments.clear();
  }
  if (const auto file = option(request, "--message"); !file.empty()) {
    KONTOR_TRY(request.payload, read_text(file));
    if (request.payload.empty()) return fail(Errc::bad_input, file + " is empty");
  }
  request.options.erase("--message");
  KONTOR_TRY(auto value, ask_server(client.data_folder, {"rules test", std::move(request)}));
  const auto& out = value.as_object();
  std::string text =
      fmt::format("messages looked at: {}\n", out.at("messages").to_number<std::uint64_t>());
  for (const auto& one : out.at("rules").as_array()) {
    const auto& row = one.as_object();
    text += fmt::format("\n{}: {} messages, {} recipients\n",
                        std::string_view(row.at("rule").as_string()),
                        row.at("messages").to_number<std::uint64_t>(),
                        row.at("recipients").to_number<std::uint64_t>());
    for (const auto& act : row.at("would").as_array())
      text += fmt::format("  {} x {}\n", act.as_object().at("times").to_number<std::uint64_t>(),
                          std::string_view(act.as_object().at("what").as_string()));
    if (!row.at("examples").as_array().empty()) text += render(row.at("examples"));
  }
  if (const auto* left = out.if_contains("not_looked_at"))
    text += "not looked at: " + std::string(left->as_string()) + '\n';
  return Finding{std::move(value), plain_lines(text), true};
}

}  // namespace kontor::admin
