// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rules/fingerprint.hpp"

#include <algorithm>
#include <deque>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "base/mime/encode.hpp"

namespace kontor::rules {
namespace {

constexpr std::string_view k_magic = "KNTRFPR\x01";
constexpr std::size_t k_digest = 32, k_head = 8 + 8 + 8 + 4 + 4;
constexpr std::uint64_t k_base = 0x9E3779B97F4A7C15U;

std::uint64_t mixed(std::uint64_t x) {  // splitmix64's finisher
  x ^= x >> 30U;
  x *= 0xBF58476D1CE4E5B9U;
  x ^= x >> 27U;
  x *= 0x94D049BB133111EBU;
  return x ^ (x >> 31U);
}

// Where each letter of the text begins, blanks left out, and behind the last.
std::vector<std::uint32_t> letters_of(std::string_view words) {
  std::vector<std::uint32_t> out;
  std::uint32_t at = 0;
  std::uint32_t code = 0;
  for (; at < words.size(); ++at) {
    const auto c = static_cast<unsigned char>(words[at]);
    if (c == ' ') continue;
    if ((c & 0xC0U) == 0x80 && !out.empty()) {
      code = code << 8U | c;
      out.back() = code;
      continue;
    }
    code = c;
    out.push_back(code);
  }
  return out;
}

void put(std::string& out, std::uint64_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i)
    out.push_back(static_cast<char>(value >> (8 * (bytes - 1 - i)) & 0xFFU));
}

std::uint64_t take(std::string_view bytes, std::size_t at, unsigned count) {
  std::uint64_t out = 0;
  for (unsigned i = 0; i < count; ++i) out = out << 8U | static_cast<unsigned char>(bytes[at + i]);
  return out;
}

}  // namespace

std::vector<std::uint64_t> winnow(std::string_view utf8, std::uint64_t& letters) {
  const auto text = letters_of(mime::plain_words(utf8));
  letters = text.size();
  std::vector<std::uint64_t> out;
  if (text.size() < k_gram) return out;
  std::uint64_t highest = 1;  // k_base to the power of k_gram
  for (std::size_t i = 0; i < k_gram; ++i) highest *= k_base;
  std::uint64_t rolling = 0;
  struct Candidate {
    std::size_t at;
    std::uint64_t hash;
  };
  std::deque<Candidate> window;  // hashes ascending
  std::size_t last = SIZE_MAX;
  for (std::size_t i = 0; i < text.size(); ++i) {
    rolling = rolling * k_base + text[i] + 1;
    if (i >= k_gram) rolling -= highest * (text[i - k_gram] + 1);
    if (i + 1 < k_gram) continue;
    const auto hash = mixed(rolling);
    while (!window.empty() && window.back().hash >= hash) window.pop_back();
    window.push_back({i, hash});
    if (window.front().at + k_window <= i) window.pop_front();
    const bool is_full = i + 1 >= k_gram + k_window - 1 || i + 1 == text.size();
    if (is_full && window.front().at != last) {
      last = window.front().at;
      out.push_back(window.front().hash);
    }
  }
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

std::string format_fingerprint(const Fingerprint& fingerprint) {
  std::string out(k_magic);
  put(out, static_cast<std::uint64_t>(fingerprint.made.time_since_epoch().count()), 8);
  put(out, fingerprint.letters, 8);
  put(out, fingerprint.name.size(), 4);
  put(out, fingerprint.hashes.size(), 4);
  out += fingerprint.name;
  for (const auto hash : fingerprint.hashes) put(out, hash, 8);
  return out + crypto::sha256(out);
}

Result<Fingerprint> parse_fingerprint(std::string_view bytes) {
  if (!bytes.starts_with(k_magic.substr(0, 7)))
    return fail(Errc::corrupt, "this is no file of a fingerprint");
  if (bytes.size() > 7 && bytes[7] != k_magic[7])
    return fail(Errc::unsupported, "the fingerprint has another version");
  if (bytes.size() < k_head + k_digest) return fail(Errc::corrupt, "the fingerprint is cut off");
  const auto content = bytes.substr(0, bytes.size() - k_digest);
  if (crypto::sha256(content) != bytes.substr(content.size()))
    return fail(Errc::corrupt, "the fingerprint is damaged");
  Fingerprint out;
  out.made = UtcSeconds(std::chrono::seconds(static_cast<std::int64_t>(take(content, 8, 8))));
  out.letters = take(content, 16, 8);
  const auto name = take(content, 24, 4), count = take(content, 28, 4);
  if (count > k_most_hashes || content.size() != k_head + name + count * 8)
    return fail(Errc::corrupt, "the fingerprint is of another length");
  out.name = std::string(content.substr(k_head, name));
  for (std::uint64_t i = 0; i < count; ++i)
    out.hashes.push_back(take(content, k_head + name + i * 8, 8));
  if (!is_utf8(out.name) ||
      std::ranges::adjacent_find(out.hashes, std::greater_equal()) != out.hashes.end())
    return fail(Errc::corrupt, "the fingerprint is out of order");
  return out;
}

FingerprintSet::FingerprintSet(std::vector<std::shared_ptr<const Fingerprint>> all)
    : all_(std::move(all)) {
  for (std::uint32_t i = 0; i < all_.size(); ++i)
    for (const auto hash : all_[i]->hashes) rows_.push_back({hash, i});
  std::ranges::sort(rows_, {}, &Row::hash);
}

std::vector<Likeness> FingerprintSet::in(std::string_view utf8) const {
  std::vector<Likeness> out;
  if (rows_.empty()) return out;
  std::uint64_t letters = 0;
  std::vector<std::uint64_t> counts(all_.size());
  for (const auto hash : winnow(utf8, letters))
    for (auto row = std::ranges::lower_bound(rows_, hash, {}, &Row::hash);
         row != rows_.end() && row->hash == hash; ++row)
      ++counts[row->index];
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto& one = *all_[i];
    if (counts[i] == 0 || one.hashes.empty()) continue;
    const auto share = static_cast<double>(counts[i]) / static_cast<double>(one.hashes.size());
    out.push_back(
        {one.name, share, static_cast<std::uint64_t>(share * static_cast<double>(one.letters))});
  }
  return out;
}

}  // namespace kontor::rules
