// SPDX-License-Identifier: GPL-3.0-or-later
// One function for each kind of file. Bytes in, text into the Reading; any bytes are allowed.
#pragma once
#include "search/extract/read/kind.hpp"
#include "search/extract/read/reading.hpp"

namespace kontor::search {

Verdict read_as(Kind kind, const Attachment& file, Reading& reading);

Verdict read_plain(std::string_view bytes, Reading& reading);
Verdict read_html(std::string_view bytes, Reading& reading);
Verdict read_xml_text(std::string_view bytes, Reading& reading);
Verdict read_rtf(std::string_view bytes, Reading& reading);
Verdict read_pdf(std::string_view bytes, Reading& reading);
// ZIP: a document of an office program when it is one, else as read_archive.
Verdict read_zip(std::string_view bytes, Reading& reading);
// What libarchive unpacks, or one compressed file. `file` for the name of the latter.
Verdict read_archive(const Attachment& file, Reading& reading);
Verdict read_mail(std::string_view bytes, Reading& reading);
// [MS-CFB]: a message of Outlook ([MS-OXMSG]), a document of old Office programs, an encrypted one;
// others have no text for us.
Verdict read_compound(std::string_view bytes, Reading& reading);
Verdict read_tnef(std::string_view bytes, Reading& reading);

// Once, before the first reading and before rights are given away: the libraries read their own
// files now.
void prepare_readers();
void prepare_pdf();  // of it the part of PDF

}  // namespace kontor::search
