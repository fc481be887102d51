// SPDX-License-Identifier: GPL-3.0-or-later
// The source "dynamic": the groups of groups.dynamic as objects of the directory. Who belongs to
// them the sources of people say (directory/model/reading.hpp).
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "directory/model/source.hpp"

namespace kontor::directory {

// `rows` as the settings have them. It hands over after `people`, or the first copy of all would
// hold nobody; and after half a minute in any case.
std::unique_ptr<Source> make_dynamic_source(const std::vector<std::string>& rows,
                                            std::vector<std::shared_ptr<Source>> people);

}  // namespace kontor::directory
