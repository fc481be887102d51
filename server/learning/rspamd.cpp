// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/learning/rspamd.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/core/text.hpp"
#include "base/io/file_system.hpp"
#include "base/net/line_reader.hpp"
#include "server/filter/printable.hpp"
#include "server/http/wire/reply.hpp"

namespace kontor::learning {
namespace {

constexpr std::size_t k_max_head = 16'384, k_max_body = 65'536, k_most_words = 200;

std::string request_of(const Controller& controller, bool is_spam, const std::string& message) {
  auto head = fmt::format(
      "POST /{} HTTP/1.1\r\nHost: rspamd\r\nUser-Agent: Kontor\r\nConnection: close\r\n"
      "Content-Length: {}\r\n",
      is_spam ? "learnspam" : "learnham", message.size());
  if (!controller.password.empty()) head += "Password: " + controller.password + "\r\n";
  return head + "\r\n" + message;
}

Task<Result<http::wire::Reply>> read_reply(net::Stream& stream, SteadyTime deadline) {
  net::LineReader reader(stream);
  http::wire::ReplyParser parser(http::wire::Limits{k_max_head, k_max_body});
  while (true) {
    KONTOR_CO_TRY(const auto taken, parser.take(reader.buffered()));
    reader.consume(taken);
    if (parser.is_done()) break;
    const auto filled = co_await reader.fill(filter::scan::time_left(deadline));
    if (filled) continue;
    if (filled.error().code() != Errc::closed) co_return fail(filled.error());
    KONTOR_CO_TRY(parser.end());
    break;
  }
  co_return parser.release();
}

// {"error":"…"} or {"success":true}: its words, whatever they are.
std::string words_of(const http::wire::Reply& reply) {
  return filter::printable(reply.body, k_most_words);
}

}  // namespace

Task<Result<std::string>> tell(const Controller& controller, bool is_spam, std::string message) {
  const auto deadline = std::chrono::steady_clock::now() + controller.limit;
  KONTOR_CO_TRY(auto stream,
                co_await controller.dial(controller.address, filter::scan::time_left(deadline)));
  const auto request = request_of(controller, is_spam, message);
  const auto sent = co_await stream->write(request, filter::scan::time_left(deadline));
  auto reply =
      sent ? co_await read_reply(*stream, deadline) : Result<http::wire::Reply>(fail(sent.error()));
  co_await stream->close();
  if (!reply) co_return fail(std::move(reply).error());
  if (reply->status == 200) co_return std::string("learnt");
  const auto words = fmt::format("{} {}", reply->status, words_of(*reply));
  // 204, 208: it has nothing to learn of it, or did already, for which some versions say 404.
  const bool is_known = reply->status < 300 || words.contains("already learned");
  if (is_known) co_return words;
  if (reply->status >= 500) co_return fail(Errc::unavailable, words);
  co_return fail(Errc::bad_input, words);
}

Result<std::string> read_password(const std::string& file) {
  struct stat info{};
  if (::stat(file.c_str(), &info) != 0) return errno_error(file, errno);
  if ((info.st_mode & 077U) != 0)
    return fail(Errc::bad_input, file + " may be read by others: chmod 600");
  KONTOR_TRY(const auto bytes, io::read_file(io::real_file_system(), file, k_max_head));
  auto line = std::string(trim(std::string_view(bytes).substr(0, bytes.find('\n'))));
  if (line.empty()) return fail(Errc::bad_input, file + " holds no password");
  if (line.find_first_of("\r\n") != std::string::npos)
    return fail(Errc::bad_input, file + " holds no password");
  return line;
}

}  // namespace kontor::learning
