// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/gal/book_words.hpp"

#include <map>

#include "base/core/text.hpp"

namespace kontor::directory {
namespace {

constexpr std::size_t k_longest_word = 1'000;

class Words {
 public:
  explicit Words(const Spelling& spelling) : spelling_(spelling) {}

  // Each word once, where it stands best.
  void add(WordField field, std::string word) {
    if (word.empty() || word.size() > k_longest_word || word.contains('\n')) return;
    const auto [at, is_new] = found_.emplace(std::move(word), field);
    if (!is_new && field < at->second) at->second = field;
  }
  void add_text(WordField field, std::string_view text) {
    const auto folded = spelling_.fold(text);
    for (const auto word : words_of(folded)) add(field, std::string(word));
  }
  void add_name(std::string_view text) {
    add_text(WordField::name, text);
    for (const auto word : words_of(text)) add(WordField::other_script, spelling_.key(word));
  }
  void add_address(std::string_view address) {
    add(WordField::address, spelling_.fold(address));
    add_text(WordField::address, address.substr(0, address.rfind('@')));
  }
  std::string text() const {
    std::string out;
    for (const auto& [word, field] : found_) {
      out.push_back(static_cast<char>(field));
      out += word;
      out.push_back('\n');
    }
    return out;
  }

 private:
  const Spelling& spelling_;
  std::map<std::string, WordField> found_;
};

}  // namespace

std::string make_words(const Principal& principal, const Spelling& spelling) {
  Words words(spelling);
  words.add_name(principal.name);
  words.add_name(principal.given_name);
  words.add_name(principal.surname);
  const auto rdn = rdn_of(principal.dn);
  if (rdn.attribute == "cn") words.add_name(rdn.value);
  if (rdn.attribute == "uid") words.add_text(WordField::address, rdn.value);
  for (const auto& address : principal.addresses) words.add_address(address);
  if (principal.mail.empty()) words.add_address(principal.mail_rules.target_address);
  words.add(WordField::address, spelling.fold(principal.account_name));
  words.add_text(WordField::address, principal.account_name);
  for (const auto& number : {principal.telephone, principal.card.mobile})
    for (auto& digits : telephone_words(number)) words.add(WordField::telephone, std::move(digits));
  words.add_text(WordField::department, principal.department);
  return words.text();
}

}  // namespace kontor::directory
