// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "base/core/text.hpp"
#include "base/mime/modified_utf7.hpp"
#include "server/collector/box.hpp"
#include "server/imap_client/reply.hpp"

namespace kontor::collector {
namespace {

using imap_client::Reply;
using imap_client::Value;

constexpr std::size_t k_max_line = 1U << 20U;
constexpr std::size_t k_max_replies = 2'000'000;  // untagged ones to one command
constexpr std::size_t k_set_size = 500;           // UIDs named in one command

// Of "* n FETCH (UID u RFC822.SIZE s BODY[] b)".
struct Row {
  std::uint32_t uid = 0;
  std::optional<std::uint64_t> size;
  std::optional<std::string> body;
};

std::optional<Row> row_of(Reply reply) {
  if (reply.name != "FETCH" || reply.values.empty() || !reply.values[0].is_list())
    return std::nullopt;
  Row out;
  auto& items = reply.values[0].items;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    const auto name = to_upper(items[i].text);
    auto& value = items[i + 1];
    if (name == "UID") out.uid = parse_number<std::uint32_t>(value.text).value_or(0);
    if (name == "RFC822.SIZE") out.size = parse_number<std::uint64_t>(value.text);
    if (name == "BODY[]" && value.kind == Value::Kind::text) out.body = std::move(value.text);
  }
  return out;
}

std::vector<std::string> sets_of(const std::vector<std::uint32_t>& uids) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < uids.size(); ++i) {
    if (i % k_set_size == 0) out.emplace_back();
    auto& set = out.back();
    if (!set.empty()) set += ',';
    set += std::to_string(uids[i]);
  }
  return out;
}

class ImapBox final : public Box {
 public:
  ImapBox(const Source& source, const Dial& dial) : source_(source), dial_(dial) {}

  Task<Result<void>> open() override {
    KONTOR_CO_TRY(wire_, co_await Wire::open(source_, dial_));
    KONTOR_CO_TRY(const auto greeting, co_await next(0));
    if (greeting.name == "BYE")
      co_return fail(Errc::unavailable, "the server says: " + said(greeting.text));
    if (greeting.tag != "*" || (greeting.name != "OK" && greeting.name != "PREAUTH"))
      co_return fail(Errc::bad_input, "this is no IMAP server");
    KONTOR_CO_TRY(co_await command("CAPABILITY"));
    if (source_.tls == Tls::starttls) {
      if (!can("STARTTLS"))
        co_return fail(Errc::unsupported, "the server offers no STARTTLS: try --tls implicit");
      KONTOR_CO_TRY(co_await command("STARTTLS"));
      KONTOR_CO_TRY(co_await wire_->start_tls(source_, dial_));
      KONTOR_CO_TRY(co_await command("CAPABILITY"));
    }
    if (greeting.name == "OK") {
      KONTOR_CO_TRY(co_await sign_in());
    }
    co_return Result<void>();
  }

  Task<Result<Listing>> list(const State& state) override {
    Listing out;
    std::uint32_t next_uid = 0;
    const auto take = [&](const Reply& reply) {
      if (const auto uid = imap_client::number_in(reply.code, "UIDVALIDITY"))
        out.validity = std::to_string(*uid);
      if (const auto uid = imap_client::number_in(reply.code, "UIDNEXT")) next_uid = *uid;
    };
    KONTOR_CO_TRY(const auto selected, co_await command(select_command(), [&](Reply reply) {
                    take(reply);
                    return Result<void>();
                  }));
    if (source_.is_move && istarts_with(selected.code, "READ-ONLY"))
      co_return fail(Errc::unsupported, "this folder may only be read there: use --mode copy");
    if (out.validity.empty())
      co_return fail(Errc::bad_input, "the server gives the folder no UIDVALIDITY");
    const bool is_same = out.validity == state.validity;
    const auto high = is_same ? state.high : 0;
    std::map<std::uint32_t, std::uint64_t> found;
    // n:* names the last message, also when n is beyond it (RFC 9051, 9: seq-range).
    if (high != ~0U) {
      KONTOR_CO_TRY(co_await ask_sizes(fmt::format("{}:*", high + 1), found));
    }
    if (!found.empty()) out.high = found.rbegin()->first;
    if (next_uid > 0) out.high = std::max(out.high, next_uid - 1);
    std::vector<std::uint32_t> noted;
    for (const auto& [key, note] : state.notes)
      if (const auto uid = parse_number<std::uint32_t>(key); uid && is_same) noted.push_back(*uid);
    std::erase_if(found, [&](const auto& one) { return one.first <= high; });
    for (const auto& set : sets_of(noted)) {
      KONTOR_CO_TRY(co_await ask_sizes(set, found));
    }
    for (const auto& [uid, size] : found) {
      const auto key = std::to_string(uid);
      if (uid > high || state.notes.contains(key)) out.items.push_back({key, uid, size, false});
    }
    co_return out;
  }

