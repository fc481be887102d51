// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/committer.hpp"

#include "store/mailbox/disk_error.hpp"

namespace kontor::store {

Committer::Committer(std::unique_ptr<AccountLog> log, AccountState state, Post post)
    : log_(std::move(log)), tip_(std::move(state)), post_(std::move(post)) {
  Version version;
  version.state = freeze(tip_);
  version.mark = log_->durable();
  published_.with([&](Version& published) { published = std::move(version); });
}

Version Committer::published() const {
  return published_.with([](const Version& version) { return version; });
}

void Committer::commit(std::vector<NewFrame> frames, Answer answer) {
  if (failure_) return answer(fail(*failure_), 0);
  if (frames.empty()) return after_pending(std::move(answer));
  std::vector<Decoded> decoded;
  decoded.reserve(frames.size());
  for (const auto& frame : frames) {
    auto one = decode_frame(frame.type, frame.payload);
    if (!one) return answer(fail(Errc::internal, "a frame of our own: " + one.error().text()), 0);
    decoded.push_back(*std::move(one));
  }
  auto appended = log_->append(std::move(frames), post_);
  if (!appended) {
    const Error error = disk_error(appended.error());
    if (log_->closed_by_error()) fail_all(error);
    return answer(fail(error), 0);
  }
  FramePlace place;
  place.sequence = appended->first_sequence;
  for (std::size_t i = 0; i < decoded.size(); ++i, ++place.sequence) {
    place.position = appended->positions[i];
    apply(tip_, place, decoded[i]);
  }
  Pending pending;
  pending.version.state = freeze(tip_);
  pending.version.mark.end = appended->end;
  pending.version.mark.sequence = appended->first_sequence + decoded.size() - 1;
  pending.version.mark.incarnation = appended->incarnation;
  pending.answers.emplace_back(std::move(answer), tip_.modseq);
  pending_.push_back(std::move(pending));
}

void Committer::after_pending(Answer answer) {
  if (failure_) return answer(fail(*failure_), 0);
  if (pending_.empty()) return answer(Result<void>(), 0);
  pending_.back().answers.emplace_back(std::move(answer), 0);
}

// The tip is what the last frames under way make of the state: their version is replaced.
void Committer::relocate(std::uint32_t log,
                         const std::vector<FooterMessage>& messages,
                         Answer answer) {
  if (failure_) return answer(fail(*failure_), 0);
  relocate_items(tip_, log, messages);
  if (!pending_.empty()) {
    pending_.back().version.state = freeze(tip_);
    return after_pending(std::move(answer));
  }
  auto state = freeze(tip_);
  published_.with([&](Version& published) { published.state = std::move(state); });
  answer(Result<void>(), 0);
}

void Committer::on_synced(const Result<void>& outcome) {
  if (pending_.empty()) return;  // of a commit that failed with an earlier one
  if (!outcome) return fail_all(disk_error(outcome.error()));
  Pending done = std::move(pending_.front());
  pending_.pop_front();
  done.version.mark.incarnation = log_->durable().incarnation;
  published_.with([&](Version& published) { published = std::move(done.version); });
  watchers_.notify();
  for (auto& [answer, modseq] : done.answers) answer(outcome, modseq);
}

void Committer::fail_all(const Error& error) {
  if (!failure_) failure_ = error;
  auto pending = std::move(pending_);
  pending_.clear();
  for (auto& commit : pending)
    for (auto& [answer, modseq] : commit.answers) answer(fail(error), 0);
}

}  // namespace kontor::store
