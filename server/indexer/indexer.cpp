// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/indexer/indexer.hpp"

#include <algorithm>
#include <filesystem>

#include "base/io/give_way.hpp"
#include "base/log/events/indexer.hpp"
#include "server/indexer/index_folders.hpp"

namespace kontor::indexer {

using log::Keys;

namespace {

constexpr std::size_t k_open_indexes = 32;
constexpr std::size_t k_batch_items = 1'024;
constexpr std::uint64_t k_batch_bytes = 8U << 20U;
constexpr std::chrono::seconds k_again{30};    // after a failure
constexpr std::chrono::hours k_read_again{1};  // attachments whose reader was not there

// Items of a batch: the first one whatever its size.
std::vector<store::ItemId> batch_of(const store::AccountView& view, store::ItemId after) {
  std::vector<store::ItemId> out;
  std::uint64_t bytes = 0;
  for (const auto& item : view.items_after(after, k_batch_items)) {
    if (!out.empty() && bytes + item.size > k_batch_bytes) break;
    bytes += item.size;
    out.push_back(item.id);
  }
  return out;
}

}  // namespace

struct Indexer::Turn {
  store::AccountId account;
  std::string folder;
  store::AccountView view;
  AccountPtr mailbox;           // until the bytes are read
  IndexShelf* shelf = nullptr;  // the one that is worked on, and its lease
  IndexShelf::Lease lease;
  IndexShelf::Lease in_use;  // of the index that searches ask
};

namespace {

IndexShelf::Open opener(const IndexerEnvironment& environment) {
  if (environment.open) return environment.open;
  return [&languages = environment.settings.search.languages](const std::string& folder) {
    return search::AccountIndex::open(folder, languages);
  };
}

}  // namespace

Indexer::Indexer(IndexerEnvironment environment)
    : environment_(std::move(environment)),
      settings_(environment_.settings.search),
      reader_(environment_.settings, environment_.extractor, large_turns()),
      schedule_(settings_.delay),
      shelf_(opener(environment_), k_index_folder, k_open_indexes, environment_.log),
      fresh_(opener(environment_), k_fresh_index_folder, 1, environment_.log),
      searchers_("kontor-search", std::max(1U, settings_.threads)),
      writer_("kontor-index", 1) {
  if (!settings_.enabled) return;
  writer_.post([] { io::give_way(); });
  watch_ = environment_.store.watch(
      [this](store::AccountId account, store::AccountNews news) { heard(account, news); });
  watch_leaving_ =
      environment_.store.watch_leaving([this](store::AccountId account) { leaving(account); });
}

Indexer::~Indexer() = default;

void Indexer::stop() {
  is_stopping_ = true;
  wake_.raise();
}

void Indexer::heard(const store::AccountId& account, store::AccountNews news) {
  const auto now = environment_.clock.steady();
  // Told of every commit: it is woken for the few that it would sleep too long for.
  if (schedule_.with([&](Schedule& schedule) { return schedule.note(account, news, now); }))
    wake_.raise();
}

void Indexer::leaving(const store::AccountId& account) {
  schedule_.with([&](Schedule& schedule) { schedule.forget(account); });
  memory_.with([&](Memory& memory) {
    memory.rebuilding.erase(account);
    memory.to_merge.erase(account);
    memory.problems.erase(account);
    memory.waits.erase(account);
    memory.looked_at.erase(account);
    memory.untried.erase(account);
  });
  fresh_.leave(account);
  shelf_.leave(account);
}

void Indexer::hurry(const store::AccountId& account, bool only_if_waiting) {
  const auto now = environment_.clock.steady();
  schedule_.with([&](Schedule& schedule) {
    only_if_waiting ? schedule.hurry(account, now) : schedule.add(account, now);
  });
  wake_.raise();
}

Task<void> Indexer::run() {
  if (!settings_.enabled) co_return;
  std::vector<store::AccountId> all;
  for (const auto& info : environment_.store.list()) all.push_back(info.id);
  schedule_.with([&](Schedule& schedule) { schedule.add_round(std::move(all)); });
  while (!is_stopping_) {
    const auto now = environment_.clock.steady();
    const auto next = schedule_.with([&](Schedule& schedule) { return schedule.take(now); });
    if (next) {
      co_await take_turn(*next);
      continue;
    }
    if (co_await merge_one()) continue;
    const auto wait = schedule_.with([&](const Schedule& schedule) { return schedule.wait(now); });
    (void)co_await wake_.wait(wait.value_or(std::chrono::hours(1)));
  }
}

Schedule::Lag Indexer::lag() const {
  const auto now = environment_.clock.steady();
  return schedule_.with([&](const Schedule& schedule) { return schedule.lag(now); });
}

Task<void> Indexer::take_turn(store::AccountId account) {
  const auto done = co_await work_on(account);
  const auto now = environment_.clock.steady();
  if (done) {
    memory_.with([&](Memory& memory) { memory.problems.erase(account); });
    if (*done) schedule_.with([&](Schedule& schedule) { schedule.add(account, now); });
    co_return;
  }
  const auto code = done.error().code();
  // The account, or its folder, or the store is going away.
  if (code == Errc::not_found || code == Errc::cancelled || is_stopping_) co_return;
  if (code == Errc::conflict) {  // a search found it damaged meanwhile
    schedule_.with([&](Schedule& schedule) { schedule.add(account, now); });
    co_return;
  }
  note_problem(account, done.error());
  schedule_.with([&](Schedule& schedule) { schedule.add(account, now + k_again); });
}

// Told once, until it works again.
void Indexer::note_problem(const store::AccountId& account, const Error& error) {
  const bool known = memory_.with([&](Memory& memory) {
    return !memory.problems.insert_or_assign(account, error.text()).second;
  });
  if (!known)
    environment_.log.emit(log::events::k_index_failed, error, {{Keys::account, account.text()}});
}

Task<Result<bool>> Indexer::work_on(store::AccountId account) {
  const auto info = environment_.store.info(account);
  if (!info || !info->problem.empty()) co_return false;
  auto opened = co_await environment_.store.open(account);
  KONTOR_CO_TRY(auto mailbox, std::move(opened));
  const auto turn = std::make_shared<Turn>(
      Turn{account, info->folder, mailbox->view(), mailbox, nullptr, nullptr, nullptr});
  mailbox.reset();
  KONTOR_CO_TRY(auto state, co_await look_at(turn));
  KONTOR_CO_TRY(co_await remove_purged(turn, state));
  auto added = co_await add_batch(turn, state.position);
  KONTOR_CO_TRY(const bool more, std::move(added));
  if (more) co_return true;
  if (turn->shelf == &fresh_) {
    KONTOR_CO_TRY(co_await finish_rebuild(turn));
    co_return true;  // the mail that came meanwhile
  }
  co_return false;
}

// Opens the index that is worked on. One that knows of more than the account ever had is of another
// past of it.
Task<Result<search::IndexState>> Indexer::look_at(TurnPtr turn) {
  auto work = [this, turn]() -> Result<search::IndexState> {
    std::error_code failed;  // one that a stop of the server has left is gone on with
    if (std::filesystem::is_directory(turn->folder + '/' + k_fresh_index_folder, failed))
      memory_.with([&](Memory& memory) { memory.rebuilding.insert(turn->account); });
    const bool rebuilding =
        memory_.with([&](Memory& memory) { return memory.rebuilding.contains(turn->account); });
    turn->in_use = shelf_.lease(turn->account, turn->folder);
    turn->shelf = rebuilding ? &fresh_ : &shelf_;
    turn->lease = rebuilding ? fresh_.lease(turn->account, turn->folder) : turn->in_use;
    const auto state_of = [](search::AccountIndex& index) -> Result<search::IndexState> {
      return index.state();
    };
    KONTOR_TRY(const auto state, turn->shelf->use<search::IndexState>(turn->lease, state_of));
    if (state.position <= turn->view.highest_modseq()) {
      KONTOR_TRY(look_for_untried(*turn));
      return state;
    }
    KONTOR_TRY(turn->shelf->drop(turn->lease));
    environment_.log.emit(log::events::k_index_begun_anew,
                          {{Keys::account, turn->account.text()},
                           {Keys::detail, "it is of another state of the mailbox"}});
    return turn->shelf->use<search::IndexState>(turn->lease, state_of);
  };
  co_return co_await io::on_pool(writer_, std::move(work));
}

// The index does not say what it has; when it has too much, everything it finds is held against the
// account.
Task<Result<void>> Indexer::remove_purged(TurnPtr turn, search::IndexState state) {
  const auto& view = turn->view;
  const auto there = view.count_items_after(0) - view.count_items_after(state.position);
  if (state.documents <= there) co_return Result<void>();
  auto work = [turn](search::AccountIndex& index) -> Result<std::size_t> {
    KONTOR_TRY(auto found, index.match(search::TextQuery()));
    auto gone = std::move(found.certain);
    gone.insert(gone.end(), found.possible.begin(), found.possible.end());
    std::erase_if(gone, [&](search::ItemId item) { return turn->view.item(item).has_value(); });
    std::ranges::sort(gone);
    KONTOR_TRY(index.remove(gone));
    return gone.size();
  };
  auto on_writer = [turn, work] { return turn->shelf->change<std::size_t>(turn->lease, work); };
  KONTOR_CO_TRY(const auto count, co_await io::on_pool(writer_, std::move(on_writer)));
  environment_.log.emit(log::events::k_index_purged,
                        {{Keys::account, turn->account.text()}, {Keys::count, count}});
  co_return Result<void>();
}

bool Indexer::waits_for_reader(const store::AccountId& account,
                               const std::vector<search::Document>& read) {
  constexpr unsigned k_patience = 3;  // then without their attachments
  const bool missed = std::ranges::any_of(
      read, [](const auto& document) { return document.reading == search::Reading::not_tried; });
  return memory_.with([&](Memory& memory) {
    if (!missed) memory.waits.erase(account);
    return missed && ++memory.waits[account] <= k_patience;
  });
}

void Indexer::note_untried(const store::AccountId& account, SteadyTime again) {
  memory_.with([&](Memory& memory) { memory.untried.try_emplace(account, again); });
}

// Once for each account: what was left without attachments before the server was started.
Result<void> Indexer::look_for_untried(const Turn& turn) {
  if (environment_.extractor == nullptr || turn.shelf != &shelf_) return {};
  if (!memory_.with([&](Memory& memory) { return memory.looked_at.insert(turn.account).second; }))
    return {};
  const auto ask = [](search::AccountIndex& index) { return index.untried(); };
  KONTOR_TRY(const auto count, turn.shelf->use<std::uint64_t>(turn.lease, ask));
  if (count > 0) note_untried(turn.account, environment_.clock.steady());
  return {};
}

// The reader answers: what it missed is read in new indexes beside those there are.
void Indexer::take_again() {
  const auto now = environment_.clock.steady();
  std::vector<store::AccountId> due;
  memory_.with([&](Memory& memory) {
    for (const auto& [account, again] : memory.untried)
      if (again <= now) due.push_back(account);
    for (const auto& account : due) {
      memory.untried.erase(account);
      memory.rebuilding.insert(account);
    }
  });
  for (const auto& account : due) hurry(account, false);
}

Task<Result<bool>> Indexer::add_batch(TurnPtr turn, search::ItemId position) {
  const auto items = batch_of(turn->view, position);
  if (items.empty()) co_return false;
  const auto last = items.back();
  const bool more = turn->view.count_items_after(last) > 0;
  auto read = co_await reader_.read(std::move(turn->mailbox), items, writer_, {});
  KONTOR_CO_TRY(auto documents, std::move(read));
  if (waits_for_reader(turn->account, documents))
    co_return fail(Errc::unavailable, "the reader of attachments does not answer");
  using search::Reading;
  const auto has = [&](Reading reading) {
    return std::ranges::find(documents, reading, &search::Document::reading) != documents.end();
  };
  const bool untried = has(Reading::not_tried);
  const bool tried = has(Reading::whole) || has(Reading::partly);
  auto work = [turn, documents = std::move(documents), last] {
    const auto add = [&](search::AccountIndex& index) -> Result<bool> {
      KONTOR_TRY(index.add(documents, last));
      return true;
    };
    return turn->shelf->change<bool>(turn->lease, add);
  };
  KONTOR_CO_TRY(co_await io::on_pool(writer_, std::move(work)));
  if (turn->shelf == &shelf_)
    memory_.with([&](Memory& memory) { memory.to_merge.insert(turn->account); });
  if (untried) note_untried(turn->account, environment_.clock.steady() + k_read_again);
  if (tried && !untried) take_again();
  co_return more;
}

Task<Result<void>> Indexer::finish_rebuild(TurnPtr turn) {
  const auto count = turn->view.count_items_after(0);
  auto work = [this, turn]() -> Result<void> {
    fresh_.leave(turn->account);
    KONTOR_TRY(shelf_.replace(turn->in_use, k_fresh_index_folder));
    memory_.with([&](Memory& memory) {
      memory.rebuilding.erase(turn->account);
      memory.to_merge.insert(turn->account);
    });
    return {};
  };
  KONTOR_CO_TRY(co_await io::on_pool(writer_, std::move(work)));
  environment_.log.emit(log::events::k_index_built,
                        {{Keys::account, turn->account.text()}, {Keys::count, count}});
  co_return Result<void>();
}

// When nobody's turn has come: puts together what one index has in pieces.
Task<bool> Indexer::merge_one() {
  const auto account = memory_.with([](Memory& memory) -> std::optional<store::AccountId> {
    if (memory.to_merge.empty()) return std::nullopt;
    return memory.to_merge.extract(memory.to_merge.begin()).value();
  });
  if (!account) co_return false;
  const auto lease = shelf_.find(*account);  // nobody has the account open here
  if (lease == nullptr) co_return true;
  auto work = [this, lease] {
    const auto stop = [this, &lease] {
      if (is_stopping_ || IndexShelf::wanted(lease)) return true;
      const auto now = environment_.clock.steady();
      return schedule_.with([&](const Schedule& schedule) { return !schedule.is_idle(now); });
    };
    const auto merge = [&stop](search::AccountIndex& index) -> Result<bool> {
      KONTOR_TRY(index.merge(stop));
      return stop();
    };
    return shelf_.change<bool>(lease, merge);
  };
  const auto stopped = co_await io::on_pool(writer_, std::move(work));
  if (!stopped && stopped.error().code() != Errc::cancelled &&
      stopped.error().code() != Errc::conflict)
    note_problem(*account, stopped.error());
  if (stopped && *stopped) memory_.with([&](Memory& memory) { memory.to_merge.insert(*account); });
  co_return true;
}

}  // namespace kontor::indexer
