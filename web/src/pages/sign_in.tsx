// SPDX-License-Identifier: GPL-3.0-or-later
// By a ticket, or by name and password.
import { useEffect, useState } from 'preact/hooks';
import { ApiError, messageOf } from '../api/client';
import { textOf } from '../api/json';
import { signInByPassword, signInByTicket, type Session } from '../api/session';
import { t } from '../i18n';
import { Problem } from '../parts/loading';

export function SignIn(props: { error: string; onEnter: (session: Session) => void }) {
  const [error, setError] = useState(props.error);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    document.title = `${t('sign_in')} · Kontor`;
  }, []);
  const enter = async (attempt: () => Promise<Session | undefined>, refusal: string) => {
    setBusy(true);
    setError('');
    try {
      const session = await attempt();
      if (session) props.onEnter(session);
      else setError(refusal);
    } catch (failure) {
      setError(failure instanceof ApiError && failure.status === 401 ? refusal : messageOf(failure));
    }
    setBusy(false);
  };
  const submit = (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const [user, password] = [textOf(data.get('user') as string), textOf(data.get('password') as string)];
    void enter(() => signInByPassword(user, password), t('wrong_password'));
  };
  return (
    <div class="sign-in">
      <h1>Kontor</h1>
      <p>{t('sign_in_text')}</p>
      <form onSubmit={submit}>
        <div class="field">
          <label for="user">{t('user')}</label>
          <input id="user" name="user" type="text" autocomplete="username" autocapitalize="none" spellcheck={false} required />
        </div>
        <div class="field">
          <label for="password">{t('password')}</label>
          <input id="password" name="password" type="password" autocomplete="current-password" required />
        </div>
        {error !== '' && <Problem text={error} />}
        <button type="submit" class="primary" disabled={isBusy}>{t('sign_in')}</button>
      </form>
      <button type="button" disabled={isBusy} onClick={() => void enter(signInByTicket, t('sign_in_no_ticket'))}>{t('sign_in_ticket')}</button>
    </div>
  );
}
