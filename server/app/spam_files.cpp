// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/spam_files.hpp"

#include "base/log/events/quarantine.hpp"
#include "directory/model/shared_mailbox.hpp"
#include "server/app/kept_list.hpp"

namespace kontor::app {
namespace {

KeptList kept_in(const std::string& data_folder) {
  return {data_folder + "/spam-base", 256U << 20U, log::events::k_spam_base_unreadable,
          log::events::k_spam_base_unwritable};
}

}  // namespace

void load_spam_base(filter::screening::SpamBase& base,
                    const std::string& data_folder,
                    UtcSeconds now,
                    const log::Context& log) {
  load(base, kept_in(data_folder), now, log);
}

void save_spam_base(filter::screening::SpamBase& base,
                    const std::string& data_folder,
                    const log::Context& log) {
  save(base, kept_in(data_folder), log);
}

void note_moved(learning::Learner& learner,
                const imap::Moved& moved,
                const std::vector<std::string>& report_folders) {
  const auto view = moved.account.view();
  const bool is_public = view.binding() == directory::public_folders_owner<store::Binding>();
  const auto said = learning::said_by_move(moved.from, moved.to, is_public, report_folders);
  const auto folder = said ? view.open(moved.to.id) : nullptr;
  if (folder == nullptr) return;
  for (const auto uid : moved.uids) {
    const auto index = folder->index_of(uid);
    if (!index) continue;
    const auto item = view.item(folder->at(*index).item);
    if (!item) continue;
    learner.note({*said, moved.account.id(), item->id, item->guid, moved.owner});
  }
}

}  // namespace kontor::app
