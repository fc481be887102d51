// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/scheduling/round.hpp"

#include <algorithm>
#include <deque>
#include <exception>

#include "base/core/run_all.hpp"
#include "base/log/events/scheduling.hpp"
#include "calendar/itip/organizer.hpp"
#include "calendar/recur/instances.hpp"

namespace kontor::scheduling {
namespace {

using calendar::Applied;
using calendar::CalendarObject;
using calendar::Method;

constexpr int k_tries = 8;       // while others change the same object
constexpr int k_most_turns = 4;  // answers to answers
// Of a larger meeting the others' answers are seen at its next change: each answer would otherwise
// write as many objects as there are attendees.
constexpr std::size_t k_most_refreshed = 50;
// Told at the same time: their commits wait side by side.
constexpr std::size_t k_most_at_once = 16;

bool is_retried(const Error& error) {
  return error.code() == Errc::conflict || error.code() == Errc::exists;
}

bool changes_something(Applied outcome) {
  return outcome == Applied::created || outcome == Applied::updated ||
         outcome == Applied::cancelled || outcome == Applied::removed;
}

// A change that others made and that does not concern the owner (RFC 6638, 3.2.10).
bool keeps_tag(const Letter& letter) {
  return letter.is_silent || letter.message.method == Method::reply;
}

store::ObjectCondition unless_changed(const std::optional<FoundObject>& found) {
  store::ObjectCondition condition;
  condition.wanted =
      found ? store::ObjectCondition::Wanted::one_of : store::ObjectCondition::Wanted::absent;
  if (found) condition.guids = {found->item.guid};
  return condition;
}

}  // namespace

Round::Round(Scheduler& scheduler)
    : scheduler_(scheduler),
      environment_(scheduler.environment_),
      copy_(environment_.directory.current()),
      now_(environment_.clock.now()) {}

std::optional<Letter> Round::letter_of(calendar::SchedulingMessage message, Origin origin) {
  Letter letter;
  letter.bytes = calendar::write_component(message.calendar);
  auto object = calendar::read_message(letter.bytes);
  if (!object) return std::nullopt;
  letter.message = std::move(message);
  letter.object = std::make_shared<const CalendarObject>(*std::move(object));
  letter.origin = origin;
  return letter;
}

Task<std::string> Round::tell(const Letter& letter, std::string to) {
  auto whom = find_addressee(*copy_, environment_.settings.domains.local, to, now_);
  if (whom.where == Where::here) co_return co_await tell_here(letter, whom.principal);
  if (whom.where != Where::outside || letter.origin == Origin::mail) co_return "3.7";
  if (!environment_.by_mail) co_return "5.3";
  co_return co_await environment_.by_mail(letter.message, whom.address);
}

Task<std::map<std::string, std::string>> Round::tell_all(
    Acting by, std::vector<calendar::SchedulingMessage> messages) {
  const bool is_bound =
      environment_.policies.of(by.owner->id)->sends_here_only ||
      (by.is_delegate() && environment_.policies.of(by.writer->id)->sends_here_only);
  std::map<std::string, std::string> statuses;
  std::deque<Letter> letters;  // each stays where it is
  std::vector<Telling> all;
  for (auto& message : messages) {
    const auto to = message.to;
    auto letter = letter_of(std::move(message), Origin::inside);
    if (letter) letters.push_back(*std::move(letter));
    for (const auto& address : to) {
      const auto whom = find_addressee(*copy_, environment_.settings.domains.local, address, now_);
      if (!letter)
        statuses[address] = "5.1";
      else if (whom.where == Where::outside && is_bound)
        statuses[address] = "3.8";
      else
        all.push_back({&letters.back(), address, nullptr, {}});
    }
  }
  co_await tell_each(all);
  for (auto& one : all) statuses[one.to] = std::move(one.status);
  co_return statuses;
}

Task<void> Round::tell_each(std::vector<Telling>& all) {
  std::atomic<std::size_t> next{0};
  std::vector<Task<void>> tasks;
  for (std::size_t i = 0; i < std::min(all.size(), k_most_at_once); ++i)
    tasks.push_back(tell_next(all, next));
  co_await run_all(std::move(tasks));
}

Task<void> Round::tell_next(std::vector<Telling>& all, std::atomic<std::size_t>& next) {
  for (;;) {
    const auto index = next.fetch_add(1);
    if (index >= all.size()) co_return;
    auto& one = all[index];
    try {
      if (one.person)
        one.status = co_await tell_here(*one.letter, one.person);
      else
        one.status = co_await tell(*one.letter, one.to);
    } catch (const std::exception& error) {
      one.status = "5.1";
      environment_.log.emit(log::events::k_schedule_failed,
                            {{log::Keys::principal, one.person ? one.person->id.text() : one.to},
                             {log::Keys::error, name_of(Errc::internal)},
                             {log::Keys::detail, error.what()}});
    }
  }
}

Task<Result<Round::Reader>> Round::open(PrincipalPtr person) {
  Reader reader;
  KONTOR_CO_TRY(reader.account, co_await environment_.store.open_for(binding_of(*person)));
  if (environment_.prepare) {
    KONTOR_CO_TRY(co_await environment_.prepare(*reader.account));
  }
  reader.self = addresses_of(*person);
  reader.person = std::move(person);
  co_return reader;
}

void Round::log_failure(const Reader& reader, const Error& error) const {
  environment_.log.emit(log::events::k_schedule_failed,
                        {{log::Keys::principal, reader.person->id.text()},
                         {log::Keys::error, name_of(error.code())},
                         {log::Keys::detail, error.detail()}});
}

Task<std::string> Round::tell_here(const Letter& letter, PrincipalPtr person) {
  Reader reader;
  reader.person = person;
  auto opened = co_await open(person);
  if (!opened) {
    log_failure(reader, opened.error());
    co_return "5.1";
  }
  reader = *std::move(opened);
  Result<Applied> applied = fail(Errc::conflict);
  for (int i = 0; i < k_tries && !applied && is_retried(applied.error()); ++i)
    applied = co_await apply(letter, reader);
  if (!applied) {
    log_failure(reader, applied.error());
    co_return "5.1";
  }
  const bool is_refused = *applied == Applied::nothing && letter.message.method == Method::request;
  co_return is_refused ? "3.8" : "1.2";
}

Task<Result<std::optional<CalendarObject>>> Round::read(store::Account& account,
                                                        std::optional<FoundObject> found) {
  if (!found) co_return std::nullopt;
  KONTOR_CO_TRY(const auto bytes, co_await account.read_message(found->item.id));
  auto object = calendar::read_object(bytes);
  if (!object) co_return fail(Errc::corrupt, "a stored object: " + object.error().sentence);
  co_return *std::move(object);
}

Task<Result<Applied>> Round::apply(const Letter& letter, const Reader& reader) {
  auto& account = *reader.account;
  const auto found = find_by_uid(account.view(), letter.object->uid);
  if (letter.is_silent && !found) co_return Applied::nothing;
  KONTOR_CO_TRY(const auto stored, co_await read(account, found));
  calendar::ApplyOptions options;
  options.self = reader.self;
  options.now = now_;
  options.take_party_crashers = letter.origin == Origin::inside;
  auto applied = calendar::apply_message(stored ? &*stored : nullptr, *letter.object,
                                         letter.message.from, options);
  const bool is_room = reader.person->kind == directory::Kind::room;
  const bool is_asked = applied.outcome == Applied::created || applied.outcome == Applied::updated;
  if (is_room && is_asked && letter.message.method != Method::reply) {
    KONTOR_CO_TRY(co_await book(letter, reader, found, *std::move(applied.calendar)));
    co_return applied.outcome;
  }
  // The same a second time, after a crash: he has it, and was told.
  if (stored && applied.calendar && *applied.calendar == stored->calendar && !letter.is_silent &&
      letter.message.method != Method::reply)
    co_return applied.outcome;
  const bool is_gone =
      applied.outcome == Applied::removed || (is_room && applied.outcome == Applied::cancelled);
  if (is_gone && found) {
    KONTOR_CO_TRY(
        co_await account.remove_object(found->folder, found->name, unless_changed(found)));
  } else if (applied.calendar) {
    KONTOR_CO_TRY(co_await store_object(letter, reader, found, *std::move(applied.calendar),
                                        keeps_tag(letter)));
  }
  consequences_.with([&](auto& all) {
    for (auto& answer : applied.messages) all.answers.push_back(std::move(answer));
    if (applied.others_should_know)
      all.changed[{reader.person, letter.object->uid}].insert(letter.message.from);
  });
  const bool is_shown = changes_something(applied.outcome) ||
                        applied.outcome == Applied::countered ||
                        letter.message.method == Method::decline_counter;
  if (is_shown && !letter.is_silent && !is_room) {
    KONTOR_CO_TRY(co_await put_into_inbox(account, letter.bytes));
  }
  co_return applied.outcome;
}

Result<store::ObjectKeys> Round::check(const Letter& letter, const std::string& bytes) const {
  auto known = letter.stored->with([&](const auto& stored) {
    return stored && stored->bytes == bytes ? std::optional(stored->keys) : std::nullopt;
  });
  if (known) return *std::move(known);
  const auto checked = calendar::read_object(bytes);
  if (!checked) return fail(Errc::bad_input, checked.error().sentence);
  calendar::ObjectZones zones(checked->calendar, scheduler_.zones_, nullptr);
  if (const auto good = calendar::check_instances(*checked, zones); !good)
    return fail(Errc::bad_input, good.error().sentence);
  auto keys = keys_of(*checked, scheduler_.zones_);
  letter.stored->with([&](auto& stored) { stored = Letter::Checked{bytes, keys}; });
  return keys;
}

Task<Result<store::ObjectPut>> Round::store_object(const Letter& letter,
                                                   const Reader& reader,
                                                   std::optional<FoundObject> found,
                                                   calendar::Component calendar,
                                                   bool keeps_tag) {
  auto& account = *reader.account;
  store::NewObject object;
  object.bytes = calendar::write_component(calendar);
  KONTOR_CO_TRY(object.keys, check(letter, object.bytes));
  object.name = found ? found->name : Uuid::random().text() + ".ics";
  store::FolderId folder = found ? found->folder : 0;
  if (!found) {
    const auto calendar_folder = default_calendar(account.view(), letter.object->kind);
    store::FolderOptions options;
    options.folder_class = store::FolderClass::calendar;
    if (calendar_folder) {
      folder = calendar_folder->id;
    } else {
      KONTOR_CO_TRY(folder,
                    co_await account.create_folder(std::string(k_default_calendar), options));
    }
  }
  std::string entry, tag;
  if (found && keeps_tag && environment_.tag_entry) {
    entry = environment_.tag_entry(found->name);
    tag = schedule_tag(account.view(), folder, entry, found->item.guid);
  }
  KONTOR_CO_TRY(const auto put,
                co_await account.put_object(folder, std::move(object), unless_changed(found)));
  if (!tag.empty())
    co_await keep_schedule_tag(account, folder, std::move(entry), put.guid, std::move(tag));
  co_return put;
}

Task<void> Round::finish() {
  // One by one: all that rooms answer goes into one object of the organizer's.
  for (int turn = 0; turn < k_most_turns; ++turn) {
    const auto answers =
        consequences_.with([](auto& all) { return std::exchange(all.answers, {}); });
    if (answers.empty()) break;
    for (const auto& answer : answers) {
      const auto letter = letter_of(answer, Origin::inside);
      if (!letter) continue;
      for (const auto& to : answer.to) co_await tell(*letter, to);
    }
  }
  const auto changed = consequences_.with([](auto& all) { return std::exchange(all.changed, {}); });
  for (const auto& [meeting, replied] : changed) co_await refresh(meeting, replied);
}

// The others' copies show what somebody answered; they are not told of it.
Task<void> Round::refresh(Meeting meeting, std::set<std::string> replied) {
  const auto organizer = co_await open(meeting.organizer);
  if (!organizer) co_return;
  const auto found = find_by_uid(organizer->account->view(), meeting.uid);
  const auto object = co_await read(*organizer->account, found);
  if (!object || !*object || (*object)->attendees().size() > k_most_refreshed) co_return;
  auto change = calendar::organizer_change(nullptr, &**object, organizer->self, now_);
  if (!change) co_return;
  std::deque<Letter> letters;  // each stays where it is
  std::vector<Telling> all;
  for (auto& message : change->messages) {
    auto letter = letter_of(std::move(message), Origin::inside);
    if (!letter) continue;
    letter->is_silent = true;
    letters.push_back(*std::move(letter));
    for (const auto& to : letters.back().message.to) {
      auto whom = find_addressee(*copy_, environment_.settings.domains.local, to, now_);
      const bool is_person =
          whom.where == Where::here && whom.principal->kind == directory::Kind::person;
      if (is_person && !replied.contains(to))
        all.push_back({&letters.back(), to, std::move(whom.principal), {}});
    }
  }
  co_await tell_each(all);
}

}  // namespace kontor::scheduling
