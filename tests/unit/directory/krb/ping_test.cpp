// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/krb/ping.hpp"

#include <gtest/gtest.h>

#include "base/core/text.hpp"

namespace kontor::directory {
namespace {

// What a controller of a.b in site Near said to a machine in site Far: opcode 23, flags, a GUID,
// then names as DNS writes them, the later ones pointing into the first ([MS-ADTS] 6.3.1.9).
const std::string k_netlogon = hex_decode(
                                   "17000000bd110000"
                                   "000102030405060708090a0b0c0d0e0f"
                                   "0161016200"
                                   "c018"
                                   "03646331c018"
                                   "014100"
                                   "0344433100"
                                   "00"
                                   "044e65617200"
                                   "0346617200"
                                   "05000000ffffffff")
                                   .value_or("");

std::string in_message(std::string_view value) {
  const auto wrap = [](char tag, const std::string& content) {
    return std::string{tag, static_cast<char>(content.size())} + content;
  };
  const std::string set = wrap('\x31', wrap('\x04', std::string(value)));
  const std::string attribute = wrap('\x30', wrap('\x04', "NetLogon") + set);
  const std::string entry = wrap('\x64', wrap('\x04', "") + wrap('\x30', attribute));
  return wrap('\x30', wrap('\x02', "\x01") + entry);
}

TEST(Ping, AsksTheRootEntryForNetlogon) {
  EXPECT_EQ(hex_encode(encode_ping("a.b")),
            "3045020101"
            "6340"
            "0400"
            "0a0100"
            "0a0100"
            "020100"
            "020100"
            "010100"
            "a021"
            "a310"
            "0409446e73446f6d61696e"
            "0403612e62"
            "a30d"
            "04054e74566572"
            "040406000000"
            "300a"
            "04086e65746c6f676f6e");
}

TEST(Ping, TellsTheSites) {
  const auto answer = parse_ping_answer(in_message(k_netlogon));
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->domain, "a.b");
  EXPECT_EQ(answer->site, "Near");
  EXPECT_EQ(answer->client_site, "Far");
}

TEST(Ping, AnAnswerWithoutTheAttributeIsAnAnswer) {
  const auto done = parse_ping_answer(hex_decode("300c02010165070a010004000400").value_or(""));
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_TRUE(done->client_site.empty());
  EXPECT_TRUE(parse_ping_answer(hex_decode("3009020101640404003000").value_or("")));
}

TEST(Ping, DamagedAnswersAreRefused) {
  for (std::size_t size = 0; size < k_netlogon.size() - 8; ++size)
    EXPECT_FALSE(parse_netlogon(k_netlogon.substr(0, size))) << size;
  const std::string message = in_message(k_netlogon);
  for (std::size_t size = 0; size < message.size(); ++size)
    EXPECT_FALSE(parse_ping_answer(std::string_view(message).substr(0, size))) << size;
  std::string loop = k_netlogon;
  loop[24] = '\xc0';
  loop[25] = '\x18';  // a name that points at itself
  EXPECT_FALSE(parse_netlogon(loop));
}

}  // namespace
}  // namespace kontor::directory
