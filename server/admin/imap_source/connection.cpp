// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/imap_source/connection.hpp"

#include <netdb.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <set>
#include <utility>

#include "base/core/text.hpp"
#include "base/net/connect.hpp"
#include "base/net/line_reader.hpp"

namespace kontor::admin::imap_source {
namespace {

constexpr net::Limit k_connect_limit = std::chrono::seconds(30);
constexpr net::Limit k_limit = std::chrono::minutes(5);
constexpr std::size_t k_max_line = 1U << 20U;
constexpr std::size_t k_max_response = 8U << 20U;  // beside its literals

Result<std::vector<net::Endpoint>> addresses_of(const Peer& peer) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int outcome = ::getaddrinfo(peer.host.c_str(), peer.port.c_str(), &hints, &found);
  if (outcome != 0) return fail(Errc::unavailable, peer.host + ": " + ::gai_strerror(outcome));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, &::freeaddrinfo);
  std::vector<net::Endpoint> out;
  for (const auto* one = found; one != nullptr; one = one->ai_next) {
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> port{};
    if (::getnameinfo(one->ai_addr, one->ai_addrlen, host.data(), host.size(), port.data(),
                      port.size(), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
      continue;
    out.push_back({host.data(), parse_number<unsigned>(std::string_view(port.data())).value_or(0)});
  }
  return out;
}

}  // namespace

struct ImapConnection::State {
  boost::asio::io_context context;
  std::unique_ptr<net::Stream> stream;
  std::unique_ptr<net::LineReader> reader;
  std::set<std::string, std::less<>> capabilities;  // in capitals
  unsigned number = 0;

  // Runs a task to its end on this thread.
  template <class T>
  T run(Task<T> task) {
    auto result = boost::asio::co_spawn(context, std::move(task), boost::asio::use_future);
    context.restart();
    context.run();
    return result.get();
  }

  Task<Result<Reply>> receive(std::uint64_t most) {
    std::string bytes;
    std::uint64_t literals = 0;
    for (;;) {
      KONTOR_CO_TRY(const auto line, co_await reader->read_line(k_max_line, k_limit));
      bytes += line;
      const auto size = literal_behind(line);
      if (!size) break;
      literals += *size;
      if (literals > most) co_return fail(Errc::limit, "the server sends more than was asked for");
      KONTOR_CO_TRY(const auto literal, co_await reader->read_exactly(*size, k_limit));
      bytes += literal;
      if (bytes.size() - literals > k_max_response)
        co_return fail(Errc::limit, "a response of the server is too long");
    }
    co_return parse_reply(bytes);
  }

  Result<Reply> next(std::uint64_t most) {
    KONTOR_TRY(auto reply, run(receive(most)));
    if (reply.tag == "*" && reply.name == "BYE" && number == 0)
      return fail(Errc::unavailable, "the server says: " + to_valid_utf8(reply.text));
    note_capabilities(reply);
    return reply;
  }

  void note_capabilities(const Reply& reply) {
    if (istarts_with(reply.code, "CAPABILITY ")) {
      capabilities.clear();
      for (const auto word : split(reply.code, ' ')) capabilities.insert(to_upper(word));
    }
    if (reply.tag != "*" || reply.name != "CAPABILITY") return;
    capabilities.clear();
    for (const auto& value : reply.values) capabilities.insert(to_upper(value.text));
  }

  Result<void> send(std::string_view bytes) { return run(stream->write(bytes, k_limit)); }

  Task<Result<void>> begin_tls(const Peer& peer) {
    KONTOR_CO_TRY(auto context_of_tls, net::ClientTlsContext::make(peer.ca_file));
    const auto verify = peer.verify ? net::Verify::certificate : net::Verify::none;
    co_return co_await net::start_client_tls(*stream, std::move(context_of_tls), peer.host, verify,
                                             k_connect_limit);
  }

  Result<void> start_tls(const Peer& peer) {
    if (auto begun = run(begin_tls(peer)); !begun)
      return fail(Error(begun.error())
                      .while_doing("TLS with " + peer.host +
                                   " (--ca-file names its authority, --no-verify does not ask)"));
    reader->discard();
    return {};
  }
};

ImapConnection::ImapConnection(std::unique_ptr<State> state) : state_(std::move(state)) {}
ImapConnection::ImapConnection(ImapConnection&&) noexcept = default;

ImapConnection::~ImapConnection() {
  if (state_ && state_->stream) state_->run(state_->stream->close());
}

Result<Peer> parse_peer(std::string_view text) {
  Peer out;
  auto host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos)
      return fail(Errc::bad_input, "--imap wants HOST or HOST:PORT");
    host = text.substr(1, end - 1);
    if (text.substr(end + 1).starts_with(':')) port = text.substr(end + 2);
  } else if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  if (!port.empty()) out.port = port;
  out.host = host;
  if (host.empty() || !parse_number<std::uint16_t>(out.port))
    return fail(Errc::bad_input, "--imap wants HOST or HOST:PORT");
  if (out.port == "993") out.tls = Peer::Tls::implicit;
  return out;
}

