// SPDX-License-Identifier: GPL-3.0-or-later
// Changes of flags by somebody who is not the owner: what he has for himself goes into frames of
// its own, the rest into the folder's.
#include <algorithm>
#include <map>

#include "store/mailbox/plan.hpp"
#include "store/mailbox/reader_flags.hpp"

namespace kontor::store {
namespace {

constexpr std::size_t k_max_keywords = 100;  // of one message

Result<void> check_keywords(const std::vector<std::string>& keywords) {
  if (keywords.size() > k_max_keywords) return fail(Errc::limit, "too many keywords");
  for (const auto& keyword : keywords)
    if (!is_keyword(keyword)) return fail(Errc::bad_input, "not a keyword");
  return {};
}

std::vector<std::string> folded(const std::vector<std::string>& names) {
  return changed_keywords(names, FlagAction::add, {});
}

// Gathers what becomes of each message.
class ReaderChange {
 public:
  ReaderChange(const AccountState& tip,
               const FolderState& folder,
               const FlagChange& change,
               const Binding& reader)
      : tip_(tip),
        folder_(folder),
        change_(change),
        reader_(reader),
        sight_(tip, folder, reader),
        own_(sight_.own()) {}

  void add(const EntryRow& entry, FlagChanged& answer) {
    const auto before = sight_.of(entry);
    if (change_.unchanged_since && before.modseq > *change_.unchanged_since)
      return answer.conflict.push_back(entry.uid);
    const auto flags = changed_flags(before.flags, change_.action, change_.flags);
    const bool keywords = changes_keywords(before.keywords);
    const auto differs = static_cast<FlagBits>(flags ^ before.flags);
    if (differs == 0 && !keywords) return;
    answer.changed.push_back(entry.uid);
    changed_.push_back(entry.uid);
    if ((differs & own_.flags) != 0 || (keywords && own_.keywords)) is_own_ = true;
    if ((differs & ~own_.flags) == 0 && (!keywords || own_.keywords)) return;
    // What the frame sets must leave alone what is not common.
    Kept kept;
    if (change_.action == FlagAction::set) {
      kept.flags = static_cast<FlagBits>(entry.flags() & own_.flags);
      if (own_.keywords) kept.keywords = entry.keywords();
    }
    common_[kept].push_back(entry.uid);
  }

  bool is_own() const noexcept { return is_own_; }
  bool too_many_keywords() const { return most_ > k_max_keywords; }

  // Of several frames the last names all messages, so that to the reader they have one modseq; of
  // those that it would change nothing of it says what he saw already.
  std::vector<NewFrame> frames() const {
    std::vector<NewFrame> out;
    for (const auto& [kept, uids] : common_) {
      FlagsFrame frame;
      frame.folder = folder_.info.id;
      frame.action = change_.action;
      frame.flags = static_cast<FlagBits>((change_.flags & ~own_.flags) | kept.flags);
      if (!own_.keywords)
        frame.keywords = change_.keywords;
      else if (change_.action == FlagAction::set)
        frame.keywords = tip_.keyword_table().names(kept.keywords);
      frame.uids = uids;
      out.push_back(frame_of(frame));
    }
    if (!is_own_ && common_.size() < 2) return out;
    ReaderFlagsFrame frame;
    frame.folder = folder_.info.id;
    frame.reader = reader_;
    frame.action = change_.action;
    frame.flags = static_cast<FlagBits>(change_.flags & own_.flags);
    frame.own = own_.byte();
    if (own_.keywords) frame.keywords = change_.keywords;
    frame.uids = changed_;
    out.push_back({FrameType::reader_flags, encode_reader_flags(frame)});
    return out;
  }

 private:
  struct Kept {
    FlagBits flags = 0;
    KeywordSetId keywords = 0;
    auto operator<=>(const Kept&) const = default;
  };

  // Each set is looked at once.
  bool changes_keywords(KeywordSetId set) {
    if (change_.keywords.empty() && change_.action != FlagAction::set) return false;
    const auto [found, fresh] = effects_.try_emplace(set, false);
    if (!fresh) return found->second;
    const auto& names = tip_.keyword_table().names(set);
    const auto after = changed_keywords(names, change_.action, change_.keywords);
    most_ = std::max(most_, after.size());
    return found->second = after != folded(names);
  }

