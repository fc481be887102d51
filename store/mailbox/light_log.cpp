// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/light_log.hpp"

#include "store/format/payload.hpp"

namespace kontor::store {

LightLog::LightLog(boost::asio::any_io_executor executor,
                   std::unique_ptr<AccountLog> log,
                   const Usage& used,
                   const Limits& limits)
    : strand_(std::move(executor)), log_(std::move(log)), used_(used), limits_(limits) {}

void LightLog::start(NewFrame frame, Callback<Result<ModSeq>> done) {
  const Usage more{deliver_raw_size(frame.payload), 1};
  if (auto fits = check_quota(used_, more, limits_); !fits) return done(fail(fits.error()));
  // Both sides may answer: append() when it refuses, its completion otherwise; that one comes back
  // over the strand, when the sequence that append() gave is known (a seal may take one before).
  auto shared = std::make_shared<std::pair<Callback<Result<ModSeq>>, ModSeq>>(std::move(done), 0);
  std::vector<NewFrame> frames;
  frames.push_back(std::move(frame));
  const auto appended =
      log_->append(std::move(frames), [strand = strand_, shared](Result<void> outcome) {
        strand.post([shared, outcome = std::move(outcome)] {
          if (outcome)
            shared->first(shared->second);
          else
            shared->first(fail(outcome.error()));
        });
      });
  if (!appended) return shared->first(fail(appended.error()));
  shared->second = appended->first_sequence;
  used_.bytes += more.bytes;  // a log that cannot keep it takes no further delivery
  used_.messages += more.messages;
}

Task<Result<ModSeq>> LightLog::deliver(std::string payload) {
  NewFrame frame;
  frame.type = FrameType::deliver;
  frame.payload = std::move(payload);
  std::move_only_function<void(Callback<Result<ModSeq>>)> begin =
      [self = shared_from_this(), frame = std::move(frame)](Callback<Result<ModSeq>> done) mutable {
        const auto strand = self->strand_;
        strand.post(
            [self = std::move(self), frame = std::move(frame), done = std::move(done)]() mutable {
              self->start(std::move(frame), std::move(done));
            });
      };
  co_return co_await call_back<Result<ModSeq>>(std::move(begin));
}

}  // namespace kontor::store
