// SPDX-License-Identifier: GPL-3.0-or-later
// A mailbox for scripts in tests, and shortcuts to run them.
#pragma once
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>

#include "server/sieve/program.hpp"
#include "server/sieve/run.hpp"

namespace kontor::sieve {

struct TestWorld : World {
  std::set<std::string, std::less<>> folders{"INBOX", "Junk", "Lists", "Lists/x"};
  std::map<std::string, std::string, std::less<>> uses{{"\\Junk", "Junk"}};
  std::map<std::string, std::string, std::less<>> ids{{"F1", "Lists"}};
  std::set<std::string, std::less<>> known;
  std::map<std::string, std::string, std::less<>> scripts;
  std::map<std::string, std::string, std::less<>> items{{"location", "MDA"}};

  bool has_folder(std::string_view name) const override { return folders.contains(name); }
  std::optional<std::string> folder_for(std::string_view use) const override {
    const auto found = uses.find(use);
    return found == uses.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<std::string> folder_of_id(std::string_view id) const override {
    const auto found = ids.find(id);
    return found == ids.end() ? std::nullopt : std::optional(found->second);
  }
  bool is_known(std::string_view key) const override { return known.contains(key); }
  std::shared_ptr<const Program> script(std::string_view name) const override {
    const auto found = scripts.find(name);
    if (found == scripts.end()) return nullptr;
    auto program = compile(found->second, Limits());
    return program ? std::make_shared<const Program>(*std::move(program)) : nullptr;
  }
  std::optional<std::string> item(std::string_view name) const override {
    const auto found = items.find(name);
    return found == items.end() ? std::nullopt : std::optional(found->second);
  }
};

inline constexpr std::string_view k_message =
    "Return-Path: <coyote@desert.example.org>\r\n"
    "Received: from a by b; Wed, 18 Nov 2026 23:30:00 -0200\r\n"
    "Date: Tue, 1 Apr 1997 09:06:31 -0800 (PST)\r\n"
    "From: Coyote <coyote+plans@Desert.example.org>\r\n"
    "To: \"Road Runner\" <roadrunner@acme.example.com>, list: a@x.example, b@y.example;\r\n"
    "Subject: =?utf-8?B?0J/RgNC40LLQtdGC?= $$$ I have a present for you\r\n"
    "X-Caffeine: C8H10N4O2\r\n"
    "List-Id: <dev.lists.example>\r\n"
    "Message-ID: <one@example>\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n"
    "\r\n"
    "--b\r\nContent-Type: text/html\r\n\r\n<p>MAKE <b>money</b> fast</p>\r\n"
    "--b\r\nContent-Type: application/x\r\nContent-Transfer-Encoding: base64\r\n\r\naGlkZGVu\r\n"
    "--b--\r\n";

struct Ran {
  TestWorld world;
  Subject subject;
  Limits limits;

  Ran() {
    subject.message = std::make_shared<const std::string>(k_message);
    subject.from = "coyote@desert.example.org";
    subject.to = "roadrunner+wile@acme.example.com";
    subject.now = UtcSeconds(std::chrono::seconds(1'795'000'000));
  }

  Verdict run(std::string_view script) const {
    const auto program = compile(script, limits);
    EXPECT_TRUE(program.has_value()) << program.error().text("en") << "\n" << script;
    return program ? sieve::run(*program, subject, world, limits) : Verdict();
  }
  // Whether a test is true, `require` of these extensions before it.
  bool is(std::string_view test, std::string_view extensions = "") const {
    std::string script;
    if (!extensions.empty()) script = "require [" + std::string(extensions) + "];\n";
    script += "if " + std::string(test) + " { discard; }";
    const auto verdict = run(script);
    EXPECT_FALSE(verdict.problem.has_value()) << verdict.problem->text("en") << "\n" << script;
    return verdict.filings.empty();
  }
};

// "line 1, column 2: …" of a script that has a mistake; empty: it has none.
inline std::string mistake(std::string_view script, std::string_view language = "en") {
  const auto program = compile(script, Limits());
  return program ? std::string() : program.error().text(language);
}

}  // namespace kontor::sieve
