// SPDX-License-Identifier: GPL-3.0-or-later
// What keeps unwanted mail away reads any bytes: heads of held messages, the files of what is
// learnt and of servers that send spam, people's own lists, headers, rows of points. What is
// accepted is written as it was read.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/config/sign_rules.hpp"
#include "base/core/text.hpp"
#include "server/delivery/own_lists.hpp"
#include "server/filter/screening/spam_base.hpp"
#include "server/filter/signs.hpp"
#include "server/learning/state.hpp"
#include "server/quarantine/held.hpp"

namespace {

using namespace kontor;
const UtcSeconds k_now(std::chrono::seconds(1'790'000'000));

void read_held(std::string_view bytes) {
  const auto held = quarantine::parse_head(bytes);
  if (!held) {
    if (held.error().detail().empty()) std::abort();
    return;
  }
  const auto head = quarantine::format_head(*held);
  if (!bytes.starts_with(head) || quarantine::head_size(bytes) != head.size()) std::abort();
  static_cast<void>(quarantine::guid_of(*held));
}

// Without its head a text is a reason like another: it comes back.
void write_held(std::string_view bytes) {
  quarantine::Held held;
  held.reason = bytes.substr(0, 100);
  held.envelope.sender = bytes.substr(bytes.size() / 2);
  queue::Recipient one;
  one.address = "a@b.test";
  one.original = bytes.substr(bytes.size() / 3);
  held.recipients.push_back(one);
  const auto again = quarantine::parse_head(quarantine::format_head(held) + std::string(bytes));
  if (!again || again->reason != held.reason || again->envelope.sender != held.envelope.sender ||
      again->recipients[0].original != one.original)
    std::abort();
}

void read_spam_base(std::string_view bytes) {
  const config::Screening settings;
  filter::screening::SpamBase base(settings);
  if (!base.load(bytes, k_now)) {
    if (!base.list(k_now, true).empty()) std::abort();
    return;
  }
  static_cast<void>(base.note(*parse_ip_address("192.0.2.1"), "a@b.test", k_now));
  const auto written = base.take_changed();
  filter::screening::SpamBase again(settings);
  if (!written || !again.load(*written, k_now)) std::abort();
}

void read_header(std::string_view bytes) {
  static const config::Settings settings;
  static const filter::Signs signs(settings);
  const auto found = signs.in_header(bytes, "a@b.test", k_now);
  const auto field = signs.field(found);
  if (found.empty() != field.empty()) std::abort();
  static_cast<void>(filter::screening::bringer_of(bytes, "here.test"));
  const std::string own =
      "Received: from x ([192.0.2.7])\r\n\tby here.test (Kontor) with SMTP id 1;\r\n\tx\r\n";
  if (!filter::screening::bringer_of(own + std::string(bytes), "here.test")) std::abort();
}

void read_lists(std::string_view bytes) {
  store::AnnotationMap notes;
  notes[std::string(delivery::k_own_lists) + "blocked"] = bytes;
  for (const auto& row : delivery::own_list(notes, delivery::OwnList::blocked))
    if (!delivery::remove_own(notes, row)) std::abort();
  delivery::Stranger stranger;
  stranger.addresses.emplace_back("a@b.test");
  stranger.client = "192.0.2.1";
  static_cast<void>(delivery::opinion_of(notes, stranger));
  for (const auto line : split(bytes, '\n'))
    static_cast<void>(config::parse_sign_points({std::string(line)}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read_held(bytes);
  write_held(bytes);
  read_spam_base(bytes);
  if (const auto state = learning::parse_state(bytes);
      state && learning::format_state(*state) != bytes)
    std::abort();
  read_header(bytes);
  read_lists(bytes);
  return 0;
}
