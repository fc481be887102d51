// SPDX-License-Identifier: GPL-3.0-or-later
// POST to an event or a task with ?action=attachment-add, -update or -remove (RFC 8607, 3.3), and
// GET of what was attached.
#pragma once
#include <memory>

#include "server/dav/answers.hpp"
#include "server/http/routes.hpp"

namespace kontor::dav {

bool is_attaching(const http::wire::Request& request);
Task<Answer> do_attach(Context& context);

// Who may read the event may read its attachments: the owner, by rights; whom it names as organizer
// or attendee; and who may read the copy of one of these. To others nothing is there.
Task<Answer> answer_attachment(std::shared_ptr<Kept> kept, http::Call call);

}  // namespace kontor::dav
