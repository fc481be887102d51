// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/scheduling/imip/letter_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "base/mime/letter.hpp"
#include "calendar/itip/parts.hpp"
#include "server/scheduling/imip/rule_words.hpp"

namespace kontor::scheduling {
namespace {

using calendar::Component;
using calendar::Method;
using calendar::Property;
using Pair = std::array<std::string_view, 2>;  // English, Russian

constexpr std::size_t k_longest_line = 300;  // bytes: of a summary, a place, a name
constexpr std::size_t k_longest_text = 20'000;
constexpr std::size_t k_most_people = 40;
constexpr std::size_t k_most_dates = 20;

// What is said of the message as a whole. `lead` is of the name of who says it.
struct Saying {
  Pair subject, lead;
};
constexpr Saying k_invites{{"Invitation", "Приглашение"},
                           {"{} invites you.", "{} приглашает вас."}};
constexpr Saying k_assigns{{"Task", "Задача"}, {"{} gives you a task.", "{} поручает вам задачу."}};
constexpr Saying k_changes{{"Changed", "Изменено"},
                           {"{} has changed what you are invited to.",
                            "{} сообщает об изменениях в том, куда вы приглашены."}};
constexpr Saying k_cancels{{"Cancelled", "Отменено"},
                           {"{} has cancelled this.", "{} сообщает об отмене."}};
constexpr Saying k_adds{{"Added", "Добавлено"}, {"{} adds a date.", "{} добавляет ещё одну дату."}};
constexpr Saying k_publishes{{"For your calendar", "Для вашего календаря"},
                             {"{} tells you of this.", "{} сообщает вам об этом."}};
constexpr Saying k_accepts{{"Accepted", "Принято"},
                           {"{} will attend.", "{} принимает приглашение."}};
constexpr Saying k_may{{"Tentative", "Под вопросом"},
                       {"{} may attend.", "{} пока не знает, сможет ли участвовать."}};
constexpr Saying k_declines{{"Declined", "Отклонено"},
                            {"{} will not attend.", "{} отклоняет приглашение."}};
constexpr Saying k_delegates{{"Delegated", "Передано"},
                             {"{} sends somebody else.", "{} передаёт приглашение другому."}};
constexpr Saying k_completes{{"Completed", "Выполнено"},
                             {"{} has completed the task.", "{}: задача выполнена."}};
constexpr Saying k_works{{"In process", "В работе"},
                         {"{} works on the task.", "{}: задача в работе."}};
constexpr Saying k_silent{{"No answer yet", "Ответа пока нет"},
                          {"{} has not answered yet.", "{} пока не отвечает."}};
constexpr Saying k_counters{{"Proposal", "Встречное предложение"},
                            {"{} proposes a change.", "{} предлагает изменение."}};
constexpr Saying k_refuses{{"Proposal declined", "Предложение отклонено"},
                           {"{} declines the proposed change; the invitation stays as it was.",
                            "{} отклоняет предложенное изменение; приглашение остаётся прежним."}};
constexpr Saying k_asks{{"Newest version asked for", "Запрос последней версии"},
                        {"{} asks for the newest version of the invitation.",
                         "{} запрашивает последнюю версию приглашения."}};

struct Labels {
  Pair what{"What", "Тема"}, when{"When", "Когда"}, repeats{"Repeats", "Повторяется"},
      also{"Also on", "А также"}, except{"Except", "Кроме"}, instance{"Of the series", "Из серии"},
      where{"Where", "Где"}, organizer{"Organizer", "Организатор"}, people{"Invited", "Приглашены"},
      comment{"Comment", "Комментарий"}, more{"and {} more", "и ещё {}"},
      cancelled{"cancelled", "отменено"},
      left_out{"Not enclosed, ask for it", "Не приложено, попросите прислать"},
      close{"The attached invite.ics puts this into a calendar; a calendar program can answer it.",
            "Приложенный файл invite.ics добавит это в календарь; ответить можно из "
            "программы-календаря."};
};
constexpr Labels k_labels;

struct Answer {
  std::string_view partstat;
  Saying saying;
  Pair word;  // behind a name
};
constexpr std::array k_answers{
    Answer{"ACCEPTED", k_accepts, {"accepted", "принято"}},
    Answer{"TENTATIVE", k_may, {"tentative", "под вопросом"}},
    Answer{"DECLINED", k_declines, {"declined", "отклонено"}},
    Answer{"DELEGATED", k_delegates, {"delegated", "передано другому"}},
    Answer{"COMPLETED", k_completes, {"completed", "выполнено"}},
    Answer{"IN-PROCESS", k_works, {"in process", "в работе"}},
};
const Answer* answer_of(const Property& attendee) {
  const auto found = std::ranges::find_if(k_answers, [&](const Answer& one) {
    return iequals(one.partstat, attendee.parameter("PARTSTAT"));
  });
  return found == k_answers.end() ? nullptr : &*found;
}

std::string short_line(std::string_view text) {
  return mime::one_line(mime::beginning(text, k_longest_line));
}
std::string line_of(const Component& part, std::string_view name) {
  return short_line(calendar::unescape_text(part.value(name)));
}

// Texts of several lines; control characters but the ends of lines are blanks.
std::string lines_of(std::string_view text) {
  std::string out;
  for (const char c : mime::beginning(text, k_longest_text))
    if (c != '\r') out.push_back(static_cast<unsigned char>(c) < 0x20 && c != '\n' ? ' ' : c);
  return out;
}

std::string person_words(const Property& person) {
  const auto address = short_line(calendar::calendar_address(person.value));
  const auto name = short_line(person.parameter("CN"));
  return name.empty() || iequals(name, address) ? address : name + " <" + address + ">";
}

class Letter {
 public:
  Letter(const calendar::SchedulingMessage& message,
         const calendar::Zones& zones,
         Language language)
      : message_(message), times_(message.calendar, zones, nullptr), language_(language) {
    // The whole first, then single instances.
    for (const bool is_instance : {false, true})
      for (const auto& one : message.calendar.components)
        if (calendar::is_scheduled(one) && (one.find("RECURRENCE-ID") != nullptr) == is_instance)
          parts_.push_back(&one);
  }

