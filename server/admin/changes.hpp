// SPDX-License-Identifier: GPL-3.0-or-later
// Verbs that change something, carried out so that the audit log tells it: a record "change" with
// who (Request::peer), what and the state before, on the device before anything happens; and a
// record "changed" with the outcome and the state after (docs/formats/audit.md).
#pragma once
#include "server/admin/operations.hpp"

namespace kontor::admin {

// Runs the verb; a broken promise inside it is its answer.
Task<Answer> run_verb(const Desk& desk, const Verb& verb, Request request);
// The same, with both records when `change` says that it changes something. Without an audit log
// (tests), or nullptr: no records.
Task<Answer> run_recorded(const Desk& desk,
                          const Operation* change,
                          const Verb& verb,
                          Request request);

}  // namespace kontor::admin
