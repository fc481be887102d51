// SPDX-License-Identifier: GPL-3.0-or-later
// Any script on any message: it is refused in words of both languages, or its run ends and puts the
// message somewhere, refuses it, or was told to discard it. Script and message are parted by a NUL.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/core/text.hpp"
#include "server/sieve/program.hpp"
#include "server/sieve/run.hpp"

namespace {

using namespace kontor::sieve;

// Half of all names are there.
struct AnyWorld : World {
  static bool has(std::string_view name) { return name.size() % 2 == 0; }
  bool has_folder(std::string_view name) const override { return has(name); }
  std::optional<std::string> folder_for(std::string_view use) const override {
    return has(use) ? std::optional(std::string(use)) : std::nullopt;
  }
  std::optional<std::string> folder_of_id(std::string_view id) const override {
    return folder_for(id);
  }
  bool is_known(std::string_view key) const override { return has(key); }
  std::shared_ptr<const Program> script(std::string_view name) const override {
    return has(name) ? again : nullptr;
  }
  std::optional<std::string> item(std::string_view name) const override { return folder_for(name); }
  std::shared_ptr<const Program> again;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto script = bytes.substr(0, bytes.find('\0'));
  const auto message = bytes.substr(std::min(script.size() + 1, bytes.size()));
  Limits limits;
  limits.max_steps = 20'000;
  auto program = compile(script, limits);
  if (!program) {
    if (program.error().text("en").empty() || program.error().text("ru").empty()) std::abort();
    return 0;
  }
  AnyWorld world;
  world.again = std::make_shared<const Program>(*program);
  Subject subject;
  subject.message = std::make_shared<const std::string>(message);
  subject.from = "a@example.test";
  subject.to = "b+c@example.test";
  const auto verdict = run(*program, subject, world, limits);
  if (verdict.filings.size() > limits.max_actions + 1) std::abort();
  if (verdict.redirections.size() > limits.max_redirects) std::abort();
  if (verdict.refusal && !verdict.filings.empty()) std::abort();
  if (verdict.problem && (verdict.filings.size() != 1 || *verdict.filings[0].message != message))
    std::abort();
  for (const auto& filing : verdict.filings)
    if (filing.message == nullptr) std::abort();
  return 0;
}
