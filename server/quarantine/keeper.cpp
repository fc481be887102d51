// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/quarantine/keeper.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/config/screening_rules.hpp"
#include "base/core/guarded.hpp"
#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/events/quarantine.hpp"
#include "base/mime/header.hpp"
#include "server/message_trace/step.hpp"

namespace kontor::quarantine {
namespace {

using log::Keys;
using message_trace::What;

constexpr std::uint64_t k_peek = 32'768;  // of a message, for a list: its head and its header
constexpr std::size_t k_batch = 64;       // messages looked at together
constexpr std::size_t k_large_message = 256U << 10U;
constexpr std::string_view k_exceptions = "/private/vendor/kontor/exceptions/";
constexpr std::string_view k_digest = "/private/vendor/kontor/digest";
constexpr std::size_t k_most_exceptions = 10'000;
constexpr std::string_view k_released = "released.", k_deleted = "deleted.";

struct Place {
  store::FolderId folder = 0;
  store::Entry entry;
  store::Item item;
};

struct Exceptions {
  std::set<std::string> rows;
  config::PeerList list;
};

std::vector<Place> places_of(const store::AccountView& view, std::optional<Cause> cause) {
  std::vector<Place> out;
  for (std::size_t i = 0; i < k_causes; ++i) {
    const auto one = static_cast<Cause>(i);
    if (cause && *cause != one) continue;
    const auto found = view.find_folder(folder_of(one));
    const auto folder = found ? view.open(found->id) : nullptr;
    if (folder == nullptr) continue;
    folder->for_each(0, folder->size(), [&](std::size_t, const store::Entry& entry) {
      if (const auto item = view.item(entry.item)) out.push_back({found->id, entry, *item});
    });
  }
  return out;
}

std::optional<Place> place_of(const store::AccountView& view, const std::string& id) {
  for (auto& place : places_of(view, std::nullopt))
    if (id_of(place.item.guid) == id) return place;
  return std::nullopt;
}

std::vector<Fate> fates_of(const std::vector<std::string>& keywords, std::size_t count) {
  std::vector<Fate> out(count, Fate::waiting);
  for (const auto& keyword : keywords)
    for (const auto& [prefix, fate] :
         {std::pair(k_released, Fate::released), std::pair(k_deleted, Fate::deleted)}) {
      if (!istarts_with(keyword, prefix)) continue;
      const auto index = parse_number<std::size_t>(std::string_view(keyword).substr(prefix.size()));
      if (index && *index < count) out[*index] = fate;
    }
  return out;
}

// The local part without its tag: name+tag@ is name@.
std::string plain_of(std::string_view address) {
  auto out = to_lower(address);
  const auto plus = out.find('+'), at = out.rfind('@');
  if (plus != std::string::npos && at != std::string::npos && plus < at) out.erase(plus, at - plus);
  return out;
}

bool has_part(const std::string& text, const std::string& part) {
  return part.empty() || to_lower(text).contains(to_lower(part));
}

bool fits(const Question& question, const Row& row) {
  if (!has_part(row.held.envelope.sender, question.sender)) return false;
  for (std::size_t i = 0; i < row.fates.size(); ++i) {
    const auto& address = row.held.recipients[i].address;
    if (row.fates[i] == Fate::waiting && is_of(question.people, address) &&
        has_part(address, question.recipient))
      return true;
  }
  return false;
}

std::string exception_entry(std::string_view text) {
  return std::string(k_exceptions) + hex_encode(crypto::sha256(text).substr(0, 16));
}

Result<config::PeerList> parse_exceptions(const std::set<std::string>& rows) {
  return config::PeerList::parse({rows.begin(), rows.end()});
}

}  // namespace

store::Binding owner() {
  constexpr std::array<std::uint8_t, 16> k_guid{0x6b, 0x6f, 0x6e, 0x74, 0x6f, 0x72, 0x40, 0x00,
                                                0x80, 0x00, 0x00, 0x00, 0x68, 0x65, 0x6c, 0x64};
  return store::Binding{"kontor", Uuid(k_guid)};
}

bool is_of(const People& people, const std::string& address) {
  if (people.empty()) return true;
  const auto plain = plain_of(address);
  return std::ranges::any_of(
      people, [&](const std::string& one) { return iequals(one, address) || iequals(one, plain); });
}

store::MailboxPolicy policy_of(const config::Quarantine& settings) {
  store::MailboxPolicy policy;
  policy.limits.bytes = settings.max_size;
  return policy;  // no letters, no retention; what is deleted is gone at the next upkeep
}

bool Row::is_waiting() const { return std::ranges::find(fates, Fate::waiting) != fates.end(); }

struct Keeper::State {
  explicit State(Environment given) : env(std::move(given)) {}

