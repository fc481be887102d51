// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/collector/wire.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/core/networks.hpp"
#include "base/core/text.hpp"
#include "base/net/waiter.hpp"

namespace kontor::collector {
namespace {

constexpr net::Limit k_connect = std::chrono::seconds(20);
constexpr net::Limit k_answer = std::chrono::seconds(60);
constexpr std::uint64_t k_slowest = 4'096;  // bytes a second
constexpr std::size_t k_most_addresses = 8;
constexpr std::size_t k_chunk = 65'536;
constexpr std::size_t k_max_said = 300;

Task<Result<std::vector<std::string>>> addresses_of(const std::string& host,
                                                    net::Resolver& resolver) {
  if (const auto numeric = parse_ip_address(host))
    co_return std::vector<std::string>{numeric->text()};
  auto found = co_await resolver.addresses(host);
  if (!found) co_return fail(Errc::unavailable, host + " has no address: " + found.error().text());
  if (found->addresses.empty()) co_return fail(Errc::unavailable, host + " has no address");
  co_return std::move(found->addresses);
}

}  // namespace

std::string said(std::string_view text) {
  auto out = to_valid_utf8(trim(text).substr(0, k_max_said));
  std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return out;
}

Wire::Wire(std::unique_ptr<net::Stream> stream) : stream_(std::move(stream)), reader_(*stream_) {}

Task<Result<std::unique_ptr<Wire>>> Wire::open(const Source& source, const Dial& dial) {
  KONTOR_CO_TRY(const auto addresses, co_await addresses_of(source.host, dial.resolver));
  const auto tries = std::min(addresses.size(), k_most_addresses);
  Error last(Errc::unavailable);
  for (std::size_t i = 0; i < tries; ++i) {
    auto stream =
        co_await dial.connect({addresses[i], source.port_used()}, std::string(), k_connect);
    if (!stream) {
      last = std::move(stream).error();
      continue;
    }
    auto wire = std::make_unique<Wire>(*std::move(stream));
    if (source.tls == Tls::implicit) {
      KONTOR_CO_TRY(co_await wire->start_tls(source, dial));
    }
    co_return wire;
  }
  co_return fail(std::move(last).while_doing(
      fmt::format("connecting to {} port {}", source.host, source.port_used())));
}

Task<Result<void>> Wire::start_tls(const Source& source, const Dial& dial) {
  auto make = [file = source.ca_file] { return net::ClientTlsContext::make(file); };
  auto context = co_await io::on_pool(dial.disk, std::move(make));
  if (!context) co_return fail(std::move(context).error().while_doing(source.ca_file));
  reader_.discard();
  auto done = co_await net::start_client_tls(*stream_, *std::move(context), source.host,
                                             net::Verify::certificate, k_connect);
  if (!done) co_return fail(std::move(done).error().while_doing("TLS with " + source.host));
  co_return Result<void>();
}

Task<Result<std::string>> Wire::line(std::size_t most) {
  auto line = co_await reader_.read_line(most, k_answer);
  if (line) co_return line;
  if (line.error().code() == Errc::limit)
    co_return fail(Errc::limit, "the server sends a line without an end");
  if (line.error().code() == Errc::timed_out)
    co_return fail(Errc::timed_out, "the server does not answer");
  if (line.error().code() == Errc::closed)
    co_return fail(Errc::closed, "the server ended the connection");
  co_return line;
}

Task<Result<std::string>> Wire::bytes(std::uint64_t size) {
  const auto deadline =
      net::deadline_after(k_answer + std::chrono::seconds(static_cast<long>(size / k_slowest)));
  std::string out;
  while (out.size() < size) {
    const auto part = reader_.buffered().substr(
        0, static_cast<std::size_t>(std::min<std::uint64_t>(size - out.size(), k_chunk)));
    out += part;
    reader_.consume(part.size());
    if (!part.empty()) continue;
    const auto filled = co_await reader_.fill(net::left_until(deadline));
    if (!filled && filled.error().code() == Errc::timed_out)
      co_return fail(Errc::timed_out, "the server stops in the middle of a message");
    if (!filled && filled.error().code() == Errc::closed)
      co_return fail(Errc::closed, "the server ended the connection in the middle of a message");
    if (!filled) co_return fail(filled.error());
  }
  co_return out;
}

Task<Result<void>> Wire::send(std::string text) {
  text += "\r\n";
  co_return co_await stream_->write(text, k_answer);
}

Task<void> Wire::close() { co_await stream_->close(); }

}  // namespace kontor::collector
