// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/block_file.hpp"

#include "base/io/file_system.hpp"
#include "base/log/events/server.hpp"
#include "base/log/keys.hpp"

namespace kontor::app {
namespace {

constexpr std::uint64_t k_longest = 16'777'216;

std::string file_in(const std::string& data_folder) { return data_folder + "/blocks"; }

}  // namespace

void load_blocks(trace::Guard& guard, const std::string& data_folder, const log::Context& log) {
  const auto path = file_in(data_folder);
  const auto text = io::read_file(io::real_file_system(), path, k_longest);
  if (!text && text.error().code() == Errc::not_found) return;
  const auto loaded = text ? guard.load(*text) : Result<void>(text.error());
  if (!loaded)
    log.emit(log::events::k_blocks_unreadable, loaded.error(), {{log::Keys::file, path}});
}

void save_blocks(trace::Guard& guard, const std::string& data_folder, const log::Context& log) {
  const auto text = guard.take_changed();
  if (!text) return;
  const auto path = file_in(data_folder);
  const auto written = io::write_file_durably(io::real_file_system(), path, *text);
  if (!written)
    log.emit(log::events::k_blocks_unwritable, written.error(), {{log::Keys::file, path}});
}

}  // namespace kontor::app
