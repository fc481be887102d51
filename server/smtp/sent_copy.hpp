// SPDX-License-Identifier: GPL-3.0-or-later
// What goes out in the name of a shared mailbox has a copy in its Sent folder, so that all who work
// in it see what was answered, whatever their programs do. It is stored after the message was taken
// for all its recipients and before the sender is told so: once the answer is 250 it is on disk. A
// message has one copy: a sender who sends it again because the answer did not reach him makes no
// second one, neither does a program that stores one itself (server/sharing/sent_copy.hpp).
// Messages about meetings (iMIP) have none.
#pragma once
#include <string>
#include <vector>

#include "server/smtp/session.hpp"
#include "server/smtp/submission.hpp"

namespace kontor::smtp {

struct SentMessage {
  std::string trace;
  std::string bytes;  // as it was sent, without trace fields
  std::vector<SharedAuthor> authors;
};

// The sender inserts them by his own right in each of the Sent folders. What cannot be stored is an
// event; the message is sent all the same.
Task<void> store_sent_copies(const Session& session, SentMessage sent);

}  // namespace kontor::smtp
