// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/folder_list.hpp"

#include <algorithm>

#include "server/imap/flags.hpp"
#include "server/imap/wire/arguments.hpp"

namespace kontor::imap {
namespace {

class Words {
 public:
  void add(std::string_view word) {
    if (word.empty()) return;
    if (!text_.empty()) text_.push_back(' ');
    text_.append(word);
  }
  void add(std::string_view word, std::uint64_t number) {
    add(word);
    add(std::to_string(number));
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string child_info(const ListAttributes& attributes) {
  Words words;
  if (attributes.subscribed_below) words.add("\"SUBSCRIBED\"");
  if (attributes.special_below) words.add("\"SPECIAL-USE\"");
  return words.text().empty() ? "" : " (\"CHILDINFO\" (" + words.text() + "))";
}

// RFC 9208, 5.1 and 4.3.2: what expunging would free; rows are read only when there is any.
std::uint64_t deleted_storage(const store::AccountView& account, const store::FolderInfo& folder) {
  const auto view = folder.deleted == 0 ? nullptr : account.open(folder.id);
  std::uint64_t bytes = 0;
  if (view)
    view->for_each(0, view->size(), [&](std::size_t, const store::Entry& entry) {
      if ((entry.flags & store::k_deleted) == 0) return;
      if (const auto item = account.item(entry.item)) bytes += item->size;
    });
  return bytes;
}

}  // namespace

std::string list_line(const Session& session,
                      const store::FolderInfo& folder,
                      const ListAttributes& attributes) {
  Words words;
  if (!attributes.exists) words.add("\\NonExistent");
  if (attributes.only_parent) words.add("\\Noselect");  // for those who do not know RFC 5258
  if (attributes.subscribed) words.add("\\Subscribed");
  if (attributes.children) words.add(*attributes.children ? "\\HasChildren" : "\\HasNoChildren");
  words.add(special_use_name(folder.special_use));
  if (attributes.no_access) words.add("\\NoAccess");
  const auto old_name = attributes.old_name.empty()
                            ? ""
                            : " (\"OLDNAME\" (" + session.wire_name(attributes.old_name) + "))";
  return "* LIST (" + words.text() + ") \"/\" " + session.wire_name(folder.name) +
         child_info(attributes) + old_name;
}

std::string status_line(const Session& session,
                        const store::Account& account,
                        const store::FolderInfo& folder,
                        unsigned items) {
  namespace s = wire::status;
  Words words;
  const auto tell = [&](unsigned item, std::string_view name, std::uint64_t value) {
    if ((items & item) != 0) words.add(name, value);
  };
  tell(s::messages, "MESSAGES", folder.exists);
  tell(s::recent, "RECENT", 0);
  tell(s::uidnext, "UIDNEXT", folder.uid_next);
  tell(s::uidvalidity, "UIDVALIDITY", folder.uid_validity);
  tell(s::unseen, "UNSEEN", folder.unseen);
  tell(s::deleted, "DELETED", folder.deleted);
  tell(s::size, "SIZE", folder.bytes);
  // RFC 7162, 3.1.2: never 0 where modification sequences are kept.
  tell(s::highestmodseq, "HIGHESTMODSEQ", std::max<store::ModSeq>(folder.highest_modseq, 1));
  tell(s::appendlimit, "APPENDLIMIT", session.env.settings.smtp.max_message);
  if ((items & s::mailboxid) != 0) words.add("MAILBOXID (" + folder.guid.hex() + ")");
  if ((items & s::deleted_storage) != 0)
    words.add("DELETED-STORAGE", deleted_storage(account.view(), folder));
  return "* STATUS " + session.wire_name(folder.name) + " (" + words.text() + ")";
}

}  // namespace kontor::imap
