// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/message_trace/database/recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "base/core/text.hpp"
#include "base/core/uuid.hpp"
#include "base/io/file_system.hpp"
#include "base/log/events/message_trace.hpp"
#include "server/message_trace/database/part.hpp"
#include "server/message_trace/database/statistics.hpp"

namespace kontor::message_trace {
namespace {

using log::Keys;
namespace events = log::events;

constexpr std::chrono::milliseconds k_gather{1'000};  // between writings
constexpr std::chrono::seconds k_flush_patience{10};
constexpr std::chrono::seconds k_tell_again{60};  // between two events of one kind
constexpr std::chrono::minutes k_house_turn{10};  // between looks at what is old
constexpr std::chrono::seconds k_space_turn{5};
constexpr std::chrono::seconds k_count_turn{10};  // between writings of the statistics
constexpr std::size_t k_batch = 20'000;           // steps of one transaction
constexpr std::size_t k_most_open = 6;            // older parts
constexpr std::int64_t k_longest_life = 8;        // days in which steps are looked for
constexpr std::int64_t k_day = 86'400'000;        // milliseconds
constexpr std::string_view k_suffix = ".db";

std::int64_t machine_milliseconds() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::size_t weight_of(const Step& step) {
  return 1 + (step.arrival ? step.arrival->recipients.size() / 4 : 0);
}

}  // namespace

std::int64_t day_of(std::int64_t milliseconds) noexcept {
  const auto days = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(milliseconds)));
  const std::chrono::year_month_day date(days);
  return static_cast<int>(date.year()) * 10'000 +
         static_cast<std::int64_t>(static_cast<unsigned>(date.month()) * 100 +
                                   static_cast<unsigned>(date.day()));
}

std::int64_t day_of_part(std::string_view name) noexcept {
  constexpr std::size_t k_digits = 8;
  if (name.size() < k_digits + 2 + k_suffix.size() || name[k_digits] != '-' ||
      !name.ends_with(k_suffix))
    return 0;
  const auto number = name.substr(k_digits + 1, name.size() - k_digits - 1 - k_suffix.size());
  if (!parse_number<std::uint32_t>(number)) return 0;
  return parse_number<std::uint32_t>(name.substr(0, k_digits)).value_or(0);
}

std::string statistics_file(const std::string& folder) { return folder + "/statistics.db"; }

std::vector<std::string> parts_in(const std::string& folder) {
  std::vector<std::string> out;
  const auto names = io::real_file_system().list(folder);
  if (!names) return out;
  for (const auto& name : *names)
    if (day_of_part(name) != 0) out.push_back(name);
  // Of one day the longer name is of the later part.
  std::ranges::sort(out, [](const std::string& a, const std::string& b) {
    return std::tuple(day_of_part(a), a.size(), a) > std::tuple(day_of_part(b), b.size(), b);
  });
  return out;
}

struct Recorder::State {
  explicit State(RecorderEnvironment given) : environment(std::move(given)) {
    if (!environment.milliseconds) environment.milliseconds = machine_milliseconds;
  }

  RecorderEnvironment environment;

  std::mutex mutex;  // guards up to the blank line
  std::condition_variable changed, written;
  std::deque<TimedStep> waiting;
  std::size_t weight = 0;
  std::uint64_t asked = 0, done = 0;  // flushes
  std::vector<std::pair<std::string, Error>> damaged;
  bool is_stopping = false;

  std::atomic<std::uint64_t> lost = 0;

  // Of the thread that writes.
  std::unique_ptr<Part> live;
  std::string live_name;
  std::unordered_map<std::string, std::int64_t> live_ids;
  std::deque<std::pair<std::string, std::unique_ptr<Part>>> older;  // the one used last in front
  std::optional<Statistics> statistics;
  SteadyTime next_house{}, next_space{}, next_word{}, next_count{};
  std::uint64_t unwritten = 0, told = 0;  // steps lost by trouble, and all that were told
  bool has_space = true;
  bool is_folder_made = false;
  std::jthread thread;  // last: it uses what stands above

