// SPDX-License-Identifier: GPL-3.0-or-later
// More of what an administrator does: roles, locks, domains, scripts, searches, an examination of the server.
import assert from 'node:assert/strict';

export async function confirm(page, label) {
  await page.click(`dialog button[type=submit]:has-text("${label}")`);
  await page.waitForSelector('dialog', { state: 'detached' });
  await page.waitForSelector('.toast:has-text("Done.")');
}

/** A note that is done with is not taken for the next one. */
export async function closeNotes(page) {
  await page.evaluate(() => document.querySelectorAll('.toast button').forEach((button) => button.click()));
  await page.waitForSelector('.toast', { state: 'detached' });
}

/** The interface, asked by somebody else than the page. */
async function askBeside(page, method, path, body) {
  const status = await page.evaluate(async ([how, where, what]) => {
    const answer = await fetch(`/api/admin/v1${where}`, { method: how, headers: { 'Content-Type': 'application/json', 'X-Kontor-Client': 'test' }, body: JSON.stringify(what) });
    await answer.text();
    return answer.status;
  }, [method, path, body]);
  assert.equal(status, 200);
}

async function role(visit, setting) {
  const { page } = visit;
  await visit.go('roles');
  await page.click('button:has-text("Give a role")');
  await page.fill('dialog input[name=who]', setting.nobody);
  await page.fill('dialog input[name=domains]', setting.domain);
  await confirm(page, 'Give a role');
  const row = page.locator('main tbody tr', { hasText: setting.nobody });
  await row.waitFor();
  assert.match(await row.innerText(), new RegExp(`help-desk[^]*${setting.domain}`));
  await page.click(`[aria-label="Take away: ${setting.nobody}, help-desk"]`);
  await confirm(page, 'Take away');
  await page.waitForSelector('main .empty');
}

async function lock(visit, setting) {
  const { page } = visit;
  await visit.go(`mailboxes/${setting.connected}`);
  await page.click('main button:has-text("Lock")');
  await confirm(page, 'Lock');
  await page.waitForSelector('main .intro:has-text("locked")');
  await page.click('main button:has-text("Unlock")');
  await confirm(page, 'Unlock');
  await page.waitForSelector('main button:text-is("Lock")');
}

async function domain(visit) {
  const { page } = visit;
  await visit.go('domains');
  await page.click('button:has-text("New domain")');
  await page.fill('dialog input[name=domain]', 'branch.test');
  await confirm(page, 'New domain');
  await page.click('main tbody a:has-text("branch.test")');
  await visit.settled();
  await page.click('button:has-text("Make keys")');
  await confirm(page, 'Make keys');
  await page.waitForSelector('.records code:has-text("v=DKIM1") >> nth=0');
  await page.click('[aria-label="Remove: branch.test"]');
  await confirm(page, 'Remove');
  await page.waitForSelector('main a:has-text("example.test")');
  assert.equal(await page.locator('main tbody tr:has-text("branch.test")').count(), 0);
}

/** A script is written, found wrong, mended, changed by somebody else meanwhile, looked at again, and runs. */
async function script(visit, setting) {
  const { page } = visit;
  await visit.go(`mailboxes/${setting.user}/personal`);
  await page.click('button:has-text("New script")');
  await page.fill('dialog input[name=script]', 'from the console');
  await page.fill('dialog textarea', 'fileinto "x"');
  await page.click('dialog button:has-text("Check")');
  await page.waitForSelector('dialog .problem');
  await page.fill('dialog textarea', 'keep;');
  await page.click('dialog button:has-text("Check")');
  await page.waitForSelector('dialog .well:has-text("The script is right.")');
  await confirm(page, 'Save');
  await page.click('[aria-label="Open: from the console"]');
  await page.fill('dialog textarea', 'discard;');
  await askBeside(page, 'PUT', `/mailboxes/${setting.user}/scripts/from%20the%20console`, { text: 'keep; # somebody else' });
  await page.click('dialog button[type=submit]');
  await page.waitForSelector(`dialog .problem:has-text("${setting.user} changed it at")`);
  await page.click('dialog button:has-text("Look again")');
  await page.waitForSelector('dialog', { state: 'detached' });
  visit.complaints.length = 0;  // the browser notes both refusals
  await page.click('[aria-label="Open: from the console"]');
  assert.match(await page.inputValue('dialog textarea'), /somebody else/);
  await page.keyboard.press('Escape');
  await page.click('[aria-label="Activate: from the console"]');
  await page.waitForSelector('[aria-label="Deactivate: from the console"]');
  await page.click('[aria-label="Rehearse: from the console"]');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector(`dialog td:has-text("alert(1)")`);
  await page.keyboard.press('Escape');
}

