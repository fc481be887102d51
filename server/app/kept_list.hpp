// SPDX-License-Identifier: GPL-3.0-or-later
// A list of the screening that lies in one file of DATA: load(bytes, now) and take_changed(), which
// gives its bytes when they have changed. Blocks; what fails is an event, and the server goes on.
#pragma once
#include <string>

#include "base/core/time.hpp"
#include "base/io/file_system.hpp"
#include "base/log/keys.hpp"
#include "base/log/log.hpp"

namespace kontor::app {

struct KeptList {
  std::string path;
  std::uint64_t longest;  // bytes that are read
  const log::EventKind& unreadable;
  const log::EventKind& unwritable;
};

template <class List>
void load(List& list, const KeptList& kept, UtcSeconds now, const log::Context& log) {
  const auto bytes = io::read_file(io::real_file_system(), kept.path, kept.longest);
  if (!bytes && bytes.error().code() == Errc::not_found) return;
  const auto loaded = bytes ? list.load(*bytes, now) : Result<void>(bytes.error());
  if (!loaded) log.emit(kept.unreadable, loaded.error(), {{log::Keys::file, kept.path}});
}

template <class List>
void save(List& list, const KeptList& kept, const log::Context& log) {
  const auto bytes = list.take_changed();
  if (!bytes) return;
  const auto written = io::write_file_durably(io::real_file_system(), kept.path, *bytes);
  if (!written) log.emit(kept.unwritable, written.error(), {{log::Keys::file, kept.path}});
}

}  // namespace kontor::app
