// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/light_log.hpp"

#include "store/format/payload.hpp"
#include "store/mailbox/plan.hpp"

namespace kontor::store {

LightLog::LightLog(boost::asio::any_io_executor executor,
                   std::unique_ptr<AccountLog> log,
                   const Usage& used,
                   Rules rules)
    : strand_(std::move(executor)), log_(std::move(log)), used_(used), rules_(std::move(rules)) {
  shown_used_.with([&](Usage& usage) { usage = used_; });
}

void LightLog::start(NewFrame frame, Callback<Result<ModSeq>> done) {
  const Usage more{deliver_raw_size(frame.payload), 1};
  const auto policy = rules_.policy();
  const auto limits = limits_in_force(rules_.own_limits, policy.limits);
  if (auto fits = check_quota(used_, more, limits); !fits) return done(fail(fits.error()));
  // Both sides may answer: append() when it refuses, its completion otherwise; that one comes back
  // over the strand, when the sequence that append() gave is known (a seal may take one before).
  auto shared = std::make_shared<std::pair<Callback<Result<ModSeq>>, ModSeq>>(std::move(done), 0);
  std::vector<NewFrame> frames;
  frames.push_back(std::move(frame));
  Usage sum{used_.bytes + more.bytes, used_.messages + more.messages};
  const QuotaWarning warning{policy.warning_percent, rules_.letter, policy.warning_bytes};
  auto told = warning_frames(used_, {sum, limits, rules_.own_limits}, rules_.warned, warning);
  const bool changed = !told.empty(), letter = told.size() > 1;  // a lone frame takes it back
  if (letter) sum = {sum.bytes + deliver_raw_size(told.front().payload), sum.messages + 1};
  for (auto& each : told) frames.push_back(std::move(each));
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
  used_ = sum;  // a log that cannot keep it takes no further delivery
  shown_used_.with([&](Usage& usage) { usage = sum; });
  if (changed) rules_.warned = letter;
}

Result<void> LightLog::check_room(std::uint64_t bytes) const {
  const auto used = shown_used_.with([](const Usage& usage) { return usage; });
  const auto limits = limits_in_force(rules_.own_limits, rules_.policy().limits);
  return check_quota(used, Usage{bytes, 1}, limits);
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
