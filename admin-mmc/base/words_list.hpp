// SPDX-License-Identifier: GPL-3.0-or-later
// W(name, English, Russian): the sentences and titles of the snap-in.
#pragma once

// clang-format off
#define KONTOR_WORDS(W) \
  W(about, "Administration of Kontor mail servers: mailboxes, queue, sessions, groups, rights, policies, quarantine and message trace.", "Управление почтовыми серверами Kontor: ящики, очередь, сеансы, группы, права, политики, карантин и трассировка писем.") \
  W(account, "Account", "Учётная запись") \
  W(address, "Address", "Адрес") \
  W(addresses, "Addresses", "Адреса") \
  W(age, "Waits for", "Ждёт") \
  W(allowed, "Allowed", "Разрешено") \
  W(allowed_messages, "Messages allowed", "Разрешено писем") \
  W(any, "any", "любое") \
  W(by_default, "default", "по умолчанию") \
  W(bytes, "B", "Б") \
  W(ca_file, "Authority's file (PEM)", "Файл центра (PEM)") \
  W(cancel, "Cancel", "Отмена") \
  W(certificate, "Certificate", "Сертификат") \
  W(certificate_expired, "The certificate of %1 is not in time.", "Срок сертификата %1 ещё не начался или уже истёк.") \
  W(certificate_of_another, "The certificate is not for the name %1.", "Сертификат выдан не для имени %1.") \
  W(certificate_other, "The certificate of %1 is not the one that was pinned: it is %2 now.", "Сертификат %1 не тот, что был закреплён: теперь это %2.") \
  W(certificate_refused, "The certificate of %1 could not be checked (%2).", "Сертификат %1 проверить не удалось (%2).") \
  W(certificate_unknown, "The certificate of %1 is signed by none of the authorities in %2.", "Сертификат %1 не подписан ни одним центром из %2.") \
  W(certificate_windows, "Windows does not trust the certificate of %1. Compare its fingerprint with that of the server, or name the file of its authority.", "Windows не доверяет сертификату %1. Сверьте его отпечаток с отпечатком на сервере или укажите файл центра сертификации.") \
  W(client, "Client", "Клиент") \
  W(comes_from, "Comes from", "Откуда") \
  W(connect_note, "The server's name, with the port when it is not 443: mail.example.test or mail.example.test:10443.", "Имя сервера, с портом, если это не 443: mail.example.test или mail.example.test:10443.") \
  W(connect_title, "Connect to a server", "Подключение к серверу") \
  W(connections, "Sessions", "Сеансов") \
  W(count_of_rows, "In all: %1", "Всего: %1") \
  W(days, "d", "дн") \
  W(direct_members, "Direct members", "Прямых членов") \
  W(dns_records, "DNS records", "Записи DNS") \
  W(domain, "Domain", "Домен") \
  W(domains, "Domains", "Домены") \
  W(encrypted, "Encrypted", "Шифрование") \
  W(filter_note, "Only lines that have this text in one of their columns are shown. Empty: all.", "Показываются только строки, где в одном из столбцов есть этот текст. Пусто: все.") \
  W(filter_title, "Filter", "Отбор") \
  W(folder, "Folder", "Папка") \
  W(from_address, "From", "Откуда") \
  W(general, "General", "Общие") \
  W(gigabytes, "GB", "ГБ") \
  W(give, "Give", "Дать") \
  W(goes_to, "Mail goes to", "Почта идёт к") \
  W(groups, "Groups", "Группы") \
  W(held, "Held", "Задержано") \
  W(hint_bounce, "Gives the message up; its sender gets a failure notice", "Прекратить попытки; отправитель получит извещение") \
  W(hint_connect, "Adds a server to the tree", "Добавить сервер в дерево") \
  W(hint_delete_held, "Deletes held mail for good", "Удалить задержанное письмо навсегда") \
  W(hint_delete_mail, "Takes the message out of the queue; nobody is told", "Убрать письмо из очереди; никто не будет извещён") \
  W(hint_disconnect, "Takes the server out of the tree; nothing changes on it", "Убрать сервер из дерева; на нём ничего не изменится") \
  W(hint_end_session, "Ends every connection of this person", "Завершить все соединения этого человека") \
  W(hint_filter, "Shows only lines with some text", "Показать только строки с текстом") \
  W(hint_find, "Looks for messages by sender, recipient, subject", "Найти письма по отправителю, получателю, теме") \
  W(hint_no_filter, "Shows all lines again", "Снова показать все строки") \
  W(hint_pause, "Mail for the domain waits in the queue", "Почта для домена ждёт в очереди") \
  W(hint_pause_service, "New connections are told to come later; those that stand go on", "Новым соединениям предложено прийти позже; открытые продолжаются") \
  W(hint_release, "Gives the message to its recipients", "Отдать письмо получателям") \
  W(hint_release_allow, "Gives the message to its recipients; the sender's mail is not held again", "Отдать письмо получателям и больше не задерживать почту отправителя") \
  W(hint_remove_rule, "Takes the rule away; what is above it holds", "Убрать правило; будет действовать вышестоящее") \
  W(hint_resume, "Mail for the domain goes on at once", "Почта для домена идёт снова, сразу") \
  W(hint_retry, "Tries the message now", "Попробовать отправить сейчас") \
  W(hint_retry_all, "Tries every message of the queue now", "Попробовать отправить всё из очереди") \
  W(hint_shared, "Gives people a mailbox to work in together", "Дать людям общий ящик") \
  W(hint_sign_in, "Signs in with a name and password", "Войти под именем и паролем") \
  W(hint_start, "The service takes connections", "Служба принимает соединения") \
  W(hint_stop, "The service ends its connections and takes no others", "Служба завершает соединения и не принимает новых") \
  W(hint_trace, "Messages that went to this mailbox", "Письма, пришедшие в этот ящик") \
  W(hours, "h", "ч") \
  W(issuer, "Issued by", "Кем выдан") \
  W(kept_by, "Kept in", "Где записано") \
  W(kilobytes, "KB", "КБ") \
  W(kind, "Kind", "Вид") \
  W(last_answer, "Last answer", "Последний ответ") \
  W(level, "Level", "Уровень") \
  W(login, "Signs in as", "Имя для входа") \
  W(mail_policies, "Mail policies", "Политики почты") \
  W(mail_rights, "Mail rights", "Права на почту") \
  W(mail_tab, "Mail", "Почта") \
  W(mailbox, "Mailbox", "Ящик") \
  W(mailboxes, "Mailboxes", "Почтовые ящики") \
  W(megabytes, "MB", "МБ") \
  W(member_of, "Member of", "Член групп") \
  W(menu_bounce, "Give up and tell the sender", "Прекратить и известить отправителя") \
  W(menu_connect, "Connect to a server...", "Подключиться к серверу...") \
  W(menu_delete_held, "Delete", "Удалить") \
  W(menu_delete_mail, "Delete", "Удалить") \
  W(menu_disconnect, "Remove from the console", "Убрать из консоли") \
  W(menu_end_session, "End the sessions of this person", "Завершить сеансы этого человека") \
  W(menu_filter, "Filter...", "Отбор...") \
  W(menu_find, "Find messages...", "Найти письма...") \
  W(menu_no_filter, "No filter", "Без отбора") \
  W(menu_pause, "Pause mail for it", "Приостановить почту для него") \
  W(menu_pause_service, "Pause", "Приостановить") \
  W(menu_release, "Release", "Выпустить") \
  W(menu_release_allow, "Release, and allow the sender", "Выпустить и разрешить отправителя") \
  W(menu_remove_rule, "Remove the rule", "Убрать правило") \
  W(menu_resume, "Resume mail for it", "Возобновить почту для него") \
  W(menu_retry, "Try now", "Отправить сейчас") \
  W(menu_retry_all, "Try all now", "Отправить всё сейчас") \
  W(menu_shared, "Share a mailbox...", "Общий почтовый ящик...") \
  W(menu_sign_in, "Sign in as...", "Войти как...") \
  W(menu_start, "Start", "Запустить") \
  W(menu_stop, "Stop", "Остановить") \
  W(menu_trace, "Message trace", "Трассировка писем") \
  W(message_trace, "Message trace", "Трассировка писем") \
  W(messages, "Messages", "Писем") \
  W(messages_from, "from this address", "с этого адреса") \
  W(messages_to, "to this address", "на этот адрес") \
  W(messages_which, "Messages", "Письма") \
  W(minutes, "min", "мин") \
  W(name, "Name", "Имя") \
  W(next_try, "Next try", "Следующая попытка") \
  W(no, "no", "нет") \
  W(no_address, "This is not the name of a server. Write mail.example.test, or mail.example.test:10443.", "Это не имя сервера. Напишите mail.example.test или mail.example.test:10443.") \
  W(no_authorities, "There is no certificate in %1.", "В файле %1 нет сертификатов.") \
  W(no_json, "The answer of %1 was not JSON: is it a Kontor server?", "Ответ %1 не JSON: это сервер Kontor?") \
  W(no_servers, "No server yet: choose \"Connect to a server\" in the menu of this node.", "Серверов пока нет: выберите «Подключиться к серверу» в меню этого узла.") \
  W(no_size, "Write a size such as 2 GB, or none, or default.", "Напишите размер, например 2 ГБ, либо нет или по умолчанию.") \
  W(no_ticket, "Windows has no ticket for %1 (%2). Sign in with a name and password.", "У Windows нет билета для %1 (%2). Войдите под именем и паролем.") \
  W(nobody_named, "Write the address of a person or group, or anyone.", "Напишите адрес человека или группы либо anyone (все).") \
  W(none, "none", "нет") \
  W(not_allowed, "You are not allowed to do this.", "Вам это не разрешено.") \
  W(not_reached, "The server %1 could not be reached (%2).", "Сервер %1 недоступен (%2).") \
  W(number, "No.", "№") \
  W(ok, "OK", "ОК") \
  W(owner, "Owner", "Владелец") \
  W(password, "Password", "Пароль") \
  W(password_of, "The password of %1 is needed.", "Нужен пароль пользователя %1.") \
  W(paused, "Mail is held", "Почта задержана") \
  W(people, "People", "Людей") \
  W(person, "Person", "Кто") \
  W(place, "Place", "Место") \
  W(policies, "Policies", "Политики") \
  W(policy_note, "What holds here, and the rule that each value comes from.", "Что здесь действует и из какого правила взято каждое значение.") \
  W(problem, "Problem", "Неполадка") \
  W(product, "Kontor mail servers", "Почтовые серверы Kontor") \
  W(protocol, "Protocol", "Протокол") \
  W(provider, "The Kontor project", "Проект Kontor") \
  W(quarantine, "Quarantine", "Карантин") \
  W(queue, "Queue", "Очередь") \
  W(quota, "Quota", "Квота") \
  W(quota_note, "A size as 500 MB or 2 GB; none: no limit; default: what the settings or policies say.", "Размер, например 500 МБ или 2 ГБ; нет: без предела; по умолчанию: как в настройках или политиках.") \
  W(reason, "Reason", "Причина") \
  W(recipient, "Recipient", "Получатель") \
  W(recipients, "Recipients", "Получатели") \
  W(recipients_left, "Recipients left", "Осталось получателей") \
  W(result, "Result", "Результат") \
  W(rights, "Rights", "Права") \
  W(role_author, "author: read, and put messages there", "автор: читать и класть письма") \
  W(role_editor, "editor: also change and delete", "редактор: также менять и удалять") \
  W(role_owner, "owner: also give rights", "владелец: также давать права") \
  W(role_reader, "reader: read", "читатель: читать") \
  W(rule, "Rule", "Правило") \
  W(rule_for, "For whom", "Для кого") \
  W(seconds, "s", "с") \
  W(send_as, "May send as this mailbox", "Может отправлять от имени ящика") \
  W(sender, "Sender", "Отправитель") \
  W(server, "Server", "Сервер") \
  W(server_address, "Server", "Сервер") \
  W(server_said, "The server answered with %1.", "Сервер ответил кодом %1.") \
  W(services, "Services", "Службы") \
  W(sessions, "Sessions", "Сеансы") \
  W(shared_folders, "Shared folders", "Общие папки") \
  W(shared_note, "A shared mailbox belongs to an object of the directory that nobody signs in with: a disabled user with a mail address, marked as shared. Its mailbox is there when the first rights are given. Which one is it?", "Общий ящик принадлежит объекту каталога, под которым никто не входит: отключённому пользователю с почтовым адресом, помеченному как общий. Ящик появляется, когда даны первые права. Какой это ящик?") \
  W(shared_title, "Share a mailbox", "Общий почтовый ящик") \
  W(shared_who_note, "A person, or better a group: whoever is put into it has the mailbox within seconds.", "Человек, а лучше группа: кого в неё включат, у того ящик появится через секунды.") \
  W(sign_in_refused, "The name or password is wrong, or this account may not administer.", "Имя или пароль неверны, либо эта учётная запись не может управлять сервером.") \
  W(sign_in_title, "Sign in", "Вход") \
  W(signing, "DKIM keys", "Ключей DKIM") \
  W(since, "Since", "С") \
  W(since_day, "Since (2026-11-23)", "Начиная с (2026-11-23)") \
  W(size, "Size", "Размер") \
  W(state, "State", "Состояние") \
  W(steps, "Steps", "Путь") \
  W(subject, "Subject", "Тема") \
  W(sure_bounce, "Give up %1 message(s)? Their senders get failure notices.", "Прекратить отправку писем: %1? Отправители получат извещения.") \
  W(sure_delete_held, "Delete %1 held message(s) for good?", "Удалить задержанные письма навсегда: %1?") \
  W(sure_delete_mail, "Delete %1 message(s) of the queue? Nobody is told.", "Удалить письма из очереди: %1? Никто не будет извещён.") \
  W(sure_end_session, "End every connection of this person?", "Завершить все соединения этого человека?") \
  W(sure_remove_rule, "Remove %1 rule(s)?", "Убрать правила: %1?") \
  W(sure_stop, "Stop %1 service(s)? Their connections end.", "Остановить службы: %1? Их соединения завершатся.") \
  W(tab_bad_address, "%1 is not a mail address.", "%1 не похоже на почтовый адрес.") \
  W(tab_forward, "Forwarded to", "Пересылается к") \
  W(tab_given_note, "What was given to this group by name, in whose mailboxes; given and taken in the sheet of the mailbox.", "Что дано этой группе по имени и в чьих ящиках; даётся и забирается в свойствах ящика.") \
  W(tab_hidden, "Not shown in the address book", "Не показывать в адресной книге") \
  W(tab_keep, "A copy of forwarded mail stays in the mailbox", "Копия пересланного остаётся в ящике") \
  W(tab_keep_inside, "A copy can stay only when the mail is forwarded to an object of the directory.", "Копия может остаться, только если почта пересылается объекту каталога.") \
  W(tab_more, "Further addresses", "Другие адреса") \
  W(tab_no_address, "This object has no mail address.", "У этого объекта нет почтового адреса.") \
  W(tab_no_current, "sign in with a name and password", "войдите под именем и паролем") \
  W(tab_no_directory, "Active Directory could not be asked: %1.", "Не удалось обратиться к Active Directory: %1.") \
  W(tab_no_mailbox, "The mail server does not know this object yet.", "Почтовый сервер ещё не знает этого объекта.") \
  W(tab_no_primary, "Further addresses need a primary one.", "Для других адресов нужен основной.") \
  W(tab_no_server, "No mail server is known for this domain: choose Server.", "Для этого домена не известен почтовый сервер: нажмите «Сервер».") \
  W(tab_not_unique, "The address %1 belongs to %2 already.", "Адрес %1 уже принадлежит: %2.") \
  W(tab_not_written, "Active Directory did not take the change: %1.", "Active Directory не приняла изменение: %1.") \
  W(tab_open_trace, "Message trace", "Трассировка") \
  W(tab_primary, "Primary address", "Основной адрес") \
  W(tab_server, "Server...", "Сервер...") \
  W(tab_sign_in, "Sign in as...", "Войти как...") \
  W(tab_trace_title, "Mail of %1", "Почта: %1") \
  W(tab_used, "%1, messages: %2", "%1, писем: %2") \
  W(take_away, "Take away", "Забрать") \
  W(terabytes, "TB", "ТБ") \
  W(text, "Text", "Текст") \
  W(time, "Time", "Время") \
  W(too_large, "The answer of %1 is too large.", "Ответ %1 слишком велик.") \
  W(trace_title, "Find messages", "Поиск писем") \
  W(tries, "Tries", "Попыток") \
  W(trust_it, "I compared the fingerprint: trust this certificate", "Отпечаток сверен: доверять этому сертификату") \
  W(used, "Used", "Занято") \
  W(user, "User name", "Имя пользователя") \
  W(user_note, "Without a name you sign in as the person who is signed in to Windows, by ticket.", "Без имени вы входите как пользователь Windows, по билету.") \
  W(valid_until, "Valid until", "Действителен до") \
  W(value, "Value", "Значение") \
  W(value_name, "What", "Что") \
  W(values, "Values", "Значения") \
  W(what, "What", "Что") \
  W(who, "Who", "Кому") \
  W(who_may_send, "Who may send", "Кто может писать") \
  W(with_filter, "%1 (filter: %2)", "%1 (отбор: %2)") \
  W(yes, "yes", "да")
// clang-format on
