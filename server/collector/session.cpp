// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/collector/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <set>

#include "base/core/text.hpp"
#include "base/log/events/collector.hpp"

namespace kontor::collector {
namespace {

namespace asio = boost::asio;
using log::Keys;

constexpr std::size_t k_save_every = 50;        // messages
constexpr std::size_t k_most_waiting = 10'000;  // that could not be taken
constexpr std::uint64_t k_slack = 4'096;        // servers count line ends in their own way

class Session {
 public:
  Session(const Source& source, State& state, const SessionEnvironment& environment, Report& report)
      : source_(source),
        state_(state),
        environment_(environment),
        report_(report),
        box_(make_box(source, environment.dial)),
        max_size_(source.max_size == 0 ? environment.intake.settings.smtp.max_message
                                       : source.max_size) {}

  Task<Result<void>> run() {
    auto done = co_await work();
    if (!done) {
      co_await box_->abandon();
      if (is_dirty_) (void)co_await save();
      co_return done;
    }
    co_return done;
  }

 private:
  Task<Result<void>> work() {
    KONTOR_CO_TRY(co_await box_->open());
    KONTOR_CO_TRY(auto listing, co_await box_->list(state_));
    KONTOR_CO_TRY(co_await begin(listing));
    KONTOR_CO_TRY(co_await take_all(listing));
    KONTOR_CO_TRY(co_await delete_there());
    KONTOR_CO_TRY(co_await box_->close());
    if (source_.protocol == Protocol::pop3) forget_deleted();
    if (is_dirty_) {
      KONTOR_CO_TRY(co_await save());
    }
    co_return Result<void>();
  }

  // What the notes say is brought in line with what is there.
  Task<Result<void>> begin(Listing& listing) {
    if (state_.has_begun && state_.validity != listing.validity) {
      environment_.log.emit(log::events::k_collector_source_renewed,
                            {{Keys::detail, "UIDVALIDITY is " + listing.validity}});
      state_.has_begun = false;
      KONTOR_CO_TRY(listing, co_await box_->list(State{}));
    }
    if (!state_.has_begun) {
      state_.validity = listing.validity;
      state_.high = 0;
      state_.notes.clear();
      state_.has_begun = is_dirty_ = true;
      if (source_.only_new) pass_over(listing);
      KONTOR_CO_TRY(co_await save());
    }
    std::set<std::string_view> there;
    for (const auto& item : listing.items) there.insert(item.key);
    const auto gone = std::erase_if(state_.notes, [&](const auto& one) {
      return !there.contains(std::string_view(one.first));
    });
    is_dirty_ = is_dirty_ || gone > 0;
    co_return Result<void>();
  }

  // The first session of a source that wants only what is new.
  void pass_over(Listing& listing) {
    if (source_.protocol == Protocol::imap) {
      state_.high = listing.high;
      listing.items.clear();
      return;
    }
    for (const auto& item : listing.items)
      state_.notes[item.key] = {Note::Kind::taken, 0, {}, item.size, {}};
  }

  // A server may have given the name of a message to another one: its size says so.
  bool is_other(const Item& item) const {
    const auto note = state_.notes.find(item.key);
    return source_.protocol == Protocol::pop3 && note != state_.notes.end() &&
           note->second.kind != Note::Kind::waiting && note->second.size != 0 &&
           note->second.size != item.size;
  }

  bool is_new(const Item& item) const {
    if (is_other(item)) return true;
    if (state_.notes.contains(item.key)) return false;
    return source_.protocol == Protocol::pop3 || item.number > state_.high;
  }

