// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/pickup/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"
#include "base/mime/letter.hpp"
#include "server/smtp/wire/address.hpp"

namespace kontor::pickup {
namespace {

using smtp::wire::parse_mailbox;

// Every line end as CRLF.
std::string with_crlf(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 32);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (c == '\n' && (i == 0 || bytes[i - 1] != '\r')) out += '\r';
    out += c;
    if (c == '\r' && (i + 1 == bytes.size() || bytes[i + 1] != '\n')) out += '\n';
  }
  if (!out.ends_with("\r\n")) out += "\r\n";
  return out;
}

// "a@b" or "<a@b>", as it is said in SMTP; empty: "<>".
Result<std::string> read_path(std::string_view text) {
  text = trim(text);
  if (text == "<>") return std::string();
  if (text.starts_with('<') && text.ends_with('>')) text = text.substr(1, text.size() - 2);
  const auto mailbox = parse_mailbox(text);
  if (!mailbox || mailbox->domain.empty())
    return fail(Errc::bad_input, fmt::format("\"{}\" is not a mail address", to_valid_utf8(text)));
  return mailbox->text();
}

class Reader {
 public:
  explicit Reader(const Terms& terms) : terms_(terms) {}

  Result<Message> read(std::string_view file) {
    if (file.contains('\0')) return fail(Errc::bad_input, "a NUL is in it: it is no text");
    const auto bytes = with_crlf(file);
    const auto end = bytes.find("\r\n\r\n");
    const auto header =
        std::string_view(bytes).substr(0, end == std::string::npos ? bytes.size() : end + 2);
    const auto fields = mime::parse_fields(header);
    if (fields.empty() || fields.front().range.offset != 0)
      return fail(Errc::bad_input, "it does not begin with header fields");
    for (const auto& field : fields) {
      KONTOR_TRY(take(field));
    }
    KONTOR_TRY(set_sender());
    KONTOR_TRY(set_recipients());
    if (hops_ >= terms_.max_hops)
      return fail(Errc::bad_input, "too many hops: this message goes in a circle");
    write(header, fields, std::string_view(bytes).substr(header.size()));
    return std::move(message_);
  }

 private:
  Result<void> take(const mime::HeaderField& field) {
    const auto value = mime::unfold(field.value);
    if (iequals(field.name, "X-Receiver")) {
      KONTOR_TRY(auto address, read_path(value));
      if (address.empty()) return fail(Errc::bad_input, "an X-Receiver line names nobody");
      receivers_.push_back(std::move(address));
    } else if (iequals(field.name, "X-Sender")) {
      if (x_sender_) return fail(Errc::bad_input, "there are two X-Sender lines");
      KONTOR_TRY(x_sender_, read_path(value));
    } else if (iequals(field.name, "From") || iequals(field.name, "Sender")) {
      KONTOR_TRY(const auto found, addresses_of(field.name, value));
      if (found.empty())
        return fail(Errc::bad_input, fmt::format("no address is in its {} field", field.name));
      (iequals(field.name, "From") ? from_ : sender_) = found.front();
    } else if (iequals(field.name, "To") || iequals(field.name, "Cc") ||
               iequals(field.name, "Bcc")) {
      KONTOR_TRY(auto found, addresses_of(field.name, value));
      std::ranges::move(found, std::back_inserter(addressed_));
    }
    has_date_ = has_date_ || iequals(field.name, "Date");
    has_id_ = has_id_ || iequals(field.name, "Message-ID");
    if (iequals(field.name, "Received")) ++hops_;
    return {};
  }

  static Result<std::vector<std::string>> addresses_of(std::string_view name,
                                                       std::string_view value) {
    std::vector<std::string> out;
    const auto add = [&](const mime::Mailbox& one) -> Result<void> {
      smtp::wire::Mailbox written;
      written.local = one.local;
      written.domain = one.domain;
      // What SMTP cannot say is no address.
      const auto mailbox = parse_mailbox(written.text());
      if (one.domain.empty() || !mailbox)
        return fail(Errc::bad_input,
                    fmt::format("\"{}\" in its {} field is not a mail address",
                                to_valid_utf8(mime::one_line(one.address())), name));
      out.push_back(mailbox->text());
      return {};
    };
    for (const auto& address : mime::parse_addresses(value)) {
      if (!address.is_group) {
        KONTOR_TRY(add(address.mailbox));
      }
      for (const auto& member : address.members) {
        KONTOR_TRY(add(member));
      }
    }
    return out;
  }

  Result<void> set_sender() {
    if (from_.empty()) return fail(Errc::bad_input, "it has no From field");  // RFC 5322, 3.6
    message_.sender = x_sender_ ? *x_sender_ : sender_.empty() ? from_ : sender_;
    return {};
  }

  Result<void> set_recipients() {
    std::set<std::string> seen;
    for (auto& address : receivers_.empty() ? addressed_ : receivers_)
      if (seen.insert(to_lower(address)).second) message_.recipients.push_back(std::move(address));
    if (message_.recipients.empty())
      return fail(Errc::bad_input, "it is for nobody: no To, Cc, Bcc or X-Receiver");
    if (message_.recipients.size() > terms_.max_recipients)
      return fail(Errc::bad_input, fmt::format("it is for {} recipients, {} are allowed",
                                               message_.recipients.size(), terms_.max_recipients));
    return {};
  }

  void write(std::string_view header,
             const std::vector<mime::HeaderField>& fields,
             std::string_view rest) {
    auto& out = message_.bytes;
    out = fmt::format("Received: by {} (Kontor) with local id {};\r\n\t{}\r\n", terms_.server,
                      terms_.trace, mime::format_date(terms_.now));
    if (!has_date_) out += "Date: " + mime::format_date(terms_.now) + "\r\n";
    if (!has_id_) out += "Message-ID: <" + terms_.trace + "@" + terms_.server + ">\r\n";
    std::size_t at = 0;
    for (const auto& field : fields) {
      const bool is_hidden = iequals(field.name, "X-Receiver") || iequals(field.name, "X-Sender") ||
                             iequals(field.name, "Bcc");
      if (!is_hidden) continue;
      out.append(header.substr(at, field.range.offset - at));
      at = field.range.offset + field.range.size;
    }
    out.append(header.substr(std::min(at, header.size())));
    const auto ascii = [](const std::string& one) { return mime::is_ascii(one); };
    message_.is_utf8 = !mime::is_ascii(out) || !mime::is_ascii(message_.sender) ||
                       !std::ranges::all_of(message_.recipients, ascii);
    out.append(rest.empty() ? "\r\n" : rest);
    message_.is_8bit = !mime::is_ascii(out);
  }

  const Terms& terms_;
  Message message_;
  std::optional<std::string> x_sender_;
  std::string from_, sender_;
  std::vector<std::string> receivers_, addressed_;
  std::size_t hops_ = 0;
  bool has_date_ = false, has_id_ = false;
};

}  // namespace

Result<Message> read_message(std::string_view file, const Terms& terms) {
  Reader reader(terms);
  return reader.read(file);
}

}  // namespace kontor::pickup
