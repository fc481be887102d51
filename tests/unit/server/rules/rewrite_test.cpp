// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <string>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/encode.hpp"
#include "base/mime/header.hpp"
#include "server/rules/rewrite/add_text.hpp"
#include "server/rules/rewrite/edits.hpp"
#include "server/rules/rewrite/html_tags.hpp"
#include "server/rules/rewrite/replace.hpp"
#include "server/rules/rewrite/text_part.hpp"

namespace kontor::rules {
namespace {

constexpr std::string_view k_picture = "\x89PNG\r\n\x1A\nnot really";

std::string crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out.push_back('\r');
    out.push_back(c);
  }
  return out;
}

Addition plain(std::string text) {
  Addition out;
  out.text = std::move(text);
  return out;
}

WithText added(std::string_view message, const Addition& addition) {
  return add_text(crlf(message), addition, {});
}

// The texts of all text parts, decoded.
std::vector<std::string> texts_of(const std::string& message) {
  const auto parsed = mime::parse(message, {});
  std::vector<std::string> out;
  for (const auto& part : parsed.parts)
    if (part.type == "text" && part.children.empty()) out.push_back(mime::part_text(message, part));
  return out;
}

TEST(Encode, IsTheWayBackOfDecoding) {
  const std::string text =
      "Привет = мир \t\r\nline with blank \r\n" + std::string(200, 'x') + "\r\n.\r\n\x01 end ";
  const auto encoded = mime::encode_quoted(text);
  for (const auto line : split(encoded, '\n')) EXPECT_LE(line.size(), 77U) << line;
  EXPECT_EQ(mime::decode_transfer(encoded, "quoted-printable").value(), text);
  EXPECT_EQ(mime::decode_transfer(mime::encode_base64_lines(text), "base64").value(), text);
  EXPECT_EQ(mime::from_utf8("Привет", "koi8-r").value(), "\xF0\xD2\xC9\xD7\xC5\xD4");
  EXPECT_EQ(mime::from_utf8("Привет", "windows-1251").value(), "\xCF\xF0\xE8\xE2\xE5\xF2");
  EXPECT_FALSE(mime::from_utf8("Привет", "iso-8859-1"));
  EXPECT_FALSE(mime::from_utf8("Привет", "us-ascii"));
  EXPECT_FALSE(mime::from_utf8("x", "no-such-charset"));
  EXPECT_EQ(mime::from_utf8("", "utf-8").value(), "");
  EXPECT_EQ(mime::plain_words("  Ёлка — «Éé», 12-34!"), " елка ee 12 34 ");
  EXPECT_EQ(mime::plain_words(""), " ");
}

TEST(Edits, LeaveTheRestAsItIs) {
  Edits edits;
  edits.replace({6, 5}, "there");
  edits.insert(0, ">");
  edits.insert(11, "!");
  edits.replace({7, 2}, "lost: within another one");
  edits.replace({100, 5}, "lost: behind the end");
  EXPECT_EQ(edits.apply("hello world"), ">hello there!");
}

TEST(Edits, ChangeFields) {
  const std::string message =
      "A: 1\r\nX-One: a\r\n b\r\nx-one: c\r\nX-Two: d\r\n\r\nX-One: body\r\n";
  std::size_t count = 0;
  EXPECT_EQ(without_fields(message, "X-ONE", count), "A: 1\r\nX-Two: d\r\n\r\nX-One: body\r\n");
  EXPECT_EQ(count, 2U);
  EXPECT_EQ(without_fields(message, "x-*", count), "A: 1\r\n\r\nX-One: body\r\n");
  EXPECT_EQ(with_field(message, "X-One", "new"),
            "A: 1\r\nX-One: new\r\nX-Two: d\r\n\r\nX-One: body\r\n");
  EXPECT_TRUE(with_field(message, "Q", "a\r\nB: c").starts_with("Q: a  B: c\r\nA: 1\r\n"));
  EXPECT_EQ(field_line("S", "Привет"), "S: =?utf-8?b?0J/RgNC40LLQtdGC?=\r\n");
  const auto line = field_line(
      "S", std::string(30, 'a') + ' ' + std::string(30, 'b') + ' ' + std::string(30, 'c'));
  EXPECT_EQ(line, "S: " + std::string(30, 'a') + ' ' + std::string(30, 'b') + "\r\n " +
                      std::string(30, 'c') + "\r\n");
}