  const Environment env;
  Guarded<std::set<Uuid>> under_way;
  Guarded<Exceptions> exceptions;

  Task<Result<std::shared_ptr<store::Account>>> open() { return env.store.open_for(owner()); }
  Task<Result<store::FolderId>> folder(store::Account& account, Cause cause);
  Task<Result<store::PreparedMessage>> prepare(std::string bytes);
  Task<Result<std::vector<Row>>> rows(store::Account& account, std::vector<Place> places);
  Task<Result<Row>> row(store::Account& account, const Place& place);
  Task<Result<std::string>> bytes(store::Account& account, const Place& place);
  Task<Result<Done>> settle(std::string id, People people, Fate fate);
  Task<Result<Done>> settle_here(store::Account& account,
                                 const Place& place,
                                 const People& people,
                                 Fate fate);
  Task<Result<void>> let_go(store::Account& account, const Place& place, const Row& row);
  void note(What what, const Held& held, std::size_t which, const std::string& text) const;
};

namespace {

// One at a time for a message.
class Turn {
 public:
  Turn(Guarded<std::set<Uuid>>& under_way, const Uuid& guid)
      : under_way_(under_way),
        guid_(guid),
        has_(under_way.with([&](auto& all) { return all.insert(guid).second; })) {}
  ~Turn() {
    if (has_) under_way_.with([&](auto& all) { all.erase(guid_); });
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool has() const noexcept { return has_; }

 private:
  Guarded<std::set<Uuid>>& under_way_;
  Uuid guid_;
  bool has_;
};

}  // namespace

void Keeper::State::note(What what,
                         const Held& held,
                         std::size_t which,
                         const std::string& text) const {
  message_trace::Step step;
  step.what = what;
  step.trace = held.envelope.trace;
  step.arrived = held.envelope.arrived;
  step.recipient = held.recipients[which].address;
  step.text = text;
  step.place = std::string(folder_of(held.cause));
  message_trace::note(env.trace, std::move(step));
}

Task<Result<store::FolderId>> Keeper::State::folder(store::Account& account, Cause cause) {
  const std::string name(folder_of(cause));
  if (const auto found = account.view().find_folder(name)) co_return found->id;
  const auto made = co_await account.create_folder(name, {});
  if (made) co_return *made;
  const auto found = account.view().find_folder(name);  // another message made it
  if (!found) co_return fail(made.error());
  co_return found->id;
}

Task<Result<store::PreparedMessage>> Keeper::State::prepare(std::string bytes) {
  const auto mime = env.settings.mime;
  const bool is_large = bytes.size() > k_large_message;
  auto work = [mime, bytes = std::move(bytes)]() mutable {
    return store::prepare_message(std::move(bytes), mime.max_depth, mime.max_parts);
  };
  if (!is_large) co_return work();
  co_return co_await io::on_pool(env.workers, std::move(work));
}

Task<Result<std::vector<Row>>> Keeper::State::rows(store::Account& account,
                                                   std::vector<Place> places) {
  std::vector<store::ItemRange> ranges;
  ranges.reserve(places.size());
  for (const auto& place : places) ranges.push_back({place.item.id, 0, k_peek});
  auto read = co_await account.read_ranges(std::move(ranges));
  std::vector<Row> out;
  const auto view = account.view();
  for (std::size_t i = 0; i < places.size(); ++i) {
    auto& beginning = read[i];
    if (!beginning && beginning.error().code() == Errc::not_found) continue;
    auto size = beginning ? head_size(*beginning) : std::nullopt;
    if (size && *size > beginning->size())
      beginning = co_await account.read_range(places[i].item.id, 0, *size + k_peek);
    const auto held = beginning ? parse_head(*beginning) : Result<Held>(fail(beginning.error()));
    if (!held) {
      env.log.emit(log::events::k_held_unreadable, held.error(),
                   {{Keys::uid, places[i].entry.uid}});
      continue;
    }
    size = head_size(*beginning);
    Row row;
    row.id = id_of(places[i].item.guid);
    row.held = *held;
    row.fates = fates_of(view.keywords(places[i].entry.keywords), held->recipients.size());
    row.since = places[i].entry.internal_date;
    row.bytes = places[i].item.size - std::min<std::uint64_t>(*size, places[i].item.size);
    const auto header = std::string_view(*beginning).substr(*size);
    const auto field = [&](std::string_view name) {
      return to_valid_utf8(mime::decode_words(mime::field_value(header, name).value_or("")));
    };
    row.from = field("From");
    row.subject = field("Subject");
    row.message_id = field("Message-ID");
    out.push_back(std::move(row));
  }
  co_return out;
}

Task<Result<Row>> Keeper::State::row(store::Account& account, const Place& place) {
  std::vector<Place> one(1, place);
  KONTOR_CO_TRY(auto rows, co_await this->rows(account, std::move(one)));
  if (rows.empty()) co_return fail(Errc::corrupt, "this held message cannot be read");
  co_return std::move(rows.front());
}

Task<Result<std::string>> Keeper::State::bytes(store::Account& account, const Place& place) {
  KONTOR_CO_TRY(auto bytes, co_await account.read_message(place.item.id));
  const auto size = head_size(std::string_view(bytes).substr(0, k_head_mark));
  if (!size || *size > bytes.size())
    co_return fail(Errc::corrupt, "this held message cannot be read");
  bytes.erase(0, *size);
  co_return bytes;
}

// Everybody has it, or nobody will.
Task<Result<void>> Keeper::State::let_go(store::Account& account,
                                         const Place& place,
                                         const Row& row) {
  if (row.is_waiting()) co_return Result<void>();
  std::vector<store::Uid> uids(1, place.entry.uid);
  KONTOR_CO_TRY(co_await account.remove(place.folder, std::move(uids)));
  co_return Result<void>();
}

Task<Result<Done>> Keeper::State::settle_here(store::Account& account,
                                              const Place& place,
                                              const People& people,
                                              Fate fate) {
  KONTOR_CO_TRY(auto row, co_await this->row(account, place));
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < row.fates.size(); ++i)
    if (row.fates[i] == Fate::waiting && is_of(people, row.held.recipients[i].address))
      which.push_back(i);
  if (which.empty()) co_return fail(Errc::not_found, "it is held for nobody of these any more");
  std::vector<Result<void>> results(which.size());
  if (fate == Fate::released) {
    KONTOR_CO_TRY(auto message, co_await this->bytes(account, place));
    results = co_await env.deliver(row.held, which, std::move(message));
  }
  Done done;
  store::FlagChange change;
  const auto prefix = fate == Fate::released ? k_released : k_deleted;
  for (std::size_t i = 0; i < which.size(); ++i) {
    const auto& address = row.held.recipients[which[i]].address;
    if (!results[i]) {
      env.log.emit(log::events::k_release_failed, results[i].error(),
                   {{Keys::trace, row.held.envelope.trace}, {Keys::address, address}});
      done.failed.emplace_back(address, results[i].error().text());
      continue;
    }
    change.keywords.push_back(std::string(prefix) + std::to_string(which[i]));
    row.fates[which[i]] = fate;
    done.recipients.push_back(address);
    note(fate == Fate::released ? What::released : What::removed, row.held, which[i],
         fate == Fate::released ? "" : "from quarantine");
    env.log.emit(
        fate == Fate::released ? log::events::k_message_released : log::events::k_held_deleted,
        {{Keys::trace, row.held.envelope.trace}, {Keys::address, address}});
  }
  if (change.keywords.empty()) co_return done;
  if (row.is_waiting()) {
    std::vector<store::Uid> uids(1, place.entry.uid);
    KONTOR_CO_TRY(co_await account.change_flags(place.folder, std::move(uids), std::move(change)));
  } else {
    KONTOR_CO_TRY(co_await let_go(account, place, row));
  }
  co_return done;
}

Task<Result<Done>> Keeper::State::settle(std::string id, People people, Fate fate) {
  KONTOR_CO_TRY(const auto account, co_await open());
  const auto found = place_of(account->view(), id);
  if (!found) co_return fail(Errc::not_found, "no message of that id is held");
  const Turn turn(under_way, found->item.guid);
  if (!turn.has()) co_return fail(Errc::busy, "somebody else is at this message");
  const auto place = place_of(account->view(), id);  // as the last one left it
  if (!place) co_return fail(Errc::not_found, "no message of that id is held");
  co_return co_await settle_here(*account, *place, people, fate);
}

Keeper::Keeper(Environment environment) : state_(std::make_unique<State>(std::move(environment))) {}
Keeper::~Keeper() = default;

Task<void> Keeper::start() {
  if (!state_->env.store.find(owner())) co_return;
  const auto account = co_await state_->open();
  if (!account) co_return;
  const auto view = (*account)->view();
  const auto& notes = view.annotations(0);
  Exceptions found;
  for (auto at = notes.lower_bound(k_exceptions);
       at != notes.end() && at->first.starts_with(k_exceptions); ++at)
    found.rows.insert(at->second);
  if (auto list = parse_exceptions(found.rows)) found.list = *std::move(list);
  state_->exceptions.with([&](Exceptions& now) { now = std::move(found); });
}

Task<Result<void>> Keeper::hold(Held held, std::string bytes) {
  auto& state = *state_;
  const auto now = state.env.clock.now();
  if (held.envelope.size == 0) held.envelope.size = bytes.size();
  if (held.envelope.arrived == UtcSeconds()) held.envelope.arrived = now;
  if (held.recipients.empty()) co_return fail(Errc::bad_input, "it has no recipients");
  const auto guid = guid_of(held);
  const auto put = [&]() -> Task<Result<void>> {
    KONTOR_CO_TRY(const auto account, co_await state.open());
    if (account->view().has_guid(guid)) co_return Result<void>();
    KONTOR_CO_TRY(const auto folder, co_await state.folder(*account, held.cause));
    store::NewMessage message;
    bytes.insert(0, format_head(held));
    KONTOR_CO_TRY(message.message, co_await state.prepare(std::move(bytes)));
    message.guid = guid;
    message.internal_date = now;
    std::vector<store::NewMessage> messages;
    messages.push_back(std::move(message));
    KONTOR_CO_TRY(co_await account->append(folder, std::move(messages)));
    co_return Result<void>();
  };
  const auto stored = co_await put();
  if (!stored) {
    state.env.log.emit(log::events::k_message_not_held, stored.error(),
                       {{Keys::trace, held.envelope.trace}, {Keys::reason, held.reason}});
    co_return stored;
  }
  state.env.log.emit(log::events::k_message_held,
                     {{Keys::trace, held.envelope.trace},
                      {Keys::sender, held.envelope.sender},
                      {Keys::recipients, held.recipients.size()},
                      {Keys::reason, fmt::format("{}: {}", name_of(held.cause), held.reason)}});
  for (std::size_t i = 0; i < held.recipients.size(); ++i)
    state.note(What::held, held, i, held.reason);
  co_return Result<void>();
}

Task<Result<std::vector<Row>>> Keeper::list(Question question) {
  std::vector<Row> out;
  if (!state_->env.store.find(owner())) co_return out;
  KONTOR_CO_TRY(const auto account, co_await state_->open());
  auto places = places_of(account->view(), question.cause);
  std::erase_if(places, [&](const Place& place) {
    return (question.since && place.entry.internal_date < *question.since) ||
           (question.until && place.entry.internal_date > *question.until);
  });
  std::ranges::sort(places, std::ranges::greater(), [](const Place& place) {
    return std::pair(place.entry.internal_date, place.item.id);
  });
  for (std::size_t begin = 0; begin < places.size() && out.size() < question.most;
       begin += k_batch) {
    const auto end = std::min(begin + k_batch, places.size());
    std::vector<Place> batch(places.begin() + static_cast<std::ptrdiff_t>(begin),
                             places.begin() + static_cast<std::ptrdiff_t>(end));
    KONTOR_CO_TRY(auto rows, co_await state_->rows(*account, std::move(batch)));
    for (auto& row : rows)
      if (out.size() < question.most && fits(question, row)) out.push_back(std::move(row));
  }
  co_return out;
}

Task<Result<std::uint64_t>> Keeper::count() {
  if (!state_->env.store.find(owner())) co_return 0;
  KONTOR_CO_TRY(const auto account, co_await state_->open());
  co_return places_of(account->view(), std::nullopt).size();
}

Task<Result<Row>> Keeper::find(std::string id) {
  KONTOR_CO_TRY(const auto account, co_await state_->open());
  const auto place = place_of(account->view(), id);
  if (!place) co_return fail(Errc::not_found, "no message of that id is held");
  co_return co_await state_->row(*account, *place);
}

Task<Result<std::string>> Keeper::read(std::string id) {
  KONTOR_CO_TRY(const auto account, co_await state_->open());
  const auto place = place_of(account->view(), id);
  if (!place) co_return fail(Errc::not_found, "no message of that id is held");
  co_return co_await state_->bytes(*account, *place);
}

Task<Result<Done>> Keeper::release(std::string id, People people) {
  co_return co_await state_->settle(std::move(id), std::move(people), Fate::released);
}

Task<Result<Done>> Keeper::remove(std::string id, People people) {
  co_return co_await state_->settle(std::move(id), std::move(people), Fate::deleted);
}

Task<Result<std::uint64_t>> Keeper::expire() {
  std::uint64_t gone = 0;
  if (!state_->env.store.find(owner())) co_return gone;
  KONTOR_CO_TRY(const auto account, co_await state_->open());
  const auto before = state_->env.clock.now() - state_->env.settings.quarantine.keep;
  for (const auto& place : places_of(account->view(), std::nullopt)) {
    if (place.entry.internal_date > before) continue;
    const Turn turn(state_->under_way, place.item.guid);
    if (!turn.has()) continue;
    const auto row = co_await state_->row(*account, place);
    std::vector<store::Uid> uids(1, place.entry.uid);
    KONTOR_CO_TRY(const auto removed, co_await account->remove(place.folder, std::move(uids)));
    if (removed.empty()) continue;
    ++gone;
    if (!row) continue;
    state_->env.log.emit(log::events::k_held_expired, {{Keys::trace, row->held.envelope.trace},
                                                       {Keys::sender, row->held.envelope.sender}});
    for (std::size_t i = 0; i < row->fates.size(); ++i)
      if (row->fates[i] == Fate::waiting)
        state_->note(What::lapsed, row->held, i, "nobody asked for it in time");
  }
  co_return gone;
}

bool Keeper::is_excepted(std::string_view sender, std::string_view client) const {
  return state_->exceptions.with([&](const Exceptions& all) {
    return all.list.has_sender(sender) || all.list.has_address(client);
  });
}

std::vector<std::string> Keeper::exceptions() const {
  return state_->exceptions.with([](const Exceptions& all) {
    return std::vector<std::string>(all.rows.begin(), all.rows.end());
  });
}

Task<Result<void>> Keeper::add_exception(std::string text) {
  text = to_lower(trim(text));
  const std::vector<std::string> single(1, text);
  KONTOR_CO_TRY(const auto one, config::PeerList::parse(single));
  if (one.has_names())
    co_return fail(Errc::bad_input, "name a sender, \"@domain\" for all of one, or a network");
  auto rows = state_->exceptions.with([](const Exceptions& all) { return all.rows; });
  if (!rows.insert(text).second) co_return fail(Errc::exists, text + " is excepted already");
  KONTOR_CO_TRY(auto list, parse_exceptions(rows));
  KONTOR_CO_TRY(const auto account, co_await state_->open());
  std::vector<store::AnnotationChange> changes;
  changes.push_back({exception_entry(text), text});
  KONTOR_CO_TRY(co_await account->set_annotations(0, std::move(changes), k_most_exceptions));
  state_->exceptions.with([&](Exceptions& all) {
    all.rows.insert(text);
    if (auto newer = parse_exceptions(all.rows)) all.list = *std::move(newer);
  });
  co_return Result<void>();
}

Task<Result<void>> Keeper::remove_exception(std::string text) {
  text = to_lower(trim(text));
  if (!state_->exceptions.with([&](const Exceptions& all) { return all.rows.contains(text); }))
    co_return fail(Errc::not_found, text + " is not excepted");
  KONTOR_CO_TRY(const auto account, co_await state_->open());
  std::vector<store::AnnotationChange> changes;
  changes.push_back({exception_entry(text), std::nullopt});
  KONTOR_CO_TRY(co_await account->set_annotations(0, std::move(changes), k_most_exceptions));
  state_->exceptions.with([&](Exceptions& all) {
    all.rows.erase(text);
    if (auto newer = parse_exceptions(all.rows)) all.list = *std::move(newer);
  });
  co_return Result<void>();
}

Task<Result<UtcSeconds>> Keeper::last_digest() {
  if (!state_->env.store.find(owner())) co_return UtcSeconds();
  KONTOR_CO_TRY(const auto account, co_await state_->open());
  const auto view = account->view();
  const auto& notes = view.annotations(0);
  const auto found = notes.find(k_digest);
  const auto seconds =
      found == notes.end() ? std::nullopt : parse_number<std::uint32_t>(found->second);
  co_return UtcSeconds(std::chrono::seconds(seconds.value_or(0)));
}

Task<Result<void>> Keeper::set_digest(UtcSeconds time) {
  KONTOR_CO_TRY(const auto account, co_await state_->open());
  std::vector<store::AnnotationChange> changes;
  changes.push_back({std::string(k_digest), std::to_string(time.time_since_epoch().count())});
  co_return co_await account->set_annotations(0, std::move(changes), k_most_exceptions);
}

}  // namespace kontor::quarantine
