// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/spam_files.hpp"

#include "base/io/file_system.hpp"
#include "base/log/events/quarantine.hpp"
#include "base/log/keys.hpp"
#include "directory/model/shared_mailbox.hpp"

namespace kontor::app {
namespace {

constexpr std::uint64_t k_longest = 256U << 20U;

std::string file_in(const std::string& data_folder) { return data_folder + "/spam-base"; }

}  // namespace

void load_spam_base(filter::screening::SpamBase& base,
                    const std::string& data_folder,
                    UtcSeconds now,
                    const log::Context& log) {
  const auto path = file_in(data_folder);
  const auto bytes = io::read_file(io::real_file_system(), path, k_longest);
  if (!bytes && bytes.error().code() == Errc::not_found) return;
  const auto loaded = bytes ? base.load(*bytes, now) : Result<void>(bytes.error());
  if (!loaded)
    log.emit(log::events::k_spam_base_unreadable, loaded.error(), {{log::Keys::file, path}});
}

void save_spam_base(filter::screening::SpamBase& base,
                    const std::string& data_folder,
                    const log::Context& log) {
  const auto bytes = base.take_changed();
  if (!bytes) return;
  const auto path = file_in(data_folder);
  const auto written = io::write_file_durably(io::real_file_system(), path, *bytes);
  if (!written)
    log.emit(log::events::k_spam_base_unwritable, written.error(), {{log::Keys::file, path}});
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
