// SPDX-License-Identifier: GPL-3.0-or-later
// Schedule: which destination may work now, on what, and when the next try of a recipient is.
//
// A destination begins with one run and gets one more with each success, up to
// queue.max_connections_per_domain; one that cannot be reached falls back to one run and rests,
// longer each time. Those that could not be reached the last time share half of
// queue.max_connections, with those not yet known three quarters: so that however many hang, there
// is room for who is new and for who works. Mailboxes of this server ("local") do not count. Times
// are passed in; no thread, no lock, no wait: one user at a time.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/config/settings.hpp"
#include "server/queue/due_list.hpp"
#include "server/queue/table.hpp"
#include "server/queue/transport.hpp"

namespace kontor::queue {

inline constexpr std::string_view k_local = "local";
inline constexpr std::string_view k_paused = "paused:";  // and a domain: nothing is tried there

enum class Standing : std::uint8_t { failing, unknown, proven };

struct Destination {
  std::string name;
  DueList due;                                    // entries may be out of date
  std::unique_ptr<const DestinationRules> rules;  // null: the settings alone count
  std::uint64_t recipients = 0;                   // of the rows that point here
  std::uint32_t runs = 0;
  std::uint32_t allowed = 1;    // runs at a time
  std::uint32_t failures = 0;   // how often in a row it could not be reached
  std::uint32_t idle_runs = 0;  // how often in a row a run did nothing with what was due
  bool is_starting = false;     // a run has not yet asked for work
  bool is_released = false;     // it is held, but somebody asked for it
  Standing standing = Standing::unknown;
  UtcSeconds minute{};  // of its rate: since when, and how many messages
  std::uint32_t in_minute = 0;
  UtcSeconds not_before{};
  UtcSeconds last_start{};
  std::optional<std::pair<UtcSeconds, std::uint64_t>> ready;  // its key among those waiting
  std::uint64_t serial = 0;

  // Nothing is tried there now, only ended when its time is over.
  bool is_held() const noexcept { return rules && rules->is_held && !is_released; }
};

struct Taken {
  MessageId id = 0;
  std::vector<std::uint32_t> recipients;  // which of the message's
};

class Schedule {
 public:
  // Both outlive it.
  Schedule(const config::Queue& settings, Table& table) : settings_(settings), table_(table) {}

  // Asked for each destination that is new.
  void set_rules(std::function<DestinationRules(std::string_view)> rules_of) {
    rules_of_ = std::move(rules_of);
  }
  // The recipient belongs to `name` from here on.
  void assign(RecipientState& recipient, const std::string& name);
  void forget(const Row& row);  // before it is erased
  // The recipient may be tried at its next_try.
  void expect(MessageId id, const RecipientState& recipient);

  // A destination that gets another run now; call until there is none.
  Destination* start_one(UtcSeconds now);
  // One more run, for a message that is not in the table; null: as many as are allowed are at work.
  // To be ended by run_ended().
  Destination* start_beside(const std::string& name);
  // What is due there now; it is in hands (Stage::taken) from here on.
  std::optional<Taken> take(Destination& destination, UtcSeconds now);
  std::vector<Taken> take_all(Destination& destination, UtcSeconds now);
  void give_back(Destination& destination, const Taken& taken, UtcSeconds now);
  void run_asks(Destination& destination);  // it is at work, so another may start
  void run_ended(Destination& destination, bool has_worked, UtcSeconds now);
  void got_through(Destination& destination, UtcSeconds now);
  void unreachable(Destination& destination, UtcSeconds now);
  void wake(Destination& destination, UtcSeconds now);  // rests no longer

  // When start_one() will have something; nothing: not before something is expected.
  std::optional<UtcSeconds> next_start() const;
  // From `now`, after `tries` tries: doubling, with a spread of an eighth that `salt` decides.
  UtcSeconds next_try(const Destination* destination,
                      std::uint32_t tries,
                      UtcSeconds now,
                      std::uint64_t salt) const;
  // When its message is tried no longer.
  UtcSeconds ends(const Row& row, const Destination* destination) const;
  // When its sender is told of the delay; nothing: he is not, or was.
  std::optional<UtcSeconds> told_at(const Row& row) const;
  // When a message that was not tried yet is; at the end of its time when it is held.
  UtcSeconds first_try(const Row& row, const Destination* destination) const;
  std::uint32_t active() const noexcept { return active_[0] + active_[1] + active_[2] + local_; }
  std::size_t destinations() const noexcept { return all_.size(); }

 private:
  bool has_work(const Destination& destination, MessageId id, UtcSeconds now) const;
  bool is_local(const Destination& destination) const { return destination.name == k_local; }
  void prune(Destination& destination);
  void refresh(Destination& destination);
  void tidy(UtcSeconds now);
  bool has_room(const Destination& destination) const;
  void set_standing(Destination& destination, Standing standing);
  std::uint32_t& runs_like(const Destination& destination);
  std::uint32_t most_connections(const Destination& destination) const;
  std::uint32_t most_runs(const Destination& destination) const;
  bool is_within_rate(Destination& destination, UtcSeconds now);
  std::optional<Taken> pop_work(Destination& destination, UtcSeconds now);
  Destination& at(const std::string& name);

  const config::Queue& settings_;
  Table& table_;
  std::function<DestinationRules(std::string_view)> rules_of_;
  std::unordered_map<std::string, std::unique_ptr<Destination>> all_;
  struct Ready {
    std::pair<UtcSeconds, std::uint64_t> key;
    Destination* destination = nullptr;
    bool operator<(const Ready& other) const { return key < other.key; }
  };
  std::array<std::set<Ready>, 3> ready_;  // by Standing
  std::uint64_t serial_ = 0;
  std::array<std::uint32_t, 3> active_{};  // runs by Standing, but local ones
  std::uint32_t local_ = 0;
};

}  // namespace kontor::queue
