// SPDX-License-Identifier: GPL-3.0-or-later
// Boost.Beast reads the syntax; what it leaves open is decided here, field by field.
#include "server/http/wire/request.hpp"

#include <algorithm>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <utility>

#include "base/core/text.hpp"

namespace kontor::http::wire {
namespace {

namespace beast = boost::beast::http;

// A ticket of somebody in many groups reaches 48 KB ([MS-KILE] 3.1.1.5), 64 KB in base64.
constexpr std::size_t k_ticket_room = 66'000;
constexpr std::size_t k_most_fields = 200;
// The shortest end of a chunked body, "0" and two line ends, which Beast has to see at once.
constexpr std::size_t k_least_chunk = 5;
constexpr std::size_t k_chunk_line = 4'096;  // a chunk's size with its extensions; trailers
constexpr std::string_view k_absolute[] = {"https://", "http://"};

std::unexpected<Refusal> refuse(int status, std::string why) {
  return std::unexpected(Refusal{status, std::move(why)});
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

bool has_dot_segment(std::string_view path) {
  return std::ranges::any_of(split(path, '/'),
                             [](std::string_view part) { return part == "." || part == ".."; });
}

std::expected<void, Refusal> read_target(std::string_view target, Request& out) {
  const auto is_odd = [](char c) { return c <= ' ' || c > '~' || c == '#'; };
  if (std::ranges::any_of(target, is_odd)) return refuse(400, "an odd byte in the target");
  if (target == "*") {
    out.path = "*";
    return {};
  }
  // RFC 9112, 3.2.2: the absolute form is taken from any client.
  for (const auto scheme : k_absolute)
    if (istarts_with(target, scheme)) {
      target.remove_prefix(std::min(target.find('/', scheme.size()), target.size()));
      if (target.empty()) target = "/";
      break;
    }
  if (!target.starts_with('/')) return refuse(400, "the target is no path");
  const auto mark = std::min(target.find('?'), target.size());
  if (mark < target.size()) out.query = target.substr(mark + 1);
  auto path = percent_decode(target.substr(0, mark));
  if (!path) return std::unexpected(std::move(path).error());
  if (!is_utf8(*path) || has_control(*path) || has_dot_segment(*path))
    return refuse(400, "the path is not in order");
  out.raw_path = target.substr(0, mark);
  out.path = *std::move(path);
  return {};
}

std::size_t count_of(const Request& request, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::count_if(
      request.fields, [&](const Field& field) { return iequals(field.name, name); }));
}

// RFC 9112, 6: a body is chunked, or it has one length; nothing else is understood.
std::expected<void, Refusal> check_framing(const Request& request) {
  const auto codings = count_of(request, "Transfer-Encoding");
  if (codings == 0) return {};
  if (!request.is_http11) return refuse(400, "Transfer-Encoding in HTTP/1.0");
  if (count_of(request, "Content-Length") > 0) return refuse(400, "two lengths of one body");
  if (codings > 1 || !iequals(request.field("Transfer-Encoding"), "chunked"))
    return refuse(501, "the only transfer coding understood is chunked");
  return {};
}

std::expected<void, Refusal> check_fields(Request& request) {
  // RFC 9112, 3.2
  if (const auto hosts = count_of(request, "Host"); hosts > 1 || (hosts == 0 && request.is_http11))
    return refuse(400, "a request has one field Host");
  if (count_of(request, "Authorization") > 1) return refuse(400, "two fields Authorization");
  for (const auto& field : request.fields)
    if (field.value.contains('\0') || field.value.contains('\n') || field.value.contains('\r'))
      return refuse(400, "an odd byte in a field");
  const auto expect = request.field("Expect");
  if (!expect.empty() && !iequals(expect, "100-continue"))
    return refuse(417, "only 100-continue can be expected");
  request.expects_continue = request.is_http11 && !expect.empty();
  return check_framing(request);
}

Refusal refusal_of(beast::error error, bool has_line) {
  switch (error) {
    case beast::error::header_limit:
      return has_line ? Refusal{431, "the fields are too long"}
                      : Refusal{414, "the request line is too long"};
    case beast::error::body_limit:
      return {413, "the body is too long"};
    case beast::error::bad_version:
      return {505, "HTTP/1.1 is spoken here"};
    default:
      return {400, beast::make_error_code(error).message()};
  }
}

}  // namespace

struct RequestParser::State {
  beast::request_parser<beast::string_body> parser;
  Limits limits;
  BodyLimit body_limit;
  Request request;
  std::size_t head_bytes = 0;
  bool has_head = false;

