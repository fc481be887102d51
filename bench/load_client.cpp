// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/load_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace kontor::bench {
namespace {

SSL_CTX* client_context() {
  // The load measures the server; whose certificate it shows is not looked at.
  static SSL_CTX* const context = [] {
    SSL_CTX* made = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(made, SSL_VERIFY_NONE, nullptr);
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

}  // namespace

struct Client::State {
  int socket = -1;
  SSL* ssl = nullptr;
  std::string buffer;
  std::size_t at = 0;
  unsigned tag = 0;

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
  if (state_->at > 0) {
    state_->buffer.erase(0, state_->at);
    state_->at = 0;
  }
  std::string piece(65536, '\0');
  const auto got = state_->ssl != nullptr
                       ? SSL_read(state_->ssl, piece.data(), static_cast<int>(piece.size()))
                       : ::recv(state_->socket, piece.data(), piece.size(), 0);
  if (got <= 0) throw std::runtime_error("the server closed the connection");
  state_->buffer.append(piece, 0, static_cast<std::size_t>(got));
}

std::string Client::line() {
  std::string whole;
  for (;;) {
    auto end = state_->buffer.find("\r\n", state_->at);
    while (end == std::string::npos) {
      const auto searched = state_->buffer.size() - state_->at;
      fill();
      end = state_->buffer.find("\r\n", state_->at + (searched > 0 ? searched - 1 : 0));
    }
    whole.append(state_->buffer, state_->at, end - state_->at);
    state_->at = end + 2;
    const auto literal = literal_size(whole);
    if (literal == 0) return whole;
    while (state_->buffer.size() - state_->at < literal) fill();
    whole.append("\r\n").append(state_->buffer, state_->at, literal);
    state_->at += literal;
  }
}

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

double cpu_seconds(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto after_name = text.rfind(')');
  if (after_name == std::string::npos) return 0;
  std::istringstream fields(text.substr(after_name + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;  // state .. cmajflt
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double memory_kb(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
  std::string word;
  double value = 0;
  while (file >> word)
    if (word == "Pss:" && file >> value) return value;
  return 0;
}

}  // namespace kontor::bench
