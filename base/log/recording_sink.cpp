// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/log/recording_sink.hpp"

#include <algorithm>

namespace kontor::log {

std::optional<std::string> RecordedEvent::get(Key key) const {
  for (const Field& field : fields) {
    if (field.key().name() != key.name()) continue;
    if (const auto* text = std::get_if<std::string>(&field.value())) return *text;
    return std::to_string(std::get<std::int64_t>(field.value()));
  }
  return std::nullopt;
}

void RecordingSink::write(const EventKind& kind, const Fields& inherited, const Fields& own) {
  RecordedEvent event{std::string(kind.name), kind.level, inherited};
  event.fields.insert(event.fields.end(), own.begin(), own.end());
  events_.with([&](auto& events) { events.push_back(std::move(event)); });
}

std::vector<RecordedEvent> RecordingSink::events() const {
  return events_.with([](const auto& events) { return events; });
}

std::size_t RecordingSink::count(std::string_view name) const {
  return events_.with([&](const auto& events) {
    return static_cast<std::size_t>(std::ranges::count(events, name, &RecordedEvent::name));
  });
}

std::optional<RecordedEvent> RecordingSink::last(std::string_view name) const {
  return events_.with([&](const auto& events) -> std::optional<RecordedEvent> {
    for (auto event = events.rbegin(); event != events.rend(); ++event)
      if (event->name == name) return *event;
    return std::nullopt;
  });
}

}  // namespace kontor::log