async function collector(visit, setting) {
  const { page } = visit;
  await visit.go('collectors');
  await page.click('button:has-text("New source")');
  for (const [name, value] of [['name', 'old-provider'], ['host', '127.0.0.1:9'], ['user', 'anna'], ['password', 'secret'], ['to', setting.user]]) await page.fill(`dialog input[name=${name}]`, value);
  await page.selectOption('dialog select[name=tls]', 'none');
  await confirm(page, 'New source');
  await page.click('main tbody a:has-text("old-provider")');
  await visit.settled();
  await page.click('[aria-label="Edit: old-provider"]');
  assert.equal(await page.inputValue('dialog input[name=host]'), '127.0.0.1:9');
  await page.fill('dialog input[name=interval]', '2h');
  await confirm(page, 'Edit');
  await page.waitForSelector('main dd:has-text("2h")');
}

async function search(visit, setting) {
  const { page } = visit;
  await visit.go('search');
  await page.fill('main input[name=query]', 'subject:(');
  await page.click('main button:has-text("Find")');
  await page.waitForSelector('main .problem');
  await page.fill('main input[name=query]', 'subject:alert');
  await page.fill('main input[name=reason]', 'case 12');
  await page.click('main button:has-text("Find")');
  await page.waitForSelector('main .records b');
  assert.ok((await page.innerText('main .records')).includes(setting.hostile_subject), 'the subject is shown as it is');
  await closeNotes(page);
  await visit.picture('search-found');
  await page.click('button:has-text("Export")');
  await page.fill('dialog input[name=export]', 'case-12');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('main .state:has-text("done")');
  await visit.go('audit');
  await page.waitForSelector('main tbody tr:has-text("case 12")');
}

async function examination(visit) {
  const { page } = visit;
  await visit.go('doctor');
  await page.uncheck('main input[type=checkbox]');
  await page.click('button:has-text("Examine now")');
  await page.waitForSelector('main [data-check="disk.space"]');
  const grades = await page.locator('.findings .state').allInnerTexts();
  assert.deepEqual([...new Set(grades)], ['problem', 'warning', 'good'].filter((one) => grades.includes(one)), 'the worst come first');
  await visit.picture('examined');
}

async function everybodysCalendar(visit) {
  const { page } = visit;
  const day = ['BEGIN:VEVENT', 'UID:console-day', 'DTSTAMP:20260101T000000Z', 'DTSTART;VALUE=DATE:20270612', 'SUMMARY:День России', 'END:VEVENT'];
  const file = (lines) => ({ name: 'days.ics', mimeType: 'text/calendar', buffer: Buffer.from(['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//console//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n')) });
  await visit.go('calendars/everybody');
  await page.click('button:has-text("New from a file")');
  await page.setInputFiles('dialog input[name=calendar]', file([]));
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('dialog .problem');
  visit.complaints.pop();  // the browser notes the refusal
  await page.setInputFiles('dialog input[name=calendar]', file(day));
  await page.fill('dialog input[name=title]', 'Праздники');
  await confirm(page, 'New from a file');
  await page.waitForSelector('main tbody tr:has-text("Праздники")');
  await page.click('[aria-label="Remove: calendar:holidays"]');
  await confirm(page, 'Remove');
}

export const TASKS = [role, lock, domain, script, collector, search, examination, everybodysCalendar];
