// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/core/text.hpp"
#include "base/net/waiter.hpp"
#include "server/collector/box.hpp"
#include "server/collector/pop3_reply.hpp"

namespace kontor::collector {
namespace {

constexpr std::size_t k_max_capabilities = 200;
constexpr std::size_t k_max_line = 65'536;
constexpr std::chrono::seconds k_patience{60};
constexpr std::uint64_t k_slowest = 4'096;  // bytes a second

class Pop3Box final : public Box {
 public:
  Pop3Box(const Source& source, const Dial& dial) : source_(source), dial_(dial) {}

  Task<Result<void>> open() override {
    KONTOR_CO_TRY(wire_, co_await Wire::open(source_, dial_));
    KONTOR_CO_TRY(const auto greeting, co_await status());
    if (!greeting.is_ok)
      co_return fail(Errc::unavailable, "the server says: " + said(greeting.text));
    KONTOR_CO_TRY(co_await ask_capabilities());
    if (source_.tls == Tls::starttls) {
      KONTOR_CO_TRY(const auto begins, co_await command("STLS"));
      if (!begins.is_ok)
        co_return fail(Errc::unsupported,
                       "the server has no STLS: try --tls implicit; it says: " + said(begins.text));
      KONTOR_CO_TRY(co_await wire_->start_tls(source_, dial_));
      KONTOR_CO_TRY(co_await ask_capabilities());
    }
    co_return co_await sign_in();
  }

  Task<Result<Listing>> list(const State&) override {
    std::vector<Pop3Size> sizes;
    std::vector<Pop3Id> ids;
    KONTOR_CO_TRY(co_await ask_list("LIST", sizes, parse_pop3_size));
    KONTOR_CO_TRY(co_await ask_list("UIDL", ids, parse_pop3_id));
    co_return joined(sizes, ids);
  }

  Task<Result<Fetched>> fetch(Item item, std::uint64_t most) override {
    KONTOR_CO_TRY(const auto begins, co_await command(fmt::format("RETR {}", item.number)));
    Fetched out;
    if (!begins.is_ok) {
      out.problem = "the server does not give it: " + said(begins.text);
      co_return out;
    }
    const auto deadline =
        net::deadline_after(k_patience + std::chrono::seconds(static_cast<long>(most / k_slowest)));
    std::string bytes;
    for (;;) {
      KONTOR_CO_TRY(const auto line, co_await wire_->line(k_max_line * 16));
      if (is_pop3_end(line)) break;
      bytes += pop3_content(line);
      if (bytes.size() > most)
        co_return fail(Errc::limit, "a message is longer than the server said it is");
      if (net::left_until(deadline).count() == 0)
        co_return fail(Errc::timed_out, "the server sends a message too slowly");
    }
    out.bytes = std::move(bytes);
    co_return out;
  }

  Task<Result<void>> remove(std::vector<Item> items) override {
    for (const auto& item : items) {
      KONTOR_CO_TRY(const auto done, co_await command(fmt::format("DELE {}", item.number)));
      if (!done.is_ok) co_return fail(Errc::bad_input, "DELE: the server says: " + said(done.text));
    }
    co_return Result<void>();
  }

  // RFC 1939, 6: only QUIT deletes.
  Task<Result<void>> close() override {
    KONTOR_CO_TRY(const auto done, co_await command("QUIT"));
    co_await wire_->close();
    if (!done.is_ok) co_return fail(Errc::bad_input, "QUIT: the server says: " + said(done.text));
    co_return Result<void>();
  }

  Task<void> abandon() override {
    if (wire_) co_await wire_->close();
  }
  std::string peer() const override { return wire_ ? wire_->peer() : std::string(); }

 private:
  Task<Result<Pop3Status>> status() {
    KONTOR_CO_TRY(const auto line, co_await wire_->line());
    co_return parse_pop3_status(line);
  }

  Task<Result<Pop3Status>> command(std::string text) {
    KONTOR_CO_TRY(co_await wire_->send(std::move(text)));
    co_return co_await status();
  }

