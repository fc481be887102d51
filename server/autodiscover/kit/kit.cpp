// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/autodiscover/kit/kit.hpp"

#include <iterator>

#include "server/autodiscover/mozilla.hpp"

namespace kontor::autodiscover {

KitFile autoconfig_page(const Kit& kit, const std::string& domain) {
  return {"web/autoconfig." + domain + "/mail/config-v1.1.xml", mozilla_config(kit.offer, domain)};
}

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
  if (kit.offer.https) {
    if (!kit.forest.empty()) files.push_back(service_connection_point(kit));
  } else {
    for (const auto& domain : kit.domains) files.push_back(autoconfig_page(kit, domain));
  }
  if (!kit.ca.empty()) files.push_back({std::string("ca/") + k_ca_name, kit.ca});
  return files;
}

}  // namespace kontor::autodiscover