  std::string path_of(const std::string& name) const { return environment.folder + '/' + name; }
  void run();
  void write_all();
  void write_batch(std::vector<TimedStep> batch);
  Result<void> write_lives(const std::vector<Life>& lives,
                           std::vector<std::pair<const Life*, Written>>& out);
  Result<std::optional<Written>> write_older(const Life& life);
  Result<Part*> older_part(const std::string& name);
  Result<void> ready_live();
  Result<void> close_live();
  Result<void> open_live(const std::string& name, bool is_new);
  void count(const std::vector<std::pair<const Life*, Written>>& lives);
  void open_statistics();
  void write_statistics();
  void keep_house();
  void seal_left(const std::vector<std::string>& names);
  void set_aside(const std::string& name, const Error& why);
  void remove_part(const std::string& name, std::string_view why);
  void tell_trouble(const Error& why, std::size_t steps);
  void tell_lost();
  bool is_space_left();
};

// --- the side of those who tell ---

Recorder::Recorder(RecorderEnvironment environment)
    : state_(std::make_unique<State>(std::move(environment))) {
  if (!state_->environment.by_hand)
    state_->thread = std::jthread([state = state_.get()] { state->run(); });
}

Recorder::~Recorder() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->is_stopping = true;
  }
  state_->changed.notify_all();
  if (state_->thread.joinable()) state_->thread.join();
  if (state_->environment.by_hand) write();
}

void Recorder::note(Step step) noexcept {
  auto& state = *state_;
  try {
    const auto now = state.environment.milliseconds();
    const auto weight = weight_of(step);
    const std::lock_guard lock(state.mutex);
    if (state.weight + weight <= k_most_waiting) {
      const bool was_empty = state.waiting.empty();
      state.waiting.push_back({now, std::move(step)});
      state.weight += weight;
      if (was_empty || state.waiting.size() == k_batch) state.changed.notify_one();
      return;
    }
  } catch (...) {  // no memory: a step less
  }
  ++state.lost;
}

bool Recorder::flush() {
  auto& state = *state_;
  if (state.environment.by_hand) {
    write();
    return true;
  }
  std::unique_lock lock(state.mutex);
  const auto mine = ++state.asked;
  state.changed.notify_one();
  return state.written.wait_for(lock, k_flush_patience, [&] { return state.done >= mine; });
}

void Recorder::write() {
  state_->write_all();
  state_->write_statistics();
  state_->keep_house();
}

std::uint64_t Recorder::lost() const noexcept { return state_->lost; }
const std::string& Recorder::folder() const noexcept { return state_->environment.folder; }

void Recorder::report_damage(const std::string& part, const Error& why) {
  const std::lock_guard lock(state_->mutex);
  state_->damaged.emplace_back(part, why);
}

// --- the thread that writes ---

void Recorder::State::run() {
  keep_house();
  environment.log.emit(events::k_trace_opened,
                       {{Keys::count, parts_in(environment.folder).size()}});
  std::unique_lock lock(mutex);
  while (true) {
    const auto is_due = [&] { return is_stopping || asked > done || waiting.size() >= k_batch; };
    changed.wait_for(lock, k_house_turn, [&] { return is_due() || !waiting.empty(); });
    changed.wait_for(lock, k_gather, is_due);
    const auto flushes = asked;
    const bool is_last = is_stopping;
    const bool is_asked = is_last || flushes > done;
    lock.unlock();
    write_all();
    if (is_asked || std::chrono::steady_clock::now() >= next_count) write_statistics();
    keep_house();
    lock.lock();
    done = flushes;
    written.notify_all();
    if (is_last) return;
  }
}

void Recorder::State::write_all() {
  while (true) {
    std::vector<TimedStep> batch;
    {
      const std::lock_guard lock(mutex);
      while (!waiting.empty() && batch.size() < k_batch) {
        weight -= weight_of(waiting.front().step);
        batch.push_back(std::move(waiting.front()));
        waiting.pop_front();
      }
    }
    if (batch.empty()) return;
    write_batch(std::move(batch));
  }
}

