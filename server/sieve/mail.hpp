// SPDX-License-Identifier: GPL-3.0-or-later
// Mail: the message a script runs on, with the changes it makes to the header (RFC 5293). Pure; one
// thread. The bytes given are never changed; a changed message is made when it is asked for.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mime/message.hpp"

namespace kontor::sieve {

struct MailPart {
  std::string type, subtype;  // lower case
  std::string text;           // decoded; of text/* in UTF-8
};

class Mail {
 public:
  Mail(std::shared_ptr<const std::string> raw, mime::Limits limits);

  struct Field {
    std::string name;
    std::string value;  // raw, unfolded
    std::string lines;  // as they stand in the message, with the end of the last
  };
  // In the order of the header, as changed so far.
  const std::vector<Field>& fields() const noexcept { return fields_; }
  // Values of the fields of that name, in order, as they stand in the message but in one line.
  std::vector<std::string> raw_values(std::string_view name) const;
  bool has(std::string_view name) const;

  // As a line of its own at the start, or the end. The value is one line.
  void add(std::string_view name, std::string_view value, bool at_end);
  void remove(const std::vector<std::size_t>& indexes);  // ascending, of fields()

  // Bytes of the message now (RFC 5228, 5.9).
  std::uint64_t size() const { return bytes()->size(); }
  // What stands in the message now.
  std::shared_ptr<const std::string> bytes() const;
  bool is_changed() const noexcept { return is_changed_; }

  std::string_view raw_body() const;
  // Every part that holds no others, and the header of each message within, decoded once.
  const std::vector<MailPart>& parts();

 private:
  std::shared_ptr<const std::string> raw_;
  mime::Limits limits_;
  std::size_t body_ = 0;  // where it begins, behind the empty line
  std::vector<Field> fields_;
  bool is_changed_ = false;
  mutable std::shared_ptr<const std::string> changed_;  // bytes() of now
  std::optional<std::vector<MailPart>> parts_;
};

}  // namespace kontor::sieve