  const AccountState& tip_;
  const FolderState& folder_;
  const FlagChange& change_;
  const Binding& reader_;
  ReaderSight sight_;
  OwnFlags own_;
  std::map<KeywordSetId, bool> effects_;
  std::size_t most_ = 0;
  std::vector<Uid> changed_;
  bool is_own_ = false;  // some of what he has for himself changes
  std::map<Kept, std::vector<Uid>> common_;
};

}  // namespace

Result<Planned<FlagChanged>> plan_reader_flags(const AccountState& tip,
                                               FolderId folder,
                                               std::vector<Uid> uids,
                                               const FlagChange& change,
                                               const Binding& reader,
                                               std::size_t rows) {
  KONTOR_TRY(check_keywords(change.keywords));
  const auto* found = tip.find_shown(folder);
  if (found == nullptr) return fail(Errc::not_found, "the folder is gone");
  std::ranges::sort(uids);
  const auto rest = std::ranges::unique(uids);
  uids.erase(rest.begin(), rest.end());
  Planned<FlagChanged> plan;
  ReaderChange gathered(tip, *found, change, reader);
  for (const Uid uid : uids)
    if (const auto* row = found->entries.find_key(uid)) gathered.add(*row, plan.answer);
  if (gathered.too_many_keywords()) return fail(Errc::limit, "too many keywords");
  if (plan.answer.changed.empty()) return plan;
  if (tip.keyword_table().size() >= KeywordTable::k_max_sets && !change.keywords.empty())
    return fail(Errc::limit, "the account has too many different sets of keywords");
  if (gathered.is_own() && reader_rows(*found) + plan.answer.changed.size() > rows)
    return fail(Errc::limit,
                "the readers of this folder have flags of their own on too many messages: the "
                "administrator can let them share flags (kontorctl shares flags)");
  plan.frames = gathered.frames();
  return plan;
}

Result<std::vector<NewFrame>> own_frames(const AccountState& tip,
                                         FolderId folder,
                                         const std::vector<Uid>& uids,
                                         const OwnOfNew& own) {
  std::map<OwnOfNew::Marks, std::vector<Uid>> groups;
  for (std::size_t i = 0; i < own.marks.size() && i < uids.size(); ++i) {
    const auto& marks = own.marks[i];
    KONTOR_TRY(check_keywords(marks.keywords));
    if (marks.flags != 0 || !marks.keywords.empty()) groups[marks].push_back(uids[i]);
  }
  std::vector<NewFrame> out;
  const auto* found = tip.find_shown(folder);
  if (found != nullptr && reader_rows(*found) + uids.size() > k_max_reader_rows) return out;
  for (auto& [marks, those] : groups) {
    ReaderFlagsFrame frame;
    frame.folder = folder;
    frame.reader = own.reader;
    frame.flags = marks.flags;
    frame.own = own.own.byte();
    frame.keywords = marks.keywords;
    frame.uids = std::move(those);
    out.push_back({FrameType::reader_flags, encode_reader_flags(frame)});
  }
  return out;
}

Result<Planned<Done>> plan_owner_reads(const AccountState& tip, bool reads) {
  Planned<Done> plan;
  if (tip.owner_reads == reads) return plan;
  AnnotationFrame frame;
  frame.entry = k_owner_reads;
  frame.value = reads ? "1" : "0";
  plan.frames.push_back(frame_of(frame));
  return plan;
}

NewFrame flag_sharing_frame(FolderId folder, std::optional<FlagSharing> sharing) {
  AnnotationFrame frame;
  frame.folder = folder;
  frame.entry = k_flag_sharing;
  frame.remove = !sharing;
  if (sharing) frame.value = flag_sharing_text(*sharing);
  return frame_of(frame);
}

Result<Planned<Done>> plan_flag_sharing(const AccountState& tip,
                                        FolderId folder,
                                        std::optional<FlagSharing> sharing) {
  const auto* found = folder == 0 ? nullptr : tip.find_shown(folder);
  if (folder != 0 && found == nullptr) return fail(Errc::not_found, "no such folder");
  Planned<Done> plan;
  if ((found == nullptr ? tip.flag_sharing : found->flag_sharing) == sharing) return plan;
  plan.frames.push_back(flag_sharing_frame(folder, sharing));
  return plan;
}

}  // namespace kontor::store
