// SPDX-License-Identifier: GPL-3.0-or-later
// The days of a question are computed in windows of four weeks, which BusyMemory keeps; a window
// that is missing costs reading the events that lie in it, one that is there nearly nothing.
#include "server/scheduling/busy.hpp"

#include <algorithm>

#include "base/core/task.hpp"
#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "server/dav/xml/element.hpp"
#include "server/scheduling/calendars.hpp"

namespace kontor::scheduling {
namespace {

using calendar::BusyPeriod;

constexpr std::size_t k_batch = 200;
constexpr BusyWindow k_most_windows = 4;  // of one question; a longer one is computed as it is
// As server/dav keeps a property that a client has set (docs/formats/frames.md).
constexpr std::string_view k_transparency =
    "/dav/prop/{urn:ietf:params:xml:ns:caldav}schedule-calendar-transp";

// ... and the owner's hours (RFC 7953, 7.2.4), of the inbox.
constexpr std::string_view k_availability =
    "/dav/prop/{urn:ietf:params:xml:ns:caldav}calendar-availability";

bool is_transparent(const store::AccountView& view, store::FolderId folder) {
  const auto& notes = view.annotations(folder);
  const auto found = notes.find(k_transparency);
  return found != notes.end() && found->second.contains("transparent");
}

// The calendars that count.
std::vector<store::FolderInfo> calendars_in(const store::AccountView& view,
                                            const BusyQuestion& question) {
  auto out = view.folders();
  std::erase_if(out, [&](const store::FolderInfo& info) {
    if (!is_calendar(info) || info.folder_class != store::FolderClass::calendar) return true;
    return question.folder ? *question.folder != info.id : is_transparent(view, info.id);
  });
  return out;
}

std::vector<store::ItemId> items_in(const store::AccountView& view,
                                    const std::vector<store::FolderInfo>& calendars,
                                    const BusyQuestion& question) {
  std::vector<store::ItemId> out;
  for (const auto& info : calendars) {
    const auto folder = view.open(info.id);
    if (folder == nullptr) continue;
    folder->for_each(0, folder->size(), [&](std::size_t, const store::Entry& entry) {
      const auto* object = folder->object(entry.uid);
      if (object == nullptr) return;
      const auto& keys = object->keys;
      const bool is_elsewhere = keys.begin != keys.end && (keys.begin >= question.range.end ||
                                                           question.range.begin >= keys.end);
      const bool counts =
          keys.kind == store::ObjectKind::event || keys.kind == store::ObjectKind::busy;
      if (counts && !is_elsewhere && (question.without.empty() || keys.uid != question.without))
        out.push_back(entry.item);
    });
  }
  return out;
}

// As it is kept; empty: none.
std::string availability_of(const store::AccountView& view, const BusyQuestion& question) {
  const auto inbox = view.find_folder(k_inbox);
  if (!inbox || question.folder) return {};
  const auto& notes = view.annotations(inbox->id);
  const auto found = notes.find(k_availability);
  return found == notes.end() ? std::string() : found->second;
}

void add_availability(calendar::BusyTime& busy,
                      const std::string& kept,
                      const calendar::Zones& known) {
  const auto element =
      kept.empty() ? Result<dav::xml::Element>(fail(Errc::not_found, "")) : dav::xml::read(kept);
  if (!element) return;
  const auto calendars = calendar::read_components(element->content());
  if (!calendars) return;
  calendar::Budget budget;
  for (const auto& one : *calendars) {
    calendar::ObjectZones zones(one, known, nullptr);
    for (const auto& part : one.components)
      if (part.name == "VAVAILABILITY") busy.add_availability(part, zones, budget);
  }
}

struct Computed {
  std::vector<BusyPeriod> periods;
  bool complete = true;  // false: something could not be read, or took too long
};

// What it is computed from.
struct Sources {
  std::vector<store::ItemId> items;
  std::string availability;
};

// `account`, `known` and `question` outlive it.
Task<Computed> compute(store::Account& account,
                       Sources from,
                       const BusyQuestion& question,
                       const calendar::Zones& known) {
  Computed out;
  calendar::BusyTime busy(question.range);
  const auto items = std::move(from.items);
  add_availability(busy, from.availability, known);
  calendar::Budget all{20'000'000};  // of one question, whatever rules the objects have
  for (std::size_t begin = 0; begin < items.size(); begin += k_batch) {
    const auto end = std::min(begin + k_batch, items.size());
    std::vector<store::ItemId> batch(items.begin() + static_cast<std::ptrdiff_t>(begin),
                                     items.begin() + static_cast<std::ptrdiff_t>(end));
    const auto texts = co_await account.read_messages(std::move(batch));
    for (const auto& bytes : texts) {
      out.complete = out.complete && bytes.has_value();
      const auto object = calendar::read_object(bytes ? *bytes : std::string());
      if (!object) continue;
      calendar::ObjectZones zones(object->calendar, known, nullptr);
      calendar::Budget budget;
      budget.steps = std::min(budget.steps, all.steps);
      const auto before = budget.steps;
      busy.add(*object, zones, budget, question.self);
      all.take(before - budget.steps);
    }
  }
  out.periods = busy.periods();
  out.complete = out.complete && busy.complete();
  co_return out;
}

std::vector<BusyPeriod> clipped(const std::vector<BusyPeriod>& periods, calendar::TimeRange range) {
  calendar::BusyTime out(range);
  for (const auto& one : periods) out.add(one);
  return out.periods();
}

// What the answer comes from: the calendars and the owner's hours as they are, and whose they are.
std::string stamp_of(const std::vector<store::FolderInfo>& calendars,
                     const BusyQuestion& question,
                     const std::string& availability) {
  std::string out = availability.empty() ? "" : crypto::sha256(availability);
  for (const auto& one : calendars)
    out += std::to_string(one.id) + ':' + std::to_string(one.highest_modseq) + ' ';
  return out + join(question.self, ",");
}

bool is_remembered(const BusyQuestion& question) {
  return question.memory != nullptr && question.without.empty() && !question.folder &&
         question.range.begin < question.range.end &&
         busy_window_of(question.range.end) - busy_window_of(question.range.begin) < k_most_windows;
}

}  // namespace

Task<Result<std::vector<BusyPeriod>>> busy_times(store::Account& account,
                                                 store::AccountView view,
                                                 BusyQuestion question,
                                                 const calendar::Zones& known) {
  const auto calendars = calendars_in(view, question);
  auto availability = availability_of(view, question);
  if (!is_remembered(question)) {
    Sources from{items_in(view, calendars, question), std::move(availability)};
    auto computed = co_await compute(account, std::move(from), question, known);
    co_return std::move(computed.periods);
  }
  const auto stamp = stamp_of(calendars, question, availability);
  const auto last = busy_window_of(question.range.end - std::chrono::seconds(1));
  calendar::BusyTime all(question.range);
  std::vector<BusyWindow> missing;
  for (auto window = busy_window_of(question.range.begin); window <= last; ++window) {
    const auto found = question.memory->find(account.id(), window, stamp);
    if (!found) missing.push_back(window);
    if (!found) continue;
    for (const auto& one : *found) all.add(one);
  }
  if (!missing.empty()) {
    BusyQuestion wide = question;
    wide.range = {range_of(missing.front()).begin, range_of(missing.back()).end};
    Sources from{items_in(view, calendars, wide), std::move(availability)};
    const auto computed = co_await compute(account, std::move(from), wide, known);
    for (const auto& one : computed.periods) all.add(one);
    for (const auto window : missing)
      if (computed.complete)
        question.memory->keep(account.id(), window, stamp,
                              clipped(computed.periods, range_of(window)));
  }
  co_return all.periods();
}

}  // namespace kontor::scheduling
