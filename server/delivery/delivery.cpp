// SPDX-License-Identifier: GPL-3.0-or-later
// The copies of one message are a list of work that a few coroutines take from: as many as memory
// for copies of the bytes allows, so that a list with thousands of members holds no thousand
// copies at once.
#include "server/delivery/delivery.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <span>

#include "base/core/answers.hpp"
#include "base/core/guarded.hpp"
#include "base/core/run_all.hpp"
#include "base/core/text.hpp"
#include "base/core/timings.hpp"
#include "base/crypto/digest.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/events/delivery.hpp"
#include "base/mime/header.hpp"
#include "server/delivery/copy_guid.hpp"
#include "server/delivery/filing.hpp"
#include "server/delivery/remembered.hpp"
#include "server/delivery/special_folder.hpp"
#include "server/delivery/traced.hpp"

namespace kontor::delivery {
namespace {

using directory::Principal;

constexpr std::size_t k_max_parallel = 32;
constexpr std::size_t k_parallel_bytes = 64U << 20U;

// Of a person, or of a folder.
struct Copy {
  std::shared_ptr<const Principal> person;  // nullptr: of a folder
  store::AddressedFolder folder;
  std::string original;   // recipient that a catch-all stands in for; empty: none
  std::string recipient;  // who it came for
  std::string key;        // of this copy in Remembered
  Uuid guid;
  Result<void> result;
  store::SpecialUse into = store::SpecialUse::none;  // none: INBOX
  bool was_there = false;
  Filed filed;  // by its owner's script

