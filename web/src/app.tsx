// SPDX-License-Identifier: GPL-3.0-or-later
// The frame around the pages: who is signed in, where one can go, language and colours.
import { useEffect, useRef, useState } from 'preact/hooks';
import { messageOf, whenSignedOut } from './api/client';
import { prepare } from './api/description';
import { may, resume, roleNames, signOut, type Session } from './api/session';
import { language, setLanguage, t, word, type Language } from './i18n';
import { GROUPS, isOffered, PAGES, type PageRow } from './pages/registry';
import { SignIn } from './pages/sign_in';
import { Problem } from './parts/loading';
import { Page } from './parts/page';
import { href, usePlace, type Place } from './parts/route';
import { setTheme, theme, type Theme } from './parts/theme';
import { tellError, Toasts } from './parts/toast';

function Choices(props: { onChange: () => void }) {
  const choose = (change: () => void) => {
    change();
    props.onChange();
  };
  return (
    <div class="choices">
      <label>{t('language')}{' '}
        <select onChange={(event) => choose(() => setLanguage(event.currentTarget.value as Language))}>
          <option value="en" lang="en" selected={language() === 'en'}>English</option>
          <option value="ru" lang="ru" selected={language() === 'ru'}>Русский</option>
        </select>
      </label>
      <label>{t('theme')}{' '}
        <select onChange={(event) => choose(() => setTheme(event.currentTarget.value as Theme))}>
          <option value="auto" selected={theme() === 'auto'}>{t('theme_auto')}</option>
          <option value="light" selected={theme() === 'light'}>{t('theme_light')}</option>
          <option value="dark" selected={theme() === 'dark'}>{t('theme_dark')}</option>
        </select>
      </label>
    </div>
  );
}

function Navigation(props: { here: string; isOpen: boolean; onGo: () => void }) {
  return (
    <nav id="navigation" class={props.isOpen ? 'navigation navigation-open' : 'navigation'} aria-label={t('navigation')}>
      {GROUPS.map((group) => {
        const pages = PAGES.filter((page) => page.group === group && isOffered(page));
        if (pages.length === 0) return null;
        return (
          <div key={group}>
            <h2>{t(group)}</h2>
            <ul>
              {pages.map((page) => (
                <li key={page.path}>
                  <a href={href(page.path)} aria-current={page.path === props.here ? 'page' : undefined} onClick={props.onGo}>{t(page.title)}</a>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}

function Content(props: { here: Place }) {
  const path = props.here.parts[0] ?? '';
  const page: PageRow | undefined = PAGES.find((one) => one.path === path);
  if (!page || (may(page.right) && !isOffered(page))) return <Page title={t('no_such_page')}>{null}</Page>;
  if (!may(page.right)) return <Page title={t(page.title)}><Problem text={t('not_allowed')} /></Page>;
  const View = page.view;
  // Another object of the same page begins anew: nothing of the one before may be left on it.
  return <View key={props.here.parts.join('/')} here={props.here} />;
}

function Frame(props: { session: Session; redraw: () => void; onSignedOut: () => void }) {
  const here = usePlace();
  const [isOpen, setOpen] = useState(false);
  const { redraw } = props;
  // What this server cannot do is not shown; who may not read its description sees what his role has.
  const [, setPrepared] = useState(false);
  useEffect(() => {
    prepare().then(() => setPrepared(true), tellError);
  }, []);
  const main = useRef<HTMLElement>(null);
  const leave = () => {
    signOut().catch(tellError).finally(props.onSignedOut);
  };
  return (
    <div class="frame" onKeyDown={(event) => event.key === 'Escape' && setOpen(false)}>
      <a class="skip" href="#main" onClick={(event) => {
        event.preventDefault();
        main.current?.focus();
      }}>{t('skip')}</a>
      <header class="top">
        <button type="button" class="menu" aria-expanded={isOpen} aria-controls="navigation" onClick={() => setOpen(!isOpen)}>{t('menu')}</button>
        <a class="brand" href="#/">Kontor</a>
        <span class="who" title={t('signed_in_as', { name: props.session.user, roles: roleNames().map(word).join(', ') })}>{props.session.name}</span>
        <button type="button" onClick={leave}>{t('sign_out')}</button>
      </header>
      <div class="side">
        <Navigation here={here.parts[0] ?? ''} isOpen={isOpen} onGo={() => setOpen(false)} />
        <footer class={isOpen ? 'side-foot navigation-open' : 'side-foot'}>
          <Choices onChange={redraw} />
          <p class="version">Kontor {props.session.version}</p>
        </footer>
      </div>
      <main id="main" ref={main} tabIndex={-1}><Content here={here} /></main>
    </div>
  );
}

export function App() {
  const [session, setSession] = useState<Session | undefined>();
  const [isKnown, setKnown] = useState(false);
  const [error, setError] = useState('');
  const [drawn, setDrawn] = useState(0);
  const redraw = () => setDrawn((number) => number + 1);
  useEffect(() => {
    whenSignedOut(() => setSession(undefined));
    resume().then(setSession, (failure: unknown) => setError(messageOf(failure))).finally(() => setKnown(true));
  }, []);
  return (
    <>
      {!isKnown && <p class="waiting" role="status">{t('loading')}</p>}
      {isKnown && !session && (
        <main class="entrance" key={drawn}>
          <SignIn error={error} onEnter={setSession} />
          <Choices onChange={redraw} />
        </main>
      )}
      {session && <Frame key={drawn} session={session} redraw={redraw} onSignedOut={() => setSession(undefined)} />}
      <Toasts />
    </>
  );
}
