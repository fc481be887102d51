// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/own_letter.hpp"

#include "base/mime/letter.hpp"
#include "server/delivery/delivery.hpp"

namespace kontor::app {

Task<Result<void>> enqueue(queue::Queue& queue, OwnLetter letter) {
  queue::Envelope envelope;
  envelope.trace = delivery::make_trace_id();
  envelope.sender = std::move(letter.sender);
  envelope.is_utf8 = !mime::is_ascii(letter.bytes);
  envelope.size = letter.bytes.size();
  envelope.arrived = letter.date;
  envelope.is_ours = true;
  envelope.is_made_here = true;
  queue::Recipient recipient;
  recipient.address = std::move(letter.recipient);
  recipient.notify = letter.notify;
  std::vector<queue::Recipient> recipients(1, std::move(recipient));
  KONTOR_CO_TRY(
      co_await queue.add(std::move(envelope), std::move(recipients), std::move(letter.bytes)));
  co_return Result<void>();
}

}  // namespace kontor::app
