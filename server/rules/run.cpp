// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rules/run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"
#include "base/mime/letter.hpp"
#include "server/rules/rewrite/edits.hpp"
#include "server/rules/rewrite/replace.hpp"
#include "server/rules/rule_words.hpp"
#include "server/rules/template.hpp"

namespace kontor::rules {
namespace {

constexpr std::string_view k_refusal = "the rules of this organisation refuse this message";

class Run {
 public:
  Run(Mail mail,
      const std::vector<FileText>& files,
      const Sources& sources,
      const RunOptions& options)
      : mail_(std::move(mail)),
        sources_(sources),
        options_(options),
        facts_(mail_, files, options.limits) {
    out_.fates.assign(mail_.recipients.size(), Fate::kept);
  }

  Outcome run(const Ruleset& rules) {
    for (const auto& rule : rules.rules()) {
      if (!is_due(rule.rule)) continue;
      const auto those = whom(rule);
      if (those.empty()) continue;
      if (!act(rule, those)) break;
    }
    out_.is_changed = is_changed_;
    out_.message = facts_.take_message();
    return std::move(out_);
  }

 private:
  bool is_due(const Rule& rule) const {
    if (options_.is_rehearsal) return true;
    return rule.state != State::off && (!rule.from || *rule.from <= options_.now) &&
           (!rule.until || options_.now < *rule.until);
  }

  std::vector<std::size_t> whom(const ReadyRule& rule) {
    const auto those = Judge(facts_, sources_).holds(rule);
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < those.size(); ++i)
      if (those[i] && out_.fates[i] == Fate::kept) out.push_back(i);
    return out;
  }

  // What an action works on: the outcome, or a copy of it that is thrown away.
  struct Desk {
    Outcome& out;
    std::string message;
    bool is_changed = false, is_over = false;
    std::vector<std::string> words;
  };

  // False: no further rule is asked.
  bool act(const ReadyRule& rule, const std::vector<std::size_t>& those) {
    const bool is_rehearsal = options_.is_rehearsal || rule.rule.state == State::rehearsal;
    Outcome copy;
    if (is_rehearsal) copy.fates = out_.fates;
    Desk desk{is_rehearsal ? copy : out_, facts_.message(), false, false, {}};
    for (std::size_t i = 0; i < rule.rule.actions.size() && !desk.is_over; ++i)
      do_action(rule, i, those, desk);
    Told told;
    told.rule = rule.rule.name;
    told.is_rehearsal = is_rehearsal;
    told.words = join(desk.words, "; ");
    told.of = those;
    out_.told.push_back(std::move(told));
    if (is_rehearsal) return true;
    if (desk.is_changed) {
      facts_.change(std::move(desk.message));
      is_changed_ = true;
    }
    return !desk.is_over;
  }

  Values values(const std::string& rule) {
    Values out = mail_.author ? values_of(*mail_.author) : Values();
    const auto put = [&](const char* name, std::string value) {
      if (!value.empty()) out[name] = to_valid_utf8(mime::one_line(value));
    };
    put("rule", rule);
    put("trace", mail_.trace);
    put("sender", mail_.sender);
    put("subject", facts_.subject());
    put("date", mime::format_date(options_.now));
    put("from", facts_.senders().empty() ? std::string() : facts_.senders().back());
    put("size", std::to_string(facts_.message().size()));
    std::vector<std::string> to;
    for (const auto& one : mail_.recipients)
      if (to.size() < 20) to.push_back(one.address);
    put("recipients", join(to, ", "));
    return out;
  }

  void change(Desk& desk, std::string message) {
    desk.message = std::move(message);
    desk.is_changed = true;
  }

  void do_action(const ReadyRule& rule,
                 std::size_t index,
                 const std::vector<std::size_t>& those,
                 Desk& desk) {
    const auto& action = rule.rule.actions[index];
    switch (action.what) {
      case Does::copy:
      case Does::move:
      case Does::redirect:
        return send(rule.rule, action, those, desk);
      case Does::drop:
      case Does::hold:
        return take_out(rule.rule, action, those, desk);
      case Does::refuse:
        return refuse(rule.rule, action, desk);
      case Does::junk:
        desk.out.added += options_.junk_field + ": " + "rule " + safe(rule.rule.name) + "\r\n";
        desk.words.emplace_back("into Junk");
        return;
      case Does::notify:
        return notify(rule.rule, action, desk);
      case Does::add_header:
      case Does::set_header:
      case Does::remove_header:
      case Does::tag_subject:
        return change_header(rule.rule, action, desk);
      case Does::add_text:
        return put_text(rule.rule, action, desk);
      case Does::replace_text:
        return mask(rule, index, desk);
      case Does::remove_attachments:
        return take_files(rule, index, desk);
      case Does::stop:
        desk.is_over = true;
        desk.words.emplace_back("no further rule is asked");
        return;
    }
  }

  // In a field that others read by its bytes.
  static std::string safe(std::string_view name) {
    return mime::encoded_words(mime::one_line(name));
  }

  void send(const Rule& rule,
            const Action& action,
            const std::vector<std::size_t>& those,
            Desk& desk) {
    const bool is_copy = action.what == Does::copy;
    std::vector<std::size_t> left;
    for (const auto index : those)
      if (is_copy || desk.out.fates[index] == Fate::kept) left.push_back(index);
    if (left.empty()) return;
    for (const auto& address : action.to)
      desk.out.targets.push_back({rule.name, address, is_copy, action.what == Does::move,
                                  is_copy ? std::vector<std::size_t>() : left});
    if (!is_copy)
      for (const auto index : left) desk.out.fates[index] = Fate::replaced;
    desk.words.push_back((is_copy                     ? "copied to "
                          : action.what == Does::move ? "moved to "
                                                      : "redirected to ") +
                         join(action.to, ", "));
  }