Result<ImapConnection> ImapConnection::open(const Peer& peer) {
  KONTOR_TRY(const auto addresses, addresses_of(peer));
  auto state = std::make_unique<State>();
  Result<std::unique_ptr<net::Stream>> connected = fail(Errc::unavailable, "no address");
  for (const auto& address : addresses) {
    connected = state->run(net::connect(address, {}, k_connect_limit));
    if (connected) break;
  }
  if (!connected) return fail(Error(connected.error()).while_doing(peer.host + ':' + peer.port));
  state->stream = *std::move(connected);
  state->reader = std::make_unique<net::LineReader>(*state->stream);
  if (peer.tls == Peer::Tls::implicit) {
    KONTOR_TRY(state->start_tls(peer));
  }
  KONTOR_TRY(const auto greeting, state->next(0));
  if (greeting.name != "OK" && greeting.name != "PREAUTH")
    return fail(Errc::bad_input, peer.host + " is no IMAP server");
  ImapConnection out(std::move(state));
  const auto nothing = [](Reply) { return Result<void>(); };
  KONTOR_TRY(out.command("CAPABILITY", nothing));
  if (peer.tls != Peer::Tls::starttls) return out;
  if (!out.can("STARTTLS"))
    return fail(Errc::unsupported, peer.host + " offers no STARTTLS: use port 993 with --tls " +
                                       "implicit, or --tls none on a network that you trust");
  KONTOR_TRY(out.command("STARTTLS", nothing));
  KONTOR_TRY(out.state_->start_tls(peer));
  KONTOR_TRY(out.command("CAPABILITY", nothing));
  return out;
}

bool ImapConnection::can(std::string_view capability) const {
  return state_->capabilities.contains(capability);
}

std::string ImapConnection::argument(std::string_view name) {
  // Names in a listing are ASCII (modified UTF-7) or, of newer servers, UTF-8 in quotes.
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    if (c != '\r' && c != '\n' && c != '\0') out += c;
  }
  return out + '"';
}

Result<Reply> ImapConnection::command(std::string_view text, const Each& each, std::uint64_t most) {
  const auto tag = "k" + std::to_string(++state_->number);
  KONTOR_TRY(state_->send(tag + ' ' + std::string(text) + "\r\n"));
  for (;;) {
    KONTOR_TRY(auto reply, state_->next(most));
    if (reply.tag == "*") {
      if (reply.name == "BYE")
        return fail(Errc::closed, "the server says: " + to_valid_utf8(reply.text));
      KONTOR_TRY(each(std::move(reply)));
    } else if (reply.tag == tag) {
      if (reply.name == "OK") return reply;
      const auto verb = std::string(text.substr(0, text.find(' ')));
      return fail(Errc::bad_input, verb + ": the server says: " + to_valid_utf8(reply.text));
    } else if (reply.tag == "+") {
      return fail(Errc::bad_input, "the server waits for more where nothing more belongs");
    }
  }
}

Result<void> ImapConnection::sign_in(const Login& login) {
  const auto nothing = [](Reply) { return Result<void>(); };
  const auto refused = [](const Error& error) {
    if (error.code() != Errc::bad_input) return error;
    return Error(Errc::auth_failed, error.detail());
  };
  const bool is_master = !login.authzid.empty();
  const auto user = quoted(login.user), password = quoted(login.password);
  if (!is_master && user && password && !can("LOGINDISABLED")) {
    const auto done = command("LOGIN " + *user + ' ' + *password, nothing);
    if (!done) return fail(refused(done.error()));
  } else if (can("AUTH=PLAIN")) {
    // RFC 4616; the initial response behind "+" where the server has no SASL-IR (RFC 4959).
    const auto secret = base64_encode(login.authzid + '\0' + login.user + '\0' + login.password);
    if (can("SASL-IR")) {
      const auto done = command("AUTHENTICATE PLAIN " + secret, nothing);
      if (!done) return fail(refused(done.error()));
    } else {
      const auto tag = "k" + std::to_string(++state_->number);
      KONTOR_TRY(state_->send(tag + " AUTHENTICATE PLAIN\r\n"));
      for (bool sent = false;;) {
        KONTOR_TRY(const auto reply, state_->next(0));
        if (reply.tag == "+" && !std::exchange(sent, true)) {
          KONTOR_TRY(state_->send(secret + "\r\n"));
        } else if (reply.tag == tag && reply.name == "OK") {
          break;
        } else if (reply.tag == tag || reply.name == "BYE") {
          return fail(Errc::auth_failed, "the server says: " + to_valid_utf8(reply.text));
        }
      }
    }
  } else {
    return fail(Errc::unsupported, "the server takes no password here (neither LOGIN nor PLAIN)");
  }
  KONTOR_TRY(command("CAPABILITY", nothing));
  return {};
}

}  // namespace kontor::admin::imap_source
