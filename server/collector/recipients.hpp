// SPDX-License-Identifier: GPL-3.0-or-later
// What a message that lay in a mailbox elsewhere says of its way: for whom it was, who sent it,
// whether it was fetched from there before. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/core/uuid.hpp"

namespace kontor::collector {

// A field of every message that is fetched: "X-Kontor-Collected: <source>" CRLF.
std::string collected_field(const Uuid& source);
bool was_collected(std::string_view header, const Uuid& source);

// The addresses of the first of `fields` that has some for which `is_ours`; each once, at most 100.
// Of Received, where the newest `hops` are believed, it is the `for` of the newest that has one
// (RFC 5321, 4.4).
std::vector<std::string> addresses_in(std::string_view header,
                                      const std::vector<std::string>& fields,
                                      std::size_t hops,
                                      bool (*is_ours)(void* context, std::string_view address),
                                      void* context);
template <class IsOurs>
std::vector<std::string> addresses_in(std::string_view header,
                                      const std::vector<std::string>& fields,
                                      std::size_t hops,
                                      IsOurs is_ours) {
  const auto ask = [](void* context, std::string_view address) {
    return (*static_cast<IsOurs*>(context))(address);
  };
  return addresses_in(header, fields, hops, ask, &is_ours);
}

// The address of `for` in a Received field's value; empty: none.
std::string received_for(std::string_view value);
// Reverse-path of the first Return-Path field; empty: <>, or none.
std::string sender_in(std::string_view header);
std::size_t count_received(std::string_view header);
// The header of a message, up to and with the empty line.
std::string_view header_of(std::string_view message) noexcept;
// A Return-Path at the very start taken away: ours is put in its place.
std::string_view without_first_return_path(std::string_view message) noexcept;
// Every line end as CRLF; a NUL, which no message has (RFC 5322, 4), becomes a blank.
std::string with_crlf(std::string bytes);

}  // namespace kontor::collector
