// SPDX-License-Identifier: GPL-3.0-or-later
// {host}, {pox}, {domain} and {services} stand for what the server says. Lines between [https] or
// [no https] and [end] are for a server with or without it.
#include "server/autodiscover/kit/kit.hpp"

namespace kontor::autodiscover {
namespace {

constexpr std::string_view k_english = R"(KONTOR: FILES FOR THE CLIENTS OF {host}

A computer of the domain then needs nothing but the user's session. In this order:

1. DNS. Put the lines of dns/*.zone into the zones of your mail domains, inside and, if mail is
   read from outside, outside too.
[https]
   The certificate of {host} has to name autoconfig.DOMAIN and autodiscover.DOMAIN if you keep
   those two lines.
[end]
[no https]
   This server answers no HTTPS (http.enabled). Programs that ask autoconfig.DOMAIN find the
   settings when a web server of yours has that name and serves web/autoconfig.DOMAIN as it is.
[end]

2. Service names. The account of the server needs these SPNs, each on one account alone
   (setspn -Q NAME finds them):
   {services}

3. Certificate. If computers do not trust the authority that signed the certificate of {host}:
   Group Policy > Computer Configuration > Policies > Windows Settings > Security Settings >
   Public Key Policies > Trusted Root Certification Authorities > Import. The file is
   ca/kontor-ca.pem when the server made its certificate itself, or was named with --ca.

[https]
4. Outlook, in a forest: as an Enterprise Admin load ad/scp.ldif (ldifde -i -f scp.ldif). It adds
   two objects below CN=Services,CN=Configuration; the schema stays as it is. Outlook of the
   domain's computers then asks {pox}
   Outlook's IMAP knows no Kerberos: it asks for the password once. With sign-in by NTLM (see the
   administrator's guide) it asks for nothing.
   Instead of Autodiscover, by profile file: copy outlook/kontor.prf to a share, and by Group
[end]
[no https]
4. Outlook cannot ask this server (no Autodiscover without HTTPS, and so no ad/scp.ldif). Its IMAP
   knows no Kerberos: it asks for the password once. With sign-in by NTLM (see the administrator's
   guide) it asks for nothing. Copy outlook/kontor.prf to a share, and by Group
[end]
   Policy > User Configuration > Preferences > Registry set
   HKCU\Software\Microsoft\Office\16.0\Outlook\Setup, ImportPRF (REG_SZ) to its path.
   It takes NAME@{domain} for the address of the user NAME; where addresses differ, make a file for
   each person: kontorctl clients FOLDER --person ADDRESS

5. Thunderbird: copy what is in thunderbird/ into its install folder
   (C:\Program Files\Mozilla Thunderbird, /usr/lib/thunderbird), by Group Policy > Computer
   Configuration > Preferences > Windows Settings > Files. At its next start each user has his
   account, signed in by his ticket. A profile that has an account of {host} is left as it is.
   (There is no kontor.cfg when the server takes no tickets.)
[no https]
   Without HTTPS it cannot ask who the user is, and takes NAME@{domain} for his address; where
   addresses differ, make the files for each person with --person, too.
[end]

[https]
6. Browsers and other programs that use HTTPS with a ticket:
   Edge, Chrome: policy AuthServerAllowlist = {host}
   Firefox: policy Authentication > SPNEGO = https://{host}
   Windows itself: Site to Zone Assignment List, https://{host} = 1 (Intranet)

[end]
Evolution, KMail, Apple Mail and phones find the server by the lines of step 1.
)";

constexpr std::string_view k_russian = R"(KONTOR: ФАЙЛЫ ДЛЯ КЛИЕНТОВ СЕРВЕРА {host}

После этих шагов компьютеру домена не нужно ничего, кроме сеанса пользователя. По порядку:

1. DNS. Внесите строки из dns/*.zone в зоны ваших почтовых доменов: внутри, а если почту читают и
   снаружи, то и снаружи.
[https]
   Если вы оставляете строки autoconfig и autodiscover, в сертификате {host} должны быть имена
   autoconfig.ДОМЕН и autodiscover.ДОМЕН.
[end]
[no https]
   Этот сервер не отвечает по HTTPS (http.enabled). Программы, которые спрашивают autoconfig.ДОМЕН,
   найдут настройки, если это имя есть у вашего веб-сервера и он отдаёт папку web/autoconfig.ДОМЕН
   как есть.
[end]

2. Имена служб. Учётной записи сервера нужны эти SPN, каждое только у одной учётной записи
   (ищет setspn -Q ИМЯ):
   {services}

3. Сертификат. Если компьютеры не доверяют центру, подписавшему сертификат {host}:
   Групповая политика > Конфигурация компьютера > Политики > Конфигурация Windows > Параметры
   безопасности > Политики открытого ключа > Доверенные корневые центры сертификации > Импорт.
   Файл ca/kontor-ca.pem есть, когда сервер сделал сертификат сам или файл назван ключом --ca.

[https]
4. Outlook в лесу: от имени администратора предприятия загрузите ad/scp.ldif
   (ldifde -i -f scp.ldif). Он добавляет два объекта под CN=Services,CN=Configuration; схема не
   меняется. Outlook на компьютерах домена после этого спрашивает {pox}
   IMAP в Outlook не знает Kerberos: пароль спрашивается один раз. Если включён вход по NTLM (см.
   руководство администратора), не спрашивается ничего.
   Вместо Autodiscover можно раздать файл профиля: положите outlook/kontor.prf на общий ресурс и
[end]
[no https]
4. Outlook не может спросить этот сервер (без HTTPS нет Autodiscover, поэтому нет и ad/scp.ldif).
   IMAP в Outlook не знает Kerberos: пароль спрашивается один раз. Если включён вход по NTLM (см.
   руководство администратора), не спрашивается ничего. Положите outlook/kontor.prf на общий ресурс и
[end]
   через Групповая политика > Конфигурация пользователя > Настройка > Реестр задайте
   HKCU\Software\Microsoft\Office\16.0\Outlook\Setup, ImportPRF (REG_SZ) = путь к нему.
   Адресом пользователя ИМЯ он считает ИМЯ@{domain}; где адреса другие, сделайте файл для каждого:
   kontorctl clients ПАПКА --person АДРЕС

5. Thunderbird: скопируйте содержимое thunderbird/ в папку программы
   (C:\Program Files\Mozilla Thunderbird, /usr/lib/thunderbird), например через Групповая политика >
   Конфигурация компьютера > Настройка > Конфигурация Windows > Файлы. При следующем запуске у
   каждого пользователя есть его учётная запись, вход по билету. Профиль, где уже есть запись для
   {host}, не меняется. (Файла kontor.cfg нет, если сервер не принимает билеты.)
[no https]
   Без HTTPS узнать, кто пользователь, нельзя, и его адресом считается ИМЯ@{domain}; где адреса
   другие, сделайте и эти файлы для каждого ключом --person.
[end]

[https]
6. Браузеры и другие программы, которые ходят по HTTPS с билетом:
   Edge, Chrome: политика AuthServerAllowlist = {host}
   Firefox: политика Authentication > SPNEGO = https://{host}
   сама Windows: Список назначений зоны для веб-сайтов, https://{host} = 1 (интрасеть)

[end]
Evolution, KMail, Apple Mail и телефоны находят сервер по строкам шага 1.
)";

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

std::string lines_for(bool https, std::string_view notes) {
  std::string out;
  bool is_kept = true;
  for (; !notes.empty(); notes.remove_prefix(notes.find('\n') + 1)) {
    const auto line = notes.substr(0, notes.find('\n') + 1);
    if (line == "[https]\n") {
      is_kept = https;
    } else if (line == "[no https]\n") {
      is_kept = !https;
    } else if (line == "[end]\n") {
      is_kept = true;
    } else if (is_kept) {
      out.append(line);
    }
  }
  return out;
}

std::string filled(std::string_view notes, const Kit& kit) {
  std::string services;
  for (const std::string_view name : {"imap", "smtp", "pop", "HTTP"})
    if (kit.offer.https || name != "HTTP")
      services.append(services.empty() ? "" : " ").append(name).append("/").append(kit.offer.host);
  auto text = lines_for(kit.offer.https, notes);
  replace_all(text, "{host}", kit.offer.host);
  replace_all(text, "{pox}", kit.offer.url(k_pox_path));
  replace_all(text, "{domain}", kit.domains.empty() ? kit.offer.host : kit.domains.front());
  replace_all(text, "{services}", services);
  return text;
}

}  // namespace

std::vector<KitFile> notes(const Kit& kit) {
  return {{"README.txt", filled(k_english, kit)}, {"README.ru.txt", filled(k_russian, kit)}};
}

}  // namespace kontor::autodiscover