  void take_out(const Rule& rule,
                const Action& action,
                const std::vector<std::size_t>& those,
                Desk& desk) {
    const bool is_held = action.what == Does::hold;
    std::vector<std::size_t> left;
    for (const auto index : those)
      if (desk.out.fates[index] == Fate::kept) left.push_back(index);
    for (const auto index : left) desk.out.fates[index] = is_held ? Fate::held : Fate::dropped;
    if (left.empty()) return;
    if (is_held) desk.out.holds.push_back({rule.name, action.value, left});
    desk.words.emplace_back(is_held ? "held" : "deleted");
  }

  void refuse(const Rule& rule, const Action& action, Desk& desk) {
    auto text = mime::one_line(fill_template(action.value, values(rule.name), false));
    if (text.empty()) text = k_refusal;
    desk.out.refusal = RefusedBy{rule.name, text};
    desk.is_over = true;
    desk.words.push_back("refused: " + text);
  }

  void notify(const Rule& rule, const Action& action, Desk& desk) {
    const auto text = action.value.empty() ? std::string()
                                           : fill_template(action.value, values(rule.name), false);
    for (const auto& to : action.to) desk.out.notices.push_back({rule.name, to, text});
    desk.words.push_back("notice to " + join(action.to, ", "));
  }

  void change_header(const Rule& rule, const Action& action, Desk& desk) {
    if (action.what == Does::tag_subject) {
      bool is_changed = false;
      auto message = with_subject_tag(desk.message, action.value, is_changed);
      if (is_changed) change(desk, std::move(message));
      desk.words.emplace_back(is_changed ? "subject tagged" : "the subject has the tag");
      return;
    }
    if (action.what == Does::remove_header) {
      std::size_t count = 0;
      auto message = without_fields(desk.message, action.name, count);
      if (count > 0) change(desk, std::move(message));
      desk.words.push_back(fmt::format("{} {} taken out", count, action.name));
      return;
    }
    const auto value = fill_template(action.value, values(rule.name), false);
    const bool is_added = action.what == Does::add_header;
    change(desk, is_added ? field_line(action.name, value) + desk.message
                          : with_field(desk.message, action.name, value));
    desk.words.push_back(action.name + (is_added ? " added" : " set"));
  }

  void put_text(const Rule& rule, const Action& action, Desk& desk) {
    const auto filled = values(rule.name);
    Addition addition;
    addition.text = fill_template(action.value, filled, false);
    addition.html = fill_template(action.html, filled, true);
    addition.pictures = action.pictures;
    addition.at_start = action.at_start;
    addition.once = action.once;
    auto done = add_text(desk.message, addition, options_.limits);
    switch (done.outcome) {
      case Added::done:
        change(desk, std::move(done.message));
        desk.words.emplace_back("text added");
        return;
      case Added::there_already:
        desk.words.emplace_back("the text is there already");
        return;
      case Added::sealed:
        desk.words.emplace_back("signed or encrypted: no text added");
        return;
      case Added::no_place:
        desk.words.emplace_back("no place for the text");
        return;
    }
  }

  void mask(const ReadyRule& rule, std::size_t index, Desk& desk) {
    const auto& conditions = rule.what_of[index];
    const FindPlaces find = [&](std::string_view text) { return places_of(conditions, text); };
    auto done = replace_text(desk.message, find, rule.rule.actions[index].value, options_.limits);
    if (done.count > 0) change(desk, std::move(done.message));
    desk.words.push_back(fmt::format("{} places replaced", done.count));
  }

  void take_files(const ReadyRule& rule, std::size_t index, Desk& desk) {
    const auto& action = rule.rule.actions[index];
    const Judge judge(facts_, sources_);
    const auto& conditions = rule.what_of[index];
    const WantsFile wants = [&](const AttachedFile& file) {
      return std::ranges::all_of(
          conditions, [&](const ReadyCondition& one) { return judge.fits_file(one, file); });
    };
    auto filled = values(rule.rule.name);
    const NoteOfFile note = [&](const AttachedFile& file) {
      filled["attachment"] = to_valid_utf8(mime::one_line(file.name));
      filled["size"] = std::to_string(file.size);
      return action.value.empty()
                 ? fmt::format(
                       "The attachment \"{}\" ({} bytes) was removed by a rule of this "
                       "organisation.\nВложение «{}» ({} байт) удалено по правилу "
                       "организации.",
                       filled["attachment"], file.size, filled["attachment"], file.size)
                 : fill_template(action.value, filled, false);
    };
    auto done = remove_files(desk.message, wants, note, options_.limits);
    if (!done.gone.empty()) change(desk, std::move(done.message));
    std::vector<std::string> names;
    for (const auto& file : done.gone)
      if (names.size() < 10) names.push_back(file.name.empty() ? file.media_type : file.name);
    desk.words.push_back(fmt::format("{} attachments removed", done.gone.size()) +
                         (names.empty() ? "" : ": " + join(names, ", ")));
    if (done.kept > 0)
      desk.words.push_back(fmt::format("{} are signed or encrypted and stay", done.kept));
  }

  Mail mail_;
  const Sources& sources_;
  const RunOptions& options_;
  Facts facts_;
  Outcome out_;
  bool is_changed_ = false;
};

}  // namespace

Outcome run(const Ruleset& rules,
            Mail mail,
            const std::vector<FileText>& files,
            const Sources& sources,
            const RunOptions& options) {
  return Run(std::move(mail), files, sources, options).run(rules);
}

}  // namespace kontor::rules
