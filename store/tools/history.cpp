// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/tools/history.hpp"

#include <fmt/format.h>

#include <array>

#include "base/core/text.hpp"
#include "store/log/frame.hpp"
#include "store/log/verify.hpp"
#include "store/mailbox/apply.hpp"

namespace kontor::store {
namespace {

// When a frame was made, as it says itself.
struct DateOf {
  using Date = std::optional<UtcSeconds>;
  Date operator()(const AccountFrame& f) const { return f.created; }
  Date operator()(const CopyFrame& f) const { return f.save_date; }
  Date operator()(const MoveFrame& f) const { return f.save_date; }
  Date operator()(const ExpungeFrame& f) const { return f.date; }
  Date operator()(const FolderFrame& f) const { return f.date; }
  Date operator()(const NoteFrame& f) const { return f.date; }
  template <class T>
  Date operator()(const T&) const {
    return std::nullopt;
  }
};

std::optional<UtcSeconds> date_of(const Decoded& frame) {
  if (const auto* head = std::get_if<DeliverHead>(&frame)) return head->frame.save_date;
  if (std::holds_alternative<ReaderFlagsFrame>(frame)) return std::nullopt;
  return std::visit(DateOf(), std::get<Payload>(frame));
}

// Follows the frames and keeps the state as it was before the first of those that came too late.
class Follower {
 public:
  explicit Follower(std::optional<UtcSeconds> at) : at_(at) {}

  void take(const FoundFrame& found, const Decoded& frame) {
    const auto date = date_of(frame);
    if (at_ && date && *date > *at_) {
      if (!kept_) {
        kept_ = freeze(state_);
        kept_last_ = last_;
        kept_end_ = end_;
      }
    } else if (at_ && date) {
      kept_.reset();  // the clock had been ahead: this one counts, and what came before it
    }
    FramePlace place;
    place.sequence = found.header.sequence;
    place.position = found.position;
    apply(state_, place, frame);
    last_ = found.header.sequence;
    end_ = {found.position.file, found.position.offset + k_frame_header_size + found.length};
  }

  Past finish() {
    Past out;
    out.is_whole = kept_ == nullptr;
    out.state = kept_ ? *kept_ : std::move(state_);
    out.last = kept_ ? kept_last_ : last_;
    out.end = kept_ ? kept_end_ : end_;
    return out;
  }

 private:
  std::optional<UtcSeconds> at_;
  AccountState state_;
  ModSeq last_ = 0;
  LogPosition end_;
  std::shared_ptr<const AccountState> kept_;
  ModSeq kept_last_ = 0;
  LogPosition kept_end_;
};

// The last part of "2026-11-02 10:30:15": hours, minutes and seconds.
std::optional<std::chrono::seconds> parse_time(std::string_view text) {
  constexpr std::array<std::uint32_t, 3> k_most{23, 59, 59};
  const auto parts = split(text, ':');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  std::int64_t seconds = 0;
  for (std::size_t i = 0; i < k_most.size(); ++i) {
    const auto number =
        i < parts.size() ? parse_number<std::uint32_t>(parts[i]) : std::optional<std::uint32_t>(0);
    if (!number || *number > k_most.at(i)) return std::nullopt;
    seconds = seconds * 60 + *number;
  }
  return std::chrono::seconds(seconds);
}

std::optional<std::chrono::seconds> parse_span(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const auto number = parse_number<std::uint32_t>(text.substr(0, text.size() - 1));
  if (!number) return std::nullopt;
  switch (text.back()) {
    case 's':
      return std::chrono::seconds(*number);
    case 'm':
      return std::chrono::minutes(*number);
    case 'h':
      return std::chrono::hours(*number);
    case 'd':
      return std::chrono::days(*number);
    default:
      return std::nullopt;
  }
}

}  // namespace

Result<Past> read_past(io::FileSystem& files,
                       const std::string& folder,
                       std::optional<UtcSeconds> at) {
  Follower follower(at);
  const auto device = read_only_log_device(files, folder);
  const auto each = [&](const FoundFrame& found, std::string_view payload) -> Result<void> {
    if (found.header.type == FrameType::seal) return {};
    const auto frame = decode_frame(found.header.type, payload);
    if (!frame && frame.error().code() == Errc::unsupported) return fail(frame.error());
    if (frame) follower.take(found, *frame);  // an unreadable one costs what it said alone
    return {};
  };
  KONTOR_TRY(auto check, check_logs(*device, each));
  auto past = follower.finish();
  past.damage = std::move(check.report.damage);
  if (past.last == 0) return fail(Errc::not_found, "the account is younger than that");
  return past;
}

Result<void> read_items(io::FileSystem& files,
                        const std::string& folder,
                        const std::function<bool(ItemId)>& is_wanted,
                        const VisitMessage& visit) {
  const auto device = read_only_log_device(files, folder);
  const auto each = [&](const FoundFrame& found, std::string_view payload) -> Result<void> {
    if (found.header.type != FrameType::deliver || !is_wanted(found.header.sequence)) return {};
    const auto whole = unpack_deliver(std::string(payload));
    if (!whole) return {};
    const auto frame = decode_payload(found.header.type, *whole);
    if (!frame) return {};
    const auto* message = std::get_if<DeliverFrame>(&*frame);
    return message == nullptr ? Result<void>() : visit(found.header.sequence, *message);
  };
  KONTOR_TRY(check_logs(*device, each));
  return {};
}

Result<UtcSeconds> parse_moment(std::string_view text, UtcSeconds now) {
  const auto wrong = [&] {
    return fail(Errc::bad_input, std::string(text) +
                                     " is no date: write 2026-11-02, \"2026-11-02 10:30\" (UTC), "
                                     "or -3h for three hours ago");
  };
  auto rest = trim(text);
  if (rest.starts_with('-')) {
    const auto span = parse_span(rest.substr(1));
    if (!span) return wrong();
    return now - *span;
  }
  if (rest.ends_with('Z')) rest.remove_suffix(1);
  const auto gap = rest.find_first_of("T ");
  const auto parts = split(rest.substr(0, gap), '-');
  if (parts.size() != 3 || parts[0].size() != 4) return wrong();
  const auto year = parse_number<std::uint32_t>(parts[0]);
  const auto month = parse_number<std::uint32_t>(parts[1]);
  const auto day = parse_number<std::uint32_t>(parts[2]);
  if (!year || !month || !day) return wrong();
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok()) return wrong();
  const UtcSeconds midnight = std::chrono::sys_days(date);
  if (gap == std::string_view::npos)
    return midnight + std::chrono::days(1) - std::chrono::seconds(1);
  const auto time = parse_time(rest.substr(gap + 1));
  if (!time) return wrong();
  return midnight + *time;
}

std::string show_moment(UtcSeconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace kontor::store