TEST(Edits, TagASubjectOnce) {
  bool is_changed = false;
  EXPECT_EQ(with_subject_tag("Subject: Hi\r\n\r\n", "[EXT]", is_changed),
            "Subject: [EXT] Hi\r\n\r\n");
  EXPECT_TRUE(is_changed);
  EXPECT_EQ(with_subject_tag("Subject: Re: [EXT] Hi\r\n\r\n", "[EXT]", is_changed),
            "Subject: Re: [EXT] Hi\r\n\r\n");
  EXPECT_FALSE(is_changed);
  EXPECT_EQ(with_subject_tag("A: b\r\n\r\n", "[EXT]", is_changed),
            "Subject: [EXT]\r\nA: b\r\n\r\n");
  const auto russian =
      with_subject_tag("Subject: =?utf-8?b?0J/RgNC40LLQtdGC?=\r\n\r\n", "[Внешнее]", is_changed);
  EXPECT_EQ(mime::decode_words(mime::field_value(russian, "Subject").value()), "[Внешнее] Привет");
  EXPECT_TRUE(russian.contains("=?utf-8?b?0J/RgNC40LLQtdGC?="));  // as it came
}

TEST(AddText, ToPlainText) {
  const auto one = added("Subject: x\n\nHello\n", plain("-- \nBye"));
  EXPECT_EQ(one.outcome, Added::done);
  EXPECT_EQ(one.message, crlf("Subject: x\n\nHello\n-- \nBye\n"));
  EXPECT_EQ(added("Subject: x\n\nHello", plain("Bye\n")).message, crlf("Subject: x\n\nHello\nBye"));
  EXPECT_EQ(added("Subject: x\n", plain("Bye")).message, crlf("Subject: x\n\nBye"));
  auto above = plain("Warning");
  above.at_start = true;
  EXPECT_EQ(added("Subject: x\n\nHello\n", above).message, crlf("Subject: x\n\nWarning\nHello\n"));
}

TEST(AddText, KeepsCharsetOrRaisesIt) {
  // Koi8-r has the letters: label and the other bytes stay.
  const std::string koi =
      "Content-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: "
      "8bit\r\n\r\n\xF0\xD2\xC9\r\n";
  EXPECT_EQ(add_text(koi, plain("Пока"), {}).message, koi + "\xF0\xCF\xCB\xC1\r\n");
  // It has no euro sign of its own kind and no accents: the part becomes UTF-8.
  const auto raised = add_text(koi, plain("čau"), {}).message;
  EXPECT_TRUE(raised.contains("Content-Type: text/plain; charset=utf-8\r\n")) << raised;
  EXPECT_EQ(texts_of(raised), std::vector<std::string>{"При\r\nčau\r\n"});
  // ASCII in seven bits: quoted-printable UTF-8, and MIME is said.
  const auto ascii = added("Subject: x\n\nHello\n", plain("Пока")).message;
  EXPECT_TRUE(ascii.starts_with(
      "MIME-Version: 1.0\r\nSubject: x\r\nContent-Type: text/plain; "
      "charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nHello\r\n=D0=9F"))
      << ascii;
  // Without a label, but in windows-1251 by its looks.
  const std::string bare =
      "Subject: x\r\n\r\n\xC4\xEE\xE1\xF0\xFB\xE9 \xE4\xE5\xED\xFC, \xEA\xEE\xEB\xEB\xE5\xE3\xE8! "
      "\xCF\xEE\xF1\xFB\xEB\xE0\xFE \xEE\xF2\xF7\xE5\xF2.\r\n";
  EXPECT_EQ(add_text(bare, plain("Пока"), {}).message, bare + "\xCF\xEE\xEA\xE0\r\n");
  // UTF-16 in base64.
  const auto wide =
      "Content-Type: text/plain; charset=utf-16le\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
      mime::encode_base64_lines(std::string("H\0i\0\r\0\n\0", 8));
  EXPECT_EQ(texts_of(add_text(wide, plain("Пока"), {}).message),
            std::vector<std::string>{"Hi\r\nПока\r\n"});
  const auto japanese =
      std::string("Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1B$B$3$s\x1B(B\r\n");
  EXPECT_EQ(texts_of(add_text(japanese, plain("end"), {}).message),
            std::vector<std::string>{"こん\r\nend\r\n"});
}

