// SPDX-License-Identifier: GPL-3.0-or-later
// Screening: any bytes as the file of the greylist, and as rows of its settings. What a greylist
// took in comes out the same; what a row names is in its list.
#include <cstdint>
#include <cstdlib>

#include "base/config/screening_rules.hpp"
#include "base/core/text.hpp"
#include "server/filter/screening/greylist.hpp"
#include "server/filter/screening/names.hpp"

namespace {

using namespace kontor;
const UtcSeconds k_now(std::chrono::seconds(1'790'000'000));

void read_greylist(std::string_view bytes) {
  const config::Screening settings;
  filter::screening::Greylist list(settings);
  if (!list.load(bytes, k_now)) {
    if (list.size() != 0) std::abort();
    return;
  }
  const auto client = parse_ip_address("192.0.2.1");
  static_cast<void>(list.judge(*client, "a@b.test", "c@d.test", k_now));
  const auto written = list.take_changed();
  filter::screening::Greylist again(settings);
  if (written && (!again.load(*written, k_now) || again.size() != list.size())) std::abort();
}

void read_rows(std::string_view bytes) {
  for (const auto line : split(bytes, '\n')) {
    if (const auto list = config::parse_dns_list(line); list && list->zone.empty()) std::abort();
    if (const auto peers = config::PeerList::parse({std::string(line)}); peers && peers->empty())
      std::abort();
    static_cast<void>(
        filter::screening::hello_fault(line, *parse_ip_address("192.0.2.1"), "a.test", false));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read_greylist(bytes);
  read_rows(bytes);
  return 0;
}
