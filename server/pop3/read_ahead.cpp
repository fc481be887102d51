// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/pop3/read_ahead.hpp"

#include <utility>
#include <vector>

namespace kontor::pop3 {
namespace {

constexpr std::uint32_t k_most_messages = 32;  // of one trip

// `message` and those behind it, as far as they go together.
std::vector<Message> trip_of(const Maildrop& maildrop, const Message& message) {
  std::vector<Message> trip{message};
  std::uint64_t bytes = message.size;
  bool is_full = false;
  maildrop.for_each(message.number + 1, message.number + k_most_messages - 1,
                    [&](const Message& next) {
                      bytes += next.size;
                      is_full = is_full || bytes > ReadAhead::k_most;
                      if (!is_full) trip.push_back(next);
                    });
  return trip;
}

}  // namespace

Task<Result<std::string>> ReadAhead::read(store::Account& account,
                                          const Maildrop& maildrop,
                                          Message message) {
  const auto before = std::exchange(last_, message.number);
  while (!kept_.empty() && kept_.front().number < message.number) kept_.pop_front();
  if (!kept_.empty() && kept_.front().number == message.number) {
    auto bytes = std::move(kept_.front().bytes);
    kept_.pop_front();
    co_return bytes;
  }
  clear();
  // One that is asked for alone is read alone.
  if (before == 0 || before >= message.number || message.size > k_most)
    co_return co_await account.read_message(message.item);
  const auto trip = trip_of(maildrop, message);
  std::vector<store::ItemId> items;
  items.reserve(trip.size());
  for (const auto& one : trip) items.push_back(one.item);
  auto read = co_await account.read_messages(std::move(items));
  for (std::size_t i = 1; i < read.size(); ++i)
    // One that cannot be read is read again when it is asked for: then the client is told.
    if (read[i]) kept_.push_back({trip[i].number, *std::move(read[i])});
  co_return std::move(read.front());
}

}  // namespace kontor::pop3
