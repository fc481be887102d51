// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/core/crc32c.hpp"

#include "server/collector/source.hpp"
#include "server/collector/state.hpp"

namespace kontor::collector {
namespace {

Source example() {
  Source out;
  out.name = "provider";
  out.id = Uuid::random();
  out.protocol = Protocol::pop3;
  out.host = "mail.provider.test";
  out.port = 1'995;
  out.ca_file = "/etc/ssl/provider ca.pem";
  out.user = "Анна";
  out.password = " \\\"пароль ";
  out.is_move = out.only_new = out.is_multidrop = out.is_paused = true;
  out.interval = std::chrono::seconds(77);
  out.limit = 5;
  out.max_size = 123'456;
  out.to = "anna@example.test";
  out.fields = {"X-Envelope-To", "Received"};
  out.hops = 3;
  return out;
}

TEST(CollectorSource, IsReadAsItWasWritten) {
  const auto text = format_source(example());
  const auto read = parse_source(text);
  ASSERT_TRUE(read.has_value()) << read.error().text();
  EXPECT_EQ(format_source(*read), text);
  EXPECT_EQ(read->password, example().password);
  EXPECT_EQ(read->fields, example().fields);
  EXPECT_EQ(text.find(example().password), std::string::npos);
}

TEST(CollectorSource, EachCutAndEachChangedByteIsRefused) {
  const auto text = format_source(example());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto cut = parse_source(text.substr(0, i));
    ASSERT_FALSE(cut.has_value()) << i;
    auto changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    ASSERT_FALSE(parse_source(changed).has_value()) << i;
  }
}

TEST(CollectorSource, ALaterVersionIsToldApart) {
  EXPECT_EQ(parse_source("kontor-collector 2\n").error().code(), Errc::unsupported);
  EXPECT_EQ(parse_source("hello\n").error().code(), Errc::corrupt);
  EXPECT_EQ(parse_state("kontor-collector-state 3\n").error().code(), Errc::unsupported);
  EXPECT_EQ(parse_state("").error().code(), Errc::corrupt);
}

TEST(CollectorState, TheFirstVersionIsReadAndWrittenAsTheSecond) {
  State state;
  state.source = Uuid::random();
  state.has_begun = true;
  state.notes["a"] = {Note::Kind::taken, 0, {}, 4'711, "0123456789abcdef"};
  state.notes["b"] = {Note::Kind::deleting, 1, UtcSeconds(std::chrono::seconds(5))};
  const auto text = format_state(state);
  ASSERT_TRUE(parse_state(text).has_value());
  EXPECT_EQ(*parse_state(text), state);
  std::string first = "kontor-collector-state 1\nsource " + state.source.text() +
                      "\nbegun yes\nvalidity \nhigh 0\ntotal 0\ntaken 0 0 61\n";
  first += fmt::format("end 1 {:08x}\n", crc32c(first));
  const auto read = parse_state(first);
  ASSERT_TRUE(read.has_value()) << read.error().text();
  EXPECT_EQ(read->notes.at("a"), Note());
  EXPECT_FALSE(parse_state(first + ' ').has_value());
}

TEST(CollectorState, APrintTellsMessagesApart) {
  const std::string one = "Message-ID: <1@a>\r\nDate: x\r\nSubject: s\r\n\r\nbody";
  EXPECT_EQ(print_of(one), print_of("Received: y\r\n" + one + " more"));
  EXPECT_NE(print_of(one), print_of("Message-ID: <2@a>\r\nDate: x\r\nSubject: s\r\n\r\n"));
  EXPECT_EQ(print_of("").size(), 16U);
}

TEST(CollectorSource, PortsFollowProtocolAndTls) {
  Source source;
  EXPECT_EQ(source.port_used(), 993U);
  source.tls = Tls::starttls;
  EXPECT_EQ(source.port_used(), 143U);
  source.protocol = Protocol::pop3;
  EXPECT_EQ(source.port_used(), 110U);
  source.tls = Tls::implicit;
  EXPECT_EQ(source.port_used(), 995U);
}

TEST(CollectorSource, ValuesThatCannotBeAreRefused) {
  Source source;
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, std::string>>{{"name", "Ä"},
                                                        {"name", ".."},
                                                        {"name", ""},
                                                        {"protocol", "smtp"},
                                                        {"tls", "maybe"},
                                                        {"port", "70000"},
                                                        {"interval", "1"},
                                                        {"interval", "-5"},
                                                        {"limit", "x"},
                                                        {"hops", "0"},
                                                        {"fields", "A,,B"},
                                                        {"fields", "A:B"},
                                                        {"user", "a\nb"},
                                                        {"password", "0"},
                                                        {"password", "610a62"},
                                                        {"multidrop", "1"},
                                                        {"something", "1"},
                                                        {"host", std::string(2'000, 'x')}})
    EXPECT_EQ(set_value(source, key, value).error().code(), Errc::bad_input) << key << value;
  source = example();
  EXPECT_TRUE(check_source(source).has_value());
  source.to = "anna";
  EXPECT_FALSE(check_source(source).has_value());
}

TEST(CollectorState, IsReadAsItWasWritten) {
  State state;
  state.source = Uuid::random();
  state.has_begun = true;
  state.validity = "77";
  state.high = 4'000'000'000;
  state.total = 12;
  state.notes["a b\xFF"] = {Note::Kind::waiting, 3,
                            UtcSeconds(std::chrono::seconds(1'793'268'000))};
  state.notes["x"] = {Note::Kind::deleting, 0, {}};
  state.notes["y"] = {Note::Kind::kept, 0, {}};
  state.notes["z"] = {Note::Kind::taken, 0, {}};
  const auto text = format_state(state);
  const auto read = parse_state(text);
  ASSERT_TRUE(read.has_value()) << read.error().text();
  EXPECT_TRUE(*read == state);
  for (std::size_t i = 0; i < text.size(); ++i) {
    ASSERT_FALSE(parse_state(text.substr(0, i)).has_value()) << i;
    auto changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    ASSERT_FALSE(parse_state(changed).has_value()) << i;
  }
}

TEST(CollectorState, PausesGrowToADay) {
  const UtcSeconds now(std::chrono::seconds(1'000));
  EXPECT_EQ(next_try(1, now) - now, std::chrono::minutes(5));
  EXPECT_EQ(next_try(3, now) - now, std::chrono::minutes(20));
  EXPECT_EQ(next_try(4'000'000'000, now) - now, std::chrono::hours(24));
}

}  // namespace
}  // namespace kontor::collector
