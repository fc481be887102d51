// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/load_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace kontor::bench {
namespace {

SSL_CTX* client_context() {
  // The load measures the server; whose certificate it shows is not looked at.
  static SSL_CTX* const context = [] {
    SSL_CTX* made = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(made, SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_read_ahead(made, 1);  // one recv for a record, not one for its head besides
    return made;
  }();
  return context;
}

// Bytes of the literal announced at the end of a line, 0 when there is none.
std::size_t literal_size(std::string_view line) {
  if (line.empty() || line.back() != '}') return 0;
  const auto open = line.rfind('{');
  if (open == std::string_view::npos) return 0;
  const auto digits = line.substr(open + 1, line.size() - open - 2);
  if (digits.empty() || !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
    return 0;
  return std::stoul(std::string(digits));
}

constexpr std::size_t k_piece = 64 * 1024;

}  // namespace

struct Client::State {
  int socket = -1;
  SSL* ssl = nullptr;
  std::vector<char> buffer = std::vector<char>(k_piece);
  std::size_t at = 0;   // what was not yet given out lies from here
  std::size_t end = 0;  // to here
  unsigned tag = 0;

  std::string_view waiting() const { return {buffer.data() + at, end - at}; }
  // Room for another piece behind what waits, which moves to the front.
  void make_room() {
    if (at > 0) {
      std::memmove(buffer.data(), buffer.data() + at, end - at);
      end -= at;
      at = 0;
    }
    if (buffer.size() - end < k_piece) buffer.resize(2 * buffer.size());
  }

  ~State() {
    if (ssl != nullptr) SSL_free(ssl);
    if (socket >= 0) ::close(socket);
  }
};

Client::Client(const std::string& host, unsigned port, bool tls)
    : state_(std::make_unique<State>()) {
  state_->socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1 ||
      ::connect(state_->socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("cannot connect to " + host + ":" + std::to_string(port));
  const int on = 1;
  setsockopt(state_->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!tls) return;
  state_->ssl = SSL_new(client_context());
  SSL_set_fd(state_->ssl, state_->socket);
  if (SSL_connect(state_->ssl) != 1) throw std::runtime_error("TLS handshake failed");
}

Client::~Client() = default;
Client::Client(Client&&) noexcept = default;

void Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = state_->ssl != nullptr
                          ? SSL_write(state_->ssl, bytes.data(), static_cast<int>(bytes.size()))
                          : ::send(state_->socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) throw std::runtime_error("the server closed the connection while we sent");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Client::fill() {
  if (state_->buffer.size() - state_->end < k_piece) state_->make_room();
  char* const to = state_->buffer.data() + state_->end;
  const auto room = state_->buffer.size() - state_->end;
  const auto got = state_->ssl != nullptr
                       ? SSL_read(state_->ssl, to, static_cast<int>(std::min(room, k_piece)))
                       : ::recv(state_->socket, to, room, 0);
  if (got <= 0) throw std::runtime_error("the server closed the connection");
  state_->end += static_cast<std::size_t>(got);
}

std::string_view Client::peek_line() {
  std::size_t part = 0;      // where the current line of a line with literals begins
  std::size_t searched = 0;  // no line end lies before this
  for (;;) {
    auto end = state_->waiting().find("\r\n", searched);
    while (end == std::string_view::npos) {
      const auto had = state_->waiting().size();
      searched = std::max(searched, had > 0 ? had - 1 : 0);
      fill();
      end = state_->waiting().find("\r\n", searched);
    }
    const auto literal = literal_size(state_->waiting().substr(part, end - part));
    if (literal == 0) {
      const auto whole = state_->waiting().substr(0, end);
      state_->at += end + 2;
      return whole;
    }
    part = searched = end + 2 + literal;
    while (state_->waiting().size() < part) fill();
  }
}

std::string_view Client::multi_line() {
  constexpr std::string_view k_end = "\r\n.\r\n";
  std::size_t searched = 0;
  for (;;) {
    const auto waiting = state_->waiting();
    if (waiting.starts_with(".\r\n")) {  // no lines at all
      state_->at += 3;
      return waiting.substr(0, 0);
    }
    const auto end = waiting.find(k_end, searched);
    if (end != std::string_view::npos) {
      state_->at += end + k_end.size();
      return waiting.substr(0, end + 2);
    }
    searched = waiting.size() > k_end.size() ? waiting.size() - k_end.size() : 0;
    fill();
  }
}

std::string Client::line() { return std::string(peek_line()); }

std::vector<std::string> Client::until(std::string_view prefix, std::string_view expected) {
  std::vector<std::string> lines;
  for (;;) {
    auto next = line();
    if (!next.starts_with(prefix)) {
      lines.push_back(std::move(next));
      continue;
    }
    if (!std::string_view(next).substr(prefix.size()).starts_with(expected))
      throw std::runtime_error("expected " + std::string(expected) + ", the server said: " + next);
    return lines;
  }
}

std::vector<std::string> Client::command(std::string_view text) {
  const auto tag = "t" + std::to_string(++state_->tag) + " ";
  send(tag + std::string(text) + "\r\n");
  return until(tag, "OK");
}

void Client::command(std::string_view text, const std::function<void(std::string_view)>& each) {
  const auto tag = "t" + std::to_string(++state_->tag) + " ";
  send(tag + std::string(text) + "\r\n");
  for (;;) {
    const auto next = peek_line();
    if (!next.starts_with(tag)) {
      each(next);
      continue;
    }
    if (!next.substr(tag.size()).starts_with("OK"))
      throw std::runtime_error("expected OK, the server said: " + std::string(next));
    return;
  }
}

void Client::expect(std::string_view bytes, std::string_view code) {
  if (!bytes.empty()) send(bytes);
  for (;;) {
    const auto reply = line();
    if (!reply.starts_with(code))
      throw std::runtime_error("expected " + std::string(code) + ", the server said: " + reply);
    if (reply.size() <= 3 || reply[3] == ' ') return;
  }
}

void Samples::add(std::chrono::steady_clock::duration taken) {
  micros_.push_back(std::chrono::duration<double, std::micro>(taken).count());
}

void Samples::add(const Samples& other) {
  micros_.insert(micros_.end(), other.micros_.begin(), other.micros_.end());
}

double Samples::percentile(double share) {
  if (micros_.empty()) return 0;
  std::ranges::sort(micros_);
  const auto index = static_cast<std::size_t>(share * static_cast<double>(micros_.size() - 1));
  return micros_[index] / 1000.0;
}

}  // namespace kontor::bench
