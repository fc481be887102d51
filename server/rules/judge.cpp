// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rules/judge.hpp"

#include <algorithm>
#include <set>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/lower.hpp"
#include "directory/model/attributes.hpp"
#include "server/rules/rule_words.hpp"

namespace kontor::rules {
namespace {

constexpr std::size_t k_most_places = 10'000;

bool is_within(const Condition& condition, double value) {
  return (!condition.over || value > *condition.over) &&
         (!condition.under || value < *condition.under);
}

// The group that a rule names, by address, SID, DN or name.
Person find_group(const directory::DirectoryCopy& copy, const std::string& name) {
  const auto is_group = [](const Person& one) {
    return one != nullptr && one->kind == directory::Kind::group;
  };
  if (auto found = copy.find_address(name); is_group(found)) return found;
  if (auto found = copy.find_sid(name); is_group(found)) return found;
  const auto folded = directory::fold_name(name);
  const bool is_dn = name.contains('=');
  const auto dn = is_dn ? directory::fold_dn(name) : std::string();
  for (const auto& one : copy.all()) {
    if (!is_group(one)) continue;
    if (is_dn ? directory::fold_dn(one->dn) == dn
              : directory::fold_name(one->name) == folded ||
                    directory::fold_name(one->account_name) == folded)
      return one;
  }
  return nullptr;
}

bool compare(How how, std::string_view text, std::string_view value) {
  switch (how) {
    case How::is:
      return text == value;
    case How::contains:
      return text.contains(value);
    case How::begins:
      return text.starts_with(value);
    case How::ends:
      return text.ends_with(value);
    default:
      return false;
  }
}

}  // namespace

bool Judge::fits_text(const ReadyCondition& condition,
                      std::string_view text,
                      const std::string* folded) const {
  const auto how = condition.condition.how;
  if (how == How::matches)
    return std::ranges::any_of(condition.patterns,
                               [&](const Pattern& one) { return one.is_in(text); });
  const auto own = folded == nullptr ? mime::fold_case(text) : std::string();
  std::string_view compared = folded == nullptr ? own : *folded;
  if (how == How::is || how == How::begins || how == How::ends) compared = trim(compared);
  return std::ranges::any_of(
      condition.folded, [&](const std::string& value) { return compare(how, compared, value); });
}

bool Judge::fits_any(const ReadyCondition& condition, const std::vector<std::string>& texts) const {
  return std::ranges::any_of(texts,
                             [&](const std::string& text) { return fits_text(condition, text); });
}

bool Judge::is_in_group(const ReadyCondition& condition, const directory::Principal& person) const {
  if (sources_.copy == nullptr) return false;
  const auto sids = sources_.copy->effective_sids(person.id);
  return std::ranges::any_of(condition.condition.values, [&](const std::string& name) {
    const auto group = find_group(*sources_.copy, name);
    return group != nullptr &&
           (group->id == person.id ||
            (!group->sid.empty() && std::ranges::binary_search(sids, group->sid)));
  });
}

bool Judge::is_in_unit(const ReadyCondition& condition, const directory::Principal& person) const {
  const auto dn = directory::fold_dn(person.dn);
  return std::ranges::any_of(condition.condition.values, [&](const std::string& value) {
    const auto unit = directory::fold_dn(value);
    return !unit.empty() && dn.size() > unit.size() && dn.ends_with(unit) &&
           dn[dn.size() - unit.size() - 1] == ',';
  });
}

bool Judge::fits_recipient(const ReadyCondition& ready, const MailRecipient& recipient) const {
  const auto& condition = ready.condition;
  const auto is_any = [&](auto fits) {
    return std::ranges::any_of(recipient.people, [&](const Person& one) { return fits(*one); });
  };
  switch (condition.about) {
    case About::direction: {
      const auto* way = !facts_.mail().is_ours ? "incoming"
                        : recipient.is_here    ? "internal"
                                               : "outgoing";
      return std::ranges::find(condition.values, way) != condition.values.end();
    }
    case About::recipient:
      return fits_text(ready, recipient.address);
    case About::recipient_group:
      return is_any([&](const directory::Principal& one) { return is_in_group(ready, one); });
    case About::recipient_unit:
      return is_any([&](const directory::Principal& one) { return is_in_unit(ready, one); });
    default:
      return false;
  }
}

bool Judge::has_words(const ReadyCondition& ready) {
  std::uint32_t found = 0;
  for (const auto& word : ready.folded)
    if (word.size() > 2 && facts_.words().contains(word) && ++found >= ready.condition.at_least)
      return true;
  return false;
}

bool Judge::has_numbers(const ReadyCondition& ready) {
  std::set<std::string> found;
  for (const auto what : ready.numbers)
    for (auto& one : numbers_in(facts_.all_text(), what, k_most_places))
      if (found.insert(std::move(one.digits)).second && found.size() >= ready.condition.at_least)
        return true;
  return false;
}

bool Judge::is_like(const ReadyCondition& ready) {
  if (!sources_.likeness) return false;
  if (!likeness_) likeness_ = sources_.likeness(facts_.all_text());
  const auto& condition = ready.condition;
  return std::ranges::any_of(*likeness_, [&](const Likeness& one) {
    const auto same = [&](const std::string& name) {
      return mime::lower_utf8(name) == mime::lower_utf8(one.name);
    };
    if (!condition.values.empty() && std::ranges::none_of(condition.values, same)) return false;
    return (condition.over && one.share >= *condition.over) ||
           (condition.letters > 0 && one.letters >= condition.letters);
  });
}

bool Judge::fits_file(const ReadyCondition& ready, const AttachedFile& file) const {
  bool fits = false;
  if (ready.condition.about == About::attachment_name)
    fits = fits_text(ready, file.name);
  else if (ready.condition.about == About::attachment_type)
    fits = fits_text(ready, file.media_type);
  else if (ready.condition.about == About::attachment_size)
    fits = is_within(ready.condition, static_cast<double>(file.size));
  return fits != ready.condition.is_not;
}

bool Judge::is_true(const ReadyCondition& ready) {
  const auto& condition = ready.condition;
  const auto& mail = facts_.mail();
  const auto any_file = [&](auto fits) {
    return std::ranges::any_of(facts_.structure().files, fits);
  };
  switch (condition.about) {
    case About::sender:
      return fits_any(ready, facts_.senders()) ||
             (facts_.senders().empty() && fits_text(ready, ""));
    case About::sender_group:
      return mail.person != nullptr && is_in_group(ready, *mail.person);
    case About::sender_unit:
      return mail.person != nullptr && is_in_unit(ready, *mail.person);
    case About::authenticated:
      return mail.is_authenticated;
    case About::recipients:
      return is_within(condition, static_cast<double>(mail.recipients.size()));
    case About::subject:
      return fits_text(ready, facts_.subject());
    case About::body:
      return fits_text(ready, facts_.body(), &facts_.folded_body());
    case About::text:
      return fits_text(ready, facts_.all_text(), &facts_.folded_text());
    case About::words:
      return has_words(ready);
    case About::numbers:
      return has_numbers(ready);
    case About::fingerprint:
      return is_like(ready);
    case About::header: {
      const auto values = facts_.header(condition.header);
      return condition.values.empty() ? !values.empty() : fits_any(ready, values);
    }
    case About::size:
      return is_within(condition, static_cast<double>(facts_.message().size()));
    case About::attachment:
      return !facts_.structure().files.empty();
    case About::attachment_name:
      return any_file([&](const AttachedFile& file) { return fits_text(ready, file.name); });
    case About::attachment_type:
      return any_file([&](const AttachedFile& file) { return fits_text(ready, file.media_type); });
    case About::attachment_size:
      return any_file([&](const AttachedFile& file) {
        return is_within(condition, static_cast<double>(file.size));
      });
    case About::spam:
      return mail.is_junk;
    case About::spam_score:
      return mail.score && is_within(condition, *mail.score);
    case About::is_signed:
      return facts_.structure().is_signed;
    case About::is_encrypted:
      return facts_.structure().is_encrypted;
    default:
      return false;
  }
}

Judge::Those Judge::holds(const ReadyCondition& ready) {
  const auto& recipients = facts_.mail().recipients;
  const bool is_not = ready.condition.is_not;
  if (!row_of(ready.condition.about).is_of_recipients)
    return Those(recipients.size(), is_true(ready) != is_not);
  Those out(recipients.size());
  for (std::size_t i = 0; i < recipients.size(); ++i)
    out[i] = fits_recipient(ready, recipients[i]) != is_not;
  return out;
}

Judge::Those Judge::holds(const ReadyRule& rule) {
  const auto count = facts_.mail().recipients.size();
  const auto is_none = [](const Those& those) {
    return std::ranges::find(those, true) == those.end();
  };
  const bool is_any = rule.rule.is_any && !rule.when.empty();
  Those out(count, !is_any);
  for (const auto& condition : rule.when) {
    const auto those = holds(condition);
    for (std::size_t i = 0; i < count; ++i)
      out[i] = is_any ? out[i] || those[i] : out[i] && those[i];
    if (!is_any && is_none(out)) return out;
  }
  for (const auto& exception : rule.except) {
    if (is_none(out)) return out;
    const auto those = holds(exception);
    for (std::size_t i = 0; i < count; ++i) out[i] = out[i] && !those[i];
  }
  return out;
}

namespace {

// Places of a word of the list in the text as it stands. Its letters and digits are compared one by
// one, so that case and accents are as in the condition.
void add_word_places(std::string_view text,
                     const std::string& value,
                     std::vector<mime::Range>& out) {
  std::string expression;
  for (const auto word : split(trim(value), ' ')) {
    if (word.empty()) continue;
    if (!expression.empty()) expression += "[^\\pL\\pN]+";
    expression += Pattern::quote(word);
  }
  if (expression.empty()) return;
  const auto pattern = Pattern::make(expression);
  if (!pattern) return;
  const auto is_letter_byte = [](char c) {
    return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
  };
  const auto edge = Pattern::make("^[\\pL\\pN]");
  const auto tail = Pattern::make("[\\pL\\pN]$");
  if (!edge || !tail) return;
  for (const auto& place : pattern->places(text, k_most_places)) {
    const auto end = place.offset + place.size;
    if (end < text.size() && (is_letter_byte(text[end]) || edge->is_in(text.substr(end, 4))))
      continue;
    auto before = place.offset;
    for (int back = 0; before > 0 && back < 4; ++back) {
      --before;
      if ((static_cast<unsigned char>(text[before]) & 0xC0U) != 0x80) break;
    }
    if (place.offset > 0 && tail->is_in(text.substr(before, place.offset - before))) continue;
    out.push_back(place);
  }
}

}  // namespace

std::vector<mime::Range> places_of(const std::vector<ReadyCondition>& conditions,
                                   std::string_view utf8) {
  std::vector<mime::Range> all;
  for (const auto& ready : conditions) {
    for (const auto what : ready.numbers)
      for (const auto& one : numbers_in(utf8, what, k_most_places)) all.push_back(one.place);
    for (const auto& pattern : ready.patterns)
      for (const auto& place : pattern.places(utf8, k_most_places)) all.push_back(place);
    if (ready.condition.about == About::words)
      for (const auto& value : ready.condition.values) add_word_places(utf8, value, all);
    else if (ready.condition.about == About::body && ready.condition.how != How::matches)
      for (const auto& value : ready.condition.values)
        if (const auto literal = Pattern::make(Pattern::quote(value)); literal)
          for (const auto& place : literal->places(utf8, k_most_places)) all.push_back(place);
  }
  std::ranges::sort(all, {}, [](const mime::Range& one) { return one.offset; });
  std::vector<mime::Range> out;
  for (const auto& place : all) {
    if (out.empty() || place.offset >= out.back().offset + out.back().size) {
      out.push_back(place);
      continue;
    }
    auto& last = out.back();
    last.size = std::max(last.offset + last.size, place.offset + place.size) - last.offset;
  }
  return out;
}

}  // namespace kontor::rules
