// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/message.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>

namespace kontor::mime {
namespace {

// "multipart/mixed[text/plain message/rfc822[text/plain]]"
std::string shape(const Message& message, std::uint32_t index = 0) {
  const Part& part = message.parts[index];
  std::string out = part.type + "/" + part.subtype;
  if (part.children.empty()) return out;
  out += "[";
  for (const auto child : part.children)
    out += (child == part.children.front() ? "" : " ") + shape(message, child);
  return out + "]";
}

std::string body(std::string_view raw, std::uint32_t index) {
  return std::string(parse(raw, {}).parts[index].body.of(raw));
}

std::string multipart(std::string_view boundary, std::string_view body) {
  return "Content-Type: multipart/mixed; boundary=\"" + std::string(boundary) + "\"\r\n\r\n" +
         std::string(body);
}

// RFC 2046, 5.1.1, word for word.
constexpr std::string_view k_rfc2046 =
    "From: Nathaniel Borenstein <nsb@bellcore.com>\r\n"
    "To: Ned Freed <ned@innosoft.com>\r\n"
    "Date: Sun, 21 Mar 1993 23:56:48 -0800 (PST)\r\n"
    "Subject: Sample message\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-type: multipart/mixed; boundary=\"simple boundary\"\r\n"
    "\r\n"
    "This is the preamble.  It is to be ignored, though it\r\n"
    "is a handy place for composition agents to include an\r\n"
    "explanatory note to non-MIME conformant readers.\r\n"
    "\r\n"
    "--simple boundary\r\n"
    "\r\n"
    "This is implicitly typed plain US-ASCII text.\r\n"
    "It does NOT end with a linebreak.\r\n"
    "--simple boundary\r\n"
    "Content-type: text/plain; charset=us-ascii\r\n"
    "\r\n"
    "This is explicitly typed plain US-ASCII text.\r\n"
    "It DOES end with a linebreak.\r\n"
    "\r\n"
    "--simple boundary--\r\n"
    "\r\n"
    "This is the epilogue.  It is also to be ignored.\r\n";

TEST(MimeMessage, reads_the_example_of_rfc_2046) {
  const Message message = parse(k_rfc2046, {});
  EXPECT_EQ(shape(message), "multipart/mixed[text/plain text/plain]");
  EXPECT_EQ(body(k_rfc2046, 1),
            "This is implicitly typed plain US-ASCII text.\r\n"
            "It does NOT end with a linebreak.");
  EXPECT_EQ(message.parts[1].header.of(k_rfc2046), "\r\n");
  EXPECT_EQ(message.parts[1].lines, 2U);
  EXPECT_EQ(body(k_rfc2046, 2),
            "This is explicitly typed plain US-ASCII text.\r\n"
            "It DOES end with a linebreak.\r\n");
  EXPECT_EQ(message.parts[2].header.of(k_rfc2046),
            "Content-type: text/plain; charset=us-ascii\r\n\r\n");
  EXPECT_EQ(message.parts[2].lines, 2U);
  EXPECT_EQ(message.parts[0].body.offset + message.parts[0].body.size, k_rfc2046.size());
  EXPECT_EQ(message.parts[0].lines, 17U);
}

struct Shape {
  std::string_view why;
  std::string raw;
  std::string_view expected;
};

TEST(MimeMessage, finds_the_structure_that_the_best_readers_find) {
  const std::vector<Shape> rows{
      {"nothing at all", "", "text/plain"},
      {"a header alone", "Subject: x\r\n", "text/plain"},
      {"a body alone", "\r\nbody", "text/plain"},
      {"bare LF", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b\n\ny\n--b--\n",
       "multipart/mixed[text/plain text/plain]"},
      {"no blank line before the first delimiter",
       "Content-Type: multipart/mixed; boundary=b\r\n--b\r\n\r\nx\r\n--b--\r\n",
       "multipart/mixed[text/plain]"},
      {"no end boundary", multipart("b", "--b\r\n\r\nx\r\n--b\r\n\r\ny"),
       "multipart/mixed[text/plain text/plain]"},
      {"delimiters behind the end are epilogue",
       multipart("b", "--b\r\n\r\nx\r\n--b--\r\n--b\r\n\r\ny\r\n--b--\r\n"),
       "multipart/mixed[text/plain]"},
      {"transport padding", multipart("b", "--b \t \r\n\r\nx\r\n--b-- \r\nend"),
       "multipart/mixed[text/plain]"},
      {"text behind the boundary makes it no delimiter",
       multipart("b", "--bc\r\n\r\nx\r\n--b-\r\n"), "multipart/mixed"},
      {"no parts", multipart("b", "just text"), "multipart/mixed"},
      {"no boundary parameter", "Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nx\r\n--b--",
       "multipart/mixed"},
      {"a boundary ends with blanks", multipart("b  ", "--b\r\n\r\nx\r\n--b--"),
       "multipart/mixed[text/plain]"},
      {"a boundary that ends in two dashes", multipart("b--", "--b--\r\n\r\nx\r\n--b----"),
       "multipart/mixed[text/plain]"},
      {"inner closes without an end, outer goes on",
       multipart("o",
                 "--o\r\nContent-Type: multipart/alternative; boundary=i\r\n\r\n--i\r\n\r\n1\r\n"
                 "--o\r\n\r\n2\r\n--o--"),
       "multipart/mixed[multipart/alternative[text/plain] text/plain]"},
      {"equal nested boundaries: the inner one takes them",
       multipart(
           "b",
           "--b\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n\r\n1\r\n--b--\r\n"
           "--b\r\n\r\n2\r\n--b--"),
       "multipart/mixed[multipart/related[text/plain] text/plain]"},
      {"an inner boundary that extends the outer one",
       multipart("b",
                 "--b\r\nContent-Type: multipart/related; boundary=b-i\r\n\r\n--b-i\r\n\r\n1\r\n"
                 "--b-i--\r\n--b--"),
       "multipart/mixed[multipart/related[text/plain]]"},
      {"a doubled delimiter makes no part", multipart("b", "--b\r\n--b\r\n--b\r\n\r\nx\r\n--b--"),
       "multipart/mixed[text/plain]"},
      {"but an empty line is a header, and so a part",
       multipart("b", "--b\r\n\r\n--b\r\n\r\nx\r\n--b--"),
       "multipart/mixed[text/plain text/plain]"},
      {"digest: the default is a message",
       "Content-Type: multipart/digest; boundary=d\r\n\r\n--d\r\n\r\nSubject: "
       "in\r\n\r\nx\r\n--d\r\n"
       "Content-Type: text/html\r\n\r\ny\r\n--d--",
       "multipart/digest[message/rfc822[text/plain] text/html]"},
      {"a message in a message", "Content-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nbody",
       "message/rfc822[text/plain]"},
      {"message/global too (RFC 6532, 3.7)",
       "Content-Type: message/global\r\n\r\nSubject: in\r\n\r\nbody", "message/global[text/plain]"},
      {"an encoded message is opaque",
       "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nU3ViamVjdDogeA==",
       "message/rfc822"},
      {"an empty message part",
       multipart("b", "--b\r\nContent-Type: message/rfc822\r\n\r\n\r\n--b--"),
       "multipart/mixed[message/rfc822[text/plain]]"},
      {"broken types are text (RFC 2045, 5.2)", "Content-Type: pdf\r\n\r\n", "text/plain"},
      {"broken types are text", "Content-Type: a/b/c\r\n\r\n", "text/plain"},
      {"an empty type", "Content-Type:\r\n\r\n", "text/plain"},
      {"blanks and comments around the type",
       "Content-Type: (c) TEXT / HTML (d) ; charset=x\r\n\r\n", "text/html"},
      {"the first Content-Type counts",
       "Content-Type: text/html\r\nContent-Type: image/png\r\n\r\n", "text/html"},
      {"a type after a broken line", "not a field\r\nContent-Type: text/html\r\n\r\n", "text/html"},
      {"a folded type",
       "Content-Type:\r\n multipart/mixed;\r\n\tboundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--",
       "multipart/mixed[text/plain]"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.why);
    EXPECT_EQ(shape(parse(row.raw, {})), row.expected);
  }
}

TEST(MimeMessage, keeps_every_byte_of_a_body_and_no_byte_of_a_delimiter) {
  EXPECT_EQ(body(multipart("b", "--b\r\n\r\n\r\n--b--"), 1), "");
  EXPECT_EQ(body(multipart("b", "--b\r\n\r\n--b--"), 1), "");
  EXPECT_EQ(body(multipart("b", "--b\r\n\r\n \r\n\r\n--b--"), 1), " \r\n");
  EXPECT_EQ(body(multipart("b", "--b\r\n\r\nx\n--b--"), 1), "x");
  EXPECT_EQ(body(multipart("b", "--b\r\n\r\nx\r\n"), 1), "x\r\n");
  EXPECT_EQ(body(multipart("b", std::string("--b\r\n\r\na\0b\r\n--b--", 17)), 1),
            std::string("a\0b", 3));
  const std::string nested = multipart(
      "o",
      "--o\r\nContent-Type: multipart/x; boundary=i\r\n\r\npre\r\n--i\r\n\r\n1\r\n--i--\r\n--o--");
  EXPECT_EQ(body(nested, 1), "pre\r\n--i\r\n\r\n1\r\n--i--");
  EXPECT_EQ(body(nested, 2), "1");
}

TEST(MimeMessage, a_message_inside_ends_with_its_part_even_without_a_blank_line) {
  const std::string raw =
      multipart("b", "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n--b--\r\n");
  const Message message = parse(raw, {});
  ASSERT_EQ(message.parts.size(), 3U);
  EXPECT_EQ(message.parts[1].body.of(raw), "Subject: x");
  EXPECT_EQ(message.parts[2].header.of(raw), "Subject: x");
  EXPECT_EQ(message.parts[2].body.of(raw), "");
  // The blank line of the message inside is the delimiter's line break.
  const std::string blank =
      multipart("b", "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\n--b--\r\n");
  const Message second = parse(blank, {});
  EXPECT_EQ(second.parts[1].body.of(blank), "Subject: x\r\n");
  EXPECT_EQ(second.parts[2].header.of(blank), "Subject: x\r\n");
}

TEST(MimeMessage, counts_lines) {
  const auto lines = [](std::string_view raw) { return parse(raw, {}).parts.back().lines; };
  EXPECT_EQ(lines("\r\n"), 0U);
  EXPECT_EQ(lines("\r\na"), 1U);
  EXPECT_EQ(lines("\r\na\r\n"), 1U);
  EXPECT_EQ(lines("\r\na\r\n\r\nb"), 3U);
  EXPECT_EQ(lines("Content-Type: multipart/x; boundary=b\n\n--b\n\n1\n2\n3\n--b--\n"), 3U);
}

TEST(MimeMessage, reads_parameters) {
  struct Row {
    std::string_view type;
    std::string_view name;
    std::string_view value;
  };
  const std::vector<Row> rows{
      {"text/plain; charset=us-ascii (Plain text)", "charset", "us-ascii"},  // RFC 2045, 5.1
      {"text/plain; charset=\"us-ascii\"", "charset", "us-ascii"},
      {"text/plain; CHARSET = Utf-8 ; x=y", "charset", "Utf-8"},
      {"text/plain charset=utf-8", "charset", "utf-8"},
      {"text/plain;; ;charset=utf-8;", "charset", "utf-8"},
      {"text/plain; charset=utf-8; charset=koi8-r", "charset", "utf-8"},
      {"text/plain; junk; charset=utf-8", "charset", "utf-8"},
      {"text/plain; =junk; charset=utf-8", "charset", "utf-8"},
      {"application/x; name=my file.pdf; x=y", "name", "my file.pdf"},
      {"application/x; name=copy(1).pdf", "name", "copy(1).pdf"},
      {"application/x; name=copy (1).pdf", "name", "copy (1).pdf"},
      {"application/x; name=copy (1", "name", "copy (1"},
      {"application/x; name=\"a\\\"b\\\\c\"", "name", "a\"b\\c"},
      {"application/x; name=\"open", "name", "open"},
      {"application/x; name=\"a\r\n b\"", "name", "a b"},
      // RFC 2231, 3, 4 and 4.1
      {"message/external-body; access-type=URL;\r\n URL*0=\"ftp://\";\r\n "
       "URL*1=\"cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar\"",
       "url", "ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar"},
      {"application/x-stuff; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", "title",
       "This is ***fun***"},
      {"application/x-stuff\r\n ;title*1*=%2A%2A%2Afun%2A%2A%2A%20\r\n ;title*2=\"isn't it!\"\r\n "
       ";title*0*=us-ascii'en'This%20is%20even%20more%20",
       "title", "This is even more ***fun*** isn't it!"},
      {"application/x; name*=koi8-r'ru'%CF%D4%DE%A3%D4; name=x", "name", "отчёт"},
      {"application/x; name=x; name*=utf-8''%D1%91", "name", "ё"},
      {"application/x; name*0*=utf-8''%D1; name*1*=%91", "name", "ё"},
      {"application/x; name*=nomarks%20here", "name", "nomarks here"},
      {"application/x; name*0=a; name*2=c", "name", "a"},
      {"application/x; name*=utf-8''100%; y=z", "name", "100%"},
  };
  for (const auto& row : rows) {
    const std::string raw = "Content-Type: " + std::string(row.type) + "\r\n\r\n";
    EXPECT_EQ(parse(raw, {}).parts[0].parameter(row.name), row.value) << row.type;
  }
}

TEST(MimeMessage, reads_transfer_encodings) {
  const auto encoding = [](std::string value) {
    return parse("Content-Transfer-Encoding:" + value + "\r\n\r\n", {}).parts[0].encoding;
  };
  EXPECT_EQ(encoding(" BASE64"), "base64");
  EXPECT_EQ(encoding(" (comment) 8Bit (x)"), "8bit");
  EXPECT_EQ(encoding(" \"quoted-printable\";"), "quoted-printable");
  EXPECT_EQ(encoding(""), "7bit");
  EXPECT_EQ(encoding(" x-gzip64"), "x-gzip64");
}

TEST(MimeMessage, names_parts_as_imap_does) {
  // The example of RFC 9051, 6.4.5.1 in shape: HEADER, TEXT, 1, 2, 3 (a message of two), 4 (parts).
  const std::string message =
      "Content-Type: message/rfc822\r\n\r\n" +
      multipart("m", "--m\r\n\r\n3.1\r\n--m\r\nContent-Type: application/x\r\n\r\n3.2\r\n--m--");
  const std::string raw = multipart(
      "o",
      "--o\r\n\r\n1\r\n--o\r\nContent-Type: application/octet-stream\r\n\r\n2\r\n--o\r\n" +
          message + "\r\n--o\r\nContent-Type: multipart/x; boundary=f\r\n\r\n--f\r\n\r\n4.1\r\n" +
          "--f\r\nContent-Type: message/rfc822\r\n\r\nSubject: s\r\n\r\n4.2.1\r\n--f--\r\n--o--");
  const Message parsed = parse(raw, {});
  const auto text = [&](std::vector<std::uint32_t> path) -> std::string {
    const Part* part = find_part(parsed, path);
    return part == nullptr ? "none" : std::string(part->body.of(raw));
  };
  EXPECT_EQ(text({1}), "1");
  EXPECT_EQ(text({2}), "2");
  EXPECT_EQ(text({3, 1}), "3.1");
  EXPECT_EQ(text({3, 2}), "3.2");
  EXPECT_EQ(text({4, 1}), "4.1");
  EXPECT_EQ(text({4, 2, 1}), "4.2.1");
  EXPECT_EQ(find_part(parsed, {}), &parsed.parts[0]);
  for (const auto& path : std::vector<std::vector<std::uint32_t>>{
           {0}, {5}, {1, 1}, {2, 1}, {3, 3}, {3, 0}, {4, 2, 2}, {4, 2, 1, 1}, {4, 3}})
    EXPECT_EQ(text(path), "none");
}

TEST(MimeMessage, part_one_of_a_message_without_parts_is_its_body) {
  const std::string raw = "Subject: x\r\n\r\nbody";
  const Message parsed = parse(raw, {});
  ASSERT_NE(find_part(parsed, {1}), nullptr);
  EXPECT_EQ(find_part(parsed, {1})->body.of(raw), "body");
  EXPECT_EQ(find_part(parsed, {1, 1}), nullptr);
  EXPECT_EQ(find_part(parsed, {2}), nullptr);
  const std::string inside = "Content-Type: message/rfc822\r\n\r\n" + raw;
  const Message nested = parse(inside, {});
  EXPECT_EQ(find_part(nested, {1})->body.of(inside), raw);
  EXPECT_EQ(find_part(nested, {1, 1})->body.of(inside), "body");
  EXPECT_EQ(find_part(nested, {1, 1, 1}), nullptr);
}

// --- hostile input
// --------------------------------------------------------------------------------

std::string nested_multiparts(int depth) {
  std::string raw;
  for (int i = 0; i < depth; ++i)
    raw += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\r\n\r\n--b" +
           std::to_string(i) + "\r\n";
  return raw + "\r\nbottom\r\n";
}

std::uint64_t furthest(const Message& message) {
  std::uint64_t end = 0;
  for (const auto& part : message.parts)
    end = std::max({end, part.header.offset + part.header.size, part.body.offset + part.body.size});
  return end;
}

TEST(MimeMessage, bounds_depth) {
  const std::string raw = nested_multiparts(5'000);
  const Message message = parse(raw, {.max_depth = 20, .max_parts = 10'000});
  EXPECT_EQ(message.parts.size(), 20U);
  EXPECT_TRUE(message.parts.back().children.empty());
  EXPECT_EQ(furthest(message), raw.size());
  std::string messages;
  for (int i = 0; i < 5'000; ++i) messages += "Content-Type: message/rfc822\r\n\r\n";
  EXPECT_EQ(parse(messages, {.max_depth = 20, .max_parts = 10'000}).parts.size(), 20U);
}

TEST(MimeMessage, bounds_the_number_of_parts) {
  std::string parts;
  for (int i = 0; i < 50'000; ++i) parts += "--b\r\n\r\n";
  const Message message = parse(multipart("b", parts), {.max_depth = 100, .max_parts = 1'000});
  EXPECT_EQ(message.parts.size(), 1'000U);
  std::string digest = "Content-Type: multipart/digest; boundary=b\r\n\r\n" + parts;
  EXPECT_EQ(parse(digest, {.max_depth = 100, .max_parts = 1'000}).parts.size(), 1'000U);
}

// Doubling hostile input must about double the time: a quadratic reader takes four times as long,
// and at these sizes minutes.
TEST(MimeMessage, reads_hostile_input_in_linear_time) {
  const auto repeat = [](std::string_view piece, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += piece;
    return out;
  };
  const int many = 200'000;
  const std::string long_prefix(60, 'b');
  const std::vector<std::string> inputs{
      nested_multiparts(90) + repeat("--b1x\r\n", many),
      nested_multiparts(many / 10),
      multipart("b", repeat("--b\r\n", many)),
      multipart("b", repeat("--b\r\n\r\n--b--\r\n", many)),
      repeat("X-Field: y\r\n", many) + "\r\n",
      repeat("Content-Type: multipart/mixed; boundary=b\r\n", many) + repeat("--c\r\n", many),
      "Content-Type: text/plain" + repeat("; a=b", many) + "\r\n\r\n",
      "Content-Type: text/plain" + repeat("; a*0=b", many) + "\r\n\r\n",
      "Content-Type: " + repeat("(", many) + "\r\n\r\n",
      "Content-Type: text/plain; a=" + repeat(" (", many) + "\r\n\r\n",
      "Content-Type: text/plain; a=" + repeat(" (x)y", many) + "\r\n\r\n",
      "Content-Type: text/plain; a*=utf-8''" + repeat("%", many) + "\r\n\r\n",
      "Content-Type: " + repeat("text/ ", many) + "\r\n\r\n",
      repeat(" folded\r\n", many),
      multipart("b", repeat("--" + long_prefix + "\r\n", many / 10)),
      repeat("\n", many),
  };
  const auto begin = std::chrono::steady_clock::now();
  for (const auto& input : inputs) EXPECT_LE(furthest(parse(input, {})), input.size());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

TEST(MimeMessage, every_cut_of_a_message_has_a_structure_within_its_bytes) {
  for (std::size_t size = 0; size <= k_rfc2046.size(); ++size) {
    const auto cut = k_rfc2046.substr(0, size);
    const Message message = parse(cut, {});
    ASSERT_FALSE(message.parts.empty());
    EXPECT_LE(furthest(message), size);
    EXPECT_EQ(message.parts[0].body.offset + message.parts[0].body.size, size);
  }
}

}  // namespace
}  // namespace kontor::mime
