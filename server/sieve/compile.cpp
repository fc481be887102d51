// SPDX-License-Identifier: GPL-3.0-or-later
// From the grammar to a program: names, tags, arguments and extensions are held against the table
// of server/sieve/signatures.hpp; what is left cannot be wrong any more but in its values.
#include <algorithm>
#include <array>
#include <optional>

#include "base/core/text.hpp"
#include "server/sieve/options.hpp"
#include "server/sieve/program.hpp"
#include "server/sieve/signatures.hpp"
#include "server/sieve/syntax.hpp"
#include "server/sieve/texts.hpp"

namespace kontor::sieve {
namespace {

class Compiler {
 public:
  Outcome<Program> run(const std::vector<Invocation>& script) {
    Program out;
    out.nodes = commands(script, true);
    if (problem_) return std::unexpected(*std::move(problem_));
    return out;
  }

 private:
  void complain(Position at, Complaint what, std::string detail = {}) {
    if (!problem_) problem_ = Problem{at, what, std::move(detail)};
  }
  bool has(std::optional<Extension> extension) const {
    return !extension || enabled_.test(static_cast<std::size_t>(*extension));
  }
  void need(Position at, std::optional<Extension> extension) {
    if (!has(extension)) complain(at, Complaint::needs_require, std::string(name_of(*extension)));
  }

  // RFC 5463, 4: with ihave, what is not known is a mistake only when it is reached.
  Node settle(Node node, Position at) {
    if (!problem_ || !has(Extension::ihave)) return node;
    Node fault;
    fault.kind = Kind::fault;
    fault.at = at;
    fault.problem = std::make_shared<const Problem>(*std::exchange(problem_, std::nullopt));
    return fault;
  }

  std::vector<Node> commands(const std::vector<Invocation>& block, bool is_top) {
    std::vector<Node> out;
    bool may_require = is_top;
    for (const auto& one : block) {
      if (problem_) break;
      if (one.name == "require") {
        if (!may_require) complain(one.at, Complaint::require_late);
        require(one);
        continue;
      }
      may_require = false;
      if (one.name == "elsif" || one.name == "else") {
        go_on(one, out);
      } else {
        auto node = settle(command(one), one.at);
        out.push_back(std::move(node));
      }
    }
    return out;
  }

  void require(const Invocation& one) {
    if (!one.tests.empty() || one.has_list) complain(one.at, Complaint::no_test, one.name);
    if (one.has_block) complain(one.at, Complaint::no_block, one.name);
    if (one.arguments.size() != 1 || one.arguments[0].strings.empty())
      return complain(one.at, Complaint::wrong_argument, "[\"…\"]");
    for (const auto& name : one.arguments[0].strings) {
      const auto extension = find_extension(name);
      if (!extension) return complain(one.arguments[0].at, Complaint::unknown_extension, name);
      enable(*extension);
    }
  }

  void enable(Extension extension) {
    enabled_.set(static_cast<std::size_t>(extension));
    if (extension == Extension::vacation_seconds)  // RFC 6131, 2
      enabled_.set(static_cast<std::size_t>(Extension::vacation));
    if (extension == Extension::spamtestplus)
      enabled_.set(static_cast<std::size_t>(Extension::spamtest));
  }

  // elsif and else go into the if before them.
  void go_on(const Invocation& one, std::vector<Node>& before) {
    const bool follows = !before.empty() && before.back().kind == Kind::if_ &&
                         before.back().blocks.size() == before.back().tests.size();
    const bool is_faulty = !before.empty() && before.back().kind == Kind::fault;
    if (!follows && !is_faulty) return complain(one.at, Complaint::else_alone, one.name);
    auto node = command(one);
    if (is_faulty) {
      problem_.reset();
      return;
    }
    if (problem_) return;
    for (auto& test : node.tests) before.back().tests.push_back(std::move(test));
    before.back().blocks.push_back(std::move(node.blocks[0]));
  }

  Node command(const Invocation& one) {
    const auto* signature = find_command(one.name);
    if (signature == nullptr) {
      complain(one.at, Complaint::unknown_command, one.name);
      return {};
    }
    auto node = start(one, *signature);
    const bool wants_test = one.name == "if" || one.name == "elsif";
    if (wants_test && (one.tests.size() != 1 || one.has_list))
      complain(one.at, Complaint::needs_test, one.name);
    if (!wants_test && !one.tests.empty()) complain(one.at, Complaint::no_test, one.name);
    if (signature->takes == Takes::block && !one.has_block)
      complain(one.at, Complaint::needs_block, one.name);
    if (signature->takes != Takes::block && one.has_block)
      complain(one.at, Complaint::no_block, one.name);
    if (problem_) return node;
    if (wants_test) node.tests.push_back(test(one.tests[0]));
    if (one.has_block) node.blocks.push_back(commands(one.block, false));
    return node;
  }

  Node test(const Invocation& one) {
    const auto* signature = find_test(one.name);
    if (signature == nullptr) {
      complain(one.at, Complaint::unknown_test, one.name);
      return settle({}, one.at);
    }
    auto node = start(one, *signature);
    if (signature->takes == Takes::test && (one.tests.size() != 1 || one.has_list))
      complain(one.at, Complaint::needs_test, one.name);
    if (signature->takes == Takes::tests && !one.has_list)
      complain(one.at, Complaint::needs_test, one.name);
    if (signature->takes == Takes::nothing && !one.tests.empty())
      complain(one.at, Complaint::no_test, one.name);
    for (const auto& inner : one.tests) {
      if (problem_) break;
      node.tests.push_back(test(inner));
    }
    if (node.kind == Kind::ihave && !problem_) node.answer = ihave(one);
    return settle(std::move(node), one.at);
  }

