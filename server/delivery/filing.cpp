// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/filing.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/events/delivery.hpp"
#include "base/mime/header.hpp"
#include "base/mime/letter.hpp"
#include "server/delivery/delivery.hpp"
#include "server/delivery/out_of_office.hpp"
#include "server/delivery/reply_text.hpp"
#include "server/delivery/special_folder.hpp"
#include "server/delivery/special_use.hpp"

namespace kontor::delivery {
namespace {

using log::Keys;

// A run that may take long does not hold up a network thread.
constexpr std::size_t k_large_script = 4'096;

std::string header_of(const std::string& message) {
  const auto end = message.find("\r\n\r\n");
  return message.substr(0, end == std::string::npos ? message.size() : end + 4);
}

// RFC 5321, 6.3: the field every copy that is sent on bears.
bool was_here(std::string_view header, std::string_view address) {
  for (const auto& field : mime::parse_fields(header))
    if (iequals(field.name, "Delivered-To") && iequals(trim(field.value), address)) return true;
  return false;
}

// The same at every try of a message with this trace.
Uuid guid_of(const FilingJob& job, std::string_view folder) {
  const auto digest = crypto::sha256(job.trace + '\n' + job.person->id.guid.bytes() +
                                     job.person->id.source + '\n' + std::string(folder));
  return Uuid::from_bytes(digest.substr(0, 16)).value();
}

// RFC 5230, 4.2: which answers count as the same one.
std::string vacation_key(const sieve::Vacation& vacation, std::string_view sender) {
  const auto handle = vacation.handle.empty()
                          ? crypto::sha256(vacation.reason + '\0' + vacation.subject + '\0' +
                                           vacation.from + (vacation.is_mime ? 'm' : 't'))
                          : 'h' + vacation.handle;
  return "vacation\n" + handle + '\n' + to_lower(sender);
}

// One message on its way. Lives in the frame of file_by_script(), which awaits everything.
class Filing {
 public:
  Filing(FilingEnvironment& environment,
         FilingJob& job,
         Filed& filed,
         std::shared_ptr<store::Account> account)
      : environment_(environment), job_(job), filed_(filed), account_(std::move(account)) {}

  Task<Result<void>> run(std::string script);

 private:
  Task<sieve::Verdict> judge(std::string script);
  Task<Result<void>> store(const sieve::Filing& filing);
  Task<Result<store::Appending>> append(const sieve::Filing& filing, store::NewMessage message);
  Task<Result<store::FolderId>> folder_for(const sieve::Filing& filing);
  Task<store::PreparedMessage> prepare(std::shared_ptr<const std::string> bytes);
  Task<Result<void>> send_on(const sieve::Redirection& redirection, bool& is_kept);
  Task<Result<void>> answer(const sieve::Vacation& vacation);
  Task<Result<void>> remember(const std::vector<sieve::Note>& notes);
  Task<void> tell_owner(sieve::Problem problem);
  bool is_done(const std::string& step);
  void mark_done(const std::string& step) { filed_.steps.push_back(step); }
  Task<Result<void>> change(Changes changes);

