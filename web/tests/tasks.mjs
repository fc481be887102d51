// SPDX-License-Identifier: GPL-3.0-or-later
// What an administrator does in the console, from the first click to what it has changed.
import assert from 'node:assert/strict';
import { launch, Visit } from './browser.mjs';
import { closeNotes, confirm, TASKS } from './more_tasks.mjs';

const setting = JSON.parse(process.argv[2]);

async function signInAndOut(visit) {
  const { page } = visit;
  await visit.signIn(setting.user, 'wrong');
  await page.waitForSelector('.problem:has-text("do not let you in")');
  await visit.signIn();
  await visit.settled();
  assert.equal(await page.innerText('h1'), 'Overview');
  await page.reload();
  await visit.settled();
  await page.click('text=Sign out');
  await page.waitForSelector('#user');
  await page.reload();
  await page.waitForSelector('#user');
  await visit.signIn();
  await visit.settled();
}

/** Finds somebody whose name is markup, by a part of it; then anna, and gives her another quota. */
async function quota(visit) {
  const { page } = visit;
  await visit.go('mailboxes');
  await page.fill('.filter input', 'onerror');
  await page.waitForFunction(() => document.querySelectorAll('main tbody tr').length === 1);
  assert.ok((await page.innerText('main tbody')).includes(setting.hostile_name), 'the name is shown as it is');
  await page.fill('.filter input', setting.user);
  await page.waitForFunction(() => document.querySelectorAll('main tbody tr').length === 1);
  await page.click(`main tbody a:has-text("${setting.user}")`);
  await page.click('[aria-label="Change: Quota"]');
  await page.fill('dialog input[name=size]', 'much');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('dialog .problem');  // refused with the reason, and the dialog stays
  visit.complaints.pop();  // the browser notes each refusal
  await page.fill('dialog input[name=size]', '321MB');
  await confirm(page, 'Change');
  await page.waitForSelector('main :text("of 321 MB used")');
}

async function endSession(visit) {
  const { page } = visit;
  await visit.go('sessions');
  await page.fill('.filter input', setting.connected);
  await page.click(`[aria-label="End sessions: ${setting.connected}"] >> nth=0`);
  await confirm(page, 'End sessions');
  await page.waitForSelector('main .empty');
}

async function retry(visit) {
  const { page } = visit;
  await visit.go('queue');
  await page.waitForSelector(`main tbody tr:has-text("${setting.queued_to}")`);
  await page.click(`[aria-label="Retry: ${setting.queued}"]`);
  await page.waitForSelector('.toast:has-text("Done.")');
  await closeNotes(page);
}

async function release(visit) {
  const { page } = visit;
  await visit.go('quarantine');
  await page.click(`main tbody a:has-text("${setting.held_subject}")`);
  await visit.settled();
  await page.click('text=Source');
  await page.waitForSelector('dialog pre:has-text("Message-ID")');
  await page.keyboard.press('Escape');
  await page.click(`[aria-label="Release: ${setting.held}"]`);
  await confirm(page, 'Release');
}

async function follow(visit) {
  const { page } = visit;
  await visit.go('trace');
  await page.fill('main input[name=subject]', 'alert');
  await page.click('main button:has-text("Find")');
  await page.waitForFunction(() => document.querySelectorAll('main tbody tr').length === 1);
  assert.ok((await page.innerText('main tbody')).includes(setting.hostile_subject), 'the subject is shown as it is');
  await page.click('main tbody a');
  await page.waitForSelector('.line li');
  const way = await page.innerText('main');
  assert.ok(way.includes(setting.hostile_subject));
  assert.match(way, /delivered/);
  await visit.picture('way');
}

async function policy(visit) {
  const { page } = visit;
  await visit.go('policies');
  await page.click('text=Set a policy');
  await page.fill('dialog input[name=who]', setting.group);
  await page.fill('dialog textarea[name=values]', 'message_size=7MB\nrecipients=77');
  await confirm(page, 'Set a policy');
  await page.waitForSelector(`main tbody tr:has-text("${setting.group}")`);
  await page.fill('main input[name=person]', setting.user);
  await page.click('text=Explain');
  const row = page.locator('main tbody tr', { hasText: 'recipients' });
  await row.first().waitFor();
  const why = await row.first().innerText();
  assert.match(why, /77/);
  assert.match(why, new RegExp(setting.group));
  await visit.picture('why');
}

async function rule(visit) {
  const { page } = visit;
  await visit.go('rules');
  await page.click('button:has-text("New rule")');
  await page.fill('dialog textarea', '{"name": "from the console", "state": "off", "when": [{"about": "subject", "contains": "x"}], "do": [{"do": "junk"}]}');
  await confirm(page, 'Save');
  await page.click('[aria-label="Rehearse: from the console"]');
  await page.waitForSelector('main tbody tr:has-text("from the console") .state:has-text("rehearsal")');
  await page.click('[aria-label="Edit: from the console"]');
  assert.match(await page.inputValue('dialog textarea'), /"about": "subject"/);
  await page.keyboard.press('Escape');
}

async function recordsAndFiles(visit) {
  const { page } = visit;
  await visit.go('log?level=info');
  assert.ok(await page.locator('.log li').count() > 0);
  await page.fill('main input[name=text]', 'there-is-no-such-word');
  await page.click('main button:has-text("Find")');
  await page.waitForSelector('main .empty');
  await visit.go('audit');
  await page.waitForSelector('main tbody tr:has-text("quota")');
  await visit.go('statistics');
  const [file] = await Promise.all([page.waitForEvent('download'), page.click('text=Save as CSV')]);
  assert.match(file.suggestedFilename(), /^kontor-statistics-.*\.csv$/);
  await visit.go('domains/example.test');
  await page.click('[aria-label^="Copy: _dmarc"]');
  assert.match(await page.evaluate(() => window.navigator.clipboard.readText()), /^v=DMARC1/);
}

async function backup(visit) {
  const { page } = visit;
  await visit.go('backup');
  await page.click('button:has-text("Back up")');
  await page.fill('dialog input[name=to]', 'from-the-console');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('main .state:has-text("done")');
}

async function whoMayNot(browser) {
  const visit = await Visit.begin(browser, setting);
  await visit.signIn(setting.nobody, setting.password);
  await visit.page.waitForSelector('.problem');
  assert.equal(await visit.page.locator('nav').count(), 0);
  await visit.context.close();
}

const browser = await launch();
try {
  const visit = await Visit.begin(browser, setting);
  for (const task of [signInAndOut, quota, endSession, retry, release, follow, policy, rule, recordsAndFiles, backup, ...TASKS]) {
    try {
      await task(visit, setting);
      assert.deepEqual(visit.complaints, []);
    } catch (error) {
      await visit.picture(`failed-${task.name}`);
      throw new Error(`${task.name}: ${error.message}\n${(await visit.problems()).join('\n')}`, { cause: error });
    }
    console.log(`done: ${task.name}`);
  }
  await visit.finish();
  await whoMayNot(browser);
} finally {
  await browser.close();
}
