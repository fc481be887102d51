// SPDX-License-Identifier: GPL-3.0-or-later
// RecordingSink: keeps every event, for tests. Any thread.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/core/guarded.hpp"
#include "base/log/log.hpp"

namespace kontor::log {

struct RecordedEvent {
  std::string name;
  LogLevel level{};
  Fields fields;  // inherited ones first
  // The field's text (numbers in decimal); nothing when there is none.
  std::optional<std::string> get(Key key) const;
};

class RecordingSink final : public Sink {
 public:
  void write(const EventKind& kind, const Fields& inherited, const Fields& own) override;
  std::vector<RecordedEvent> events() const;
  std::size_t count(std::string_view name) const;
  // The newest event of that name.
  std::optional<RecordedEvent> last(std::string_view name) const;

 private:
  Guarded<std::vector<RecordedEvent>> events_;
};

}  // namespace kontor::log
