// SPDX-License-Identifier: GPL-3.0-or-later
// What Cyrus SASL asks during a bind that a ticket already answers: nothing is added to it.
#pragma once

namespace kontor::directory {

// The callback of ldap_sasl_interactive_bind_s: `questions` is a sasl_interact_t list (sasl.h)
// whose every answer becomes empty, so that the identity is the ticket's own. 0: done.
int answer_with_nothing(void* questions);

}  // namespace kontor::directory