  Told run() {
    const auto& saying = this->saying();
    const auto* speaker = speaker_of(message_);
    const auto name = speaker == nullptr ? short_line(message_.from) : person_words(*speaker);
    Told told;
    told.subject = std::string(word(saying.subject));
    told.text = fmt::format(fmt::runtime(word(saying.lead)), name) + "\n\n";
    if (parts_.empty()) return told;
    const Component& first = *parts_.front();
    if (const auto summary = line_of(first, "SUMMARY"); !summary.empty())
      told.subject += ": " + summary;
    tell_first(first);
    for (std::size_t i = 1; i < std::min(parts_.size(), k_most_dates); ++i)
      tell_instance(*parts_[i]);
    if (parts_.size() > k_most_dates) text_ += more(parts_.size() - k_most_dates) + '\n';
    if (const auto text = lines_of(calendar::unescape_text(first.value("DESCRIPTION")));
        !trim(text).empty())
      text_ += '\n' + std::string(trim(text)) + '\n';
    told.text += text_;
    if (is_invitation()) told.text += "\n--\n" + std::string(word(k_labels.close)) + '\n';
    return told;
  }

 private:
  std::string_view word(const Pair& pair) const {
    return pair.at(static_cast<std::size_t>(language_));
  }
  std::string more(std::size_t count) const {
    return fmt::format(fmt::runtime(word(k_labels.more)), count);
  }
  void add(const Pair& label, std::string_view value) {
    if (!value.empty()) text_.append(word(label)).append(": ").append(value).append("\n");
  }
  bool is_invitation() const {
    return message_.method == Method::request || message_.method == Method::add;
  }

  const Saying& saying() const {
    switch (message_.method) {
      case Method::publish:
        return k_publishes;
      case Method::request:
        if (!parts_.empty() && calendar::sequence_of(*parts_.front()) > 0) return k_changes;
        return !parts_.empty() && parts_.front()->name == "VTODO" ? k_assigns : k_invites;
      case Method::add:
        return k_adds;
      case Method::cancel:
        return k_cancels;
      case Method::refresh:
        return k_asks;
      case Method::counter:
        return k_counters;
      case Method::decline_counter:
        return k_refuses;
      case Method::reply:
        break;
    }
    const auto* speaker = speaker_of(message_);
    const auto* answer = speaker == nullptr ? nullptr : answer_of(*speaker);
    return answer == nullptr ? k_silent : answer->saying;
  }

