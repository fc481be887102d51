// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers that belong to people: bank cards, accounts, passports, tax and insurance numbers, found
// in a text by their form, their check digits and, where those are few, by the words before them.
// Pure; linear time.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mime/message.hpp"

namespace kontor::rules {

enum class Numbers : std::uint8_t {
  card,      // ISO/IEC 7812: brand, length, Luhn
  iban,      // ISO 13616: country, length, mod 97
  passport,  // Russian: series and number behind a word that says so; it has no check digit
  inn,       // Russian tax number, 10 or 12 digits with their checks, behind a word that says so
  snils,     // Russian insurance number: its check, written with dashes or behind a word
};

std::optional<Numbers> find_numbers(std::string_view name);  // "card", "iban", "passport-ru", ...
std::vector<std::string> names_of_numbers();

struct FoundNumber {
  mime::Range place;
  std::string digits;  // without what stands between them; upper case
};
// Ascending, not overlapping; at most `most`.
std::vector<FoundNumber> numbers_in(std::string_view utf8, Numbers what, std::size_t most);

// The checks alone, of digits.
bool is_luhn(std::string_view digits);
bool is_inn(std::string_view digits);
bool is_snils(std::string_view digits);
bool is_iban(std::string_view characters);  // upper case, no blanks

}  // namespace kontor::rules
