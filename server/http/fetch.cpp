// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/fetch.hpp"

#include <fmt/format.h>

#include "base/core/text.hpp"
#include "base/net/line_reader.hpp"
#include "base/net/waiter.hpp"

namespace kontor::http {
namespace {

constexpr std::size_t k_max_head = 16'384, k_most_addresses = 4;

std::string request_of(const Wanted& wanted, unsigned port) {
  const auto host = port == 443 ? wanted.host : fmt::format("{}:{}", wanted.host, port);
  auto head =
      fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: Kontor\r\nConnection: close\r\n",
                  wanted.type.empty() ? "GET" : "POST", wanted.path, host);
  if (!wanted.type.empty())
    head +=
        fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", wanted.type, wanted.body.size());
  return head + "\r\n" + wanted.body;
}

Task<Result<wire::Reply>> read_reply(net::Stream& stream, std::size_t max_body, SteadyTime end) {
  net::LineReader reader(stream);
  wire::ReplyParser parser(wire::Limits{k_max_head, max_body});
  while (true) {
    KONTOR_CO_TRY(const auto taken, parser.take(reader.buffered()));
    reader.consume(taken);
    if (parser.is_done()) break;
    const auto filled = co_await reader.fill(net::left_until(end));
    if (filled) continue;
    if (filled.error().code() != Errc::closed) co_return fail(filled.error());
    KONTOR_CO_TRY(parser.end());
    break;
  }
  co_return parser.release();
}

}  // namespace

Task<Result<wire::Reply>> fetch(FetchTerms terms, Wanted wanted) {
  const auto end = net::deadline_after(terms.limit);
  KONTOR_CO_TRY(auto found, co_await terms.resolver.addresses(wanted.host));
  if (found.addresses.size() > k_most_addresses) found.addresses.resize(k_most_addresses);
  Result<wire::Reply> last = fail(Errc::unavailable, wanted.host + " has no address");
  for (const auto& address : found.addresses) {
    net::Endpoint to{address, terms.port};
    auto stream = co_await net::connect(std::move(to), std::string(), net::left_until(end));
    if (!stream) {
      last = fail(std::move(stream).error());
      continue;
    }
    auto authorities = terms.authorities;
    auto host = wanted.host;
    const auto secured =
        co_await net::start_client_tls(**stream, std::move(authorities), std::move(host),
                                       net::Verify::certificate, net::left_until(end));
    if (!secured) {
      co_await (*stream)->close();
      last = fail(secured.error());
      continue;
    }
    auto request = request_of(wanted, terms.port);
    const auto sent = co_await (*stream)->write(request, net::left_until(end));
    if (!sent)
      last = fail(sent.error());
    else
      last = co_await read_reply(**stream, terms.max_body, end);
    co_await (*stream)->close();
    co_return last;
  }
  co_return last;
}

Task<Result<std::string>> fetch_text(FetchTerms terms, Wanted wanted) {
  KONTOR_CO_TRY(auto reply, co_await fetch(std::move(terms), std::move(wanted)));
  if (reply.status != 200)
    co_return fail(Errc::bad_input, fmt::format("the answer is {}", reply.status));
  const auto type = reply.field("Content-Type");
  if (!iequals(trim(type.substr(0, type.find(';'))), "text/plain"))
    co_return fail(Errc::bad_input, "the answer is no plain text");
  co_return std::move(reply.body);
}

}  // namespace kontor::http
