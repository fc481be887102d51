// SPDX-License-Identifier: GPL-3.0-or-later
// A blocking line client, plain or TLS, for the load program. One thread each. Throws
// std::runtime_error with a sentence when the server says something that was not expected: a load
// that is not checked measures nothing.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kontor::bench {

class Client {
 public:
  Client(const std::string& host, unsigned port, bool tls);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) = delete;

  void send(std::string_view bytes);
  // The next line without its CRLF. A line that ends in a literal {n} carries the literal's bytes
  // and what follows them.
  std::string line();
  // The same without a copy; valid until the next call.
  std::string_view peek_line();
  // The lines up to one of a single dot, without it, as they came (RFC 1939, 3); valid until the
  // next call.
  std::string_view multi_line();
  // Lines up to the one that starts with `prefix`, which must go on with `expected`.
  std::vector<std::string> until(std::string_view prefix, std::string_view expected);
  // Sends an IMAP command under a fresh tag and gives its untagged lines; anything but OK throws.
  std::vector<std::string> command(std::string_view text);
  // The same with each untagged line handed over as it comes.
  void command(std::string_view text, const std::function<void(std::string_view)>& each);
  // One SMTP or LMTP command or message end; the reply must start with `code`.
  void expect(std::string_view bytes, std::string_view code);

 private:
  struct State;
  void fill();
  std::unique_ptr<State> state_;
};

// Latencies of a run.
class Samples {
 public:
  void add(std::chrono::steady_clock::duration taken);
  void add(const Samples& other);
  std::size_t count() const { return micros_.size(); }
  double percentile(double share);  // milliseconds

 private:
  std::vector<double> micros_;
};

}  // namespace kontor::bench
