// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/text/component.hpp"

#include <gtest/gtest.h>

namespace kontor::calendar {
namespace {

Component one(std::string_view bytes) {
  const auto read = read_components(bytes);
  EXPECT_TRUE(read) << read.error();
  return read && !read->empty() ? read->front() : Component{};
}

std::string fault(std::string_view bytes, const TextLimits& limits = {}) {
  const auto read = read_components(bytes, limits);
  return read ? "read" : read.error();
}

TEST(Component, is_read_as_real_programs_write_it) {
  const auto read =
      one("\xEF\xBB\xBF"
          "begin:vcalendar\n\n"
          "SUMMARY;LANGUAGE=ru;X-A=\"a:b;c,d\",e^'f^^g^n:Прив\r\n ет\\, мир\r\n"
          "item1.EMAIL;HOME:a@b\r\n"
          "DTSTART;:20260101\r\n"
          "BEGIN:VEVENT\r\nEND:VEVENT\r\n"
          "END:VCALENDAR");
  ASSERT_EQ(read.properties.size(), 3U);
  const auto& summary = read.properties[0];
  EXPECT_EQ(summary.value, "Привет\\, мир");
  EXPECT_EQ(unescape_text(summary.value), "Привет, мир");
  EXPECT_EQ(summary.parameter("language"), "ru");
  EXPECT_EQ(summary.find("X-A")->values, (std::vector<std::string>{"a:b;c,d", "e\"f^g\n"}));
  EXPECT_EQ(read.properties[1].group, "item1");
  EXPECT_EQ(read.properties[1].parameter("TYPE"), "HOME");
  EXPECT_EQ(read.value("dtstart"), "20260101");
  EXPECT_EQ(read.components.size(), 1U);
}

TEST(Component, may_be_folded_within_a_character) {
  EXPECT_EQ(one("BEGIN:A\r\nX:\xD0\r\n \x9F\r\nEND:A\r\n").value("X"), "П");
}

TEST(Component, comes_back_as_it_was) {
  Component component{.name = "VEVENT"};
  Property property{.name = "DESCRIPTION",
                    .value = std::string(70, 'a') + "Привет, очень длинный текст без конца и края"};
  property.set("ALTREP", "cid:\"x\"\n^,;");
  property.parameters.push_back({"MEMBER", {"mailto:a@b", "c"}});
  component.properties.push_back(property);
  component.components.push_back({.name = "VALARM"});
  const std::string written = write_component(component);
  std::size_t begin = 0;
  while (begin < written.size()) {
    const auto end = written.find("\r\n", begin);
    EXPECT_LE(end - begin, 75U);
    // No line begins within a character.
    EXPECT_NE(static_cast<unsigned char>(written[begin]) & 0xC0, 0x80);
    EXPECT_NE(static_cast<unsigned char>(written[begin + 1]) & 0xC0, 0x80);
    begin = end + 2;
  }
  EXPECT_EQ(one(written), component);
}

TEST(Component, a_backslash_ends_a_parameter) {
  const auto card = one("BEGIN:A\r\nX;LABEL=\"a\\\";TYPE=home:b\r\nEND:A\r\n");
  ASSERT_EQ(card.properties.at(0).parameters.size(), 2U);
  EXPECT_EQ(one(write_component(card)), card);
}

TEST(Component, is_refused_with_the_line) {
  EXPECT_EQ(fault("X:1\r\n"), "Line 1: X stands outside of a component.");
  EXPECT_EQ(fault("BEGIN:A\r\nX\r\nEND:A\r\n"), "Line 2: there is no ':' behind the name X.");
  EXPECT_EQ(fault("BEGIN:A\r\nX;Y=\"1:\r\nEND:A"), "Line 2: X has a parameter that does not end.");
  EXPECT_EQ(fault("BEGIN:A\r\n;:\r\nEND:A"), "Line 2: the line does not begin with a name.");
  EXPECT_EQ(fault("BEGIN:A\r\nEND:B\r\n"), "Line 2: END:B closes what is not open.");
  EXPECT_EQ(fault("END:A"), "Line 1: END:A closes what is not open.");
  EXPECT_EQ(fault("BEGIN:A\r\nX:1"), "The component A does not end.");
  EXPECT_EQ(fault("BEGIN:"), "Line 1: BEGIN names no component.");
  EXPECT_EQ(fault("BEGIN:A\r\nX:a\xFF\r\nEND:A"), "Line 2: it is not UTF-8.");
  EXPECT_EQ(fault(std::string_view("BEGIN:A\r\nX:a\0b\r\nEND:A", 21)),
            "Line 2: it has control characters.");
}

TEST(Component, is_counted) {
  const TextLimits limits{
      .bytes = 200, .depth = 2, .components = 3, .properties = 2, .parameters = 2, .line = 20};
  const auto within = [](const std::string& inner) { return "BEGIN:A\r\n" + inner + "END:A\r\n"; };
  EXPECT_EQ(fault(within(std::string(300, 'x')), limits), "It is larger than 200 bytes.");
  EXPECT_EQ(fault(within("BEGIN:B\r\nBEGIN:C\r\n"), limits),
            "Line 3: components lie too deep in each other.");
  EXPECT_EQ(fault(within("BEGIN:B\r\nEND:B\r\nBEGIN:B\r\nEND:B\r\nBEGIN:B\r\nEND:B\r\n"), limits),
            "Line 6: there are too many components.");
  EXPECT_EQ(fault(within("X:1\r\nX:1\r\nX:1\r\n"), limits),
            "Line 4: there are too many properties.");
  EXPECT_EQ(fault(within("X;A=1;B=1;C=1:1\r\n"), limits), "Line 2: X has too many parameters.");
  EXPECT_EQ(fault(within("X;A=1,2,3:1\r\n"), limits),
            "Line 2: X has a parameter of too many values.");
  EXPECT_EQ(fault(within("X:123456789\r\n 1234567890\r\n"), limits), "Line 2: it is too long.");
  EXPECT_EQ(fault(within("X:1\r\nX:1\r\n"), limits), "read");
}

TEST(Text, is_escaped_and_back) {
  EXPECT_EQ(escape_text("a,b;c\\d\ne\r\n\x01"), "a\\,b\\;c\\\\d\\ne\\n");
  EXPECT_EQ(unescape_text("a\\,b\\;c\\\\d\\ne\\N\\"), "a,b;c\\d\ne\n\\");
  EXPECT_EQ(split_value("a\\,b,c,,d\\\\,e", ',').size(), 5U);
}

}  // namespace
}  // namespace kontor::calendar
