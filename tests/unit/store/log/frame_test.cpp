// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/log/frame.hpp"

#include <gtest/gtest.h>

#include "base/core/text.hpp"
#include "store/format/payload.hpp"
#include "store/mailbox/reader_frame.hpp"

namespace kontor::store {
namespace {

RawFrame sample(FrameType type, std::uint64_t sequence, std::uint64_t durable, bool group_end) {
  RawFrame frame;
  frame.header.type = type;
  frame.header.incarnation = 0x0000000A'12345678U;
  frame.header.sequence = sequence;
  frame.durable_upto = durable;
  frame.group_end = group_end;
  return frame;
}

TEST(Frame, WhatIsWrittenIsRead) {
  struct Row {
    FrameType type;
    std::uint64_t sequence;
    std::uint64_t durable;
    bool group_end;
    std::string payload;
  };
  const Row rows[] = {
      {FrameType::account, 1, 0, true, ""},
      {FrameType::deliver, 2, 1, false, "From: a@example.test\r\n\r\nпривет"},
      {FrameType::flags, 1'000'000'007, 1'000'000'000, true, std::string(3, '\0')},
      {FrameType::seal, ~std::uint64_t{0}, 5, true, {}},
      {FrameType::note, 3, 2, true, std::string(100'000, '\xF5')},
  };
  for (const auto& row : rows) {
    std::string bytes;
    encode_frame(bytes, sample(row.type, row.sequence, row.durable, row.group_end), 77,
                 row.payload);
    ASSERT_EQ(bytes.size(), k_frame_header_size + row.payload.size());
    const auto frame = decode_frame_header(bytes);
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->header.type, row.type);
    EXPECT_EQ(frame->header.sequence, row.sequence);
    EXPECT_EQ(frame->header.incarnation, 0x0000000A'12345678U);
    EXPECT_EQ(frame->durable_upto, row.durable);
    EXPECT_EQ(frame->group_end, row.group_end);
    EXPECT_EQ(frame->length, row.payload.size());
    EXPECT_TRUE(checksum_fits(*frame, 77, bytes));
    EXPECT_FALSE(checksum_fits(*frame, 78, bytes)) << "a frame of another log";
    EXPECT_FALSE(checksum_fits(*frame, 77, std::string_view(bytes).substr(1)));
  }
}

// The bytes of version 1, as docs/formats/log.md shows them: they never change.
TEST(Frame, TheBytesOfVersionOne) {
  std::string bytes;
  encode_frame(bytes, sample(FrameType::flags, 0x0102, 0x0101, true), 0x1122334455667788U, "abc");
  EXPECT_EQ(hex_encode(bytes),
            "f54b4652"  // magic
            "01"
            "06"
            "00"
            "01"                // version, type, codec, flags
            "03000000"          // length
            "89885fd4"          // checksum
            "785634120a000000"  // incarnation
            "0201000000000000"  // sequence
            "0101000000000000"  // durable up to
            "616263");
}

TEST(Frame, EveryFlippedBitIsSeen) {
  std::string bytes;
  encode_frame(bytes, sample(FrameType::deliver, 9, 7, true), 1, "payload of a frame");
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string broken = bytes;
    broken[bit / 8] = static_cast<char>(broken[bit / 8] ^ (1 << (bit % 8)));
    const auto frame = decode_frame_header(broken);
    EXPECT_FALSE(frame && checksum_fits(*frame, 1, broken)) << "bit " << bit;
  }
}

TEST(Frame, HeadersThatCannotBe) {
  std::string good;
  encode_frame(good, sample(FrameType::deliver, 9, 7, true), 1, "");
  ASSERT_TRUE(decode_frame_header(good));
  struct Row {
    std::size_t at;
    char value;
    const char* what;
  };
  const Row rows[] = {
      {0, 'x', "magic"},
      {4, 2, "version"},
      {5, 0, "type 0"},
      {5, 21, "unknown type"},
      {5, 63, "unknown type"},
      {7, 2, "unknown flag"},
      {11, '\x7F', "length above the limit"},
      {32, 9, "durable is its own sequence"},
  };
  for (const auto& row : rows) {
    std::string bad = good;
    bad[row.at] = row.value;
    EXPECT_FALSE(decode_frame_header(bad)) << row.what;
  }
  for (const auto type : {FrameType::account, FrameType::seal, FrameType::note, FrameType::prune,
                          FrameType::stub, FrameType::reader_flags, FrameType::queue_carried}) {
    std::string other = good;
    other[5] = static_cast<char>(type);
    EXPECT_TRUE(decode_frame_header(other)) << "type " << static_cast<int>(type);
  }
  EXPECT_FALSE(decode_frame_header(std::string_view(good).substr(0, 39)));
  EXPECT_FALSE(decode_frame_header(""));
}

TEST(LogHeader, BothCopiesHoldItAndEveryBitIsChecked) {
  LogHeader header;
  header.number = 7;
  header.salt = 0xDEADBEEFCAFEF00DU;
  header.first_sequence = 1'234;
  header.incarnation = 99;
  const std::string bytes = encode_log_header(header);
  ASSERT_EQ(bytes.size(), k_log_start);
  for (const std::size_t at : {std::size_t{0}, std::size_t{512}}) {
    const auto back = decode_log_block(std::string_view(bytes).substr(at, k_block_size));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->number, 7U);
    EXPECT_EQ(back->salt, header.salt);
    EXPECT_EQ(back->first_sequence, 1'234U);
    EXPECT_EQ(back->incarnation, 99U);
  }
  for (std::size_t bit = 0; bit < k_block_size * 8; ++bit) {
    std::string broken = bytes.substr(0, k_block_size);
    broken[bit / 8] = static_cast<char>(broken[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(decode_log_block(broken)) << "bit " << bit;
  }
  EXPECT_FALSE(decode_log_block(bytes.substr(0, 511)));
}

template <std::size_t... Alternatives>
void check_types(std::index_sequence<Alternatives...>) {
  for (const auto type :
       {type_of(Payload(std::in_place_index<Alternatives>))..., FrameType::seal}) {
    std::string bytes;
    encode_frame(bytes, sample(type, 9, 8, true), 1, "payload");
    EXPECT_TRUE(decode_frame_header(bytes)) << name_of(type);
  }
}

TEST(Frame, EveryTypeThatCanBeWrittenCanBeRead) {
  check_types(std::make_index_sequence<std::variant_size_v<Payload>>());
}

TEST(Incarnation, ALaterOneHasAHigherCounter) {
  const std::uint64_t first = next_incarnation(0);
  const std::uint64_t second = next_incarnation(first);
  EXPECT_TRUE(may_follow(first, first));
  EXPECT_TRUE(may_follow(first, second));
  EXPECT_FALSE(may_follow(second, first));
  EXPECT_FALSE(may_follow(first, first + 1)) << "same counter, other random bits: a copy's frame";
  EXPECT_TRUE(may_follow(0, first));
}

}  // namespace
}  // namespace kontor::store
