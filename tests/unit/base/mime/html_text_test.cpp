// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/html_text.hpp"

#include <gtest/gtest.h>

#include "base/core/text.hpp"
#include "base/mime/entities.hpp"

namespace kontor::mime {
namespace {

TEST(HtmlText, drops_markup) {
  EXPECT_EQ(html_text("<p>Hello <b>wor</b>ld</p>"), "Hello world");
  EXPECT_EQ(html_text("a<br>b<BR/>c<p class=x>d</p><p>e"), "a\nb\nc\nd\ne");
  EXPECT_EQ(html_text("<table><tr><td>1</td><td>2</td></tr><tr><th>3</table>"), "1 2\n3");
  EXPECT_EQ(html_text("до<span style='x'>го</span>вор"), "договор");
  EXPECT_EQ(html_text("  a \r\n\t b  "), "a b");
  EXPECT_EQ(html_text("<a title=\"x > y\" href='>'>z</a>"), "z");
  EXPECT_EQ(html_text("<a title=it's>z</a>"), "z");
  EXPECT_EQ(html_text("<div style=\"display:none\">preheader</div>text"), "preheader\ntext");
}

TEST(HtmlText, drops_what_nobody_reads) {
  EXPECT_EQ(html_text("<title>t</title><style>p{}</style>a<script>if (a</b) x</SCRIPT >b"), "ab");
  EXPECT_EQ(html_text("<script>var s = '</scripts>';</script>x"), "x");
  EXPECT_EQ(html_text("a<!-- <p>b --> --->c<!-->d<!--->e<!--x--!>f"), "a --->cdef");
  EXPECT_EQ(html_text("<!--[if mso]><p>no</p><![endif]-->a<![if !mso]>b<![endif]>"), "ab");
  EXPECT_EQ(html_text("<?xml version='1'?><!DOCTYPE html>a</>b</ x>c"), "abc");
}

TEST(HtmlText, decodes_references) {
  EXPECT_EQ(html_text("&lt;b&gt; &amp;amp; &#1044;&#x430; &nbsp;&laquo;&raquo; &mdash;"),
            "<b> &amp; Да \u00A0«» —");
  EXPECT_EQ(html_text("&copy2026 &ampx &AMP &euro &euro; &#150; &#0; &#xD800; &#x110000;"),
            "©2026 &x & &euro € – \uFFFD \uFFFD \uFFFD");
  EXPECT_EQ(html_text("& &; &# &#; &#x; &unknown; a&b &"), "& &; &# &#; &#x; &unknown; a&b &");
  EXPECT_EQ(html_text("&Pcy;&rcy; &ccaron; &numero;&#10;&Tab;x"), "Пр č № x");
  EXPECT_EQ(html_text("&notit; &notin;"), "¬it; ∉");
}

TEST(HtmlText, reads_anything) {
  EXPECT_EQ(html_text(""), "");
  EXPECT_EQ(html_text("a < b <3 <"), "a < b <3 <");
  EXPECT_EQ(html_text("a<b"), "a");
  EXPECT_EQ(html_text("a<b c=\"d>e"), "a");
  EXPECT_EQ(html_text("a<!--b"), "a");
  EXPECT_EQ(html_text("a<script>b"), "a");
  EXPECT_EQ(html_text("a</"), "a</");
  std::string open;
  for (int i = 0; i < 300'000; ++i) open += "<";
  EXPECT_EQ(html_text(open).size(), open.size());
  std::string comments;
  for (int i = 0; i < 300'000; ++i) comments += "<!--";
  EXPECT_EQ(html_text(comments), "");
  std::string ends = "<script>";
  for (int i = 0; i < 300'000; ++i) ends += "</";
  EXPECT_EQ(html_text(ends), "");
}

TEST(Entities, are_read_to_their_end) {
  EXPECT_EQ(character_reference("&amp;x")->size, 5U);
  EXPECT_EQ(character_reference("&#65x")->size, 4U);
  EXPECT_EQ(character_reference("&#x41;")->code_point, U'A');
  EXPECT_EQ(character_reference("&ZeroWidthSpace;")->code_point, 0x200BU);
  EXPECT_FALSE(character_reference("&"));
  EXPECT_FALSE(character_reference("&x"));
}

}  // namespace
}  // namespace kontor::mime
