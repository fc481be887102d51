// SPDX-License-Identifier: GPL-3.0-or-later
// APPEND and MULTIAPPEND (RFC 9051, 6.3.12; RFC 3502; limits: RFC 7889; UIDs: RFC 4315).
//
// The command reader stops in front of the first message's literal. Everything that can be refused
// is refused before "+", so that no client sends a message in vain; a client that does not wait has
// its data thrown away and gets the same answer. All messages are stored together or none is.
#include "server/imap/command_reader.hpp"
#include "server/imap/handlers.hpp"
#include "server/imap/recoverable.hpp"
#include "server/imap/wire/append_args.hpp"

namespace kontor::imap {
namespace {

constexpr std::size_t k_max_messages = 1'000;  // of one command

class Append {
 public:
  Append(Session& session, bool utf8) : session_(session), utf8_(utf8) {}

  Task<Result<Tagged>> run(std::string arguments) {
    auto head = wire::parse_append_head(arguments, utf8_);
    if (!head) co_return co_await give_up(arguments, bad_syntax(head.error()));
    find_folder(head->mailbox);
    std::optional<wire::AppendMessage> next = std::move(head->message);
    while (next) {
      const auto literal = next->literal;
      check_size(literal.size);
      if (refusal_ && literal.synchronizing) co_return *refusal_;
      KONTOR_CO_TRY(co_await take(*std::move(next)));
      KONTOR_CO_TRY(const auto line, co_await read_rest(session_.env.settings.imap.max_line));
      auto parsed = wire::parse_append_next(line);
      if (!parsed) co_return co_await give_up(line, bad_syntax(parsed.error()));
      next = *std::move(parsed);
    }
    if (refusal_) co_return *refusal_;
    co_return co_await store();
  }

 private:
  void find_folder(const std::string& name) {
    auto folder = session_.find_folder(name);
    if (!folder || folder->recoverable != store::Recoverable::no)
      refusal_ = refuse_in_recoverable(name);
    if (refusal_) return;
    if (!folder)
      // RFC 9051, 6.3.12: TRYCREATE when creating it could help.
      refusal_ = Tagged(Status::no, "TRYCREATE", "no such mailbox");
    else if (!session_.may(*folder, Right::insert))
      refusal_ = refusal(Error(Errc::no_permission));
    else
      folder_ = folder->id;
  }

  void check_size(std::uint64_t size) {
    const auto most = session_.env.settings.smtp.max_message;
    total_ += size;
    if (refusal_) return;
    if (size == 0)
      refusal_ = Tagged(Status::no, "CANNOT", "an empty message");  // RFC 3502, 3: it cancels
    else if (size > most)
      refusal_ = Tagged(Status::no, "TOOBIG", "the message is too large");  // RFC 7889, 3
    else if (total_ > most || messages_.size() >= k_max_messages)
      refusal_ = Tagged(Status::no, "LIMIT", "too much for one command");
    else
      check_quota();
  }

  // RFC 9208, 4.3.1: what cannot fit is refused before it is sent.
  void check_quota() {
    const auto quota = session_.account->quota();
    const store::Usage more{total_, messages_.size() + 1};
    if (const auto fits = store::check_quota(quota.usage, more, quota.limits); !fits)
      refusal_ = refusal(fits.error());
  }

  Task<Result<void>> take(wire::AppendMessage message) {
    if (refusal_) co_return co_await skip_literal(session_, message.literal.size);
    if (message.literal.synchronizing) {
      KONTOR_CO_TRY(co_await request_continuation(session_, "OK"));
    }
    KONTOR_CO_TRY(auto raw, co_await read_literal(session_, message.literal.size));
    // RFC 9051, 9: only literal8 carries NUL.
    if (!message.literal.binary && raw.contains('\0')) {
      refusal_ = Tagged(Status::bad, "", "a message with a NUL byte");
      co_return Result<void>();
    }
    const auto& limits = session_.env.settings.mime;
    store::NewMessage stored;
    stored.message = store::prepare_message(std::move(raw), limits.max_depth, limits.max_parts);
    stored.flags = message.flags.system;
    stored.keywords = std::move(message.flags.keywords);
    stored.internal_date = message.date.value_or(session_.env.clock.now());
    messages_.push_back(std::move(stored));
    co_return Result<void>();
  }

  // The line behind a message's data. bad_input becomes an empty line that is refused.
  Task<Result<std::string>> read_rest(std::size_t max) {
    auto line = co_await read_line(session_, max);
    if (line || line.error().code() != Errc::bad_input) co_return std::move(line);
    refusal_ = bad_syntax(line.error());
    co_return std::string();
  }

  // A syntax error: what a client sends without waiting belongs to the command all the same.
  Task<Result<Tagged>> give_up(std::string line, Tagged why) {
    for (;;) {
      const auto mark = wire::literal_mark(line);
      if (!mark || !mark->has_value() || (*mark)->synchronizing) co_return why;
      KONTOR_CO_TRY(co_await skip_literal(session_, (*mark)->size));
      KONTOR_CO_TRY(line, co_await read_rest(session_.env.settings.imap.max_line));
    }
  }

  Task<Result<Tagged>> store() {
    auto appended = co_await session_.account->append(folder_, std::move(messages_));
    if (!appended && appended.error().code() == Errc::not_found)
      co_return Tagged(Status::no, "TRYCREATE", "the mailbox was deleted");
    if (!appended) co_return refusal(appended.error());
    // RFC 4315, 3.
    co_return Tagged(Status::ok,
                     "APPENDUID " + std::to_string(appended->uid_validity) + " " +
                         wire::uid_list_text(appended->uids),
                     "");
  }

  Session& session_;
  bool utf8_;
  store::FolderId folder_ = 0;
  std::vector<store::NewMessage> messages_;
  std::uint64_t total_ = 0;
  std::optional<Tagged> refusal_;
};

}  // namespace

Task<Result<Tagged>> cmd_append(Session& session, Request request) {
  Append append(session, session.enabled.rev2);
  co_return co_await append.run(std::move(request.arguments));
}

}  // namespace kontor::imap
