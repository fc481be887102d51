// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/command_reader.hpp"

#include <algorithm>

#include "server/imap/command.hpp"
#include "server/imap/wire/append_args.hpp"

namespace kontor::imap {
namespace {

constexpr std::uint64_t k_most_skipped = 256U << 20U;  // then the connection is closed

std::size_t command_limit(const Session& session) {
  const auto& limits = session.env.settings.imap;
  return session.identity ? limits.max_command : limits.max_line;
}

// What to do with a literal at the end of the text so far.
enum class Literal : unsigned char { collect, hand_over, refuse, skip };

// In a wrong state nothing is wanted: what follows is data, never a command.
bool is_wanted(const Session& session, const ReadCommand& command) {
  return !command.problem && command.row != nullptr &&
         (command.row->states & static_cast<unsigned>(session.state)) != 0;
}

Literal judge(const Session& session, const ReadCommand& command, const wire::LiteralMark& mark) {
  const bool wanted = is_wanted(session, command);
  const bool streams = wanted && (command.row->effects & effect::takes_literals) != 0;
  const auto arguments = std::string_view(command.text).substr(command.head.arguments);
  const bool leads = streams && (command.row->effects & effect::leads_with_number) != 0;
  if (streams && wire::ends_with_message(arguments, leads)) return Literal::hand_over;
  const std::size_t most = command_limit(session);
  const bool fits = mark.size <= most && command.text.size() + mark.size <= most;
  if (wanted && fits) return Literal::collect;
  // RFC 9051, 4.3: a synchronizing literal is refused by the tagged BAD instead of "+".
  return mark.synchronizing ? Literal::refuse : Literal::skip;
}

}  // namespace

Task<Error> say_bye(Session& session, std::string reason) {
  session.out.line("* BYE ", session.say(reason));
  session.state = State::logout;
  auto told = co_await session.out.flush();
  if (!told) reason += " (not told)";
  co_return Error(Errc::closed, std::move(reason));
}

Task<Result<void>> request_continuation(Session& session, std::string_view text) {
  session.out.line("+ ", text);
  co_return co_await session.out.flush();
}

namespace {

// An error of the stream while reading, as the end of the connection.
Task<Error> input_ended(Session& session, Error error) {
  if (error.code() == Errc::timed_out) co_return co_await say_bye(session, "Input timed out");
  co_return Error(Errc::closed, error.detail());
}

}  // namespace

Task<Result<std::string>> read_line(Session& session, std::size_t max) {
  if (!session.reader.buffered().contains('\n')) {
    KONTOR_CO_TRY(co_await session.out.flush());
  }
  auto line = co_await session.reader.read_line(max, k_input_limit);
  if (!line && line.error().code() == Errc::limit) {
    auto skipped = co_await session.reader.skip_line(k_input_limit);
    if (!skipped) co_return fail(co_await input_ended(session, std::move(skipped).error()));
    co_return fail(Errc::bad_input, "line too long");
  }
  if (!line) co_return fail(co_await input_ended(session, std::move(line).error()));
  if (line->ends_with('\n')) line->pop_back();
  if (line->ends_with('\r')) line->pop_back();
  if (line->contains('\0')) co_return fail(Errc::bad_input, "NUL byte in a command");
  co_return std::move(line);
}

Task<Result<std::string>> read_literal(Session& session, std::size_t size) {
  auto bytes = co_await session.reader.read_exactly(size, k_input_limit);
  if (!bytes) co_return fail(co_await input_ended(session, std::move(bytes).error()));
  co_return std::move(bytes);
}

Task<Result<void>> skip_literal(Session& session, std::uint64_t size) {
  if (size > k_most_skipped) co_return fail(co_await say_bye(session, "Literal far too large"));
  while (size > 0) {
    if (session.reader.buffered().empty()) {
      auto filled = co_await session.reader.fill(k_input_limit);
      if (!filled) co_return fail(co_await input_ended(session, std::move(filled).error()));
    }
    const auto some = std::min<std::uint64_t>(size, session.reader.buffered().size());
    session.reader.consume(some);
    size -= some;
  }
  co_return Result<void>();
}

namespace {

// Reads the parts of a command until a line does not end with a literal.
class Assembly {
 public:
  explicit Assembly(Session& session) : session_(session) {}

  Task<Result<ReadCommand>> run() {
    for (bool first = true, more = true; more; first = false) {
      const std::size_t max = session_.env.settings.imap.max_line;
      auto line = co_await read_line(session_, max);
      if (!line && line.error().code() != Errc::bad_input) co_return fail(line.error());
      if (!line) {
        command_.problem = line.error().detail();
        break;
      }
      take_line(*line, first);
      KONTOR_CO_TRY(more, co_await literal_after(*line));
    }
    co_return std::move(command_);
  }

 private:
  void take_line(const std::string& line, bool first) {
    if (command_.problem) return;
    if (command_.text.size() + line.size() > command_limit(session_)) {
      command_.problem = "command too long";
      return;
    }
    command_.text += line;
    if (!first) return;
    auto head = wire::parse_command_head(line);
    if (!head) {
      command_.problem = head.error().detail();
      return;
    }
    command_.head = *std::move(head);
    command_.row = find_command(command_.head.name);
  }

  // A literal that was wanted and is not taken was too large.
  void note_too_large() {
    if (is_wanted(session_, command_)) command_.problem = "literal too large";
  }

  // Whether another line follows.
  Task<Result<bool>> literal_after(const std::string& line) {
    auto mark = wire::literal_mark(line);
    if (!mark) {
      command_.problem = mark.error().detail();
      co_return false;
    }
    if (!mark->has_value()) co_return false;
    const wire::LiteralMark literal = **mark;
    switch (judge(session_, command_, literal)) {
      case Literal::hand_over:
        co_return false;
      case Literal::refuse:
        note_too_large();
        co_return false;
      case Literal::skip: {
        note_too_large();
        KONTOR_CO_TRY(co_await skip_literal(session_, literal.size));
        co_return true;
      }
      case Literal::collect:
        break;
    }
    if (literal.synchronizing) {
      KONTOR_CO_TRY(co_await request_continuation(session_, "OK"));
    }
    KONTOR_CO_TRY(const auto bytes, co_await read_literal(session_, literal.size));
    command_.text.append("\r\n").append(bytes);
    co_return true;
  }

  Session& session_;
  ReadCommand command_;
};

}  // namespace

Task<Result<ReadCommand>> read_command(Session& session) {
  Assembly assembly(session);
  co_return co_await assembly.run();
}

}  // namespace kontor::imap
