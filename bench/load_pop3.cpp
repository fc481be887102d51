// SPDX-License-Identifier: GPL-3.0-or-later
// Fetching mail by POP3, message after message, as programs do it: one RETR, its answer, the next.
#include <memory>
#include <stdexcept>

#include "base/core/text.hpp"
#include "bench/load_run.hpp"

namespace kontor::bench {
namespace {

// The number behind "+OK "; throws when the answer is another.
std::size_t number_of(std::string_view line) {
  if (!line.starts_with("+OK ")) throw std::runtime_error("the server said: " + std::string(line));
  const auto words = split(line, ' ');
  return parse_number<std::size_t>(words[1]).value_or(0);
}

// One session with a maildrop that is not empty.
class Maildrop {
 public:
  Maildrop(const Options& options, const std::string& address)
      : client_(options.host, options.port(options.plain ? "pop3" : "pop3s"), !options.plain) {
    ask("");
    ask("USER " + address + "\r\n");
    ask("PASS " + options.password + "\r\n");
    messages_ = number_of(ask("STAT\r\n"));
    if (messages_ == 0) throw std::runtime_error(address + " has no messages");
    ask("LIST\r\n");
    for (auto line = client_.multi_line(); !line.empty();) {
      const auto end = line.find("\r\n");
      sizes_.push_back(*parse_number<std::size_t>(split(line.substr(0, end), ' ')[1]));
      line.remove_prefix(end + 2);
    }
    if (sizes_.size() != messages_) throw std::runtime_error("LIST and STAT differ");
  }

  // The octets of the next message, which must be as many as LIST said.
  std::size_t retrieve_next() {
    at_ = at_ % messages_ + 1;
    ask("RETR " + std::to_string(at_) + "\r\n");
    const auto text = client_.multi_line();
    std::size_t octets = text.size() - (text.starts_with('.') ? 1 : 0);
    for (auto dot = text.find("\r\n."); dot != text.npos; dot = text.find("\r\n.", dot + 2))
      --octets;
    if (octets != sizes_[at_ - 1]) throw std::runtime_error("RETR gave another size than LIST");
    return octets;
  }

 private:
  std::string ask(const std::string& command) {
    client_.send(command);
    auto answer = client_.line();
    if (!answer.starts_with("+OK")) throw std::runtime_error("the server said: " + answer);
    return answer;
  }

  Client client_;
  std::size_t messages_ = 0;
  std::vector<std::size_t> sizes_;
  std::size_t at_ = 0;  // number of the last one
};

}  // namespace

// Each connection goes through the whole INBOX of its user, again and again.
void run_pop3(const Options& options) {
  const auto addresses = options.addresses();
  std::vector<std::shared_ptr<Maildrop>> sessions;
  for (unsigned i = 0; i < options.connections; ++i)
    sessions.push_back(std::make_shared<Maildrop>(options, addresses[i % addresses.size()]));
  std::vector<std::size_t> octets(options.connections);
  Stretch stretch(options);
  auto samples = run_parallel(options, [&](unsigned i) {
    return [&, i](std::size_t) { octets[i] += sessions[i]->retrieve_next(); };
  });
  stretch.stop();
  double sum = 0;
  for (const auto part : octets) sum += static_cast<double>(part);
  report(options, "pop3", stretch, samples,
         {{"mb_per_second", sum / 1e6 / stretch.seconds()},
          {"cpu_ms_per_mb", stretch.cpu_seconds() * 1000 / (sum / 1e6)}});
}

}  // namespace kontor::bench
