// SPDX-License-Identifier: GPL-3.0-or-later
// kontorctl restore: messages of a moment back into a mailbox, in their folders, with their dates,
// flags, keywords and EMAILIDs, through the running server. What the mailbox still shows is left
// alone, so that it may be run again.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"
#include "server/admin/mail_sender.hpp"
#include "server/admin/past_mailbox.hpp"
#include "server/admin/restore_objects.hpp"
#include "server/admin/restore_whole.hpp"
#include "store/mailbox/names.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr std::size_t k_max_listed = 1'000;

class Restore {
 public:
  Restore(const Request& request, PastMailbox& mailbox, MailSender& sender)
      : mailbox_(mailbox), sender_(sender), is_dry_(request.options.contains("--dry-run")) {
    is_copy_ = request.options.contains("--copies");
  }

  Result<void> prepare(const Request& request, const Choice& choice) {
    choice_ = choice;
    if (const auto into = request.options.find("--into"); into != request.options.end()) {
      KONTOR_TRY(into_, store::folder_name(into->second));
    }
    return {};
  }
  // The word for the server: what counts as there already.
  std::string mode() const {
    const std::string mode = into_.empty() && !is_copy_ ? "in-place" : "into";
    return is_dry_ ? mode + "-dry-run" : mode;
  }

  Result<void> run() {
    KONTOR_TRY(make_folders());
    const auto put = [this](const PastEntry& entry, const store::DeliverFrame& message) {
      return put_back(entry, message);
    };
    KONTOR_TRY(mailbox_.read(put));
    for (const auto& where : mailbox_.missing())
      sender_.skip({}, {where, "damaged, or purged meanwhile"}, true);
    KONTOR_TRY(sender_.finish());
    if (put_ == 0 && !choice_.message_id.empty())
      return fail(Errc::not_found, "no folder held " + choice_.message_id +
                                       " at that moment; --at names another one");
    return {};
  }

  json::array take_list() { return std::move(listed_); }

 private:
  bool takes_folders() const { return !choice_.uid && choice_.message_id.empty(); }

  Result<void> make_folders() {
    if (!takes_folders()) return {};
    for (const auto* folder : mailbox_.folders()) {
      const auto name = target_of(folder->name);
      const auto use = into_.empty() ? folder->special_use : store::SpecialUse::none;
      sender_.describe(name, use, folder->subscribed || !into_.empty());
      if (folder->exists == 0) {
        KONTOR_TRY(sender_.make(name));
      }
    }
    return {};
  }

  // Of --into: what was chosen comes to lie there, what lay below it below.
  std::string target_of(const std::string& name) const {
    if (into_.empty()) return name;
    if (choice_.folder.empty()) return takes_folders() ? into_ + '/' + name : into_;
    return into_ + name.substr(choice_.folder.size());
  }

  Result<void> put_back(const PastEntry& entry, const store::DeliverFrame& message) {
    ++put_;
    const auto folder = target_of(entry.folder->name);
    sender_.advance(message.raw.size());
    list(entry, message);
    if (message.raw.size() > sender_.max_message()) {
      sender_.skip(folder, {where_of(entry), "larger than smtp.max_message"}, true);
      return {};
    }
    BatchMessage out;
    out.raw = message.raw;
    // What was about to be deleted comes back to stay.
    out.flags = entry.row.flags() & static_cast<store::FlagBits>(~store::k_deleted);
    out.keywords = mailbox_.keywords(entry.row);
    out.date = UtcSeconds(std::chrono::seconds(entry.row.internal_date));
    out.guid = message.guid;
    auto homes = mailbox_.homes(entry.row.item);
    if (homes.size() > 1)
      for (const auto& home : homes) out.homes.push_back(target_of(home));
    return sender_.add(folder, std::move(out), where_of(entry));
  }

  void list(const PastEntry& entry, const store::DeliverFrame& message) {
    if (!is_dry_ || listed_.size() == k_max_listed) return;
    const auto subject = mime::field_value(message.raw, "Subject");
    listed_.emplace_back(json::object{
        {"folder", entry.folder->name},
        {"uid", entry.row.uid},
        {"date", mime::format_date(UtcSeconds(std::chrono::seconds(entry.row.internal_date)))},
        {"size", message.raw.size()},
        {"subject", subject ? mime::decode_words(*subject) : std::string()}});
  }

  PastMailbox& mailbox_;
  MailSender& sender_;
  Choice choice_;
  std::string into_;
  bool is_dry_;
  bool is_copy_ = false;
  std::uint64_t put_ = 0;
  json::array listed_;
};

}  // namespace

Result<Finding> restore_mail(const Client& client, Request request) {
  if (restores_objects(request)) return restore_objects(client, request);
  if (request.options.contains("--replace")) return restore_whole(client, request);
  KONTOR_TRY(const auto choice, Choice::of(request));
  KONTOR_TRY(auto from, find_past(client, request.arguments[0], request));
  KONTOR_TRY(auto mailbox, PastMailbox::open(std::move(from), request));
  KONTOR_TRY(mailbox.choose(choice));
  KONTOR_TRY(auto connection, Connection::open(client.data_folder));
  MailSender sender(std::move(connection),
                    Progress(client.progress, client.is_terminal, mailbox.bytes(), system_clock()));
  Restore restore(request, mailbox, sender);
  KONTOR_TRY(restore.prepare(request, choice));
  KONTOR_TRY(sender.open({"import", {{request.arguments[0], restore.mode()}, {}, {}}}));
  const auto ended = restore.run();
  const bool complete = ended.has_value() && sender.left_behind() == 0;
  auto report = sender.report();
  report["dry_run"] = request.options.contains("--dry-run");
  report["complete"] = complete;
  if (!ended) report["error"] = advice_to_go_on(ended.error());
  if (!mailbox.damage().empty()) report["damaged_ranges"] = mailbox.damage().size();
  if (request.options.contains("--dry-run")) report["messages"] = restore.take_list();
  return Finding{std::move(report), {}, complete};
}

}  // namespace kontor::admin
