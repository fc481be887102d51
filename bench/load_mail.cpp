// SPDX-License-Identifier: GPL-3.0-or-later
// Mail that comes in: by LMTP, by SMTP, by APPEND. Each message is waited for and looked for
// afterwards, with its body.
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <thread>

#include "bench/load_run.hpp"

namespace kontor::bench {
namespace {

constexpr std::chrono::seconds k_patience{300};

struct MailClient {
  Client client;
  bool pipelining = false;
};

MailClient mail_client(const Options& options, bool lmtp) {
  MailClient made{Client(options.host, options.port(lmtp ? "lmtp" : "smtp"), false)};
  made.client.expect("", "220");
  made.client.send((lmtp ? "LHLO " : "EHLO ") + options.hello + "\r\n");
  for (bool more = true; more;) {
    const auto line = made.client.line();
    if (!line.starts_with("250")) throw std::runtime_error("the server said: " + line);
    made.pipelining = made.pipelining || line.ends_with("PIPELINING");
    more = line.starts_with("250-");
  }
  return made;
}

// In two groups of commands where the server announces that, as mail servers do (RFC 2920).
void hand_over(MailClient& to,
               const std::string& recipient,
               const std::string& message,
               const std::string& sender = "load@elsewhere.test") {
  const std::string mail = "MAIL FROM:<" + sender + "> BODY=8BITMIME\r\n";
  const std::string rcpt = "RCPT TO:<" + recipient + ">\r\n";
  const std::string data = "DATA\r\n";
  to.client.expect(to.pipelining ? mail + rcpt + data : mail, "250");
  to.client.expect(to.pipelining ? "" : rcpt, "250");
  to.client.expect(to.pipelining ? "" : data, "354");
  to.client.expect(message + ".\r\n", "250");
}

std::function<Worker(unsigned)> senders(const Options& options,
                                        const std::vector<std::string>& addresses,
                                        bool lmtp) {
  return [&options, &addresses, lmtp](unsigned) {
    auto client = std::make_shared<MailClient>(mail_client(options, lmtp));
    return [&options, &addresses, client](std::size_t number) {
      hand_over(*client, addresses[number % addresses.size()], make_message(number, options.size));
    };
  };
}

void append(Client& imap, std::size_t first, std::size_t end, std::size_t size) {
  std::string text = "APPEND INBOX";
  for (auto number = first; number < end; ++number) {
    const auto message = make_message(number, size);
    text += " {" + std::to_string(message.size()) + "+}\r\n" + message;
  }
  imap.command(text);
}

}  // namespace

void run_lmtp(const Options& options) {
  const Arrivals arrivals(options);
  const auto addresses = options.addresses();
  Stretch stretch(options);
  auto samples = run_parallel(options, senders(options, addresses, true));
  stretch.stop();
  arrivals.verify(samples.count());
  report(options, "lmtp", stretch, samples);
}

// SMTP until every message is in its mailbox: a relay in front may still be working after the 250.
void run_smtp(const Options& options) {
  const Arrivals arrivals(options);
  const auto addresses = options.addresses();
  std::vector<Client> watchers;
  std::vector<std::size_t> before;
  for (const auto& address : addresses) {
    watchers.push_back(sign_in(options, address));
    before.push_back(status_of(watchers.back()).messages);
  }
  Stretch accepted(options);
  Stretch visible(options);
  auto samples = run_parallel(options, senders(options, addresses, false));
  accepted.stop();
  const auto end = Clock::now() + k_patience;
  for (std::size_t who = 0; who < addresses.size(); ++who) {
    // Of the numbers below the count, those whose remainder is `who` went to that address.
    const auto sent = (samples.count() + addresses.size() - 1 - who) / addresses.size();
    while (status_of(watchers[who]).messages < before[who] + sent)
      if (Clock::now() > end) throw std::runtime_error("accepted mail is not in the mailboxes");
  }
  visible.stop();
  arrivals.verify(samples.count());
  const auto count = static_cast<double>(samples.count());
  report(options, "smtp", visible, samples, {{"accepted_per_second", count / accepted.seconds()}});
}

// To the 250 and no further: where the messages go from there is not this program's to see.
void run_send(const Options& options) {
  std::string file;
  if (!options.file.empty()) {
    std::ifstream in(options.file, std::ios::binary);
    file.assign(std::istreambuf_iterator<char>(in), {});
    if (!file.ends_with("\r\n")) throw std::runtime_error(options.file + " is no message");
  }
  const auto addresses = options.addresses();
  Stretch stretch(options);
  auto samples = run_parallel(options, [&](unsigned) {
    auto client = std::make_shared<MailClient>(mail_client(options, false));
    return [&, client](std::size_t number) {
      const auto& to = addresses[number % addresses.size()];
      if (file.empty())
        hand_over(*client, to, make_message(number, options.size), options.sender);
      else
        hand_over(*client, to, file, options.sender);
    };
  });
  stretch.stop();
  report(options, "send", stretch, samples);
}

// One message at a time; how long after the 250 another session sees it.
void run_visible(const Options& options) {
  const Arrivals arrivals(options);
  const auto address = options.addresses().front();
  auto imap = sign_in(options, address);
  auto client = mail_client(options, false);
  Samples samples;
  Stretch stretch(options);
  auto seen = status_of(imap).messages;
  for (std::size_t number = 0; number < options.count; ++number) {
    hand_over(client, address, make_message(number, options.size));
    const auto accepted = Clock::now();
    while (status_of(imap).messages == seen)
      if (Clock::now() - accepted > k_patience) throw std::runtime_error("accepted, never seen");
    samples.add(Clock::now() - accepted);
    ++seen;
  }
  stretch.stop();
  arrivals.verify(options.count);
  report(options, "visible", stretch, samples);
}

void run_append(const Options& options) {
  const Arrivals arrivals(options);
  const auto addresses = options.addresses();
  std::vector<std::shared_ptr<Client>> sessions;
  for (unsigned i = 0; i < options.connections; ++i)
    sessions.push_back(std::make_shared<Client>(sign_in(options, addresses[i % addresses.size()])));
  Stretch stretch(options);
  auto samples = run_parallel(options, [&](unsigned i) {
    return [&options, session = sessions[i]](std::size_t number) {
      append(*session, number, number + 1, options.size);
    };
  });
  stretch.stop();
  arrivals.verify(samples.count());
  report(options, "append", stretch, samples);
}

// Brings the first user's INBOX to `count` messages by MULTIAPPEND (RFC 3502); they are the
// messages 0 to count-1 and the sum of their sizes is reported.
void run_fill(const Options& options) {
  constexpr std::size_t k_batch = 100;
  auto imap = sign_in(options, options.addresses().front());
  Samples samples;
  Stretch stretch(options);
  for (auto number = status_of(imap).messages; number < options.count; number += k_batch) {
    const auto begin = Clock::now();
    append(imap, number, std::min(number + k_batch, options.count), options.size);
    samples.add(Clock::now() - begin);
  }
  stretch.stop();
  double bytes = 0;
  for (std::size_t number = 0; number < options.count; ++number)
    bytes += static_cast<double>(make_message(number, options.size).size());
  report(options, "fill", stretch, samples,
         {{"messages", static_cast<double>(options.count)}, {"bytes", bytes}});
}

}  // namespace kontor::bench
