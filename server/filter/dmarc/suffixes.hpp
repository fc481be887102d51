// SPDX-License-Identifier: GPL-3.0-or-later
// Organisational domains (RFC 7489, 3.2), by the public suffix list that the system has, else by
// the one built into libpsl.
#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace kontor::filter::dmarc {

// Immutable once made; any thread.
class Suffixes {
 public:
  Suffixes();  // reads the list
  ~Suffixes();
  Suffixes(const Suffixes&) = delete;
  Suffixes& operator=(const Suffixes&) = delete;

  // "mail.example.co.uk" is of "example.co.uk"; a public suffix is its own. `domain` is lower case,
  // as the DNS has it.
  std::string organisation_of(std::string_view domain) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kontor::filter::dmarc