  void tell_first(const Component& part) {
    add(k_labels.what, line_of(part, "SUMMARY"));
    add(k_labels.when, when_words(part, times_, language_));
    tell_recurrence(part);
    add(k_labels.where, line_of(part, "LOCATION"));
    if (message_.method != Method::reply) tell_people(part);
    add(k_labels.comment, lines_of(calendar::unescape_text(part.value("COMMENT"))));
  }

  void tell_recurrence(const Component& part) {
    const auto* property = part.find("DTSTART");
    const auto start = property == nullptr ? std::nullopt : calendar::read_date_time(*property);
    if (const auto rule = part.value("RRULE"); start && !rule.empty())
      add(k_labels.repeats, short_line(rule_words(rule, *start, times_, language_)));
    add(k_labels.also, dates(part, "RDATE"));
    add(k_labels.except, dates(part, "EXDATE"));
    if (part.find("RECURRENCE-ID") != nullptr) add(k_labels.instance, dates(part, "RECURRENCE-ID"));
  }

  std::string dates(const Component& part, std::string_view name) const {
    std::vector<std::string> words;
    std::size_t left_out = 0;
    for (const auto& property : part.properties) {
      if (property.name != name) continue;
      for (const auto value : split(property.value, ',')) {
        // Of a period (RFC 5545, 3.3.9) the start.
        const auto time = calendar::read_date_time(trim(value.substr(0, value.find('/'))),
                                                   property.parameter("TZID"));
        if (!time) continue;
        if (words.size() < k_most_dates)
          words.push_back(moment_words(*time, language_));
        else
          ++left_out;
      }
    }
    if (left_out > 0) words.push_back(more(left_out));
    return join(words, "; ");
  }

  void tell_people(const Component& part) {
    if (const auto* organizer = part.find("ORGANIZER"))
      add(k_labels.organizer, person_words(*organizer));
    std::vector<std::string> people;
    std::size_t left_out = 0;
    for (const auto& property : part.properties) {
      if (property.name != "ATTENDEE") continue;
      if (people.size() == k_most_people) {
        ++left_out;
        continue;
      }
      const auto* answer = answer_of(property);
      people.push_back(person_words(property) +
                       (answer == nullptr ? "" : " (" + std::string(word(answer->word)) + ")"));
    }
    if (left_out > 0) people.push_back(more(left_out));
    add(k_labels.people, join(people, ", "));
  }

  // An instance of its own, beside the whole.
  void tell_instance(const Component& part) {
    const auto was = dates(part, "RECURRENCE-ID");
    const bool is_cancelled =
        message_.method == Method::cancel || iequals(part.value("STATUS"), "CANCELLED");
    auto now =
        is_cancelled ? std::string(word(k_labels.cancelled)) : when_words(part, times_, language_);
    if (message_.method == Method::reply)
      if (const auto* me = calendar::find_attendee(part, calendar::calendar_address(message_.from)))
        if (const auto* answer = answer_of(*me)) now = std::string(word(answer->word));
    add(k_labels.instance, was + " → " + now);
  }

  const calendar::SchedulingMessage& message_;
  calendar::ObjectZones times_;
  Language language_;
  std::vector<const Component*> parts_;
  std::string text_;
};

}  // namespace

Told tell(const calendar::SchedulingMessage& message,
          const calendar::Zones& zones,
          Language language) {
  return Letter(message, zones, language).run();
}

std::string words_of_left_out(std::span<const std::string> file_names, Language language) {
  if (file_names.empty()) return {};
  std::vector<std::string> words;
  for (const auto& name : file_names) words.push_back(short_line(name));
  const auto label = k_labels.left_out.at(static_cast<std::size_t>(language));
  return fmt::format("\n{}: {}\n", label, join(words, ", "));
}

const Property* speaker_of(const calendar::SchedulingMessage& message) {
  const bool is_attendee = message.method == Method::reply || message.method == Method::counter ||
                           message.method == Method::refresh;
  const auto address = calendar::calendar_address(message.from);
  for (const auto& part : message.calendar.components) {
    if (!calendar::is_scheduled(part)) continue;
    const auto* found =
        is_attendee ? calendar::find_attendee(part, address) : part.find("ORGANIZER");
    if (found != nullptr) return found;
  }
  return nullptr;
}

}  // namespace kontor::scheduling
