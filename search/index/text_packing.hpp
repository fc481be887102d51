// SPDX-License-Identifier: GPL-3.0-or-later
// The data of a document in a database (docs/formats/search-index.md): the bits of its pairs of
// words, and its texts (stored_texts.hpp) packed by zstd, with a dictionary where there is one:
// what the messages of an account have in common then takes next to nothing in each, and unpacking
// takes a third of the time.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kontor::search {

// A dictionary as it lies on disk. Immutable: any thread.
class TextDictionary {
 public:
  static constexpr std::uint64_t k_most_bytes = 64U << 10U;
  static constexpr std::uint64_t k_last_number = 255;

  // Of 1 to k_last_number.
  TextDictionary(std::uint64_t number, std::string bytes);
  ~TextDictionary();
  std::uint64_t number() const { return number_; }
  const std::string& bytes() const { return bytes_; }

 private:
  friend class TextPacker;
  friend class TextUnpacker;
  struct Ready;  // for unpacking
  std::uint64_t number_;
  std::string bytes_;
  std::unique_ptr<const Ready> ready_;
};
using DictionaryPtr = std::shared_ptr<const TextDictionary>;
using Dictionaries = std::map<std::uint64_t, DictionaryPtr>;

// The bytes of a dictionary for texts like these; nothing: they are too few to make one.
std::optional<std::string> make_dictionary(std::span<const std::string> texts);

// One thread.
class TextPacker {
 public:
  explicit TextPacker(DictionaryPtr dictionary);  // may be empty
  ~TextPacker();
  std::string pack(std::string_view texts, std::string_view pair_bits);

 private:
  struct State;
  std::unique_ptr<State> state_;
  DictionaryPtr dictionary_;
};

// What pack() made, taken apart; a view of it. Nothing: it is damaged.
struct PackedTexts {
  std::uint8_t dictionary = 0;  // none
  std::string_view pair_bits;
  std::string_view frame;
};
std::optional<PackedTexts> parse_packed(std::string_view data);

// One thread.
class TextUnpacker {
 public:
  TextUnpacker();
  ~TextUnpacker();
  // The texts, until the next call. Nothing: they are damaged, or their dictionary is not there.
  std::optional<std::string_view> unpack(const PackedTexts& packed,
                                         const Dictionaries& dictionaries);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kontor::search
