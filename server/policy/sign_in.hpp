// SPDX-License-Identifier: GPL-3.0-or-later
// The sign-in service of all protocols behind which the policy stands: who has proved who he is may
// still not use this protocol, or not from there (no_permission, the reason in its detail).
#pragma once
#include <memory>

#include "directory/model/sign_in.hpp"
#include "server/policy/policies.hpp"

namespace kontor::policy {

// Both outlive it.
std::unique_ptr<directory::SignInService> policed_sign_in(directory::SignInService& service,
                                                          const Policies& policies);

}  // namespace kontor::policy
