// SPDX-License-Identifier: GPL-3.0-or-later
// Every page of the console in a browser: it opens without a complaint, is fit for people who do not
// see it, in light and dark, and fits a phone.
import assert from 'node:assert/strict';
import { launch, Visit } from './browser.mjs';

const setting = JSON.parse(process.argv[2]);
const MOST_BYTES = 300 * 1024;

const PAGES = [
  '', 'mailboxes', 'mailboxes/gone', 'mailboxes/local', `mailboxes/${setting.hostile}`, `mailboxes/${setting.user}`, `mailboxes/${setting.user}/policy`,
  `mailboxes/${setting.user}/rights`, `mailboxes/${setting.user}/personal`, `mailboxes/${setting.user}/recoverable`, 'groups', `groups/${setting.group}`,
  'rooms', 'calendars', 'calendars/everybody', 'shares', 'shares/addresses', 'policies', 'policies/retention', 'directory', 'trace', `trace/${setting.trace}`, 'queue', `queue/${setting.queued}`, 'queue/paused', 'search', 'search/people?text=anna', `search/people/${setting.user}`, 'search/indexes',
  'quarantine', `quarantine/${setting.held}`, 'quarantine/exceptions', 'moderation', 'moderation/all', 'rules', 'rules/fingerprints', 'spam', 'collectors', 'domains',
  'domains/certificates', `domains/${setting.domain}`, 'reports', 'reports/dmarc-received', 'reports/dmarc-counted', 'reports/tls', 'reports/tls-received',
  'reports/tls-counted', 'statistics', 'services', 'sessions', 'sessions/blocks', 'log', 'audit', 'roles', 'doctor', 'backup', 'jobs', 'settings', 'no-such-page',
];

// What is looked at by people as well.
const PICTURES = ['', 'mailboxes', `mailboxes/${setting.user}`, `mailboxes/${setting.user}/policy`, `trace/${setting.trace}`, 'queue', 'statistics', 'log', 'rules', 'roles', 'doctor', 'backup', 'search', 'calendars', 'collectors', `domains/${setting.domain}`];

async function fitsPhone(visit, path) {
  const { page } = visit;
  await page.setViewportSize({ width: 360, height: 740 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  if (wide > 360) {
    const culprits = await page.evaluate(() => [...document.querySelectorAll('main *')]
      .filter((one) => one.getBoundingClientRect().right > innerWidth + 1).slice(0, 3).map((one) => `${one.tagName}.${one.className} ${one.textContent.slice(0, 40)}`));
    assert.fail(`${path}: ${wide} pixels wide on a phone: ${culprits.join(' | ')}`);
  }
  if (PICTURES.includes(path)) await visit.picture(`phone-${path.replace(/\W+/g, '-') || 'start'}`);
  await page.setViewportSize({ width: 1280, height: 860 });
}

async function everyPage(browser) {
  const visit = await Visit.begin(browser, setting);
  await visit.countBytes();
  await visit.page.goto(`${setting.url}/admin/`);
  await visit.page.waitForSelector('#user');
  await visit.page.waitForLoadState('networkidle');
  console.log(`first paint from a cold cache: ${visit.bytes} bytes`);
  assert.ok(visit.bytes > 1000 && visit.bytes <= MOST_BYTES, `${visit.bytes} bytes`);
  assert.deepEqual(await visit.audit('light'), []);
  assert.deepEqual(await visit.audit('dark'), []);
  await visit.picture('sign-in');
  await visit.signIn();
  const wrong = [];
  for (const path of PAGES) {
    await visit.go(path);
    const problems = await visit.problems();
    if (problems.length > 0) wrong.push(`${path}: ${problems.join(' | ')}`);
    for (const found of await visit.audit('light')) wrong.push(`${path}: ${found}`);
    if (PICTURES.includes(path)) await visit.picture(`light-${path.replace(/\W+/g, '-') || 'start'}`);
    // Of the other theme only colours are new.
    for (const found of await visit.audit('dark', ['color-contrast'])) wrong.push(`${path} (dark): ${found}`);
    if (PICTURES.includes(path)) await visit.picture(`dark-${path.replace(/\W+/g, '-') || 'start'}`);
    await fitsPhone(visit, path).catch((error) => wrong.push(error.message));
    while (visit.complaints.length > 0) wrong.push(`${path}: ${visit.complaints.pop()}`);
  }
  assert.equal(wrong.length, 0, wrong.join('\n'));
  await visit.finish();
}

/** Words of the console itself that stand on the page in English: buttons, titles, names of columns and fields. */
function englishWords() {
  const NAMES = /^(DKIM|DMARC|TLS|UID|DN|SPF|GAL|Kontor|CSV|JSON|DNS|English|Message-ID|example\.test|CN=.*)$/;
  return [...document.querySelectorAll('button, th, dt, nav a, label, .card-head h2')]
    .map((one) => (one.firstChild?.textContent ?? '').trim())
    .filter((text) => /^[A-Za-z][A-Za-z _-]{2,}$/.test(text) && !NAMES.test(text));
}

async function inRussian(browser) {
  const visit = await Visit.begin(browser, setting, { locale: 'ru-RU' });
  await visit.page.goto(`${setting.url}/admin/`);
  await visit.page.waitForSelector('text=Имя входа или адрес');
  await visit.signIn();
  const titles = { '': 'Обзор', mailboxes: 'Ящики', queue: 'Очередь', roles: 'Роли', doctor: 'Осмотр', backup: 'Копии', search: 'Поиск', statistics: 'Статистика' };
  const wrong = [];
  for (const path of [...PAGES.filter((one) => one !== 'statistics'), 'statistics']) {
    await visit.go(path);
    if (titles[path]) assert.equal(await visit.page.innerText('h1'), titles[path]);
    for (const text of await visit.problems()) wrong.push(`${path}: ${text}`);
    for (const text of await visit.page.evaluate(englishWords)) wrong.push(`${path} (English): ${text}`);
    if (PICTURES.includes(path)) await visit.picture(`russian-${path.replace(/\W+/g, '-') || 'start'}`);
  }
  assert.equal(await visit.page.getAttribute('html', 'lang'), 'ru');
  assert.equal(wrong.length, 0, wrong.join('\n'));
  // The choice of a language is remembered, and no word of the other is left in the frame.
  await visit.page.selectOption('.choices select >> nth=0', 'en');
  await visit.page.reload();
  await visit.settled();
  assert.equal(await visit.page.innerText('h1'), 'Statistics');
  assert.doesNotMatch(await visit.page.innerText('nav.navigation'), /[а-яё]/i);
  await visit.finish();
}

/** The keyboard alone: to the content, into a dialog, and out of it by Esc to where one was. */
async function byKeyboard(browser) {
  const visit = await Visit.begin(browser, setting);
  const { page } = visit;
  await page.goto(`${setting.url}/admin/`);
  await page.focus('#user');
  await page.keyboard.type(setting.user);
  await page.keyboard.press('Tab');
  await page.keyboard.type(setting.password);
  await page.keyboard.press('Enter');
  await visit.settled();
  await page.reload();
  await visit.settled();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  await visit.go('policies');
  await page.focus('text=Set a policy');
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog[open]');
  assert.deepEqual(await visit.audit('light'), []);
  assert.ok(await page.evaluate(() => document.querySelector('dialog').contains(document.activeElement)));
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Set a policy');
  await visit.finish();
}

const browser = await launch();
try {
  await everyPage(browser);
  await inRussian(browser);
  await byKeyboard(browser);
} finally {
  await browser.close();
}
