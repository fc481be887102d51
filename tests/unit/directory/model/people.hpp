// SPDX-License-Identifier: GPL-3.0-or-later
// People and groups for the tests of the directory.
#pragma once
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "directory/model/model.hpp"
#include "tests/support/source_dir.hpp"

namespace kontor::directory {

inline PrincipalId test_id(std::uint32_t number, std::string source = "local") {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 4; ++i) bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return {std::move(source), Uuid(bytes)};
}

inline Principal test_person(std::uint32_t number, const std::string& name) {
  Principal person;
  person.id = test_id(number);
  person.sid = "S-1-5-21-1-2-3-" + std::to_string(number);
  person.dn = "uid=" + name + ",dc=example,dc=test";
  person.name = name;
  person.account_name = name;
  person.netbios_domain = "EXAMPLE";
  person.domain = "example.test";
  person.principal_name = name + "@example.test";
  person.mail = name + "@example.test";
  return person;
}

inline Principal test_group(std::uint32_t number,
                            const std::string& name,
                            std::vector<PrincipalId> members) {
  Principal group = test_person(number, name);
  group.kind = Kind::group;
  group.principal_name.clear();
  group.members = std::move(members);
  return group;
}

// The sample a fuzz target starts from; KONTOR_WRITE_GENERATED=1 writes it anew from `current`.
inline std::string fuzz_sample(const std::string& name, const std::string& current) {
  const std::string path = source_dir().string() + "/tests/fuzz/corpus/" + name;
  if (std::getenv("KONTOR_WRITE_GENERATED") != nullptr)
    std::ofstream(path, std::ios::binary) << current;
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace kontor::directory