  store::Binding owner() const {
    return person ? store::Binding{person->id.source, person->id.guid} : folder.owner;
  }
  const std::string& address() const { return person ? person->mail : folder.address.address; }
  // The same for every message.
  std::string place() const {
    const auto whose = owner();
    auto out = whose.guid.bytes() + whose.source;
    if (!person) out += '\n' + std::to_string(folder.folder);
    return out;
  }
};

// The message as the mailboxes get it, by the X-Original-To field it bears ("": none).
struct Prepared {
  std::map<std::string, store::PreparedMessage> messages;
  // Of those with a text/calendar part the bytes once more, for all who get a copy.
  std::map<std::string, std::shared_ptr<const std::string>> calendars;
  std::string digest;  // the same at every try by SMTP
};

// One message under way. Lives in the frame of deliver(), which awaits everybody that uses it.
struct Job {
  store::AccountStore& store;
  const std::function<void(StoredCopy)>& stored;
  log::Context log;
  UtcSeconds now;
  std::string sender;
  bool may_be_there;
  std::string trace;
  UtcSeconds arrived;
  message_trace::Sink* sink;
  FilingEnvironment* filing;  // nullptr: no script runs
  store::SpecialUse folder;   // none: INBOX
  bool is_forged;             // `folder` is by the word of its author's domain
  bool has_own_lists;         // people may have lists of senders
  Prepared prepared;
  std::vector<Copy> copies;
  std::size_t size = 0;
  std::atomic<std::size_t> next = 0;
  const std::vector<std::string>* report_addresses = nullptr;
  bool requires_tls = false;
};

// The same for every try of a message with this trace.
Uuid copy_guid(const std::string& trace, const Copy& copy) {
  if (copy.person) return delivery::copy_guid(trace, copy.owner());
  const auto place = copy.place();
  const auto digest = crypto::sha256(trace + '\n' + place);
  return Uuid::from_bytes(digest.substr(0, 16)).value();
}

// Sender and message without what this server put before it: the same at every try.
std::string digest_of(const Envelope& envelope, std::string_view message) {
  const auto given = message.substr(std::min(envelope.added, message.size()));
  return crypto::sha256(crypto::sha256(envelope.sender) + crypto::sha256(given));
}

CopyTrace traced(const Job& job, const Copy& copy) {
  if (job.sink == nullptr) return {};
  return {job.sink, job.trace, job.arrived, copy.address(), copy.recipient};
}

void report(const Job& job, const Copy& copy, const store::Appending& stored) {
  using log::Keys;
  const auto uid = stored.uids.empty() ? store::Uid{0} : stored.uids.front();
  if (!copy.person) {
    job.log.emit(log::events::k_copy_in_folder, {{Keys::address, copy.address()},
                                                 {Keys::account, copy.folder.account.text()},
                                                 {Keys::folder, copy.folder.name},
                                                 {Keys::uid, uid}});
    traced(job, copy).delivered(copy.folder.name, copy.folder.account.text(), uid);
    return;
  }
  const auto account = job.store.find(copy.owner());
  job.log.emit(log::events::k_copy_stored,
               {{Keys::address, copy.person->mail},
                {Keys::account, account ? account->text() : std::string()},
                {Keys::uid, uid}});
  traced(job, copy).delivered(name_of_folder(copy.into), account ? account->text() : std::string(),
                              uid);
}

// By the finished structure, in which types stand in quotes: a few hundred bytes. What only looks
// like it costs one more parse, no more.
bool may_have_calendar(std::string_view bodystructure) {
  constexpr std::string_view k_type = "(\"text\" \"calendar\"";
  return bodystructure.find(k_type) != std::string_view::npos;
}

bool is_for_reports(const Job& job, const Copy& copy) {
  return job.report_addresses != nullptr &&
         std::ranges::any_of(*job.report_addresses, [&](const std::string& address) {
           return iequals(address, copy.recipient) || iequals(address, copy.person->mail);
         });
}

// Out of office, invitations and reports are somebody else's work; nearly nobody has notes, and few
// messages have calendars.
// Whom a script answers itself, nobody else does.
void tell_stored(const Job& job, const Copy& copy) {
  if (!job.stored) return;
  auto notes = copy.filed.is_answered
                   ? nullptr
                   : job.store.owner_notes({copy.person->id.source, copy.person->id.guid});
  const auto calendar = job.prepared.calendars.find(copy.original);
  const bool has_calendar = calendar != job.prepared.calendars.end();
  const bool is_report = is_for_reports(job, copy);
  if (notes == nullptr && !has_calendar && !is_report) return;
  const auto& message = job.prepared.messages.at(copy.original);
  job.stored({copy.person, std::move(notes), job.sender, message.raw.substr(0, message.header_size),
              has_calendar ? calendar->second : nullptr,
              is_report ? std::make_shared<const std::string>(message.raw) : nullptr});
}

// Into exactly that folder; not_found: it is gone.
Task<Result<store::Appending>> append_to(store::AccountStore& store,
                                         store::AddressedFolder folder,
                                         store::NewMessage message) {
  KONTOR_CO_TRY(const auto account, co_await store.open(folder.account));
  std::vector<store::NewMessage> messages(1, std::move(message));
  co_return co_await account->append(folder.folder, std::move(messages));
}

Task<void> store_copy(Job& job, Copy& copy) {
  using log::Keys;
  store::NewMessage message;
  message.message = job.prepared.messages.at(copy.original);
  message.internal_date = job.now;
  message.guid = copy.guid;
  const bool is_of_folder = !copy.person && copy.into == store::SpecialUse::none;
  auto stored = is_of_folder
                    ? co_await append_to(job.store, copy.folder, std::move(message))
                    : co_await deliver_into(job.store, copy.owner(), copy.into, std::move(message));
  if (stored.has_value()) {
    report(job, copy, *stored);
    if (copy.person) tell_stored(job, copy);
  } else {
    job.log.emit(log::events::k_copy_failed, stored.error(), {{Keys::address, copy.address()}});
    traced(job, copy).failed(stored.error());
    copy.result = fail(std::move(stored).error());
  }
}

// By the active script of its owner.
Task<void> store_by_script(Job& job, Copy& copy, std::string script) {
  const auto& message = job.prepared.messages.at(copy.original);
  const auto told = traced(job, copy);
  FilingJob filing{copy.person, job.sender, copy.recipient, job.trace, copy.key, job.may_be_there,
                   copy.into,   message,    job.now,        job.log,   told};
  filing.requires_tls = job.requires_tls;
  copy.result = co_await file_by_script(*job.filing, filing, std::move(script), copy.filed);
  if (!copy.result.has_value()) {
    job.log.emit(log::events::k_copy_failed, copy.result.error(),
                 {{log::Keys::address, copy.address()}});
    told.failed(copy.result.error());
  } else if (copy.filed.is_stored && copy.filed.is_wanted) {
    tell_stored(job, copy);
  }
}

Stranger authors_of(const Job& job, const store::PreparedMessage& message) {
  Stranger out;
  if (!job.sender.empty()) out.addresses.push_back(job.sender);
  const auto header = std::string_view(message.raw).substr(0, message.header_size);
  const auto from = mime::field_value(header, "From").value_or("");
  for (const auto& address : mime::parse_addresses(from)) {
    if (!address.is_group) out.addresses.push_back(address.mailbox.address());
    for (const auto& member : address.members) out.addresses.push_back(member.address());
  }
  return out;
}

// Where it goes by the lists of its recipient.
void sort(const Job& job, Copy& copy, const store::AnnotationMap& notes) {
  if (!job.has_own_lists || !has_own_lists(notes)) return;
  const auto stranger = authors_of(job, job.prepared.messages.at(copy.original));
  const auto opinion = opinion_of(notes, stranger);
  if (opinion == Opinion::blocked) copy.into = store::SpecialUse::junk;
  if (opinion == Opinion::allowed && !job.is_forged) copy.into = store::SpecialUse::none;
  if (copy.into == job.folder) return;
  const std::string word(opinion == Opinion::blocked ? "blocked" : "allowed");
  job.log.emit(log::events::k_copy_sorted,
               {{log::Keys::address, copy.address()}, {log::Keys::detail, word}});
  traced(job, copy).note(message_trace::What::ruled, name_of_folder(copy.into),
                         word + " by a list of the recipient");
}

// As the notes of its owner want it.
Task<void> store_as_wanted(Job& job, Copy& copy) {
  copy.into = job.folder;
  if (copy.person && (job.filing != nullptr || job.has_own_lists)) {
    auto owner = copy.owner();
    const auto& message = job.prepared.messages.at(copy.original);
    const auto notes = co_await notes_of(job.store, std::move(owner), message.raw.size());
    if (!notes) {
      copy.result = fail(notes.error());
      job.log.emit(log::events::k_copy_failed, notes.error(),
                   {{log::Keys::address, copy.address()}});
      traced(job, copy).failed(notes.error());
      co_return;
    }
    if (*notes) sort(job, copy, **notes);
    auto script = *notes && job.filing != nullptr ? active_script(**notes) : std::nullopt;
    if (script) {
      co_await store_by_script(job, copy, std::move(script->text));
      co_return;
    }
  }
  co_await store_copy(job, copy);
}

// Did an earlier try of this message, which may have ended with the server, store this copy?
Task<void> look_for_copy(Job& job, Copy& copy) {
  auto owner = copy.owner();
  if (!job.store.find(owner)) co_return;
  const auto account = co_await job.store.open_for(std::move(owner));
  if (account.has_value()) {
    copy.was_there = (*account)->view().has_guid(copy.guid);
  } else {
    copy.result = fail(account.error());
  }
}

Task<void> store_unless_there(Job& job, Copy& copy) {
  if (job.may_be_there) co_await look_for_copy(job, copy);
  if (copy.was_there) {
    job.log.emit(log::events::k_copy_skipped, {{log::Keys::address, copy.address()}});
    traced(job, copy).note(message_trace::What::present);
  } else if (copy.result.has_value()) {
    co_await store_as_wanted(job, copy);
  }
}

Task<void> store_copies(Job& job) {
  for (;;) {
    const auto index = job.next.fetch_add(1);
    if (index >= job.copies.size()) co_return;
    auto& copy = job.copies[index];
    // A broken promise of the store is that copy's failure, not the message's.
    std::string fault;
    try {
      co_await store_unless_there(job, copy);
    } catch (const std::exception& error) {
      fault = error.what();
    }
    if (!fault.empty()) copy.result = fail(Errc::internal, fault);
  }
}

Task<void> store_all(Job& job) {
  const auto by_memory = k_parallel_bytes / std::max<std::size_t>(job.size, 1);
  const auto workers =
      std::min({job.copies.size(), k_max_parallel, std::max<std::size_t>(by_memory, 1)});
  std::vector<Task<void>> tasks;
  for (std::size_t i = 0; i < workers; ++i) tasks.push_back(store_copies(job));
  co_await run_all(std::move(tasks));
}

// Index of each copy by its place; a person that several recipients lead to has one, and it says
// that it came by a catch-all only when no other recipient leads there.
using Places = std::map<std::string, std::size_t>;

std::string place_of(const std::shared_ptr<const Principal>& person) {
  Copy copy;
  copy.person = person;
  return copy.place();
}
std::string place_of(const store::AddressedFolder& folder) {
  Copy copy;
  copy.folder = folder;
  return copy.place();
}

Places plan(Job& job, const Envelope& envelope) {
  Places index;
  const auto add = [&](Copy copy) {
    auto place = copy.place();
    copy.guid = copy_guid(envelope.trace, copy);
    if (index.emplace(std::move(place), job.copies.size()).second)
      job.copies.push_back(std::move(copy));
  };
  for (const bool catch_all : {false, true})
    for (const auto& recipient : envelope.recipients) {
      if (recipient.is_catch_all != catch_all) continue;
      Copy copy;
      copy.recipient = recipient.address;
      if (catch_all) copy.original = recipient.address;
      for (const auto& person : recipient.mailboxes) {
        copy.person = person;
        add(copy);
      }
      copy.person = nullptr;
      for (const auto& folder : recipient.folders) {
        copy.folder = folder;
        add(copy);
      }
    }
  return index;
}

Result<void> outcome(const Job& job, const Places& index, const Recipient& recipient) {
  Result<void> out;
  const auto take = [&](const auto& to) {
    const auto& result = job.copies[index.at(place_of(to))].result;
    if (out.has_value() && !result.has_value()) out = result;
  };
  std::ranges::for_each(recipient.mailboxes, take);
  std::ranges::for_each(recipient.folders, take);
  return out;
}

constexpr std::string_view k_refused = "refused by its recipient: ";

// RFC 5429, 2: is everybody behind this recipient against the message? Then the reason of one.
const std::string* refusal_by(const Job& job, const Places& index, const Recipient& recipient) {
  const std::string* reason = nullptr;
  if (recipient.is_elsewhere || !recipient.folders.empty()) return nullptr;
  for (const auto& person : recipient.mailboxes) {
    const auto& copy = job.copies[index.at(place_of(person))];
    if (!copy.result.has_value() || !copy.filed.refusal) return nullptr;
    reason = &copy.filed.refusal->reason;
  }
  return reason;
}

}  // namespace

struct Delivery::State {
  explicit State(DeliveryEnvironment given)
      : environment(std::move(given)),
        domains(environment.settings.domains),
        senders(environment.settings.groups.rules, domains),
        disabled(disabled_mail(environment.settings.directory)),
        programs(environment.settings.sieve) {
    const auto& settings = environment.settings;
    if (environment.outbox == nullptr || !settings.sieve.enabled) return;
    auto languages = settings.queue.notice_languages;
    if (languages.empty()) languages.emplace_back("en");
    filing.emplace(FilingEnvironment{settings.sieve, settings.mime.max_depth,
                                     settings.mime.max_parts, settings.server.name,
                                     std::move(languages), environment.store, environment.workers,
                                     *environment.outbox, programs, done, environment.clock});
  }

