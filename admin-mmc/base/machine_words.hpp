// SPDX-License-Identifier: GPL-3.0-or-later
// M(word of the interface, English, Russian).
#pragma once

// clang-format off
#define KONTOR_MACHINE_WORDS(M) \
  M("person", "person", "человек") \
  M("room", "room", "переговорная") \
  M("shared", "shared", "общий") \
  M("group", "group", "группа") \
  M("contact", "contact", "контакт") \
  M("public", "public", "общая") \
  M("equipment", "equipment", "оборудование") \
  M("enabled", "enabled", "включён") \
  M("disabled", "disabled", "отключён") \
  M("expired", "expired", "истёк") \
  M("none", "none", "нет") \
  M("any", "any", "любые") \
  M("all", "all", "все") \
  M("yes", "yes", "да") \
  M("no", "no", "нет") \
  M("default", "default", "по умолчанию") \
  M("settings", "settings", "настройки") \
  M("account", "mailbox", "ящик") \
  M("everybody", "everybody", "все") \
  M("unit", "unit", "подразделение") \
  M("anybody", "anybody", "все") \
  M("kontorctl", "server", "сервер") \
  M("delivered", "delivered", "доставлено") \
  M("relayed", "relayed", "отправлено дальше") \
  M("refused", "refused", "отвергнуто") \
  M("waits", "waits", "ждёт") \
  M("waiting", "waiting", "ждёт") \
  M("failed", "failed", "не доставлено") \
  M("junk", "junk", "спам") \
  M("virus", "virus", "вирус") \
  M("released", "released", "выпущено") \
  M("deleted", "deleted", "удалено") \
  M("received", "received", "принято") \
  M("queued", "queued", "в очереди") \
  M("new", "new", "новое") \
  M("deferred", "deferred", "отложено") \
  M("running", "running", "работает") \
  M("paused", "paused", "приостановлен") \
  M("stopped", "stopped", "остановлен") \
  M("authenticated", "signed in", "вход выполнен") \
  M("selected", "in a folder", "в папке") \
  M("local", "local", "местный") \
  M("alias", "alias", "псевдоним") \
  M("remote", "remote", "удалённый") \
  M("address", "Address", "Адрес") \
  M("name", "Name", "Имя") \
  M("kind", "Kind", "Вид") \
  M("state", "State", "Состояние") \
  M("id", "Number", "Номер") \
  M("trace", "Trace", "Трассировка") \
  M("sender", "Sender", "Отправитель") \
  M("recipient", "Recipient", "Получатель") \
  M("subject", "Subject", "Тема") \
  M("bytes", "Size", "Размер") \
  M("arrived", "Arrived", "Получено") \
  M("time", "Time", "Время") \
  M("message_id", "Message-ID", "Message-ID") \
  M("protocol", "Protocol", "Протокол") \
  M("client", "Client", "Клиент") \
  M("hello", "Greeting", "Приветствие") \
  M("tls", "Encryption", "Шифрование") \
  M("user", "Person", "Кто") \
  M("peer", "From", "Откуда") \
  M("seconds", "For", "Длится") \
  M("session", "Session", "Сеанс") \
  M("domain", "Domain", "Домен") \
  M("reason", "Reason", "Причина") \
  M("detail", "Detail", "Подробно") \
  M("score", "Score", "Оценка") \
  M("from", "From", "От") \
  M("since", "Since", "С") \
  M("owner", "Owner", "Владелец") \
  M("hidden", "Hidden", "Скрыт") \
  M("people", "People", "Людей") \
  M("principal", "Directory id", "Номер в каталоге") \
  M("who_may_send", "Who may send", "Кто может писать") \
  M("moderated", "Moderated", "С модерацией") \
  M("moderators", "Moderators", "Модераторы") \
  M("mail_goes_to", "Mail goes to", "Почта идёт к") \
  M("version", "Version", "Версия") \
  M("server", "Server", "Сервер") \
  M("up_seconds", "Runs for", "Работает") \
  M("mailboxes", "Mailboxes", "Ящиков") \
  M("connections", "Connections", "Соединений") \
  M("queue_messages", "Messages in the queue", "Писем в очереди") \
  M("queue_bytes", "Size of the queue", "Размер очереди") \
  M("problems", "Problems", "Неполадки") \
  M("data_folder", "Data", "Данные") \
  M("rule", "Rule", "Правило") \
  M("level", "Level", "Уровень") \
  M("values", "Values", "Значения") \
  M("kept_by", "Kept in", "Где записано") \
  M("problem", "Problem", "Неполадка") \
  M("quota", "quota", "квота") \
  M("messages", "messages", "писем") \
  M("undelete", "days to undelete", "дней для возврата") \
  M("retention", "retention", "срок хранения") \
  M("protocols", "protocols", "протоколы") \
  M("networks", "networks", "сети") \
  M("imap_networks", "networks of IMAP", "сети IMAP") \
  M("pop3_networks", "networks of POP3", "сети POP3") \
  M("submission_networks", "networks of sending", "сети отправки") \
  M("http_networks", "networks of HTTPS", "сети HTTPS") \
  M("ldap_networks", "networks of LDAP", "сети LDAP") \
  M("local_only", "mail inside only", "только внутренняя почта") \
  M("message_size", "largest message", "наибольшее письмо") \
  M("booking", "booking", "бронирование") \
  M("booking_by", "who may book", "кто может бронировать") \
  M("booking_days", "days ahead", "дней вперёд") \
  M("recipients", "recipients of a message", "получателей у письма") \
  M("booking_conflicts", "bookings that may clash", "допустимо пересечений") \
  M("booking_series", "series of bookings", "серии встреч") \
  M("capacity", "seats", "мест") \
  M("invitations", "invitations", "приглашения") \
  M("publishing", "publishing of calendars", "публикация календарей") \
  M("free_busy", "who sees free time", "кто видит занятость") \
  M("quarantine", "own quarantine", "свой карантин") \
  M("booking_minutes", "longest booking", "наибольшая бронь, мин")
// clang-format on
