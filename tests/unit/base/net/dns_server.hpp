// SPDX-License-Identifier: GPL-3.0-or-later
// A name server of the test: answers on a UDP port of its own with the records it was given, or
// not at all.
#pragma once
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace kontor::testing {

inline std::string dns_name(const std::string& text) {
  std::string out, label;
  for (const char c : text + ".") {
    if (c != '.') {
      label.push_back(c);
    } else if (!label.empty()) {
      out.push_back(static_cast<char>(label.size()));
      out += std::exchange(label, std::string());
    }
  }
  return out + '\0';
}

inline std::string dns_number(unsigned value) {
  return {static_cast<char>(value >> 8U & 255U), static_cast<char>(value & 255U)};
}

class DnsServer {
 public:
  struct Record {
    int type = 0;
    std::string rdata;
  };
  // Name (lower case) to its records; a name without an entry does not exist.
  std::map<std::string, std::vector<Record>> zone;
  std::map<std::string, int> codes;  // answered with this RCODE
  std::vector<std::string> silent;   // never answered
  std::atomic<int> questions = 0;

  DnsServer() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~DnsServer() {
    is_over_ = true;
    sockaddr_in self{};
    self.sin_family = AF_INET;
    self.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    self.sin_port = htons(port_);
    ::sendto(fd_, "", 0, 0, reinterpret_cast<sockaddr*>(&self), sizeof self);
    if (thread_.joinable()) thread_.join();
    ::close(fd_);
  }
  void start() {
    thread_ = std::thread([this] { serve(); });
  }
  std::string setting() const { return "127.0.0.1@" + std::to_string(port_); }

  void add(const std::string& name, int type, std::string rdata) {
    zone[name].push_back({type, std::move(rdata)});
  }
  void add_mx(const std::string& name, unsigned preference, const std::string& host) {
    add(name, 15, dns_number(preference) + dns_name(host));
  }

 private:
  void serve() {
    std::array<char, 2'000> buffer;
    while (true) {
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const auto got = ::recvfrom(fd_, buffer.data(), buffer.size(), 0,
                                  reinterpret_cast<sockaddr*>(&from), &size);
      if (is_over_) return;
      if (got < 17) continue;
      ++questions;
      const auto reply = answer(std::string(buffer.data(), static_cast<std::size_t>(got)));
      if (!reply.empty())
        ::sendto(fd_, reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
    }
  }

  std::string answer(const std::string& question) const {
    std::string name;
    std::size_t at = 12;
    while (at < question.size() && question[at] != 0) {
      const auto length = static_cast<std::size_t>(question[at]);
      if (!name.empty()) name.push_back('.');
      for (std::size_t i = 1; i <= length; ++i)
        name.push_back(static_cast<char>(std::tolower(question[at + i])));
      at += length + 1;
    }
    const int type = static_cast<unsigned char>(question[at + 2]);
    const std::string asked = question.substr(12, at + 5 - 12);
    for (const auto& one : silent)
      if (one == name) return {};
    int code = 0;
    std::string records;
    unsigned count = 0;
    if (const auto forced = codes.find(name); forced != codes.end())
      code = forced->second;
    else if (!zone.contains(name))
      code = 3;
    else
      for (const auto& record : zone.at(name)) {
        if (record.type != type && record.type != 5) continue;
        records += "\xC0\x0C" + dns_number(static_cast<unsigned>(record.type)) + dns_number(1) +
                   std::string("\0\0\0\x3C", 4) +
                   dns_number(static_cast<unsigned>(record.rdata.size())) + record.rdata;
        ++count;
      }
    return question.substr(0, 2) + "\x85" + static_cast<char>(0x80 | code) + dns_number(1) +
           dns_number(count) + std::string(4, '\0') + asked + records;
  }

  int fd_;
  std::uint16_t port_ = 0;
  std::atomic<bool> is_over_ = false;
  std::thread thread_;
};

}  // namespace kontor::testing
