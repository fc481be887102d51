// SPDX-License-Identifier: GPL-3.0-or-later
// kontorctl import ADDRESS --imap HOST: a mailbox of another IMAP server into one of ours, folder
// by folder, in the order of UIDs.
//
// How far each folder has come is written behind every batch that the server confirmed; what was
// stored and not yet noted when the power went, the mailbox recognises by its bytes.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "base/io/file_system.hpp"
#include "base/mime/modified_utf7.hpp"
#include "server/admin/imap_import.hpp"
#include "server/admin/imap_source/progress_file.hpp"
#include "server/admin/mail_sender.hpp"
#include "store/mailbox/names.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using imap_source::FetchedMessage;
using imap_source::ImapConnection;
using imap_source::ListedFolder;
using imap_source::Reply;

constexpr std::uint64_t k_group_bytes = 4U << 20U;  // asked for by one command
constexpr std::size_t k_group_messages = 200;
constexpr std::uint64_t k_max_state = 64U << 20U;

const ImapConnection::Each k_nothing = [](Reply) { return Result<void>(); };

// Behind a literal there may be little more than what was asked for.
std::uint64_t most_of(std::uint64_t bytes) { return bytes + bytes / 8 + (1U << 20U); }

class ImapImport {
 public:
  ImapImport(const ImapJob& job, ImapConnection peer, MailSender& sender, std::string state_file)
      : job_(job), peer_(std::move(peer)), sender_(sender), state_file_(std::move(state_file)) {}

