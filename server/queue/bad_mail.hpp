// SPDX-License-Identifier: GPL-3.0-or-later
// DATA/badmail: messages that could be neither delivered nor returned, since they have no sender,
// each as NAME.eml with NAME.txt, which says why. The folder is made when the first one comes.
//
// Kept before the queue forgets the message; the name is made of its arrival and number, so that a
// crash in between makes one file, not two. Above `most` bytes in all the oldest go. Blocking.
#pragma once
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/io/file_system.hpp"
#include "server/queue/frames.hpp"

namespace kontor::queue {

// What is told about it: one outcome for each recipient.
std::string bad_mail_report(MessageId id,
                            const Envelope& envelope,
                            const std::vector<Recipient>& recipients,
                            const std::vector<Outcome>& outcomes,
                            UtcSeconds now);

// "1800000000-0000000042": sorts by arrival.
std::string bad_mail_name(MessageId id, UtcSeconds arrived);

// Durable when it returns. limit: the message alone is larger than `most`.
Result<void> keep_bad_mail(io::FileSystem& files,
                           const std::string& folder,
                           const std::string& name,
                           std::string_view message,
                           std::string_view report,
                           std::uint64_t most);

}  // namespace kontor::queue