  FilingEnvironment& environment_;
  FilingJob& job_;
  Filed& filed_;
  std::shared_ptr<store::Account> account_;
  std::shared_ptr<const std::string> message_;  // as it came
  std::string script_;
};

bool Filing::is_done(const std::string& step) {
  if (!environment_.done.take(step, environment_.clock.steady())) return false;
  mark_done(step);
  return true;
}

Task<Result<void>> Filing::change(Changes changes) {
  co_return co_await account_->set_annotations(0, std::move(changes), k_most_entries);
}

Task<sieve::Verdict> Filing::judge(std::string script) {
  auto work = [this, script = std::move(script)] {
    const auto view = account_->view();
    ScriptSubject subject{view,     view.annotations(0), environment_.settings, environment_.server,
                          message_, job_.sender,         job_.recipient,        job_.now};
    return run_script(environment_.programs, script, std::move(subject));
  };
  const bool is_small = message_->size() <= k_large_message && script_.size() <= k_large_script;
  if (is_small) co_return work();
  co_return co_await io::on_pool(environment_.workers, std::move(work));
}

Task<store::PreparedMessage> Filing::prepare(std::shared_ptr<const std::string> bytes) {
  if (bytes == message_) co_return job_.message;
  const bool is_small = bytes->size() <= k_large_message;
  auto work = [bytes = std::move(bytes), depth = environment_.max_depth,
               parts = environment_.max_parts] {
    return store::prepare_message(*bytes, depth, parts);
  };
  if (is_small) co_return work();
  co_return co_await io::on_pool(environment_.workers, std::move(work));
}

// not_found: there is none, and none can be made.
Task<Result<store::FolderId>> Filing::folder_for(const sieve::Filing& filing) {
  const auto view = account_->view();
  if (filing.is_keep && job_.keep_in != store::SpecialUse::none)
    if (const auto folder = view.find_special(job_.keep_in)) co_return folder->id;
  const auto found = view.find_folder(filing.folder);
  if (found && found->folder_class == store::FolderClass::mail) co_return found->id;
  if (found || !filing.may_create) co_return fail(Errc::not_found, "no folder for mail");
  store::FolderOptions options;
  options.special_use = find_special_use(filing.special_use);
  if (options.special_use != store::SpecialUse::none && view.find_special(options.special_use))
    options.special_use = store::SpecialUse::none;
  options.subscribed = true;
  auto made = co_await account_->create_folder(filing.folder, options);
  if (!made && made.error().code() == Errc::exists)
    if (const auto other = account_->view().find_folder(filing.folder)) co_return other->id;
  co_return made;
}

// A folder that goes away meanwhile, or cannot be made, leaves INBOX: no message is lost for its
// folder.
Task<Result<store::Appending>> Filing::append(const sieve::Filing& filing,
                                              store::NewMessage message) {
  const auto folder = co_await folder_for(filing);
  if (!folder) {
    const auto code = folder.error().code();
    if (code != Errc::not_found && code != Errc::bad_input && code != Errc::limit)
      co_return fail(folder.error());
    co_await tell_owner({{}, sieve::Complaint::no_folder, filing.folder});
  }
  const auto id = folder ? *folder : store::k_inbox;
  std::vector<store::NewMessage> messages(1, message);
  auto stored = co_await account_->append(id, std::move(messages));
  if (stored || stored.error().code() != Errc::not_found || id == store::k_inbox) co_return stored;
  std::vector<store::NewMessage> again(1, std::move(message));
  co_return co_await account_->append(store::k_inbox, std::move(again));
}

Task<Result<void>> Filing::store(const sieve::Filing& filing) {
  const auto guid = guid_of(job_, filing.folder);
  const auto step = job_.key + "store " + filing.folder;
  const bool is_there = job_.may_be_there && account_->view().has_guid(guid);
  if (is_there || is_done(step)) co_return Result<void>();
  auto flags = message_flags(filing.flags);
  store::NewMessage message;
  message.message = co_await prepare(filing.message);
  message.flags = flags.system;
  message.keywords = std::move(flags.keywords);
  message.internal_date = job_.now;
  message.guid = guid;
  KONTOR_CO_TRY(const auto stored, co_await append(filing, std::move(message)));
  mark_done(step);
  job_.log.emit(log::events::k_copy_filed,
                {{Keys::address, job_.person->mail},
                 {Keys::account, account_->id().text()},
                 {Keys::folder, filing.folder},
                 {Keys::uid, stored.uids.empty() ? store::Uid{0} : stored.uids.front()}});
  const bool is_kept_elsewhere = filing.is_keep && job_.keep_in != store::SpecialUse::none;
  job_.traced.delivered(is_kept_elsewhere ? name_of_folder(job_.keep_in) : filing.folder,
                        account_->id().text(),
                        stored.uids.empty() ? store::Uid{0} : stored.uids.front());
  co_return Result<void>();
}

// What policy forbids or goes in a circle is kept instead.
Task<Result<void>> Filing::send_on(const sieve::Redirection& redirection, bool& is_kept) {
  const auto step = job_.key + "send " + to_lower(redirection.address);
  if (is_done(step)) co_return Result<void>();
  const auto& own = job_.person->mail;
  const bool is_circle = was_here(header_of(*message_), own) || iequals(redirection.address, own);
  Result<void> sent = fail(Errc::no_permission, "it went through this mailbox before");
  if (!is_circle) {
    Redirected redirected{job_.person, job_.trace,          job_.sender,
                          own,         redirection.address, redirection.message};
    redirected.requires_tls = job_.requires_tls;
    sent = co_await environment_.outbox.redirect(std::move(redirected));
  }
  if (!sent && sent.error().code() == Errc::no_permission) {
    job_.log.emit(log::events::k_redirect_refused, sent.error(),
                  {{Keys::address, own}, {Keys::destination, redirection.address}});
    is_kept = true;
    co_return Result<void>();
  }
  KONTOR_CO_TRY(sent);
  mark_done(step);
  job_.log.emit(log::events::k_copy_redirected,
                {{Keys::address, own}, {Keys::destination, redirection.address}});
  job_.traced.note(message_trace::What::redirected, redirection.address);
  co_return Result<void>();
}

Task<Result<void>> Filing::answer(const sieve::Vacation& vacation) {
  filed_.is_answered = true;
  const auto header = header_of(*message_);
  if (!filed_.is_wanted || !may_be_answered(header, job_.sender, *job_.person, vacation.addresses))
    co_return Result<void>();
  const auto key = vacation_key(vacation, job_.sender);
  const auto view = account_->view();
  if (is_noted(view.annotations(0), key, job_.now)) co_return Result<void>();
  const auto period = vacation.has_period
                          ? std::max(vacation.period, environment_.settings.shortest_vacation)
                          : environment_.settings.vacation_period;
  // Who was answered is on disk before the answer is in the queue: a crash loses it, and never
  // doubles it.
  Changes changes;
  note(view.annotations(0), key, period, job_.now, changes);
  KONTOR_CO_TRY(co_await change(std::move(changes)));
  Reply reply{environment_.server,
              environment_.languages.front(),
              *job_.person,
              job_.sender,
              header,
              vacation.subject,
              vacation.reason,
              job_.now};
  reply.from_field = vacation.from;
  reply.is_mime = vacation.is_mime;
  Letter letter{job_.sender, reply_text(reply), job_.now};
  KONTOR_CO_TRY(co_await environment_.outbox.send(std::move(letter)));
  job_.log.emit(log::events::k_reply_sent,
                {{Keys::address, job_.person->mail}, {Keys::sender, job_.sender}});
  co_return Result<void>();
}

Task<Result<void>> Filing::remember(const std::vector<sieve::Note>& notes) {
  if (notes.empty()) co_return Result<void>();
  Changes changes;
  const auto view = account_->view();
  for (const auto& one : notes)
    note(view.annotations(0), duplicate_key(one.key), one.period, job_.now, changes);
  co_return co_await change(std::move(changes));
}

// Once for a script and a mistake. What goes wrong here goes no further: the message is safe.
Task<void> Filing::tell_owner(sieve::Problem problem) {
  job_.log.emit(log::events::k_script_failed,
                {{Keys::address, job_.person->mail}, {Keys::detail, problem.text("en")}});
  const auto key = "told\n" + crypto::sha256(script_) + problem.text("en");
  const auto view = account_->view();
  if (is_noted(view.annotations(0), key, job_.now)) co_return;
  Changes changes;
  note(view.annotations(0), key, std::chrono::days(3'650), job_.now, changes);
  const auto noted = co_await change(std::move(changes));
  if (!noted) co_return;
  const auto active = active_script(view.annotations(0));
  const auto name = active ? active->name : std::string();
  const auto subject = mime::one_line(mime::decode_words(
      mime::field_value(header_of(*message_), "Subject").value_or(std::string())));
  MistakeLetter told{
      environment_.server, environment_.languages, job_.person->mail, name, {}, subject, job_.now};
  for (const auto& language : environment_.languages)
    told.problems.push_back(problem.text(language));
  Letter letter{job_.person->mail, mistake_letter(told), job_.now};
  const auto sent = co_await environment_.outbox.send(std::move(letter));
  if (!sent)
    job_.log.emit(log::events::k_reply_failed, sent.error(), {{Keys::address, job_.person->mail}});
}

Task<Result<void>> Filing::run(std::string script) {
  message_ = std::make_shared<const std::string>(job_.message.raw);
  script_ = script;
  auto verdict = co_await judge(std::move(script));
  if (verdict.problem) co_await tell_owner(*verdict.problem);
  filed_.refusal = std::move(verdict.refusal);
  const auto view = account_->view();
  for (const auto& filing : verdict.filings) {
    KONTOR_CO_TRY(co_await store(filing));
    filed_.is_stored = true;
    const auto folder = view.find_folder(filing.folder);
    const auto use = filing.is_keep ? job_.keep_in
                     : folder       ? folder->special_use
                                    : find_special_use(filing.special_use);
    if (use != store::SpecialUse::junk && use != store::SpecialUse::trash) filed_.is_wanted = true;
  }
  if (verdict.filings.empty() && !verdict.redirections.empty()) filed_.is_wanted = true;
  bool is_kept = false;
  for (const auto& redirection : verdict.redirections) {
    KONTOR_CO_TRY(co_await send_on(redirection, is_kept));
  }
  if (is_kept && verdict.filings.empty()) {
    const sieve::Filing keep{"INBOX", true, false, {}, {}, message_};
    KONTOR_CO_TRY(co_await store(keep));
    filed_.is_stored = true;
  }
  if (!filed_.is_stored && verdict.redirections.empty() && !filed_.refusal) {
    job_.log.emit(log::events::k_copy_discarded, {{Keys::address, job_.person->mail}});
    job_.traced.note(message_trace::What::discarded, {}, "by the script of the mailbox");
  }
  // The message is where it belongs; what follows is no reason to ask for it once more.
  if (verdict.vacation)
    if (const auto answered = co_await answer(*verdict.vacation); !answered)
      job_.log.emit(log::events::k_reply_failed, answered.error(),
                    {{Keys::address, job_.person->mail}});
  if (const auto noted = co_await remember(verdict.notes); !noted)
    job_.log.emit(log::events::k_reply_failed, noted.error(), {{Keys::address, job_.person->mail}});
  co_return Result<void>();
}

}  // namespace

Task<Result<std::shared_ptr<const store::AnnotationMap>>> notes_of(store::AccountStore& store,
                                                                   store::Binding owner,
                                                                   std::uint64_t bytes) {
  std::shared_ptr<const store::AnnotationMap> notes;
  if (!store.find(owner)) co_return notes;
  notes = store.owner_notes(owner);
  if (notes == nullptr) {  // perhaps only because it is not open: now it is
    auto opened = owner;
    const auto room = co_await store.check_room(std::move(opened), bytes);
    if (!room && room.error().code() != Errc::over_quota) co_return fail(room.error());
    notes = store.owner_notes(owner);
  }
  co_return notes;
}

Task<Result<void>> file_by_script(FilingEnvironment& environment,
                                  FilingJob& job,
                                  std::string script,
                                  Filed& filed) {
  store::Binding owner{job.person->id.source, job.person->id.guid};
  KONTOR_CO_TRY(auto account, co_await environment.store.open_for(std::move(owner)));
  Filing filing(environment, job, filed, std::move(account));
  co_return co_await filing.run(std::move(script));
}

}  // namespace kontor::delivery
