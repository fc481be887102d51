// SPDX-License-Identifier: GPL-3.0-or-later
// The signs that speak against a message, and the rows of signs.points. Pure; any thread.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"

namespace kontor::config {

// In the order of the table in sign_rules.cpp.
enum class Sign : std::uint8_t {
  null_sender,         // an empty return path, and From is a person
  many_received,       // more than k_usual_hops Received fields
  bad_received,        // one without "by" or without a date
  no_date,             // no Date field
  bad_date,            // one that is none
  far_date,            // two days ahead, or a month ago
  no_message_id,       // no Message-ID field
  bad_message_id,      // not <something@something>
  foreign_message_id,  // made by a host of neither the author nor the sender
  no_from,             // no From field, or nobody in it
  several_from,        // RFC 5322, 3.6: there may be one
  reverse_name,        // the client's address has no confirmed name
  hello,               // a wrong name in HELO
  sender_domain,       // the sender's domain takes no mail
  sender_address,      // the sender's own server does not know it
  own_sender,          // a stranger with an address of this server's domains
  dns_list,            // the client, or the sender's domain, is on a list in the DNS
  spam_base,           // the client sent what was learnt as spam
  early_talk,          // it spoke before the greeting
};
inline constexpr std::size_t k_signs = 19;
inline constexpr std::size_t k_usual_hops = 20;
std::string_view name_of(Sign sign) noexcept;

using SignPoints = std::array<std::uint32_t, k_signs>;
// The usual points, and above them rows "no-date=2". bad_input: a sentence for the administrator.
Result<SignPoints> parse_sign_points(const std::vector<std::string>& rows);
// "no-date=2 hello=1 …", for the documents.
std::string usual_sign_points();

}  // namespace kontor::config