  Result<void> run() {
    read_state();
    target_.into = job_.into;
    target_.special = sender_.special();
    sender_.on_settled = [this](const MailSender::Settled& settled) { return note(settled); };
    KONTOR_TRY(list_folders());
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      KONTOR_TRY(take_folder(i));
    }
    KONTOR_TRY(sender_.finish());
    static_cast<void>(peer_.command("LOGOUT", k_nothing).has_value());
    return {};
  }

 private:
  struct Source {
    ListedFolder folder;
    std::string target;
    std::uint32_t uid_validity = 0;
  };
  struct Row {
    std::uint32_t uid = 0;
    std::uint64_t size = 0;
    sources::Marks marks;
    std::optional<UtcSeconds> date;
  };

  void read_state() {
    const auto text = io::read_file(io::real_file_system(), state_file_, k_max_state);
    if (!text) return;
    if (auto known = imap_source::parse_progress(*text); known && known->source == job_.name())
      state_ = *std::move(known);
  }

  Result<void> save_state() {
    if (job_.dry_run) return {};
    auto& files = io::real_file_system();
    state_.source = job_.name();
    KONTOR_TRY(io::make_directories(files, io::parent_of(state_file_)));
    return io::write_file_durably(files, state_file_, imap_source::print_progress(state_));
  }

  Result<void> list_folders() {
    imap_source::Namespaces spaces;
    const auto take_spaces = [&](Reply reply) -> Result<void> {
      if (reply.name == "NAMESPACE") spaces = imap_source::namespaces_of(reply);
      return {};
    };
    if (peer_.can("NAMESPACE")) {
      KONTOR_TRY(peer_.command("NAMESPACE", take_spaces));
    }
    std::vector<std::string> subscribed;
    std::vector<ListedFolder> found;
    const auto take = [&](Reply reply) -> Result<void> {
      auto one = imap_source::listed_folder(reply);
      if (one && reply.name == "LSUB") subscribed.push_back(one->name);
      if (one && reply.name == "LIST") found.push_back(*std::move(one));
      return {};
    };
    const bool has_uses = peer_.can("SPECIAL-USE") && peer_.can("LIST-EXTENDED");
    KONTOR_TRY(
        peer_.command(has_uses ? R"(LIST "" "*" RETURN (SPECIAL-USE))" : R"(LIST "" "*")", take));
    KONTOR_TRY(peer_.command(R"(LSUB "" "*")", take));
    for (auto& folder : found) add_source(std::move(folder), spaces, subscribed);
    return {};
  }

  void add_source(ListedFolder folder,
                  const imap_source::Namespaces& spaces,
                  const std::vector<std::string>& subscribed) {
    auto levels = levels_of(folder, spaces);
    const auto shown = join(levels, "/");
    if (!job_.folder.empty() && shown != job_.folder && !shown.starts_with(job_.folder + '/'))
      return;
    if (folder.has("\\noselect") || folder.has("\\nonexistent")) return;
    const auto is_others = [&](const auto& space) {
      return !space.prefix.empty() && folder.name.starts_with(space.prefix);
    };
    if (std::ranges::any_of(spaces.others, is_others))
      return sender_.skip({}, {shown, "a folder of somebody else: import it from its owner"},
                          false);
    Source source;
    source.target = target_name(folder, levels);
    const bool is_subscribed = std::ranges::find(subscribed, folder.name) != subscribed.end();
    sender_.describe(source.target, store::SpecialUse::none, is_subscribed);
    source.folder = std::move(folder);
    sources_.push_back(std::move(source));
  }

  static sources::Levels levels_of(const ListedFolder& folder,
                                   const imap_source::Namespaces& spaces) {
    std::string_view name = folder.name;
    if (iequals(name, "INBOX")) return {"INBOX"};
    for (const auto& space : spaces.own)
      if (!space.prefix.empty() && name.size() > space.prefix.size() &&
          name.starts_with(space.prefix)) {
        name.remove_prefix(space.prefix.size());
        break;
      }
    sources::Levels out;
    const auto parts =
        folder.delimiter == 0 ? std::vector<std::string_view>{name} : split(name, folder.delimiter);
    for (const auto part : parts) {
      const auto decoded = mime::decode_modified_utf7(part);
      if (!part.empty()) out.push_back(decoded ? *decoded : std::string(part));
    }
    return out;
  }

  // The mailbox's own folder of that use (RFC 6154), else the one of that name.
  std::string target_name(const ListedFolder& folder, const sources::Levels& levels) const {
    if (target_.into.empty())
      for (const auto& [use, name] : target_.special)
        if (folder.has("\\" + use)) return name;
    return sources::folder_for(levels, target_);
  }

  Result<void> take_folder(std::size_t index) {
    auto& source = sources_[index];
    const auto chosen = peer_.command("EXAMINE " + ImapConnection::argument(source.folder.name),
                                      [&](Reply reply) -> Result<void> {
                                        const auto number =
                                            imap_source::number_in(reply.code, "UIDVALIDITY");
                                        if (number) source.uid_validity = *number;
                                        return {};
                                      });
    if (!chosen && chosen.error().code() != Errc::bad_input) return fail(chosen.error());
    if (!chosen) {
      sender_.skip(source.target, {source.folder.name, chosen.error().detail()}, true);
      return {};
    }
    auto& known = state_.folders[source.folder.name];
    if (known.uid_validity != source.uid_validity) known = {source.uid_validity, 0, {}};
    KONTOR_TRY(const auto rows, list_messages(known));
    KONTOR_TRY(sender_.make(source.target));
    for (std::size_t at = 0; at < rows.size();) {
      std::uint64_t bytes = 0;
      auto end = at;
      while (end < rows.size() && end - at < k_group_messages &&
             (end == at || bytes + rows[end].size <= k_group_bytes))
        bytes += rows[end++].size;
      KONTOR_TRY(take_group(index,
                            {rows.begin() + static_cast<std::ptrdiff_t>(at),
                             rows.begin() + static_cast<std::ptrdiff_t>(end)},
                            bytes));
      at = end;
    }
    return sender_.flush(source.target);
  }

  // What is new since, and what was refused before; ascending.
  Result<std::vector<Row>> list_messages(const imap_source::FolderProgress& known) {
    std::vector<Row> out;
    const auto take = [&](Reply reply) -> Result<void> {
      const auto message = imap_source::fetched_message(std::move(reply));
      if (!message || message->uid == 0 || !message->size) return {};
      if (message->uid <= known.last_uid && !known.refused.contains(message->uid)) return {};
      out.push_back(
          {message->uid, *message->size, message->marks.value_or(sources::Marks()), message->date});
      return {};
    };
    std::string set;
    for (const auto uid : known.refused) set += std::to_string(uid) + ',';
    if (known.last_uid < UINT32_MAX) set += std::to_string(known.last_uid + 1) + ":*";
    KONTOR_TRY(peer_.command("UID FETCH " + set + " (UID RFC822.SIZE FLAGS INTERNALDATE)", take));
    std::ranges::sort(out, {}, &Row::uid);
    const auto twice = std::ranges::unique(out, {}, &Row::uid);
    out.erase(twice.begin(), twice.end());
    return out;
  }

  Result<void> take_group(std::size_t index, std::vector<Row> rows, std::uint64_t bytes) {
    const auto& source = sources_[index];
    std::string set;
    std::map<std::uint32_t, const Row*> wanted;
    for (const auto& row : rows) {
      if (row.size > sender_.max_message()) {
        refuse(source, row.uid,
               "larger than smtp.max_message: " + std::to_string(row.size) + " bytes");
        continue;
      }
      set += (set.empty() ? "" : ",") + std::to_string(row.uid);
      wanted.emplace(row.uid, &row);
    }
    if (wanted.empty()) return {};
    const auto take = [&](Reply reply) -> Result<void> {
      auto message = imap_source::fetched_message(std::move(reply));
      if (!message || !message->body) return {};
      const auto row = wanted.find(message->uid);
      if (row == wanted.end()) return {};
      KONTOR_TRY(add(index, *row->second, *std::move(message->body)));
      wanted.erase(row);
      return {};
    };
    KONTOR_TRY(peer_.command("UID FETCH " + set + " (UID BODY.PEEK[])", take, most_of(bytes)));
    for (const auto& [uid, row] : wanted) refuse(source, uid, "the server did not send it");
    return {};
  }

  static std::string where(const Source& source, std::uint32_t uid) {
    return source.folder.name + " UID " + std::to_string(uid);
  }

  Result<void> add(std::size_t index, const Row& row, std::string raw) {
    const auto& source = sources_[index];
    sender_.advance(raw.size());
    BatchMessage message;
    message.raw = std::move(raw);
    message.flags = row.marks.flags;
    message.keywords = row.marks.keywords;
    message.date = row.date;
    return sender_.add(source.target, std::move(message), where(source, row.uid),
                       std::uint64_t{index} << 32U | row.uid);
  }

  void refuse(const Source& source, std::uint32_t uid, std::string why) {
    sender_.skip(source.target, {where(source, uid), std::move(why)}, true);
    state_.folders[source.folder.name].refused.insert(uid);
  }

  // A batch is in the mailbox: no later run need ask for it.
  Result<void> note(const MailSender::Settled& settled) {
    for (std::size_t i = 0; i < settled.tags.size(); ++i) {
      const auto& source = sources_.at(settled.tags[i] >> 32U);
      const auto uid = static_cast<std::uint32_t>(settled.tags[i]);
      auto& folder = state_.folders[source.folder.name];
      folder.last_uid = std::max(folder.last_uid, uid);
      if (settled.refused.contains(i)) {
        folder.refused.insert(uid);
      } else {
        folder.refused.erase(uid);
      }
    }
    return save_state();
  }

  const ImapJob& job_;
  ImapConnection peer_;
  MailSender& sender_;
  std::string state_file_;
  sources::Target target_;
  std::vector<Source> sources_;
  imap_source::ImportProgress state_;
};

}  // namespace