  Task<Result<Fetched>> fetch(Item item, std::uint64_t most) override {
    Fetched out;
    const auto each = [&](Reply reply) -> Result<void> {
      auto row = row_of(std::move(reply));
      if (!row || row->uid != item.number || !row->body) return {};
      if (out.bytes) return fail(Errc::bad_input, "the server gives a message twice");
      out.bytes = std::move(row->body);
      return {};
    };
    KONTOR_CO_TRY(
        co_await command(fmt::format("UID FETCH {} (UID BODY.PEEK[])", item.number), each, most));
    if (!out.bytes) out.problem = "the server does not give it";
    co_return out;
  }

  Task<Result<void>> remove(std::vector<Item> items) override {
    std::vector<std::uint32_t> uids;
    for (const auto& item : items) uids.push_back(item.number);
    std::ranges::sort(uids);
    const bool has_uidplus = can("UIDPLUS") || can("IMAP4REV2");
    for (const auto& set : sets_of(uids)) {
      KONTOR_CO_TRY(co_await command(fmt::format("UID STORE {} +FLAGS.SILENT (\\Deleted)", set)));
      if (has_uidplus) {
        KONTOR_CO_TRY(co_await command("UID EXPUNGE " + set));
      }
    }
    if (has_uidplus || uids.empty()) co_return Result<void>();
    // EXPUNGE would take along what others have marked.
    bool is_ours_alone = true;
    const auto each = [&](const Reply& reply) {
      if (reply.name != "SEARCH") return Result<void>();
      for (const auto& value : reply.values) {
        const auto uid = parse_number<std::uint32_t>(value.text);
        is_ours_alone = is_ours_alone && uid && std::ranges::binary_search(uids, *uid);
      }
      return Result<void>();
    };
    KONTOR_CO_TRY(co_await command("UID SEARCH DELETED", each));
    if (is_ours_alone) {
      KONTOR_CO_TRY(co_await command("EXPUNGE"));
    }
    co_return Result<void>();
  }

  Task<Result<void>> close() override {
    KONTOR_CO_TRY(co_await wire_->send("k LOGOUT"));
    co_await wire_->close();
    co_return Result<void>();
  }

  Task<void> abandon() override {
    if (wire_) co_await wire_->close();
  }
  std::string peer() const override { return wire_ ? wire_->peer() : std::string(); }

 private:
  using Each = std::function<Result<void>(Reply)>;

  bool can(std::string_view capability) const {
    return capabilities_.find(capability) != capabilities_.end();
  }

  std::string select_command() const {
    const auto name = mime::encode_modified_utf7(source_.folder);
    const auto quoted = imap_client::quoted(name).value_or("INBOX");
    return (source_.is_move ? "SELECT " : "EXAMINE ") + quoted;
  }

  // One response; its literals have at most `most` bytes together.
  Task<Result<Reply>> next(std::uint64_t most) {
    std::string bytes;
    std::uint64_t literals = 0;
    for (;;) {
      KONTOR_CO_TRY(const auto line, co_await wire_->line(k_max_line));
      bytes += line;
      const auto size = imap_client::literal_behind(line);
      if (!size) break;
      if (*size > most - literals)
        co_return fail(Errc::limit, "the server sends more than was asked for");
      literals += *size;
      KONTOR_CO_TRY(const auto literal, co_await wire_->bytes(*size));
      bytes += literal;
      if (bytes.size() - literals > k_max_line * 4)
        co_return fail(Errc::limit, "the server sends a response without an end");
    }
    KONTOR_CO_TRY(auto reply, imap_client::parse_reply(bytes));
    note_capabilities(reply);
    co_return reply;
  }

