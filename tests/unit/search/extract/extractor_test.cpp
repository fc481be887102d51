// SPDX-License-Identifier: GPL-3.0-or-later
// The Extractor with the real kontor-extract, and with one whose reader misbehaves.
#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "base/log/recording_sink.hpp"
#include "search/extract/make_extractor.hpp"
#include "tests/support/run_task.hpp"

namespace kontor::search {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ExtractorTest : public ::testing::Test {
 protected:
  void make(const char* program) {
    extractor_ = make_extractor(settings_, program, log::Context(sink_));
  }
  Extracted extract(std::string_view bytes,
                    std::string_view media_type = "text/plain",
                    std::string_view name = "a.txt") {
    if (!extractor_) make(KONTOR_EXTRACT_PROGRAM);
    boost::asio::io_context context;
    return kontor::testing::run(context, extractor_->extract({bytes, media_type, name}));
  }
  // With the misbehaving one.
  Extracted misbehave(std::string_view word) {
    if (!extractor_) make(KONTOR_EXTRACT_MISUSE_PROGRAM);
    return extract(word);
  }
  std::string detail(std::string_view event) {
    const auto last = sink_.last(event);
    return last ? last->get(log::Keys::detail).value_or("") : "";
  }

  log::RecordingSink sink_;
  config::Search settings_;
  std::unique_ptr<Extractor> extractor_;
};

TEST_F(ExtractorTest, ReadsText) {
  const auto extracted = extract("договор поставки");
  EXPECT_EQ(extracted.outcome, Extraction::read) << extracted.why;
  EXPECT_EQ(extracted.text, "договор поставки");
  EXPECT_EQ(sink_.count("extract.worker.started"), 1U);
  EXPECT_EQ(sink_.count("extract.worker.open_paths"), 0U) << "this kernel has Landlock";
}

TEST_F(ExtractorTest, ManyAtOnce) {
  make(KONTOR_EXTRACT_PROGRAM);
  boost::asio::io_context context;
  std::vector<std::string> texts;
  for (int i = 0; i < 40; ++i) texts.push_back("text number " + std::to_string(i));
  std::size_t good = 0;
  const auto one = [&](const std::string& text) -> Task<void> {
    const auto extracted = co_await extractor_->extract({text, "text/plain", "a.txt"});
    good += extracted.text == text ? 1 : 0;
  };
  for (const auto& text : texts) kontor::testing::spawn(context, one(text));
  kontor::testing::run_all(context, std::chrono::seconds(120));
  EXPECT_EQ(good, texts.size());
}

TEST_F(ExtractorTest, PicturesAreNotSent) {
  make("/nonexistent/kontor-extract");
  EXPECT_EQ(extract("\x89PNG", "image/png", "photo.png").outcome, Extraction::no_text);
  EXPECT_EQ(sink_.count("extract.worker.not_started"), 0U);
}

TEST_F(ExtractorTest, OffMeansNone) {
  settings_.attachments = false;
  EXPECT_EQ(make_extractor(settings_, KONTOR_EXTRACT_PROGRAM, log::Context(sink_)), nullptr);
}

TEST_F(ExtractorTest, TooLargeIsCut) {
  settings_.max_attachment = 10;
  EXPECT_EQ(extract("ten bytes.").outcome, Extraction::read);
  EXPECT_EQ(extract("eleven byte").outcome, Extraction::cut);
}

TEST_F(ExtractorTest, AProgramThatIsNotThereIsTriedAgain) {
  make("/nonexistent/kontor-extract");
  EXPECT_EQ(extract("x").outcome, Extraction::unavailable);
  EXPECT_EQ(extract("x").outcome, Extraction::unavailable);
  EXPECT_EQ(sink_.count("extract.worker.not_started"), 1U) << "not at every attachment";
}

TEST_F(ExtractorTest, ReadersSeeNoFilesAndNoNamesOfFiles) {
  EXPECT_EQ(misbehave("open").text, "Operation not permitted");
  EXPECT_EQ(misbehave("create").text, "Operation not permitted");
  EXPECT_EQ(misbehave("stat").text, "Operation not permitted");
  EXPECT_EQ(misbehave("list").text, "Operation not permitted");
  EXPECT_EQ(misbehave("environment").text, "empty");
}

TEST_F(ExtractorTest, ReadersThatWantMoreAreKilledAndCounted) {
  std::size_t count = 0;
  for (const auto* word : {"socket", "fork", "exec", "ptrace", "kill", "run data"}) {
    const auto extracted = misbehave(word);
    EXPECT_EQ(extracted.outcome, Extraction::not_readable) << word << ": " << extracted.text;
    EXPECT_EQ(sink_.count("extract.file.misuse"), ++count) << word << ": " << extracted.why;
    EXPECT_EQ(misbehave("hello").text, "read: hello") << "the next one is read";
  }
}

TEST_F(ExtractorTest, ACrashIsOfOneAttachment) {
  for (const auto* word : {"crash", "abort", "exit"}) {
    const auto extracted = misbehave(word);
    EXPECT_EQ(extracted.outcome, Extraction::not_readable) << word;
    EXPECT_THAT(extracted.why,
                AnyOf(StartsWith("its reader crashed"), StartsWith("its reader gave")));
    EXPECT_EQ(misbehave("hello").text, "read: hello");
  }
  EXPECT_EQ(sink_.count("extract.file.failed"), 3U);
}

TEST_F(ExtractorTest, MemoryIsLimited) {
  settings_.attachment_memory = 64U << 20U;
  const auto extracted = misbehave("memory");
  EXPECT_EQ(extracted.outcome, Extraction::not_readable);
  EXPECT_THAT(extracted.why, AnyOf(HasSubstr("memory"), HasSubstr("reader")));
  EXPECT_EQ(misbehave("hello").text, "read: hello");
}

TEST_F(ExtractorTest, TimeIsLimitedWhetherItWaitsOrWorks) {
  settings_.attachment_timeout = std::chrono::seconds(1);
  for (const auto* word : {"sleep", "spin"}) {
    const auto extracted = misbehave(word);
    EXPECT_EQ(extracted.outcome, Extraction::not_readable) << word;
    EXPECT_THAT(extracted.why, HasSubstr("search.attachment_timeout")) << word;
  }
  EXPECT_EQ(misbehave("hello").text, "read: hello");
}

TEST_F(ExtractorTest, StoppingEndsWhatRuns) {
  settings_.attachment_timeout = std::chrono::seconds(600);
  make(KONTOR_EXTRACT_MISUSE_PROGRAM);
  boost::asio::io_context context;
  std::size_t ended = 0;
  const auto task = [&]() -> Task<void> {
    const auto extracted = co_await extractor_->extract({"sleep", "text/plain", "a.txt"});
    ended += extracted.outcome == Extraction::unavailable ? 1 : 0;
  };
  for (int i = 0; i < 10; ++i) kontor::testing::spawn(context, task());
  while (sink_.count("extract.worker.started") == 0) context.run_for(std::chrono::milliseconds(5));
  extractor_->stop();
  kontor::testing::run_all(context);
  EXPECT_EQ(ended, 10U) << "those under way and those that wait";
  EXPECT_EQ(extract("x").outcome, Extraction::unavailable);
}

TEST_F(ExtractorTest, GoingAwayEndsWhatRuns) {
  settings_.attachment_timeout = std::chrono::seconds(600);
  make(KONTOR_EXTRACT_MISUSE_PROGRAM);
  boost::asio::io_context context;
  std::optional<Extraction> outcome;
  const auto task = [&]() -> Task<void> {
    outcome = (co_await extractor_->extract({"sleep", "text/plain", "a.txt"})).outcome;
  };
  kontor::testing::spawn(context, task());
  while (sink_.count("extract.worker.started") == 0) context.run_for(std::chrono::milliseconds(5));
  // The pool's thread answers, the task does not wait for it.
  extractor_.reset();
  context.run_for(std::chrono::seconds(1));
  EXPECT_EQ(outcome, Extraction::unavailable);
}

}  // namespace
}  // namespace kontor::search
