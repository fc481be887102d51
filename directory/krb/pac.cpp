// SPDX-License-Identifier: GPL-3.0-or-later
// A reader for the one structure we need instead of an NDR library: fixed part first, then the data
// its pointers stand for, in the order of the pointers ([MS-RPCE] 2.2.5.3.2.4: deferred referents).
// The reader keeps one failure flag; values read after a failure are zero and never used.
#include "directory/krb/pac.hpp"

#include <algorithm>
#include <cstdint>

#include "directory/model/sid.hpp"
#include "directory/model/utf16.hpp"

namespace kontor::directory {
namespace {

// Little-endian NDR ([MS-RPCE] 2.2.6.1: endianness 0x10); alignment counts from the first byte
// after the 16 header bytes, which are a multiple of 8.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool failed() const { return failed_; }
  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::string_view take(std::size_t size) {
    if (size > bytes_.size() - at_) {
      failed_ = true;
      at_ = bytes_.size();
      return {};
    }
    const auto part = bytes_.substr(at_, size);
    at_ += size;
    return part;
  }
  void skip(std::size_t size) { take(size); }

 private:
  std::uint64_t number(std::size_t size) {
    skip((size - at_ % size) % size);
    const auto part = take(size);
    std::uint64_t value = 0;
    for (std::size_t i = part.size(); i-- > 0;)
      value = value << 8 | static_cast<std::uint8_t>(part[i]);
    return value;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

struct StringHeader {  // RPC_UNICODE_STRING ([MS-DTYP] 2.3.10)
  bool present = false;
};

StringHeader read_string_header(Reader& in) {
  in.u16();  // Length: the conformant array repeats it
  in.u16();  // MaximumLength
  return StringHeader{in.u32() != 0};
}

std::string read_string(Reader& in, StringHeader header) {
  if (!header.present) return {};
  in.u32();  // maximum count
  in.u32();  // offset
  const std::uint32_t count = in.u32();
  return utf16le_to_utf8(in.take(std::size_t{count} * 2));
}

Sid read_sid(Reader& in) {  // RPC_SID ([MS-DTYP] 2.4.2.3): conformance, then the packet form
  const std::uint32_t count = in.u32();
  if (count > 15) return {};
  return sid_from_bytes(in.take(8 + std::size_t{count} * 4)).value_or(Sid());
}

// GROUP_MEMBERSHIP ([MS-PAC] 2.2.2): relative identifiers of `domain`; empty vector on failure.
std::vector<std::uint32_t> read_rids(Reader& in, std::uint32_t expected) {
  std::vector<std::uint32_t> rids;
  const std::uint32_t count = in.u32();
  if (count != expected || count > k_max_sids) {
    in.skip(SIZE_MAX);
    return rids;
  }
  for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
    rids.push_back(in.u32());
    in.u32();  // attributes
  }
  return rids;
}

struct Fixed {  // what the fixed part tells about the rest
  StringHeader strings[8];
  std::uint32_t user_rid = 0, primary_rid = 0, group_count = 0, sid_count = 0, resource_count = 0;
  bool has_groups = false, has_domain = false, has_sids = false, has_resource_domain = false,
       has_resource_groups = false;
};

Fixed read_fixed(Reader& in) {
  Fixed fixed;
  in.skip(6 * 8);  // logon, logoff, kickoff, last set, can change, must change
  for (int i = 0; i < 6; ++i) fixed.strings[i] = read_string_header(in);
  in.skip(2 * 2);  // logon count, bad password count
  fixed.user_rid = in.u32();
  fixed.primary_rid = in.u32();
  fixed.group_count = in.u32();
  fixed.has_groups = in.u32() != 0;
  in.skip(4 + 16);  // user flags, session key
  fixed.strings[6] = read_string_header(in);
  fixed.strings[7] = read_string_header(in);
  fixed.has_domain = in.u32() != 0;
  in.skip(2 * 4 + 4 + 4 + 2 * 8 + 2 * 4);  // reserved, account control, status, two times, counts
  fixed.sid_count = in.u32();
  fixed.has_sids = in.u32() != 0;
  fixed.has_resource_domain = in.u32() != 0;
  fixed.resource_count = in.u32();
  fixed.has_resource_groups = in.u32() != 0;
  return fixed;
}

// KERB_SID_AND_ATTRIBUTES array ([MS-PAC] 2.2.1): all pointers first, then the identifiers.
void read_extra_sids(Reader& in, std::uint32_t expected, std::vector<Sid>& out) {
  const std::uint32_t count = in.u32();
  if (count != expected || count > k_max_sids) {
    in.skip(SIZE_MAX);
    return;
  }
  std::uint32_t present = 0;
  for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
    present += in.u32() != 0 ? 1 : 0;
    in.u32();  // attributes
  }
  for (std::uint32_t i = 0; i < present && !in.failed(); ++i) out.push_back(read_sid(in));
}

void add_rids(const Sid& domain, const std::vector<std::uint32_t>& rids, std::vector<Sid>& out) {
  for (const auto rid : rids) out.push_back(sid_with_rid(domain, rid));
}

Result<LogonInfo> read_body(Reader& in) {
  in.u32();  // pointer to the structure
  const Fixed fixed = read_fixed(in);
  if (fixed.group_count > k_max_sids || fixed.sid_count > k_max_sids ||
      fixed.resource_count > k_max_sids)
    return fail(Errc::limit, "PAC with more groups than are read");
  LogonInfo info;
  info.account_name = read_string(in, fixed.strings[0]);
  for (int i = 1; i < 6; ++i) read_string(in, fixed.strings[i]);
  std::vector<std::uint32_t> rids;
  if (fixed.has_groups) rids = read_rids(in, fixed.group_count);
  read_string(in, fixed.strings[6]);
  info.domain = read_string(in, fixed.strings[7]);
  const Sid domain = fixed.has_domain ? read_sid(in) : Sid();
  if (in.failed() || domain.empty()) return fail(Errc::bad_input, "PAC without a domain");
  info.user = sid_with_rid(domain, fixed.user_rid);
  rids.push_back(fixed.primary_rid);
  add_rids(domain, rids, info.groups);
  if (fixed.has_sids) read_extra_sids(in, fixed.sid_count, info.groups);
  if (fixed.has_resource_domain) {
    const Sid resource_domain = read_sid(in);
    if (fixed.has_resource_groups)
      add_rids(resource_domain, read_rids(in, fixed.resource_count), info.groups);
  }
  if (in.failed()) return fail(Errc::bad_input, "PAC ends early");
  std::erase(info.groups, Sid());
  std::ranges::sort(info.groups);
  info.groups.erase(std::unique(info.groups.begin(), info.groups.end()), info.groups.end());
  return info;
}

}  // namespace

Result<LogonInfo> parse_logon_info(std::string_view ndr) {
  Reader in(ndr);
  // [MS-RPCE] 2.2.6.1 and 2.2.6.2: common header (version 1, little-endian, 8 bytes), private one.
  if (in.u8() != 1 || in.u8() != 0x10 || in.u16() != 8)
    return fail(Errc::bad_input, "PAC is not NDR of version 1");
  in.skip(12);
  return read_body(in);
}

}  // namespace kontor::directory