  void note_capabilities(const Reply& reply) {
    if (istarts_with(reply.code, "CAPABILITY ")) {
      capabilities_.clear();
      for (const auto word : split(reply.code, ' ')) capabilities_.insert(to_upper(word));
    }
    if (reply.tag != "*" || reply.name != "CAPABILITY") return;
    capabilities_.clear();
    for (const auto& value : reply.values) capabilities_.insert(to_upper(value.text));
  }

  // The tagged response when it is OK; else bad_input with what the server said.
  Task<Result<Reply>> command(std::string text,
                              Each each = {},
                              std::uint64_t most = 65'536,
                              std::optional<std::string> secret = {}) {
    const auto tag = "k" + std::to_string(++number_);
    const auto verb = text.substr(0, text.find(' '));
    KONTOR_CO_TRY(co_await wire_->send(tag + ' ' + std::move(text)));
    for (std::size_t replies = 0; replies < k_max_replies; ++replies) {
      KONTOR_CO_TRY(auto reply, co_await next(most));
      if (reply.tag == tag) {
        if (reply.name == "OK") co_return reply;
        co_return fail(Errc::bad_input, verb + ": the server says: " + said(reply.text));
      }
      if (reply.tag == "+" && secret) {
        KONTOR_CO_TRY(co_await wire_->send(*std::exchange(secret, std::nullopt)));
      } else if (reply.tag != "*") {
        co_return fail(Errc::bad_input, "the server answers something that was not asked");
      } else if (reply.name == "BYE") {
        co_return fail(Errc::closed, "the server says: " + said(reply.text));
      } else if (each) {
        KONTOR_CO_TRY(each(std::move(reply)));
      }
    }
    co_return fail(Errc::limit, "the server's answer has no end");
  }

  Task<Result<void>> ask_sizes(std::string set, std::map<std::uint32_t, std::uint64_t>& found) {
    const auto each = [&](Reply reply) -> Result<void> {
      const auto row = row_of(std::move(reply));
      if (!row || row->uid == 0 || !row->size) return {};
      found[row->uid] = *row->size;
      if (found.size() > k_max_notes)
        return fail(Errc::limit, "there are more messages than can be kept in mind");
      return {};
    };
    KONTOR_CO_TRY(co_await command("UID FETCH " + std::move(set) + " (UID RFC822.SIZE)", each));
    co_return Result<void>();
  }

  Task<Result<void>> sign_in() {
    const auto user = imap_client::quoted(source_.user);
    const auto password = imap_client::quoted(source_.password);
    Result<Reply> done = fail(Errc::unsupported, "the server takes no password here");
    if (can("AUTH=PLAIN")) {  // RFC 4616
      const auto secret =
          base64_encode(std::string(1, '\0') + source_.user + '\0' + source_.password);
      done = co_await command("AUTHENTICATE PLAIN", {}, 0, secret);
    } else if (user && password && !can("LOGINDISABLED")) {
      done = co_await command("LOGIN " + *user + ' ' + *password);
    }
    if (!done && done.error().code() == Errc::bad_input)
      co_return fail(Errc::auth_failed, "the sign-in was refused: " + done.error().detail());
    if (!done) co_return fail(done.error());
    KONTOR_CO_TRY(co_await command("CAPABILITY"));
    co_return Result<void>();
  }

  const Source& source_;
  const Dial& dial_;
  std::unique_ptr<Wire> wire_;
  std::set<std::string, std::less<>> capabilities_;
  unsigned number_ = 0;
};

}  // namespace

std::unique_ptr<Box> make_imap_box(const Source& source, const Dial& dial) {
  return std::make_unique<ImapBox>(source, dial);
}

}  // namespace kontor::collector
