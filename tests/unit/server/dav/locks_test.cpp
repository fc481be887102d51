// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/dav/locks.hpp"

#include <gtest/gtest.h>

#include "tests/unit/server/fakes.hpp"

namespace kontor::dav {
namespace {

class DavLocks : public ::testing::Test {
 protected:
  Lock lock(std::string path, bool shared = false, bool deep = true) {
    Lock one;
    one.token = "t" + std::to_string(++count_);
    one.path = std::move(path);
    one.is_shared = shared;
    one.is_deep = deep;
    one.holder = anna_;
    one.timeout = std::chrono::seconds(60);
    return one;
  }
  testing::FakeClock clock_;
  Locks locks_{clock_};
  directory::PrincipalId anna_{"local", Uuid::random()};
  directory::PrincipalId boris_{"local", Uuid::random()};
  int count_ = 0;
};

TEST_F(DavLocks, ExclusiveOnesKeepOffAboveAndBelow) {
  ASSERT_TRUE(locks_.add(lock("/a/b/")));
  EXPECT_EQ(locks_.add(lock("/a/b/c/")).error().code(), Errc::conflict);
  EXPECT_EQ(locks_.add(lock("/a/")).error().code(), Errc::conflict);
  EXPECT_TRUE(locks_.add(lock("/a/", false, false))) << "of the collection itself alone";
  EXPECT_TRUE(locks_.add(lock("/a/bc/")));
  EXPECT_EQ(locks_.holding("/a/b/c/").size(), 1U);
  EXPECT_EQ(locks_.holding("/a/").size(), 1U);
  EXPECT_EQ(locks_.holding("/a/", true).size(), 3U);
}

TEST_F(DavLocks, SharedOnesGoTogether) {
  ASSERT_TRUE(locks_.add(lock("/a/", true)));
  EXPECT_TRUE(locks_.add(lock("/a/", true)));
  EXPECT_EQ(locks_.add(lock("/a/")).error().code(), Errc::conflict);
}

TEST_F(DavLocks, EndWithTheirTimeAndByTheirHolderAlone) {
  const auto made = locks_.add(lock("/a/"));
  ASSERT_TRUE(made);
  const std::chrono::seconds longer(100);
  EXPECT_FALSE(locks_.refresh(made->token, "/a/", boris_, longer));
  EXPECT_FALSE(locks_.refresh(made->token, "/b/", anna_, longer));
  EXPECT_EQ(locks_.remove(made->token, "/a/", boris_).error().code(), Errc::no_permission);
  clock_.time += std::chrono::seconds(59);
  EXPECT_TRUE(locks_.refresh(made->token, "/a/b/", anna_, longer));
  clock_.time += std::chrono::seconds(99);
  EXPECT_EQ(locks_.holding("/a/").size(), 1U);
  clock_.time += std::chrono::seconds(1);
  EXPECT_TRUE(locks_.holding("/a/").empty());
  EXPECT_EQ(locks_.remove(made->token, "/a/", anna_).error().code(), Errc::not_found);
}

}  // namespace
}  // namespace kontor::dav
