// SPDX-License-Identifier: GPL-3.0-or-later
// The settings file: whatever is accepted, the dump of it is accepted and means the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "base/config/edit.hpp"
#include "base/config/load.hpp"
#include "base/config/mailbox_rules.hpp"
#include "base/config/route_rules.hpp"
#include "base/config/values.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto duration = kontor::config::parse_duration(text))
    if (kontor::config::parse_duration(kontor::config::show_duration(*duration)).value() !=
        *duration)
      std::abort();
  if (const auto bytes = kontor::config::parse_size(text))
    if (kontor::config::parse_size(kontor::config::show_size(*bytes)).value() != *bytes)
      std::abort();
  if (const auto rule = kontor::config::parse_retention(text))
    if (rule->folder.empty() || rule->days == 0) std::abort();
  if (const auto rule = kontor::config::parse_route(text)) {
    if (rule->pattern.empty() || (!rule->user.empty() && rule->hosts.empty())) std::abort();
    const auto again = kontor::config::parse_route(text);
    if (!again || *again != *rule) std::abort();
  }
  const auto settings = kontor::config::parse_settings(text, "fuzz.toml");
  if (!settings) {
    if (settings.error().detail().empty()) std::abort();  // every refusal says why
    return 0;
  }
  // What was changed has the value and stays as it is when changed again.
  const std::vector<kontor::config::Change> changes = {{"server", "name", "a\"b\\"},
                                                       {"ad", "domain", "ad.example"}};
  if (const auto changed = kontor::config::change_settings(text, changes)) {
    const auto read = kontor::config::parse_settings(*changed, "changed.toml");
    if (!read || read->server.name != changes[0].value || read->ad.domain != changes[1].value)
      std::abort();
    const auto twice = kontor::config::change_settings(*changed, changes);
    if (!twice || *twice != *changed) std::abort();
  }
  (void)kontor::config::check_settings(*settings);
  const auto dump = kontor::config::dump_settings(*settings, false);
  const auto again = kontor::config::parse_settings(dump, "dump.toml");
  if (!again || kontor::config::dump_settings(*again, false) != dump) std::abort();
  return 0;
}
