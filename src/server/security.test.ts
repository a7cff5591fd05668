import { describe, expect, it } from 'vitest';
import { AllowedHosts, bearer, hostName, isLoopback, mayDo, newToken, newTokenFile, Tokens } from './security.ts';

describe('tokens', () => {
  it('have a role each, and only their own', () => {
    const text = newTokenFile();
    const tokens = Tokens.parse(text, 'tokens');
    const written = text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.split(' '));
    expect(written.map(([name]) => name)).toEqual(['view', 'trade', 'operate']);
    for (const [name, role, token] of written) expect(tokens.identify(token)).toEqual({ name, role });
    expect(tokens.identify('')).toBeUndefined();
    expect(tokens.identify(newToken())).toBeUndefined();
    expect(tokens.identify(`${written[0][2]} `)).toBeUndefined();
  });

  it('are refused where the file is odd, with the line', () => {
    const long = 'x'.repeat(20);
    expect(() => Tokens.parse('bot trade', 'f')).toThrow('f:1: a line holds a name, a role and a token');
    expect(() => Tokens.parse(`# a comment\nbot root ${long}`, 'f')).toThrow('f:2: root is no role');
    expect(() => Tokens.parse('bot trade short', 'f')).toThrow('at least 16 characters');
    expect(() => Tokens.parse(`a view ${long}\na trade ${long}`, 'f')).toThrow('f:2: a is there twice');
  });

  it('are long and never the same', () => {
    expect(newToken()).toMatch(/^[\w-]{43}$/);
    expect(newToken()).not.toBe(newToken());
  });
});

describe('roles', () => {
  it('rise: who may operate may trade, who may trade may view', () => {
    expect(mayDo('operate', 'trade')).toBe(true);
    expect(mayDo('trade', 'view')).toBe(true);
    expect(mayDo('trade', 'operate')).toBe(false);
    expect(mayDo('none', 'view')).toBe(false);
  });
});

describe('hosts and origins', () => {
  const hosts = new AllowedHosts('127.0.0.1', ['router.example']);

  it.each(['127.0.0.1', '127.0.0.1:7070', 'localhost:7070', '[::1]:7070', 'LocalHost', 'router.example:443'])(
    '%s is ours',
    (host) => {
      expect(hosts.host(host)).toBe(true);
    },
  );

  it.each([
    'evil.example',
    'evil.example:7070',
    '127.0.0.1.evil.example',
    '',
    'localhost@evil.example',
    '127.0.0.1:70700000',
    'a b',
  ])('%s is not: a name that somebody else points at us', (host) => {
    expect(hosts.host(host)).toBe(false);
  });

  it('takes programs, which name no origin, and its own pages alone', () => {
    const own = 'localhost:7070';
    for (const origin of ['', 'http://localhost:7070', 'HTTP://LocalHost:7070'])
      expect([origin, hosts.origin(origin, own)]).toEqual([origin, true]);
    // another server of this very host is another site: it could show anything
    for (const origin of [
      'https://evil.example',
      'null',
      'file://',
      'http://localhost:3000',
      'http://localhost',
      'http://127.0.0.1:7070',
      'http://localhost:7070/',
    ])
      expect([origin, hosts.origin(origin, own)]).toEqual([origin, false]);
    expect(hosts.origin('https://router.example', 'router.example')).toBe(true);
    expect(hosts.origin('https://router.example', 'router.example:443')).toBe(true);
    expect(hosts.origin('https://router.example', 'router.example:80')).toBe(false);
  });

  it('knows loopback from the rest', () => {
    for (const address of ['127.0.0.1', '127.9.9.9', '::1', '[::1]', 'localhost'])
      expect(isLoopback(address)).toBe(true);
    for (const address of ['0.0.0.0', '10.0.0.1', '::', '127.0.0.1.evil', '128.0.0.1'])
      expect(isLoopback(address)).toBe(false);
  });

  it('reads a host without its port', () => {
    expect(hostName('[::1]:80')).toBe('[::1]');
    expect(hostName('Example.COM')).toBe('example.com');
    expect(hostName('x/y')).toBeUndefined();
  });
});

describe('a bearer', () => {
  it('is read from its header, and nothing else is', () => {
    expect(bearer('Bearer abc-DEF_123')).toBe('abc-DEF_123');
    expect(bearer('bearer abc')).toBe('abc');
    expect(bearer('Basic abc')).toBe('');
    expect(bearer('Bearer a b')).toBe('');
    expect(bearer('')).toBe('');
  });
});
