// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sieve/problem.hpp"

#include <fmt/format.h>

#include <array>

namespace kontor::sieve {
namespace {

struct Words {
  Complaint what;
  std::string_view english, russian;  // {} is the detail
};

// clang-format off
constexpr std::array k_words{
    Words{Complaint::too_large, "the script is longer than {} bytes", "скрипт длиннее {} байт"},
    Words{Complaint::not_utf8, "the script is not UTF-8", "скрипт не в кодировке UTF-8"},
    Words{Complaint::bad_character, "\"{}\" has no meaning here", "символ «{}» здесь не имеет смысла"},
    Words{Complaint::open_comment, "this comment is never closed", "этот комментарий не закрыт"},
    Words{Complaint::open_string, "this string is never closed", "эта строка не закрыта"},
    Words{Complaint::open_text, "this text never ends with a line that is a dot", "этот текст не заканчивается строкой из одной точки"},
    Words{Complaint::bad_number, "\"{}\" is no number", "«{}» не является числом"},
    Words{Complaint::bad_escape, "\"{}\" is no character of Unicode", "«{}» не является символом Юникода"},
    Words{Complaint::expected, "{} is expected here", "здесь ожидается {}"},
    Words{Complaint::too_deep, "blocks and tests are nested deeper than {}", "вложенность блоков и проверок больше {}"},
    Words{Complaint::too_long, "the script has more than {} commands and tests", "в скрипте больше {} команд и проверок"},
    Words{Complaint::require_late, "require stands at the start of a script only", "require пишется только в начале скрипта"},
    Words{Complaint::unknown_extension, "the extension \"{}\" is not known here", "расширение «{}» здесь неизвестно"},
    Words{Complaint::unknown_command, "there is no command \"{}\"", "нет команды «{}»"},
    Words{Complaint::unknown_test, "there is no test \"{}\"", "нет проверки «{}»"},
    Words{Complaint::needs_require, "write require \"{}\"; at the start of the script to use this", "чтобы это использовать, напишите в начале скрипта require \"{}\";"},
    Words{Complaint::unknown_tag, "\":{}\" is not known here", "«:{}» здесь неизвестно"},
    Words{Complaint::tag_twice, "\":{}\" is given twice", "«:{}» указано дважды"},
    Words{Complaint::tags_clash, "\":{}\" does not go with what stands before it", "«:{}» несовместимо с тем, что указано раньше"},
    Words{Complaint::wrong_argument, "{} is wanted as this argument", "этим аргументом должно быть: {}"},
    Words{Complaint::too_few_arguments, "\"{}\" needs more arguments", "у «{}» не хватает аргументов"},
    Words{Complaint::too_many_arguments, "\"{}\" takes no such argument", "у «{}» нет такого аргумента"},
    Words{Complaint::needs_test, "\"{}\" needs a test", "после «{}» нужна проверка"},
    Words{Complaint::no_test, "\"{}\" takes no such tests", "у «{}» не бывает таких проверок"},
    Words{Complaint::needs_block, "\"{}\" needs a block in braces", "после «{}» нужен блок в фигурных скобках"},
    Words{Complaint::no_block, "\"{}\" takes no block", "у «{}» не бывает блока"},
    Words{Complaint::else_alone, "\"{}\" does not follow an if", "перед «{}» нет if"},
    Words{Complaint::unknown_comparator, "the comparator \"{}\" is not known here", "сравнение «{}» здесь неизвестно"},
    Words{Complaint::comparator_cannot, "the comparator \"{}\" cannot look for parts of a text", "сравнение «{}» не умеет искать часть текста"},
    Words{Complaint::bad_relation, "\"{}\" is none of gt, ge, lt, le, eq, ne", "«{}» не входит в gt, ge, lt, le, eq, ne"},
    Words{Complaint::bad_value, "\"{}\" is no value that can stand here", "значение «{}» здесь недопустимо"},
    Words{Complaint::no_variables, "no variable may stand in this text", "в этом тексте не может быть переменной"},
    Words{Complaint::too_many_steps, "the script takes more work than is allowed", "скрипт требует больше работы, чем разрешено"},
    Words{Complaint::too_many_actions, "the script does more than {} things with one message", "скрипт делает с одним письмом больше {} действий"},
    Words{Complaint::too_many_redirects, "the script redirects one message to more than {} addresses", "скрипт пересылает одно письмо больше чем на {} адресов"},
    Words{Complaint::too_many_includes, "scripts include each other deeper than {}", "скрипты включают друг друга глубже {}"},
    Words{Complaint::too_many_variables, "the script has more than {} variables", "в скрипте больше {} переменных"},
    Words{Complaint::no_script, "there is no script \"{}\" to include", "нет скрипта «{}», чтобы его включить"},
    Words{Complaint::broken_script, "the included script \"{}\" has a mistake", "во включённом скрипте «{}» есть ошибка"},
    Words{Complaint::include_circle, "the script \"{}\" includes itself", "скрипт «{}» включает сам себя"},
    Words{Complaint::vacation_twice, "vacation was done already for this message", "vacation для этого письма уже выполнена"},
    Words{Complaint::reject_clash, "a message that is refused can be neither kept nor answered", "письмо, от которого отказались, нельзя ни сохранить, ни отвечать на него"},
    Words{Complaint::own_error, "the script says: {}", "скрипт сообщает: {}"},
    Words{Complaint::no_folder, "there is no folder \"{}\"", "нет папки «{}»"},
};
// clang-format on

constexpr bool in_order() {
  for (std::size_t i = 0; i < k_words.size(); ++i)
    if (k_words[i].what != static_cast<Complaint>(i)) return false;
  return k_words.size() == static_cast<std::size_t>(Complaint::no_folder) + 1;
}
static_assert(in_order(), "a row for each complaint, in order");

}  // namespace

std::string Problem::text(std::string_view language) const {
  const auto& words = k_words[static_cast<std::size_t>(what)];
  const bool is_russian = language == "ru";
  const auto body = fmt::format(fmt::runtime(is_russian ? words.russian : words.english), detail);
  return fmt::format("{} {}, {} {}: {}", is_russian ? "строка" : "line", at.line,
                     is_russian ? "столбец" : "column", at.column, body);
}

}  // namespace kontor::sieve
