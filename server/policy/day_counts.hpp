// SPDX-License-Identifier: GPL-3.0-or-later
// DayCounts: how many messages and recipients a person, or a client that did not sign in, has sent
// today (policy values daily_messages and daily_recipients, settings smtp.max_messages_per_day and
// smtp.max_recipients_per_day).
//
// A day is one of UTC. Counts last over a restart: their bytes are a file (docs/formats/
// sent-today.md) that is written within a minute of a change, so that a crash gives back at most
// what was sent in that minute. Only digests are kept. Bounded: of clients beyond `most` those with
// the fewest recipients go. Any thread; nothing waits.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/core/guarded.hpp"
#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "directory/model/model.hpp"

namespace kontor::policy {

struct DayUse {
  std::uint32_t messages = 0, recipients = 0;
  bool operator==(const DayUse&) const = default;
};

// Of whom something is counted.
struct DayKey {
  std::array<char, 16> digest{};
  bool is_person = false;
  bool operator==(const DayKey&) const = default;
};
DayKey day_key(const directory::PrincipalId& person);
// Numeric address; of IPv6 its network of 64 bits.
DayKey day_key(std::string_view client);

class DayCounts {
 public:
  explicit DayCounts(std::size_t most = 100'000) : most_(most) {}

  DayUse used(const DayKey& who, UtcSeconds now) const;
  // Counts what is sent; false, and nothing is counted: it would be more than `limits` (0: no
  // limit).
  bool take(const DayKey& who, DayUse what, DayUse limits, UtcSeconds now);
  // What take() counted was not sent after all.
  void give_back(const DayKey& who, DayUse what, UtcSeconds now);

  // The bytes of the file, when something changed since they were last taken.
  std::optional<std::string> take_changed();
  // bad_input: not such a file, or damaged; then nothing of it counts. Another day's is left out.
  Result<void> load(std::string_view bytes, UtcSeconds now);
  std::size_t size() const;

 private:
  struct KeyHash {
    std::size_t operator()(const DayKey& key) const noexcept;
  };
  struct Table {
    std::int64_t day = 0;  // since 1970
    std::unordered_map<DayKey, DayUse, KeyHash> rows;
    bool is_changed = false;
  };
  void begin(Table& table, UtcSeconds now) const;
  void make_room(Table& table) const;

  std::size_t most_;
  Guarded<Table> table_;
};

}  // namespace kontor::policy