  // RFC 5463, 4: what it says is there may be used from here on.
  bool ihave(const Invocation& one) {
    for (const auto& name : one.arguments[0].strings)
      if (!find_extension(name)) return false;
    for (const auto& name : one.arguments[0].strings) enable(*find_extension(name));
    return true;
  }

  Node start(const Invocation& one, const Signature& signature) {
    Node node;
    node.kind = signature.kind;
    node.at = one.at;
    taken_.reset();
    need(one.at, signature.needs);
    std::vector<const Argument*> operands;
    for (std::size_t i = 0; i < one.arguments.size() && !problem_; ++i) {
      const auto& argument = one.arguments[i];
      if (argument.kind != Argument::Kind::tag) {
        operands.push_back(&argument);
        continue;
      }
      if (!operands.empty()) {  // RFC 5228, 2.6.2: tags come first
        complain(argument.at, Complaint::too_many_arguments, one.name);
        break;
      }
      const auto* next = i + 1 < one.arguments.size() ? &one.arguments[i + 1] : nullptr;
      if (tag(node, signature, argument, next)) ++i;
    }
    if (!problem_) take_operands(node, one, signature, operands);
    if (!problem_)
      if (auto wrong = check_options(node)) problem_ = std::move(wrong);
    return node;
  }

  // Says whether `next` is its value.
  bool tag(Node& node, const Signature& signature, const Argument& argument, const Argument* next) {
    const auto* row = find_tag(argument.tag, signature.groups);
    if (row == nullptr) {
      complain(argument.at, Complaint::unknown_tag, argument.tag);
      return false;
    }
    need(argument.at, row->needs);
    if (node.has(row->tag)) complain(argument.at, Complaint::tag_twice, argument.tag);
    if (is_exclusive(row->group) && taken_.test(static_cast<std::size_t>(row->group)))
      complain(argument.at, Complaint::tags_clash, argument.tag);
    taken_.set(static_cast<std::size_t>(row->group));
    Option option;
    if (row->value != 0) {
      if (next == nullptr || !matches(*next, row->value)) {
        complain(argument.at, Complaint::wrong_argument, std::string(words_for(row->value)));
        return false;
      }
      option.number = next->number;
      option.strings = texts(*next);
    }
    node.options.emplace(row->tag, std::move(option));
    return row->value != 0;
  }

  static bool matches(const Argument& argument, char wanted) {
    switch (ascii_upper(wanted)) {
      case 'N':
        return argument.kind == Argument::Kind::number;
      case 'S':
        return argument.kind == Argument::Kind::string;
      default:  // RFC 5228, 2.4.2.1: a string stands for a list of one
        return argument.kind == Argument::Kind::string || argument.kind == Argument::Kind::list;
    }
  }
  static std::string_view words_for(char wanted) {
    switch (ascii_upper(wanted)) {
      case 'N':
        return "123";
      case 'S':
        return "\"…\"";
      default:
        return "[\"…\", \"…\"]";
    }
  }

  void take_operands(Node& node,
                     const Invocation& one,
                     const Signature& signature,
                     const std::vector<const Argument*>& given) {
    const auto& wanted = signature.operands;
    const auto needed = static_cast<std::size_t>(
        std::ranges::count_if(wanted, [](char c) { return c >= 'A' && c <= 'Z'; }));
    if (given.size() < needed) return complain(one.at, Complaint::too_few_arguments, one.name);
    if (given.size() > wanted.size())
      return complain(given[wanted.size()]->at, Complaint::too_many_arguments, one.name);
    const bool all = given.size() == wanted.size();
    node.has_optional = all && needed < wanted.size();
    std::size_t next = 0;
    for (const char c : wanted) {
      const bool is_optional = c >= 'a' && c <= 'z';
      if (is_optional && !all) continue;
      const auto& argument = *given[next++];
      if (!matches(argument, c))
        return complain(argument.at, Complaint::wrong_argument, std::string(words_for(c)));
      if (argument.kind == Argument::Kind::number)
        node.numbers.push_back(argument.number);
      else
        node.operands.push_back(texts(argument));
    }
  }

  std::vector<Text> texts(const Argument& argument) {
    std::vector<Text> out;
    for (const auto& string : argument.strings) {
      std::string text = string;
      if (has(Extension::encoded_character)) {
        auto decoded = decode_characters(text, argument.at);
        if (!decoded) {
          if (!problem_) problem_ = std::move(decoded).error();
          return out;
        }
        text = *std::move(decoded);
      }
      if (has(Extension::variables)) {
        out.push_back(parse_variables(text));
      } else {
        Text literal;
        if (!text.empty()) literal.push_back({Piece::Kind::literal, std::move(text), 0});
        out.push_back(std::move(literal));
      }
    }
    return out;
  }

  std::optional<Problem> check_options(Node& node) {
    if (const auto* named = node.find(Tag::comparator)) {
      const auto name = constant(named->strings[0]).value_or("");
      const auto comparator = find_comparator(name);
      if (!comparator) return Problem{node.at, Complaint::unknown_comparator, name};
      if (const auto extension = find_extension("comparator-" + name))
        if (*extension == Extension::numeric || *extension == Extension::casemap)
          need(node.at, extension);
      node.comparator = *comparator;
    }
    if (auto wrong = settle_options(node)) return wrong;
    return std::exchange(problem_, std::nullopt);
  }

  Extensions enabled_;
  std::optional<Problem> problem_;
  std::bitset<32> taken_;  // groups of tags that the node being read has
};

}  // namespace

Outcome<Program> compile(std::string_view script, const Limits& limits) {
  auto syntax = parse_syntax(script, limits);
  if (!syntax) return std::unexpected(std::move(syntax).error());
  return Compiler().run(*syntax);
}

}  // namespace kontor::sieve