  Task<Result<void>> take_all(const Listing& listing) {
    std::vector<const Item*> items;
    const auto now = environment_.intake.clock.now();
    for (const auto& item : listing.items)
      if (is_new(item)) items.push_back(&item);
    for (const auto& item : listing.items) {
      const auto note = state_.notes.find(item.key);
      if (note == state_.notes.end() || is_other(item)) continue;
      if (note->second.kind == Note::Kind::deleting && source_.is_move) deletions_.push_back(item);
      const bool is_due = environment_.is_wanted || note->second.next <= now;
      if (note->second.kind == Note::Kind::waiting && is_due) items.push_back(&item);
      report_.waiting += note->second.kind == Note::Kind::waiting ? 1U : 0U;
    }
    std::size_t tried = 0;
    for (const auto* item : items) {
      if (environment_.is_stopping) co_return fail(Errc::cancelled, "the session was told to end");
      if (source_.limit != 0 && tried >= source_.limit) {
        report_.remaining = items.size() - tried;
        break;
      }
      ++tried;
      KONTOR_CO_TRY(co_await take(*item, listing.validity));
      if (tried % k_save_every != 0) continue;
      if (source_.protocol == Protocol::imap) {
        KONTOR_CO_TRY(co_await delete_there());
      }
      KONTOR_CO_TRY(co_await save());
    }
    co_return Result<void>();
  }

  // An error ends the session; what is wrong with this message alone is a note.
  Task<Result<void>> take(const Item& item, const std::string& validity) {
    if (const auto refused = co_await refusal_before(item); !refused)
      co_return put_off(item, refused.error());
    auto fetched = co_await box_->fetch(item, std::min(item.size * 2 + k_slack, limit()));
    if (!fetched) {
      // It may be this message that ends sessions: others come before it the next time.
      KONTOR_CO_TRY(put_off(item, fetched.error()));
      co_return fail(std::move(fetched).error());
    }
    if (!fetched->bytes) co_return put_off(item, Error(Errc::unavailable, fetched->problem));
    if (fetched->bytes->size() > max_size_) co_return put_off(item, too_large());
    const bool is_pop3 = source_.protocol == Protocol::pop3;
    const auto print = is_pop3 ? print_of(*fetched->bytes) : std::string();
    if (is_other(item) && is_same(item, print)) co_return Result<void>();
    // From here to the note nothing is cancelled.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    const auto trace = trace_of(source_, validity, is_pop3 ? item.key + '\n' + print : item.key);
    const auto taken = co_await take_in(source_, environment_.intake,
                                        {trace, box_->peer(), *std::move(fetched->bytes)});
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
    if (!taken) co_return put_off(item, taken.error());
    note_taken(item, trace, *taken);
    if (const auto note = state_.notes.find(item.key); is_pop3 && note != state_.notes.end()) {
      note->second.size = item.size;
      note->second.print = print;
    }
    co_return Result<void>();
  }

  // Is it the noted message after all, counted otherwise? Then it goes on as it was noted.
  bool is_same(const Item& item, const std::string& print) {
    auto& note = state_.notes.at(item.key);
    if (note.print != print) return false;
    note.size = item.size;
    is_dirty_ = true;
    if (note.kind == Note::Kind::deleting && source_.is_move) deletions_.push_back(item);
    return true;
  }

  std::uint64_t limit() const { return max_size_ * 2 + k_slack; }

  Error too_large() const {
    return {Errc::limit, fmt::format("it is larger than {} bytes", max_size_)};
  }

  // Is it worth fetching?
  Task<Result<void>> refusal_before(const Item& item) {
    if (item.size > max_size_) co_return fail(too_large());
    if (source_.is_multidrop) co_return Result<void>();
    KONTOR_CO_TRY(auto box, resolve_box(source_, environment_.intake.delivery));
    co_return co_await environment_.intake.delivery.check_room(std::move(box.mailboxes), item.size);
  }

  Result<void> put_off(const Item& item, const Error& error) {
    auto& note = state_.notes[item.key];
    report_.waiting += note.kind == Note::Kind::waiting ? 0U : 1U;
    note.kind = Note::Kind::waiting;
    note.tries += 1;
    note.next = next_try(note.tries, environment_.intake.clock.now());
    has_passed(item);
    environment_.log.emit(log::events::k_collector_message_left, error,
                          {{Keys::uid, item.number},
                           {Keys::bytes, item.size},
                           {Keys::attempt, note.tries},
                           {Keys::trace, trace_of(source_, state_.validity, item.key)}});
    const auto is_waiting = [](const auto& one) { return one.second.kind == Note::Kind::waiting; };
    if (report_.waiting > k_most_waiting &&
        std::ranges::count_if(state_.notes, is_waiting) > std::ptrdiff_t{k_most_waiting})
      return fail(Errc::limit, "too many messages there cannot be taken: " + error.text());
    return {};
  }

