// SPDX-License-Identifier: GPL-3.0-or-later
// UIDBATCHES (RFC 10022): ranges of UIDs that hold equally many messages each, from the newest to
// the oldest, without a gap between them. Reads one row a batch.
#include <algorithm>

#include "server/imap/handlers.hpp"
#include "server/imap/wire/arguments.hpp"

namespace kontor::imap {
namespace {

constexpr std::uint32_t k_least_messages = 500;  // of a batch

// The ranges of the batches `first` to `last` (counted from 1).
std::string ranges(const store::FolderView& view, const wire::UidBatches& wanted) {
  const std::uint64_t count = view.size();
  const std::uint64_t all = (count + wanted.messages - 1) / wanted.messages;
  const std::uint64_t last = std::min<std::uint64_t>(wanted.last, all);
  std::string out;
  // The lowest UID of a batch is that of its oldest message; the last batch reaches down to 1.
  const auto lowest = [&](std::uint64_t batch) {
    return batch >= all ? store::Uid{1} : view.at(count - batch * wanted.messages).uid;
  };
  for (std::uint64_t batch = wanted.first; batch <= last; ++batch) {
    const auto highest = batch == 1 ? view.at(count - 1).uid : lowest(batch - 1) - 1;
    out.append(out.empty() ? " " : ",").append(std::to_string(highest)).append(":");
    out.append(std::to_string(lowest(batch)));
  }
  return out;
}

}  // namespace

Task<Result<Tagged>> cmd_uidbatches(Session& session, Request request) {
  const auto wanted = wire::parse_uidbatches(request.arguments);
  if (!wanted) co_return bad_syntax(wanted.error());
  if (wanted->first > wanted->last)
    co_return Tagged(Status::bad, "CLIENTBUG", "the range of batches is reversed");
  if (wanted->messages < k_least_messages)
    co_return Tagged(Status::no, "TOOFEW",
                     "a batch holds at least " + std::to_string(k_least_messages) + " messages");
  session.out.line("* UIDBATCHES (TAG \"", request.tag, "\")",
                   ranges(*session.selected->view(), *wanted));
  co_return Tagged();
}

}  // namespace kontor::imap
