// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/message_intake.hpp"

#include <algorithm>

#include "server/imap/command_reader.hpp"
#include "server/imap/recoverable.hpp"
#include "server/imap/url_part.hpp"

namespace kontor::imap {
namespace {

constexpr std::size_t k_max_messages = 1'000;  // of one command

}  // namespace

Task<std::expected<Mailbox, Tagged>> find_destination(Session& session, std::string mailbox) {
  using Answer = std::expected<Mailbox, Tagged>;
  auto found = co_await find_mailbox(session, mailbox);
  if (!found || found->folder.recoverable != store::Recoverable::no)
    if (auto refused = refuse_in_recoverable(mailbox))
      co_return Answer(std::unexpected(*std::move(refused)));
  // RFC 9051, 6.3.12: TRYCREATE when creating it could help.
  if (!found) co_return Answer(std::unexpected(Tagged(Status::no, "TRYCREATE", "no such mailbox")));
  if (!session.may(*found->account, found->folder, Right::insert))
    co_return Answer(std::unexpected(refusal(Error(Errc::no_permission))));
  co_return Answer(*std::move(found));
}

void keep_to_rights(store::RightBits rights, store::NewMessage& message) {
  message.flags &= flags_for(rights);
  if (!store::has_right(rights, Right::write_flags)) message.keywords.clear();
}

std::string appenduid(const store::Appending& appended) {
  return "APPENDUID " + std::to_string(appended.uid_validity) + " " +
         wire::uid_list_text(appended.uids);
}

void MessageIntake::refuse(Tagged why) {
  if (!refusal_) refusal_ = std::move(why);
}

Task<Result<void>> MessageIntake::run(wire::AppendMessage first, std::string text) {
  line_ = std::move(text);
  std::optional<wire::AppendMessage> next = std::move(first);
  while (next) {
    if (messages_.size() >= k_max_messages)
      refuse(Tagged(Status::no, "LIMIT", "too much for one command"));
    if (next->form == wire::AppendForm::catenate) {
      KONTOR_CO_TRY(co_await take_parts(*next, next->parts));
    } else {
      KONTOR_CO_TRY(co_await take_literal(*next));
    }
    if (stopped_) co_return Result<void>();
    auto parsed = wire::parse_append_next(line_);
    if (parsed && *parsed && freed_)
      co_return co_await give_up(std::move(line_), Tagged(Status::bad, "", "one message only"));
    if (!parsed) co_return co_await give_up(std::move(line_), bad_syntax(parsed.error()));
    next = *std::move(parsed);
  }
  co_return Result<void>();
}

Task<Result<void>> MessageIntake::give_up(std::string line, Tagged why) {
  refuse(std::move(why));
  stopped_ = true;
  for (line_ = std::move(line);;) {
    const auto mark = wire::literal_mark(line_);
    if (!mark || !mark->has_value() || (*mark)->synchronizing) co_return Result<void>();
    KONTOR_CO_TRY(co_await skip_literal(session_, (*mark)->size));
    KONTOR_CO_TRY(co_await read_rest());
  }
}

void MessageIntake::check_size(std::uint64_t size) {
  if (size == 0)  // RFC 3502, 3: it cancels
    refuse(Tagged(Status::no, "CANNOT", "an empty message"));
  else if (size > session_.env.settings.smtp.max_message)  // RFC 7889, 3; RFC 4469, 4.2
    refuse(Tagged(Status::no, "TOOBIG", "the message is too large"));
}

// RFC 9208, 4.3.1: what cannot fit is refused before it is sent.
void MessageIntake::check_total(std::uint64_t more) {
  total_ += more;
  if (refusal_) return;
  if (total_ > session_.env.settings.smtp.max_message)
    return refuse(Tagged(Status::no, "LIMIT", "too much for one command"));
  auto quota = account_->quota();
  if (freed_) {
    quota.usage.bytes -= std::min(quota.usage.bytes, freed_->bytes);
    quota.usage.messages -= std::min(quota.usage.messages, freed_->messages);
  }
  const store::Usage all{total_, messages_.size() + 1};
  const auto fits = store::check_quota(quota.usage, all, quota.limits);
  if (!fits) refuse(imap::refusal(fits.error()));
}

// The literal's bytes; empty when nothing is wanted.
Task<Result<std::string>> MessageIntake::take_data(wire::LiteralMark literal) {
  if (refusal_ && literal.synchronizing) {
    stopped_ = true;
    co_return std::string();
  }
  std::string bytes;
  if (refusal_) {
    KONTOR_CO_TRY(co_await skip_literal(session_, literal.size));
  } else {
    if (literal.synchronizing) {
      KONTOR_CO_TRY(co_await request_continuation(session_, "OK"));
    }
    KONTOR_CO_TRY(bytes, co_await read_literal(session_, literal.size));
    // RFC 9051, 9: only literal8 carries NUL.
    if (!literal.binary && bytes.contains('\0'))
      refuse(Tagged(Status::bad, "", "a message with a NUL byte"));
  }
  KONTOR_CO_TRY(co_await read_rest());
  co_return bytes;
}

Task<Result<void>> MessageIntake::take_literal(const wire::AppendMessage& message) {
  check_size(message.literal.size);
  check_total(message.literal.size);
  KONTOR_CO_TRY(auto raw, co_await take_data(message.literal));
  if (stopped_) co_return Result<void>();
  if (message.form == wire::AppendForm::utf8) {
    if (!line_.starts_with(')'))
      co_return co_await give_up(std::move(line_), Tagged(Status::bad, "", "UTF8 wants a )"));
    line_.erase(0, 1);
  }
  keep(std::move(raw), message);
  co_return Result<void>();
}

// RFC 4469, 3: the message is its parts one behind the other.
Task<Result<void>> MessageIntake::take_parts(const wire::AppendMessage& message, std::size_t at) {
  std::string raw;
  for (bool first = true;; first = false) {
    auto list = wire::parse_cat_parts(std::string_view(line_).substr(at), first);
    if (!list) co_return co_await give_up(std::move(line_), bad_syntax(list.error()));
    for (auto& part : list->parts) {
      if (part.literal) check_total(part.is_text ? part.literal->size : 0);
      KONTOR_CO_TRY(const auto bytes, co_await take_part(std::move(part)));
      if (stopped_) co_return Result<void>();
      if (!refusal_) raw += bytes;
    }
    if (!list->open) {
      line_.erase(0, at + list->rest);
      break;
    }
    at = 0;  // behind the literal, the next line was read
  }
  if (!refusal_) check_size(raw.size());
  keep(std::move(raw), message);
  co_return Result<void>();
}

Task<Result<std::string>> MessageIntake::take_part(wire::CatPart part) {
  if (!part.literal) co_return co_await take_url(std::move(part.url));
  if (!part.is_text && part.literal->size > session_.env.settings.imap.max_line)
    refuse(Tagged(Status::bad, "", "a URL is too long"));
  KONTOR_CO_TRY(auto bytes, co_await take_data(*part.literal));
  if (part.is_text || refusal_) co_return bytes;
  co_return co_await take_url(std::move(bytes));
}

Task<Result<std::string>> MessageIntake::take_url(std::string url) {
  if (refusal_) co_return std::string();
  auto bytes = co_await read_url_part(session_, url);
  if (!bytes) {
    if (bytes.error().code() == Errc::closed) co_return fail(bytes.error());
    refuse(bad_url(url));  // RFC 4469, 4.1
    co_return std::string();
  }
  check_total(bytes->size());
  co_return *std::move(bytes);
}

// The line behind a literal. bad_input becomes an empty line that is refused.
Task<Result<void>> MessageIntake::read_rest() {
  auto line = co_await read_line(session_, session_.env.settings.imap.max_line);
  if (!line && line.error().code() != Errc::bad_input) co_return fail(line.error());
  if (!line) refuse(bad_syntax(line.error()));
  line_ = std::move(line).value_or("");
  co_return Result<void>();
}

void MessageIntake::keep(std::string raw, const wire::AppendMessage& message) {
  if (refusal_) return;
  const auto& limits = session_.env.settings.mime;
  store::NewMessage stored;
  stored.message = store::prepare_message(std::move(raw), limits.max_depth, limits.max_parts);
  stored.flags = message.flags.system;
  stored.keywords = message.flags.keywords;
  stored.internal_date = message.date.value_or(session_.env.clock.now());
  messages_.push_back(std::move(stored));
}

}  // namespace kontor::imap