  void has_passed(const Item& item) {
    is_dirty_ = true;
    if (source_.protocol == Protocol::imap) state_.high = std::max(state_.high, item.number);
  }

  void note_taken(const Item& item, const std::string& trace, const Intaken& taken) {
    const auto was = state_.notes.find(item.key);
    if (was != state_.notes.end() && was->second.kind == Note::Kind::waiting) --report_.waiting;
    has_passed(item);
    if (!taken.refusal.empty()) {
      ++report_.refused;
      state_.notes[item.key] = {Note::Kind::kept, 0, {}};
      environment_.log.emit(
          log::events::k_collector_message_left,
          {{Keys::uid, item.number}, {Keys::trace, trace}, {Keys::reason, taken.refusal}});
      return;
    }
    if (taken.is_loop) {
      ++report_.loops;
      state_.notes[item.key] = {Note::Kind::kept, 0, {}};
      environment_.log.emit(log::events::k_collector_message_loop,
                            {{Keys::uid, item.number}, {Keys::trace, trace}});
      return;
    }
    ++report_.taken;
    ++state_.total;
    report_.bytes += taken.size;
    environment_.log.emit(log::events::k_collector_message_taken,
                          {{Keys::uid, item.number},
                           {Keys::trace, trace},
                           {Keys::recipients, taken.recipients},
                           {Keys::bytes, taken.size}});
    if (source_.is_move && !item.is_doubtful) {
      state_.notes[item.key] = {Note::Kind::deleting, 0, {}};
      deletions_.push_back(item);
    } else if (source_.protocol == Protocol::pop3) {
      state_.notes[item.key] = {Note::Kind::taken, 0, {}};
    } else {
      state_.notes.erase(item.key);
    }
  }

  Task<Result<void>> delete_there() {
    if (deletions_.empty()) co_return Result<void>();
    KONTOR_CO_TRY(co_await box_->remove(deletions_));
    if (source_.protocol == Protocol::imap) forget_deleted();
    co_return Result<void>();
  }

  void forget_deleted() {
    for (const auto& item : deletions_) state_.notes.erase(item.key);
    report_.deleted += deletions_.size();
    is_dirty_ = is_dirty_ || !deletions_.empty();
    deletions_.clear();
  }

  Task<Result<void>> save() {
    KONTOR_CO_TRY(co_await environment_.save(state_));
    is_dirty_ = false;
    co_return Result<void>();
  }

  const Source& source_;
  State& state_;
  const SessionEnvironment& environment_;
  Report& report_;
  std::unique_ptr<Box> box_;
  std::uint64_t max_size_;
  std::vector<Item> deletions_;
  bool is_dirty_ = false;
};

}  // namespace

Task<Result<void>> run_session(const Source& source,
                               State& state,
                               const SessionEnvironment& environment,
                               Report& report) {
  Session session(source, state, environment, report);
  co_return co_await session.run();
}

Task<Result<Preview>> look(const Source& source, const State& state, const Dial& dial) {
  auto box = make_box(source, dial);
  const auto ask = [&]() -> Task<Result<Preview>> {
    KONTOR_CO_TRY(co_await box->open());
    KONTOR_CO_TRY(auto listing, co_await box->list(state));
    const bool is_same = state.has_begun && state.validity == listing.validity;
    if (state.has_begun && !is_same) {
      KONTOR_CO_TRY(listing, co_await box->list(State{}));
    }
    Preview out;
    out.peer = box->peer();
    for (const auto& item : listing.items) {
      const bool is_noted = is_same && state.notes.contains(item.key);
      if (is_noted && state.notes.at(item.key).kind == Note::Kind::waiting) ++out.waiting;
      if (is_noted || (!is_same && source.only_new)) continue;
      ++out.messages;
      out.bytes += item.size;
    }
    co_return out;
  };
  auto found = co_await ask();
  if (found)
    (void)co_await box->close();
  else
    co_await box->abandon();
  co_return found;
}

}  // namespace kontor::collector
