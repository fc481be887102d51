// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/core/ldap_filter.hpp"

#include <gtest/gtest.h>

#include "base/core/text.hpp"

namespace kontor {
namespace {

// The tree, in a form of our own: two filters that mean the same read the same.
std::string shape(const LdapFilter& filter) {
  static constexpr std::string_view k_marks[] = {
      "&", "|", "!", "=", "<=", ">=", "=*", "~", "&b", "|b"};
  std::string out(k_marks[static_cast<std::size_t>(filter.kind)]);
  out += "[" + filter.attribute;
  if (filter.kind != LdapFilter::Kind::present)
    for (const auto& value : filter.values) out += "," + value;
  for (const auto& one : filter.inner) out += shape(one);
  return out + "]";
}

TEST(LdapFilters, AreRead) {
  struct Row {
    std::string text, shape;
  };
  const Row rows[] = {
      {"(department=Sales)", "=[department,Sales]"},
      {" (Department=A B) ", "=[department,A B]"},
      {"(cn~=x)", "=[cn,x]"},
      {"(n>=5)", ">=[n,5]"},
      {"(n<=-5)", "<=[n,-5]"},
      {"(cn=*)", "=*[cn]"},
      {"(cn=a*b*c)", "~[cn,a,b,c]"},
      {"(cn=*b*)", "~[cn,,b,]"},
      {"(&(a=1)(|(b=2)(!(c=3))))", "&[=[a,1]|[=[b,2]![=[c,3]]]]"},
      {"(&)", "&[]"},
      {"(|)", "|[]"},
      {"(cn=\\28\\29\\2a\\5c\\00)", std::string("=[cn,()*\\\0]", 11)},
      {"(cn=\\d0\\90нна)", "=[cn,Анна]"},
      {"(cn=)", "=[cn,]"},
      {"(1.2.3=x)", "=[1.2.3,x]"},
      {"(uac:1.2.840.113556.1.4.803:=2)", "&b[uac,2]"},
      {"(uac:1.2.840.113556.1.4.804:=3)", "|b[uac,3]"},
  };
  for (const auto& row : rows) {
    const auto filter = parse_ldap_filter(row.text);
    ASSERT_TRUE(filter.has_value()) << row.text << ": " << filter.error().detail();
    EXPECT_EQ(shape(*filter), row.shape) << row.text;
  }
}

TEST(LdapFilters, RefusesWhatIsNone) {
  const std::string rows[] = {"",
                              "()",
                              "(",
                              ")",
                              "department=Sales",
                              "(department)",
                              "(department=Sales",
                              "(a=1)(b=2)",
                              "(&(a=1)",
                              "(!(a=1)(b=2))",
                              "(!)",
                              "(=x)",
                              "(a b=x)",
                              "(cn=a(b)",
                              "(cn=\\zz)",
                              "(cn=\\2)",
                              "(cn>=*)",
                              "(uac:1.2.3:=2)",
                              "(uac:1.2.840.113556.1.4.803:=x)",
                              "(:=x)",
                              "(cn:dn:=x)",
                              "(&(a=1)x)",
                              std::string("(cn=a\0b)", 8),
                              "(&" + std::string(70, ' ') + ")"};
  for (const auto& row : rows) {
    const auto filter = parse_ldap_filter(row);
    ASSERT_FALSE(filter.has_value()) << row;
    EXPECT_EQ(filter.error().code(), Errc::bad_input) << row;
    EXPECT_TRUE(filter.error().detail().contains("at character")) << filter.error().detail();
  }
}

TEST(LdapFilters, HaveLimits) {
  std::string deep, wide = "(&";
  for (int i = 0; i < 70; ++i) deep += "(!";
  deep += "(a=1)" + std::string(70, ')');
  for (int i = 0; i < 1'001; ++i) wide += "(a=1)";
  for (const auto& text : {deep, wide + ")", "(a=" + std::string(70'000, 'x') + ")"})
    EXPECT_EQ(parse_ldap_filter(text).error().code(), Errc::limit) << text.substr(0, 10);
}

TEST(LdapFilters, NameTheirAttributes) {
  const auto filter = parse_ldap_filter("(&(A=1)(|(b=2)(!(a=3)))(C=*))");
  ASSERT_TRUE(filter.has_value());
  EXPECT_EQ(filter->attributes(), (std::set<std::string>{"a", "b", "c"}));
}

}  // namespace
}  // namespace kontor
