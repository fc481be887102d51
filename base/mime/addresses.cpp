// SPDX-License-Identifier: GPL-3.0-or-later
// Address lists (RFC 5322, 3.4 and 4.4), read forward once. Words are collected until a character
// decides what they were: '<' a display name, '@' a local part, ':' the name of a group.
#include <utility>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"
#include "base/mime/tokens.hpp"

namespace kontor::mime {
namespace {

constexpr std::string_view k_specials = "<>,;:@\"(";
constexpr std::size_t k_max_word = 500;     // of an encoded word (RFC 2047, 2 says 75)
constexpr std::size_t k_max_literal = 255;  // of an address literal in brackets

class AddressReader {
 public:
  explicit AddressReader(std::string_view value) : tokens_(value) {}

  std::vector<Address> run() {
    while (!tokens_.at_end() && count_ < k_max_addresses) step();
    flush();
    close_group();
    return std::move(addresses_);
  }

 private:
  void step() {
    const bool blank = tokens_.skip_cfws(&comment_);
    if (tokens_.at_end()) return;
    switch (tokens_.peek()) {
      case ',':
        tokens_.advance();
        return flush();
      case ';':
        tokens_.advance();
        flush();
        return close_group();
      case ':':
        tokens_.advance();
        return open_group();
      case '<':
        return read_angle();
      case '@':
        return read_bare();
      case '>':
        return tokens_.advance();
      default:
        return read_word(blank);
    }
  }

  void read_word(bool blank) {
    if (blank && !phrase_.empty()) phrase_.push_back(' ');
    if (tokens_.at('"')) {
      phrase_.append(tokens_.read_quoted());
      return;
    }
    const auto word = read_encoded_word();
    phrase_.append(word.empty() ? tokens_.read_until(k_specials) : word);
  }

  // An RFC 2047 word with characters that a phrase forbids (RFC 2047, 5 (3)); senders write them.
  std::string_view read_encoded_word() {
    const auto window = tokens_.rest().substr(0, k_max_word);
    if (!window.starts_with("=?")) return {};
    std::size_t at = 2;
    for (int marks = 0; at < window.size() && marks < 2; ++at) marks += window[at] == '?' ? 1 : 0;
    const auto end = window.find("?=", at);
    if (end == std::string_view::npos) return {};
    const auto word = window.substr(0, end + 2);
    if (word.find_first_of("\"<>\r\n") != std::string_view::npos) return {};
    tokens_.move_to(tokens_.position() + word.size());
    return word;
  }

  // A domain or an address literal, comments and blanks around its dots dropped (RFC 5322, 4.4).
  std::string read_domain() {
    std::string domain;
    tokens_.skip_cfws(&comment_);
    if (tokens_.at('[')) {
      const auto window = tokens_.rest().substr(0, k_max_literal);
      const auto end = window.find_first_of("]>");
      if (end != std::string_view::npos && window[end] == ']') {
        tokens_.move_to(tokens_.position() + end + 1);
        return unfold(window.substr(0, end + 1));
      }
    }
    while (true) {
      const auto word = tokens_.read_until(k_specials);
      domain.append(word);
      if (word.empty() || tokens_.at_end()) break;
      tokens_.skip_cfws(&comment_);
      if (!tokens_.at('.') && !domain.ends_with('.')) break;
    }
    return domain;
  }

  void read_angle() {
    while (tokens_.take('<')) tokens_.skip_cfws();
    Mailbox mailbox;
    mailbox.name = take_phrase();
    if (tokens_.at('@')) mailbox.route = read_route();
    std::string local;
    while (!tokens_.at_end() && !tokens_.at('>') && !tokens_.at(',') && !tokens_.at(';')) {
      tokens_.skip_cfws();
      if (tokens_.at_end()) break;
      if (tokens_.at('"')) {
        local.append(tokens_.read_quoted());
      } else if (tokens_.take('@')) {
        if (!mailbox.domain.empty()) local.append("@").append(mailbox.domain);
        mailbox.domain = read_domain();
      } else if (const auto word = tokens_.read_until(k_specials); !word.empty()) {
        if (mailbox.domain.empty()) local.append(word);  // behind the domain: junk
      } else if (!tokens_.at('>') && !tokens_.at(',') && !tokens_.at(';')) {
        tokens_.advance();
      }
    }
    while (tokens_.take('>')) continue;
    mailbox.local = std::move(local);
    if (!mailbox.name.empty() || !mailbox.local.empty() || !mailbox.domain.empty())
      add(std::move(mailbox));
    comment_.clear();
    after_angle_ = true;
  }

  // obs-route = "@a,@b:" (RFC 5322, 4.4)
  std::string read_route() {
    const auto begin = tokens_.position();
    std::string route;
    while (!tokens_.at_end() && !tokens_.at(':') && !tokens_.at('>') && !tokens_.at('<')) {
      if (!is_blank(tokens_.peek())) route.push_back(tokens_.peek());
      tokens_.advance();
    }
    if (tokens_.take(':')) return route;
    tokens_.move_to(begin);  // no colon: "<@domain>", an address without a local part
    return {};
  }

  void read_bare() {
    tokens_.advance();
    std::string domain = read_domain();
    tokens_.skip_cfws(&comment_);
    if (tokens_.at('<') || tokens_.at('@')) {  // `a@b <a@b>`: the first one is a display name
      phrase_.append("@").append(domain);
      if (tokens_.at('<')) phrase_.push_back(' ');
      return;
    }
    Mailbox mailbox;
    mailbox.local = without_blanks(take_phrase());
    mailbox.domain = std::move(domain);
    mailbox.name = std::exchange(comment_, {});
    add(std::move(mailbox));
  }

  void open_group() {
    close_group();
    Address group;
    group.is_group = true;
    group.group_name = take_phrase();
    addresses_.push_back(std::move(group));
    in_group_ = true;
    comment_.clear();
  }

  void close_group() { in_group_ = false; }

  // Words with neither '@' nor '<': a local name, such as "root".
  void flush() {
    const bool after_angle = std::exchange(after_angle_, false);
    Mailbox mailbox;
    mailbox.local = take_phrase();
    if (!mailbox.local.empty() && !after_angle) {
      mailbox.name = comment_;
      add(std::move(mailbox));
    }
    comment_.clear();
  }

  void add(Mailbox mailbox) {
    ++count_;
    if (in_group_) {
      addresses_.back().members.push_back(std::move(mailbox));
      return;
    }
    Address address;
    address.mailbox = std::move(mailbox);
    addresses_.push_back(std::move(address));
  }

  std::string take_phrase() {
    std::string phrase = std::exchange(phrase_, {});
    return std::string(trim(phrase));
  }

  // obs-local-part = word *("." word), blanks allowed (RFC 5322, 4.4); those of a quoted word stay.
  std::string without_blanks(std::string phrase) const {
    if (phrase.find(". ") != std::string::npos || phrase.find(" .") != std::string::npos)
      std::erase(phrase, ' ');
    return phrase;
  }

  Tokens tokens_;
  std::vector<Address> addresses_;
  std::string phrase_;
  std::string comment_;
  std::size_t count_ = 0;
  bool in_group_ = false;
  bool after_angle_ = false;
};

}  // namespace

std::vector<Address> parse_addresses(std::string_view value) { return AddressReader(value).run(); }

}  // namespace kontor::mime