  State(Limits limits_in, BodyLimit body_limit_in)
      : limits(limits_in), body_limit(std::move(body_limit_in)) {
    parser.header_limit(static_cast<std::uint32_t>(limits.head + k_ticket_room));
    // With a limit of its own for each head that is looked at in read_head().
    parser.body_limit(body_limit ? boost::none : boost::optional<std::uint64_t>(limits.body));
    parser.eager(false);
  }

  std::expected<void, Refusal> read_head() {
    has_head = true;
    const auto& message = parser.get();
    request.method = std::string(message.method_string());
    request.is_http11 = message.version() >= 11;
    request.keeps_alive = message.keep_alive();
    std::size_t ticket = 0;
    for (const auto& field : message) {
      request.fields.push_back({std::string(field.name_string()), std::string(field.value())});
      if (field.name() == beast::field::authorization) ticket = field.value().size();
    }
    if (head_bytes - ticket > limits.head || request.fields.size() > k_most_fields)
      return refuse(431, "the fields are too long");
    const auto target = message.target();
    if (auto read = read_target({target.data(), target.size()}, request); !read) return read;
    if (auto checked = check_fields(request); !checked) return checked;
    if (!body_limit) return {};
    const auto most = body_limit(request);
    if (const auto length = parser.content_length(); length && *length > most)
      return refuse(413, "the body is too long");
    parser.body_limit(most);
    return {};
  }

  // One call of the parser: how many bytes it took, and whether it wants more.
  std::expected<std::pair<std::size_t, bool>, Refusal> put(std::string_view input) {
    boost::system::error_code failed;
    const auto used = parser.put(boost::asio::buffer(input.data(), input.size()), failed);
    if (!has_head) head_bytes += used;
    const bool is_hungry = failed == beast::error::need_more;
    if (failed && !is_hungry)
      return std::unexpected(
          refusal_of(static_cast<beast::error>(failed.value()), !parser.get().target().empty()));
    return std::pair(used, is_hungry);
  }
};

RequestParser::RequestParser(Limits limits, BodyLimit body_limit)
    : state_(std::make_unique<State>(limits, std::move(body_limit))) {}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;

std::expected<std::size_t, Refusal> RequestParser::take(std::string_view input) {
  State& state = *state_;
  std::size_t at = 0;
  // RFC 9112, 2.2: empty lines before a request are passed over.
  if (state.head_bytes == 0) {
    while (input.substr(at).starts_with("\r\n")) at += 2;
    if (input.substr(at) == "\r") return at;
  }
  while (!is_done() && at < input.size()) {
    const auto left = input.substr(at);
    if (state.has_head && state.parser.chunked() && left.size() < k_least_chunk) break;
    auto put = state.put(left);
    if (!put) return std::unexpected(std::move(put).error());
    at += put->first;
    if (!state.has_head && state.parser.is_header_done()) {
      if (auto read = state.read_head(); !read) return std::unexpected(std::move(read).error());
      if (state.request.expects_continue) break;  // the caller answers before more is read
      continue;
    }
    if (!put->second) continue;
    if (state.has_head && put->first == 0 && left.size() > k_chunk_line)
      return refuse(400, "the chunks are not in order");
    if (put->first == 0) break;
  }
  return at;
}

bool RequestParser::has_head() const { return state_->has_head; }
bool RequestParser::is_done() const { return state_->has_head && state_->parser.is_done(); }
const Request& RequestParser::request() const { return state_->request; }

Request RequestParser::release() {
  state_->request.body = std::move(state_->parser.get().body());
  return std::move(state_->request);
}

std::string_view Request::field(std::string_view name) const {
  const auto found =
      std::ranges::find_if(fields, [&](const Field& one) { return iequals(one.name, name); });
  return found == fields.end() ? std::string_view() : std::string_view(found->value);
}

std::expected<std::string, Refusal> percent_decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += plus_is_blank && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const bool has_both = i + 2 < text.size();
    const int high = has_both ? hex_value(text[i + 1]) : -1;
    const int low = has_both ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) return refuse(400, "a percent sign without its two digits");
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::string query_parameter(std::string_view query, std::string_view name) {
  for (const auto part : split(query, '&')) {
    const auto equals = std::min(part.find('='), part.size());
    const auto key = percent_decode(part.substr(0, equals), true);
    if (!key || !iequals(*key, name)) continue;
    auto value = percent_decode(part.substr(std::min(equals + 1, part.size())), true);
    return value && is_utf8(*value) ? *std::move(value) : std::string();
  }
  return {};
}

}  // namespace kontor::http::wire
