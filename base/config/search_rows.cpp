// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of the table of settings: search.
#include <array>

#include "base/config/rows.hpp"

namespace kontor::config {
namespace {

constexpr auto k_rows = std::to_array<Row>({
    {"search.enabled",
     [](Settings& s) -> Field { return &s.search.enabled; },
     {},
     "Whether mailboxes get full-text indexes.",
     "Without them every search reads the messages; what is found is the same."},
    {"search.attachments",
     [](Settings& s) -> Field { return &s.search.attachments; },
     {},
     "Whether the text of attachments is searched.",
     "A process without rights of any kind reads them."},
    {"search.languages",
     [](Settings& s) -> Field { return &s.search.languages; },
     {},
     "Languages whose word forms are known.",
     "A word is found in all its forms. Names of Snowball stemmers or their codes: en, ru, de, fr "
     "... "
     "Which of them a word may belong to is told by its script; of several with one script each "
     "counts."},
    {"search.max_attachment",
     [](Settings& s) -> Field { return &s.search.max_attachment; },
     {65536, 1073741824},
     "Largest attachment that is read.",
     "Larger ones are found by their names only."},
    {"search.attachment_timeout",
     [](Settings& s) -> Field { return &s.search.attachment_timeout; },
     {1, 600},
     "How long the reading of an attachment may take.",
     "What takes longer counts as not readable."},
    {"search.attachment_memory",
     [](Settings& s) -> Field { return &s.search.attachment_memory; },
     {67108864, 8589934592},
     "Memory of the process that reads attachments.",
     "What needs more counts as not readable."},
    {"search.threads",
     [](Settings& s) -> Field { return &s.search.threads; },
     {1, 64},
     "Searches that run at the same time.",
     "One more thread writes the indexes."},
    {"search.delay",
     [](Settings& s) -> Field { return &s.search.delay; },
     {0, 60000},
     "How long new mail may wait for its indexing.",
     "Mail that comes together is indexed together. It is found at once all the same: what is not "
     "yet "
     "indexed is looked through."},
});

}  // namespace

std::span<const Row> search_rows() { return k_rows; }

}  // namespace kontor::config