  const DeliveryEnvironment environment;
  Domains domains;
  const Senders senders;
  const DisabledMail disabled;
  Remembered remembered;
  Remembered announced;
  Remembered done;  // steps of scripts
  Programs programs;
  std::optional<FilingEnvironment> filing;
  // Of the copy of that generation.
  struct Moderated {
    std::uint64_t generation = 0;
    bool is_read = false;
    Principals groups;
  };
  mutable Guarded<Moderated> moderated;

  Principals moderated_groups(const directory::DirectoryCopy& copy) const;
  Resolved resolve_again(Principals objects, const ModeratedGroups& moderated) const;
  void look_up(Job& job) {
    const auto now = environment.clock.steady();
    for (auto& copy : job.copies) {
      copy.was_there = remembered.take(copy.key, now);
    }
  }
  void remember_if_some_failed(const Job& job, bool is_queued) {
    const auto failed = [](const Copy& copy) { return !copy.result.has_value(); };
    if (std::ranges::none_of(job.copies, failed)) return;
    const auto now = environment.clock.steady();
    for (const auto& copy : job.copies) {
      if (!failed(copy) && !is_queued) {
        remembered.add(copy.key, now);
        continue;
      }
      for (const auto& step : copy.filed.steps) done.add(step, now);
    }
  }
  Task<void> settle_refusals(const Job& job,
                             const Places& index,
                             const Envelope& envelope,
                             std::vector<Result<void>>& results) const;
  Task<Prepared> prepare(const Job& job, Envelope envelope, std::string message);
};

// Everything that is as long as the message: on the pool when that is long.
Task<Prepared> Delivery::State::prepare(const Job& job, Envelope envelope, std::string message) {
  std::set<std::string> originals;
  for (const auto& copy : job.copies) originals.insert(copy.original);
  const auto mime = environment.settings.mime;
  const bool is_large = message.size() > k_large_message;
  const bool wants_calendars = environment.stored != nullptr;
  auto work = [originals = std::move(originals), mime, wants_calendars,
               envelope = std::move(envelope), message = std::move(message)]() mutable {
    Prepared prepared;
    if (!envelope.is_queued) prepared.digest = digest_of(envelope, message);
    const auto prepare_one = [&](const std::string& original, std::string bytes) {
      if (!original.empty()) bytes.insert(0, "X-Original-To: " + original + "\r\n");
      auto message = store::prepare_message(std::move(bytes), mime.max_depth, mime.max_parts);
      if (wants_calendars && may_have_calendar(message.bodystructure))
        prepared.calendars.emplace(original, std::make_shared<const std::string>(message.raw));
      prepared.messages.emplace(original, std::move(message));
    };
    while (originals.size() > 1) prepare_one(originals.extract(originals.begin()).value(), message);
    if (!originals.empty()) prepare_one(*originals.begin(), std::move(message));
    return prepared;
  };
  if (!is_large) co_return work();
  co_return co_await io::on_pool(environment.workers, std::move(work));
}

// Who hands the message over is told where that can be; else its sender gets a notice.
Task<void> Delivery::State::settle_refusals(const Job& job,
                                            const Places& index,
                                            const Envelope& envelope,
                                            std::vector<Result<void>>& results) const {
  std::vector<const std::string*> reasons;
  for (const auto& recipient : envelope.recipients)
    reasons.push_back(refusal_by(job, index, recipient));
  const bool is_all = std::ranges::all_of(reasons, [](const auto* one) { return one != nullptr; });
  const bool may_tell =
      envelope.refusable == Refusable::each || (envelope.refusable == Refusable::all && is_all);
  std::set<directory::PrincipalId> told;
  for (std::size_t i = 0; i < reasons.size() && may_tell; ++i) {
    if (reasons[i] == nullptr) continue;
    results[i] = fail(Errc::no_permission, std::string(k_refused) + *reasons[i]);
    for (const auto& person : envelope.recipients[i].mailboxes) told.insert(person->id);
  }
  for (const auto& copy : job.copies) {
    if (!copy.filed.refusal || !copy.result.has_value()) continue;
    job.log.emit(log::events::k_copy_refused, {{log::Keys::address, copy.person->mail}});
    traced(job, copy).note(message_trace::What::rejected, {}, copy.filed.refusal->reason);
    // RFC 5429, 2.1: nobody is told of a notice that is refused
    if (told.contains(copy.person->id) || envelope.sender.empty()) continue;
    const auto& message = job.prepared.messages.at(copy.original);
    Refused refused{job.trace, job.sender, copy.recipient, copy.filed.refusal->reason,
                    std::make_shared<const std::string>(message.raw)};
    refused.requires_tls = job.requires_tls;
    const auto sent = co_await environment.outbox->refuse(std::move(refused));
    if (!sent)
      job.log.emit(log::events::k_reply_failed, sent.error(),
                   {{log::Keys::address, copy.person->mail}});
  }
}

Delivery::Delivery(DeliveryEnvironment environment)
    : state_(std::make_unique<State>(std::move(environment))) {}
Delivery::~Delivery() = default;

const store::AccountStore& Delivery::store() const noexcept { return state_->environment.store; }
const Domains& Delivery::domains() const noexcept { return state_->domains; }
Domains& Delivery::domains() noexcept { return state_->domains; }
const Senders& Delivery::senders() const noexcept { return state_->senders; }

Moderator* Delivery::moderator() const noexcept { return state_->environment.moderator; }

// Looked for once in each copy: everybody is asked.
Principals Delivery::State::moderated_groups(const directory::DirectoryCopy& copy) const {
  if (environment.moderator == nullptr) return {};
  return moderated.with([&](Moderated& known) {
    if (known.is_read && known.generation == copy.generation()) return known.groups;
    known = {copy.generation(), true, {}};
    for (const auto& one : copy.all())
      if (senders.is_moderated(*one)) known.groups.push_back(one);
    return known.groups;
  });
}

Resolved Delivery::State::resolve_again(Principals objects, const ModeratedGroups& groups) const {
  return resolve_objects(*environment.directory.current(), domains, std::move(objects),
                         environment.clock.now(), disabled, &environment.store.shares(), &groups);
}

void Delivery::moderate(Resolved& resolved, const Sender& sender, const std::string& trace) const {
  if (resolved.moderated.empty()) return;
  const auto copy = state_->environment.directory.current();
  const auto* moderator = state_->environment.moderator;
  const auto passing = [&](const Principal& group) {
    if (!trace.empty() && moderator->is_approved(trace, group.id))
      return group.mail_rules.moderation_flags % 2 == 1 ? Passing::passes_within : Passing::passes;
    return state_->senders.passes_unasked(*copy, group, sender) ? Passing::passes : Passing::held;
  };
  auto rest = state_->resolve_again(resolved.objects, {state_->moderated_groups(*copy), passing});
  rest.holds_outside = !rest.held.empty() && !resolved.outside.empty();
  rest.address = std::move(resolved.address);
  rest.is_catch_all = resolved.is_catch_all;
  resolved = std::move(rest);
}

Resolved Delivery::resolve_approved(const std::shared_ptr<const Principal>& group,
                                    const std::string& trace) const {
  Resolved out;
  out.objects = out.moderated = {group};
  out.address = group->mail;
  moderate(out, Sender{}, trace);
  return out;
}

Resolved Delivery::resolve(std::string_view address) const {
  const auto& environment = state_->environment;
  const auto& folders = environment.store.shares();
  const auto copy = environment.directory.current();
  const ModeratedGroups groups{state_->moderated_groups(*copy),
                               [](const Principal&) { return Passing::passes; }};
  auto resolved =
      delivery::resolve(*copy, state_->domains, address, environment.clock.now(), state_->disabled,
                        &folders, groups.all.empty() ? nullptr : &groups);
  const bool is_nobody =
      resolved.verdict == Verdict::unknown || resolved.verdict == Verdict::foreign;
  const bool knows_everybody = !environment.knows_everybody || environment.knows_everybody();
  const bool may_be_folder = resolved.verdict == Verdict::unknown && !folders.knows_addresses();
  resolved.is_early = is_nobody && (!knows_everybody || may_be_folder);
  return resolved;
}

Admission Delivery::admit(Resolved& resolved, const Sender& sender) const {
  const auto copy = state_->environment.directory.current();
  Principals admitted;
  auto worst = Admission::allowed;
  for (const auto& object : resolved.objects) {
    const auto admission = state_->senders.check(*copy, *object, sender);
    if (admission == Admission::allowed)
      admitted.push_back(object);
    else
      worst = admission;
  }
  if (admitted.empty() && !resolved.objects.empty()) return worst;
  if (admitted.size() != resolved.objects.size()) {
    auto rest = state_->resolve_again(
        std::move(admitted),
        {state_->moderated_groups(*copy), [](const Principal&) { return Passing::passes; }});
    rest.address = std::move(resolved.address);
    rest.is_catch_all = resolved.is_catch_all;
    resolved = std::move(rest);
  }
  moderate(resolved, sender);
  return Admission::allowed;
}

Task<Result<void>> Delivery::check_room(std::vector<std::shared_ptr<const Principal>> mailboxes,
                                        std::uint64_t bytes) {
  for (const auto& person : mailboxes) {
    store::Binding owner{person->id.source, person->id.guid};
    const auto fits = co_await state_->environment.store.check_room(std::move(owner), bytes);
    if (!fits && fits.error().code() == Errc::over_quota) co_return fits;
  }
  co_return Result<void>();
}

Task<Result<void>> Delivery::check_room(std::vector<store::AddressedFolder> folders,
                                        std::uint64_t bytes) {
  for (const auto& folder : folders) {
    auto owner = folder.owner;
    const auto fits = co_await state_->environment.store.check_room(std::move(owner), bytes);
    if (!fits && fits.error().code() == Errc::over_quota) co_return fits;
  }
  co_return Result<void>();
}

Task<Result<store::AccountView>> Delivery::look_at(store::AddressedFolder folder) {
  KONTOR_CO_TRY(const auto account, co_await state_->environment.store.open(folder.account));
  auto view = account->view();
  const auto& notes = view.annotations(folder.folder);
  const auto address = store::folder_address_change(folder.address).entry;
  if (store::is_recoverable(folder.folder) || !view.folder(folder.folder) ||
      !notes.contains(address))
    co_return fail(Errc::not_found, "the folder of this address is gone");
  co_return view;
}

Task<Result<std::shared_ptr<store::Account>>> Delivery::open_mailbox(directory::PrincipalId owner) {
  store::Binding binding{owner.source, owner.guid};
  co_return co_await state_->environment.store.open_for(std::move(binding));
}

Task<Opinion> Delivery::opinion(directory::PrincipalId owner, Stranger stranger) {
  const auto& environment = state_->environment;
  if (!environment.settings.screening.own_lists) co_return Opinion::none;
  store::Binding binding{owner.source, owner.guid};
  const auto notes = co_await notes_of(environment.store, std::move(binding), 1);
  co_return notes && *notes ? opinion_of(**notes, stranger) : Opinion::none;
}

// Only of those of whom the directory says such a thing is the mailbox opened. Limits that an
// administrator gave it count before the directory's.
Task<Result<void>> Delivery::check_may_send(directory::PrincipalId person) {
  auto& environment = state_->environment;
  const auto principal = environment.directory.current()->find(person);
  store::Binding owner{person.source, person.guid};
  if (!principal || !principal->mail_rules.quota_send || !environment.store.find(owner))
    co_return Result<void>();
  const auto account = co_await environment.store.open_for(std::move(owner));
  if (!account) co_return Result<void>();
  const auto most = (*account)->policy().send_bytes;
  const auto quota = (*account)->quota();
  if (most != 0 && !quota.own.bytes && quota.usage.bytes >= most)
    co_return fail(Errc::over_quota, "the sender's mailbox is too full");
  co_return Result<void>();
}

Task<std::vector<Result<void>>> Delivery::deliver(Envelope envelope, std::string message) {
  const timings::Stopwatch stopwatch(timings::Timing::delivery);
  const auto& environment = state_->environment;
  Job job{environment.store,
          environment.stored,
          environment.log.with({{log::Keys::trace, envelope.trace}}),
          environment.clock.now(),
          envelope.sender,
          envelope.may_be_there,
          envelope.trace,
          envelope.arrived,
          environment.trace,
          state_->filing ? &*state_->filing : nullptr,
          marked_folder(message),
          is_marked_forged(message),
          environment.settings.screening.own_lists,
          {},
          {},
          message.size(),
          {}};
  job.report_addresses = &environment.settings.reports.addresses;
  job.requires_tls = envelope.requires_tls;
  const auto index = plan(job, envelope);
  job.prepared = co_await state_->prepare(job, envelope, std::move(message));
  for (auto& copy : job.copies)
    copy.key = (envelope.is_queued ? job.trace : job.prepared.digest) + copy.place();
  if (!envelope.is_queued) state_->look_up(job);
  if (!job.copies.empty()) co_await store_all(job);
  state_->remember_if_some_failed(job, envelope.is_queued);
  std::vector<Result<void>> results;
  for (const auto& recipient : envelope.recipients)
    results.push_back(outcome(job, index, recipient));
  const auto refuses = [](const Copy& copy) { return copy.filed.refusal.has_value(); };
  if (std::ranges::any_of(job.copies, refuses))
    co_await state_->settle_refusals(job, index, envelope, results);
  co_return results;
}

void Delivery::announce(const std::string& trace) {
  state_->announced.add(trace, state_->environment.clock.steady());
}
bool Delivery::take_announced(const std::string& trace) {
  return state_->announced.take(trace, state_->environment.clock.steady());
}

std::optional<std::string> refusal_of(const Error& error) {
  if (error.code() != Errc::no_permission || !error.detail().starts_with(k_refused))
    return std::nullopt;
  return error.detail().substr(k_refused.size());
}

Error refusal(const std::string& reason) {
  return {Errc::no_permission, std::string(k_refused) + reason};
}

std::string make_trace_id() { return Uuid::random().hex().substr(0, 20); }

}  // namespace kontor::delivery
