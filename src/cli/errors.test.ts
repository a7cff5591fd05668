import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { examineConfig, parseConfig } from '../config/load.ts';
import { JournalError } from '../gateway/journal-error.ts';
import { durationNs, integer, sizeBytes } from './duration.ts';
import { describeFailure, ExitCode, UserError } from './errors.ts';

function thrownBy(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('a failure', () => {
  it('of the user is a message and its remedy, without a stack', () => {
    expect(
      describeFailure(new UserError('no venue answers on 127.0.0.1:26477', 'start one: warmline sim CONFIG')),
    ).toEqual({
      text: 'warmline: no venue answers on 127.0.0.1:26477\n  start one: warmline sim CONFIG\n',
      exitCode: ExitCode.failed,
    });
  });

  it('of a journal is a message and its remedy too', () => {
    expect(describeFailure(new JournalError('the journal in /j is held by process 7', 'stop it first'))).toEqual({
      text: 'warmline: the journal in /j is held by process 7\n  stop it first\n',
      exitCode: ExitCode.failed,
    });
  });

  it('of a config is each of its violations, and how many', () => {
    const failure = describeFailure(thrownBy(() => parseConfig('venue: v\nx: 1\n', 'c.yaml')));
    const problems = examineConfig('venue: v\nx: 1\n', 'c.yaml').problems.length;
    expect(failure.exitCode).toBe(ExitCode.failed);
    expect(failure.text).toContain('c.yaml:2:1: x: unknown key');
    expect(failure.text.endsWith(`warmline: ${problems} problems in c.yaml\n`)).toBe(true);
  });

  it('of the system that a user can mend says how', () => {
    const error = Object.assign(new Error('bind 127.0.0.1:26477: EADDRINUSE'), { code: 'EADDRINUSE' });
    expect(describeFailure(error)).toEqual({
      text: expect.stringContaining('another process is using that port'),
      exitCode: ExitCode.failed,
    });
  });

  it('of the command line is a usage error, help and version are none', () => {
    expect(describeFailure(new CommanderError(1, 'commander.unknownCommand', 'x')).exitCode).toBe(ExitCode.usage);
    expect(describeFailure(new CommanderError(0, 'commander.helpDisplayed', 'x')).exitCode).toBe(ExitCode.ok);
  });

  it('that nobody expected has its stack and a code of its own, whatever was thrown', () => {
    const error = new TypeError('boom');
    expect(describeFailure(error)).toEqual({
      text: expect.stringContaining(error.stack!),
      exitCode: ExitCode.unexpected,
    });
    for (const thrown of ['text', null, undefined, { code: 7 }, Object.create(null)])
      expect(() => describeFailure(thrown)).not.toThrow();
  });
});

describe('option values', () => {
  it('are read as in a config', () => {
    expect(durationNs('30s')).toBe(30e9);
    expect(sizeBytes('4MiB')).toBe(4_194_304);
    expect(integer(0, 10)('7')).toBe(7);
  });

  it('that are wrong are usage errors which say what is wanted', () => {
    expect(() => durationNs('30')).toThrow('needs a unit, for example 5ms');
    expect(() => sizeBytes('big')).toThrow('is not a size');
    expect(() => integer(1)('0')).toThrow('a whole number of at least 1');
    expect(() => integer(1, 5)('2.5')).toThrow('a whole number from 1 to 5');
  });
});
