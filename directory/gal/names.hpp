// SPDX-License-Identifier: GPL-3.0-or-later
// Distinguished names (RFC 4514) as the address book shows and walks them, and the words people
// find entries by. Pure.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kontor::directory {

// How words are compared and found in the other script. search/analyze knows; nothing here may
// include it, so the program hands it in.
struct Spelling {
  // Without case and accents.
  std::function<std::string(std::string_view text)> fold;
  // What a name is found by in the other script; empty: by nothing.
  std::function<std::string(std::string_view word)> key;
  // What the keys of names begin with that somebody means who typed `prefix` in the other script.
  std::function<std::vector<std::string>(std::string_view prefix)> keys_of_prefix;
};

// The DN above; empty: there is none. Takes DNs as written and as fold_dn() gives them.
std::string_view parent_of_dn(std::string_view dn);
// The first component: its attribute in lower case and its value, escapes undone.
struct Rdn {
  std::string attribute, value;
};
Rdn rdn_of(std::string_view dn);
// A value as it may stand in a DN (RFC 4514, 2.4).
std::string escape_dn_value(std::string_view value);
// The end of a DN that names its domain, or, without one, its last component: a naming context.
std::string_view context_of_dn(std::string_view dn);
// "dc=example,dc=test"; empty for an empty domain.
std::string dn_of_domain(std::string_view domain);
// The domain of a DN of nothing but dc components; empty for any other.
std::string domain_of_context(std::string_view folded_dn);

// The runs of letters and digits in a folded text.
std::vector<std::string_view> words_of(std::string_view folded);
// The digits of a telephone number, from each of its groups to the end: "+7 916 1-2" has 791612,
// 91612, 12 and 2.
std::vector<std::string> telephone_words(std::string_view number);
// The digits of what is written like a telephone number; empty: it is not.
std::string telephone_digits(std::string_view text);

}  // namespace kontor::directory