TEST(AddText, KeepsTransferEncodings) {
  const auto quoted = added(
      "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: "
      "quoted-printable\n\n=D0=9F soft=\n end=3D\n",
      plain("Пока"));
  EXPECT_EQ(texts_of(quoted.message), std::vector<std::string>{"П soft end=\r\nПока\r\n"});
  EXPECT_TRUE(quoted.message.contains("quoted-printable"));
  const auto base64 =
      added("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n0J8K\n",
            plain("Пока"));
  EXPECT_EQ(texts_of(base64.message),
            std::vector<std::string>{"П\nПока\n"});  // its lines end with LF
  EXPECT_EQ(added("Content-Transfer-Encoding: x-unknown\n\nabc\n", plain("x")).outcome,
            Added::no_place);
  const auto flowed = added("Content-Type: text/plain; format=flowed\n\nHello \nthere\n",
                            plain("-- \n> no quote  \nFrom x"));
  EXPECT_TRUE(flowed.message.ends_with(crlf("Hello \nthere\n-- \n > no quote\n From x\n")))
      << flowed.message;
}

TEST(AddText, ToHtml) {
  Addition addition;
  addition.html = "<p>Пока</p>";
  const auto whole = added(
      "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: "
      "8bit\n\n<html><body>Привет<!-- </body> --></body></html>\n",
      addition);
  EXPECT_TRUE(whole.message.contains("--><p>Пока</p></body></html>\r\n")) << whole.message;
  // A charset without these letters: references, label and bytes stay.
  const auto latin = added("Content-Type: text/html; charset=iso-8859-1\n\n<b>Hi</b>\n", addition);
  EXPECT_EQ(latin.message,
            crlf("Content-Type: text/html; "
                 "charset=iso-8859-1\n\n<b>Hi</b><p>&#1055;&#1086;&#1082;&#1072;</p>\n"));
  addition.at_start = true;
  EXPECT_TRUE(added("Content-Type: text/html\n\n<HTML><head><title><body></title></head><Body "
                    "class=\"a>b\">Hi</body>\n",
                    addition)
                  .message.contains("a>b\"><p>&#1055;"));
  EXPECT_EQ(start_of_html_body("Hi"), 0U);
  EXPECT_EQ(end_of_html_body("<script>'</body>'</script>x</html>"),
            std::string_view("<script>'</body>'</script>x").size());
}

constexpr std::string_view k_alternative = R"(From: a@b
Content-Type: multipart/mixed; boundary=M

preamble
--M
Content-Type: multipart/alternative; boundary=A

--A
Content-Type: text/plain

Hello
--A
Content-Type: text/html

<body>Hello</body>
--A--
between
--M
Content-Type: application/pdf; name=a.pdf
Content-Transfer-Encoding: base64

QUJD
--M--
epilogue
)";

TEST(AddText, ToEachFormOfTheText) {
  Addition addition;
  addition.text = "Bye";
  addition.html = "<p>Bye</p>";
  const auto done = added(k_alternative, addition);
  std::string wanted = crlf(k_alternative);
  wanted.replace(wanted.find("Hello\r\n--A"), 7, "Hello\r\nBye\r\n");
  wanted.replace(wanted.find("Hello</body>"), 5, "Hello<p>Bye</p>");
  EXPECT_EQ(done.message, wanted);
  EXPECT_EQ(added(done.message, addition).outcome, Added::there_already);
  addition.once = false;
  EXPECT_EQ(add_text(done.message, addition, {}).outcome, Added::done);
}