void Recorder::State::write_batch(std::vector<TimedStep> batch) {
  const auto steps = batch.size();
  if (!is_space_left())
    return tell_trouble(Error(Errc::no_space, "the disk is full up to queue.reserve"), steps);
  std::vector<Life> lives;
  std::unordered_map<std::string, std::size_t> places;
  for (auto& one : batch) {
    auto trace = one.step.trace;
    if (trace.empty()) trace = Uuid::random().hex().substr(0, 20);
    const auto [place, is_new] = places.try_emplace(std::move(trace), lives.size());
    if (is_new) lives.push_back({place->first, {}});
    lives[place->second].steps.push_back(std::move(one));
  }
  // Once more with a new part, when the one there was is damaged.
  for (int attempt = 0;; ++attempt) {
    std::vector<std::pair<const Life*, Written>> written_lives;
    const auto done_well = write_lives(lives, written_lives);
    if (done_well) return count(written_lives);
    if (live) live->roll_back();
    for (auto& [name, part] : older) part->roll_back();
    older.clear();
    const bool is_damaged = done_well.error().code() == Errc::corrupt && !live_name.empty();
    live.reset();
    live_ids.clear();
    if (is_damaged) set_aside(std::exchange(live_name, {}), done_well.error());
    is_folder_made = false;
    if (!is_damaged || attempt > 0) return tell_trouble(done_well.error(), steps);
  }
}

Result<void> Recorder::State::write_lives(const std::vector<Life>& lives,
                                          std::vector<std::pair<const Life*, Written>>& out) {
  KONTOR_TRY(ready_live());
  KONTOR_TRY(live->begin());
  for (const auto& life : lives) {
    const auto found = live_ids.find(life.trace);
    if (found != live_ids.end()) {
      KONTOR_TRY(auto done_well, live->add_to(found->second, life));
      out.emplace_back(&life, std::move(done_well));
      continue;
    }
    const bool is_new = std::ranges::any_of(
        life.steps, [](const TimedStep& one) { return one.step.arrival != nullptr; });
    if (!is_new) {
      KONTOR_TRY(auto in_older, write_older(life));
      if (in_older) {
        out.emplace_back(&life, *std::move(in_older));
        continue;
      }
    }
    KONTOR_TRY(auto done_well, live->add(life));
    live_ids.emplace(life.trace, done_well.id);
    out.emplace_back(&life, std::move(done_well));
  }
  for (auto& [name, part] : older) {
    KONTOR_TRY(part->commit());
  }
  return live->commit();
}

// In a part that is sealed; nothing: it is in none. A damaged one is passed over.
Result<std::optional<Written>> Recorder::State::write_older(const Life& life) {
  const auto& first = life.steps.front();
  std::int64_t newest = day_of(first.time), oldest = day_of(first.time - k_longest_life * k_day);
  if (first.step.arrived != UtcSeconds{}) {
    const auto came = first.step.arrived.time_since_epoch().count() * 1'000;
    oldest = day_of(came - k_day);
    newest = day_of(came + k_day);
  }
  for (const auto& name : parts_in(environment.folder)) {
    const auto day = day_of_part(name);
    if (name == live_name || day > newest) continue;
    if (day < oldest) break;
    auto part = older_part(name);
    if (!part) continue;
    auto id = (*part)->find(life.trace);
    if (id && *id) {
      KONTOR_TRY((*part)->begin());
      auto done_well = (*part)->add_to(**id, life);
      if (done_well) return std::optional(*std::move(done_well));
      id = fail(done_well.error());
    }
    if (id) continue;
    older.pop_front();
    if (id.error().code() != Errc::corrupt) return fail(id.error());
    set_aside(name, id.error());
  }
  return std::optional<Written>();
}

