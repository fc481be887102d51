// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/greylist_file.hpp"

#include "base/io/file_system.hpp"
#include "base/log/events/checks.hpp"
#include "base/log/keys.hpp"

namespace kontor::app {
namespace {

constexpr std::uint64_t k_longest = 67'108'864;

std::string file_in(const std::string& data_folder) { return data_folder + "/greylist"; }

}  // namespace

void load_greylist(filter::screening::Greylist& list,
                   const std::string& data_folder,
                   UtcSeconds now,
                   const log::Context& log) {
  const auto path = file_in(data_folder);
  const auto bytes = io::read_file(io::real_file_system(), path, k_longest);
  if (!bytes && bytes.error().code() == Errc::not_found) return;
  const auto loaded = bytes ? list.load(*bytes, now) : Result<void>(bytes.error());
  if (!loaded)
    log.emit(log::events::k_greylist_unreadable, loaded.error(), {{log::Keys::file, path}});
}

void save_greylist(filter::screening::Greylist& list,
                   const std::string& data_folder,
                   const log::Context& log) {
  const auto bytes = list.take_changed();
  if (!bytes) return;
  const auto path = file_in(data_folder);
  const auto written = io::write_file_durably(io::real_file_system(), path, *bytes);
  if (!written)
    log.emit(log::events::k_greylist_unwritable, written.error(), {{log::Keys::file, path}});
}

}  // namespace kontor::app
