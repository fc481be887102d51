// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "server/imap/fetch_bodies.hpp"
#include "server/imap/fetch_columns.hpp"
#include "server/imap/fetch_section.hpp"

namespace kontor::imap {
namespace {

const std::string k_raw =
    "Subject: outer\r\nTo: a@x\r\nContent-Type: multipart/mixed; "
    "boundary=b\r\n\r\npreamble\r\n--b\r\n"
    "Content-Type: text/plain\r\nContent-Transfer-Encoding: "
    "quoted-printable\r\n\r\na=00b\r\n--b\r\n"
    "Content-Type: message/rfc822\r\n\r\nSubject: inner\r\nTo: b@x\r\n\r\ninner body\r\n--b\r\n"
    "Content-Type: text/plain\r\nContent-Transfer-Encoding: x-gzip64\r\n\r\nzzz\r\n--b--\r\n";

// What a FETCH item gives: the bytes, "NIL", or the name of the error.
std::string section(const std::string& item) {
  const auto fetch = wire::parse_fetch("1 " + item);
  SectionSource source(k_raw, {});
  const auto bytes = source.bytes(fetch->bodies.at(0));
  if (!bytes) return std::string(name_of(bytes.error().code()));
  return *bytes ? **bytes : "NIL";
}

TEST(ImapFetchSection, gives_the_bytes_of_every_kind_of_section) {
  EXPECT_EQ(section("BODY[]"), k_raw);
  EXPECT_EQ(section("RFC822"), k_raw);
  EXPECT_EQ(section("BODY[HEADER]"), k_raw.substr(0, k_raw.find("preamble")));
  EXPECT_EQ(section("BODY[TEXT]"), k_raw.substr(k_raw.find("preamble")));
  EXPECT_EQ(section("BODY[HEADER.FIELDS (to subject)]"), "Subject: outer\r\nTo: a@x\r\n\r\n");
  EXPECT_EQ(section("BODY[HEADER.FIELDS.NOT (to Content-Type)]"), "Subject: outer\r\n\r\n");
  EXPECT_EQ(section("BODY[HEADER.FIELDS (none)]"), "\r\n");
  EXPECT_EQ(section("BODY[1]"), "a=00b");
  EXPECT_EQ(section("BODY[1.MIME]"),
            "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
  EXPECT_EQ(section("BODY[2]"), "Subject: inner\r\nTo: b@x\r\n\r\ninner body");
  EXPECT_EQ(section("BODY[2.HEADER]"), "Subject: inner\r\nTo: b@x\r\n\r\n");
  EXPECT_EQ(section("BODY[2.HEADER.FIELDS (to)]"), "To: b@x\r\n\r\n");
  EXPECT_EQ(section("BODY[2.TEXT]"), "inner body");
  EXPECT_EQ(section("BODY[2.1]"), "inner body");
  EXPECT_EQ(section("BODY[2.MIME]"), "Content-Type: message/rfc822\r\n\r\n");
}

TEST(ImapFetchSection, gives_nothing_for_what_is_not_there) {
  for (const std::string& item :
       std::vector<std::string>{"BODY[9]", "BODY[1.1]", "BODY[1.HEADER]", "BODY[1.TEXT]",
                                "BODY[2.2]", "BODY[9.MIME]", "BINARY[9]"})
    EXPECT_EQ(section(item), "NIL") << item;
}

TEST(ImapFetchSection, undoes_transfer_encodings_for_binary) {
  EXPECT_EQ(section("BINARY[1]"), std::string("a\0b", 3));
  EXPECT_EQ(section("BINARY[2]"), "Subject: inner\r\nTo: b@x\r\n\r\ninner body");
  EXPECT_EQ(section("BINARY[]"), k_raw);
  EXPECT_EQ(section("BINARY[3]"), "unsupported");
  EXPECT_EQ(section("BODY[3]"), "zzz");
}

TEST(ImapFetchSection, takes_fields_of_a_header_that_is_read_alone) {
  const auto header = k_raw.substr(0, k_raw.find("preamble"));
  const auto fields = [&header](const std::string& item, const std::string& read) {
    const auto fetch = wire::parse_fetch("1 " + item);
    SectionSource source(read, header.size(), {});
    return source.bytes(fetch->bodies.at(0))->value();
  };
  for (const std::string& read : {header, k_raw}) {
    EXPECT_EQ(fields("BODY[HEADER.FIELDS (TO subject)]", read),
              "Subject: outer\r\nTo: a@x\r\n\r\n");
    EXPECT_EQ(fields("BODY[HEADER.FIELDS.NOT (to Content-Type)]", read), "Subject: outer\r\n\r\n");
  }
  EXPECT_EQ(fields("BODY[1]", k_raw), "a=00b");
}

TEST(ImapFetchSection, picks_fields_among_many_names) {
  std::string names = "X-0";
  for (int i = 1; i < 40; ++i) names += " X-" + std::to_string(i);
  EXPECT_EQ(section("BODY[HEADER.FIELDS (" + names + " SUBJECT)]"), "Subject: outer\r\n\r\n");
  EXPECT_EQ(section("BODY[HEADER.FIELDS.NOT (" + names + " to CONTENT-type)]"),
            "Subject: outer\r\n\r\n");
}

TEST(ImapFetchBodies, reads_ahead_what_the_sections_need) {
  const auto ahead = [](const std::string& items, std::uint64_t size) {
    store::Item item;
    item.size = size;
    item.header_size = 100;
    return read_ahead(item, wire::parse_fetch("1 (" + items + ")")->bodies);
  };
  EXPECT_EQ(ahead("BODY.PEEK[HEADER]", 5'000), 100U);
  EXPECT_EQ(ahead("BODY.PEEK[HEADER.FIELDS (TO)] BODY.PEEK[HEADER]<0.20>", 5'000), 100U);
  EXPECT_EQ(ahead("BODY.PEEK[TEXT]", 5'000), 5'000U);
  EXPECT_EQ(ahead("BODY.PEEK[]<0.2048>", 5'000), 2'048U);
  EXPECT_EQ(ahead("BODY.PEEK[]<4096.9999>", 5'000), 5'000U);
  EXPECT_EQ(ahead("BODY.PEEK[1]", 5'000), 5'000U);
  EXPECT_EQ(ahead("BINARY.SIZE[]", 5'000), 0U);
  EXPECT_EQ(ahead("BODY.PEEK[]<9999.10>", 5'000), 5'000U);
  // Of a large one only what is small and stands at its beginning.
  EXPECT_EQ(ahead("BODY.PEEK[]", 50'000'000), 0U);
  EXPECT_EQ(ahead("BODY.PEEK[] BODY.PEEK[HEADER]", 50'000'000), 100U);
  EXPECT_EQ(ahead("BODY.PEEK[]<1000000.10>", 50'000'000), 0U);
}

TEST(ImapFetchSection, knows_where_the_large_sections_lie) {
  const auto stretch = [](const std::string& item) -> std::string {
    const auto fetch = wire::parse_fetch("1 " + item);
    const auto& body = fetch->bodies.at(0);
    const auto known = known_stretch(body, 10, 100);
    if (!known) return needs_header_only(body) ? "header" : "inside";
    const auto part = cut(*known, body.partial);
    return std::to_string(part.offset) + "+" + std::to_string(part.size);
  };
  EXPECT_EQ(stretch("BODY[]"), "0+100");
  EXPECT_EQ(stretch("BODY[HEADER]"), "0+10");
  EXPECT_EQ(stretch("BODY[TEXT]"), "10+90");
  EXPECT_EQ(stretch("BODY[]<20.30>"), "20+30");
  EXPECT_EQ(stretch("BODY[TEXT]<80.30>"), "90+10");
  EXPECT_EQ(stretch("BODY[]<100.30>"), "100+0");
  EXPECT_EQ(stretch("BODY[]<999.30>"), "100+0");
  EXPECT_EQ(stretch("BODY[HEADER.FIELDS (A)]"), "header");
  EXPECT_EQ(stretch("BODY[1]"), "inside");
  EXPECT_EQ(stretch("BODY[1.HEADER.FIELDS (A)]"), "inside");
}

TEST(ImapFetchColumns, writes_dates_and_numbers) {
  const auto date = [](std::int64_t seconds) {
    std::string out;
    append_date_time(out, UtcSeconds(std::chrono::seconds(seconds)));
    return out;
  };
  EXPECT_EQ(date(837596665), "\"17-Jul-1996 09:44:25 +0000\"");  // RFC 9051, 7.5.2
  EXPECT_EQ(date(0), "\" 1-Jan-1970 00:00:00 +0000\"");
  EXPECT_EQ(date(-1), "\"31-Dec-1969 23:59:59 +0000\"");
  std::string out;
  append_number(out, 0);
  append_number(out, 18446744073709551615ULL);
  EXPECT_EQ(out, "018446744073709551615");
}

TEST(ImapFetchColumns, writes_fragments) {
  const auto bytes = std::make_shared<const std::string>("(another)(E)(B)(S)ё");
  constexpr std::size_t k_begin = 9;  // behind what is of another message
  const auto head = std::string_view(*bytes).substr(k_begin);
  const std::array parts{head.substr(0, 3), head.substr(3, 3), head.substr(6, 3), head.substr(9)};
  const store::Fragments fragments(bytes, k_begin, head, parts);
  EXPECT_EQ(store::Fragments().envelope(), "");
  std::string out = "* 1 FETCH (";
  append_fragments(out, fragments, k_fragment_items);
  EXPECT_EQ(out, "* 1 FETCH (ENVELOPE (E) BODY (B) BODYSTRUCTURE (S) PREVIEW {2}\r\nё");
  out = "(UID 1";
  append_fragments(out, fragments, wire::fetch::envelope);
  EXPECT_EQ(out, "(UID 1 ENVELOPE (E)");
}

}  // namespace
}  // namespace kontor::imap
