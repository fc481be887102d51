// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/relocate.hpp"

#include <map>

namespace kontor::store {

void relocate_items(AccountState& state,
                    std::uint32_t log,
                    const std::vector<FooterMessage>& messages) {
  for (const auto& message : messages) {
    const auto index = state.items.lower_bound(message.item);
    if (index == state.items.size()) return;
    const ItemRow& row = state.items.at(index);
    if (row.id != message.item || log_number(row.file) != log_number(log) ||
        log_generation(row.file) >= log_generation(log))
      continue;
    state.items.update(state.edit, index, [&](ItemRow& moved) {
      moved.file = log;
      moved.offset = message.offset;
    });
  }
}

std::set<std::uint32_t> logs_in_use(const AccountState& state) {
  std::set<std::uint32_t> logs;
  std::uint32_t last = 0;
  state.items.for_each(0, state.items.size(), [&](std::size_t, const ItemRow& row) {
    if (row.file != last) logs.insert(last = row.file);
  });
  return logs;
}

Result<void> relocate_items(LogDevice& device, AccountState& state) {
  KONTOR_TRY(const auto logs, device.list());
  std::map<std::uint32_t, std::uint32_t> current;
  for (const auto log : logs) current.emplace(log_number(log), log);
  for (const auto used : logs_in_use(state)) {
    const auto found = current.find(log_number(used));
    if (found == current.end() || found->second == used) continue;
    const auto log = found->second;
    if (log_generation(log) < log_generation(used))
      return fail(Errc::corrupt, log_file_name(used) + " is not there");
    KONTOR_TRY(const auto footer, read_footer(device, log));
    relocate_items(state, log, footer.messages);
  }
  return {};
}

}  // namespace kontor::store
