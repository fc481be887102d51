// SPDX-License-Identifier: GPL-3.0-or-later
// The console's files: read from a folder, found by path, answered in the coding that is taken.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "base/io/memory_disk.hpp"
#include "server/admin/console/routes.hpp"
#include "tests/support/run_task.hpp"

namespace kontor::admin::console {
namespace {

using http::wire::Request;
using http::wire::Response;

struct Console : ::testing::Test {
  io::MemoryDisk disk;
  boost::asio::io_context context;

  Console() {
    for (const auto* folder : {"/web", "/web/assets", "/empty"})
      EXPECT_TRUE(io::make_directories(disk, folder));
    put("/web/index.html", "<!doctype html>");
    put("/web/assets/index-B1.js", "let a = 1");
    put("/web/assets/index-B1.js.br", "brotli");
    put("/web/assets/index-B1.js.gz", "gzip");
    put("/web/assets/index-B1.css", "a{}");
    put("/web/assets/secret.key", "no");
  }

  void put(const std::string& path, std::string_view bytes) {
    EXPECT_TRUE(io::write_file_durably(disk, path, bytes));
  }

  Response ask(std::string path,
               std::vector<http::wire::Field> fields = {},
               std::string folder = "/web") {
    const auto all = routes(read_assets(disk, {"/empty", std::move(folder)}));
    Request request;
    request.method = "GET";
    request.path = std::move(path);
    request.fields = std::move(fields);
    auto answered = testing::run(context, all.at(0).handler({request}));
    EXPECT_TRUE(answered);
    return answered ? *std::move(answered) : Response();
  }

  static std::string field(const Response& response, std::string_view name) {
    for (const auto& one : response.fields)
      if (one.name == name) return one.value;
    return {};
  }
};

TEST_F(Console, IsServedWithItsPolicy) {
  const auto index = ask("/admin/");
  EXPECT_EQ(index.status, 200);
  EXPECT_EQ(index.type, "text/html; charset=utf-8");
  EXPECT_EQ(index.body, "<!doctype html>");
  EXPECT_EQ(field(index, "Cache-Control"), "no-cache");
  const auto policy = field(index, "Content-Security-Policy");
  EXPECT_TRUE(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"));
  EXPECT_TRUE(policy.contains("frame-ancestors 'none'"));
  EXPECT_FALSE(policy.contains("unsafe"));
  EXPECT_EQ(ask("/admin/index.html").body, index.body);
}

TEST_F(Console, FilesWithAHashInTheirNameAreKeptForGood) {
  const auto script = ask("/admin/assets/index-B1.js");
  EXPECT_EQ(script.type, "text/javascript; charset=utf-8");
  EXPECT_EQ(script.body, "let a = 1");
  EXPECT_EQ(field(script, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(field(script, "Vary"), "Accept-Encoding");
  EXPECT_EQ(ask("/admin/assets/index-B1.css").type, "text/css; charset=utf-8");
}

TEST_F(Console, ComesInTheCodingThatIsTaken) {
  const auto coding = [&](const std::string& accepted) {
    return field(ask("/admin/assets/index-B1.js", {{"Accept-Encoding", accepted}}),
                 "Content-Encoding");
  };
  EXPECT_EQ(coding("gzip, deflate, br, zstd"), "br");
  EXPECT_EQ(coding("gzip, br;q=0"), "gzip");
  EXPECT_EQ(coding("GZIP;q=0.5"), "gzip");
  EXPECT_EQ(coding("identity"), "");
  EXPECT_EQ(coding("gzip; q=0.000"), "");
  const auto brotli = ask("/admin/assets/index-B1.js", {{"Accept-Encoding", "br"}});
  EXPECT_EQ(brotli.body, "brotli");
  EXPECT_NE(field(brotli, "ETag"), field(ask("/admin/assets/index-B1.js"), "ETag"));
  EXPECT_EQ(
      field(ask("/admin/assets/index-B1.css", {{"Accept-Encoding", "br"}}), "Content-Encoding"),
      "");
}

TEST_F(Console, IsNotSentToWhoHasIt) {
  const auto tag = field(ask("/admin/"), "ETag");
  EXPECT_TRUE(tag.starts_with('"') && tag.ends_with('"'));
  for (const auto& asked : {tag, "\"x\", W/" + tag, std::string("*")}) {
    const auto answered = ask("/admin/", {{"If-None-Match", asked}});
    EXPECT_EQ(answered.status, 304) << asked;
    EXPECT_TRUE(answered.body.empty());
    EXPECT_EQ(field(answered, "ETag"), tag);
  }
  EXPECT_EQ(ask("/admin/", {{"If-None-Match", "\"x\""}}).status, 200);
}

TEST_F(Console, HasNothingElse) {
  for (const auto* path :
       {"/admin/none", "/admin/assets/", "/admin/assets/secret.key", "/admin/assets/index-B1.js.br",
        "/admin//index.html", "/admin/../web/index.html"})
    EXPECT_EQ(ask(path).status, 404) << path;
  const auto moved = ask("/admin");
  EXPECT_EQ(moved.status, 301);
  EXPECT_EQ(field(moved, "Location"), "/admin/");
}

TEST_F(Console, ThatWasNotBuiltSaysHowItIs) {
  const auto page = ask("/admin/", {}, "/none");
  EXPECT_EQ(page.status, 503);
  EXPECT_TRUE(page.body.contains("ninja -C build/release console")) << page.body;
  EXPECT_TRUE(ask("/admin/", {{"Accept-Language", "ru,en"}}, "/none").body.contains("не собрана"));
}

}  // namespace
}  // namespace kontor::admin::console
