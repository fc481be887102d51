// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/card.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "directory/model/reading.hpp"

namespace kontor::directory {
namespace {

TEST(Card, IsReadFromTheNamesOfEverySource) {
  const Attributes ad{{"initials", {"A.K."}},
                      {"mobile", {"+7 916"}},
                      {"facsimiletelephonenumber", {"2"}},
                      {"streetaddress", {"Tverskaya 1\r\nentrance 2"}},
                      {"l", {"Москва"}},
                      {"st", {"77"}},
                      {"postalcode", {"125009"}},
                      {"co", {"Russia"}},
                      {"c", {"RU"}}};
  const Card want{"A.K.",   "+7 916", "2", "Tverskaya 1 entrance 2", "Москва", "77",
                  "125009", "Russia", ""};
  EXPECT_EQ(read_card(ad), want);
  const Attributes ldap{{"postaladdress", {"1 Main St$Room 2$costs \\241 \\5C"}}, {"c", {"RU"}}};
  EXPECT_EQ(read_card(ldap).street, "1 Main St, Room 2, costs $1 \\");
  EXPECT_EQ(read_card(ldap).country, "RU");
}

TEST(Card, HoldsOneCleanLineOfLimitedLength) {
  const Attributes entry{{"mobile", {"\x01\xFF 1\n\n2\x7F"}}, {"l", {std::string(5'000, 'x')}}};
  EXPECT_EQ(read_card(entry).mobile, "\xEF\xBF\xBD 1 2");
  EXPECT_EQ(read_card(entry).city.size(), 1'024U);
}

TEST(Card, APhotoIsAPictureOfLimitedSize) {
  const std::string jpeg = "\xFF\xD8\xFF\xE0picture";
  EXPECT_EQ(photo_in({{"jpegphoto", {jpeg}}}), jpeg);
  EXPECT_EQ(photo_in({{"thumbnailphoto", {jpeg}}, {"jpegphoto", {"\x89PNG\r\n\x1A\n"}}}), jpeg);
  EXPECT_EQ(photo_in({{"jpegphoto", {"<script>"}}}), "");
  EXPECT_EQ(photo_in({{"jpegphoto", {jpeg + std::string(k_max_photo, 'x')}}}), "");
  EXPECT_EQ(photo_in({}), "");
}

TEST(Card, PhotosAreAskedForOnlyWhenTheyAreKept) {
  const Attributes entry{{"jpegphoto", {"\xFF\xD8\xFF"}}};
  Reading reading;
  Principal principal;
  const auto asks = [&] {
    const auto names = reading.wanted({});
    return std::ranges::find(names, "jpegPhoto") != names.end();
  };
  reading.take_card(entry, principal);
  EXPECT_EQ(principal.card.photo, "");
  EXPECT_FALSE(asks());
  reading.keep_photos(
      [](std::string_view bytes) { return "name " + std::to_string(bytes.size()); });
  reading.take_card(entry, principal);
  EXPECT_EQ(principal.card.photo, "name 3");
  EXPECT_TRUE(asks());
}

}  // namespace
}  // namespace kontor::directory
