// SPDX-License-Identifier: GPL-3.0-or-later
// Sessions that wait: what one costs, and how soon it hears of a delivery.
#include <algorithm>
#include <set>
#include <stdexcept>

#include "bench/load_run.hpp"

namespace kontor::bench {
namespace {

// (uidvalidity, highestmodseq) of the answer to SELECT.
std::pair<std::string, std::string> sync_state(const std::vector<std::string>& answer) {
  std::string validity;
  std::string modseq;
  for (const auto& line : answer) {
    for (const auto& [word, into] :
         {std::pair{"[UIDVALIDITY ", &validity}, std::pair{"[HIGHESTMODSEQ ", &modseq}}) {
      const auto at = line.find(word);
      if (at == std::string::npos) continue;
      const auto from = at + std::string_view(word).size();
      *into = line.substr(from, line.find(']', from) - from);
    }
  }
  if (validity.empty() || modseq.empty()) throw std::runtime_error("SELECT without CONDSTORE");
  return {validity, modseq};
}

}  // namespace

void run_idle(const Options& options) {
  const auto addresses = options.addresses();
  {
    auto warm = sign_in(options, addresses.front());
  }
  const Meter meter(options);
  const double before = meter.memory_kb();
  std::vector<Client> sessions;
  double first_of_each = before;  // when every mailbox has one session
  for (std::size_t i = 0; i < options.count; ++i) {
    if (i == addresses.size()) first_of_each = meter.memory_kb();
    auto& imap = sessions.emplace_back(sign_in(options, addresses[i % addresses.size()]));
    imap.command("SELECT INBOX");
    imap.send("idle IDLE\r\n");
    imap.until("+", "");
  }
  if (meter.works()) {
    const double after = meter.memory_kb();
    const auto count = static_cast<double>(options.count);
    const auto further = count - static_cast<double>(std::min(options.count, addresses.size()));
    Figures figures{{"count", count}, {"kb_each", (after - before) / count}};
    if (further > 0) figures.emplace_back("kb_further", (after - first_of_each) / further);
    report(options, "idle", figures);
  }
  Client lmtp(options.host, options.port("lmtp"), false);
  lmtp.expect("", "220");
  lmtp.expect("LHLO load.test\r\n", "250");
  Samples samples;
  Stretch stretch(options);
  const auto deliveries = options.deliveries > 0 ? options.deliveries : addresses.size();
  for (std::size_t number = 0; number < deliveries; ++number) {
    const auto who = number % addresses.size();
    lmtp.expect("MAIL FROM:<load@elsewhere.test> BODY=8BITMIME\r\n", "250");
    lmtp.expect("RCPT TO:<" + addresses[who] + ">\r\n", "250");
    lmtp.expect("DATA\r\n", "354");
    lmtp.expect(make_message(number, options.size) + ".\r\n", "250");
    const auto accepted = Clock::now();
    for (std::size_t i = who; i < sessions.size(); i += addresses.size()) {
      while (sessions[i].line().find(" EXISTS") == std::string::npos) continue;
      samples.add(Clock::now() - accepted);
    }
  }
  stretch.stop();
  report(options, "notification", stretch, samples);
}

// A client that was away while `deliveries` messages (100) changed their flags comes back.
void run_qresync(const Options& options) {
  const std::size_t changes = options.deliveries > 0 ? options.deliveries : 100;
  const auto address = options.addresses().front();
  auto other = sign_in(options, address);
  other.command("SELECT INBOX");
  auto imap = sign_in(options, address);
  std::string capabilities;
  for (const auto& line : imap.command("CAPABILITY")) capabilities += line;
  if (capabilities.find(" QRESYNC") == std::string::npos)
    return report(options, "qresync", {{"missing", 1}});
  imap.command("ENABLE QRESYNC");
  const auto messages = status_of(imap).messages;
  Samples samples;
  Stretch stretch(options);
  for (std::size_t round = 0; round < options.count; ++round) {
    const auto [validity, modseq] = sync_state(imap.command("SELECT INBOX"));
    imap.command("UNSELECT");
    std::set<std::string> changed;
    std::string set;
    for (std::size_t i = 0; i < changes; ++i) {
      const auto number = std::to_string(1 + i * (messages / changes));
      changed.insert(number);
      set += (set.empty() ? "" : ",") + number;
    }
    other.command("STORE " + set + (round % 2 == 0 ? " +" : " -") + "FLAGS.SILENT (bench)");
    std::size_t answers = 0;
    const auto begin = Clock::now();
    for (const auto& line :
         imap.command("SELECT INBOX (QRESYNC (" + validity + " " + modseq + "))")) {
      const auto at = line.find(" FETCH (");
      if (at == std::string::npos) continue;
      answers += changed.contains(line.substr(2, at - 2)) ? 1 : messages;
    }
    samples.add(Clock::now() - begin);
    if (answers != changes) throw std::runtime_error("QRESYNC did not tell exactly the changes");
  }
  stretch.stop();
  report(options, "qresync", stretch, samples);
}

}  // namespace kontor::bench
