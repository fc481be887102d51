// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "server/dav/names.hpp"
#include "server/dav/xml/element.hpp"

namespace kontor::dav::xml {
namespace {

bool is_same(const Element& a, const Element& b) {
  if (a.name != b.name || a.text != b.text || a.children.size() != b.children.size() ||
      a.attributes.size() != b.attributes.size())
    return false;
  for (std::size_t i = 0; i < a.attributes.size(); ++i)
    if (a.attributes[i].name != b.attributes[i].name ||
        a.attributes[i].value != b.attributes[i].value)
      return false;
  for (std::size_t i = 0; i < a.children.size(); ++i)
    if (!is_same(a.children[i], b.children[i])) return false;
  return true;
}

TEST(DavXml, ReadsNamesBySpaceAndNotByPrefix) {
  const auto root = read(
      "<?xml version='1.0'?><a:propfind xmlns:a='DAV:'><a:prop><x xmlns='urn:y' b='1'>t &amp; "
      "<![CDATA[<u>]]></x></a:prop></a:propfind>");
  ASSERT_TRUE(root);
  ASSERT_TRUE(root->is(dav_name("propfind")));
  const auto* prop = root->child(dav_name("prop"));
  ASSERT_NE(prop, nullptr);
  const auto* x = prop->child({"urn:y", "x"});
  ASSERT_NE(x, nullptr);
  EXPECT_EQ(x->attribute("b"), "1");
  EXPECT_EQ(x->content(), "t & <u>");
}

TEST(DavXml, WhatIsWrittenIsReadAgain) {
  for (const auto* text :
       {"<x xmlns='urn:a' xmlns:b='urn:b' b:c='d&quot;'><b:e/>text<y xmlns=''/></x>",
        "<D:owner xmlns:D='DAV:'><D:href>mailto:a@b</D:href>\n </D:owner>",
        "<n>a&#13;b\tc &lt;&gt;</n>", "<p xml:lang='ru'>\xD0\x96</p>",
        "<q xmlns='u&amp;v' a='&amp;&#38;&#9;&#10;&#13;&lt;' xmlns:w='w&amp;' w:b='&quot;'/>"}) {
    const auto first = read(text);
    ASSERT_TRUE(first) << text;
    const auto again = read(write_fragment(*first));
    ASSERT_TRUE(again) << write_fragment(*first);
    EXPECT_TRUE(is_same(*first, *again)) << write_fragment(*first);
    Element root(dav_name("multistatus"));
    root.add(*first);
    const auto document = read(write_document(root));
    ASSERT_TRUE(document) << write_document(root);
    EXPECT_TRUE(is_same(root.children[0], *document->elements().front()));
  }
}

TEST(DavXml, AttributesAreGivenAsTheyAreMeant) {
  const auto root = read("<a xmlns='u&amp;v' b='x&amp;y&#38;z&#10;&#9;&lt; 1\n2'/>");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->name.space, "u&v");
  EXPECT_EQ(root->attribute("b"), "x&y&z\n\t< 1 2");
}

TEST(DavXml, RefusesWhatCouldHurt) {
  std::string deep, many;
  for (int i = 0; i < 100; ++i) deep += "<a>";
  for (int i = 0; i < 100; ++i) deep += "</a>";
  for (int i = 0; i < 50; ++i) many += "<b/>";
  EXPECT_FALSE(read(deep));
  EXPECT_FALSE(read("<a>" + many + "</a>", Limits{10, 40}));
  EXPECT_TRUE(read("<a>" + many + "</a>", Limits{10, 60}));
  for (const auto* text :
       {"", "x", "<a>", "<a></b>", "<a:b/>", "<a b='1' b='2'/>", "<a/><b/>", "<!DOCTYPE a><a/>",
        "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", "<a>&e;</a>", "<a>\x01</a>", "<a>\xFF</a>",
        "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"})
    EXPECT_FALSE(read(text)) << text;
}

TEST(DavXml, ADocumentIsInUtf8WhateverItSays) {
  const auto root = read("<?xml version='1.0' encoding='UTF-16'?><a>\xD0\x96</a>");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->content(), "\xD0\x96");
  EXPECT_FALSE(read("<?xml version='1.0' encoding='windows-1251'?><a>\xC6</a>"));
  EXPECT_FALSE(read(std::string_view("\xFE\xFF\0<\0a\0/\0>", 10)));
}

TEST(DavXml, CharactersThatXmlCannotHoldAreLeftOut) {
  Element element({"", "a"}, std::string("x\0y\x08z", 5));
  EXPECT_EQ(write_fragment(element), "<a>xyz</a>");
}

}  // namespace
}  // namespace kontor::dav::xml