std::string ImapJob::name() const {
  const auto& whose = login.authzid.empty() ? login.user : login.authzid;
  return whose + '@' + peer.host + ':' + peer.port + (into.empty() ? "" : " into " + into);
}

Result<Finding> import_from_imap(const Client& client, const ImapJob& job) {
  KONTOR_TRY(auto connection, Connection::open(client.data_folder));
  KONTOR_TRY(auto peer, ImapConnection::open(job.peer));
  KONTOR_TRY(peer.sign_in(job.login));
  MailSender sender(std::move(connection),
                    Progress(client.progress, client.is_terminal, 0, system_clock()));
  KONTOR_TRY(sender.open({"import", {{job.account, job.dry_run ? "dry-run" : "store"}, {}, {}}}));
  const auto key = hex_encode(crypto::sha256(job.name())).substr(0, 16);
  const auto state = client.data_folder + "/imports/" + sender.account() + '-' + key + ".json";
  const auto ended = ImapImport(job, std::move(peer), sender, state).run();
  const bool complete = ended.has_value() && sender.left_behind() == 0;
  auto report = sender.report();
  report["source"] = to_valid_utf8(job.name());
  report["dry_run"] = job.dry_run;
  report["complete"] = complete;
  if (!ended) report["error"] = advice_to_go_on(ended.error());
  return Finding{std::move(report), {}, complete};
}

}  // namespace kontor::admin
