// SPDX-License-Identifier: GPL-3.0-or-later
// The file of the servers that send spam, DATA/spam-base (docs/formats/spam-base.md), and what
// IMAP tells of moved mail, for the learner.
#pragma once
#include <string>

#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "server/filter/screening/spam_base.hpp"
#include "server/imap/server.hpp"
#include "server/learning/learner.hpp"

namespace kontor::app {

// What is missing is an empty base; what is damaged is logged and left out. Blocks on the disk.
void load_spam_base(filter::screening::SpamBase& base,
                    const std::string& data_folder,
                    UtcSeconds now,
                    const log::Context& log);
// Writes it when it changed since it was last written. Blocks on the disk.
void save_spam_base(filter::screening::SpamBase& base,
                    const std::string& data_folder,
                    const log::Context& log);

// What this move says of these messages is noted. Memory only.
void note_moved(learning::Learner& learner,
                const imap::Moved& moved,
                const std::vector<std::string>& report_folders);

}  // namespace kontor::app
