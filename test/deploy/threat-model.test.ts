import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { examineConfig } from '../../src/config/load.ts';
import { repositoryRoot } from '../support/host.ts';

const read = (...path: string[]) => readFileSync(join(repositoryRoot, ...path), 'utf8');

interface Locked {
  readonly hasInstallScript?: boolean;
  readonly integrity?: string;
  readonly dev?: boolean;
}
const packages = Object.entries(
  (JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> }).packages,
).filter(([path]) => path !== '');
const { dependencies, optionalDependencies } = JSON.parse(read('package.json')) as Record<
  string,
  Record<string, string>
>;

describe('what the threat model says', () => {
  it('fits a page', () => {
    expect(read('deploy', 'THREAT-MODEL.md').split(/\s+/).length).toBeLessThan(1300);
  });

  it('no dependency runs an install script, and each that is shipped is held to a hash', () => {
    expect(packages.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)).toEqual([]);
    for (const [path, { integrity, dev }] of packages) {
      if (dev !== true) expect(integrity, path).toMatch(/^sha512-/);
    }
  });

  it('dependencies have exact versions', () => {
    for (const [name, version] of Object.entries({ ...dependencies, ...optionalDependencies })) {
      expect(version, name).toMatch(/^(npm:[\w-]+@)?\d+\.\d+\.\d+$/);
    }
  });

  it('the API beyond loopback is refused without TLS', () => {
    const config = `venue: t
protocol: nasdaq
feeds: [{ name: f, lines: [{ name: A, address: 127.0.0.1, port: 26477 }, { name: B, address: 127.0.0.1, port: 26478 }] }]
api: { address: 10.0.0.1 }
`;
    expect(
      examineConfig(config, 'c.yaml')
        .problems.map(({ message }) => message)
        .join(),
    ).toMatch(/tls/);
  });

  it('the unit leaves no core dump, no new privileges, and files of nobody else', () => {
    const unit = read('deploy', 'systemd', 'warmline@.service');
    for (const line of ['LimitCORE=0', 'NoNewPrivileges=yes', 'UMask=0077', 'ProtectSystem=strict', 'PrivateTmp=yes']) {
      expect(unit.split('\n')).toContain(line);
    }
  });
});
