// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/frame.hpp"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "server/admin/render.hpp"

namespace kontor::admin {
namespace {

TEST(AdminFrame, LengthsGoMostSignificantByteFirst) {
  const auto frame = make_frame(std::string(258, 'x'));
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->substr(0, 4), std::string("\0\0\1\2", 4));
  EXPECT_EQ(frame_length(frame->substr(0, 4), 258).value(), 258U);
  EXPECT_EQ(frame_length(frame->substr(0, 4), 257).error().code(), Errc::limit);
  EXPECT_EQ(frame_length("\xFF\xFF\xFF\xFF", 1'000).error().code(), Errc::limit);
  EXPECT_EQ(frame_length("abc", 1'000).error().code(), Errc::bad_input);
}

TEST(AdminFrame, RequestsComeBackAsTheyWere) {
  const NamedRequest request{"deliver",
                             {{"anna@example.test", "Анна"},
                              std::string("\0\xFF\r\n", 4),
                              {{"--all", ""}, {"--folder", "Папка"}}}};
  const auto again = parse_request(print_request(request));
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->verb, request.verb);
  EXPECT_EQ(again->request.arguments, request.request.arguments);
  EXPECT_EQ(again->request.payload, request.request.payload);
  EXPECT_EQ(again->request.options, request.request.options);
}

TEST(AdminFrame, RefusesWhatIsNoRequest) {
  for (const std::string_view bad :
       {"", "[]", "{", "{}", R"({"verb":1,"arguments":[]})", R"({"verb":"x"})",
        R"({"verb":"x","arguments":{}})", R"({"verb":"x","arguments":[1]})",
        R"({"verb":"x","arguments":[],"payload":1})", R"({"verb":"x","arguments":[],"options":[]})",
        R"({"verb":"x","arguments":[],"options":{"--all":true}})",
        R"({"verb":"x","arguments":[],"payload":"!"})", "{\"verb\":\"\xFF\",\"arguments\":[]}"})
    EXPECT_FALSE(parse_request(bad).has_value()) << bad;
  EXPECT_FALSE(parse_request(std::string(100'000, '[')).has_value());
}

TEST(AdminFrame, AnswersComeBackAsTheyWere) {
  const Answer good = boost::json::value("text");
  EXPECT_EQ(parse_answer(print_answer(good)).value(), *good);
  const Answer bad = fail(Errc::no_space, "why");
  const auto again = parse_answer(print_answer(bad));
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code(), Errc::no_space);
  EXPECT_EQ(again.error().detail(), "why");
  for (const std::string_view text : {"", "{}", "1", R"({"error":1})", R"({"error":{"code":1}})"})
    EXPECT_EQ(parse_answer(text).error().code(), Errc::bad_input) << text;
}

TEST(AdminRender, ShowsListsAsTablesThatLineUp) {
  const auto rows = boost::json::parse(
      R"([{"name":"Анна","up_seconds":1,"tls":true},{"name":"b","up_seconds":20,"tls":false}])");
  EXPECT_EQ(render(rows), "NAME  UP SECONDS  TLS\nАнна  1           yes\nb     20          no\n");
  EXPECT_EQ(render(boost::json::array()), "(none)\n");
}

TEST(AdminRender, ShowsObjectsLineByLine) {
  const auto object = boost::json::parse(
      R"({"name":"x","people":[{"a":"1","b":"2"}],"addresses":["p","q"],"none":[],"settings":"a\nb\n"})");
  EXPECT_EQ(render(object),
            "name: x\npeople:\n  A  B\n  1  2\naddresses:\n  p\n  q\nnone:\n  (none)\na\nb\n");
  EXPECT_EQ(render(boost::json::object()), "done\n");
}

TEST(AdminRender, PaintsNoTerminal) {
  EXPECT_EQ(render(boost::json::parse(R"({"name":"\u001b[31mred\r\u007f"})")),
            "name: ?[31mred??\n");
}

}  // namespace
}  // namespace kontor::admin
