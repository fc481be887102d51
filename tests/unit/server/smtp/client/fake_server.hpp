// SPDX-License-Identifier: GPL-3.0-or-later
// An SMTP server over a stream in memory that answers as the test says, and fails as it says.
#pragma once
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "base/core/text.hpp"
#include "base/net/line_reader.hpp"
#include "base/net/memory_stream.hpp"
#include "server/smtp/wire/data.hpp"

namespace kontor::smtp::client {

// One server. What it answers to a verb (GREETING, EHLO, HELO, STARTTLS, AUTH, MAIL, RCPT, DATA,
// DOT, BDAT, RSET, QUIT) can be changed; the words in capitals stand for behaviours.
class FakeServer {
 public:
  std::vector<std::string> offers = {"PIPELINING", "SIZE 100000", "8BITMIME", "DSN"};
  std::map<std::string, std::string> replies;  // "HANG", "CLOSE", "GARBAGE", "ENDLESS", "LONGLINE"
  std::map<std::string, std::string> rcpt;     // address to reply
  std::size_t most_recipients = 1'000;         // in one transaction, then 452
  std::string too_many = "452 4.5.3 too many";
  std::size_t most_messages = 1'000;  // then 421 at MAIL
  std::string user_and_password;      // of AUTH, decoded, when it came

  std::vector<std::string> lines;     // commands seen, of all connections
  std::vector<std::string> messages;  // taken, dots undone
  std::size_t connections = 0;

  std::size_t count(std::string_view start) const {
    std::size_t found = 0;
    for (const auto& line : lines)
      if (istarts_with(line, start)) ++found;
    return found;
  }

  Task<void> serve(std::unique_ptr<net::Stream> stream) {
    ++connections;
    net::LineReader reader(*stream);
    std::size_t recipients = 0, taken = 0;
    bool is_open = co_await say(*stream, "GREETING", "220 fake");
    while (is_open) {
      auto read = co_await reader.read_line(100'000, k_patience);
      if (!read) break;
      const std::string line(trim(*read));
      lines.push_back(line);
      const std::string verb = to_upper(std::string_view(line).substr(0, line.find(' ')));
      if (verb == "EHLO") {
        is_open = co_await say(*stream, verb, hello());
      } else if (verb == "MAIL") {
        recipients = 0;
        is_open = co_await say(*stream, taken < most_messages ? verb : "LATE", "250 2.1.0 ok");
      } else if (verb == "RCPT") {
        is_open = co_await say(*stream, verb, rcpt_reply(line, recipients));
      } else if (verb == "DATA") {
        const std::string usual = recipients > 0 ? "354 go" : "503 5.5.1 nobody";
        is_open = co_await say(*stream, verb, usual);
        if (!is_open || !replies.contains(verb) ? recipients == 0 : replies[verb][0] != '3')
          continue;
        is_open = is_open && co_await read_text(*stream, reader);
        ++taken;
      } else if (verb == "BDAT") {
        const auto size = parse_number<std::size_t>(split(line, ' ').at(1)).value_or(0);
        auto chunk = co_await reader.read_exactly(size, k_patience);
        messages.push_back(chunk.value_or("cut"));
        is_open = co_await say(*stream, verb, "250 2.0.0 taken");
      } else if (verb == "STARTTLS") {
        is_open = co_await say(*stream, verb, "220 2.0.0 go");
        if (replies.contains(verb)) continue;
        reader.discard();
        (void)co_await stream->start_tls(nullptr, k_patience);
      } else if (verb == "AUTH") {
        is_open = co_await sign_in(*stream, reader, line);
      } else {
        is_open = co_await say(*stream, verb, verb == "QUIT" ? "221 2.0.0 bye" : "250 2.0.0 ok");
        is_open = is_open && verb != "QUIT";
      }
    }
    co_await stream->close();
  }

 private:
  static constexpr net::Limit k_patience = std::chrono::seconds(120);

  std::string hello() const {
    std::string reply = "250-fake greets";
    for (const auto& offer : offers) reply += "\r\n250-" + offer;
    return reply + "\r\n250 HELP";
  }

  std::string rcpt_reply(const std::string& line, std::size_t& recipients) {
    const auto from = line.find('<') + 1;
    const std::string address = line.substr(from, line.find('>') - from);
    if (const auto found = rcpt.find(address); found != rcpt.end()) return found->second;
    if (recipients >= most_recipients) return too_many;
    if (!replies.contains("RCPT")) ++recipients;
    return "250 2.1.5 ok";
  }

  Task<bool> read_text(net::Stream& stream, net::LineReader& reader) {
    wire::DataDecoder decoder(1U << 26U);
    while (!decoder.is_done()) {
      if (reader.buffered().empty()) {
        auto filled = co_await reader.fill(k_patience);
        if (!filled) co_return false;
      }
      reader.consume(decoder.feed(reader.buffered()));
    }
    EXPECT_FALSE(decoder.has_bare_cr_or_lf());
    const bool is_taken = !replies.contains("DOT") || replies["DOT"][0] == '2';
    if (is_taken) messages.push_back(decoder.take());
    co_return co_await say(stream, "DOT", "250 2.0.0 taken");
  }

  Task<bool> sign_in(net::Stream& stream, net::LineReader& reader, std::string line) {
    EXPECT_TRUE(stream.is_tls());
    const auto words = split(line, ' ');
    if (words.size() == 3) {
      user_and_password = base64_decode(words[2]).value_or("?");
    } else {
      for (int i = 0; i < 2; ++i) {
        (void)co_await stream.write("334 VXNlcm5hbWU6\r\n", k_patience);
        auto answer = co_await reader.read_line(1'000, k_patience);
        user_and_password += "/" + base64_decode(trim(answer.value_or(""))).value_or("?");
      }
    }
    co_return co_await say(stream, "AUTH", "235 2.7.0 welcome");
  }

  // False: the connection is over.
  Task<bool> say(net::Stream& stream, std::string verb, std::string usual) {
    const auto changed = replies.find(verb);
    const std::string what = verb == "LATE"             ? "421 4.7.0 enough"
                             : changed == replies.end() ? usual
                                                        : changed->second;
    if (what == "CLOSE") co_return false;
    if (what == "HANG") {
      std::string waste(100, '\0');
      const std::span<char> space(waste);
      while ((co_await stream.read_some(space, k_patience)).value_or(0) > 0) continue;
      co_return false;
    }
    if (what == "ENDLESS" || what == "LONGLINE") {
      const std::string more = what == "ENDLESS" ? "250-more\r\n" : std::string(1'000, 'x');
      while ((co_await stream.write(more, std::chrono::milliseconds(200))).has_value()) continue;
      co_return false;
    }
    const std::string bytes =
        (what == "GARBAGE" ? std::string("\x16\x03\x01 what?") : what) + "\r\n";
    auto said = co_await stream.write(bytes, k_patience);
    co_return said.has_value() && !what.starts_with("421");
  }
};

}  // namespace kontor::smtp::client
