// SPDX-License-Identifier: GPL-3.0-or-later
// kontorctl search: asks the server, shows what it found or writes it to files.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <ostream>
#include <utility>

#include "base/core/text.hpp"
#include "server/admin/client.hpp"
#include "server/admin/render.hpp"
#include "server/admin/search_export.hpp"
#include "server/admin/search_wish.hpp"
#include "server/admin/verbs.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

std::string text_in(const json::object& row, std::string_view key) {
  const auto* value = row.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::uint64_t number_in(const json::object& row, std::string_view key) {
  const auto* value = row.if_contains(key);
  return value != nullptr && value->is_number() ? value->to_number<std::uint64_t>() : 0;
}

// The query with a mark under the place, and what is wrong there.
std::string problem_text(std::string_view query, const json::object& problem) {
  const auto code_points = [](std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
  };
  const auto begin = std::min<std::size_t>(number_in(problem, "offset"), query.size());
  const auto length = std::min<std::size_t>(number_in(problem, "length"), query.size() - begin);
  constexpr std::size_t k_widest = 200;
  std::string out;
  if (query.size() <= k_widest && !query.contains('\n') && is_utf8(query)) {
    const auto width = std::max<std::size_t>(1, code_points(query.substr(begin, length)));
    out = fmt::format("{}\n{}{}\n", query, std::string(code_points(query.substr(0, begin)), ' '),
                      std::string(width, '^'));
  } else {
    out = fmt::format("At byte {} of the query:\n", begin);
  }
  return out + text_in(problem, "english") + '\n' + text_in(problem, "russian") + '\n';
}

// The words looked for between asterisks.
std::string marked_snippet(const json::object& row) {
  auto text = text_in(row, "snippet");
  const auto* marks = row.if_contains("marks");
  if (marks == nullptr || !marks->is_array()) return text;
  const auto& list = marks->as_array();
  for (auto i = list.size(); i-- > 0;) {
    const auto& range = list[i].as_array();
    const auto end = std::min<std::size_t>(range.at(1).to_number<std::size_t>(), text.size());
    text.insert(end, 1, '*');
    text.insert(std::min<std::size_t>(range.at(0).to_number<std::size_t>(), end), 1, '*');
  }
  return text;
}

// Takes what the server says, frame by frame.
class Listener {
 public:
  Listener(const Client& client, const Request& request) : client_(client), request_(request) {}

  Result<void> hear(const json::object& frame);
  bool ended() const { return ended_; }
  // What the server is told, when it asked whether it shall send the bytes.
  std::optional<bool> take_answer() { return std::exchange(wants_, std::nullopt); }
  Result<Finding> finding();

 private:
  Result<void> begin(const json::object& frame);
  void show_progress(const json::object& frame);
  Result<void> take_export(json::object row);
  std::string text() const;

  const Client& client_;
  const Request& request_;
  std::optional<SearchExport> export_;
  json::object begun_, end_;
  std::optional<json::object> problem_;
  json::array messages_, mailboxes_, people_;
  std::uint64_t exported_ = 0, lost_ = 0, taken_over_ = 0;
  std::optional<bool> wants_;
  std::optional<json::object> row_;  // whose bytes come now
  std::string raw_;
  std::size_t width_ = 0;
  bool ended_ = false;
};

void Listener::show_progress(const json::object& frame) {
  auto line =
      fmt::format("{} of {} mailboxes; {}: {} of {} messages read", number_in(frame, "searched"),
                  number_in(begun_, "mailboxes"), text_in(frame, "address"),
                  number_in(frame, "done"), number_in(frame, "goal"));
  if (!client_.is_terminal) {
    client_.progress << line << '\n' << std::flush;
    return;
  }
  const auto shown = line.size();
  line.resize(std::max(width_, shown), ' ');
  width_ = shown;
  client_.progress << '\r' << line << '\r' << std::flush;
}

// The files are begun when the query is understood.
Result<void> Listener::begin(const json::object& frame) {
  begun_ = frame;
  const auto to = request_.options.find("--export");
  if (to == request_.options.end()) return {};
  const auto format = request_.options.find("--format");
  KONTOR_TRY(export_,
             SearchExport::open(to->second,
                                format == request_.options.end() ? std::string() : format->second,
                                request_.arguments[0]));
  if (const auto left = export_->left(); left > 0)
    client_.progress << fmt::format("{} messages are left of the export that was broken off\n",
                                    left)
                     << std::flush;
  return {};
}

Result<void> Listener::take_export(json::object row) {
  raw_.clear();
  if (!row.contains("problem") && number_in(row, "size") > 0) {
    const bool asks = request_.options.contains(std::string(k_asks));
    const auto left = asks ? export_->take_left(text_in(row, "sha256")) : std::nullopt;
    if (asks) wants_ = !left;
    if (!left) {
      row_ = std::move(row);
      return {};
    }
    ++exported_;
    ++taken_over_;
    return export_->add(row, *left);
  }
  if (row.contains("problem")) ++lost_;
  return export_->add(row, raw_);
}

Result<void> Listener::hear(const json::object& frame) {
  const auto type = text_in(frame, "type");
  if (type == "problem") {
    problem_ = frame;
    ended_ = true;
  } else if (type == "begun") {
    return begin(frame);
  } else if (type == "progress") {
    show_progress(frame);
  } else if (type == "mailbox") {
    auto row = frame;
    row.erase("type");
    if (number_in(row, "messages") > 0 || row.contains("problem") ||
        row.contains("unknown_folders"))
      mailboxes_.emplace_back(std::move(row));
  } else if (type == "message") {
    messages_.emplace_back(frame.at("row"));
  } else if (type == "person") {
    people_.emplace_back(frame.at("row"));
  } else if (type == "export" && export_) {
    return take_export(frame.at("row").as_object());
  } else if (type == "bytes" && row_) {
    KONTOR_TRY(const auto piece, base64_decode(text_in(frame, "base64")));
    raw_ += piece;
    if (raw_.size() < number_in(*row_, "size")) return {};
    ++exported_;
    const auto row = *std::move(row_);
    row_.reset();
    return export_->add(row, raw_);
  } else if (type == "end") {
    end_ = frame;
    ended_ = true;
  }
  return {};
}

// A line for each message, below the name of its mailbox when there are several.
std::string Listener::text() const {
  std::string out;
  const bool many = number_in(begun_, "mailboxes") != 1;
  std::string mailbox;
  for (const auto& value : messages_) {
    const auto& row = value.as_object();
    if (many && text_in(row, "account") != mailbox) {
      mailbox = text_in(row, "account");
      out += (text_in(row, "address").empty() ? mailbox : text_in(row, "address")) + ":\n";
    }
    const auto from = text_in(row, "from");
    out += fmt::format(
        "{}  {} {}  {}  {}\n", text_in(row, "date"), text_in(row, "folder"), number_in(row, "uid"),
        row.contains("name") ? '[' + text_in(row, "kind") + ']' : from, text_in(row, "subject"));
    if (const auto snippet = marked_snippet(row); !snippet.empty()) out += "    " + snippet + '\n';
  }
  for (const auto& value : people_) {
    const auto& row = value.as_object();
    out +=
        fmt::format("[{}]  {} <{}>  {}  {}\n", text_in(row, "kind"), text_in(row, "name"),
                    text_in(row, "address"), text_in(row, "department"), text_in(row, "telephone"));
  }
  for (const auto& value : mailboxes_) {
    const auto& row = value.as_object();
    const auto name =
        text_in(row, "address").empty() ? text_in(row, "account") : text_in(row, "address");
    if (row.contains("problem")) out += name + ": " + text_in(row, "problem") + '\n';
    if (const auto* unknown = row.if_contains("unknown_folders"); unknown != nullptr && !many)
      for (const auto& folder : unknown->as_array())
        out += "there is no folder " + std::string(folder.as_string()) + '\n';
  }
  if (const auto hint = text_in(end_, "instead"); !hint.empty())
    out += "Nothing was found. Did you mean: " + hint + '\n';
  return out;
}

Result<Finding> Listener::finding() {
  Finding out;
  if (problem_) {
    out.good = false;
    out.text = plain_lines(problem_text(request_.arguments[0], *problem_));
    problem_->erase("type");
    out.value = json::object{{"problem", *problem_}};
    return out;
  }
  json::object value;
  value["query"] = text_in(begun_, "query");
  for (const auto* key : {"searched", "with_matches", "failed", "messages", "audit", "audit_hash"})
    if (const auto* found = end_.if_contains(key)) value[key] = *found;
  if (const auto hint = text_in(end_, "instead"); !hint.empty()) value["instead"] = hint;
  const auto found = number_in(value, "messages");
  auto last = fmt::format("{} messages in {} of {} mailboxes; audit record {}\n", found,
                          number_in(value, "with_matches"), number_in(value, "searched"),
                          number_in(value, "audit"));
  if (export_) {
    auto summary = value;
    summary["asked"] = request_.arguments[0];
    KONTOR_TRY(const auto digest, export_->finish(summary));
    if (digest != text_in(end_, "manifest_sha256"))
      return fail(Errc::corrupt, "the manifest is not what the server sent");
    value["exported"] = exported_;
    value["taken_over"] = taken_over_;
    value["not_readable"] = lost_;
    value["manifest_sha256"] = digest;
    if (taken_over_ > 0)
      last = fmt::format("{} of them taken from the export that was broken off; {}", taken_over_,
                         last);
    last = fmt::format("{} messages exported, {} could not be read; {}", exported_, lost_, last);
  } else {
    last = fmt::format("{} shown of {}", messages_.size(), last);
  }
  if (!people_.empty() || request_.options.contains("--people"))
    last = fmt::format("{} found in the address book; {}", people_.size(), last);
  value["mailboxes"] = mailboxes_;
  if (!export_) value["results"] = messages_;
  if (!people_.empty()) value["people"] = people_;
  out.good = number_in(value, "failed") == 0 && lost_ == 0;
  out.text = plain_lines(text()) + last;
  out.value = std::move(value);
  return out;
}

}  // namespace

