// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/scan/milter.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"
#include "server/filter/scan/dial.hpp"

namespace kontor::filter::scan {
namespace {

constexpr std::size_t k_most_changes = 1'000;
constexpr std::size_t k_most_new_body = 256U << 20U;

class Dialogue {
 public:
  Dialogue(net::Stream& stream, const Mail& mail, SteadyTime deadline)
      : stream_(stream), mail_(mail), deadline_(deadline) {}

  Task<Result<MilterVerdict>> run(std::string_view message) {
    KONTOR_CO_TRY(co_await negotiate());
    KONTOR_CO_TRY(co_await envelope());
    KONTOR_CO_TRY(co_await header(message));
    KONTOR_CO_TRY(co_await body(message));
    KONTOR_CO_TRY(co_await say('E', {}, milter::Step(0), milter::Step(0)));
    static_cast<void>(co_await send(milter_packet('Q')));
    co_return std::move(verdict_);
  }

 private:
  Task<Result<void>> negotiate() {
    KONTOR_CO_TRY(co_await send(
        milter_offer({milter::k_version, milter::k_offered_actions, milter::k_offered_steps})));
    KONTOR_CO_TRY(const auto packet, co_await receive());
    if (packet.command != 'O') co_return fail(Errc::bad_input, "the milter does not begin as one");
    KONTOR_CO_TRY(const auto offer, read_milter_offer(packet.data));
    steps_ = offer.steps & milter::k_offered_steps;
    co_return Result<void>();
  }

  Task<Result<void>> envelope() {
    const auto client_name =
        mail_.client_name.empty() ? "[" + mail_.client + "]" : mail_.client_name;
    const bool is_v6 = mail_.client.find(':') != std::string::npos;
    std::string client = milter_texts({client_name});
    client += is_v6 ? '6' : '4';
    client += static_cast<char>(mail_.port >> 8U);
    client += static_cast<char>(mail_.port);
    client += milter_texts({(is_v6 ? "IPv6:" : "") + mail_.client});
    KONTOR_CO_TRY(co_await macros('C', {"j", mail_.server_name, "{client_addr}", mail_.client}));
    KONTOR_CO_TRY(
        co_await say('C', std::move(client), milter::no_connect, milter::no_reply_to_connect));
    KONTOR_CO_TRY(co_await say('H', milter_texts({mail_.hello}), milter::no_hello,
                               milter::no_reply_to_hello));
    std::vector<std::string> known{"i", mail_.trace, "{mail_addr}", mail_.sender};
    if (!mail_.user.empty()) known.insert(known.end(), {"{auth_authen}", mail_.user});
    KONTOR_CO_TRY(co_await macros('M', std::move(known)));
    KONTOR_CO_TRY(co_await say('M', milter_texts({"<" + mail_.sender + ">"}), milter::no_mail,
                               milter::no_reply_to_mail));
    for (const auto& recipient : mail_.recipients) {
      KONTOR_CO_TRY(co_await say('R', milter_texts({"<" + recipient + ">"}), milter::no_recipients,
                                 milter::no_reply_to_recipients));
    }
    KONTOR_CO_TRY(co_await say('T', {}, milter::no_data, milter::no_reply_to_data));
    co_return Result<void>();
  }

  Task<Result<void>> header(std::string_view message) {
    const auto end = message.find("\r\n\r\n");
    const auto fields =
        mime::parse_fields(message.substr(0, end == std::string_view::npos ? end : end + 2));
    for (const auto& field : fields) {
      auto value = std::string(field.value);
      if (value.starts_with(' ')) value.erase(0, 1);
      std::erase(value, '\r');
      while (value.ends_with('\n')) value.pop_back();
      KONTOR_CO_TRY(co_await say('L', milter_texts({std::string(field.name), std::move(value)}),
                                 milter::no_headers, milter::no_reply_to_headers));
    }
    co_return co_await say('N', {}, milter::no_end_of_headers, milter::no_reply_to_end_of_headers);
  }

  Task<Result<void>> body(std::string_view message) {
    const auto end = message.find("\r\n\r\n");
    auto rest = end == std::string_view::npos ? std::string_view() : message.substr(end + 4);
    while (!rest.empty() && !is_over_ && !is_skipped_) {
      const auto piece = rest.substr(0, milter::k_most_body);
      KONTOR_CO_TRY(
          co_await say('B', std::string(piece), milter::no_body, milter::no_reply_to_body));
      rest.remove_prefix(piece.size());
    }
    co_return Result<void>();
  }

  Task<Result<void>> macros(char command, std::vector<std::string> texts) {
    if (is_over_) co_return Result<void>();
    co_return co_await send(milter_packet('D', std::string(1, command) + milter_texts(texts)));
  }

