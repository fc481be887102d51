// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/notify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/core/uuid.hpp"

namespace kontor::app {
namespace {

// A manager's socket; `name` is a path, or begins with '@'.
class Manager {
 public:
  explicit Manager(const std::string& name) : fd_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, name.size());
    if (name.front() == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), length), 0);
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  ~Manager() {
    ::unsetenv("NOTIFY_SOCKET");
    ::close(fd_);
  }
  std::string heard() {
    char text[200];
    const auto got = ::recv(fd_, text, sizeof text, MSG_DONTWAIT);
    return got < 0 ? "nothing" : std::string(text, static_cast<std::size_t>(got));
  }

 private:
  int fd_;
};

TEST(Notify, TheManagerHearsByPathAndByName) {
  const auto unique = Uuid::random().hex();
  const auto file = std::filesystem::temp_directory_path() / unique;
  for (const std::string& name : {file.string(), "@kontor-" + unique}) {
    Manager manager(name);
    tell_manager("READY=1");
    EXPECT_EQ(manager.heard(), "READY=1") << name;
    tell_manager_of_reload();
    EXPECT_THAT(manager.heard(), ::testing::MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+"));
    EXPECT_EQ(manager.heard(), "nothing");
  }
  std::filesystem::remove(file);
}

TEST(Notify, WithoutAManagerNothingHappens) {
  ::unsetenv("NOTIFY_SOCKET");
  tell_manager("READY=1");
  for (const std::string& name :
       {std::string(), std::string("/nonexistent/socket"), std::string(300, 'x')}) {
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    tell_manager("READY=1");
  }
  ::unsetenv("NOTIFY_SOCKET");
}

}  // namespace
}  // namespace kontor::app
