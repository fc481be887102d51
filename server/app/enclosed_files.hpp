// SPDX-License-Identifier: GPL-3.0-or-later
// Files of an event that go along with its invitations to people outside, who cannot sign in to
// fetch them (managed attachments, RFC 8607; by Content-ID as RFC 6047, 4.4 shows). Any thread.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "calendar/itip/message.hpp"
#include "directory/model/model.hpp"
#include "server/scheduling/imip/mail.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::app {

struct EnclosedFiles {
  std::vector<scheduling::Enclosure> files;
  std::vector<std::string> left_out;  // names of those that do not go along
};

struct FilesWanted {
  store::AccountStore& store;
  std::shared_ptr<const directory::DirectoryCopy> people;
  directory::PrincipalId organizer;  // who writes
  std::uint64_t most_bytes;          // of all files together
  UtcSeconds now{};
};

// Takes the addresses of managed attachments out of `message`; in an invitation each is replaced by
// the Content-ID of its file. A file goes along only when it is of an event with this UID that the
// writer organizes: what else a program of his names stays here. Files come in the order of the
// message, until there is no room for one.
Task<EnclosedFiles> enclose_files(calendar::SchedulingMessage& message, FilesWanted wanted);

}  // namespace kontor::app
