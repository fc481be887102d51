// SPDX-License-Identifier: GPL-3.0-or-later
// ZIP (APPNOTE 6.3): the directory at the end says where the one file is, and its sizes and sum;
// no archive in parts, no encryption, no ZIP64: reports are small.
#include "server/reports/unpack.hpp"

#include <algorithm>
#include <optional>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/message.hpp"
#include "base/net/gzip.hpp"

namespace kontor::reports {
namespace {

constexpr std::string_view k_gzip("\x1f\x8b", 2), k_zip("PK\x03\x04", 4),
    k_zip_end("PK\x05\x06", 4), k_zip_entry("PK\x01\x02", 4), k_byte_order_mark("\xEF\xBB\xBF", 3);
constexpr std::size_t k_end_size = 22, k_entry_size = 46, k_local_size = 30;
constexpr std::size_t k_longest_comment = 65'535, k_most_entries = 16, k_most_tried = 20;
constexpr mime::Limits k_parts{10, 100};

std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < size; ++i)
    out |= std::uint32_t{static_cast<unsigned char>(bytes[at + i])} << 8 * i;
  return out;
}

// One row of the directory.
struct Entry {
  std::uint32_t flags, method, sum, packed, unpacked, local;
  std::string_view name;
  std::size_t length;  // of the row
};

std::optional<Entry> entry_at(std::string_view archive, std::size_t at) {
  if (at > archive.size() || archive.size() - at < k_entry_size ||
      archive.substr(at, 4) != k_zip_entry)
    return std::nullopt;
  const auto name = number_at(archive, at + 28, 2);
  const auto length =
      k_entry_size + name + number_at(archive, at + 30, 2) + number_at(archive, at + 32, 2);
  if (archive.size() - at < length) return std::nullopt;
  return Entry{number_at(archive, at + 8, 2),           number_at(archive, at + 10, 2),
               number_at(archive, at + 16, 4),          number_at(archive, at + 20, 4),
               number_at(archive, at + 24, 4),          number_at(archive, at + 42, 4),
               archive.substr(at + k_entry_size, name), length};
}

Error damaged() { return {Errc::bad_input, "the archive is damaged, or of a kind no report is"}; }

Result<std::string> bytes_of(std::string_view archive, const Entry& entry) {
  if ((entry.flags & 1U) != 0) return fail(Errc::bad_input, "the archive is encrypted");
  if (entry.unpacked > k_longest_xml)
    return fail(Errc::limit, "the file in the archive is too long");
  const std::size_t at = entry.local;
  if (at > archive.size() || archive.size() - at < k_local_size || archive.substr(at, 4) != k_zip)
    return fail(damaged());
  const auto before =
      k_local_size + number_at(archive, at + 26, 2) + number_at(archive, at + 28, 2);
  if (archive.size() - at < before || archive.size() - at - before < entry.packed)
    return fail(damaged());
  const auto packed = archive.substr(at + before, entry.packed);
  if (entry.method != 0 && entry.method != 8) return fail(damaged());
  std::string out(entry.method == 0 ? packed : std::string_view());
  if (entry.method == 8) {
    KONTOR_TRY(out, net::inflate(packed, k_longest_xml));
  }
  if (out.size() != entry.unpacked || net::crc32(out) != entry.sum) return fail(damaged());
  return out;
}

// The first file in it that is none of a folder.
Result<std::string> unzip(std::string_view archive) {
  if (archive.size() < k_end_size) return fail(damaged());
  const auto longest = std::min(archive.size(), k_end_size + k_longest_comment);
  const auto tail = archive.substr(archive.size() - longest);
  const auto found = tail.rfind(k_zip_end);
  if (found == std::string_view::npos || tail.size() - found < k_end_size) return fail(damaged());
  const auto count = number_at(tail, found + 10, 2);
  if (count > k_most_entries) return fail(Errc::limit, "the archive has too many files");
  std::size_t at = number_at(tail, found + 16, 4);
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto entry = entry_at(archive, at);
    if (!entry) return fail(damaged());
    if (!entry->name.ends_with('/')) return bytes_of(archive, *entry);
    at += entry->length;
  }
  return fail(damaged());
}

// By its first byte that is no blank.
Result<Document> document_of(std::string text) {
  std::string_view rest(text);
  if (rest.starts_with(k_byte_order_mark)) rest.remove_prefix(k_byte_order_mark.size());
  const auto begin = rest.find_first_not_of(" \t\r\n");
  const char first = begin == std::string_view::npos ? ' ' : rest[begin];
  if (first != '<' && first != '{') return fail(Errc::not_found, "there is no report in it");
  Document out;
  out.kind = first == '<' ? Kind::dmarc : Kind::tls;
  if (text.size() > (out.kind == Kind::dmarc ? k_longest_xml : k_longest_json))
    return fail(Errc::limit, "the report is too long");
  out.text = std::string(rest.substr(begin));
  return out;
}

}  // namespace

std::string_view word_of(Kind kind) noexcept { return kind == Kind::dmarc ? "dmarc" : "tls"; }

Result<Document> unpack(std::string_view bytes) {
  if (bytes.starts_with(k_gzip)) {
    KONTOR_TRY(auto text, net::gunzip(bytes, k_longest_xml));
    return document_of(std::move(text));
  }
  if (bytes.starts_with(k_zip)) {
    KONTOR_TRY(auto text, unzip(bytes));
    return document_of(std::move(text));
  }
  if (bytes.size() > k_longest_xml) return fail(Errc::limit, "the report is too long");
  return document_of(std::string(bytes));
}

Result<Document> document_in(std::string_view message) {
  const auto structure = mime::parse(message, k_parts);
  Result<Document> last = fail(Errc::not_found, "there is no report in it");
  std::size_t tried = 0;
  for (const auto& part : structure.parts) {
    const bool may_be = !part.is_multipart() && !part.is_message() &&
                        (part.type != "text" || part.subtype == "xml");
    if (!may_be) continue;
    if (++tried > k_most_tried) break;
    const auto bytes = mime::decode_transfer(part.body.of(message), part.encoding);
    if (!bytes) continue;
    auto found = unpack(*bytes);
    if (found) return found;
    if (found.error().code() != Errc::not_found) last = std::move(found);
  }
  return last;
}

}  // namespace kontor::reports
