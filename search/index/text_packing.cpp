// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/index/text_packing.hpp"

#include <zdict.h>
#include <zstd.h>

#include <algorithm>
#include <new>
#include <vector>

#include "search/index/index_terms.hpp"

namespace kontor::search {
namespace {

constexpr int k_level = 3;
// Texts that a dictionary is made of.
constexpr std::size_t k_least_texts = 64;
constexpr std::size_t k_least_bytes = 96U << 10U;
constexpr std::size_t k_most_bytes = 4U << 20U;
constexpr std::size_t k_longest_text = 32U << 10U;
constexpr std::size_t k_share = 8;  // a dictionary is at most this part of them

// What a frame may say: the texts of an item, and their heads.
constexpr std::uint64_t k_most_unpacked = 2 * std::uint64_t{k_most_text};

template <class T, auto free>
struct Freed {
  void operator()(T* one) const { free(one); }
};
template <class T, auto free>
using Owned = std::unique_ptr<T, Freed<T, free>>;

template <class T>
T* required(T* made) {
  if (made == nullptr) throw std::bad_alloc();
  return made;
}

void append_number(std::string& out, std::size_t number) {
  for (; number >= 0x80U; number >>= 7U) out.push_back(static_cast<char>(number | 0x80U));
  out.push_back(static_cast<char>(number));
}

}  // namespace

struct TextDictionary::Ready {
  Owned<ZSTD_DDict, ZSTD_freeDDict> dictionary;
};

TextDictionary::TextDictionary(std::uint64_t number, std::string bytes)
    : number_(number),
      bytes_(std::move(bytes)),
      ready_(std::make_unique<Ready>(Owned<ZSTD_DDict, ZSTD_freeDDict>(
          required(ZSTD_createDDict(bytes_.data(), bytes_.size()))))) {}
TextDictionary::~TextDictionary() = default;

std::optional<std::string> make_dictionary(std::span<const std::string> texts) {
  std::string all;
  std::vector<std::size_t> sizes;
  for (const auto& text : texts) {
    const auto size = std::min(text.size(), k_longest_text);
    if (all.size() + size > k_most_bytes) break;
    all.append(text, 0, size);
    sizes.push_back(size);
  }
  if (sizes.size() < k_least_texts || all.size() < k_least_bytes) return std::nullopt;
  std::string out(std::min<std::size_t>(TextDictionary::k_most_bytes, all.size() / k_share), '\0');
  const auto size = ZDICT_trainFromBuffer(out.data(), out.size(), all.data(), sizes.data(),
                                          static_cast<unsigned>(sizes.size()));
  if (ZDICT_isError(size) != 0) return std::nullopt;  // of texts that have nothing in common
  out.resize(size);
  return out;
}

struct TextPacker::State {
  Owned<ZSTD_CCtx, ZSTD_freeCCtx> context{required(ZSTD_createCCtx())};
  Owned<ZSTD_CDict, ZSTD_freeCDict> dictionary;
};

TextPacker::TextPacker(DictionaryPtr dictionary)
    : state_(std::make_unique<State>()), dictionary_(std::move(dictionary)) {
  auto* context = state_->context.get();
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, k_level);
  ZSTD_CCtx_setParameter(context, ZSTD_c_dictIDFlag, 0);
  if (dictionary_ == nullptr) return;
  const auto& bytes = dictionary_->bytes();
  state_->dictionary.reset(required(ZSTD_createCDict(bytes.data(), bytes.size(), k_level)));
  ZSTD_CCtx_refCDict(context, state_->dictionary.get());
}
TextPacker::~TextPacker() = default;

std::string TextPacker::pack(std::string_view texts, std::string_view pair_bits) {
  std::string out;
  out.push_back(static_cast<char>(dictionary_ == nullptr ? 0 : dictionary_->number()));
  append_number(out, pair_bits.size());
  out.append(pair_bits);
  const auto head = out.size();
  out.resize(head + ZSTD_compressBound(texts.size()));
  const auto size = ZSTD_compress2(state_->context.get(), out.data() + head, out.size() - head,
                                   texts.data(), texts.size());
  if (ZSTD_isError(size) != 0) throw std::bad_alloc();  // nothing else is left that may happen
  out.resize(head + size);
  return out;
}

std::optional<PackedTexts> parse_packed(std::string_view data) {
  if (data.empty()) return std::nullopt;
  PackedTexts out;
  out.dictionary = static_cast<std::uint8_t>(data.front());
  data.remove_prefix(1);
  std::uint64_t size = 0;
  for (unsigned shift = 0;; shift += 7) {
    if (data.empty() || shift > 28) return std::nullopt;
    const auto byte = static_cast<unsigned char>(data.front());
    data.remove_prefix(1);
    size |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) break;
  }
  if (size > data.size()) return std::nullopt;
  out.pair_bits = data.substr(0, size);
  out.frame = data.substr(size);
  return out;
}

struct TextUnpacker::State {
  Owned<ZSTD_DCtx, ZSTD_freeDCtx> context{required(ZSTD_createDCtx())};
  std::string texts;
};

TextUnpacker::TextUnpacker() : state_(std::make_unique<State>()) {}
TextUnpacker::~TextUnpacker() = default;

std::optional<std::string_view> TextUnpacker::unpack(const PackedTexts& packed,
                                                     const Dictionaries& dictionaries) {
  auto& texts = state_->texts;
  const auto& frame = packed.frame;
  const auto bytes = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (bytes == ZSTD_CONTENTSIZE_UNKNOWN || bytes == ZSTD_CONTENTSIZE_ERROR ||
      bytes > k_most_unpacked)
    return std::nullopt;
  if (texts.size() < bytes) texts.resize(bytes);
  const auto found = dictionaries.find(packed.dictionary);
  if (packed.dictionary != 0 && found == dictionaries.end()) return std::nullopt;
  auto* context = state_->context.get();
  const auto size =
      packed.dictionary == 0
          ? ZSTD_decompressDCtx(context, texts.data(), texts.size(), frame.data(), frame.size())
          : ZSTD_decompress_usingDDict(context, texts.data(), texts.size(), frame.data(),
                                       frame.size(), found->second->ready_->dictionary.get());
  if (size != bytes) return std::nullopt;
  return std::string_view(texts).substr(0, size);
}

}  // namespace kontor::search
