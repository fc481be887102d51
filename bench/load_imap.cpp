// SPDX-License-Identifier: GPL-3.0-or-later
// What mail programs do all day: sign in, change flags, look into a large mailbox, read.
#include <algorithm>
#include <memory>
#include <stdexcept>

#include "base/core/text.hpp"
#include "bench/load_run.hpp"

namespace kontor::bench {
namespace {

std::string plain_argument(const std::string& address, const std::string& password) {
  const std::string zero(1, '\0');
  return base64_encode(zero + address + zero + password);
}

std::size_t number_at(std::string_view text, std::string_view word) {
  const auto at = text.find(word);
  if (at == std::string_view::npos) return 0;
  const auto rest = text.substr(at + word.size());
  const auto end = std::ranges::find_if_not(rest, is_digit);
  return parse_number<std::size_t>(rest.substr(0, static_cast<std::size_t>(end - rest.begin())))
      .value_or(0);
}

// The flags of one session's messages as it knows them: UID 1 to k_messages, flagged or not.
struct FlagSession {
  Client imap;
  std::vector<std::size_t> uids;
  std::vector<bool> flagged;
  std::size_t at = 0;

  explicit FlagSession(Client client) : imap(std::move(client)) {
    imap.command("SELECT INBOX");
    refresh([&](std::size_t uid, bool is_flagged) {
      uids.push_back(uid);
      flagged.push_back(is_flagged);
    });
  }
  void refresh(const std::function<void(std::size_t, bool)>& each) {
    for (const auto& line : imap.command("FETCH 1:* (UID FLAGS)"))
      if (line.find(" FETCH (") != std::string::npos)
        each(number_at(line, "UID "), line.find("\\Flagged") != std::string::npos);
  }
  void change_next() {
    const bool add = !flagged[at];
    bool answered = false;
    for (const auto& line : imap.command("UID STORE " + std::to_string(uids[at]) +
                                         (add ? " +" : " -") + "FLAGS (\\Flagged)"))
      answered = answered || (number_at(line, "UID ") == uids[at] &&
                              (line.find("\\Flagged") != std::string::npos) == add);
    if (!answered) throw std::runtime_error("STORE did not answer with the new flags");
    flagged[at] = add;
    at = (at + 1) % uids.size();
  }
};

struct FetchResult {
  std::size_t answers = 0;
  std::size_t bytes = 0;
  std::size_t sizes = 0;  // sum of RFC822.SIZE
  std::size_t last_uid = 0;
};

FetchResult fetch_all(Client& imap, const std::string& items) {
  FetchResult result;
  imap.command("FETCH 1:* " + items, [&](std::string_view line) {
    if (line.find(" FETCH (") == std::string_view::npos) return;
    ++result.answers;
    result.bytes += line.size() + 2;
    const auto uid = number_at(line, "UID ");
    if (uid <= result.last_uid) throw std::runtime_error("UIDs do not ascend");
    result.last_uid = uid;
    result.sizes += number_at(line, "RFC822.SIZE ");
  });
  return result;
}

// Each in a session of its own that has just signed in, as when a mail program starts.
void measure_select(const Options& options) {
  const auto address = options.addresses().front();
  std::vector<Client> sessions;
  for (std::size_t i = 0; i < options.count; ++i) sessions.push_back(sign_in(options, address));
  Samples samples;
  Stretch stretch(options);
  for (auto& imap : sessions) {
    const auto begin = Clock::now();
    imap.command("SELECT INBOX");
    samples.add(Clock::now() - begin);
  }
  stretch.stop();
  report(options, "select", stretch, samples);
}

}  // namespace

// Signs in and out again. With --plain the connections are made before and only AUTHENTICATE is
// measured: what a sign-in costs without the TLS handshake.
void run_login(const Options& options) {
  const auto addresses = options.addresses();
  const auto authenticate = [&](Client& imap, std::size_t number) {
    imap.command("AUTHENTICATE PLAIN " +
                 plain_argument(addresses[number % addresses.size()], options.password));
  };
  const auto connect = [&] {
    Client imap(options.host, options.port("imaps"), true);
    imap.until("* OK", "");
    return imap;
  };
  if (!options.plain) {
    Stretch stretch(options);
    auto samples = run_parallel(options, [&](unsigned) {
      return [&](std::size_t number) {
        auto imap = connect();
        authenticate(imap, number);
        imap.command("LOGOUT");
      };
    });
    stretch.stop();
    return report(options, "login", stretch, samples);
  }
  std::vector<Client> waiting;
  for (std::size_t i = 0; i < options.count; ++i) waiting.push_back(connect());
  Stretch stretch(options);
  auto samples = run_parallel(options, [&](unsigned) {
    return [&](std::size_t number) {
      authenticate(waiting[number], number);
      waiting[number].command("NOOP");
    };
  });
  stretch.stop();
  report(options, "login without handshake", stretch, samples);
}

// Changes of one flag one by one, each connection in its own account.
void run_store(const Options& options) {
  const auto addresses = options.addresses();
  if (addresses.size() < options.connections)
    throw std::runtime_error("store needs as many users as connections");
  std::vector<std::shared_ptr<FlagSession>> sessions;
  for (unsigned i = 0; i < options.connections; ++i) {
    sessions.push_back(std::make_shared<FlagSession>(sign_in(options, addresses[i])));
    if (sessions[i]->uids.empty()) throw std::runtime_error(addresses[i] + " has no messages");
  }
  Stretch stretch(options);
  auto samples = run_parallel(options, [&](unsigned i) {
    return [session = sessions[i]](std::size_t) { session->change_next(); };
  });
  stretch.stop();
  for (unsigned i = 0; i < options.connections; ++i) {
    const FlagSession fresh(sign_in(options, addresses[i]));
    if (fresh.uids != sessions[i]->uids || fresh.flagged != sessions[i]->flagged)
      throw std::runtime_error("another session sees other flags than were set");
  }
  report(options, "store", stretch, samples);
}

// The first user's INBOX, selected and fetched as a whole.
void run_fetch(const Options& options) {
  auto imap = sign_in(options, options.addresses().front());
  const auto messages = status_of(imap).messages;
  imap.command("SELECT INBOX");
  measure_select(options);
  const std::vector<std::pair<std::string, std::string>> kinds{
      {"fetch flags", "(UID FLAGS)"},
      {"fetch full", "(UID FLAGS ENVELOPE BODYSTRUCTURE INTERNALDATE RFC822.SIZE)"}};
  for (const auto& [name, items] : kinds) {
    Samples samples;
    FetchResult result;
    double first = 0;
    Stretch stretch(options);
    for (std::size_t i = 0; i < options.count; ++i) {
      const auto begin = Clock::now();
      result = fetch_all(imap, items);
      const auto taken = Clock::now() - begin;
      samples.add(taken);
      if (i == 0) first = std::chrono::duration<double, std::milli>(taken).count();
      if (result.answers != messages)
        throw std::runtime_error("FETCH gave " + std::to_string(result.answers) + " of " +
                                 std::to_string(messages));
    }
    stretch.stop();
    report(options, name, stretch, samples,
           {{"first_ms", first},
            {"messages", static_cast<double>(messages)},
            {"bytes", static_cast<double>(result.bytes)},
            {"sizes", static_cast<double>(result.sizes)}});
  }
}

// Whole messages of the first user's INBOX, which run_fill() made, in ranges of 100 a command.
void run_bodies(const Options& options) {
  constexpr std::size_t k_range = 100;
  const auto address = options.addresses().front();
  std::vector<std::shared_ptr<Client>> sessions;
  for (unsigned i = 0; i < options.connections; ++i) {
    sessions.push_back(std::make_shared<Client>(sign_in(options, address)));
    sessions[i]->command("EXAMINE INBOX");
  }
  const auto messages = status_of(*sessions[0]).messages;
  if (messages < k_range) throw std::runtime_error("the mailbox is too small for this load");
  std::vector<std::size_t> bytes(options.connections);
  Stretch stretch(options);
  auto samples = run_parallel(options, [&](unsigned i) {
    return [&, i](std::size_t number) {
      const auto first = (number * k_range) % (messages - k_range + 1);
      std::size_t at = first;
      const auto range = std::to_string(first + 1) + ":" + std::to_string(first + k_range);
      sessions[i]->command("FETCH " + range + " (BODY.PEEK[])", [&](std::string_view line) {
        const auto literal = line.find("}\r\n");
        if (literal == std::string_view::npos) return;
        const auto size = number_at(line.substr(line.rfind('{', literal)), "{");
        const auto text = line.substr(literal + 3, size);
        if (!text.ends_with("\r\n") ||
            text.find("Subject: Re: message " + std::to_string(at) + " ") == text.npos)
          throw std::runtime_error("message " + std::to_string(at) + " came back as another");
        bytes[i] += size;
        ++at;
      });
      if (at != first + k_range) throw std::runtime_error("a body is missing");
    };
  });
  stretch.stop();
  double sum = 0;
  for (const auto part : bytes) sum += static_cast<double>(part);
  report(options, "bodies", stretch, samples,
         {{"mb_per_second", sum / 1e6 / stretch.seconds()},
          {"cpu_ms_per_mb", stretch.cpu_seconds() * 1000 / (sum / 1e6)}});
}

}  // namespace kontor::bench
