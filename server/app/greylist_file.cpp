// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/greylist_file.hpp"

#include "base/log/events/checks.hpp"
#include "server/app/kept_list.hpp"

namespace kontor::app {
namespace {

KeptList kept_in(const std::string& data_folder) {
  return {data_folder + "/greylist", 64U << 20U, log::events::k_greylist_unreadable,
          log::events::k_greylist_unwritable};
}

}  // namespace

void load_greylist(filter::screening::Greylist& list,
                   const std::string& data_folder,
                   UtcSeconds now,
                   const log::Context& log) {
  load(list, kept_in(data_folder), now, log);
}

void save_greylist(filter::screening::Greylist& list,
                   const std::string& data_folder,
                   const log::Context& log) {
  save(list, kept_in(data_folder), log);
}

}  // namespace kontor::app