Result<Part*> Recorder::State::older_part(const std::string& name) {
  const auto found = std::ranges::find(older, name, [](const auto& one) { return one.first; });
  if (found != older.end()) {
    auto kept = std::move(*found);
    older.erase(found);
    older.push_front(std::move(kept));
    return older.front().second.get();
  }
  auto part = Part::open(path_of(name));
  if (part) {
    const auto sealed = (*part)->seal();  // left open by a crash
    if (!sealed) part = fail(sealed.error());
  }
  if (!part) {
    if (part.error().code() == Errc::corrupt) set_aside(name, part.error());
    return fail(part.error());
  }
  older.emplace_front(name, *std::move(part));
  if (older.size() > k_most_open) {
    KONTOR_TRY(older.back().second->commit());
    older.pop_back();
  }
  return older.front().second.get();
}

Result<void> Recorder::State::open_live(const std::string& name, bool is_new) {
  auto part = Part::open(path_of(name));
  if (!part) {
    if (part.error().code() == Errc::corrupt) {
      set_aside(name, part.error());
      return {};
    }
    if (part.error().code() == Errc::unsupported) {
      environment.log.emit(events::k_trace_newer, part.error(), {{Keys::file, name}});
      return {};
    }
    return fail(part.error());
  }
  if (!is_new && ((*part)->is_sealed() || (*part)->messages() >= k_most_messages)) return {};
  auto ids = (*part)->traces();
  if (!ids) {
    if (ids.error().code() != Errc::corrupt) return fail(ids.error());
    part->reset();
    set_aside(name, ids.error());
    return {};
  }
  live = *std::move(part);
  live_name = name;
  live_ids = *std::move(ids);
  return {};
}

// What it holds is found by indexes from now on.
Result<void> Recorder::State::close_live() {
  if (live) {
    KONTOR_TRY(live->seal());
  }
  live.reset();
  live_name.clear();
  live_ids.clear();
  return {};
}

// The part of today, with room.
Result<void> Recorder::State::ready_live() {
  const auto today = day_of(environment.milliseconds());
  if (live && day_of_part(live_name) == today && live->messages() < k_most_messages) return {};
  KONTOR_TRY(close_live());
  if (!is_folder_made) {
    KONTOR_TRY(io::make_directories(io::real_file_system(), environment.folder));
    is_folder_made = true;
  }
  const auto names = parts_in(environment.folder);
  std::uint32_t number = 0;
  for (const auto& name : names) {
    if (day_of_part(name) != today) continue;
    const auto digits = std::string_view(name).substr(9, name.size() - 9 - k_suffix.size());
    number = std::max(number, parse_number<std::uint32_t>(digits).value_or(0));
  }
  if (number > 0) {
    KONTOR_TRY(open_live(fmt::format("{}-{:03}{}", today, number, k_suffix), false));
  }
  if (!live) {
    KONTOR_TRY(open_live(fmt::format("{}-{:03}{}", today, number + 1, k_suffix), true));
  }
  if (!live) return fail(Errc::io_error, "no part of the message trace can be made");
  return {};
}

void Recorder::State::open_statistics() {
  const auto path = statistics_file(environment.folder);
  for (int attempt = 0; attempt < 2 && !statistics; ++attempt) {
    auto opened = Statistics::open(path);
    if (opened) {
      statistics = *std::move(opened);
    } else if (opened.error().code() == Errc::corrupt) {
      set_aside("statistics.db", opened.error());
    } else {
      return tell_trouble(opened.error(), 0);
    }
  }
}

void Recorder::State::count(const std::vector<std::pair<const Life*, Written>>& lives) {
  if (!statistics) open_statistics();
  if (!statistics) return;
  for (const auto& [life, written_life] : lives) statistics->count(*life, written_life);
}

void Recorder::State::write_statistics() {
  next_count = std::chrono::steady_clock::now() + k_count_turn;
  if (!statistics) return;
  const auto done_well = statistics->write();
  if (done_well) return;
  const bool is_damaged = done_well.error().code() == Errc::corrupt;
  statistics.reset();
  if (is_damaged) set_aside("statistics.db", done_well.error());
  tell_trouble(done_well.error(), 0);
}

