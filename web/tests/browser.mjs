// SPDX-License-Identifier: GPL-3.0-or-later
// A browser for the tests of the console: what it says against a page is kept and must be nothing.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const PATIENCE = 60_000;

export async function launch() {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: process.env.KONTOR_CHROMIUM ?? '/usr/bin/chromium', args });
}

export class Visit {
  /** `setting`: {url, user, password, pictures}. */
  static async begin(browser, setting, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ignoreHTTPSErrors: true, locale: 'en-GB', ...options });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    return new Visit(context, page, setting);
  }

  constructor(context, page, setting) {
    Object.assign(this, { context, page, setting, complaints: [], elsewhere: [], bytes: 0, underWay: new Set() });
    page.on('console', (message) => {
      // Who has not signed in yet is told so, and the browser notes that.
      const isSignIn = message.location().url.includes('/api/admin/v1/session');
      if (message.type() === 'error' && !isSignIn) this.complaints.push(`${message.text()} ${message.location().url}`);
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    for (const event of ['requestfinished', 'requestfailed']) page.on(event, (request) => this.underWay.delete(request));
    page.on('request', (request) => {
      this.underWay.add(request);
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(setting.url)) this.elsewhere.push(request.url());
    });
  }

  async countBytes() {
    const session = await this.context.newCDPSession(this.page);
    await session.send('Network.enable');
    session.on('Network.loadingFinished', (event) => {
      this.bytes += event.encodedDataLength;
    });
  }

  async signIn(user = this.setting.user, password = this.setting.password) {
    const { page } = this;
    await page.goto(`${this.setting.url}/admin/`);
    await page.fill('#user', user);
    await page.fill('#password', password);
    await page.click('form button[type=submit]');
  }

  /** Goes to a page by its address and waits until it shows what it has. */
  async go(path) {
    const { page } = this;
    await page.goto(`${this.setting.url}/admin/#/${path}`);
    await this.settled();
  }

  async settled() {
    const { page } = this;
    const isThere = () => page.evaluate(() => document.querySelector('main h1') !== null && document.querySelector('.waiting, [aria-busy=true]') === null);
    const end = Date.now() + PATIENCE;
    // Still twice in a row: what one answer asks for has begun by then.
    for (let still = 0; still < 2;) {
      if (Date.now() > end) throw new Error(`not settled: ${page.url()}; under way: ${[...this.underWay].map((one) => one.url()).join(' ')}`);
      still = this.underWay.size === 0 && await isThere() ? still + 1 : 0;
      await page.waitForTimeout(40);
    }
  }

  async problems() {
    return this.page.locator('main .problem, dialog .problem, .toast-error').allInnerTexts();
  }

  /** What axe finds wrong for people with other senses than eyes, or weak ones. */
  async audit(theme, rules = []) {
    const { page } = this;
    await page.evaluate((value) => {
      document.documentElement.dataset.theme = value;
    }, theme);
    await page.evaluate(`${AXE}; undefined`);
    const found = await page.evaluate(async (only) => {
      // Colours that are on their way from one theme to the other are neither.
      await Promise.all(document.getAnimations().map((one) => one.finished));
      const result = await window.axe.run(document, { resultTypes: ['violations'], ...(only.length > 0 ? { runOnly: only } : {}) });
      return result.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ') + ' ' + (node.any[0]?.message ?? '')).slice(0, 3).join('; ')}`);
    }, rules);
    return found;
  }

  async picture(name) {
    if (!this.setting.pictures) return;
    mkdirSync(this.setting.pictures, { recursive: true });
    await this.page.screenshot({ path: join(this.setting.pictures, `${name}.png`) });
  }

  /** Nothing of a hostile name or subject has become markup, and nobody complained. */
  async finish() {
    assert.equal(await this.page.evaluate(() => window.bad), undefined, 'a script of somebody else ran');
    assert.deepEqual(this.complaints, [], 'the browser complained');
    assert.deepEqual(this.elsewhere, [], 'something was asked of another server');
    await this.context.close();
  }
}
