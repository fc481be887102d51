// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/index/catalog.hpp"

#include <gtest/gtest.h>

#include "base/core/crc32c.hpp"
#include "search/index/merge_plan.hpp"

namespace kontor::search {
namespace {

Segment segment(std::uint64_t number, ItemId first, ItemId last, std::uint64_t bytes) {
  Segment out;
  out.number = number;
  out.first = first;
  out.last = last;
  out.documents = last - first + 1;
  out.bytes = bytes;
  out.crc = 0xfedcba98;
  out.changed = 1'700'000'000'123'456'789;
  return out;
}

Catalog sample() {
  Catalog out;
  out.analysis = "1:ru:en";
  out.position = 1000;
  out.next_number = 9;
  out.dictionaries = {{1, 64, 12'000, 7}, {2, 1'100, 65'536, 0xfedcba98}};
  out.segments = {segment(3, 1, 500, 400'000), segment(8, 503, 900, 300)};
  out.removed = {1, 2, 3, 7, 500, 503};
  return out;
}

// The catalog with a body of another's making, and its right checksum.
std::string with_crc(std::string body) {
  char line[16];
  std::snprintf(line, sizeof line, "crc %08x\n", crc32c(body));
  return body + line;
}

TEST(Catalog, IsReadAsWritten) {
  EXPECT_EQ(*decode_catalog(encode_catalog(sample())), sample());
  Catalog empty;
  empty.analysis = "1";
  EXPECT_EQ(*decode_catalog(encode_catalog(empty)), empty);
  EXPECT_EQ(segment_name(8), "segment.000008");
}

TEST(Catalog, IsWrittenAsDocumented) {
  const std::string body =
      "kontor-fts 2\n"
      "analysis 1:ru:en\n"
      "position 1000\n"
      "next 9\n"
      "dictionary 1 64 12000 7\n"
      "dictionary 2 1100 65536 4275878552\n"
      "segment 3 1 500 500 400000 4275878552 1700000000123456789\n"
      "segment 8 503 900 398 300 4275878552 1700000000123456789\n"
      "removed 1-3 7 500 503\n";
  EXPECT_EQ(encode_catalog(sample()), with_crc(body));
}

TEST(Catalog, EveryDamagedByteIsNoticed) {
  const auto whole = encode_catalog(sample());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    auto damaged = whole;
    damaged[i] ^= 1;
    EXPECT_FALSE(decode_catalog(damaged).has_value()) << i;
    EXPECT_FALSE(decode_catalog(whole.substr(0, i)).has_value()) << i;
  }
  EXPECT_FALSE(decode_catalog(whole + "\n").has_value());
}

TEST(Catalog, AnotherVersionIsToldFromDamage) {
  EXPECT_EQ(decode_catalog(with_crc("kontor-fts 3\nanalysis 1\n")).error().code(),
            Errc::unsupported);
  EXPECT_EQ(decode_catalog("").error().code(), Errc::corrupt);
}

TEST(Catalog, WhatCannotBeIsRefused) {
  const std::string head = "kontor-fts 2\nanalysis 1\nposition 10\nnext 5\n";
  for (const auto* rest : {
           "dictionary 0 1 1 1\n",                            // a number that says: none
           "dictionary 256 1 1 1\n",                          // no room for it in a document
           "dictionary 1 1 65537 1\n",                        // too large
           "dictionary 2 1 1 1\ndictionary 2 1 1 1\n",        // twice
           "dictionary 1 1 1\n",                              // not whole
           "segment 1 0 5 5 1 1 1\n",                         // an item 0
           "segment 1 5 4 1 1 1 1\n",                         // ends before it begins
           "segment 1 1 5 6 1 1 1\n",                         // more documents than items
           "segment 1 1 5 5 1 4294967296 1\n",                // a checksum of more than 32 bits
           "segment 1 1 11 5 1 1 1\n",                        // behind the position
           "segment 5 1 5 5 1 1 1\n",                         // a number to come
           "segment 1 1 5 5 1 1 1\nsegment 2 5 6 2 1 1 1\n",  // overlap
           "segment 1 1 5 5 1 1 1\nremoved 1-18446744073709551615\n",
           "segment 1 1 5 5 1 1 1\nremoved 3 2\n",
           "segment 1 1 5 5 1 1 1\nremoved 1-5 6\n",
           "removed 1\n",
           "segment 1 1 5 5 1 1\n",
           "what 1\n",
       })
    EXPECT_FALSE(decode_catalog(with_crc(head + rest)).has_value()) << rest;
  EXPECT_TRUE(decode_catalog(with_crc(head + "segment 1 1 5 5 1 1 1\nremoved 1-5\n")).has_value());
}

Catalog of_sizes(const std::vector<std::uint64_t>& sizes) {
  Catalog out;
  for (std::size_t i = 0; i < sizes.size(); ++i)
    out.segments.push_back(segment(i + 1, i * 100 + 1, i * 100 + 100, sizes[i]));
  return out;
}

TEST(MergePlan, TheNewestGoIntoWhatIsNotMuchLarger) {
  EXPECT_FALSE(plan_when_idle(of_sizes({})));
  EXPECT_FALSE(plan_when_idle(of_sizes({10})));
  EXPECT_FALSE(plan_when_idle(of_sizes({1000, 10})));
  const auto some = plan_when_idle(of_sizes({10'000, 100, 20, 10}));
  ASSERT_TRUE(some);
  EXPECT_EQ(some->begin, 1U);
  EXPECT_EQ(some->end, 4U);
  EXPECT_EQ(plan_when_idle(of_sizes({400, 80, 10, 10}))->begin, 0U);
  EXPECT_EQ(plan_when_idle(of_sizes({57, 57, 339, 23}))->begin, 0U);
  EXPECT_EQ(plan_when_idle(of_sizes({9'000, 57, 339, 23}))->begin, 1U);
}

TEST(MergePlan, ASegmentWithManyRemovedIsMadeAnew) {
  auto catalog = of_sizes({10'000, 100});
  catalog.removed = {1, 2, 3, 4};
  EXPECT_FALSE(plan_when_idle(catalog));
  catalog.removed.push_back(100);
  const auto plan = plan_when_idle(catalog);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->begin, 0U);
  EXPECT_EQ(plan->end, 1U);
  EXPECT_EQ(removed_of(catalog, catalog.segments[0]), 5U);
  EXPECT_EQ(removed_of(catalog, catalog.segments[1]), 0U);
}

TEST(MergePlan, ThereAreNeverMany) {
  EXPECT_FALSE(plan_when_many(of_sizes(std::vector<std::uint64_t>(k_most_segments, 10))));
  auto sizes = std::vector<std::uint64_t>(k_most_segments + 1, 10);
  sizes[0] = sizes[1] = 1'000;
  const auto plan = plan_when_many(of_sizes(sizes));
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->begin, 2U);
  EXPECT_EQ(plan->end, 10U);
}

}  // namespace
}  // namespace kontor::search