  Task<Result<void>> ask_capabilities() {
    capabilities_.clear();
    KONTOR_CO_TRY(const auto begins, co_await command("CAPA"));
    while (begins.is_ok) {
      KONTOR_CO_TRY(const auto line, co_await wire_->line());
      if (is_pop3_end(line)) break;
      if (capabilities_.size() == k_max_capabilities)
        co_return fail(Errc::limit, "the answer to CAPA has no end");
      capabilities_.push_back(to_upper(trim(line)));
    }
    co_return Result<void>();
  }

  Task<Result<void>> sign_in() {
    const auto refused = [](const Pop3Status& status) {
      return fail(Errc::auth_failed, "the server refuses the sign-in: " + said(status.text));
    };
    if (pop3_has_sasl(capabilities_, "PLAIN")) {  // RFC 5034
      const auto secret =
          base64_encode(std::string(1, '\0') + source_.user + '\0' + source_.password);
      KONTOR_CO_TRY(co_await wire_->send("AUTH PLAIN"));
      KONTOR_CO_TRY(auto line, co_await wire_->line());
      if (is_pop3_challenge(line)) {
        KONTOR_CO_TRY(co_await wire_->send(secret));
        KONTOR_CO_TRY(line, co_await wire_->line());
      }
      KONTOR_CO_TRY(const auto done, parse_pop3_status(line));
      if (!done.is_ok) co_return refused(done);
      co_return Result<void>();
    }
    if (source_.user.find(' ') != std::string::npos)
      co_return fail(Errc::unsupported, "the server takes no user name with a blank in it");
    KONTOR_CO_TRY(const auto user, co_await command("USER " + source_.user));
    if (!user.is_ok) co_return refused(user);
    KONTOR_CO_TRY(const auto password, co_await command("PASS " + source_.password));
    if (!password.is_ok) co_return refused(password);
    co_return Result<void>();
  }

  template <class Row>
  Task<Result<void>> ask_list(std::string verb,
                              std::vector<Row>& rows,
                              Result<Row> (*parse)(std::string_view line)) {
    KONTOR_CO_TRY(const auto begins, co_await command(verb));
    if (!begins.is_ok)
      co_return fail(Errc::unsupported, verb + ": the server says: " + said(begins.text));
    for (;;) {
      KONTOR_CO_TRY(const auto line, co_await wire_->line());
      if (is_pop3_end(line)) co_return Result<void>();
      if (rows.size() == k_max_notes)
        co_return fail(Errc::limit, "the answer to " + verb + " has no end");
      KONTOR_CO_TRY(auto row, parse(line));
      rows.push_back(std::move(row));
    }
  }

  static Result<Listing> joined(std::vector<Pop3Size>& sizes, std::vector<Pop3Id>& ids) {
    std::ranges::sort(sizes, {}, &Pop3Size::number);
    std::ranges::sort(ids, {}, &Pop3Id::number);
    const bool are_same = std::ranges::equal(sizes, ids, {}, &Pop3Size::number, &Pop3Id::number);
    const auto twice = std::ranges::adjacent_find(ids, {}, &Pop3Id::number);
    if (!are_same || twice != ids.end())
      return fail(Errc::bad_input, "the answers to LIST and UIDL do not fit each other");
    Listing out;
    std::map<std::string_view, std::size_t> first;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto [place, is_first] = first.emplace(ids[i].id, out.items.size());
      if (is_first)
        out.items.push_back({ids[i].id, ids[i].number, sizes[i].size, false});
      else
        out.items[place->second].is_doubtful = true;
    }
    return out;
  }

  const Source& source_;
  const Dial& dial_;
  std::unique_ptr<Wire> wire_;
  std::vector<std::string> capabilities_;
};

}  // namespace

std::unique_ptr<Box> make_pop3_box(const Source& source, const Dial& dial) {
  return std::make_unique<Pop3Box>(source, dial);
}

std::unique_ptr<Box> make_box(const Source& source, const Dial& dial) {
  return source.protocol == Protocol::imap ? make_imap_box(source, dial)
                                           : make_pop3_box(source, dial);
}

}  // namespace kontor::collector
