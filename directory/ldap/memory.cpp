// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/memory.hpp"

#include "base/core/crc32c.hpp"
#include "base/io/file_system.hpp"
#include "directory/model/encoding.hpp"

namespace kontor::directory {
namespace {

constexpr std::string_view k_magic = "KONTORDM";
constexpr std::size_t k_max_about = 1'048'576, k_max_cookie = 1'048'576, k_max_text = 65'536;
constexpr std::size_t k_least_person = 216;
constexpr std::uint64_t k_max_file = 4ULL << 30U;

}  // namespace

std::string encode_memory(const Memory& memory, const std::map<Uuid, Converted>& people) {
  ByteWriter out;
  out.raw(k_magic);
  out.u32(k_memory_version);
  out.text(memory.about);
  out.text(memory.database);
  out.u64(memory.position.usn);
  out.text(memory.position.cookie);
  out.u32(static_cast<std::uint32_t>(memory.position.flags));
  out.flag(memory.position.shows_tombstones);
  out.u64(static_cast<std::uint64_t>(memory.everything_read));
  out.u32(static_cast<std::uint32_t>(people.size()));
  for (const auto& [guid, one] : people) {
    write_principal(out, one.principal);
    out.text(one.primary_group);
    out.u64(one.usn);
  }
  out.u32(crc32c(out.bytes()));
  return out.take();
}

Result<Memory> decode_memory(std::string_view bytes) {
  ByteReader head(bytes);
  if (head.raw(k_magic.size()) != k_magic) return fail(Errc::corrupt, "not a directory memory");
  const auto version = head.u32();
  if (!head.is_ok() || head.left() < 4) return fail(Errc::corrupt, "directory memory is cut short");
  if (version != k_memory_version)
    return fail(Errc::unsupported, "directory memory of version " + std::to_string(version));
  ByteReader tail(bytes.substr(bytes.size() - 4));
  if (crc32c(bytes.substr(0, bytes.size() - 4)) != tail.u32())
    return fail(Errc::corrupt, "directory memory with a wrong checksum");
  ByteReader in(bytes.substr(k_magic.size() + 4, bytes.size() - k_magic.size() - 8));
  Memory memory;
  memory.about = in.text(k_max_about);
  memory.database = in.text(k_max_text);
  memory.position.usn = in.u64();
  memory.position.cookie = in.text(k_max_cookie);
  memory.position.flags = static_cast<std::int32_t>(in.u32());
  memory.position.shows_tombstones = in.flag();
  memory.everything_read = static_cast<std::int64_t>(in.u64());
  const std::size_t count = in.count(k_least_person);
  memory.everybody.reserve(count);
  for (std::size_t i = 0; i < count && in.is_ok(); ++i) {
    Converted one;
    one.principal = read_principal(in);
    one.primary_group = in.text(k_max_text);
    one.usn = in.u64();
    memory.everybody.push_back(std::move(one));
  }
  if (!in.at_end()) return fail(Errc::corrupt, "directory memory with lengths that do not fit");
  return memory;
}

std::string memory_file(const std::string& data_folder, const std::string& domain) {
  return data_folder + "/directory/memory." + domain;
}

Result<void> write_memory(const std::string& file,
                          const Memory& memory,
                          const std::map<Uuid, Converted>& people) {
  auto& files = io::real_file_system();
  KONTOR_TRY(io::make_directories(files, io::parent_of(file)));
  return io::write_file_durably(files, file, encode_memory(memory, people));
}

Result<Memory> read_memory(const std::string& file) {
  KONTOR_TRY(const auto bytes, io::read_file(io::real_file_system(), file, k_max_file));
  return decode_memory(bytes);
}

}  // namespace kontor::directory
