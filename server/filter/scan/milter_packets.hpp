// SPDX-License-Identifier: GPL-3.0-or-later
// The packets of the milter protocol, version 6, as the mail server's side writes and reads them
// (libmilter's mfdef.h, as Sendmail and Postfix speak it). Pure.
//
// A packet is its length (4 bytes, the most significant first), a command and its data. Texts end
// with a zero byte, so that none may hold one.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"

namespace kontor::filter::scan {

namespace milter {

inline constexpr std::uint32_t k_version = 6;
inline constexpr std::size_t k_most_body = 65'535;       // of one body packet
inline constexpr std::size_t k_most_packet = 1'048'576;  // that is read

// What a milter may do (SMFIF_*).
enum Action : std::uint32_t {
  add_headers = 0x01,
  change_body = 0x02,
  delete_recipients = 0x08,
  change_headers = 0x10,
  quarantine = 0x20,
};
// What a milter does not want to see, or does not answer (SMFIP_*).
enum Step : std::uint32_t {
  no_connect = 0x01,
  no_hello = 0x02,
  no_mail = 0x04,
  no_recipients = 0x08,
  no_body = 0x10,
  no_headers = 0x20,
  no_end_of_headers = 0x40,
  no_reply_to_headers = 0x80,
  no_unknown = 0x100,
  no_data = 0x200,
  may_skip = 0x400,
  rejected_recipients = 0x800,
  no_reply_to_connect = 0x1000,
  no_reply_to_hello = 0x2000,
  no_reply_to_mail = 0x4000,
  no_reply_to_recipients = 0x8000,
  no_reply_to_data = 0x10000,
  no_reply_to_unknown = 0x20000,
  no_reply_to_end_of_headers = 0x40000,
  no_reply_to_body = 0x80000,
};
inline constexpr std::uint32_t k_offered_actions =
    add_headers | change_body | delete_recipients | change_headers | quarantine;
inline constexpr std::uint32_t k_offered_steps =
    0x3ff | may_skip | no_reply_to_headers | no_reply_to_connect | no_reply_to_hello |
    no_reply_to_mail | no_reply_to_recipients | no_reply_to_data | no_reply_to_unknown |
    no_reply_to_end_of_headers | no_reply_to_body;

struct Offer {
  std::uint32_t version = 0, actions = 0, steps = 0;
};

}  // namespace milter

struct MilterPacket {
  char command = 0;
  std::string data;
};

// Never empty; zero bytes inside a text are left out.
std::string milter_packet(char command, std::string_view data = {});
std::string milter_texts(const std::vector<std::string>& texts);
std::string milter_offer(const milter::Offer& offer);

// Takes bytes as they come and gives whole packets.
class MilterReader {
 public:
  void add(std::string_view bytes) { bytes_.append(bytes); }
  // false: more bytes are needed. bad_input: no such packet can be.
  Result<bool> next(MilterPacket& packet);

 private:
  std::string bytes_;
};

Result<milter::Offer> read_milter_offer(std::string_view data);

// One wish of the milter for the message.
struct MilterChange {
  enum class Kind : std::uint8_t { add, insert, change, delete_recipient, body, quarantine };
  Kind kind = Kind::add;
  std::uint32_t index =
      0;  // insert: before the field of that number, from 0; change: of that name, from 1
  std::string name, value;  // of a field; in value: a recipient, a piece of the body, a reason
};
// bad_input: not a change, or one that cannot stand in a message (a name with a colon, a NUL).
Result<MilterChange> read_milter_change(const MilterPacket& packet);

struct MilterReply {
  int code = 0;
  std::string status, text;
};
// "550 5.7.1 text", also of several lines; bad_input: not a 4xx or 5xx.
Result<MilterReply> read_milter_reply(std::string_view data);

}  // namespace kontor::filter::scan
