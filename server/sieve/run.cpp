// SPDX-License-Identifier: GPL-3.0-or-later
// Commands. What an action does to the message is what stands in it at that moment: a header that
// is changed later changes what later actions take (RFC 5293, 6).
#include "server/sieve/run.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "base/mime/header.hpp"
#include "base/mime/letter.hpp"
#include "server/sieve/options.hpp"
#include "server/sieve/runner.hpp"
#include "server/sieve/texts.hpp"

namespace kontor::sieve {
namespace {

// A mailbox alone, as redirect wants it.
std::optional<std::string> address_of(std::string_view text) {
  const auto addresses = mime::parse_addresses(text);
  if (addresses.size() != 1 || addresses[0].is_group) return std::nullopt;
  const auto& mailbox = addresses[0].mailbox;
  if (mailbox.local.empty() || mailbox.domain.empty()) return std::nullopt;
  return mailbox.address();
}

std::string first_letter(std::string value, char (*change)(char)) {
  if (!value.empty()) value[0] = change(value[0]);
  return value;
}

char lower(char c) { return ascii_lower(c); }
char upper(char c) { return ascii_upper(c); }

std::string quote_wildcards(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '*' || c == '?' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// Flags out of strings that may hold several each (RFC 5232, 2); each once.
void add_flags(std::vector<std::string>& flags, const std::vector<std::string>& texts) {
  constexpr std::size_t k_most = 100;
  for (const auto& text : texts)
    for (const auto word : split(text, ' ')) {
      const auto is_it = [&](const std::string& known) { return iequals(known, word); };
      if (word.empty() || flags.size() >= k_most || std::ranges::any_of(flags, is_it)) continue;
      flags.emplace_back(word);
    }
}

void remove_flags(std::vector<std::string>& flags, const std::vector<std::string>& texts) {
  for (const auto& text : texts)
    for (const auto word : split(text, ' '))
      std::erase_if(flags, [&](const std::string& known) { return iequals(known, word); });
}

}  // namespace

Runner::Runner(const Subject& subject, const World& world, const Limits& limits)
    : subject_(subject),
      world_(world),
      limits_(limits),
      steps_(limits.max_steps),
      mail_(subject.message, {limits.max_depth, limits.max_parts}) {}

void Runner::complain(const Node& node, Complaint what, std::string detail) {
  if (steps_.is_over()) what = Complaint::too_many_steps;  // what came of it is no mistake
  if (!verdict_.problem) verdict_.problem = Problem{node.at, what, std::move(detail)};
}

void Runner::check_steps(const Node& node) {
  if (steps_.is_over()) complain(node, Complaint::too_many_steps);
}

Runner::Flow Runner::block(const std::vector<Node>& nodes) {
  for (const auto& node : nodes) {
    (void)steps_.spend(1);
    check_steps(node);
    if (is_over()) return Flow::stop;
    const auto flow = command(node);
    check_steps(node);
    if (is_over()) return Flow::stop;
    if (flow != Flow::go_on) return flow;
  }
  return Flow::go_on;
}

Runner::Flow Runner::command(const Node& node) {
  switch (node.kind) {
    case Kind::if_:
      return branch(node);
    case Kind::include:
      return include(node);
    case Kind::return_:
      return Flow::leave;
    case Kind::stop:
      return Flow::stop;
    case Kind::keep:
      keep(node);
      break;
    case Kind::file_into:
      file(node);
      break;
    case Kind::redirect:
      redirect(node);
      break;
    case Kind::discard:
      implicit_keep_ = false;
      break;
    case Kind::reject:
    case Kind::ereject:
      refuse(node);
      break;
    case Kind::vacation:
      answer(node);
      break;
    case Kind::set:
      set(node);
      break;
    case Kind::global:
      declare(node);
      break;
    case Kind::set_flag:
    case Kind::add_flag:
    case Kind::remove_flag:
      change_flags(node);
      break;
    case Kind::add_header:
      add_header(node);
      break;
    case Kind::delete_header:
      delete_header(node);
      break;
    case Kind::fault:
      verdict_.problem = *node.problem;
      break;
    default:  // error (RFC 5463, 5)
      complain(node, Complaint::own_error, text(node.operands[0][0]));
      break;
  }
  return Flow::go_on;
}

Runner::Flow Runner::branch(const Node& node) {
  for (std::size_t i = 0; i < node.blocks.size(); ++i) {
    const bool is_taken = i >= node.tests.size() || test(node.tests[i]);
    if (is_over()) return Flow::stop;
    if (is_taken) return block(node.blocks[i]);
  }
  return Flow::go_on;
}

// RFC 6609, 3.2. There are no scripts for everybody: a :global one is not found.
Runner::Flow Runner::include(const Node& node) {
  const auto name = text(node.operands[0][0]);
  const auto key = (node.has(Tag::global) ? "g" : "p") + name;
  if (node.has(Tag::once) && included_.contains(key)) return Flow::go_on;
  const auto program = node.has(Tag::global) ? nullptr : world_.script(name);
  if (program == nullptr) {
    if (!node.has(Tag::optional)) complain(node, Complaint::no_script, name);
    return Flow::go_on;
  }
  if (std::ranges::find(path_, key) != path_.end()) complain(node, Complaint::include_circle, name);
  if (path_.size() >= limits_.max_includes)
    complain(node, Complaint::too_many_includes, std::to_string(limits_.max_includes));
  if (is_over()) return Flow::stop;
  included_.insert(key);
  path_.push_back(key);
  auto outer = std::exchange(frame_, Frame());
  const auto flow = block(program->nodes);
  frame_ = std::move(outer);
  path_.pop_back();
  // Where it is is of no use to who reads the script that includes it.
  if (verdict_.problem && path_.empty()) {
    auto& problem = *verdict_.problem;
    problem.detail = name + ": " + problem.text("en");
    problem.what = Complaint::own_error;
    problem.at = node.at;
  }
  return flow == Flow::stop ? Flow::stop : Flow::go_on;
}

void Runner::add_filing(const Node& node, Filing filing) {
  const auto there = std::ranges::find(verdict_.filings, filing.folder, &Filing::folder);
  if (there != verdict_.filings.end()) {  // RFC 5228, 2.10.3: once into each folder
    there->is_keep = there->is_keep || filing.is_keep;
    there->flags = std::move(filing.flags);  // those of the last one count
    return;
  }
  if (++actions_ > limits_.max_actions)
    return complain(node, Complaint::too_many_actions, std::to_string(limits_.max_actions));
  filing.message = mail_.bytes();
  verdict_.filings.push_back(std::move(filing));
}

void Runner::keep(const Node& node) {
  Filing filing;
  filing.folder = "INBOX";
  filing.is_keep = true;
  filing.flags = flags_of(node);
  implicit_keep_ = false;
  add_filing(node, std::move(filing));
}

void Runner::file(const Node& node) {
  Filing filing;
  filing.folder = text(node.operands[0][0]);
  if (iequals(filing.folder, "INBOX")) filing.folder = "INBOX";
  filing.may_create = node.has(Tag::create);
  filing.flags = flags_of(node);
  if (const auto* use = node.find(Tag::special_use)) {  // RFC 8579, 4
    filing.special_use = text(use->strings[0]);
    if (auto folder = world_.folder_for(filing.special_use)) filing.folder = *std::move(folder);
  }
  if (const auto* id = node.find(Tag::mailbox_id))  // RFC 9042, 4
    if (auto folder = world_.folder_of_id(text(id->strings[0]))) filing.folder = *std::move(folder);
  if (filing.folder != "INBOX" && !filing.may_create && !world_.has_folder(filing.folder))
    return complain(node, Complaint::no_folder, filing.folder);
  if (!node.has(Tag::copy)) implicit_keep_ = false;
  add_filing(node, std::move(filing));
}

void Runner::redirect(const Node& node) {
  const auto wanted = text(node.operands[0][0]);
  auto address = address_of(wanted);
  if (!address) return complain(node, Complaint::bad_value, wanted);
  if (!node.has(Tag::copy)) implicit_keep_ = false;
  const auto is_it = [&](const Redirection& one) { return iequals(one.address, *address); };
  if (std::ranges::any_of(verdict_.redirections, is_it)) return;
  if (verdict_.redirections.size() >= limits_.max_redirects)
    return complain(node, Complaint::too_many_redirects, std::to_string(limits_.max_redirects));
  if (++actions_ > limits_.max_actions)
    return complain(node, Complaint::too_many_actions, std::to_string(limits_.max_actions));
  verdict_.redirections.push_back({*std::move(address), mail_.bytes()});
}

void Runner::refuse(const Node& node) {
  if (verdict_.refusal || verdict_.vacation) return complain(node, Complaint::reject_clash);
  verdict_.refusal = Refusal{text(node.operands[0][0]), node.kind == Kind::ereject};
  implicit_keep_ = false;
}

void Runner::answer(const Node& node) {
  if (verdict_.vacation) return complain(node, Complaint::vacation_twice);
  Vacation out;
  out.reason = text(node.operands[0][0]);
  const auto option = [&](Tag tag) {
    const auto* found = node.find(tag);
    return found == nullptr ? std::string() : text(found->strings[0]);
  };
  constexpr std::uint64_t k_most_days = 3'650;
  if (const auto* days = node.find(Tag::days))
    out.period = std::chrono::days(std::clamp<std::uint64_t>(days->number, 1, k_most_days));
  if (const auto* seconds = node.find(Tag::seconds))
    out.period = std::chrono::seconds(std::min(seconds->number, k_most_days * 86'400));
  out.has_period = node.has(Tag::days) || node.has(Tag::seconds);
  out.subject = option(Tag::subject);
  out.from = option(Tag::from);
  out.handle = option(Tag::handle);
  if (const auto* addresses = node.find(Tag::addresses)) out.addresses = list(addresses->strings);
  out.is_mime = node.has(Tag::mime);
  verdict_.vacation = std::move(out);
}

void Runner::set(const Node& node) {
  auto value = text(node.operands[1][0]);
  // RFC 5229, 4.1: by precedence
  if (node.has(Tag::lower)) value = to_lower(value);
  if (node.has(Tag::upper)) value = to_upper(value);
  if (node.has(Tag::first_lower)) value = first_letter(std::move(value), lower);
  if (node.has(Tag::first_upper)) value = first_letter(std::move(value), upper);
  if (node.has(Tag::quote_wildcard)) value = quote_wildcards(value);
  if (node.has(Tag::length)) value = std::to_string(count_characters(value));
  set_variable(node, text(node.operands[0][0]), std::move(value));
}

void Runner::declare(const Node& node) {
  for (const auto& name : list(node.operands[0])) frame_.globals.insert(to_lower(name));
}

void Runner::change_flags(const Node& node) {
  const auto given = list(node.operands.back());
  const bool is_named = node.has_optional;
  const auto name = is_named ? text(node.operands[0][0]) : std::string();
  std::vector<std::string> flags;
  if (is_named)
    add_flags(flags, {variable(name)});
  else
    flags = flags_;
  if (node.kind == Kind::set_flag) flags.clear();
  if (node.kind == Kind::remove_flag)
    remove_flags(flags, given);
  else
    add_flags(flags, given);
  if (is_named)
    set_variable(node, name, join(flags, " "));
  else
    flags_ = std::move(flags);
}

std::vector<std::string> Runner::flags_of(const Node& node) {
  const auto* given = node.find(Tag::flags);
  if (given == nullptr) return flags_;
  std::vector<std::string> out;
  add_flags(out, list(given->strings));
  return out;
}

void Runner::add_header(const Node& node) {
  const auto name = text(node.operands[0][0]);
  if (!is_header_name(name)) return complain(node, Complaint::bad_value, name);
  if (++actions_ > limits_.max_actions)
    return complain(node, Complaint::too_many_actions, std::to_string(limits_.max_actions));
  mail_.add(name, text(node.operands[1][0]), node.has(Tag::last));
}

// RFC 5293, 5: who wrote the message how stays; so do the ways it went.
void Runner::delete_header(const Node& node) {
  const auto name = text(node.operands[0][0]);
  if (!is_header_name(name)) return complain(node, Complaint::bad_value, name);
  constexpr std::array<std::string_view, 4> k_kept{"Received", "Auto-Submitted", "Delivered-To",
                                                   "Return-Path"};
  const auto is_kept = [&](std::string_view kept) { return iequals(kept, name); };
  if (std::ranges::any_of(k_kept, is_kept)) return;
  std::vector<std::size_t> found;
  const auto& fields = mail_.fields();
  (void)steps_.spend(fields.size() / 16);
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (iequals(fields[i].name, name)) found.push_back(i);
  if (const auto* index = node.find(Tag::index)) {
    if (index->number > found.size()) return;
    const auto at = node.has(Tag::last) ? found.size() - index->number : index->number - 1;
    found = {found[at]};
  }
  if (node.operands.size() > 1)
    std::erase_if(found, [&](std::size_t at) {
      const std::vector<std::string> value{std::string(trim(mime::decode_words(fields[at].value)))};
      return !match(node, value, node.operands[1], false);
    });
  if (steps_.is_over()) return;
  mail_.remove(found);
}

std::string Runner::text(const Text& pieces) {
  std::string out;
  for (const auto& piece : pieces) {
    if (piece.kind == Piece::Kind::literal)
      out += piece.text;
    else if (piece.kind == Piece::Kind::variable)
      out += variable(piece.text);
    else if (piece.match < frame_.captures.size())
      out += frame_.captures[piece.match];
    if (!steps_.spend_bytes(out.size())) return {};
  }
  return out;
}

std::vector<std::string> Runner::list(const std::vector<Text>& texts) {
  std::vector<std::string> out;
  out.reserve(texts.size());
  for (const auto& one : texts) out.push_back(text(one));
  return out;
}

std::string Runner::variable(std::string_view name) const {
  constexpr std::string_view k_global = "global.";
  auto key = to_lower(name);
  const bool is_global = key.starts_with(k_global) || frame_.globals.contains(key);
  if (key.starts_with(k_global)) key.erase(0, k_global.size());
  const auto& all = is_global ? globals_ : frame_.variables;
  const auto found = all.find(key);
  return found == all.end() ? std::string() : found->second;
}

void Runner::set_variable(const Node& node, std::string_view name, std::string value) {
  constexpr std::string_view k_global = "global.";
  if (!is_variable_name(name)) return complain(node, Complaint::bad_value, std::string(name));
  auto key = to_lower(name);
  const bool is_global = key.starts_with(k_global) || frame_.globals.contains(key);
  if (key.starts_with(k_global)) key.erase(0, k_global.size());
  auto& all = is_global ? globals_ : frame_.variables;
  if (all.size() >= limits_.max_variables && !all.contains(key))
    return complain(node, Complaint::too_many_variables, std::to_string(limits_.max_variables));
  all.insert_or_assign(std::move(key), std::string(mime::beginning(value, limits_.max_variable)));
}

Verdict Runner::finish(const Program& program) {
  (void)block(program.nodes);
  const bool is_kept = implicit_keep_ && !verdict_.problem;
  // RFC 5429, 2.2: a refusal goes with nothing that takes the message.
  if (verdict_.refusal &&
      (!verdict_.filings.empty() || !verdict_.redirections.empty() || verdict_.vacation) &&
      !verdict_.problem)
    verdict_.problem = Problem{{}, Complaint::reject_clash, {}};
  if (verdict_.problem) {
    Verdict out;
    out.problem = std::move(verdict_.problem);
    out.filings.push_back({"INBOX", true, false, {}, {}, subject_.message});
    return out;
  }
  if (is_kept) {
    Filing filing{"INBOX", true, false, {}, flags_, mail_.bytes()};
    const auto there = std::ranges::find(verdict_.filings, filing.folder, &Filing::folder);
    if (there == verdict_.filings.end()) {
      verdict_.filings.push_back(std::move(filing));
    } else {
      there->is_keep = true;
      there->flags = std::move(filing.flags);
    }
  }
  return std::move(verdict_);
}

Verdict run(const Program& program,
            const Subject& subject,
            const World& world,
            const Limits& limits) {
  return Runner(subject, world, limits).finish(program);
}

}  // namespace kontor::sieve
