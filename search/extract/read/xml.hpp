// SPDX-License-Identifier: GPL-3.0-or-later
// XML read piece by piece: without files, network or entities; document types are not loaded.
#pragma once
#include <functional>
#include <string>
#include <string_view>

namespace kontor::search {

// Fills the buffer: how many bytes; 0: the end; negative: it cannot be read.
using ByteSource = std::function<std::ptrdiff_t(char* buffer, std::size_t size)>;
ByteSource source_of(std::string_view bytes);  // they outlive it

// What happens in the document, by local names (without namespaces).
class XmlVisitor {
 public:
  using Attribute = std::function<std::string(const char* local_name)>;  // empty: there is none
  virtual ~XmlVisitor() = default;
  // An element begins; `attribute` is good until it returns. False: stop here.
  virtual bool begin(std::string_view name, const Attribute& attribute) = 0;
  virtual bool end(std::string_view name) = 0;
  virtual bool text(std::string_view text) = 0;
};

// False: it is not well-formed beyond what was visited. Stopping is no failure.
bool visit_xml(ByteSource source, XmlVisitor& visitor);

}  // namespace kontor::search