TEST(AddText, IsNotTwiceInAThread) {
  const auto quoted =
      "Subject: Re: x\n\nThanks\n> Hello\n> This message is for\n> its recipients only.\n";
  EXPECT_EQ(added(quoted, plain("This message is for its recipients only.")).outcome,
            Added::there_already);
  EXPECT_EQ(added(quoted, plain("This message is for Anna only.")).outcome, Added::done);
}

TEST(AddText, BringsPictures) {
  Addition addition;
  addition.text = "Bye";
  addition.html = "<img src=\"cid:logo.png\">";
  addition.pictures = {{"logo.png", "image/png", std::string(k_picture)},
                       {"unused", "image/gif", "x"}};
  const auto done = added(k_alternative, addition);
  const auto parsed = mime::parse(done.message, {});
  ASSERT_EQ(parsed.parts.size(), 7U)
      << done.message;  // mixed, alternative, plain, related, html, picture, pdf
  const auto& related = parsed.parts[3];
  EXPECT_EQ(related.subtype, "related");
  ASSERT_EQ(related.children.size(), 2U);
  const auto& picture = parsed.parts[related.children[1]];
  EXPECT_EQ(mime::decode_transfer(picture.body.of(done.message), picture.encoding).value(),
            k_picture);
  const auto id = mime::field_value(picture.header.of(done.message), "Content-ID").value();
  EXPECT_TRUE(done.message.contains("cid:" + id.substr(1, id.size() - 2) + '"'));
  EXPECT_TRUE(done.message.ends_with("--M--\r\nepilogue\r\n"));
  // HTML alone: the message itself becomes the multipart, its own fields stay.
  const auto alone = added(
      "Subject: x\nContent-Type: text/html; charset=utf-8\nContent-Language: ru\n\n<b>Hi</b>\n",
      addition);
  const auto root = mime::parse(alone.message, {});
  ASSERT_EQ(root.parts.size(), 3U) << alone.message;
  EXPECT_TRUE(root.parts[0].header.of(alone.message).contains("Subject: x\r\n"));
  EXPECT_TRUE(root.parts[1].header.of(alone.message).contains("Content-Language: ru\r\n"));
  EXPECT_TRUE(root.parts[1].body.of(alone.message).starts_with("<b>Hi</b>"));
  // A related one gets one part more, the second time none.
  const auto again = add_text(alone.message,
                              [&] {
                                auto more = addition;
                                more.once = false;
                                return more;
                              }(),
                              {});
  EXPECT_EQ(mime::parse(again.message, {}).parts.size(), 3U) << again.message;
  const auto related_alone = added(
      "Content-Type: multipart/related; boundary=R\n\n--R\nContent-Type: "
      "text/html\n\n<b>Hi</b>\n--R--\n",
      addition);
  EXPECT_EQ(mime::parse(related_alone.message, {}).parts.size(), 3U) << related_alone.message;
}

TEST(AddText, MakesAPartWhereThereIsNoText) {
  const auto pdf = added(
      "Subject: scan\nContent-Type: application/pdf; name=\"a.pdf\"\nContent-Transfer-Encoding: "
      "base64\n\nQUJD\n",
      plain("Пока"));
  const auto parsed = mime::parse(pdf.message, {});
  ASSERT_EQ(parsed.parts.size(), 3U) << pdf.message;
  EXPECT_EQ(parsed.parts[1].type, "text");
  EXPECT_EQ(mime::part_text(pdf.message, parsed.parts[1]), "Пока");
  EXPECT_EQ(parsed.parts[2].subtype, "pdf");
  EXPECT_EQ(trim(parsed.parts[2].body.of(pdf.message)), "QUJD");
  const auto files = added(
      "Content-Type: multipart/mixed; boundary=M\n\n--M\nContent-Type: image/png\n\nx\n--M--\n",
      plain("Bye"));
  EXPECT_EQ(mime::parse(files.message, {}).parts.size(), 3U) << files.message;
  EXPECT_EQ(texts_of(files.message), std::vector<std::string>{"Bye"});
}

