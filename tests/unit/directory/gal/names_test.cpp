// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/gal/names.hpp"

#include <gtest/gtest.h>

namespace kontor::directory {
namespace {

using Texts = std::vector<std::string>;

TEST(BookNames, ADnIsWalkedUpwards) {
  EXPECT_EQ(parent_of_dn("CN=Kuznetsova\\, Anna,OU=Sales, DC=example,DC=test"),
            "OU=Sales, DC=example,DC=test");
  EXPECT_EQ(parent_of_dn("cn=a\\2cb"), "");
  EXPECT_EQ(parent_of_dn(""), "");
  const auto rdn = rdn_of("CN=Kuznetsova\\, \\D0\\90nna \\\"x\\\",OU=Sales");
  EXPECT_EQ(rdn.attribute, "cn");
  EXPECT_EQ(rdn.value, "Kuznetsova, Аnna \"x\"");
  EXPECT_EQ(rdn_of("nothing").value, "");
  EXPECT_EQ(rdn_of("cn=end\\").value, "end\\");
}

TEST(BookNames, WhatIsEscapedIsReadBack) {
  for (const std::string value : {"plain", " edge ", "#1", "a,b+c\"d\\e<f>g;h=i", "Анна"})
    EXPECT_EQ(rdn_of("cn=" + escape_dn_value(value) + ",dc=x").value, value);
}

TEST(BookNames, ContextsAreDomainsOrTheLastComponent) {
  EXPECT_EQ(context_of_dn("cn=a,ou=b,dc=example,dc=test"), "dc=example,dc=test");
  EXPECT_EQ(context_of_dn("dc=example,dc=test"), "dc=example,dc=test");
  EXPECT_EQ(context_of_dn("cn=a,dc=odd,o=Example"), "o=Example");
  EXPECT_EQ(context_of_dn("cn=a"), "cn=a");
  EXPECT_EQ(dn_of_domain("example.test"), "dc=example,dc=test");
  EXPECT_EQ(domain_of_context("dc=example,dc=test"), "example.test");
  EXPECT_EQ(domain_of_context("ou=x,dc=example,dc=test"), "");
}

TEST(BookNames, WordsAreRunsOfLettersAndDigits) {
  const auto words = words_of("анна\xC2\xA0«кузнецова» a.b@c — x");
  EXPECT_EQ(Texts(words.begin(), words.end()), (Texts{"анна", "кузнецова", "a", "b", "c", "x"}));
  EXPECT_TRUE(words_of(" .,- ").empty());
  EXPECT_EQ(words_of("\xE2\x80").size(), 0U) << "a sign that is cut short";
}

TEST(BookNames, TelephonesAreFoundByAnyGroupOn) {
  EXPECT_EQ(telephone_words("+7 (916) 123-45"), (Texts{"791612345", "91612345", "12345", "45"}));
  EXPECT_EQ(telephone_digits("+7 (916) 12"), "791612");
  EXPECT_EQ(telephone_digits("room 12"), "");
}

}  // namespace
}  // namespace kontor::directory
