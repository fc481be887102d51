// SPDX-License-Identifier: GPL-3.0-or-later
// Facts: what is read out of a message for the conditions of rules, each at its first use and then
// kept until the message changes. One thread at a time.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mime/message.hpp"
#include "server/rules/mail.hpp"
#include "server/rules/rewrite/structure.hpp"

namespace kontor::rules {

inline constexpr std::size_t k_most_text = 8U << 20U;  // bytes looked through of a message's texts

class Facts {
 public:
  // Both outlive it; the message is taken out of `mail`. `files` are the texts of attachments.
  Facts(Mail& mail, const std::vector<FileText>& files, const mime::Limits& limits)
      : mail_(mail), files_(files), limits_(limits), message_(std::move(mail.message)) {}

  const Mail& mail() const noexcept { return mail_; }
  const mime::Limits& limits() const noexcept { return limits_; }
  const std::string& message() const noexcept { return message_; }
  std::string take_message() { return std::move(message_); }
  // The message is another one now.
  void change(std::string message);

  const std::string& subject();      // decoded
  const std::string& body();         // text parts; of HTML what is seen
  const std::string& all_text();     // subject, body, names and texts of attachments
  const std::string& folded_body();  // as compared
  const std::string& folded_text();
  const std::string& words();  // of all_text(), mime::plain_words()
  const Structure& structure();
  // Addresses of From and Sender, and the reverse-path; lower case.
  const std::vector<std::string>& senders();
  // Decoded values of the fields of that name; those of this server come first.
  std::vector<std::string> header(std::string_view name) const;

 private:
  const mime::Message& parsed();

  const Mail& mail_;
  const std::vector<FileText>& files_;
  mime::Limits limits_;
  std::string message_;
  std::optional<mime::Message> parsed_;
  std::optional<Structure> structure_;
  std::optional<std::string> subject_, body_, all_text_, folded_body_, folded_text_, words_;
  std::optional<std::vector<std::string>> senders_;
};

}  // namespace kontor::rules