TEST(AddText, LeavesAloneWhatItWouldBreak) {
  const std::vector<std::pair<std::string, Added>> shapes{
      {"Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; "
       "boundary=S\n\n--S\n\nHello\n--S\nContent-Type: application/pkcs7-signature\n\nx\n--S--\n",
       Added::sealed},
      {"Content-Type: multipart/encrypted; boundary=S\n\n--S\nContent-Type: "
       "application/pgp-encrypted\n\nVersion: 1\n--S\nContent-Type: "
       "application/octet-stream\n\nx\n--S--\n",
       Added::sealed},
      {"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx\n", Added::sealed},
      {"Content-Type: application/pkcs7-mime; smime-type=signed-data\n\nx\n", Added::sealed},
      {"Subject: x\n\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHi\n", Added::sealed},
      {"Subject: x\n\n-----BEGIN PGP MESSAGE-----\n\nabc\n", Added::sealed},
      {"Content-Type: multipart/mixed; boundary=M\n\n--M\nContent-Type: multipart/signed; "
       "boundary=S\n\n--S\n\nHello\n--S\nContent-Type: "
       "application/pgp-signature\n\nx\n--S--\n--M--\n",
       Added::sealed},
      {"Content-Type: multipart/report; boundary=S\n\n--S\n\nHello\n--S\nContent-Type: "
       "message/delivery-status\n\nx\n--S--\n",
       Added::no_place},
      {"Content-Type: text/calendar\n\nBEGIN:VCALENDAR\n", Added::no_place},
      {"Content-Type: message/rfc822\n\nSubject: y\n\nHello\n", Added::no_place},
      {"Content-Type: multipart/mixed; boundary=M\n\nno parts\n", Added::no_place},
  };
  for (const auto& [shape, wanted] : shapes) {
    const auto done = added(shape, plain("Bye"));
    EXPECT_EQ(done.outcome, wanted) << shape;
    EXPECT_EQ(done.message, crlf(shape));
  }
}

FindPlaces find_word(std::string word) {
  return [word = std::move(word)](std::string_view text) {
    std::vector<mime::Range> out;
    for (auto at = text.find(word); at != std::string_view::npos;
         at = text.find(word, at + word.size()))
      out.push_back({at, word.size()});
    return out;
  };
}

TEST(ReplaceText, InEveryForm) {
  const auto done = replace_text(crlf("Subject: the secret\n") + crlf(k_alternative),
                                 find_word("Hello"), "***", {});
  EXPECT_EQ(done.count, 2U);
  std::string wanted = crlf("Subject: the secret\n") + crlf(k_alternative);
  wanted.replace(wanted.find("Hello\r\n--A"), 5, "***");
  wanted.replace(wanted.find("Hello</body>"), 5, "***");
  EXPECT_EQ(done.message, wanted);
  const auto subject =
      replace_text(crlf("Subject: =?utf-8?q?the_secret?=\n\nx\n"), find_word("secret"), "", {});
  EXPECT_EQ(subject.message, crlf("Subject: the\n\nx\n"));
  EXPECT_EQ(replace_text(crlf(k_alternative), find_word("nowhere"), "", {}).message,
            crlf(k_alternative));
}

TEST(ReplaceText, SeesWhatAReaderSees) {
  std::size_t count = 0;
  EXPECT_EQ(replace_in_html("<p>41<b>11</b> 22&nbsp;33<br>4111 22&#160;33</p>",
                            find_word("4111 22\xC2\xA0"
                                      "33"),
                            "<x>", count),
            "<p>&lt;x&gt;<b></b><br>&lt;x&gt;</p>");
  EXPECT_EQ(count, 2U);
  EXPECT_EQ(replace_in_html("<a title=\"abc\">abc</a><!-- abc --><style>abc</style>",
                            find_word("abc"), "-", count),
            "<a title=\"abc\">-</a><!-- abc --><style>abc</style>");
  EXPECT_EQ(replace_in_html("a<p>b</p>&amp;amp;", find_word("ab"), "-", count),
            "a<p>b</p>&amp;amp;");
  EXPECT_EQ(replace_in_html("x&amp;amp;y", find_word("&amp;"), "+", count), "x+y");
}

