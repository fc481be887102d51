// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/wire/reply.hpp"

#include <algorithm>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/core/text.hpp"

namespace kontor::http::wire {
namespace {

namespace beast = boost::beast::http;

constexpr std::size_t k_least_chunk = 5;  // "0" and two line ends, which Beast has to see at once
constexpr std::size_t k_chunk_line = 4'096;  // a chunk's size with its extensions; trailers

}  // namespace

struct ReplyParser::State {
  beast::response_parser<beast::string_body> parser;

  explicit State(Limits limits) {
    parser.header_limit(static_cast<std::uint32_t>(limits.head));
    parser.body_limit(limits.body);
    parser.eager(false);
  }
};

ReplyParser::ReplyParser(Limits limits) : state_(std::make_unique<State>(limits)) {}
ReplyParser::~ReplyParser() = default;
ReplyParser::ReplyParser(ReplyParser&&) noexcept = default;
ReplyParser& ReplyParser::operator=(ReplyParser&&) noexcept = default;

Result<std::size_t> ReplyParser::take(std::string_view input) {
  auto& parser = state_->parser;
  std::size_t at = 0;
  while (!is_done() && at < input.size()) {
    const auto left = input.substr(at);
    const bool is_chunked = parser.is_header_done() && parser.chunked();
    if (is_chunked && left.size() < k_least_chunk) break;
    boost::system::error_code failed;
    const auto used = parser.put(boost::asio::buffer(left.data(), left.size()), failed);
    at += used;
    if (failed && failed != beast::error::need_more)
      return fail(Errc::bad_input, "no HTTP that can be read: " + failed.message());
    if (used > 0) continue;
    if (is_chunked && left.size() > k_chunk_line)
      return fail(Errc::bad_input, "the chunks are not in order");
    break;
  }
  return at;
}

Result<void> ReplyParser::end() {
  auto& parser = state_->parser;
  boost::system::error_code failed;
  if (parser.is_header_done()) parser.put_eof(failed);
  if (failed || !is_done()) return fail(Errc::bad_input, "the answer ended too early");
  return {};
}

bool ReplyParser::is_done() const {
  return state_->parser.is_header_done() && state_->parser.is_done();
}

Reply ReplyParser::release() {
  auto& message = state_->parser.get();
  Reply reply;
  reply.status = message.result_int();
  for (const auto& field : message)
    reply.fields.push_back({std::string(field.name_string()), std::string(field.value())});
  reply.body = std::move(message.body());
  return reply;
}

std::string_view Reply::field(std::string_view name) const {
  const auto found =
      std::ranges::find_if(fields, [&](const Field& one) { return iequals(one.name, name); });
  return found == fields.end() ? std::string_view() : std::string_view(found->value);
}

}  // namespace kontor::http::wire
