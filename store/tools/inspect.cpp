// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/tools/inspect.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "store/tools/diagnosis.hpp"
#include "store/tools/replayed.hpp"

namespace kontor::store {
namespace {
namespace json = boost::json;

std::string join_keywords(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += ' ' + name;
  return out;
}

// One frame in a few words.
struct Summary {
  std::string operator()(const AccountFrame& f) const { return f.id.text(); }
  std::string operator()(const BindingFrame& f) const {
    return f.owner.source + ':' + f.owner.guid.text();
  }
  std::string operator()(const DeliverFrame&) const { return {}; }
  std::string operator()(const CopyFrame& f) const { return transfer(f); }
  std::string operator()(const MoveFrame& f) const { return transfer(f); }
  std::string operator()(const FlagsFrame& f) const {
    const char* actions[] = {"set", "add", "remove"};
    return fmt::format("folder {} {} {:#x}{} on {} messages", f.folder,
                       actions[static_cast<int>(f.action)], f.flags, join_keywords(f.keywords),
                       f.uids.size());
  }
  std::string operator()(const ExpungeFrame& f) const {
    return fmt::format("folder {}, {} messages", f.folder, f.uids.size());
  }
  std::string operator()(const PurgeFrame& f) const {
    return fmt::format("folder {}, {} messages{}", f.folder, f.uids.size(),
                       f.whole_folder ? ", all" : "");
  }
  std::string operator()(const FolderFrame& f) const {
    const char* actions[] = {"create", "rename", "remove", "change"};
    return fmt::format("{} {} {}", actions[static_cast<int>(f.action)], f.id, f.name);
  }
  std::string operator()(const AclFrame& f) const { return fmt::format("folder {}", f.folder); }
  std::string operator()(const AnnotationFrame& f) const { return f.entry; }
  std::string operator()(const ObjectFrame& f) const { return f.name; }
  std::string operator()(const KeywordFrame& f) const {
    return fmt::format("{}:{}", f.id, join_keywords(f.names));
  }
  std::string operator()(const SubscriptionFrame& f) const {
    return (f.subscribed ? "+" : "-") + f.name;
  }
  std::string operator()(const BatchEndFrame& f) const { return std::to_string(f.frames); }
  std::string operator()(const NoteFrame& f) const { return f.text; }
  std::string operator()(const PruneFrame& f) const { return fmt::format("until {}", f.until); }
  std::string operator()(const StubFrame& f) const {
    return fmt::format("folder {} uid {}, purged, was {} bytes", f.folder, f.uid, f.size);
  }

