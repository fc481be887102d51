// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/autodiscover/kit/kit.hpp"

#include <iterator>

namespace kontor::autodiscover {

std::vector<KitFile> make_kit(const Kit& kit) {
  std::vector<KitFile> files;
  const auto add = [&](std::vector<KitFile> more) {
    files.insert(files.end(), std::make_move_iterator(more.begin()),
                 std::make_move_iterator(more.end()));
  };
  add(notes(kit));
  add(thunderbird_files(kit));
  files.push_back(outlook_profile(kit));
  for (const auto& domain : kit.domains) files.push_back(zone_lines(kit, domain));
  if (!kit.forest.empty()) files.push_back(service_connection_point(kit));
  if (!kit.ca.empty()) files.push_back({std::string("ca/") + k_ca_name, kit.ca});
  return files;
}

}  // namespace kontor::autodiscover
