// SPDX-License-Identifier: GPL-3.0-or-later
// Something is asked for, is there, or could not be had.
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { messageOf } from '../api/client';
import { t } from '../i18n';

export interface Loaded<T> {
  value: T | undefined;
  error: string;
  isLoading: boolean;
  reload: () => void;
}

/** Asks when `key` changes, when told to, and every `seconds` while somebody looks. */
export function useLoad<T>(key: string, load: () => Promise<T>, seconds = 0): Loaded<T> {
  const [state, setState] = useState<{ value: T | undefined; error: string; isLoading: boolean }>({
    value: undefined,
    error: '',
    isLoading: true,
  });
  const asked = useRef(0);
  const question = useRef(load);
  question.current = load;
  const reload = useCallback(() => {
    const number = ++asked.current;
    setState((before) => ({ ...before, isLoading: true }));
    question.current().then(
      (value) => number === asked.current && setState({ value, error: '', isLoading: false }),
      (error: unknown) => number === asked.current && setState((before) => ({ ...before, error: messageOf(error), isLoading: false })),
    );
  }, []);
  useEffect(() => {
    reload();
    return () => {
      asked.current += 1;
    };
  }, [key, reload]);
  useEffect(() => {
    if (seconds === 0) return undefined;
    const timer = setInterval(() => document.visibilityState === 'visible' && reload(), seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds, reload]);
  return { ...state, reload };
}

/** What was loaded; the reason when it could not be; and that one waits, for who cannot see. */
export function Wait<T>(props: { loaded: Loaded<T>; children: (value: T) => ComponentChildren }) {
  const { value, error, isLoading } = props.loaded;
  return (
    <>
      {error !== '' && <Problem text={error} />}
      {value !== undefined && props.children(value)}
      {value === undefined && isLoading && <p class="waiting" role="status">{t('loading')}</p>}
    </>
  );
}

export function Problem(props: { text: string }) {
  return <p class="problem" role="alert">{props.text}</p>;
}
