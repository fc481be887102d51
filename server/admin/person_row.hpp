// SPDX-License-Identifier: GPL-3.0-or-later
// People, rooms, groups and contacts as rows of what kontorctl shows.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "directory/model/model.hpp"
#include "server/admin/verbs.hpp"

namespace kontor::admin {

boost::json::object row_of(const directory::Principal& person, const Desk& desk);
boost::json::array texts(const std::vector<std::string>& values);
// The address of somebody, or his name when he has none; what he was when he is gone.
std::string label_of(const directory::DirectoryCopy& copy, const directory::PrincipalId& id);
boost::json::array labels(const directory::DirectoryCopy& copy,
                          const std::vector<directory::PrincipalId>& ids);
// Where mail to him ends, and what else the directory says about his mail.
void add_mail_rules(const Desk& desk, const directory::Principal& person, boost::json::object& row);
// The addresses that mail to this one ends in.
boost::json::array mail_goes_to(const Desk& desk, const std::string& address);
// Rows by their "address"; those without one last.
void sort_by_address(boost::json::array& rows);

}  // namespace kontor::admin
