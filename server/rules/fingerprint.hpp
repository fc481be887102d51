// SPDX-License-Identifier: GPL-3.0-or-later
// Fingerprints of documents: which of them a text holds, wholly or in pieces.
//
// A text is reduced to its letters and digits (mime::plain_words without the blanks), so that
// layout, hyphens, case and quote marks do not count. Of each window of k_window sequences of
// k_gram letters the one with the least hash is kept (winnowing: Schleimer, Wilkerson and Aiken,
// 2003): what two texts share is found when it is k_gram + k_window - 1 letters or longer. Pure.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "server/rules/judge.hpp"

namespace kontor::rules {

inline constexpr std::size_t k_gram = 32, k_window = 32;
inline constexpr std::size_t k_most_hashes = 1U << 20U;  // of one document
inline constexpr std::size_t k_fewest_hashes = 3;        // less says nothing

struct Fingerprint {
  std::string name;
  UtcSeconds made{};
  std::uint64_t letters = 0;          // of the document
  std::vector<std::uint64_t> hashes;  // ascending, each once

  bool operator==(const Fingerprint&) const = default;
};

// The hashes of a text, ascending, each once, and how many letters it has.
std::vector<std::uint64_t> winnow(std::string_view utf8, std::uint64_t& letters);

// Its file, DATA/fingerprints/* (docs/formats/fingerprints.md). corrupt: damaged. unsupported:
// another version.
std::string format_fingerprint(const Fingerprint& fingerprint);
Result<Fingerprint> parse_fingerprint(std::string_view bytes);

// Many of them, asked at once. Immutable; any thread.
class FingerprintSet {
 public:
  FingerprintSet() = default;
  explicit FingerprintSet(std::vector<std::shared_ptr<const Fingerprint>> all);
  const std::vector<std::shared_ptr<const Fingerprint>>& all() const noexcept { return all_; }
  // Those of which anything is in the text.
  std::vector<Likeness> in(std::string_view utf8) const;

 private:
  struct Row {
    std::uint64_t hash;
    std::uint32_t index;
  };
  std::vector<std::shared_ptr<const Fingerprint>> all_;
  std::vector<Row> rows_;  // by hash
};

}  // namespace kontor::rules