  static std::string transfer(const TransferFrame& f) {
    return fmt::format("folder {} to {}, {} messages", f.from, f.to, f.rows.size());
  }
};

std::string summary_of(const Decoded* frame) {
  if (frame == nullptr) return "UNREADABLE";
  if (const auto* head = std::get_if<DeliverHead>(frame))
    return fmt::format("folder {} uid {} {} bytes{}", head->frame.folder, head->frame.uid,
                       head->raw_size, head->packed ? ", packed" : "");
  if (const auto* flags = std::get_if<ReaderFlagsFrame>(frame))
    return fmt::format("folder {} {}:{}, {} messages", flags->folder, flags->reader.source,
                       flags->reader.guid.text(), flags->uids.size());
  return std::visit(Summary{}, std::get<Payload>(*frame));
}

// What was expunged has the name of its folder.
std::string name_in(const AccountState& state, const FolderState& folder) {
  if (!is_recoverable(folder.info.id)) return folder.info.name;
  const auto* original = state.find(original_of(folder.info.id));
  return (original != nullptr ? original->info.name : std::string()) + " (expunged)";
}

json::object folder_row(const AccountState& state, const FolderState& folder) {
  const auto& info = folder.info;
  return {{"id", info.id},
          {"name", name_in(state, folder)},
          {"removed", folder.removed},
          {"uid_validity", info.uid_validity},
          {"uid_next", info.uid_next},
          {"highest_modseq", info.highest_modseq},
          {"messages", info.exists},
          {"unseen", info.unseen},
          {"bytes", info.bytes},
          {"tombstones", folder.tombs.size()}};
}

json::array strings(const std::vector<std::string>& values) {
  json::array out;
  for (const auto& value : values) out.emplace_back(value);
  return out;
}

json::array damage_rows(const LogCheck& logs) {
  json::array out;
  for (const auto& damage : logs.report.damage) {
    json::object row{{"file", log_file_name(damage.begin.file)},
                     {"begin", damage.begin.offset},
                     {"end", damage.end.offset},
                     {"what", damage.what}};
    out.push_back(std::move(row));
  }
  return out;
}

json::object account_row(const Replayed& account) {
  const auto& state = account.state;
  json::array folders;
  for (const auto& folder : state.folders) folders.push_back(folder_row(state, *folder));
  return {{"account", state.id.text()},
          {"owner", state.owner.source + ':' + state.owner.guid.text()},
          {"last_sequence", account.logs.report.last_sequence},
          {"frames", account.logs.report.frames},
          {"torn_bytes", account.logs.report.torn_bytes},
          {"snapshot", account.snapshot},
          {"bytes", state.usage.bytes},
          {"messages", state.usage.messages},
          {"folders", std::move(folders)}};
}

json::array remains_rows(const Diagnosis& diagnosis) {
  json::array out;
  for (const auto& remains : diagnosis.remains)
    out.push_back(json::object{{"file", log_file_name(remains.position.file)},
                               {"offset", remains.position.offset},
                               {"bytes", remains.size},
                               {"sequence", remains.sequence},
                               {"type", remains.type ? name_of(*remains.type) : "unknown"},
                               {"subject", remains.subject},
                               {"date", remains.date},
                               {"one_bit", remains.mended}});
  return out;
}

// "INBOX, UID 7, Subject: hello".
std::string text_of(const LostMessage& message, const std::vector<Remains>& remains) {
  auto text = fmt::format("{}, UID {}", message.name, message.uid);
  const auto fits = [&](const Remains& one) {
    return one.uid == message.uid && (one.folder == 0 || one.folder == message.folder);
  };
  const auto found = std::ranges::find_if(remains, fits);
  if (found == remains.end()) return text;
  if (!found->subject.empty()) text += ", Subject: " + found->subject;
  if (!found->date.empty()) text += ", Date: " + found->date;
  return text;
}

std::string account_text(const Replayed& account, const std::string& whose = {}) {
  const auto& state = account.state;
  auto text = fmt::format("account {} of {}:{}{}\n", state.id.text(), state.owner.source,
                          state.owner.guid.text(), whose);
  text += describe(account.logs);
  text += "snapshot: " + account.snapshot + '\n';
  text += fmt::format("usage: {} messages, {} bytes\n", state.usage.messages, state.usage.bytes);
  for (const auto& folder : state.folders)
    text += fmt::format("folder {} {}: {} messages, {} bytes, next UID {}{}\n", folder->info.id,
                        name_in(state, *folder), folder->info.exists, folder->info.bytes,
                        folder->info.uid_next, folder->removed ? " (deleted)" : "");
  return text;
}

}  // namespace

Result<Inspection> verify_account(io::FileSystem& files,
                                  const std::string& folder,
                                  const NameOwner& name_owner) {
  KONTOR_TRY(const auto account, replay_account(files, folder, [](const auto&, const auto*) {}));
  Diagnosis diagnosis;
  if (!account.logs.good() || account.logs.report.torn_bytes > 0) {
    PatchedDevice device(read_only_log_device(files, folder));
    KONTOR_TRY(diagnosis, diagnose(device, [](const std::string&) {}));
  }
  std::vector<std::string> lost;
  for (const auto& message : lost_messages(account))
    lost.push_back(text_of(message, diagnosis.remains));
  Inspection out;
  out.good =
      account.logs.good() && !diagnosis.has_bad_tail && account.problems.empty() && lost.empty();
  const auto address = name_owner ? name_owner(account.state.owner) : std::string();
  const auto whose = address.empty() ? std::string() : " (" + address + ")";
  out.text = account_text(account, whose);
  for (const auto& remains : diagnosis.remains) out.text += "DAMAGED " + describe(remains) + '\n';
  for (const auto& problem : account.problems) out.text += "PROBLEM " + problem + '\n';
  for (const auto& message : lost)
    out.text +=
        fmt::format("LOST account {}{}, folder {}\n", account.state.id.text(), whose, message);
  out.text += out.good ? "good\n" : "damaged\n";
  auto row = account_row(account);
  row["good"] = out.good;
  if (!address.empty()) row["address"] = address;
  row["damage"] = damage_rows(account.logs);
  row["remains"] = remains_rows(diagnosis);
  row["problems"] = strings(account.problems);
  row["lost"] = strings(lost);
  out.json = json::serialize(row);
  return out;
}

Result<Inspection> dump_account(io::FileSystem& files, const std::string& folder) {
  Inspection out;
  json::array frames;
  const auto each = [&](const FoundFrame& found, const Decoded* frame) {
    const auto summary = summary_of(frame);
    out.text +=
        fmt::format("{}:{} {} {} {}\n", log_file_name(found.position.file), found.position.offset,
                    found.header.sequence, name_of(found.header.type), summary);
    frames.push_back(json::object{{"file", log_file_name(found.position.file)},
                                  {"offset", found.position.offset},
                                  {"sequence", found.header.sequence},
                                  {"type", name_of(found.header.type)},
                                  {"bytes", found.length},
                                  {"what", summary}});
  };
  KONTOR_TRY(const auto account, replay_account(files, folder, each));
  out.good = account.logs.good() && account.problems.empty();
  out.text += account_text(account);
  auto row = account_row(account);
  row["good"] = out.good;
  row["log"] = std::move(frames);
  out.json = json::serialize(row);
  return out;
}

Result<Inspection> inspect_account(io::FileSystem& files,
                                   std::string_view verb,
                                   const std::string& folder) {
  if (verb == "verify") return verify_account(files, folder);
  if (verb == "dump") return dump_account(files, folder);
  return fail(Errc::bad_input, "store " + std::string(verb) + ": it is verify or dump");
}

}  // namespace kontor::store