Result<Finding> search_mail(const Client& client, Request request) {
  if (const auto to = request.options.find("--export"); to != request.options.end()) {
    if (to->second.empty()) return fail(Errc::bad_input, "say where to: --export FOLDER");
    if (SearchExport::is_left(to->second)) request.options.emplace(k_asks, "");
  }
  Listener listener(client, request);
  // What cannot be understood needs no server.
  const auto now = system_clock().now();
  if (const auto query = search::parse_query(request.arguments[0], search::local_time(now));
      !query) {
    KONTOR_TRY(listener.hear(problem_of_query(query.error())));
    return listener.finding();
  }
  KONTOR_TRY(auto connection, Connection::open(client.data_folder));
  KONTOR_TRY(const auto frame, make_frame(print_request({"search", request})));
  KONTOR_TRY(connection.send(frame));
  while (!listener.ended()) {
    KONTOR_TRY(const auto said, connection.receive());
    if (!said.is_object()) return fail(Errc::bad_input, "the server answered something else");
    KONTOR_TRY(listener.hear(said.as_object()));
    if (const auto wants = listener.take_answer()) {
      KONTOR_TRY(const auto word, make_frame(*wants ? "true" : "false"));
      KONTOR_TRY(connection.send(word));
    }
  }
  return listener.finding();
}

}  // namespace kontor::admin
