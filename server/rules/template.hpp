// SPDX-License-Identifier: GPL-3.0-or-later
// Texts of rules with the values of a message and of its sender in them. Pure.
//
//   {{name}}                 the value, or nothing
//   {{#title}} … {{/title}}  when it has one; {{^title}} … {{/title}} when it has none
//
// The names are the directory's attributes (cn, ou, mail, title, telephoneNumber …) and a few words
// of the message; any case. In HTML values are escaped.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"

namespace kontor::directory {
struct Principal;  // directory/model/model.hpp
}

namespace kontor::rules {

using Values = std::map<std::string, std::string, std::less<>>;  // by lower-case name

// bad_input: an unknown name, a section that is not closed.
Result<void> check_template(std::string_view text);
// What cannot be read stands there as it is: check_template() refuses it before.
std::string fill_template(std::string_view text, const Values& values, bool is_html);

// What the directory has of somebody.
Values values_of(const directory::Principal& person);
// All names, as documentation has them.
std::vector<std::string> template_names();

}  // namespace kontor::rules
