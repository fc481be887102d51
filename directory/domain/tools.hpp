// SPDX-License-Identifier: GPL-3.0-or-later
// What kontorctl is given: the work of directory/domain behind its interface.
#pragma once
#include <memory>

#include "directory/model/domain_tools.hpp"

namespace kontor::directory {

std::unique_ptr<DomainTools> make_domain_tools();

}  // namespace kontor::directory
