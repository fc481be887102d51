// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/scheduling/busy.hpp"

#include <algorithm>

#include "base/core/task.hpp"
#include "server/scheduling/calendars.hpp"

namespace kontor::scheduling {
namespace {

constexpr std::size_t k_batch = 200;
// As server/dav keeps a property that a client has set (docs/formats/frames.md).
constexpr std::string_view k_transparency =
    "/dav/prop/{urn:ietf:params:xml:ns:caldav}schedule-calendar-transp";

bool is_transparent(const store::AccountView& view, store::FolderId folder) {
  const auto& notes = view.annotations(folder);
  const auto found = notes.find(k_transparency);
  return found != notes.end() && found->second.contains("transparent");
}

std::vector<store::ItemId> items_in(const store::AccountView& view, const BusyQuestion& question) {
  std::vector<store::ItemId> out;
  for (const auto& info : view.folders()) {
    if (!is_calendar(info) || info.folder_class != store::FolderClass::calendar ||
        is_transparent(view, info.id))
      continue;
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

}  // namespace

Task<Result<std::vector<calendar::BusyPeriod>>> busy_times(store::Account& account,
                                                           store::AccountView view,
                                                           BusyQuestion question,
                                                           const calendar::Zones& known) {
  const auto items = items_in(view, question);
  calendar::BusyTime busy(question.range);
  calendar::Budget all{20'000'000};  // of one question, whatever rules the objects have
  for (std::size_t begin = 0; begin < items.size(); begin += k_batch) {
    const auto end = std::min(begin + k_batch, items.size());
    std::vector<store::ItemId> batch(items.begin() + static_cast<std::ptrdiff_t>(begin),
                                     items.begin() + static_cast<std::ptrdiff_t>(end));
    const auto texts = co_await account.read_messages(std::move(batch));
    for (const auto& bytes : texts) {
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
  co_return busy.periods();
}

}  // namespace kontor::scheduling
