// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/queue/bad_mail.hpp"

#include <fmt/format.h>

#include "base/mime/header.hpp"
#include "base/mime/letter.hpp"
#include "server/queue/notice.hpp"

namespace kontor::queue {

std::string bad_mail_report(MessageId id,
                            const Envelope& envelope,
                            const std::vector<Recipient>& recipients,
                            const std::vector<Outcome>& outcomes,
                            UtcSeconds now) {
  auto out = fmt::format(
      "This message could be neither delivered nor returned: it has no sender.\n\n"
      "Message {} of the queue, trace {}\nArrived: {}\nGiven up: {}\n",
      id, envelope.trace, mime::format_date(envelope.arrived), mime::format_date(now));
  for (std::size_t i = 0; i < recipients.size() && i < outcomes.size(); ++i) {
    const auto& outcome = outcomes[i];
    if (outcome.fate != Fate::failed) continue;
    out += fmt::format("\nTo: {}\nStatus: {}\n", recipients[i].address, status_of(outcome));
    if (!outcome.remote.empty()) out += "Server: " + mime::one_line(outcome.remote) + "\n";
    if (!outcome.diagnostic.empty()) out += "It said: " + mime::one_line(outcome.diagnostic) + "\n";
    if (!outcome.reason.empty()) out += "Reason: " + mime::one_line(outcome.reason) + "\n";
  }
  return out;
}

std::string bad_mail_name(MessageId id, UtcSeconds arrived) {
  return fmt::format("{:010}-{:010}", arrived.time_since_epoch().count(), id);
}

namespace {

// Takes the oldest away until `room` bytes more fit. Names sort by arrival; those that are not ours
// are left alone, but count.
Result<void> make_room(io::FileSystem& files,
                       const std::string& folder,
                       std::uint64_t room,
                       std::uint64_t most) {
  KONTOR_TRY(const auto names, files.list(folder));
  std::uint64_t used = 0;
  std::vector<std::pair<std::string, std::uint64_t>> kept;
  for (const auto& name : names) {
    const auto info = files.stat(folder + "/" + name);
    if (!info || info->directory) continue;
    used += info->size;
    if (name.ends_with(".eml") || name.ends_with(".txt")) kept.emplace_back(name, info->size);
  }
  for (const auto& [name, size] : kept) {
    if (used + room <= most) break;
    KONTOR_TRY(files.remove(folder + "/" + name));
    used -= size;
  }
  return {};
}

}  // namespace

Result<void> keep_bad_mail(io::FileSystem& files,
                           const std::string& folder,
                           const std::string& name,
                           std::string_view message,
                           std::string_view report,
                           std::uint64_t most) {
  const auto room = message.size() + report.size();
  if (room > most) return fail(Errc::limit, "it is larger than queue.bad_mail");
  KONTOR_TRY(io::make_directories(files, folder));
  KONTOR_TRY(make_room(files, folder, room, most));
  KONTOR_TRY(io::write_file_durably(files, folder + "/" + name + ".txt", report));
  return io::write_file_durably(files, folder + "/" + name + ".eml", message);
}

}  // namespace kontor::queue