  // Sends one step, unless it is not wanted or all is said, and takes the answer, unless there is
  // none.
  Task<Result<void>> say(char command,
                         std::string data,
                         milter::Step unwanted,
                         milter::Step silent) {
    if (is_over_ || (steps_ & unwanted) != 0) co_return Result<void>();
    KONTOR_CO_TRY(co_await send(milter_packet(command, data)));
    if ((steps_ & silent) != 0) co_return Result<void>();
    while (true) {
      KONTOR_CO_TRY(auto packet, co_await receive());
      if (packet.command == 'p') continue;  // it is still at work
      KONTOR_CO_TRY(const bool is_last, take(packet, command == 'E'));
      if (is_last) co_return Result<void>();
    }
  }

  // What one answer means; true: nothing more comes to this step.
  Result<bool> take(const MilterPacket& packet, bool is_end) {
    switch (packet.command) {
      case 'c':
        return true;
      case 's':
        is_skipped_ = true;
        return true;
      case 'a':
        if (!is_end) verdict_.changes.clear();
        break;
      case 'd':
        verdict_.is_dropped = true;
        break;
      case 'r':
        verdict_.refusal = MilterReply{550, "5.7.1", "a filter refused this message"};
        break;
      case 't':
        verdict_.refusal = MilterReply{451, "4.7.1", "a filter asks you to try again later"};
        break;
      case 'y': {
        KONTOR_TRY(verdict_.refusal, read_milter_reply(packet.data));
        break;
      }
      default: {
        if (!is_end) return fail(Errc::bad_input, "the milter changes the message before its end");
        KONTOR_TRY(auto change, read_milter_change(packet));
        changed_bytes_ += change.value.size();
        if (verdict_.changes.size() >= k_most_changes || changed_bytes_ > k_most_new_body)
          return fail(Errc::bad_input, "the milter changes too much");
        verdict_.changes.push_back(std::move(change));
        return false;
      }
    }
    is_over_ = true;
    return true;
  }

  Task<Result<void>> send(std::string bytes) {
    co_return co_await stream_.write(bytes, time_left(deadline_));
  }

  Task<Result<MilterPacket>> receive() {
    std::array<char, 4'096> buffer{};
    MilterPacket packet;
    while (true) {
      KONTOR_CO_TRY(const bool is_whole, reader_.next(packet));
      if (is_whole) co_return packet;
      KONTOR_CO_TRY(const auto size, co_await stream_.read_some(buffer, time_left(deadline_)));
      if (size == 0) co_return fail(Errc::closed, "the milter went away");
      reader_.add({buffer.data(), size});
    }
  }

  net::Stream& stream_;
  const Mail& mail_;
  SteadyTime deadline_;
  MilterReader reader_;
  std::uint32_t steps_ = 0;
  std::size_t changed_bytes_ = 0;
  bool is_over_ = false;     // it wants to see no more
  bool is_skipped_ = false;  // no more of the body
  MilterVerdict verdict_;
};

// The header as its fields, each with its line end.
using Lines = std::vector<std::pair<std::string, std::string>>;  // name, whole field

std::string whole(const MilterChange& change) { return change.name + ": " + change.value + "\r\n"; }

void change_field(Lines& lines, const MilterChange& change) {
  std::uint32_t seen = 0;
  for (auto line = lines.begin(); line != lines.end(); ++line) {
    if (!iequals(line->first, change.name) || ++seen != std::max(change.index, 1U)) continue;
    if (change.value.empty())
      lines.erase(line);
    else
      line->second = whole(change);
    return;
  }
  if (!change.value.empty()) lines.emplace_back(change.name, whole(change));
}

}  // namespace

Task<Result<MilterVerdict>> ask_milter(net::Stream& stream,
                                       const Mail& mail,
                                       std::string_view message,
                                       SteadyTime deadline) {
  Dialogue dialogue(stream, mail, deadline);
  co_return co_await dialogue.run(message);
}

std::string changed_message(std::string message, const std::vector<MilterChange>& changes) {
  using Kind = MilterChange::Kind;
  if (changes.empty()) return message;
  const auto end = message.find("\r\n\r\n");
  const auto header_size = end == std::string::npos ? message.size() : end + 2;
  // What is no field goes with the field behind it.
  Lines lines;
  std::size_t at = 0;
  const std::string_view header(message.data(), header_size);
  for (const auto& field : mime::parse_fields(header)) {
    const auto behind = field.range.offset + field.range.size;
    lines.emplace_back(std::string(field.name), std::string(header.substr(at, behind - at)));
    at = behind;
  }
  if (!lines.empty() && !lines.back().second.ends_with('\n')) lines.back().second += "\r\n";
  const auto body = std::string_view(message).substr(at);
  std::string new_body;
  bool has_body = false;
  for (const auto& change : changes) {
    if (change.kind == Kind::add) lines.emplace_back(change.name, whole(change));
    if (change.kind == Kind::insert)
      lines.emplace(lines.begin() + std::min<std::ptrdiff_t>(change.index, std::ssize(lines)),
                    change.name, whole(change));
    if (change.kind == Kind::change) change_field(lines, change);
    if (change.kind == Kind::body) {
      has_body = true;
      new_body += change.value;
    }
  }
  std::string out;
  for (const auto& [name, text] : lines) out += text;
  if (has_body) return out + "\r\n" + new_body;
  return out.append(body);
}

}  // namespace kontor::filter::scan
