// SPDX-License-Identifier: GPL-3.0-or-later
// Tests of a run.
#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"
#include "base/mime/html_text.hpp"
#include "server/sieve/options.hpp"
#include "server/sieve/runner.hpp"

namespace kontor::sieve {
namespace {

// The part of an address a test asks for; nothing: it has no such part.
std::optional<std::string> part_of(AddressPart part,
                                   std::string_view local,
                                   std::string_view domain) {
  const auto plus = local.find('+');
  switch (part) {
    case AddressPart::local_part:
      return std::string(local);
    case AddressPart::domain:
      return std::string(domain);
    case AddressPart::user:  // RFC 5233, 4
      return std::string(local.substr(0, plus));
    case AddressPart::detail:
      if (plus == std::string_view::npos) return std::nullopt;
      return std::string(local.substr(plus + 1));
    default:
      return domain.empty() ? std::string(local) : std::string(local) + '@' + std::string(domain);
  }
}

// RFC 5173, 5.1: "text", "text/html"; an empty one is every type.
bool is_of_type(const MailPart& part, std::string_view wanted) {
  if (wanted.empty()) return true;
  const auto slash = wanted.find('/');
  if (slash == 0 || wanted.find('/', slash + 1) < wanted.size()) return false;
  if (!iequals(part.type, wanted.substr(0, slash))) return false;
  return slash == std::string_view::npos || iequals(part.subtype, wanted.substr(slash + 1));
}

}  // namespace

bool Runner::test(const Node& node) {
  (void)steps_.spend(1);
  check_steps(node);
  if (is_over()) return false;
  switch (node.kind) {
    case Kind::true_:
      return true;
    case Kind::false_:
      return false;
    case Kind::not_:
      return !test(node.tests[0]);
    case Kind::all_of:
      return std::ranges::all_of(node.tests, [this](const Node& one) { return test(one); });
    case Kind::any_of:
      return std::ranges::any_of(node.tests, [this](const Node& one) { return test(one); });
    case Kind::address:
      return test_address(node);
    case Kind::envelope:
      return test_envelope(node);
    case Kind::header:
      return test_header(node);
    case Kind::exists:
      return test_exists(node);
    case Kind::size:
      return test_size(node);
    case Kind::body:
      return test_body(node);
    case Kind::date:
    case Kind::current_date:
      return test_date(node);
    case Kind::duplicate:
      return test_duplicate(node);
    case Kind::has_flag:
      return test_flags(node);
    case Kind::ihave:
      return node.answer;
    case Kind::mailbox_exists:
    case Kind::mailbox_id_exists:
    case Kind::special_use_exists:
      return test_mailbox(node);
    case Kind::spam_test:
    case Kind::virus_test:
      return test_marks(node);
    case Kind::string:
      return test_string(node);
    case Kind::environment:
      return test_environment(node);
    default:  // a fault
      if (node.problem) verdict_.problem = *node.problem;
      return false;
  }
}

bool Runner::match(const Node& node,
                   const std::vector<std::string>& values,
                   const std::vector<Text>& keys,
                   bool captures) {
  const Comparison how{node.comparator, node.match, node.relation};
  std::vector<std::string> found;
  const bool wants = captures && node.match == MatchType::matches;
  for (const auto& key_text : keys) {
    const auto key = text(key_text);
    if (node.match == MatchType::count) {  // RFC 5231, 4.2
      if (compare(how, std::to_string(values.size()), key, steps_)) return true;
      continue;
    }
    for (const auto& value : values)
      if (compare(how, value, key, steps_, wants ? &found : nullptr)) {
        if (wants) frame_.captures = std::move(found);
        return true;
      }
  }
  check_steps(node);
  return false;
}

// RFC 5260, 6: an index counts the fields of all the names, one name after the other.
std::vector<std::string> Runner::header_values(const Node& node,
                                               const std::vector<std::string>& names) {
  std::vector<std::string> out;
  for (const auto& name : names) {
    (void)steps_.spend(1 + mail_.fields().size() / 16);
    for (auto& value : mail_.raw_values(name)) out.push_back(std::move(value));
  }
  const auto* index = node.find(Tag::index);
  if (index == nullptr) return out;
  if (index->number > out.size()) return {};
  const auto at = node.has(Tag::last) ? out.size() - index->number : index->number - 1;
  std::vector<std::string> one(1, std::move(out[at]));
  return one;
}

bool Runner::test_header(const Node& node) {
  std::vector<std::string> values;
  for (const auto& raw : header_values(node, list(node.operands[0]))) {
    if (!steps_.spend_bytes(raw.size())) return false;
    values.emplace_back(trim(mime::decode_words(raw)));  // RFC 5228, 5.7
  }
  return match(node, values, node.operands[1]);
}

bool Runner::test_address(const Node& node) {
  std::vector<std::string> values;
  const auto add = [&](const mime::Mailbox& mailbox) {
    if (mailbox.local.empty() && mailbox.domain.empty()) return;
    auto part = part_of(node.part, mailbox.local, mailbox.domain);
    // RFC 5231, 4.2: addresses are counted, whatever they have of the part
    if (part || node.match == MatchType::count) values.push_back(std::move(part).value_or(""));
  };
  for (const auto& raw : header_values(node, list(node.operands[0]))) {
    if (!steps_.spend_bytes(raw.size() * 4)) return false;
    for (const auto& address : mime::parse_addresses(raw)) {
      if (!address.is_group) add(address.mailbox);
      for (const auto& member : address.members) add(member);
    }
  }
  return match(node, values, node.operands[1]);
}

bool Runner::test_envelope(const Node& node) {
  std::vector<std::string> values;
  for (const auto& name : list(node.operands[0])) {
    const bool is_from = iequals(name, "from");
    if (!is_from && !iequals(name, "to")) continue;
    const auto& address = is_from ? subject_.from : subject_.to;
    if (address.empty()) {  // RFC 5228, 5.4: the null path is empty whatever is asked
      values.emplace_back();
      continue;
    }
    const auto at = address.rfind('@');
    const auto local = std::string_view(address).substr(0, at);
    const auto domain =
        at == std::string::npos ? std::string_view() : std::string_view(address).substr(at + 1);
    if (auto part = part_of(node.part, local, domain)) values.push_back(*std::move(part));
  }
  return match(node, values, node.operands[1]);
}

bool Runner::test_exists(const Node& node) {
  const auto names = list(node.operands[0]);
  (void)steps_.spend(names.size() * (1 + mail_.fields().size() / 16));
  return std::ranges::all_of(names, [this](const auto& name) { return mail_.has(name); });
}

bool Runner::test_size(const Node& node) const {
  return node.has(Tag::over) ? mail_.size() > node.numbers[0] : mail_.size() < node.numbers[0];
}

bool Runner::test_body(const Node& node) {
  std::vector<std::string> values;
  if (!steps_.spend_bytes(mail_.raw_body().size() / 4)) return false;
  if (node.has(Tag::raw)) {
    values.emplace_back(mail_.raw_body());
    return match(node, values, node.operands[0], false);
  }
  std::vector<std::string> types{"text"};
  if (const auto* content = node.find(Tag::content)) types = list(content->strings);
  const bool is_text = !node.has(Tag::content);
  for (const auto& part : mail_.parts()) {
    const auto is_wanted = [&](const std::string& type) { return is_of_type(part, type); };
    if (std::ranges::none_of(types, is_wanted)) continue;
    // RFC 5173, 5.3: without its markup
    const bool is_html = is_text && part.subtype == "html";
    values.push_back(is_html ? mime::html_text(part.text) : part.text);
  }
  return match(node, values, node.operands[0], false);
}

bool Runner::test_date(const Node& node) {
  const bool is_current = node.kind == Kind::current_date;
  auto moment = subject_.now;
  int zone = subject_.zone;
  if (!is_current) {
    auto found = header_values(node, list(node.operands[0]));
    if (found.empty()) return false;
    const auto& value = found.front();
    const auto semicolon = value.rfind(';');  // of Received and its like
    const auto date = semicolon == std::string::npos ? value : value.substr(semicolon + 1);
    const auto parsed = mime::parse_date(date);
    if (!parsed) return false;
    moment = *parsed;
    if (node.has(Tag::original_zone)) zone = written_zone(date).value_or(0);
  }
  if (const auto* option = node.find(Tag::zone)) {
    const auto given = text(option->strings[0]);
    const auto parsed = parse_zone(given);
    if (!parsed) {
      complain(node, Complaint::bad_value, given);
      return false;
    }
    zone = *parsed;
  }
  const auto& keys = node.operands[is_current ? 1 : 2];
  const auto part = to_lower(text(node.operands[is_current ? 0 : 1][0]));
  return match(node, {date_part(part, moment, zone)}, keys);
}

// RFC 7352, 3. What is asked here is noted when everything was done.
bool Runner::test_duplicate(const Node& node) {
  const auto option = [&](Tag tag) {
    const auto* found = node.find(tag);
    return found == nullptr ? std::string() : text(found->strings[0]);
  };
  std::string id;
  if (node.has(Tag::unique_id)) {
    id = option(Tag::unique_id);
  } else {
    const auto name = node.has(Tag::header) ? option(Tag::header) : std::string("Message-ID");
    const auto values = mail_.raw_values(name);
    if (values.empty()) return false;
    id = trim(values.front());
  }
  if (id.empty()) return false;
  constexpr std::uint64_t k_longest = 90U * 86'400U;
  std::uint64_t seconds = 7U * 86'400U;
  if (const auto* given = node.find(Tag::seconds)) seconds = std::min(given->number, k_longest);
  const auto key = option(Tag::handle) + '\n' + id;
  const bool is_known = world_.is_known(key);
  const bool is_new = std::ranges::find(verdict_.notes, key, &Note::key) == verdict_.notes.end();
  // RFC 7352, 3.2: with :last the time begins anew with each one.
  if (is_new && (!is_known || node.has(Tag::last)))
    verdict_.notes.push_back({key, std::chrono::seconds(seconds)});
  return is_known;
}

bool Runner::test_flags(const Node& node) {
  std::vector<std::string> values;
  if (!node.has_optional) {
    values = flags_;
  } else {
    for (const auto& name : list(node.operands[0]))
      for (const auto word : split(variable(name), ' '))
        if (!word.empty()) values.emplace_back(word);
  }
  return match(node, values, node.operands.back());
}

bool Runner::test_marks(const Node& node) {
  unsigned value = 0;
  if (node.kind == Kind::virus_test) {
    value = subject_.marks.virus.value_or(0);
  } else if (subject_.marks.spam_percent) {
    const auto percent = std::min(*subject_.marks.spam_percent, 100U);
    value = node.has(Tag::percent) ? percent : 1 + percent * 9 / 100;
  }
  return match(node, {std::to_string(value)}, node.operands[0]);
}

bool Runner::test_string(const Node& node) {
  auto values = list(node.operands[0]);
  // RFC 5229, 5: an empty one is not counted
  if (node.match == MatchType::count) std::erase(values, std::string());
  return match(node, values, node.operands[1]);
}

bool Runner::test_mailbox(const Node& node) {
  if (node.kind == Kind::special_use_exists) {  // RFC 8579, 3
    const auto mailbox = node.has_optional ? text(node.operands[0][0]) : std::string();
    const auto uses = list(node.operands.back());
    return std::ranges::all_of(uses, [&](const std::string& use) {
      const auto folder = world_.folder_for(use);
      return folder && (!node.has_optional || *folder == mailbox);
    });
  }
  const auto names = list(node.operands[0]);
  (void)steps_.spend(names.size());
  return std::ranges::all_of(names, [&](const std::string& name) {
    if (node.kind == Kind::mailbox_id_exists) return world_.folder_of_id(name).has_value();
    return iequals(name, "INBOX") || world_.has_folder(name);
  });
}

bool Runner::test_environment(const Node& node) {
  const auto value = world_.item(to_lower(text(node.operands[0][0])));
  return value && match(node, {*value}, node.operands[1]);
}

}  // namespace kontor::sieve
