// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "base/core/text.hpp"
#include "server/autodiscover/kit/kit.hpp"

namespace kontor::autodiscover {
namespace {

// [MS-OXDISCO] 3.1.5.2: the keyword of an object that holds the address of Autodiscover itself.
constexpr std::string_view k_url_keyword = "77378F46-2C66-4aa9-A6A6-3E7A48B19596";

std::string configuration_of(std::string_view forest) {
  std::string out = "CN=Configuration";
  for (const auto label : split(forest, '.')) out.append(",DC=").append(label);
  return out;
}

}  // namespace

KitFile service_connection_point(const Kit& kit) {
  const auto container = "CN=Kontor,CN=Services," + configuration_of(kit.forest);
  auto text = fmt::format(
      "# Load as an Enterprise Admin: ldifde -i -f scp.ldif\n"
      "# or: ldapadd -Y GSSAPI -H ldap://CONTROLLER -f scp.ldif\n"
      "dn: {0}\nchangetype: add\nobjectClass: container\ncn: Kontor\n\n"
      "dn: CN={1},{0}\nchangetype: add\nobjectClass: serviceConnectionPoint\ncn: {1}\n"
      "serviceClassName: ms-Exchange-AutoDiscover-Service\nserviceDNSName: {1}\n"
      "serviceBindingInformation: {2}\nkeywords: {3}\n",
      container, kit.offer.host, kit.offer.url(k_pox_path), k_url_keyword);
  for (const auto& domain : kit.domains) text.append(fmt::format("keywords: Domain={}\n", domain));
  return {"ad/scp.ldif", std::move(text)};
}

}  // namespace kontor::autodiscover
