// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/queue/notice_text.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"

namespace kontor::queue {
namespace {

struct Words {
  std::string_view language;
  std::array<std::string_view, 3> subject;  // by NoticeKind
  std::array<std::string_view, 3> lead;
  std::array<std::string_view, 3> close;
  std::string_view from, said, because;
};

constexpr std::array k_words{
    Words{"en",
          {"Your message could not be delivered", "Your message is delayed",
           "Your message was delivered"},
          {"Your message could not be delivered to the following recipients and will not be tried "
           "again:",
           "Your message has not been delivered to the following recipients yet:",
           "Your message has arrived, as far as this server can know:"},
          {"The message, or the beginning of it, is attached.",
           "You need not do anything: the server goes on trying and tells you if it gives up. Do "
           "not send the message again.",
           "Whether it has been read is not known."},
          "This notice was written by the mail server ",
          "The other server said: ",
          "Cause: "},
    Words{"ru",
          {"Ваше письмо не доставлено", "Доставка вашего письма задерживается",
           "Ваше письмо доставлено"},
          {"Ваше письмо не удалось доставить следующим получателям, новых попыток не будет:",
           "Ваше письмо пока не доставлено следующим получателям:",
           "Ваше письмо доставлено, насколько это известно серверу:"},
          {"Письмо или его заголовок приложены.",
           "Делать ничего не нужно: сервер продолжает попытки и сообщит, если прекратит их. Не "
           "отправляйте письмо повторно.",
           "Прочитано ли оно, неизвестно."},
          "Это уведомление составил почтовый сервер ",
          "Ответ другого сервера: ",
          "Причина: "},
};

struct Sentence {
  std::string_view detail;  // "1.1" of X.1.1; "1" for a whole subject
  std::string_view en, ru;
};

// RFC 3463, 3; RFC 5248's registry for those above X.7.9 and RFC 7505, RFC 6531 where they say so.
constexpr std::array k_sentences{
    Sentence{"1.1", "There is no such mailbox. Check the address for a mistake.",
             "Такого почтового ящика нет. Проверьте, нет ли ошибки в адресе."},
    Sentence{"1.2", "The part behind the @ does not exist. Check the address for a mistake.",
             "Части адреса после знака @ не существует. Проверьте, нет ли ошибки в адресе."},
    Sentence{"1.3", "The address is not written correctly.", "Адрес записан неправильно."},
    Sentence{"1.6", "The recipient has moved. Ask for the new address in another way.",
             "Получатель сменил адрес. Узнайте новый адрес другим способом."},
    Sentence{"1.8", "The other side does not accept your own address. Tell your administrator.",
             "Другая сторона не принимает ваш собственный адрес. Сообщите администратору."},
    Sentence{"1.10", "This domain takes no mail at all. Check the address.",
             "Этот домен вообще не принимает почту. Проверьте адрес."},
    Sentence{"1", "The address is not accepted. Check it for a mistake.",
             "Адрес не принят. Проверьте, нет ли в нём ошибки."},
    Sentence{"2.1", "The mailbox is disabled. Reach the recipient in another way.",
             "Почтовый ящик отключён. Свяжитесь с получателем другим способом."},
    Sentence{"2.2", "The mailbox is full. Try again later or tell the recipient in another way.",
             "Почтовый ящик переполнен. Повторите позже или сообщите получателю другим способом."},
    Sentence{"2.3", "The message is too large for this mailbox. Send it without large attachments.",
             "Письмо слишком велико для этого ящика. Отправьте его без больших вложений."},
    Sentence{"2", "The mailbox does not take the message.", "Почтовый ящик не принимает письмо."},
    Sentence{"3.3",
             "The other mail server cannot do what you asked for with the message. Send it without "
             "that.",
             "Другой почтовый сервер не умеет того, о чём вы просили вместе с письмом. Отправьте "
             "его без этого."},
    Sentence{"3.4", "The message is too large. Send it without large attachments or in parts.",
             "Письмо слишком велико. Отправьте его без больших вложений или по частям."},
    Sentence{"3", "The other mail system has a problem of its own. Try again later.",
             "В почтовой системе получателя неполадки. Повторите позже."},
    Sentence{"4.1", "The other mail server did not answer.", "Другой почтовый сервер не отвечает."},
    Sentence{"4.3", "The name service did not answer.", "Служба имён (DNS) не отвечает."},
    Sentence{"4.4", "No way to the recipient's domain is known. Check the address for a mistake.",
             "Путь к домену получателя неизвестен. Проверьте, нет ли ошибки в адресе."},
    Sentence{"4.6", "The message runs in a circle. Tell your administrator.",
             "Письмо ходит по кругу. Сообщите администратору."},
    Sentence{"4.7",
             "The other mail server could not be reached for a long time. Check the address, "
             "or reach the recipient in another way.",
             "До другого почтового сервера долго не удавалось дозвониться. Проверьте адрес или "
             "свяжитесь с получателем другим способом."},
    Sentence{"4", "The other mail server cannot be reached.", "Другой почтовый сервер недоступен."},
    Sentence{"5", "The two mail servers did not understand each other. Tell your administrator.",
             "Почтовые серверы не поняли друг друга. Сообщите администратору."},
    Sentence{"6.7", "The other side cannot take addresses with letters beyond A to Z.",
             "Другая сторона не принимает адреса с буквами вне латиницы."},
    Sentence{"6", "The other side cannot take the content of the message.",
             "Другая сторона не может принять содержимое письма."},
    Sentence{"7.1",
             "The other side does not permit this message, for you or at all. If you think "
             "this is wrong, ask the recipient in another way.",
             "Другая сторона не разрешает это письмо вам или вообще. Если вы считаете это ошибкой, "
             "спросите получателя другим способом."},
    Sentence{"7.10",
             "You asked for protected transport, and the other side has none that can be verified. "
             "Send the message without that wish, or in another way.",
             "Вы просили защищённую доставку, а у другой стороны её нет или её нельзя проверить. "
             "Отправьте письмо без этого требования или другим способом."},
    Sentence{"7.30",
             "You asked for protected transport all the way, and the other side does not promise "
             "it. Send the message without that wish, or in another way.",
             "Вы просили защищённую доставку на всём пути, а другая сторона её не обещает. "
             "Отправьте письмо без этого требования или другим способом."},
    Sentence{"7",
             "The other side refuses the message for reasons of security or policy. Tell your "
             "administrator.",
             "Другая сторона отклоняет письмо по соображениям безопасности или правил. Сообщите "
             "администратору."},
};

const Words& words_of(std::string_view language) {
  const auto found = std::ranges::find(k_words, language, &Words::language);
  return found == k_words.end() ? k_words.front() : *found;
}

// What others write is shown on one line and not without end.
std::string shown(std::string_view text) {
  constexpr std::size_t k_most = 500;
  std::string out(text.substr(0, k_most));
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return to_valid_utf8(out);
}

}  // namespace

std::string_view status_sentence(std::string_view status, std::string_view language) {
  const auto detail = status.size() > 2 ? status.substr(2) : std::string_view();
  for (const auto wanted : {detail, detail.substr(0, detail.find('.'))}) {
    const auto found = std::ranges::find(k_sentences, wanted, &Sentence::detail);
    if (found != k_sentences.end()) return language == "ru" ? found->ru : found->en;
  }
  return {};
}

std::string_view notice_subject(NoticeKind kind, std::string_view language) {
  return words_of(language).subject[static_cast<std::size_t>(kind)];
}

std::string notice_text(NoticeKind kind,
                        std::string_view language,
                        std::string_view server,
                        const std::vector<ToldRecipient>& recipients) {
  const auto& words = words_of(language);
  const auto at = static_cast<std::size_t>(kind);
  std::string out(words.lead[at]);
  out += "\n\n";
  for (const auto& one : recipients) {
    out.append("  ").append(shown(one.address)).append("\n");
    if (kind == NoticeKind::success) continue;
    const auto sentence = status_sentence(one.status, language);
    if (!sentence.empty()) out.append("    ").append(sentence).append("\n");
    if (!one.outcome->diagnostic.empty())
      out.append("    ").append(words.said).append(shown(one.outcome->diagnostic)).append("\n");
    else if (!one.outcome->reason.empty())
      out.append("    ").append(words.because).append(shown(one.outcome->reason)).append("\n");
  }
  out.append("\n").append(words.close[at]).append("\n\n");
  out.append(words.from).append(server).append(".\n");
  return out;
}

}  // namespace kontor::queue
