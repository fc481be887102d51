// SPDX-License-Identifier: GPL-3.0-or-later
// The messages that are sent, and the proof that they arrived.
#include <array>
#include <chrono>
#include <stdexcept>

#include "bench/load_run.hpp"

namespace kontor::bench {
namespace {

// Makes Message-IDs of different runs different.
std::string run_name() {
  static const std::string name =
      std::to_string(std::chrono::system_clock::now().time_since_epoch().count());
  return name;
}

// splitmix64: the same numbers on every machine.
std::size_t mix(std::size_t number) {
  number += 0x9e3779b97f4a7c15U;
  number = (number ^ (number >> 30U)) * 0xbf58476d1ce4e5b9U;
  number = (number ^ (number >> 27U)) * 0x94d049bb133111ebU;
  return number ^ (number >> 31U);
}

// Sizes as mail has them: most near the middle, some four times as large.
std::size_t size_of(std::size_t number, std::size_t middle) {
  static constexpr std::array<std::size_t, 8> k_percent{40, 60, 80, 95, 105, 130, 180, 400};
  return middle * k_percent[mix(number) % k_percent.size()] / 100;
}

std::size_t hash_of(std::string_view text) { return std::hash<std::string_view>()(text); }

std::size_t number_behind(const std::string& line, std::string_view word) {
  const auto at = line.find(word);
  return at == std::string::npos ? 0 : std::stoul(line.substr(at + word.size()));
}

}  // namespace

std::string make_message(std::size_t number, std::size_t size) {
  const auto id = std::to_string(number);
  const auto person = std::to_string(mix(number) % 400);
  std::string text = "Received: from relay" + person + ".elsewhere.test (relay" + person +
                     ".elsewhere.test [192.0.2.25])\r\n\tby mx.example.test with ESMTPS id " + id +
                     ";\r\n\tMon, 2 Nov 2026 10:00:00 +0000\r\n";
  text += "From: =?utf-8?B?0JDQvdC90LA=?= Sender " + person + " <sender" + person +
          "@elsewhere.test>\r\nTo: \"One of you\" <you@example.test>, Team <team@example.test>\r\n";
  if (number % 3 == 0) text += "Cc: Somebody Else <else" + person + "@elsewhere.test>\r\n";
  text += "Subject: Re: message " + id + " about the order of last week\r\nMessage-ID: <" + id +
          "." + run_name() + "@load.test>\r\nIn-Reply-To: <" + std::to_string(number / 2) +
          ".before@load.test>\r\nReferences: <" + std::to_string(number / 4) +
          ".first@load.test> <" + std::to_string(number / 2) + ".before@load.test>\r\n";
  text +=
      "Date: Mon, 2 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nUser-Agent: load\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";
  const auto whole = size_of(number, size);
  std::size_t line = 0;
  do {
    text += "line " + std::to_string(line++) + " of message " + id +
            ": the quick brown fox, и съешь же ещё этих мягких булок\r\n";
  } while (text.size() < whole);
  return text;
}

std::string_view body_of(std::string_view message) {
  const auto end = message.find("\r\n\r\n");
  return end == std::string_view::npos ? std::string_view() : message.substr(end + 4);
}

Status status_of(Client& imap) {
  for (const auto& line : imap.command("STATUS INBOX (MESSAGES UIDNEXT)"))
    if (line.starts_with("* STATUS"))
      return {number_behind(line, "MESSAGES "), number_behind(line, "UIDNEXT ")};
  throw std::runtime_error("no answer to STATUS");
}

Arrivals::Arrivals(const Options& options) : options_(options) {
  for (const auto& address : options.addresses()) {
    auto imap = sign_in(options, address);
    const auto status = status_of(imap);
    inboxes_.push_back({address, status.messages, status.uid_next});
  }
}

void Arrivals::verify(std::size_t count) const {
  std::size_t found = 0;
  std::size_t sum = 0;
  for (const auto& inbox : inboxes_) {
    auto imap = sign_in(options_, inbox.address);
    if (status_of(imap).messages == inbox.messages) continue;
    imap.command("EXAMINE INBOX");
    imap.command("UID FETCH " + std::to_string(inbox.uid_next) + ":* (BODY.PEEK[TEXT])",
                 [&](std::string_view line) {
                   const auto literal = line.find("}\r\n");
                   if (literal == std::string_view::npos) return;
                   const auto open = line.rfind('{', literal);
                   const auto size = std::stoul(std::string(line.substr(open + 1)));
                   sum += hash_of(line.substr(literal + 3, size));
                   ++found;
                 });
  }
  std::size_t wanted = 0;
  for (std::size_t number = 0; number < count; ++number)
    wanted += hash_of(body_of(make_message(number, options_.size)));
  if (found != count)
    throw std::runtime_error("sent " + std::to_string(count) + " messages, found " +
                             std::to_string(found));
  if (sum != wanted) throw std::runtime_error("the bodies that arrived are not those sent");
}

}  // namespace kontor::bench