TEST(ReplaceText, KeepsTheCharsetWhenItCan) {
  const std::string koi =
      "Content-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: "
      "8bit\r\n\r\n\xF0\xD2\xC9 abc\r\n";
  EXPECT_EQ(replace_text(koi, find_word("abc"), "Да", {}).message,
            "Content-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: "
            "8bit\r\n\r\n\xF0\xD2\xC9 \xE4\xC1\r\n");
  EXPECT_EQ(texts_of(replace_text(koi, find_word("abc"), "ß", {}).message),
            std::vector<std::string>{"При ß\r\n"});
  const auto sealed = crlf(
      "Subject: abc\nContent-Type: multipart/signed; boundary=S\n\n--S\n\nabc\n--S\nContent-Type: "
      "application/pgp-signature\n\nx\n--S--\n");
  auto wanted = sealed;
  wanted.replace(wanted.find("abc"), 3, "-");
  EXPECT_EQ(replace_text(sealed, find_word("abc"), "-", {}).message,
            wanted);  // the signed part stays
}

WithoutFiles without(std::string_view message, std::string_view ending) {
  return remove_files(
      crlf(message), [&](const AttachedFile& file) { return file.name.ends_with(ending); },
      [](const AttachedFile& file) {
        return "gone: " + file.name + " " + std::to_string(file.size);
      },
      {});
}

TEST(RemoveFiles, LeavesANoteInTheirPlace) {
  const auto done = without(k_alternative, ".pdf");
  ASSERT_EQ(done.gone.size(), 1U);
  EXPECT_EQ(done.gone[0].size, 3U);
  std::string wanted = crlf(k_alternative);
  const auto begin = wanted.find("Content-Type: application/pdf"), end = wanted.find("\r\n--M--");
  wanted.replace(begin, end - begin,
                 crlf("Content-Type: text/plain; charset=utf-8\nContent-Disposition: "
                      "inline\nContent-Transfer-Encoding: 7bit\n\ngone: a.pdf 3"));
  EXPECT_EQ(done.message, wanted);
  EXPECT_EQ(without(k_alternative, ".exe").message, crlf(k_alternative));
}

TEST(RemoveFiles, WhereverTheyAre) {
  const auto alone = without(
      "Subject: x\nContent-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: "
      "base64\n\nQUJD\n",
      ".zip");
  EXPECT_EQ(texts_of(alone.message), std::vector<std::string>{"gone: a.zip 3\r\n"});
  EXPECT_TRUE(alone.message.contains("Subject: x\r\n"));
  // In a message within, by a name in another script and in two pieces.
  const auto within = without(
      "Content-Type: multipart/mixed; boundary=M\n\n--M\nContent-Type: "
      "message/rfc822\n\nContent-Type: multipart/mixed; boundary=N\n\n--N\nContent-Disposition: "
      "attachment; filename*0*=UTF-8''%D0%BF; filename*1*=.exe\n\nMZ\n--N--\n--M\nContent-Type: "
      "text/plain\n\nHi\n--M--\n",
      ".exe");
  ASSERT_EQ(within.gone.size(), 1U) << within.message;
  EXPECT_EQ(within.gone[0].name, "п.exe");
  EXPECT_FALSE(within.message.contains("MZ"));
  const auto sealed = without(
      "Content-Type: multipart/signed; boundary=S\n\n--S\nContent-Type: application/zip; "
      "name=a.zip\n\nx\n--S\nContent-Type: application/pkcs7-signature; "
      "name=smime.p7s\n\nx\n--S--\n",
      ".zip");
  EXPECT_EQ(sealed.kept, 1U);
  EXPECT_TRUE(sealed.gone.empty());
}

TEST(HtmlTags, AreReadAsBrowsersDo) {
  std::string seen;
  for (HtmlTags tags("<A b='>'>x</a ><!--><p><!x><script>\"</p>\"</script><1><>");
       const auto tag = tags.next();)
    seen += (tag->is_end ? "/" : "") + tag->name + ',';
  EXPECT_EQ(seen, "a,/a,,p,,script,,/script,");
}

}  // namespace
}  // namespace kontor::rules