// --- housekeeping ---

void Recorder::State::keep_house() {
  tell_lost();
  std::vector<std::pair<std::string, Error>> reported;
  {
    const std::lock_guard lock(mutex);
    reported.swap(damaged);
  }
  for (const auto& [name, why] : reported) {
    std::erase_if(older, [&](const auto& one) { return one.first == name; });
    if (name == live_name) {
      live.reset();
      live_name.clear();
      live_ids.clear();
    }
    if (name == "statistics.db") statistics.reset();
    set_aside(name, why);
  }
  const auto now = std::chrono::steady_clock::now();
  if (now < next_house && !environment.by_hand) return;
  next_house = now + k_house_turn;
  const auto time = environment.milliseconds();
  const auto& settings = environment.settings;
  const std::chrono::milliseconds keep(settings.keep), keep_days(settings.keep_statistics);
  const auto names = parts_in(environment.folder);
  std::uint64_t size = 0;
  for (const auto& name : names) {
    if (day_of_part(name) < day_of(time - keep.count())) {
      remove_part(name, "its time is over");
      continue;
    }
    const auto info = io::real_file_system().stat(path_of(name));
    size += info ? info->size : 0;
    if (size > settings.max_size && name != live_name) remove_part(name, "message_trace.max_size");
  }
  seal_left(names);
  if (statistics) {
    const auto expired = statistics->expire(time - keep.count(), time - keep_days.count());
    if (!expired) tell_trouble(expired.error(), 0);
  }
}

// Parts of days that are over, which a crash or a stop left as they were.
void Recorder::State::seal_left(const std::vector<std::string>& names) {
  if (live && day_of_part(live_name) != day_of(environment.milliseconds())) {
    const auto closed = close_live();
    if (!closed) tell_trouble(closed.error(), 0);
  }
  std::size_t looked = 0;
  for (const auto& name : names) {
    if (name == live_name || !io::real_file_system().stat(path_of(name))) continue;
    if (++looked > 2) break;  // older ones were sealed when they stood here
    static_cast<void>(older_part(name));
  }
}

// The write-ahead log goes along: it holds the newest pages.
void Recorder::State::set_aside(const std::string& name, const Error& why) {
  auto& files = io::real_file_system();
  for (const auto* end : {"-wal", "-shm", ""}) {
    const auto path = path_of(name) + end;
    if (!files.stat(path)) continue;
    const auto moved = files.rename(path, path_of(name) + ".damaged" + end);
    if (!moved) static_cast<void>(files.remove(path));
  }
  environment.log.emit(events::k_trace_damaged, why, {{Keys::file, "message-trace/" + name}});
}

void Recorder::State::remove_part(const std::string& name, std::string_view why) {
  std::erase_if(older, [&](const auto& one) { return one.first == name; });
  auto& files = io::real_file_system();
  for (const auto* end : {"-wal", "-shm"}) static_cast<void>(files.remove(path_of(name) + end));
  const auto removed = files.remove(path_of(name));
  if (removed)
    environment.log.emit(events::k_trace_expired,
                         {{Keys::file, "message-trace/" + name}, {Keys::reason, why}});
}

// --- trouble ---

bool Recorder::State::is_space_left() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_space || environment.reserve == 0) return has_space;
  next_space = now + k_space_turn;
  const auto free = io::real_file_system().free_space(io::parent_of(environment.folder));
  has_space = !free || *free > environment.reserve;
  return has_space;
}

void Recorder::State::tell_trouble(const Error& why, std::size_t steps) {
  lost += steps;
  told += steps;
  unwritten += steps;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_word) return;
  next_word = now + k_tell_again;
  environment.log.emit(events::k_trace_unwritable, why,
                       {{Keys::count, std::exchange(unwritten, 0)}});
}

void Recorder::State::tell_lost() {
  const auto all = lost.load();
  if (all > told) environment.log.emit(events::k_trace_lost, {{Keys::count, all - told}});
  told = all;
}

}  // namespace kontor::message_trace
